//! Bytes in and out: big-endian integers, blocks after their length, checksums.

use crate::protocol::ids::{PetitionId, Tree};
use crate::store::LogId;

/// Bytes of a [`LogId`].
pub(super) const LOG_ID_LEN: usize = 33;
/// Bytes of a checksum.
pub(super) const CHECK_LEN: usize = 16;

/// A BLAKE3 checksum over parts of fixed length, followed by at most one that is not.
pub(super) fn checksum(parts: &[&[u8]]) -> [u8; CHECK_LEN] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    let mut check = [0; CHECK_LEN];
    check.copy_from_slice(&hasher.finalize().as_bytes()[..CHECK_LEN]);
    check
}

/// Reads from the front of bytes; `None` where they end too early.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes(N)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// Bytes after their length.
    pub(super) fn block(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.bytes(usize::try_from(length).ok()?)
    }

    pub(super) fn log_id(&mut self) -> Option<LogId> {
        let code = self.u8()?;
        let petition = PetitionId(self.array()?);
        let tree = match code {
            0 => return Some(LogId::Journal),
            1 => Tree::Roll,
            2 => Tree::Strikes,
            3 => Tree::Signatures,
            4 => Tree::Withdrawals,
            _ => return None,
        };
        Some(LogId::Tree(petition, tree))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Append bytes after their length.
///
/// # Panics
///
/// When they are 4 GiB or more: everything stored is bounded far below.
pub(super) fn put_block(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("a block is below 4 GiB");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

/// The code of a tree in [`log_id`]; 0 is the journal.
pub(super) fn tree_code(tree: Tree) -> u8 {
    match tree {
        Tree::Roll => 1,
        Tree::Strikes => 2,
        Tree::Signatures => 3,
        Tree::Withdrawals => 4,
    }
}

/// `code u8 ‖ petition id 32`, zeroes for the journal.
pub(super) fn log_id(log: LogId) -> [u8; LOG_ID_LEN] {
    let mut bytes = [0; LOG_ID_LEN];
    if let LogId::Tree(petition, tree) = log {
        bytes[0] = tree_code(tree);
        bytes[1..].copy_from_slice(petition.as_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_ids_round_trip() {
        let petition = PetitionId([9; 32]);
        let trees = Tree::ALL.map(|tree| LogId::Tree(petition, tree));
        for log in trees.into_iter().chain([LogId::Journal]) {
            let bytes = log_id(log);
            assert_eq!(Reader(&bytes).log_id(), Some(log));
            assert_eq!(Reader(&bytes[..32]).log_id(), None);
        }
        assert_eq!(Reader(&[5; LOG_ID_LEN]).log_id(), None);
    }

    #[test]
    fn reading_past_the_end_gives_nothing() {
        let mut bytes = Vec::new();
        put_block(&mut bytes, b"abc");
        assert_eq!(Reader(&bytes).block(), Some(&b"abc"[..]));
        assert_eq!(Reader(&bytes[..6]).block(), None);
        assert_eq!(Reader(&bytes[..3]).block(), None);
        assert_eq!(Reader(&[0xff; 8]).block(), None);
    }
}
