//! What a witness remembers (`spec/witness.md`, "Files").
//!
//! ```text
//! witness                     whose state this is: format, both vkeys
//! lock                        held by the running witness
//! known                       the name of every log ever cosigned, one a line
//! checkpoints/<origin hash>   the latest checkpoint that was cosigned, with signatures
//! evidence/<origin hash>/     signed checkpoints that contradict what was cosigned
//! ```
//!
//! A checkpoint is written under another name, made durable, and renamed; then its log
//! becomes known; only then is anything answered. So a log that is known has a file, and
//! a witness that finds none has lost its memory and does not start.

mod evidence;
mod known;
mod latest;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Result as IoResult};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::StateError;
use crate::keys::WitnessKeys;
use crate::lock::FolderLock;
use crate::whole_file::{UNFINISHED, replace};
use known::Known;

pub(super) use evidence::Evidence;
pub(super) use latest::Latest;

/// First line of the file that says whose state this is.
const FORMAT: &str = "undersigned/witness-state/v1";

/// A folder that this process alone uses.
pub(super) struct StateFolder {
    path: PathBuf,
    known: Mutex<Known>,
    evidence: Evidence,
    _lock: FolderLock,
}

/// What the file `witness` holds.
fn identity(keys: &WitnessKeys) -> String {
    let [ed25519, ml_dsa] = keys.vkeys();
    format!("{FORMAT}\n{ed25519}\n{ml_dsa}\n")
}

/// Begin the memory of a new witness. Refused where one has cosigned anything.
pub(super) fn create(path: &Path, keys: &WitnessKeys) -> Result<(), StateError> {
    let io = || StateError::io(path);
    let checkpoints = path.join("checkpoints");
    fs::create_dir_all(&checkpoints).map_err(io())?;
    let _lock = lock(path)?;
    let known = match fs::metadata(path.join("known")) {
        Ok(known) => known.len(),
        Err(e) if e.kind() == ErrorKind::NotFound => 0,
        Err(e) => return Err(io()(e)),
    };
    if known > 0 || fs::read_dir(checkpoints).map_err(io())?.next().is_some() {
        return Err(StateError::Exists(path.to_owned()));
    }
    let make = || -> IoResult<()> {
        replace(&path.join("known"), b"")?;
        replace(&path.join("witness"), identity(keys).as_bytes())?;
        if let Some(parent) = path.parent().filter(|parent| *parent != Path::new("")) {
            File::open(parent)?.sync_all()?;
        }
        Ok(())
    };
    make().map_err(io())
}

impl StateFolder {
    /// Open the folder of the witness with these keys. Returns what it remembers, by the
    /// hash of each origin.
    pub(super) fn open(
        path: &Path,
        keys: &WitnessKeys,
    ) -> Result<(Self, BTreeMap<String, Latest>), StateError> {
        let marker = match fs::read(path.join("witness")) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return Err(StateError::Absent(path.to_owned()));
            }
            Err(e) => return Err(StateError::io(path)(e)),
        };
        let lock = lock(path)?;
        if !marker.starts_with(format!("{FORMAT}\n").as_bytes()) {
            return Err(StateError::Format(path.to_owned()));
        }
        if marker != identity(keys).as_bytes() {
            return Err(StateError::OtherWitness(path.to_owned()));
        }
        let latest = read_checkpoints(&path.join("checkpoints"), keys)?;
        let known = Known::open(&path.join("known"), &latest)?;
        let folder = Self {
            path: path.to_owned(),
            known: Mutex::new(known),
            evidence: Evidence::new(path.join("evidence")),
            _lock: lock,
        };
        Ok((folder, latest))
    }

    /// Make a checkpoint the latest of its log, durably. After an error the old one or the
    /// new one is on disk; as long as nothing was answered, either is right.
    pub(super) fn save(&self, latest: &Latest) -> IoResult<()> {
        let name = latest.origin_hash();
        replace(
            &self.path.join("checkpoints").join(&name),
            &latest.to_file(),
        )?;
        // A panic while it was held can have left a line half written; the next one is
        // written over it.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.add(&name)
    }

    pub(super) fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

fn lock(path: &Path) -> Result<FolderLock, StateError> {
    let lock = FolderLock::take(path).map_err(StateError::io(path))?;
    lock.ok_or_else(|| StateError::Locked(path.to_owned()))
}

fn read_checkpoints(
    folder: &Path,
    keys: &WitnessKeys,
) -> Result<BTreeMap<String, Latest>, StateError> {
    let io = || StateError::io(folder);
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(io())? {
        let path = entry.map_err(io())?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| StateError::Stranger(path.clone()))?;
        if name.starts_with(UNFINISHED) {
            // Left by a process that was killed; nothing was answered for it.
            fs::remove_file(&path).map_err(io())?;
            continue;
        }
        if !known::is_name(name) {
            return Err(StateError::Stranger(path.clone()));
        }
        let bytes = fs::read(&path).map_err(StateError::io(&path))?;
        let latest = Latest::parse(&bytes, name, keys);
        let latest = latest.map_err(|damage| StateError::Damaged {
            path: path.clone(),
            damage,
        })?;
        all.insert(name.to_owned(), latest);
    }
    Ok(all)
}
