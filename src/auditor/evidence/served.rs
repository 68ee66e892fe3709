//! Logs as they are served, for whoever has no state: hashes from tiles, leaf hashes in
//! memory. Nothing here is verified; what is made of it is.

use std::convert::Infallible;

use super::NoEvidence;
use crate::auditor::AuditError;
use crate::auditor::fetch::{Reader, parallel};
use crate::protocol::tally::TreeHead;
use crate::store::LogId;
use crate::tlog::frontier::Frontier;
use crate::tlog::hash::{HASH_LEN, Hash, leaf_hash};
use crate::tlog::proof::{HashReader, Node};
use crate::tlog::size::TreeSize;
use crate::tlog::tile::{Level, TILE_WIDTH, Tile, TileHashes, TilePath, TileReader, width_at};

/// Leaf hashes of a whole log.
pub(super) struct Leaves(pub(super) Vec<Hash>);

impl Leaves {
    /// From the entries themselves.
    pub(super) fn of_bundles(
        reader: &Reader<'_>,
        log: LogId,
        size: u64,
    ) -> Result<Self, NoEvidence> {
        let read = |bundle: usize| {
            let bundle = reader.bundle(log, bundle as u64, size)?;
            Ok(bundle.entries().map(leaf_hash).collect())
        };
        Self::read(reader, size, read)
    }

    /// From the lowest hash tiles, which have a tenth of the bytes.
    fn of_tiles(reader: &Reader<'_>, log: LogId, size: u64) -> Result<Self, NoEvidence> {
        let read = |index: usize| {
            let (level, index) = (Level::Hashes(0), index as u64);
            let width = width_at(level, index, TreeSize(size)).unwrap_or(0);
            let path = TilePath {
                level,
                index,
                width,
            };
            let bytes = reader.hashes(log, path)?;
            let (hashes, _) = bytes.as_chunks::<HASH_LEN>();
            Ok(hashes.iter().copied().map(Hash).collect())
        };
        Self::read(reader, size, read)
    }

    /// Those of this head, if they are served anywhere.
    pub(super) fn of(reader: &Reader<'_>, log: LogId, head: &TreeHead) -> Result<Self, NoEvidence> {
        match Self::of_tiles(reader, log, head.size) {
            Ok(leaves) if leaves.root() == head.root => Ok(leaves),
            _ => Self::of_bundles(reader, log, head.size),
        }
    }

    fn read(
        reader: &Reader<'_>,
        size: u64,
        read: impl Fn(usize) -> Result<Vec<Hash>, AuditError> + Sync,
    ) -> Result<Self, NoEvidence> {
        let count = size.div_ceil(u64::from(TILE_WIDTH));
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let parts = parallel(reader.source.parallel(), count, read)?;
        Ok(Self(parts.concat()))
    }

    pub(super) fn root(&self) -> Hash {
        let mut frontier = Frontier::new();
        self.0.iter().for_each(|leaf| frontier.push(*leaf));
        frontier.root()
    }
}

impl HashReader for Leaves {
    type Error = Infallible;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Infallible> {
        let hash = |node: &Node| {
            let first = usize::try_from(node.index << node.level).expect("in memory");
            let mut frontier = Frontier::new();
            for leaf in &self.0[first..first + (1 << node.level)] {
                frontier.push(*leaf);
            }
            frontier.root()
        };
        Ok(nodes.iter().map(hash).collect())
    }
}

/// Tiles of a log.
pub(super) struct Tiles<'a> {
    reader: &'a Reader<'a>,
    log: LogId,
}

impl TileReader for Tiles<'_> {
    type Error = AuditError;

    fn read_tiles(&self, tiles: &[TilePath]) -> Result<Vec<Tile>, AuditError> {
        let read = |path: &TilePath| {
            let bytes = self.reader.hashes(self.log, *path)?;
            Tile::parse(&bytes, path.width).map_err(|e| AuditError::Malformed {
                path: path.to_string(),
                why: e.to_string(),
            })
        };
        tiles.iter().map(read).collect()
    }
}

/// The hashes of a log of this size.
pub(super) fn hashes<'a>(reader: &'a Reader<'a>, log: LogId, size: u64) -> TileHashes<Tiles<'a>> {
    TileHashes::new(TreeSize(size), Tiles { reader, log })
}

/// A failure to make something of tiles.
pub(super) fn unreadable(error: &impl ToString) -> AuditError {
    AuditError::Malformed {
        path: "tile".to_owned(),
        why: error.to_string(),
    }
}
