//! What a follower remembers besides the mirror: `follower.json`, replaced at once, durable
//! before anything is done that rests on it.

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::FollowError;
use super::alert::{Alert, AlertKind};
use crate::whole_file::replace;

/// Format of the files.
const VERSION: u32 = 1;

/// Whose journal is followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownJournal {
    pub(super) origin: String,
    pub(super) keys: Vec<String>,
}

/// A size, and when it was first seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Grown {
    pub(super) size: u64,
    pub(super) time: u64,
}

/// The file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saved {
    pub(super) journal: Option<KnownJournal>,
    /// Why nothing is cosigned any more.
    pub(super) halted: Option<String>,
    /// When the journal last grew.
    pub(super) grown: Option<Grown>,
    /// The largest size that the log offered before it showed it.
    pub(super) offered: u64,
    /// Sizes of the journal that others were shown and we were not, by address.
    pub(super) ahead: BTreeMap<String, u64>,
    /// What is wrong now.
    pub(super) open: BTreeMap<String, AlertKind>,
    /// Alerts raised so far.
    pub(super) alerts: u64,
    /// Those that nobody was told of yet.
    pub(super) outbox: VecDeque<Alert>,
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    state: T,
}

/// Replace a file at once, durably.
pub(super) fn save<T: Serialize>(path: &Path, state: &T) -> Result<(), FollowError> {
    let version = VERSION;
    let bytes = serde_json::to_vec(&Versioned { version, state }).expect("state always encodes");
    replace(path, &bytes).map_err(FollowError::io(path))
}

/// Read such a file, if it is there.
pub(super) fn load<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, FollowError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(FollowError::io(path)(e)),
    };
    let damaged = |why: String| FollowError::Damaged {
        path: path.to_owned(),
        why,
    };
    let versioned: Versioned<T> =
        serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))?;
    if versioned.version == VERSION {
        Ok(Some(versioned.state))
    } else {
        let found = versioned.version;
        Err(damaged(format!(
            "it has format {found}, this program knows {VERSION}"
        )))
    }
}

/// The file, open.
pub(super) struct Book {
    path: PathBuf,
    saved: Mutex<Saved>,
}

impl Book {
    pub(super) fn open(folder: &Path) -> Result<Self, FollowError> {
        let path = folder.join("follower.json");
        let saved = load(&path)?.unwrap_or_default();
        Ok(Self {
            path,
            saved: Mutex::new(saved),
        })
    }

    pub(super) fn read<T>(&self, read: impl FnOnce(&Saved) -> T) -> T {
        read(&self.saved.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Change it; nothing is changed if that does not become durable.
    pub(super) fn write<T>(&self, change: impl FnOnce(&mut Saved) -> T) -> Result<T, FollowError> {
        let mut saved = self.saved.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = saved.clone();
        let result = change(&mut next);
        save(&self.path, &next)?;
        *saved = next;
        Ok(result)
    }
}
