//! The hashes of a log as its tiles hold them, one file a level: what was verified,
//! and what served tiles are compared with.

use std::io::{ErrorKind, Result};
use std::path::Path;

use super::records::RecordFile;
use crate::tlog::frontier::Frontier;
use crate::tlog::hash::{HASH_LEN, Hash, node_hash};
use crate::tlog::proof::{BuildError, HashReader, Node, root};
use crate::tlog::size::TreeSize;
use crate::tlog::tile::{TILE_HEIGHT, TilePath};

/// Levels that a 64-bit size can fill.
const LEVELS: u8 = 8;

/// Hash *i* of level *L* is the root over 256^L leaves.
#[derive(Debug)]
pub(in crate::auditor) struct HashFiles {
    levels: Vec<RecordFile<HASH_LEN>>,
}

fn count(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))
        .unwrap_or(0)
}

impl HashFiles {
    /// Of the log `name` in `folder`, at `size` leaves.
    pub(in crate::auditor) fn open(folder: &Path, name: &str, size: u64) -> Result<Self> {
        let open = |level| {
            let path = folder.join(format!("{name}.hashes.{level}"));
            RecordFile::open(path, count(size, level))
        };
        let levels = (0..LEVELS).map(open).collect::<Result<_>>()?;
        Ok(Self { levels })
    }

    /// The same to read only, beside those that are appended to.
    pub(in crate::auditor) fn view(folder: &Path, name: &str, size: u64) -> Result<Self> {
        let view = |level| {
            let path = folder.join(format!("{name}.hashes.{level}"));
            RecordFile::view(path, count(size, level))
        };
        let levels = (0..LEVELS).map(view).collect::<Result<_>>()?;
        Ok(Self { levels })
    }

    /// Take in a subtree that is complete now; those that no tile holds are passed over.
    pub(in crate::auditor) fn take(&mut self, node: Node, hash: &Hash) -> Result<()> {
        if node.level.is_multiple_of(TILE_HEIGHT) {
            self.levels[usize::from(node.level / TILE_HEIGHT)].push(&hash.0)
        } else {
            Ok(())
        }
    }

    /// Make all that was taken in readable.
    pub(in crate::auditor) fn flush(&mut self) -> Result<()> {
        self.levels.iter_mut().try_for_each(RecordFile::flush)
    }

    /// Make all that was taken in durable.
    pub(in crate::auditor) fn sync(&mut self) -> Result<()> {
        self.levels.iter_mut().try_for_each(RecordFile::sync)
    }

    /// Go back to `size` leaves.
    pub(in crate::auditor) fn truncate(&mut self, size: u64) -> Result<()> {
        let mut levels = self.levels.iter_mut().zip(0..);
        levels.try_for_each(|(file, level)| file.truncate(count(size, level)))
    }

    /// The hash of a leaf.
    pub(in crate::auditor) fn leaf(&self, index: u64) -> Result<Hash> {
        self.levels[0].get(index).map(Hash)
    }

    /// The right edge at `size` leaves, to go on from.
    pub(in crate::auditor) fn frontier(&self, size: u64) -> Result<Frontier> {
        Frontier::read(TreeSize(size), self).map_err(io)
    }

    /// The root over the first `size` leaves.
    pub(in crate::auditor) fn root(&self, size: u64) -> Result<Hash> {
        root(TreeSize(size), self).map_err(io)
    }

    /// The bytes of the tile of hashes at `level` and `path`'s index and width.
    pub(in crate::auditor) fn tile(&self, level: u8, path: &TilePath) -> Result<Vec<u8>> {
        let first = path.index << TILE_HEIGHT;
        self.levels[usize::from(level)].range(first, usize::from(path.width))
    }

    /// A complete subtree: it stands in a file, or follows from few hashes that do.
    fn node(&self, node: Node) -> Result<Hash> {
        let file = &self.levels[usize::from(node.level / TILE_HEIGHT)];
        let height = node.level % TILE_HEIGHT;
        let bytes = file.range(node.index << height, 1 << height)?;
        let (hashes, _) = bytes.as_chunks::<HASH_LEN>();
        let mut hashes: Vec<Hash> = hashes.iter().copied().map(Hash).collect();
        while hashes.len() > 1 {
            let (pairs, _) = hashes.as_chunks::<2>();
            hashes = pairs.iter().map(|[l, r]| node_hash(l, r)).collect();
        }
        Ok(hashes[0])
    }
}

impl HashReader for HashFiles {
    type Error = std::io::Error;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>> {
        nodes.iter().map(|node| self.node(*node)).collect()
    }
}

fn io(error: BuildError<std::io::Error>) -> std::io::Error {
    match error {
        BuildError::Read(error) => error,
        other => std::io::Error::new(ErrorKind::InvalidData, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlog::hash::leaf_hash;

    #[test]
    fn roots_at_every_size_come_out_of_the_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut files = HashFiles::open(folder.path(), "log", 0).expect("opens");
        let mut frontier = Frontier::new();
        let mut roots = vec![frontier.root()];
        for n in 0..1000_u32 {
            frontier.push_with(leaf_hash(&n.to_be_bytes()), |node, hash| {
                files.take(node, &hash).expect("takes");
            });
            roots.push(frontier.root());
        }
        files.sync().expect("syncs");
        for (size, root) in (0..).zip(&roots) {
            assert_eq!(files.root(size).expect("reads"), *root);
        }
        assert_eq!(files.frontier(1000).expect("reads"), frontier);
        let mut files = HashFiles::open(folder.path(), "log", 700).expect("opens");
        let mut frontier = files.frontier(700).expect("reads");
        assert_eq!(frontier.root(), roots[700]);
        files.truncate(300).expect("truncates");
        assert!(files.leaf(300).is_err());
        frontier = files.frontier(300).expect("reads");
        assert_eq!(frontier.root(), roots[300]);
    }
}
