//! Which tiles a log of some size has, and reading subtree hashes out of tiles.

use std::collections::BTreeMap;

use super::path::{Level, TilePath};
use super::{ContentsError, TILE_HEIGHT, TILE_WIDTH, Tile};
use crate::tlog::hash::Hash;
use crate::tlog::proof::{HashReader, Node};
use crate::tlog::size::TreeSize;

/// Levels of hash tiles that a 64-bit size can fill.
const LEVELS: u8 = 8;

/// How many hashes stand at `level` in the tiles of a log of this size:
/// ⌊size / 256^level⌋. Entries count as level 0.
fn count(level: Level, size: u64) -> u64 {
    match level {
        Level::Entries => size,
        Level::Hashes(level) => size
            .checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))
            .unwrap_or(0),
    }
}

/// The width of a tile in a log of this size; `None` where the log does not have it.
/// What a server checks before it looks for a tile.
pub fn width_at(level: Level, index: u64, size: TreeSize) -> Option<u16> {
    let width = u64::from(TILE_WIDTH);
    let left = count(level, size.0).checked_sub(index.checked_mul(width)?)?;
    u16::try_from(left.min(width))
        .ok()
        .filter(|width| *width > 0)
}

fn all_levels() -> impl Iterator<Item = Level> {
    std::iter::once(Level::Entries).chain((0..LEVELS).map(Level::Hashes))
}

/// All tiles of a log of this size, bundles first, then level by level.
pub fn tiles(size: TreeSize) -> impl Iterator<Item = TilePath> {
    new_tiles(TreeSize(0), size)
}

/// The tiles that a log of `new` leaves has and that it did not have at `old` leaves:
/// what a publication writes. Partial tiles appear at the width that `new` gives them.
pub fn new_tiles(old: TreeSize, new: TreeSize) -> impl Iterator<Item = TilePath> {
    all_levels().flat_map(move |level| {
        let (before, after) = (count(level, old.0), count(level, new.0));
        let first = before / u64::from(TILE_WIDTH);
        let end = if after > before {
            after.div_ceil(u64::from(TILE_WIDTH))
        } else {
            first
        };
        (first..end).map(move |index| TilePath {
            level,
            index,
            width: width_at(level, index, new).expect("within the log"),
        })
    })
}

/// A source of tiles: files, a bucket, a server, a store.
pub trait TileReader {
    /// Why tiles could not be read.
    type Error;

    /// These tiles, in the same order. A full tile may stand in for a partial one.
    fn read_tiles(&self, tiles: &[TilePath]) -> Result<Vec<Tile>, Self::Error>;
}

/// Why a hash could not be read from tiles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileReadError<E> {
    /// The log of this size does not have that subtree.
    #[error("no complete subtree {0:?} in a tree of {1} leaves")]
    Outside(Node, TreeSize),
    /// The source failed.
    #[error("reading tiles: {0}")]
    Read(E),
    /// The source gave another number of tiles than was asked for.
    #[error("asked for {expected} tiles, the source gave {actual}")]
    Count {
        /// How many were asked for.
        expected: usize,
        /// How many came.
        actual: usize,
    },
    /// A tile is narrower than its path says.
    #[error("{path} came with {actual} hashes")]
    Narrow {
        /// The tile asked for.
        path: TilePath,
        /// How many hashes it had.
        actual: u16,
    },
    /// A tile's bytes are not a tile.
    #[error(transparent)]
    Contents(#[from] ContentsError),
}

/// Reads subtree hashes of a log of some size from its tiles. Nothing is authenticated
/// here: where the tiles come from somebody else, check what is made of them (a root, a
/// proof) against a checkpoint.
pub struct TileHashes<R> {
    size: TreeSize,
    tiles: R,
}

impl<R: TileReader> TileHashes<R> {
    /// Of a log of this size with these tiles.
    pub fn new(size: TreeSize, tiles: R) -> Self {
        Self { size, tiles }
    }

    /// Where the hash of a complete subtree stands: tile, height and index inside it.
    fn locate(&self, node: Node) -> Option<(TilePath, u8, u16)> {
        let level = Level::Hashes(node.level / TILE_HEIGHT);
        let height = node.level % TILE_HEIGHT;
        let per_tile = u64::from(TILE_WIDTH) >> height;
        let index = node.index / per_tile;
        let inside = u16::try_from(node.index % per_tile).ok()?;
        let width = width_at(level, index, self.size)?;
        ((inside + 1) << height <= width).then_some((
            TilePath {
                level,
                index,
                width,
            },
            height,
            inside,
        ))
    }
}

impl<R: TileReader> HashReader for TileHashes<R> {
    type Error = TileReadError<R::Error>;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Self::Error> {
        let places: Vec<_> = nodes
            .iter()
            .map(|node| {
                self.locate(*node)
                    .ok_or(TileReadError::Outside(*node, self.size))
            })
            .collect::<Result<_, _>>()?;
        let mut wanted: Vec<TilePath> = places.iter().map(|(path, ..)| *path).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let tiles = self
            .tiles
            .read_tiles(&wanted)
            .map_err(TileReadError::Read)?;
        if tiles.len() != wanted.len() {
            return Err(TileReadError::Count {
                expected: wanted.len(),
                actual: tiles.len(),
            });
        }
        let tiles: BTreeMap<TilePath, Tile> = wanted.into_iter().zip(tiles).collect();
        places
            .into_iter()
            .map(|(path, height, index)| {
                let tile = &tiles[&path];
                let narrow = TileReadError::Narrow {
                    path,
                    actual: tile.width(),
                };
                tile.subtree(height, index).copied().ok_or(narrow)
            })
            .collect()
    }
}
