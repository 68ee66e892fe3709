//! Tiles (tlog-tiles): paths, which tiles a log has, and the hashes inside one.

mod contents;
mod layout;
mod path;

pub use contents::{ContentsError, Tile};
pub use layout::{TileHashes, TileReadError, TileReader, new_tiles, tiles, width_at};
pub use path::{Level, TileError, TilePath};

/// Hashes in a full tile, and entries in a full bundle (tlog-tiles, "Merkle Tree").
pub const TILE_WIDTH: u16 = 256;
/// Tree levels that a tile spans: log₂ of [`TILE_WIDTH`].
pub const TILE_HEIGHT: u8 = 8;
