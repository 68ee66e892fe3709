//! The leaves of a tree: of one length, with a checksum after every block of them.

use super::{EntryLog, to_usize};
use crate::store::StoreError;
use crate::store::disk::codec::{CHECK_LEN, checksum};
use crate::store::disk::error::WriteError;
use crate::store::disk::header::HEADER_LEN;
use crate::tlog::hash::{Hash, leaf_hash};

/// Leaves under one checksum.
pub(crate) const BLOCK: u64 = 64;

impl EntryLog {
    /// Where leaf `index` of a petition's tree starts.
    pub(crate) fn offset(&self, index: u64) -> u64 {
        let block_len = BLOCK * self.leaf_len + CHECK_LEN as u64;
        HEADER_LEN + index / BLOCK * block_len + index % BLOCK * self.leaf_len
    }

    fn block_check(&self, block: u64, leaves: &[u8]) -> [u8; CHECK_LEN] {
        checksum(&[&self.tag, &block.to_be_bytes(), leaves])
    }

    /// Leaves `from..to` of a petition's tree that has `size` of them. Checks whole
    /// blocks; the caller checks those of the last, unfinished one against hashes.
    pub(crate) fn leaves(&self, from: u64, to: u64, size: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let (first, last) = (from / BLOCK, to.div_ceil(BLOCK));
        // Of blocks in between all is read; of the unfinished one what there is.
        let end = self.offset((last * BLOCK).min(size));
        let bytes = self.read(self.offset(first * BLOCK), end - self.offset(first * BLOCK))?;
        let mut leaves = Vec::with_capacity(to_usize(to - from));
        let block_len = to_usize(self.offset(BLOCK) - HEADER_LEN);
        let leaf_len = to_usize(self.leaf_len);
        for (block, bytes) in (first..).zip(bytes.chunks(block_len)) {
            let is_whole = (block + 1) * BLOCK <= size;
            let body = if is_whole {
                let (body, check) = bytes.split_at(block_len - CHECK_LEN);
                if self.block_check(block, body) != check {
                    return Err(self.is_not_as_written(self.offset(block * BLOCK)));
                }
                body
            } else {
                bytes
            };
            for (index, leaf) in (block * BLOCK..).zip(body.chunks_exact(leaf_len)) {
                if (from..to).contains(&index) {
                    leaves.push(leaf.to_vec());
                }
            }
        }
        Ok(leaves)
    }

    /// Whether the leaves behind the last whole block are those with these hashes.
    pub(crate) fn check_tail(
        &self,
        first: u64,
        leaves: &[Vec<u8>],
        hashes: &[Hash],
    ) -> Result<(), StoreError> {
        let wrong = leaves
            .iter()
            .zip(hashes)
            .position(|(leaf, hash)| leaf_hash(leaf) != *hash);
        match wrong {
            Some(at) => Err(self.is_not_as_written(self.offset(first + at as u64))),
            None => Ok(()),
        }
    }

    /// Append leaves of a petition's tree behind the first `size`, of which those in the
    /// unfinished block have hashes `tail`. Durable on return; says where they end.
    pub(crate) fn append(
        &self,
        size: u64,
        tail: &[Hash],
        leaves: &[Vec<u8>],
    ) -> Result<u64, WriteError> {
        let first = size / BLOCK * BLOCK;
        // A checksum must not bless what was damaged since it was written.
        let before = self.leaves(first, size, size).map_err(WriteError::Undone)?;
        self.check_tail(first, &before, tail)
            .map_err(WriteError::Undone)?;
        let mut block: Vec<u8> = before.concat();
        let skip = block.len();
        let mut bytes = Vec::with_capacity(leaves.len() * (to_usize(self.leaf_len) + 1));
        for (index, leaf) in (size..).zip(leaves) {
            block.extend_from_slice(leaf);
            if (index + 1) % BLOCK == 0 {
                let check = self.block_check(index / BLOCK, &block);
                bytes.append(&mut block);
                bytes.extend_from_slice(&check);
            }
        }
        bytes.append(&mut block);
        self.write(self.offset(size), &bytes[skip..])?;
        Ok(self.offset(size + leaves.len() as u64))
    }
}
