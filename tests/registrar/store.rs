//! A store that remembers what was ever written, and that can fail on purpose.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::store::{
    Change, Epoch, Found, LogId, MemoryStore, Refused, SignedHead, Space, Store, StoreError,
    Waiting,
};
use undersigned::tlog::hash::Hash;

/// What happens to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is written, and an error comes back.
    Lost,
    /// All is written, and an error comes back all the same.
    Persisted,
}

/// Which commit a fault meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meets {
    /// The next that writes a record of this space.
    Put(&'static str),
    /// The next that deletes one.
    Delete(&'static str),
}

impl Meets {
    fn holds(self, change: &Change) -> bool {
        match self {
            Self::Put(space) => change.put.iter().any(|(s, ..)| s.0 == space),
            Self::Delete(space) => change.delete.iter().any(|(s, _)| s.0 == space),
        }
    }
}

/// A store with a witness and a saboteur.
pub(crate) struct TestStore {
    inner: Arc<dyn Store>,
    written: Mutex<Vec<Vec<u8>>>,
    faults: Mutex<VecDeque<(Meets, Fault)>>,
    free: AtomicU64,
    /// Entries read from the journal.
    journal_reads: AtomicU64,
}

impl TestStore {
    /// In memory.
    pub(crate) fn new() -> Self {
        Self::on(Arc::new(MemoryStore::new()))
    }

    /// On another store.
    pub(crate) fn on(inner: Arc<dyn Store>) -> Self {
        Self {
            inner,
            written: Mutex::default(),
            faults: Mutex::default(),
            free: AtomicU64::new(u64::MAX),
            journal_reads: AtomicU64::new(0),
        }
    }

    /// That commit goes wrong in this way.
    pub(crate) fn fail(&self, meets: Meets, fault: Fault) {
        self.faults
            .lock()
            .expect("not poisoned")
            .push_back((meets, fault));
    }

    /// Whether all planned faults have happened.
    pub(crate) fn all_faults_happened(&self) -> bool {
        self.faults.lock().expect("not poisoned").is_empty()
    }

    /// Keys, values and leaves of all changes that were ever asked for.
    pub(crate) fn written(&self) -> Vec<Vec<u8>> {
        self.written.lock().expect("not poisoned").clone()
    }

    /// Leave so many bytes on the device.
    /// Entries read from the journal so far.
    pub(crate) fn journal_reads(&self) -> u64 {
        self.journal_reads.load(Ordering::SeqCst)
    }

    pub(crate) fn set_free(&self, bytes: u64) {
        self.free.store(bytes, Ordering::SeqCst);
    }

    /// How many records a space has.
    pub(crate) fn count(&self, space: &'static str) -> usize {
        self.keys(space).len()
    }

    /// Keys of a space.
    pub(crate) fn keys(&self, space: &'static str) -> Vec<Vec<u8>> {
        let records = self.inner.scan(Space(space), &[], None, 1_000_000);
        records
            .expect("readable")
            .into_iter()
            .map(|(key, _)| key)
            .collect()
    }

    fn note(&self, change: &Change) {
        let mut written = self.written.lock().expect("not poisoned");
        for (space, key, value) in &change.put {
            written.push(space.0.as_bytes().to_vec());
            written.push(key.clone());
            written.push(value.clone());
        }
        for (_, key) in &change.delete {
            written.push(key.clone());
        }
        for (_, key, _) in &change.expect {
            written.push(key.clone());
        }
        for (_, _, waiting) in &change.accept {
            written.push(waiting.leaf.clone());
        }
    }

    fn planned_fault(&self, changes: &[Change]) -> Option<Fault> {
        let mut faults = self.faults.lock().expect("not poisoned");
        let (meets, fault) = *faults.front()?;
        if changes.iter().any(|change| meets.holds(change)) {
            faults.pop_front();
            Some(fault)
        } else {
            None
        }
    }
}

fn broken() -> StoreError {
    StoreError::Engine {
        what: "commit".to_owned(),
        detail: "planned by the test".to_owned(),
    }
}

impl Store for TestStore {
    fn take_lease(&self) -> Result<Epoch, StoreError> {
        self.inner.take_lease()
    }

    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.inner.scan(space, prefix, after, limit)
    }

    fn commit(
        &self,
        epoch: Epoch,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<(), Refused>>, StoreError> {
        for change in &changes {
            self.note(change);
        }
        match self.planned_fault(&changes) {
            None => self.inner.commit(epoch, changes),
            Some(Fault::Lost) => Err(broken()),
            Some(Fault::Persisted) => {
                self.inner.commit(epoch, changes)?;
                Err(broken())
            }
        }
    }

    fn waiting(&self, p: PetitionId, tree: Tree, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        self.inner.waiting(p, tree, limit)
    }

    fn waiting_count(&self, p: PetitionId, tree: Tree) -> Result<(u64, Option<u64>), StoreError> {
        self.inner.waiting_count(p, tree)
    }

    fn stage(
        &self,
        epoch: Epoch,
        log: LogId,
        leaves: &[Vec<u8>],
    ) -> Result<undersigned::store::Head, StoreError> {
        self.inner.stage(epoch, log, leaves)
    }

    fn unstage(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.inner.unstage(epoch)
    }

    fn publish(&self, epoch: Epoch, heads: Vec<(LogId, SignedHead)>) -> Result<(), StoreError> {
        self.inner.publish(epoch, heads)
    }

    fn head(&self, log: LogId) -> Result<Option<SignedHead>, StoreError> {
        self.inner.head(log)
    }

    fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        self.inner.logs()
    }

    fn leaves(&self, log: LogId, from: u64, count: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        let leaves = self.inner.leaves(log, from, count)?;
        if log == LogId::Journal {
            let read = leaves.len() as u64;
            self.journal_reads.fetch_add(read, Ordering::SeqCst);
        }
        Ok(leaves)
    }

    fn tile(&self, log: LogId, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, StoreError> {
        self.inner.tile(log, level, index, width)
    }

    fn find(&self, p: PetitionId, tree: Tree, key: &[u8; 32]) -> Result<Option<Found>, StoreError> {
        self.inner.find(p, tree, key)
    }

    fn find_hash(
        &self,
        p: PetitionId,
        tree: Tree,
        hash: &Hash,
    ) -> Result<Option<Found>, StoreError> {
        self.inner.find_hash(p, tree, hash)
    }

    fn free_space(&self) -> Result<Option<u64>, StoreError> {
        Ok(Some(self.free.load(Ordering::SeqCst)))
    }
}
