//! The embedded engine: a data folder with append-only logs of our own for what must not
//! be lost, and sled for what is looked up (`spec/storage.md`).

mod anchor;
mod batch;
mod catch_up;
mod check;
mod codec;
mod commit;
mod engine;
mod entries;
mod error;
#[cfg(test)]
mod examples;
pub mod files;
mod frame;
mod frames;
mod header;
mod index;
mod left;
mod maintenance;
mod open;
mod projection;
mod publications;
mod publish;
mod reading;
mod rotate;
mod segment;
mod staging;
mod state;
mod tail;
mod waiting;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

pub use check::Checked;
use engine::Engine;
use files::{Files, SystemFiles};

use super::{
    Change, Epoch, Found, Head, LogId, Refused, SignedHead, Space, Store, StoreError, Waiting,
};
use crate::clock::Clock;
use crate::lock::FolderLock;
use crate::protocol::ids::{PetitionId, Tree};
use crate::tlog::hash::Hash;

/// Sizes that trade memory against disk.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// A waiting segment longer than this is ended even without a publication.
    pub segment_bytes: u64,
    /// Logs of records longer than this are merged.
    pub state_bytes: u64,
    /// Index entries (two for each leaf, 16 bytes) kept in memory before they are written.
    pub recent_entries: usize,
    /// Most bytes of memory for the filters of the index.
    pub filter_bytes: u64,
    /// sled's cache, of which it may take a multiple.
    pub cache_bytes: u64,
    /// Nothing is accepted or staged when less than this is free on the device.
    pub keep_free: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            segment_bytes: 64 << 20,
            state_bytes: 64 << 20,
            recent_entries: 1 << 19,
            filter_bytes: 64 << 20,
            cache_bytes: 128 << 20,
            keep_free: 64 << 20,
        }
    }
}

/// Where a store is and how to open it.
#[derive(Clone)]
pub struct Options {
    /// The data folder.
    pub folder: PathBuf,
    /// The folder for keys of waiting segments, which no backup may contain.
    pub keys: PathBuf,
    /// A second place for the anchor, on another disk. Only with it is noticed that the
    /// whole data folder was replaced by an older one.
    pub heads_copy: Option<PathBuf>,
    /// Go on although leaves and records accepted since the last publication are lost.
    pub accept_lost_waiting: bool,
    /// Go on although records are lost.
    pub accept_lost_state: bool,
    /// Go on without the folder's anchor: the operator has compared the journal with
    /// what witnesses have seen.
    pub trust_folder: bool,
    /// Sizes.
    pub limits: Limits,
    /// The device.
    pub files: Arc<dyn Files>,
    /// Where keys are drawn from.
    pub clock: Arc<dyn Clock>,
}

impl Options {
    /// The usual options for a data folder.
    pub fn new(folder: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        let folder = folder.into();
        Self {
            keys: folder.join("keys").join("waiting"),
            folder,
            heads_copy: None,
            accept_lost_waiting: false,
            accept_lost_state: false,
            trust_folder: false,
            limits: Limits::default(),
            files: Arc::new(SystemFiles),
            clock,
        }
    }
}

/// A store in a data folder. Dropping it ends its threads; what was acknowledged is
/// durable whether it is dropped or not.
pub struct DiskStore {
    engine: Arc<Engine>,
    threads: Vec<JoinHandle<()>>,
    /// Released last.
    _lock: FolderLock,
}

impl DiskStore {
    /// Open a data folder, or create it.
    pub fn open(options: &Options) -> Result<Self, StoreError> {
        let (engine, lock) = match open::open(options) {
            // What was found damaged in sled or the index is out of the way now.
            Err(error @ StoreError::Damaged { .. }) => {
                tracing::warn!(%error, "opening once more");
                open::open(options)?
            }
            opened => opened?,
        };
        let threads = maintenance::start(&engine);
        Ok(Self {
            engine,
            threads,
            _lock: lock,
        })
    }

    /// Read everything that is published and the whole state log, and compare what is
    /// kept twice. Ends at the first damage; takes as long as reading the folder.
    pub fn check(&self) -> Result<Checked, StoreError> {
        self.engine.check()
    }
}

impl Drop for DiskStore {
    fn drop(&mut self) {
        self.engine.upkeep.end();
        self.engine.indexing.end();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store had panicked");
            }
        }
        // Saves the next start work; nothing depends on it.
        match self.engine.sync() {
            Ok(()) | Err(StoreError::Stopped(_)) => {}
            Err(error) => tracing::warn!(%error, "sled was not synced at the end"),
        }
    }
}

impl Store for DiskStore {
    fn take_lease(&self) -> Result<Epoch, StoreError> {
        self.engine.take_lease()
    }

    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.engine.record(&batch::record_key(space, key))
    }

    fn scan(
        &self,
        space: Space,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.engine.scan(space, prefix, after, limit)
    }

    fn commit(
        &self,
        epoch: Epoch,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<(), Refused>>, StoreError> {
        self.engine.commit(epoch, changes)
    }

    fn waiting(&self, p: PetitionId, tree: Tree, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        let shared = self.engine.read();
        Ok(shared.waiting.first(p, tree).take(limit).cloned().collect())
    }

    fn waiting_count(&self, p: PetitionId, tree: Tree) -> Result<(u64, Option<u64>), StoreError> {
        let shared = self.engine.read();
        let first = shared.waiting.first(p, tree).next();
        Ok((shared.waiting.count(p, tree), first.map(|w| w.accepted)))
    }

    fn stage(&self, epoch: Epoch, log: LogId, leaves: &[Vec<u8>]) -> Result<Head, StoreError> {
        self.engine.stage(epoch, log, leaves)
    }

    fn unstage(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.engine.unstage(epoch)
    }

    fn publish(&self, epoch: Epoch, heads: Vec<(LogId, SignedHead)>) -> Result<(), StoreError> {
        self.engine.publish(epoch, heads)
    }

    fn head(&self, log: LogId) -> Result<Option<SignedHead>, StoreError> {
        let shared = self.engine.read();
        Ok(shared
            .logs
            .get(&log)
            .map(|visible| visible.published.signed.clone()))
    }

    fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        Ok(self.engine.read().logs.keys().copied().collect())
    }

    fn leaves(&self, log: LogId, from: u64, count: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.engine.leaves(log, from, count)
    }

    fn tile(&self, log: LogId, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, StoreError> {
        self.engine.tile(log, level, index, width)
    }

    fn find(&self, p: PetitionId, tree: Tree, key: &[u8; 32]) -> Result<Option<Found>, StoreError> {
        self.engine.find(p, tree, key)
    }

    fn find_hash(
        &self,
        p: PetitionId,
        tree: Tree,
        hash: &Hash,
    ) -> Result<Option<Found>, StoreError> {
        self.engine.find_hash(p, tree, hash)
    }

    fn free_space(&self) -> Result<Option<u64>, StoreError> {
        let engine = &self.engine;
        let free = engine.files.free_space(&engine.folder);
        free.map_err(error::io(engine.folder.display().to_string()))
    }
}
