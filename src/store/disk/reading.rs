//! Reading: records, leaves, tiles, and finding leaves.

use std::ops::Bound;

use super::batch::record_key;
use super::engine::Engine;
use super::entries::BLOCK;
use super::index::{fingerprint_of_hash, fingerprint_of_key};
use super::projection::{CHUNK, OFFSETS};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::unique_key;
use crate::store::{Found, LogId, Space, StoreError};
use crate::tlog::hash::{Hash, leaf_hash};
use crate::tlog::tile::{TILE_HEIGHT, TILE_WIDTH};

type Record = (Vec<u8>, Vec<u8>);

impl Engine {
    /// A record by its key over all spaces.
    ///
    /// Holds the lock while sled is read: what is being moved into sled is then found
    /// in memory, and never half there.
    pub(super) fn record(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let shared = self.read();
        let newer = shared.records.get(key).or_else(|| shared.frozen.get(key));
        if let Some(value) = newer {
            return Ok(value.clone());
        }
        self.sled.record(key)
    }

    pub(super) fn scan(
        &self,
        space: Space,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Record>, StoreError> {
        let prefix = record_key(space, prefix);
        let after = after
            .map(|after| record_key(space, after))
            .filter(|after| *after >= prefix);
        let from = after.map_or(Bound::Included(prefix.clone()), Bound::Excluded);
        let range = (from.clone(), Bound::Unbounded);
        let shared = self.read();
        let mut newest = shared.records.range(range.clone()).peekable();
        let mut newer = shared.frozen.range(range).peekable();
        let mut sled = self
            .sled
            .state
            .range::<Vec<u8>, _>((from, Bound::Unbounded));
        let mut next_in_sled = || self.sled.guard("scan", || sled.next().transpose());
        let mut stored = next_in_sled()?;
        let mut found = Vec::new();
        while found.len() < limit {
            let candidates = [
                newest.peek().map(|(key, _)| key.as_slice()),
                newer.peek().map(|(key, _)| key.as_slice()),
                stored.as_ref().map(|(key, _)| &**key),
            ];
            let least = candidates.into_iter().flatten().min();
            let Some(key) = least.filter(|key| key.starts_with(&prefix)) else {
                break;
            };
            let key = key.to_vec();
            let in_memory = newest
                .next_if(|(k, _)| **k == key)
                .into_iter()
                .chain(newer.next_if(|(k, _)| **k == key))
                .next();
            let value = match (in_memory, &stored) {
                (Some((_, value)), _) => value.clone(),
                (None, Some((_, stored))) => Some(self.sled.value(&key, stored)?),
                (None, None) => None,
            };
            if stored.as_ref().is_some_and(|(k, _)| **k == key) {
                stored = next_in_sled()?;
            }
            let name = space.0.len() + 1;
            found.extend(value.map(|value| (key[name..].to_vec(), value)));
        }
        Ok(found)
    }

    pub(super) fn leaves(
        &self,
        log: LogId,
        from: u64,
        count: usize,
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let visible = self.visible(log)?;
        let size = visible.as_ref().map_or(0, |(p, _)| p.signed.head.size);
        if from > size {
            return Err(StoreError::NotPublished(format!("{log} from leaf {from}")));
        }
        let to = from.saturating_add(count as u64).min(size);
        let Some((published, tail)) = visible.filter(|_| from < to) else {
            return Ok(Vec::new());
        };
        let entry_log = self.entries.open(log)?;
        if log == LogId::Journal {
            let first = from / OFFSETS * OFFSETS;
            let at = self.sled.offset(first)?;
            let count = usize::try_from(to - first).unwrap_or(usize::MAX);
            let (mut entries, _) = entry_log.entries(at, published.end, count)?;
            let skip = usize::try_from(from - first).expect("below 64");
            return Ok(entries.drain(skip..).map(|(_, entry)| entry).collect());
        }
        let leaves = entry_log.leaves(from, to, size)?;
        let unfinished = (size / BLOCK * BLOCK).max(from);
        if unfinished < to {
            let skip = usize::try_from(unfinished - from).expect("it was read into memory");
            let hashes = tail.hashes_from(unfinished);
            entry_log.check_tail(unfinished, &leaves[skip..], hashes)?;
        }
        Ok(leaves)
    }

    pub(super) fn tile(
        &self,
        log: LogId,
        level: u8,
        index: u64,
        width: u16,
    ) -> Result<Vec<Hash>, StoreError> {
        let outside = || StoreError::NotPublished(format!("{log} tile {level}/{index}.p/{width}"));
        let (published, tail) = self.visible(log)?.ok_or_else(outside)?;
        let size = published.signed.head.size;
        let shift = u32::from(level) * u32::from(TILE_HEIGHT);
        let count = size.checked_shr(shift).unwrap_or(0);
        let from = index.checked_mul(TILE_WIDTH.into()).ok_or_else(outside)?;
        let to = from
            .checked_add(width.into())
            .filter(|to| *to <= count && width <= TILE_WIDTH);
        let to = to.ok_or_else(outside)?;
        if level > 0 {
            return self
                .sled
                .uppers(published.number, level, from, width.into());
        }
        let mut hashes = Vec::with_capacity(width.into());
        for chunk in from / CHUNK..to.div_ceil(CHUNK) {
            let first = chunk * CHUNK;
            let part = if first + CHUNK <= size {
                self.sled.chunk(published.number, chunk)?
            } else {
                tail.hashes_from(first).to_vec()
            };
            // A tile starts at the start of a chunk, and ends within its second one.
            let wanted = usize::try_from(to - first).expect("at most a tile");
            hashes.extend(part.into_iter().take(wanted));
        }
        Ok(hashes)
    }

    pub(super) fn find(
        &self,
        p: PetitionId,
        tree: Tree,
        key: &[u8; 32],
    ) -> Result<Option<Found>, StoreError> {
        if let Some(waiting) = self.read().waiting.find(p, tree, key) {
            return Ok(Some(Found::Waiting(waiting.clone())));
        }
        let is_it = |leaf: &[u8]| unique_key(tree, leaf).as_ref() == Ok(key);
        self.find_published(p, tree, |log| fingerprint_of_key(log, key), is_it)
    }

    pub(super) fn find_hash(
        &self,
        p: PetitionId,
        tree: Tree,
        hash: &Hash,
    ) -> Result<Option<Found>, StoreError> {
        if let Some(waiting) = self.read().waiting.find_hash(p, tree, hash) {
            return Ok(Some(Found::Waiting(waiting.clone())));
        }
        let is_it = |leaf: &[u8]| leaf_hash(leaf) == *hash;
        self.find_published(p, tree, |log| fingerprint_of_hash(log, &hash.0), is_it)
    }

    fn find_published(
        &self,
        p: PetitionId,
        tree: Tree,
        fingerprint: impl Fn(u32) -> u64,
        is_it: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Found>, StoreError> {
        let log = LogId::Tree(p, tree);
        let published = self
            .read()
            .logs
            .get(&log)
            .map(|v| (v.published.number, v.published.signed.head.size));
        let Some((number, size)) = published else {
            return Ok(None);
        };
        for location in self.index.candidates(fingerprint(number))? {
            // The index may run ahead of what is visible by one publication; then the
            // leaf still waited when that was looked at.
            if location.log != number || location.index >= size {
                continue;
            }
            let index = location.index;
            let leaf = self.leaves(log, index, 1)?.pop().filter(|leaf| is_it(leaf));
            if let Some(leaf) = leaf {
                return Ok(Some(Found::Published { index, leaf }));
            }
        }
        Ok(None)
    }
}
