//! What is remembered of a petition.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::records::RecordFile;
use super::{EntryFiles, HashFiles, StateFolder, damage, load_json, save_json};
use crate::auditor::AuditError;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::manifest::Manifest;
use crate::protocol::replay::{Found, PetitionState};
use crate::tlog::hash::{Hash, empty_root};

const FILE: &str = "petition.json";

/// Where a tree's replay is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::auditor) struct SavedTree {
    /// Leaves that a tally vouches for, and the root over them.
    pub(in crate::auditor) size: u64,
    pub(in crate::auditor) root: Hash,
    /// Leaves whose keys were compared with all before them.
    pub(in crate::auditor) seen: u64,
    /// Size up to which served hash tiles were right.
    pub(in crate::auditor) tiles: u64,
}

/// The part that is replaced at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::auditor) struct SavedPetition {
    manifest: String,
    /// Journal entries below this were taken in.
    pub(in crate::auditor) next: u64,
    /// Entries from `next` on were handed out and not taken in: read them again.
    pub(in crate::auditor) behind: bool,
    pub(in crate::auditor) replay: PetitionState,
    pub(in crate::auditor) trees: [SavedTree; 4],
    pub(in crate::auditor) found: Found,
}

/// Files that grow with a tree.
#[derive(Debug)]
pub(in crate::auditor) struct TreeFiles {
    /// Unique key of each leaf.
    pub(in crate::auditor) keys: RecordFile<32>,
    pub(in crate::auditor) hashes: HashFiles,
    /// The leaves themselves, where the folder is a mirror's.
    leaves: Option<EntryFiles>,
}

impl TreeFiles {
    fn open(
        folder: &Path,
        tree: Tree,
        saved: &SavedTree,
        keeps_leaves: bool,
    ) -> std::io::Result<Self> {
        let keys = folder.join(format!("{tree}.keys"));
        let leaves = || EntryFiles::open(folder, Some(tree), saved.size);
        Ok(Self {
            keys: RecordFile::open(keys, saved.size)?,
            hashes: HashFiles::open(folder, tree.name(), saved.size)?,
            leaves: keeps_leaves.then(leaves).transpose()?,
        })
    }

    /// Keep a leaf's bytes, if leaves are kept here.
    pub(in crate::auditor) fn keep(&mut self, leaf: &[u8]) -> std::io::Result<()> {
        let leaves = self.leaves.as_mut();
        leaves.map_or(Ok(()), |leaves| leaves.push(leaf))
    }

    pub(in crate::auditor) fn sync(&mut self) -> std::io::Result<()> {
        if let Some(leaves) = &mut self.leaves {
            leaves.sync()?;
        }
        self.keys.sync()?;
        self.hashes.sync()
    }

    pub(in crate::auditor) fn truncate(&mut self, size: u64) -> std::io::Result<()> {
        if let Some(leaves) = &mut self.leaves {
            leaves.truncate(size)?;
        }
        self.keys.truncate(size)?;
        self.hashes.truncate(size)
    }
}

/// A petition's part of the state folder.
#[derive(Debug)]
pub(in crate::auditor) struct PetitionStore {
    pub(in crate::auditor) folder: PathBuf,
    pub(in crate::auditor) manifest: Manifest,
    pub(in crate::auditor) saved: SavedPetition,
    keeps_leaves: bool,
}

impl PetitionStore {
    /// A petition that entry `published` made public; not remembered before
    /// [`PetitionStore::save`].
    pub(in crate::auditor) fn new(
        state: &StateFolder,
        manifest: Manifest,
        published: u64,
        found: Found,
    ) -> Result<Self, AuditError> {
        let folder = state.folder(&format!("petitions/{}", manifest.id()))?;
        let empty = SavedTree {
            size: 0,
            root: empty_root(),
            seen: 0,
            tiles: 0,
        };
        let saved = SavedPetition {
            manifest: manifest.text().to_owned(),
            next: published + 1,
            behind: false,
            replay: PetitionState::new(&manifest, published),
            trees: [empty; 4],
            found,
        };
        Ok(Self {
            folder,
            manifest,
            saved,
            keeps_leaves: state.keeps_leaves(),
        })
    }

    /// All petitions that earlier runs left.
    pub(in crate::auditor) fn load_all(state: &StateFolder) -> Result<Vec<Self>, AuditError> {
        let parent = state.folder("petitions")?;
        let entries = std::fs::read_dir(&parent).map_err(AuditError::state(&parent))?;
        let mut all = Vec::new();
        for entry in entries {
            let folder = entry.map_err(AuditError::state(&parent))?.path();
            let name = folder.file_name().and_then(|name| name.to_str());
            let Some(id) = name.and_then(|name| name.parse::<PetitionId>().ok()) else {
                continue;
            };
            let path = folder.join(FILE);
            // A run that broke before the first save leaves an empty folder.
            let Some(saved) = load_json::<SavedPetition>(&path)? else {
                continue;
            };
            let manifest =
                Manifest::parse_as(saved.manifest.as_bytes(), id).map_err(|e| damage(&path, e))?;
            all.push(Self {
                folder,
                manifest,
                saved,
                keeps_leaves: state.keeps_leaves(),
            });
        }
        Ok(all)
    }

    pub(in crate::auditor) fn id(&self) -> PetitionId {
        self.manifest.id()
    }

    /// The files of a tree, as far as they count.
    pub(in crate::auditor) fn open_tree(&self, tree: Tree) -> Result<TreeFiles, AuditError> {
        let saved = &self.saved.trees[tree as usize];
        let io = |source| AuditError::state(self.folder.join(tree.name()))(source);
        let files = TreeFiles::open(&self.folder, tree, saved, self.keeps_leaves).map_err(io)?;
        if files.hashes.root(saved.size).map_err(io)? == saved.root {
            Ok(files)
        } else {
            let path = self.folder.join(tree.name());
            Err(damage(&path, "the hashes are not those of the tally"))
        }
    }

    pub(in crate::auditor) fn save(&self) -> Result<(), AuditError> {
        self.saved.save(&self.folder)
    }
}

impl SavedPetition {
    pub(in crate::auditor) fn save(&self, folder: &Path) -> Result<(), AuditError> {
        save_json(&folder.join(FILE), self)
    }
}
