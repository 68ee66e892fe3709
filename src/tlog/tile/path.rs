//! Tile paths: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]` (tlog-tiles,
//! "Merkle Tree" and "Log entries"). Each tile has exactly one path.

use std::fmt;
use std::str::FromStr;

use super::TILE_WIDTH;
use crate::tlog::text::parse_decimal;

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Entries: an entry bundle.
    Entries,
    /// Hashes of subtrees of 256^level leaves, 0 to 63.
    Hashes(u8),
}

/// The name of a tile: level, index within the level, width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    /// What it holds.
    pub level: Level,
    /// Position within its level, from 0.
    pub index: u64,
    /// How many hashes or entries, 1 to 256; below 256 it is a partial tile.
    pub width: u16,
}

/// Why text is not a tile path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// Not `tile/<L>/<N>` or `tile/<L>/<N>.p/<W>`.
    #[error("a tile path is tile/<level>/<index> or tile/<level>/<index>.p/<width>")]
    Shape,
    /// The level is neither `entries` nor 0 to 63.
    #[error("a level is `entries` or a number from 0 to 63 without leading zeroes")]
    Level,
    /// The index is not in three-digit groups, all but the last after an `x`.
    #[error("an index is written in three-digit groups, as x001/x234/067")]
    Index,
    /// The width of a partial tile is not 1 to 255.
    #[error("a partial tile has a width from 1 to 255 without leading zeroes")]
    Width,
}

impl TilePath {
    /// The full tile.
    pub fn full(level: Level, index: u64) -> Self {
        Self {
            level,
            index,
            width: TILE_WIDTH,
        }
    }

    /// Whether it has fewer than 256 hashes or entries.
    pub fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }
}

/// Three-digit groups of `index`, all but the last after an `x`.
fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    if index >= 1000 {
        write_upper(f, index / 1000)?;
    }
    write!(f, "{:03}", index % 1000)
}

fn write_upper(f: &mut fmt::Formatter<'_>, groups: u64) -> fmt::Result {
    if groups >= 1000 {
        write_upper(f, groups / 1000)?;
    }
    write!(f, "x{:03}/", groups % 1000)
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Level::Entries => f.write_str("tile/entries/")?,
            Level::Hashes(level) => write!(f, "tile/{level}/")?,
        }
        write_index(f, self.index)?;
        if self.is_partial() {
            write!(f, ".p/{}", self.width)
        } else {
            Ok(())
        }
    }
}

fn parse_index(text: &str) -> Option<u64> {
    // Seven groups hold every 64-bit number.
    if text.len() > 7 * 5 {
        return None;
    }
    let groups: Vec<&str> = text.split('/').collect();
    let (last, upper) = groups.split_last()?;
    let upper: Option<Vec<&str>> = upper.iter().map(|group| group.strip_prefix('x')).collect();
    let upper = upper?;
    // A first group of zeroes would be a second spelling of the same number.
    if upper.first() == Some(&"000") {
        return None;
    }
    upper
        .into_iter()
        .chain([*last])
        .try_fold(0u64, |index, group| {
            let digits = group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
            let group: u64 = digits.then(|| group.parse().ok()).flatten()?;
            index.checked_mul(1000)?.checked_add(group)
        })
}

impl FromStr for TilePath {
    type Err = TileError;

    fn from_str(text: &str) -> Result<Self, TileError> {
        let rest = text.strip_prefix("tile/").ok_or(TileError::Shape)?;
        let (level, rest) = rest.split_once('/').ok_or(TileError::Shape)?;
        let level = match level {
            "entries" => Level::Entries,
            number => parse_decimal(number)
                .and_then(|level| u8::try_from(level).ok())
                .filter(|level| *level <= 63)
                .map(Level::Hashes)
                .ok_or(TileError::Level)?,
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((index, width)) => {
                let width = parse_decimal(width).and_then(|width| u16::try_from(width).ok());
                let width = width.filter(|width| (1..TILE_WIDTH).contains(width));
                (index, width.ok_or(TileError::Width)?)
            }
        };
        let index = parse_index(index).ok_or(TileError::Index)?;
        Ok(Self {
            level,
            index,
            width,
        })
    }
}
