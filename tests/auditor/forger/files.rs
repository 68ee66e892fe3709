//! Public files in memory, and ways to serve and to spoil them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use undersigned::client::tiles::{LogFile, TileSource, TileSourceError, path};
use undersigned::store::LogId;
use undersigned::tlog::bundle;
use undersigned::tlog::frontier::Frontier;
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::size::TreeSize;
use undersigned::tlog::tile::{Level, TILE_HEIGHT, tiles};

/// Files by path.
#[derive(Clone, Default)]
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl Files {
    pub(crate) fn put(&mut self, path: &str, bytes: Vec<u8>) {
        self.0.insert(path.to_owned(), bytes);
    }

    /// Bundles and tiles of a log.
    pub(crate) fn add_log(&mut self, prefix: &str, entries: &[Vec<u8>]) {
        let mut levels: Vec<Vec<Hash>> = vec![Vec::new(); 8];
        let mut frontier = Frontier::new();
        for entry in entries {
            frontier.push_with(leaf_hash(entry), |node, hash| {
                if node.level.is_multiple_of(TILE_HEIGHT) {
                    levels[usize::from(node.level / TILE_HEIGHT)].push(hash);
                }
            });
        }
        for tile in tiles(TreeSize(entries.len() as u64)) {
            let first = usize::try_from(tile.index).expect("small") << TILE_HEIGHT;
            let range = first..first + usize::from(tile.width);
            let bytes = match tile.level {
                Level::Entries => bundle::encode(&entries[range]).expect("a bundle"),
                Level::Hashes(level) => {
                    let hashes = &levels[usize::from(level)][range];
                    hashes.iter().flat_map(|hash| hash.0).collect()
                }
            };
            self.put(&format!("{prefix}{tile}"), bytes);
        }
    }

    /// Write all of them below a folder.
    pub(crate) fn write(&self, folder: &Path) {
        for (path, bytes) in &self.0 {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
            std::fs::write(path, bytes).expect("a file");
        }
    }
}

impl TileSource for Files {
    fn read(
        &self,
        log: LogId,
        file: LogFile,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, TileSourceError> {
        let path = path(log, file);
        match self.0.get(&path) {
            Some(bytes) if bytes.len() > limit => Err(TileSourceError::TooLarge { path, limit }),
            found => Ok(found.cloned()),
        }
    }

    fn parallel(&self) -> usize {
        2
    }

    fn lag(&self) -> Option<Duration> {
        None
    }

    fn name(&self) -> String {
        "memory".to_owned()
    }
}
