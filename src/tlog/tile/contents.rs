//! The inside of a tile: its hashes, and the tree levels between them that tlog-tiles
//! leaves to the reader.

use super::{TILE_HEIGHT, TILE_WIDTH};
use crate::tlog::hash::{HASH_LEN, Hash, node_hash};

/// A tile's hashes and every complete subtree over them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    /// `levels[h][i]` is the hash over hashes `i · 2^h .. (i + 1) · 2^h` of the tile.
    levels: Vec<Vec<Hash>>,
}

/// Why bytes or hashes are not a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentsError {
    /// None, or more than 256.
    #[error("a tile has 1 to {TILE_WIDTH} hashes, got {0}")]
    Width(usize),
    /// The number of bytes does not belong to the width.
    #[error("a tile of width {width} has {expected} bytes, got {actual}", expected = usize::from(*width) * HASH_LEN)]
    Length {
        /// The width asked for.
        width: u16,
        /// Bytes given.
        actual: usize,
    },
}

impl Tile {
    /// A tile with these 1 to 256 hashes.
    pub fn new(hashes: Vec<Hash>) -> Result<Self, ContentsError> {
        if !(1..=usize::from(TILE_WIDTH)).contains(&hashes.len()) {
            return Err(ContentsError::Width(hashes.len()));
        }
        let mut levels = vec![hashes];
        for height in 0..usize::from(TILE_HEIGHT) {
            let (pairs, _) = levels[height].as_chunks::<2>();
            if pairs.is_empty() {
                break;
            }
            levels.push(
                pairs
                    .iter()
                    .map(|[left, right]| node_hash(left, right))
                    .collect(),
            );
        }
        Ok(Self { levels })
    }

    /// A tile from its `width · 32` bytes.
    pub fn parse(bytes: &[u8], width: u16) -> Result<Self, ContentsError> {
        let (hashes, rest) = bytes.as_chunks::<HASH_LEN>();
        if !rest.is_empty() || hashes.len() != usize::from(width) {
            return Err(ContentsError::Length {
                width,
                actual: bytes.len(),
            });
        }
        Self::new(hashes.iter().copied().map(Hash).collect())
    }

    /// Its hashes, in order.
    pub fn hashes(&self) -> &[Hash] {
        &self.levels[0]
    }

    /// How many hashes, 1 to 256.
    pub fn width(&self) -> u16 {
        u16::try_from(self.hashes().len()).expect("at most 256")
    }

    /// Its bytes: the hashes one after another.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.hashes().iter().flat_map(|hash| hash.0).collect()
    }

    /// The hash over hashes `index · 2^height .. (index + 1) · 2^height` of the tile;
    /// `height` 0 is the hashes themselves, 8 the hash in the tile above. `None` where
    /// the tile is too narrow for it.
    pub fn subtree(&self, height: u8, index: u16) -> Option<&Hash> {
        self.levels
            .get(usize::from(height))?
            .get(usize::from(index))
    }
}
