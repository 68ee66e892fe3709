//! What the audit verified and remembers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::NoEvidence;
use crate::auditor::AuditError;
use crate::auditor::state::{JournalStore, PetitionStore, StateFolder};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::inclusion::{JournaledEntry, JournaledTally};
use crate::protocol::manifest::Manifest;
use crate::protocol::replay::{Deviation, petition_of};
use crate::protocol::tally::Tally;
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::proof::inclusion_proof;
use crate::tlog::size::{LeafIndex, TreeSize};
use crate::tlog::tlog_proof::TlogProof;

/// Entries read at once, and bytes.
const ENTRIES: u64 = 4096;
const BYTES: u64 = 16 << 20;

/// The state of an audit.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) journal: JournalStore,
    /// The journal's keys.
    pub(super) keys: Vec<VerifierKey>,
    /// Its last verified checkpoint.
    pub(super) note: Note,
    petitions: BTreeMap<PetitionId, PetitionStore>,
    folder: PathBuf,
    _state: StateFolder,
}

impl Kept {
    pub(super) fn open(state: &Path, origin: &str) -> Result<Self, NoEvidence> {
        let state = StateFolder::open(state, origin, false)?;
        let nothing = NoEvidence::Gone("no audit of this journal has verified anything");
        let Some(journal) = JournalStore::load(&state)? else {
            return Err(nothing);
        };
        let Ok(note) = Note::parse(journal.saved.checkpoint.as_bytes()) else {
            return Err(nothing);
        };
        let petitions = PetitionStore::load_all(&state)?;
        Ok(Self {
            keys: journal.keys()?,
            note,
            journal,
            petitions: petitions.into_iter().map(|p| (p.id(), p)).collect(),
            folder: state.path().to_owned(),
            _state: state,
        })
    }

    /// The other checkpoint of a fork, if the audit kept it.
    pub(super) fn contradicting(&self, root: &Hash) -> Option<Note> {
        let name = format!("{}-{}", self.journal.saved.size, hex::encode(&root.0[..8]));
        let path = self.folder.join("evidence").join(name);
        let bytes = std::fs::read(path.join("served.checkpoint")).ok()?;
        Note::parse(&bytes).ok()
    }

    pub(super) fn petition(&self, deviation: &Deviation) -> Result<&PetitionStore, NoEvidence> {
        let found = deviation.petition.and_then(|id| self.petitions.get(&id));
        found.ok_or(NoEvidence::Gone(
            "this journal did not publish the petition",
        ))
    }

    /// A manifest that names this journal's keys.
    pub(super) fn any_manifest(&self) -> Option<Manifest> {
        let origin = &self.journal.saved.origin;
        let mut manifests = self.petitions.values().map(|p| &p.manifest);
        let fits = |m: &&Manifest| {
            Tree::ALL
                .into_iter()
                .any(|tree| m.keeper(tree) == origin.as_str() && m.journal_vkeys(tree) == self.keys)
        };
        manifests.find(fits).cloned()
    }

    /// An entry with its proof.
    pub(super) fn entry(&self, index: u64) -> Result<JournaledEntry, NoEvidence> {
        let journal = &self.journal;
        let size = journal.saved.size;
        if index >= size {
            return Err(NoEvidence::Gone("the journal entry is not known any more"));
        }
        let one = journal.io(journal.entries.read(index, 1, BYTES))?;
        let bytes = one.iter().next().map(|(_, bytes)| bytes.to_vec());
        let entry = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let entry = entry.ok_or(NoEvidence::Kind("the journal entry is not text"))?;
        let at = LeafIndex(index);
        let path = inclusion_proof(at, TreeSize(size), &journal.hashes)
            .map_err(|e| AuditError::state("journal")(std::io::Error::other(e.to_string())))?;
        let proof = TlogProof::new(at, path, self.note.clone(), None).to_string();
        Ok(JournaledEntry { entry, proof })
    }

    pub(super) fn tally(&self, index: u64) -> Result<JournaledTally, NoEvidence> {
        let JournaledEntry { entry, proof } = self.entry(index)?;
        let tally = entry;
        Ok(JournaledTally { tally, proof })
    }

    /// The petition's entries in order, until `take` has what it looks for.
    pub(super) fn search<T>(
        &self,
        petition: PetitionId,
        mut take: impl FnMut(u64, &[u8]) -> Option<T>,
    ) -> Result<Option<T>, NoEvidence> {
        let journal = &self.journal;
        let mut position = 0;
        while position < journal.saved.size {
            let stretch = journal.io(journal.entries.read(position, ENTRIES, BYTES))?;
            let mut own = stretch
                .iter()
                .filter(|(_, bytes)| petition_of(bytes) == Some(petition));
            if let Some(found) = own.find_map(|(index, bytes)| take(index, bytes)) {
                return Ok(Some(found));
            }
            position = stretch.end();
        }
        Ok(None)
    }

    /// The first tally of the petition for which `fits` holds.
    pub(super) fn find_tally(
        &self,
        petition: PetitionId,
        mut fits: impl FnMut(u64, &Tally) -> bool,
    ) -> Result<Option<(u64, Tally)>, NoEvidence> {
        self.search(petition, |index, bytes| {
            let tally = Tally::parse(std::str::from_utf8(bytes).ok()?).ok()?;
            fits(index, &tally).then_some((index, tally))
        })
    }
}
