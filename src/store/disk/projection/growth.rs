//! Hashes of trees and offsets of journal entries in sled.

use super::Projection;
use crate::store::StoreError;
use crate::store::disk::codec::{CHECK_LEN, Reader, checksum};
use crate::tlog::hash::{HASH_LEN, Hash};

/// Leaf hashes in one value: half a tile, because sled puts values above some 7 KB into
/// files of their own, which leak.
pub(crate) const CHUNK: u64 = 128;
/// Every so manieth journal entry's offset is kept.
pub(crate) const OFFSETS: u64 = 64;

/// What a publication adds for one log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Growth {
    /// Full chunks of leaf hashes, by number.
    pub(crate) chunks: Vec<(u64, Vec<Hash>)>,
    /// Hashes above the leaves: tile level, index, hash.
    pub(crate) uppers: Vec<(u8, u64, Hash)>,
    /// Where journal entries start, by entry / [`OFFSETS`].
    pub(crate) offsets: Vec<(u64, u64)>,
}

fn chunk_key(log: u32, chunk: u64) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&log.to_be_bytes());
    key[4..].copy_from_slice(&chunk.to_be_bytes());
    key
}

fn upper_key(log: u32, level: u8, index: u64) -> [u8; 13] {
    let mut key = [0; 13];
    key[..4].copy_from_slice(&log.to_be_bytes());
    key[4] = level;
    key[5..].copy_from_slice(&index.to_be_bytes());
    key
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    let parts = bytes.chunks_exact(HASH_LEN);
    parts
        .map(|part| Hash(part.try_into().expect("exact chunks")))
        .collect()
}

impl Projection {
    /// Add what a log has grown by.
    pub(crate) fn grow(&self, log: u32, growth: &Growth) -> Result<(), StoreError> {
        self.guard("growth", || {
            let mut batch = sled::Batch::default();
            for (number, chunk) in &growth.chunks {
                let key = chunk_key(log, *number);
                let mut value: Vec<u8> = chunk.iter().flat_map(|hash| hash.0).collect();
                value.extend_from_slice(&checksum(&[&key, &value]));
                batch.insert(&key, value);
            }
            self.chunks.apply_batch(batch)?;
            let mut batch = sled::Batch::default();
            for (level, index, hash) in &growth.uppers {
                batch.insert(&upper_key(log, *level, *index), &hash.0);
            }
            self.uppers.apply_batch(batch)?;
            let mut batch = sled::Batch::default();
            for (entry, offset) in &growth.offsets {
                batch.insert(&entry.to_be_bytes(), &offset.to_be_bytes());
            }
            self.offsets.apply_batch(batch)
        })
    }

    /// Note that all growth up to a publication is here.
    pub(crate) fn grown(&self, publication: u64) -> Result<(), StoreError> {
        let value = &publication.to_be_bytes();
        self.guard("meta", || self.meta.insert("publication", value).map(drop))
    }

    /// A full chunk of leaf hashes.
    pub(crate) fn chunk(&self, log: u32, chunk: u64) -> Result<Vec<Hash>, StoreError> {
        let key = chunk_key(log, chunk);
        let missing = || self.suspect(&format!("chunk {chunk} of log {log}"));
        let value = self.guard("chunk", || self.chunks.get(key))?;
        let value = value.ok_or_else(missing)?;
        let (body, check) = value.split_last_chunk::<CHECK_LEN>().ok_or_else(missing)?;
        let length = usize::try_from(CHUNK).expect("small") * HASH_LEN;
        if body.len() == length && checksum(&[&key, body]) == *check {
            Ok(hashes(body))
        } else {
            Err(missing())
        }
    }

    /// Hashes above the leaves, which must all be there.
    pub(crate) fn uppers(
        &self,
        log: u32,
        level: u8,
        from: u64,
        count: usize,
    ) -> Result<Vec<Hash>, StoreError> {
        let first = upper_key(log, level, from);
        let end = upper_key(log, level, from + count as u64);
        let found = self.guard("hashes", || {
            let range = self.uppers.range(first..end);
            range.collect::<sled::Result<Vec<_>>>()
        })?;
        let hashes: Option<Vec<Hash>> = (from..)
            .zip(&found)
            .map(|(index, (key, value))| {
                let expected = upper_key(log, level, index);
                (**key == expected[..]).then_some(Hash((&**value).try_into().ok()?))
            })
            .collect();
        hashes
            .filter(|hashes| hashes.len() == count)
            .ok_or_else(|| self.suspect(&format!("level {level} of log {log} from {from}")))
    }

    /// Where a journal entry starts whose index is a multiple of [`OFFSETS`].
    pub(crate) fn offset(&self, entry: u64) -> Result<u64, StoreError> {
        let key = (entry / OFFSETS).to_be_bytes();
        let value = self.guard("offset", || self.offsets.get(key))?;
        value
            .and_then(|bytes| Reader(&bytes).u64())
            .ok_or_else(|| self.suspect(&format!("offset of entry {entry}")))
    }
}
