//! The growing end of a tree: what appending, and reading the newest tile, needs.

use super::entries::EntryLog;
use super::error::damaged;
use super::projection::{CHUNK, Growth, Projection};
use crate::store::{Head, StoreError};
use crate::tlog::frontier::Frontier;
use crate::tlog::hash::{Hash, node_hash};
use crate::tlog::proof::Node;
use crate::tlog::size::TreeSize;
use crate::tlog::tile::TILE_HEIGHT;

/// Tree levels below the root of a chunk.
const CHUNK_HEIGHT: u8 = 7;
const _: () = assert!(CHUNK == 1 << CHUNK_HEIGHT);

/// The right edge of a tree and the leaf hashes behind its last full chunk.
#[derive(Clone, Debug, Default)]
pub(super) struct Tail {
    frontier: Frontier,
    pub(super) hashes: Vec<Hash>,
}

/// The root over a power of two of hashes.
fn fold(hashes: Vec<Hash>) -> Hash {
    let mut level = hashes;
    while level.len() > 1 {
        let (pairs, _) = level.as_chunks::<2>();
        level = pairs
            .iter()
            .map(|[left, right]| node_hash(left, right))
            .collect();
    }
    level[0]
}

impl Tail {
    pub(super) fn size(&self) -> u64 {
        self.frontier.size().0
    }

    pub(super) fn head(&self) -> Head {
        Head {
            size: self.size(),
            root: self.frontier.root(),
        }
    }

    /// The hashes of leaves `from..size`, where `from` is not before the last full chunk.
    pub(super) fn hashes_from(&self, from: u64) -> &[Hash] {
        let first = self.size() - self.hashes.len() as u64;
        let skip = usize::try_from(from - first).expect("within a chunk");
        &self.hashes[skip..]
    }

    /// Read the tail of a tree of this size from the hashes of its last leaves and from
    /// sled.
    pub(super) fn load(
        sled: &Projection,
        log: u32,
        size: u64,
        hashes: Vec<Hash>,
    ) -> Result<Self, StoreError> {
        let first = size - hashes.len() as u64;
        let edge = Frontier::edge_nodes(TreeSize(size))
            .into_iter()
            .map(|Node { level, index }| {
                if level < CHUNK_HEIGHT {
                    let from = usize::try_from((index << level) - first).expect("within a chunk");
                    return Ok(fold(hashes[from..from + (1 << level)].to_vec()));
                }
                if level == CHUNK_HEIGHT {
                    return Ok(fold(sled.chunk(log, index)?));
                }
                let (tile_level, height) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
                let uppers = sled.uppers(log, tile_level, index << height, 1 << height)?;
                Ok(fold(uppers))
            })
            .collect::<Result<Vec<Hash>, StoreError>>()?;
        let frontier =
            Frontier::resume(TreeSize(size), edge).expect("one hash for each node of the edge");
        Ok(Self { frontier, hashes })
    }

    /// Append a leaf by its hash; what is complete now goes to `growth`.
    pub(super) fn push(&mut self, leaf: Hash, growth: &mut Growth) {
        self.frontier.push_with(leaf, |node, hash| {
            if node.level > 0 && node.level % TILE_HEIGHT == 0 {
                growth
                    .uppers
                    .push((node.level / TILE_HEIGHT, node.index, hash));
            }
        });
        self.hashes.push(leaf);
        if self.hashes.len() as u64 == CHUNK {
            let chunk = std::mem::take(&mut self.hashes);
            growth.chunks.push((self.size() / CHUNK - 1, chunk));
        }
    }
}

/// The entries from leaf `first` on, which no checksum covers yet, do not lead to the
/// published root.
pub(super) fn wrong_root(log: &EntryLog, first: u64) -> StoreError {
    damaged(
        format!("{}: the tree with its entries from {first} on", log.what()),
        "restore this file from a backup; if that does not help, remove the folder `sled`, which \
         the next start makes again",
    )
}
