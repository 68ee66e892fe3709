//! A store in memory: the oracle of the conformance suite, and what other tests stand
//! on. Written to be obviously correct; a restart loses it, except through
//! [`MemoryStore::restarted`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

use super::{
    Change, Epoch, Expect, Found, Head, LogId, Refused, SignedHead, Space, Store, StoreError,
    Waiting,
};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::unique_key;
use crate::tlog::bundle::ENTRY_MAX;
use crate::tlog::hash::{Hash, empty_root, leaf_hash, node_hash};

#[derive(Clone, Default)]
struct Log {
    leaves: Vec<Vec<u8>>,
    hashes: Vec<Hash>,
    checkpoint: Vec<u8>,
}

impl Log {
    fn push(&mut self, leaf: &[u8]) {
        self.leaves.push(leaf.to_vec());
        self.hashes.push(leaf_hash(leaf));
    }

    fn head(&self) -> Head {
        Head {
            size: self.leaves.len() as u64,
            root: root(&self.hashes),
        }
    }
}

/// RFC 6962, section 2.1, word for word.
fn root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = hashes.split_at(hashes.len().next_power_of_two() / 2);
            node_hash(&root(left), &root(right))
        }
    }
}

type Index = BTreeMap<(PetitionId, Tree, [u8; 32]), u64>;

#[derive(Clone, Default)]
struct Inner {
    epoch: u64,
    state: BTreeMap<(&'static str, Vec<u8>), Vec<u8>>,
    waiting: BTreeMap<(PetitionId, Tree), Vec<Waiting>>,
    /// The same leaves by unique key.
    waiting_keys: BTreeMap<(PetitionId, Tree, [u8; 32]), Waiting>,
    published: BTreeMap<LogId, Log>,
    /// Where a unique key is in a published tree, and where a leaf hash.
    keys: Index,
    hashes: Index,
    /// Logs as they would be after publication.
    staged: BTreeMap<LogId, Log>,
}

/// Everything in one map or another, behind one lock.
#[derive(Default)]
pub struct MemoryStore(Mutex<Inner>);

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a restarted process finds: all that was durable, and nothing staged.
    #[must_use]
    pub fn restarted(&self) -> Self {
        let mut inner = self.lock().clone();
        inner.staged.clear();
        Self(Mutex::new(inner))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("no holder panics")
    }
}

impl Inner {
    fn hold(&self, held: Epoch) -> Result<(), StoreError> {
        let newest = Epoch(self.epoch);
        if held == newest {
            Ok(())
        } else {
            Err(StoreError::Fenced { held, newest })
        }
    }

    fn published(&self, p: PetitionId, tree: Tree, index: Option<&u64>) -> Option<Found> {
        let index = *index?;
        let leaves = &self.published[&LogId::Tree(p, tree)].leaves;
        let leaf = leaves[usize::try_from(index).ok()?].clone();
        Some(Found::Published { index, leaf })
    }

    fn find(&self, p: PetitionId, tree: Tree, key: &[u8; 32]) -> Option<Found> {
        let waiting = self.waiting_keys.get(&(p, tree, *key));
        waiting
            .map(|w| Found::Waiting(w.clone()))
            .or_else(|| self.published(p, tree, self.keys.get(&(p, tree, *key))))
    }

    fn find_hash(&self, p: PetitionId, tree: Tree, hash: &Hash) -> Option<Found> {
        let mut waiting = self.waiting.get(&(p, tree)).into_iter().flatten();
        waiting
            .find(|w| w.hash == *hash)
            .map(|w| Found::Waiting(w.clone()))
            .or_else(|| self.published(p, tree, self.hashes.get(&(p, tree, hash.0))))
    }

    fn judge(&self, change: &Change) -> Result<(), Refused> {
        for (space, key, expect) in &change.expect {
            let value = self.state.get(&(space.0, key.clone()));
            let holds = match expect {
                Expect::Absent => value.is_none(),
                Expect::Value(expected) => value == Some(expected),
            };
            if !holds {
                return Err(Refused::Conflict(*space));
            }
        }
        let mut own: BTreeMap<_, &Waiting> = BTreeMap::new();
        for (p, tree, waiting) in &change.accept {
            let key = unique_key(*tree, &waiting.leaf).expect("checked before");
            let in_this_change = own
                .insert((*p, *tree, key), waiting)
                .map(|w| Found::Waiting(w.clone()));
            if let Some(existing) = in_this_change.or_else(|| self.find(*p, *tree, &key)) {
                return Err(Refused::Duplicate {
                    tree: *tree,
                    existing,
                });
            }
        }
        Ok(())
    }

    fn apply(&mut self, change: Change) {
        for (space, key, value) in change.put {
            self.state.insert((space.0, key), value);
        }
        for (space, key) in change.delete {
            self.state.remove(&(space.0, key));
        }
        for (p, tree, waiting) in change.accept {
            let key = unique_key(tree, &waiting.leaf).expect("checked before");
            self.waiting_keys.insert((p, tree, key), waiting.clone());
            self.waiting.entry((p, tree)).or_default().push(waiting);
        }
    }

    fn log(&self, log: LogId) -> Result<&Log, StoreError> {
        self.published
            .get(&log)
            .ok_or_else(|| StoreError::NotPublished(format!("{log}")))
    }
}

impl Store for MemoryStore {
    fn take_lease(&self) -> Result<Epoch, StoreError> {
        let mut inner = self.lock();
        inner.epoch += 1;
        inner.staged.clear();
        Ok(Epoch(inner.epoch))
    }

    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().state.get(&(space.0, key.to_vec())).cloned())
    }

    fn scan(
        &self,
        space: Space,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        let inner = self.lock();
        let records = inner.state.iter().filter(|((s, key), _)| {
            *s == space.0
                && key.starts_with(prefix)
                && after.is_none_or(|after| key.as_slice() > after)
        });
        Ok(records
            .take(limit)
            .map(|((_, key), value)| (key.clone(), value.clone()))
            .collect())
    }

    fn commit(
        &self,
        epoch: Epoch,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<(), Refused>>, StoreError> {
        let mut inner = self.lock();
        inner.hold(epoch)?;
        for (_, tree, waiting) in changes.iter().flat_map(|c| &c.accept) {
            unique_key(*tree, &waiting.leaf)?;
        }
        let before: BTreeMap<_, usize> = inner
            .waiting
            .iter()
            .map(|(tree, waiting)| (*tree, waiting.len()))
            .collect();
        let verdicts = changes
            .into_iter()
            .map(|change| {
                let verdict = inner.judge(&change);
                if verdict.is_ok() {
                    inner.apply(change);
                }
                verdict
            })
            .collect();
        for (tree, waiting) in &mut inner.waiting {
            let first = before.get(tree).copied().unwrap_or(0);
            waiting[first..].sort_by_key(|w| w.hash);
        }
        Ok(verdicts)
    }

    fn waiting(&self, p: PetitionId, tree: Tree, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        let inner = self.lock();
        let waiting = inner.waiting.get(&(p, tree)).into_iter().flatten();
        Ok(waiting.take(limit).cloned().collect())
    }

    fn waiting_count(&self, p: PetitionId, tree: Tree) -> Result<(u64, Option<u64>), StoreError> {
        let inner = self.lock();
        let waiting = inner.waiting.get(&(p, tree)).map_or(&[][..], Vec::as_slice);
        Ok((waiting.len() as u64, waiting.first().map(|w| w.accepted)))
    }

    fn stage(&self, epoch: Epoch, log: LogId, leaves: &[Vec<u8>]) -> Result<Head, StoreError> {
        let mut inner = self.lock();
        inner.hold(epoch)?;
        let before = inner.staged.get(&log).or_else(|| inner.published.get(&log));
        let mut after = before.cloned().unwrap_or_default();
        if leaves.is_empty() {
            return Ok(after.head());
        }
        let published = inner.published.get(&log).map_or(0, |log| log.leaves.len());
        let mut staged: BTreeSet<Vec<u8>> = after.leaves[published..].iter().cloned().collect();
        for leaf in leaves {
            if let LogId::Tree(p, tree) = log {
                let key = unique_key(tree, leaf)?;
                let waits = inner.waiting_keys.get(&(p, tree, key));
                if waits.is_none_or(|w| w.leaf != *leaf) || !staged.insert(leaf.clone()) {
                    return Err(StoreError::Staging(format!(
                        "a leaf for {log} does not wait"
                    )));
                }
            } else if leaf.len() > ENTRY_MAX {
                return Err(StoreError::Staging(format!(
                    "an entry for {log} is too long"
                )));
            }
            after.push(leaf);
        }
        let head = after.head();
        inner.staged.insert(log, after);
        Ok(head)
    }

    fn unstage(&self, epoch: Epoch) -> Result<(), StoreError> {
        let mut inner = self.lock();
        inner.hold(epoch)?;
        inner.staged.clear();
        Ok(())
    }

    fn publish(&self, epoch: Epoch, heads: Vec<(LogId, SignedHead)>) -> Result<(), StoreError> {
        let mut inner = self.lock();
        inner.hold(epoch)?;
        let named: BTreeSet<LogId> = heads.iter().map(|(log, _)| *log).collect();
        if named.len() != heads.len() {
            return Err(StoreError::Staging("a log is named twice".into()));
        }
        if let Some(log) = inner.staged.keys().find(|log| !named.contains(log)) {
            return Err(StoreError::Staging(format!(
                "{log} is staged and not named"
            )));
        }
        let mut new = BTreeMap::new();
        for (log, signed) in heads {
            let staged = inner.staged.get(&log).or_else(|| inner.published.get(&log));
            let mut after = staged.cloned().unwrap_or_default();
            if after.head() != signed.head {
                return Err(StoreError::Staging(format!("{log} has another head")));
            }
            after.checkpoint = signed.checkpoint;
            new.insert(log, after);
        }
        for (log, after) in new {
            let before = inner.published.get(&log).map_or(0, |log| log.leaves.len());
            if let LogId::Tree(p, tree) = log {
                let fresh: BTreeSet<&Vec<u8>> = after.leaves[before..].iter().collect();
                let waiting = inner.waiting.entry((p, tree)).or_default();
                waiting.retain(|w| !fresh.contains(&w.leaf));
                for (index, leaf) in (0u64..).zip(&after.leaves).skip(before) {
                    let key = unique_key(tree, leaf).expect("checked when staged");
                    inner.waiting_keys.remove(&(p, tree, key));
                    inner.keys.insert((p, tree, key), index);
                    inner.hashes.insert((p, tree, leaf_hash(leaf).0), index);
                }
            }
            inner.published.insert(log, after);
        }
        inner.staged.clear();
        Ok(())
    }

    fn head(&self, log: LogId) -> Result<Option<SignedHead>, StoreError> {
        Ok(self.lock().published.get(&log).map(|log| SignedHead {
            head: log.head(),
            checkpoint: log.checkpoint.clone(),
        }))
    }

    fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        Ok(self.lock().published.keys().copied().collect())
    }

    fn leaves(&self, log: LogId, from: u64, count: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let inner = self.lock();
        let leaves = inner.log(log).map_or(&[][..], |log| &log.leaves);
        let from = usize::try_from(from)
            .ok()
            .filter(|from| *from <= leaves.len())
            .ok_or_else(|| StoreError::NotPublished(format!("{log} from leaf {from}")))?;
        Ok(leaves[from..].iter().take(count).cloned().collect())
    }

    fn tile(&self, log: LogId, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, StoreError> {
        let inner = self.lock();
        let hashes = &inner.log(log)?.hashes;
        let outside = || StoreError::NotPublished(format!("{log} tile {level}/{index}.p/{width}"));
        if width > 256 {
            return Err(outside());
        }
        let span = 256usize.checked_pow(level.into()).ok_or_else(outside)?;
        let first = usize::try_from(index).ok().and_then(|i| i.checked_mul(256));
        (0..usize::from(width))
            .map(|i| {
                let from = first?.checked_add(i)?.checked_mul(span)?;
                Some(root(hashes.get(from..from.checked_add(span)?)?))
            })
            .collect::<Option<_>>()
            .ok_or_else(outside)
    }

    fn find(&self, p: PetitionId, tree: Tree, key: &[u8; 32]) -> Result<Option<Found>, StoreError> {
        Ok(self.lock().find(p, tree, key))
    }

    fn find_hash(
        &self,
        p: PetitionId,
        tree: Tree,
        hash: &Hash,
    ) -> Result<Option<Found>, StoreError> {
        Ok(self.lock().find_hash(p, tree, hash))
    }

    fn free_space(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}
