//! Staging: entries become durable behind the published end of their log, seen by
//! nobody (`spec/storage.md`, "Publication").

use std::collections::HashSet;

use super::commit::hold;
use super::engine::{Engine, Publication};
use super::entries::{BLOCK, EntryLog};
use super::header::HEADER_LEN;
use super::index::{Entry, Location, fingerprint_of_hash, fingerprint_of_key};
use super::projection::{Growth, OFFSETS};
use super::tail::Tail;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::unique_key;
use crate::store::{Epoch, Head, LogId, StoreError};
use crate::tlog::bundle::ENTRY_MAX;
use crate::tlog::hash::leaf_hash;

/// What publishing a log will add.
#[derive(Default)]
pub(super) struct Staged {
    pub(super) number: u32,
    pub(super) end: u64,
    pub(super) tail: Tail,
    pub(super) growth: Growth,
    /// Unique keys of the staged leaves.
    pub(super) keys: HashSet<[u8; 32]>,
    pub(super) index: Vec<Entry>,
}

impl Publication {
    /// The number that a log has, or gets with its first publication. Numbers are dense,
    /// because all that is staged is published together or not at all.
    fn number(&self, log: LogId) -> u32 {
        let heads = &self.publications.contents.heads;
        let known = heads.get(&log).map(|published| published.number);
        let new = self.staged.keys().filter(|log| !heads.contains_key(log));
        known.unwrap_or_else(|| {
            u32::try_from(heads.len() + new.count()).expect("fewer than 2^32 logs")
        })
    }
}

impl Engine {
    pub(super) fn stage(
        &self,
        epoch: Epoch,
        log: LogId,
        leaves: &[Vec<u8>],
    ) -> Result<Head, StoreError> {
        let mut publication = self.publication()?;
        hold(epoch, Epoch(publication.anchor.epoch))?;
        let earlier = publication.staged.remove(&log);
        let mut is_staged = earlier.is_some();
        let mut staged = match earlier {
            Some(staged) => staged,
            None => self.unstaged(&publication, log)?,
        };
        let mut outcome = Ok(());
        if !leaves.is_empty() {
            outcome = match log {
                LogId::Journal => self.stage_entries(&mut staged, leaves),
                LogId::Tree(p, tree) => self.stage_leaves(p, tree, &mut staged, leaves),
            };
            is_staged |= outcome.is_ok();
        }
        let head = staged.tail.head();
        if is_staged {
            publication.staged.insert(log, staged);
        }
        outcome.map(|()| head)
    }

    /// Forget what is staged. Its bytes stay behind the published ends, where the next
    /// staging or start overwrites them.
    pub(super) fn unstage(&self, epoch: Epoch) -> Result<(), StoreError> {
        let mut publication = self.publication()?;
        hold(epoch, Epoch(publication.anchor.epoch))?;
        publication.staged.clear();
        Ok(())
    }

    /// A log as it is published, to add to.
    fn unstaged(&self, publication: &Publication, log: LogId) -> Result<Staged, StoreError> {
        let number = publication.number(log);
        let (end, tail) = match self.visible(log)? {
            Some((published, tail)) => (published.end, (*tail).clone()),
            None => (HEADER_LEN, Tail::default()),
        };
        Ok(Staged {
            number,
            end,
            tail,
            ..Staged::default()
        })
    }

    fn entry_log(
        &self,
        log: LogId,
        staged: &Staged,
    ) -> Result<std::sync::Arc<EntryLog>, StoreError> {
        self.ensure_space()?;
        if staged.end > HEADER_LEN {
            self.entries.open(log)
        } else {
            self.entries.create(log)
        }
    }

    fn stage_leaves(
        &self,
        p: PetitionId,
        tree: Tree,
        staged: &mut Staged,
        leaves: &[Vec<u8>],
    ) -> Result<(), StoreError> {
        let keys = leaves.iter().map(|leaf| unique_key(tree, leaf));
        let keys: Vec<[u8; 32]> = keys.collect::<Result<_, _>>()?;
        let fresh: HashSet<[u8; 32]> = keys.iter().copied().collect();
        let all_wait = {
            let shared = self.read();
            let waits = |(key, leaf): (&[u8; 32], &Vec<u8>)| {
                shared
                    .waiting
                    .find(p, tree, key)
                    .is_some_and(|w| w.leaf == *leaf)
            };
            keys.iter().zip(leaves).all(waits)
        };
        let log = LogId::Tree(p, tree);
        if !all_wait || fresh.len() < keys.len() || !fresh.is_disjoint(&staged.keys) {
            return Err(StoreError::Staging(format!(
                "a leaf for {log} does not wait"
            )));
        }
        let entry_log = self.entry_log(log, staged)?;
        let size = staged.tail.size();
        let unfinished = staged.tail.hashes_from(size / BLOCK * BLOCK);
        let appended = entry_log.append(size, unfinished, leaves);
        staged.end = appended.map_err(|error| self.failed(error))?;
        staged.keys.extend(&keys);
        for ((index, leaf), key) in (size..).zip(leaves).zip(&keys) {
            let hash = leaf_hash(leaf);
            let location = Location {
                log: staged.number,
                index,
            };
            let key = fingerprint_of_key(staged.number, key);
            staged.index.push(Entry::new(key, location));
            let by_hash = fingerprint_of_hash(staged.number, &hash.0);
            staged.index.push(Entry::new(by_hash, location));
            staged.tail.push(hash, &mut staged.growth);
        }
        Ok(())
    }

    fn stage_entries(&self, staged: &mut Staged, entries: &[Vec<u8>]) -> Result<(), StoreError> {
        if entries.iter().any(|entry| entry.len() > ENTRY_MAX) {
            return Err(StoreError::Staging(
                "an entry for the journal is too long".into(),
            ));
        }
        let entry_log = self.entry_log(LogId::Journal, staged)?;
        let appended = entry_log.append_entries(staged.end, entries);
        let (offsets, end) = appended.map_err(|error| self.failed(error))?;
        staged.end = end;
        for (entry, offset) in entries.iter().zip(offsets) {
            let index = staged.tail.size();
            if index.is_multiple_of(OFFSETS) {
                staged.growth.offsets.push((index / OFFSETS, offset));
            }
            staged.tail.push(leaf_hash(entry), &mut staged.growth);
        }
        Ok(())
    }
}
