//! An entry of the index: a fingerprint and where the leaf is, 16 bytes.

/// Bytes of an entry.
pub(super) const ENTRY_LEN: usize = 16;

/// Where a leaf is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// The log's number, below 2²⁴.
    pub(crate) log: u32,
    /// The leaf's index, below 2⁴⁰.
    pub(crate) index: u64,
}

/// `fingerprint u64 ‖ log u24 ‖ index u40`, ordered as those bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry(u128);

/// The first eight bytes of a BLAKE3 over `kind ‖ log u32 ‖ key`. That others share it
/// costs a look at their leaf, no more.
fn fingerprint(kind: u8, log: u32, key: &[u8; 32]) -> u64 {
    let mut input = [0; 37];
    input[0] = kind;
    input[1..5].copy_from_slice(&log.to_be_bytes());
    input[5..].copy_from_slice(key);
    let hash = blake3::hash(&input);
    let (first, _) = hash.as_bytes().split_first_chunk().expect("32 bytes");
    u64::from_be_bytes(*first)
}

/// Of a unique key in a log.
pub(crate) fn fingerprint_of_key(log: u32, key: &[u8; 32]) -> u64 {
    fingerprint(1, log, key)
}

/// Of a leaf hash in a log.
pub(crate) fn fingerprint_of_hash(log: u32, hash: &[u8; 32]) -> u64 {
    fingerprint(2, log, hash)
}

impl Entry {
    /// # Panics
    ///
    /// When a log has 2⁴⁰ leaves, or the store 2²⁴ logs.
    pub(crate) fn new(fingerprint: u64, location: Location) -> Self {
        assert!(location.log < 1 << 24 && location.index < 1 << 40);
        let low = u64::from(location.log) << 40 | location.index;
        Self(u128::from(fingerprint) << 64 | u128::from(low))
    }

    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn fingerprint(self) -> u64 {
        (self.0 >> 64) as u64
    }

    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn location(self) -> Location {
        Location {
            log: (self.0 >> 40) as u32 & 0xff_ffff,
            index: self.0 as u64 & 0xff_ffff_ffff,
        }
    }

    pub(super) fn to_bytes(self) -> [u8; ENTRY_LEN] {
        self.0.to_be_bytes()
    }

    pub(super) fn from_bytes(bytes: [u8; ENTRY_LEN]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

/// The locations of all entries with a fingerprint, among sorted ones.
pub(super) fn with_fingerprint(
    entries: &[Entry],
    fingerprint: u64,
) -> impl Iterator<Item = Location> {
    let first = entries.partition_point(|entry| entry.fingerprint() < fingerprint);
    entries[first..]
        .iter()
        .take_while(move |entry| entry.fingerprint() == fingerprint)
        .map(|entry| entry.location())
}
