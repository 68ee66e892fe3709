//! What is remembered of the journal.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{EntryFiles, HashFiles, StateFolder, damage, load_json, save_json};
use crate::auditor::AuditError;
use crate::protocol::replay::Found;
use crate::tlog::hash::Hash;
use crate::tlog::note::VerifierKey;

/// The part that is replaced at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::auditor) struct SavedJournal {
    pub(in crate::auditor) origin: String,
    /// The journal's keys: pinned, or from its first manifest.
    pub(in crate::auditor) keys: Vec<String>,
    /// The last checkpoint that was verified: a signed note.
    pub(in crate::auditor) checkpoint: String,
    /// Its size and root.
    pub(in crate::auditor) size: u64,
    pub(in crate::auditor) root: Hash,
    /// Size up to which served hash tiles were right.
    pub(in crate::auditor) tiles: u64,
    /// Entries below this were handed to their petitions.
    pub(in crate::auditor) applied: u64,
    /// What was found in entries about no known petition.
    pub(in crate::auditor) found: Found,
    /// Secret of this folder, for fingerprints of keys.
    #[serde(with = "hex::serde")]
    pub(in crate::auditor) secret: [u8; 32],
}

/// The journal's part of the state folder.
#[derive(Debug)]
pub(in crate::auditor) struct JournalStore {
    folder: PathBuf,
    pub(in crate::auditor) saved: SavedJournal,
    pub(in crate::auditor) entries: EntryFiles,
    pub(in crate::auditor) hashes: HashFiles,
}

impl JournalStore {
    /// What earlier runs left, if there were any.
    pub(in crate::auditor) fn load(state: &StateFolder) -> Result<Option<Self>, AuditError> {
        let folder = state.folder("journal")?;
        let saved = load_json(&folder.join("journal.json"))?;
        saved.map(|saved| Self::open(state, saved)).transpose()
    }

    /// The files, as far as `saved` says.
    pub(in crate::auditor) fn open(
        state: &StateFolder,
        saved: SavedJournal,
    ) -> Result<Self, AuditError> {
        let folder = state.folder("journal")?;
        let io = |source| AuditError::state(&folder)(source);
        let entries = EntryFiles::open(&folder, None, saved.size).map_err(io)?;
        let hashes = HashFiles::open(&folder, "journal", saved.size).map_err(io)?;
        if hashes.root(saved.size).map_err(io)? != saved.root {
            return Err(damage(
                &folder,
                "the hashes are not those of the checkpoint",
            ));
        }
        Ok(Self {
            folder,
            saved,
            entries,
            hashes,
        })
    }

    /// The journal's keys, as earlier runs learned them; none before the first.
    pub(in crate::auditor) fn keys(&self) -> Result<Vec<VerifierKey>, AuditError> {
        let keys = self.saved.keys.iter().map(|key| key.parse());
        keys.collect::<Result<_, _>>()
            .map_err(|e| damage(&self.folder, e))
    }

    /// Give up what was fetched and not verified.
    pub(in crate::auditor) fn go_back(&mut self) -> Result<(), AuditError> {
        let size = self.saved.size;
        let back = self.hashes.truncate(size);
        back.and_then(|()| self.entries.truncate(size))
            .map_err(AuditError::state(&self.folder))
    }

    /// Make entries and hashes durable, then remember.
    pub(in crate::auditor) fn commit(&mut self) -> Result<(), AuditError> {
        let sync = self.hashes.sync().and_then(|()| self.entries.sync());
        sync.map_err(AuditError::state(&self.folder))?;
        self.save()
    }

    /// Remember, where no entries were added.
    pub(in crate::auditor) fn save(&self) -> Result<(), AuditError> {
        save_json(&self.folder.join("journal.json"), &self.saved)
    }

    /// Turns an error of one of the files into one that names the folder.
    pub(in crate::auditor) fn io<T>(&self, result: std::io::Result<T>) -> Result<T, AuditError> {
        result.map_err(AuditError::state(&self.folder))
    }
}
