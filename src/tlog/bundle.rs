//! Entry bundles (tlog-tiles, "Log entries"): up to 256 entries, each after its length
//! as a big-endian 16-bit number.

use super::tile::TILE_WIDTH;

/// Most bytes of an entry: its length has 16 bits.
pub const ENTRY_MAX: usize = u16::MAX as usize;
/// Most bytes of a bundle.
pub const BUNDLE_MAX: usize = TILE_WIDTH as usize * (2 + ENTRY_MAX);

/// Why bytes are not a bundle, or entries do not fit one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// None, or more than 256.
    #[error("a bundle has 1 to {TILE_WIDTH} entries, got {0}")]
    Width(usize),
    /// An entry is longer than [`ENTRY_MAX`] bytes.
    #[error("entry {index} has {length} bytes; the most is {ENTRY_MAX}")]
    TooLong {
        /// Position in the bundle, from 0.
        index: usize,
        /// Length in bytes.
        length: usize,
    },
    /// The bytes end inside an entry or before the last one.
    #[error("the bundle ends inside entry {0}")]
    Truncated(usize),
    /// Bytes follow the last entry.
    #[error("{0} bytes follow the last entry")]
    Trailing(usize),
}

fn ensure_width(width: usize) -> Result<(), BundleError> {
    if (1..=usize::from(TILE_WIDTH)).contains(&width) {
        Ok(())
    } else {
        Err(BundleError::Width(width))
    }
}

/// The bundle of `entries`.
pub fn encode<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, BundleError> {
    ensure_width(entries.len())?;
    let mut bytes = Vec::with_capacity(entries.iter().map(|e| 2 + e.as_ref().len()).sum());
    for (index, entry) in entries.iter().enumerate() {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| BundleError::TooLong {
            index,
            length: entry.len(),
        })?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// The `width` entries of a bundle, exactly: nothing missing, nothing left over.
pub fn parse(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, BundleError> {
    let width = usize::from(width);
    ensure_width(width)?;
    let mut entries = Vec::with_capacity(width);
    let mut rest = bytes;
    for index in 0..width {
        let (length, after) = rest
            .split_first_chunk::<2>()
            .ok_or(BundleError::Truncated(index))?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after
            .split_at_checked(length)
            .ok_or(BundleError::Truncated(index))?;
        entries.push(entry);
        rest = after;
    }
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(BundleError::Trailing(rest.len()))
    }
}
