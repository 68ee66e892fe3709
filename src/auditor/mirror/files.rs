//! Reading a mirror's files while the audit appends to them.

use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

use crate::auditor::state::{EntryFiles, HashFiles, folder_of};
use crate::protocol::ids::Tree;
use crate::store::LogId;
use crate::tlog::bundle;
use crate::tlog::hash::Hash;
use crate::tlog::proof::consistency_proof;
use crate::tlog::size::TreeSize;
use crate::tlog::tile::{Level, TILE_WIDTH, TilePath, width_at};

/// The files of one mirrored instance. The caller says how much of each log counts: at most
/// what was verified, which stays as it is whatever is appended.
#[derive(Clone, Debug)]
pub struct MirrorFiles {
    folder: PathBuf,
}

impl MirrorFiles {
    /// Those of the journal with this origin, in the state folder of its audits.
    pub fn new(state: &Path, origin: &str) -> Self {
        Self {
            folder: folder_of(state, origin),
        }
    }

    /// Folder and name of a log's files.
    fn place(&self, log: LogId) -> (PathBuf, &'static str, Option<Tree>) {
        match log {
            LogId::Journal => (self.folder.join("journal"), "journal", None),
            LogId::Tree(id, tree) => {
                let folder = self.folder.join("petitions").join(id.to_string());
                (folder, tree.name(), Some(tree))
            }
        }
    }

    /// The bytes of a tile or bundle of a log with `size` entries; `None` if it has no such
    /// tile. Blocking.
    pub fn tile(&self, log: LogId, size: u64, path: TilePath) -> Result<Option<Vec<u8>>> {
        let TilePath {
            level,
            index,
            width,
        } = path;
        if width_at(level, index, TreeSize(size)).is_none_or(|published| width > published) {
            return Ok(None);
        }
        let (folder, name, tree) = self.place(log);
        match level {
            Level::Hashes(level) => {
                let hashes = HashFiles::view(&folder, name, size)?;
                hashes.tile(level, &path).map(Some)
            }
            Level::Entries => {
                let entries = EntryFiles::view(&folder, tree, size)?;
                let first = index * u64::from(TILE_WIDTH);
                let entries = entries.read(first, u64::from(width), u64::MAX)?;
                let entries: Vec<Vec<u8>> = entries.iter().map(|(_, e)| e.to_vec()).collect();
                let bundle = bundle::encode(&entries);
                bundle
                    .map(Some)
                    .map_err(|e| Error::new(ErrorKind::InvalidData, e))
            }
        }
    }

    /// The journal's root over its first `size` entries.
    pub fn root(&self, size: u64) -> Result<Hash> {
        self.journal(size)?.root(size)
    }

    /// The proof that the journal's first `new` entries begin with its first `old` ones.
    pub fn consistency(&self, old: TreeSize, new: TreeSize) -> Result<Vec<Hash>> {
        let hashes = self.journal(new.0)?;
        consistency_proof(old, new, &hashes).map_err(|e| Error::new(ErrorKind::InvalidData, e))
    }

    fn journal(&self, size: u64) -> Result<HashFiles> {
        let (folder, name, _) = self.place(LogId::Journal);
        HashFiles::view(&folder, name, size)
    }
}
