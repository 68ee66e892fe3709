//! What an audit remembers (`spec/replay.md`, "State"): one folder a journal, named
//! after its origin.
//!
//! ```text
//! lock                          held by the running audit
//! journal/journal.json          checkpoint, keys, position, what was found
//! journal/entries, ends         the journal's entries
//! journal/journal.hashes.<L>    its hashes, by tile level
//! petitions/<id>/petition.json  manifest, position, what was found
//! petitions/<id>/<tree>.keys, <tree>.hashes.<L>, <tree>.seen.<n>
//! evidence/                     signed checkpoints that contradict each other
//! mirror                        there if leaves are kept: petitions/<id>/<tree>.leaves, .ends
//! ```
//!
//! The `.json` files are replaced at once and say how much of the others counts, so a run
//! can end at any moment.

mod entries;
mod hashes;
mod journal;
mod petition;
mod records;
mod seen;

use std::fs;
use std::io::{ErrorKind, Result as IoResult};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::AuditError;
use crate::lock::FolderLock;

pub(super) use entries::{Entries, EntryFiles};
pub(super) use hashes::HashFiles;
pub(super) use journal::{JournalStore, SavedJournal};
pub(super) use petition::{PetitionStore, SavedPetition, TreeFiles};
pub(super) use seen::{extend as extend_seen, forget as forget_seen};

/// Format of the folder; written into every `.json` file.
const VERSION: u32 = 1;

/// There if the trees' leaves are kept, too.
const MIRROR: &str = "mirror";
const MIRROR_FORMAT: &[u8] = b"undersigned/mirror-state/v1\n";

/// The folder of the journal with this origin in `parent`.
pub(super) fn folder_of(parent: &Path, origin: &str) -> PathBuf {
    parent.join(origin.replace(':', "_"))
}

/// A folder that this audit alone uses.
#[derive(Debug)]
pub(super) struct StateFolder {
    path: PathBuf,
    keeps_leaves: bool,
    _lock: FolderLock,
}

impl StateFolder {
    /// Use the folder of the journal with this origin in `parent`; with `fresh`, forget
    /// everything but evidence. An origin becomes a name only if it is `host[:port]`.
    pub(super) fn open(parent: &Path, origin: &str, fresh: bool) -> Result<Self, AuditError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:".contains(c);
        if origin.is_empty() || origin.starts_with('.') || !origin.chars().all(plain) {
            return Err(AuditError::Malformed {
                path: "checkpoint".to_owned(),
                why: format!("the origin {origin:?} is not host[:port]"),
            });
        }
        let path = &folder_of(parent, origin);
        let state = |source| AuditError::state(path)(source);
        fs::create_dir_all(path).map_err(state)?;
        let lock = FolderLock::take(path).map_err(state)?;
        let lock = lock.ok_or_else(|| AuditError::Locked(path.to_owned()))?;
        if fresh {
            for part in ["journal", "petitions"] {
                match fs::remove_dir_all(path.join(part)) {
                    Err(e) if e.kind() != ErrorKind::NotFound => return Err(state(e)),
                    _ => {}
                }
            }
        }
        Ok(Self {
            path: path.to_owned(),
            keeps_leaves: path.join(MIRROR).exists(),
            _lock: lock,
        })
    }

    /// Whether the trees' leaves are kept.
    pub(super) fn keeps_leaves(&self) -> bool {
        self.keeps_leaves
    }

    /// Keep the trees' leaves from now on: for a folder in which nothing is remembered yet.
    pub(super) fn keep_leaves(&mut self) -> Result<(), AuditError> {
        if self.keeps_leaves {
            return Ok(());
        }
        if self.path.join("journal/journal.json").exists() {
            let path = self.path.clone();
            return Err(AuditError::NoLeaves(path));
        }
        let marker = self.path.join(MIRROR);
        records::replace(&marker, MIRROR_FORMAT).map_err(AuditError::state(&marker))?;
        self.keeps_leaves = true;
        Ok(())
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A folder inside, made if it is not there.
    pub(super) fn folder(&self, name: &str) -> Result<PathBuf, AuditError> {
        let folder = self.path.join(name);
        if folder.is_dir() {
            return Ok(folder);
        }
        let make = || {
            fs::create_dir_all(&folder)?;
            folder.parent().map_or(Ok(()), records::sync_folder)?;
            records::sync_folder(&self.path)
        };
        make().map_err(AuditError::state(&folder))?;
        Ok(folder)
    }

    /// Keep two notes that contradict each other. Gives the folder.
    pub(super) fn keep_evidence(
        &self,
        name: &str,
        seen: &str,
        served: &str,
    ) -> Result<PathBuf, AuditError> {
        let folder = self.folder("evidence")?.join(name);
        let write = || -> IoResult<()> {
            fs::create_dir_all(&folder)?;
            records::replace(&folder.join("seen.checkpoint"), seen.as_bytes())?;
            records::replace(&folder.join("served.checkpoint"), served.as_bytes())
        };
        write().map_err(AuditError::state(&folder))?;
        Ok(folder)
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Versioned<T> {
    version: u32,
    state: T,
}

fn save_json<T: Serialize>(path: &Path, state: &T) -> Result<(), AuditError> {
    let version = VERSION;
    let bytes = serde_json::to_vec(&Versioned { version, state }).expect("state always encodes");
    records::replace(path, &bytes).map_err(AuditError::state(path))
}

fn load_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, AuditError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(AuditError::state(path)(e)),
    };
    let damaged = |why: String| damage(path, why);
    let versioned: Versioned<T> =
        serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))?;
    if versioned.version == VERSION {
        Ok(Some(versioned.state))
    } else {
        Err(damaged(format!(
            "it has format {}, this program knows {VERSION}",
            versioned.version
        )))
    }
}

/// What is in the folder contradicts itself.
fn damage(path: &Path, why: impl std::fmt::Display) -> AuditError {
    let text = format!("{why}: audit once with --fresh");
    AuditError::state(path)(std::io::Error::new(ErrorKind::InvalidData, text))
}
