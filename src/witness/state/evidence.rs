//! Signed checkpoints that contradict what was cosigned. Two of one size with different
//! roots, both signed by the log, prove that it showed two trees.

use std::fs;
use std::io::{ErrorKind, Result as IoResult};
use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use super::Latest;
use crate::tlog::witness::AddCheckpoint;
use crate::whole_file::replace;

/// Pairs kept for a log: the first already prove it, and a hostile log must not fill the disk.
const KEPT: usize = 16;

/// A folder of pairs of notes.
pub(in crate::witness) struct Evidence {
    path: PathBuf,
}

impl Evidence {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Keep both notes, unless this one is kept already or there are enough. Returns the
    /// folder if they were written.
    pub(in crate::witness) fn keep(
        &self,
        latest: &Latest,
        other: &AddCheckpoint,
    ) -> IoResult<Option<PathBuf>> {
        let log = self.path.join(latest.origin_hash());
        let root = Sha256::digest(other.checkpoint().to_string());
        let pair = log.join(hex::encode(root));
        let count = match fs::read_dir(&log) {
            Ok(entries) => entries.count(),
            Err(e) if e.kind() == ErrorKind::NotFound => 0,
            Err(e) => return Err(e),
        };
        if pair.exists() || count >= KEPT {
            return Ok(None);
        }
        fs::create_dir_all(&pair)?;
        replace(&pair.join("cosigned"), latest.note())?;
        replace(&pair.join("refused"), &other.note().to_bytes())?;
        Ok(Some(pair))
    }
}
