//! The parts of an open data folder, and which lock guards what.
//!
//! Locks are taken in this order: `publication`, `commits`, `shared`. A commit takes the
//! last two, so that it goes on while leaves are staged and hashed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::Limits;
use super::anchor::{Anchor, AnchorFile};
use super::batch::Records;
use super::entries::{BLOCK, EntryLogs};
use super::error::WriteError;
use super::files::Files;
use super::index::Index;
use super::maintenance::Signal;
use super::projection::{CHUNK, Projection};
use super::publications::{Publications, Published};
use super::segment::{Segment, Segments};
use super::staging::Staged;
use super::state::StateLog;
use super::tail::{Tail, wrong_root};
use super::waiting::WaitingLeaves;
use crate::store::{Epoch, LogId, StoreError};
use crate::tlog::hash::{Hash, leaf_hash};

/// Tails of logs that are kept at hand.
const TAILS: usize = 4096;

/// A log as readers see it.
pub(super) struct Visible {
    pub(super) published: Published,
    /// Read when first needed.
    pub(super) tail: Option<Arc<Tail>>,
}

/// What readers see, and what changes with every commit.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) logs: BTreeMap<LogId, Visible>,
    pub(super) waiting: WaitingLeaves,
    /// Records not yet in the state log.
    pub(super) records: Records,
    /// Records in the state log and not yet in sled.
    pub(super) frozen: Arc<Records>,
}

impl Shared {
    /// Forget all tails when there are many: those that are needed are read again.
    pub(super) fn bound_tails(&mut self) {
        if self.logs.values().filter(|log| log.tail.is_some()).count() >= TAILS {
            self.logs.values_mut().for_each(|log| log.tail = None);
        }
    }
}

/// What a commit needs for itself.
pub(super) struct Commits {
    pub(super) epoch: Epoch,
    pub(super) segment: Segment,
}

/// What staging and publication need for themselves.
pub(super) struct Publication {
    pub(super) anchor: Anchor,
    /// The number of the segment that commits go to.
    pub(super) segment: u64,
    pub(super) publications: Publications,
    pub(super) staged: BTreeMap<LogId, Staged>,
    pub(super) state_log: StateLog,
    /// Published leaves are in a segment that is still there, since this many ticks.
    pub(super) overdue: Option<u32>,
}

/// An open data folder.
pub(super) struct Engine {
    pub(super) files: Arc<dyn Files>,
    pub(super) folder: PathBuf,
    pub(super) limits: Limits,
    pub(super) entries: EntryLogs,
    pub(super) sled: Projection,
    pub(super) index: Index,
    pub(super) segments: Segments,
    pub(super) anchors: AnchorFile,
    pub(super) publication: Mutex<Publication>,
    pub(super) commits: Mutex<Commits>,
    /// Commits go to a new segment.
    pub(super) rotated: Condvar,
    pub(super) shared: RwLock<Shared>,
    /// Why nothing may be written any more.
    pub(super) stopped: Mutex<Option<String>>,
    pub(super) segment_bytes: AtomicU64,
    /// Held while files of the state log are merged, and so removed.
    pub(super) merging: Mutex<()>,
    /// Records deleted since the state log was merged whole.
    pub(super) deletions: AtomicU64,
    pub(super) upkeep: Signal,
    pub(super) indexing: Signal,
}

impl Engine {
    /// Stop writing: what is on the device is open until a restart.
    pub(super) fn stop(&self, why: &str) {
        tracing::error!(why, "the store stops writing");
        let mut stopped = self.stopped.lock().expect("no holder panics");
        stopped.get_or_insert_with(|| why.to_owned());
        self.rotated.notify_all();
    }

    /// Whether writing may go on.
    pub(super) fn alive(&self) -> Result<(), StoreError> {
        match &*self.stopped.lock().expect("no holder panics") {
            Some(why) => Err(StoreError::Stopped(why.clone())),
            None => Ok(()),
        }
    }

    /// The error to give back for a failed write.
    pub(super) fn failed(&self, error: WriteError) -> StoreError {
        if let WriteError::InDoubt(error) = &error {
            self.stop(&error.to_string());
        }
        error.into_inner()
    }

    /// For errors after the moment of publication: what is durable is right, what is in
    /// memory may not be.
    pub(super) fn must<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &outcome {
            self.stop(&error.to_string());
        }
        outcome
    }

    fn lock<'a, T>(&self, mutex: &'a Mutex<T>) -> Result<MutexGuard<'a, T>, StoreError> {
        let guard = mutex.lock().map_err(|_| self.panicked())?;
        self.alive()?;
        Ok(guard)
    }

    /// A write panicked while it held a lock.
    pub(super) fn panicked(&self) -> StoreError {
        let why = "a write panicked";
        self.stop(why);
        StoreError::Stopped(why.into())
    }

    /// The right to stage and publish.
    pub(super) fn publication(&self) -> Result<MutexGuard<'_, Publication>, StoreError> {
        self.lock(&self.publication)
    }

    /// The right to commit.
    pub(super) fn commits(&self) -> Result<MutexGuard<'_, Commits>, StoreError> {
        self.lock(&self.commits)
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Shared> {
        self.shared.read().expect("no writer panics")
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Shared> {
        self.shared.write().expect("no writer panics")
    }

    /// Refuse to fill the device to the last byte: what must follow a write has room.
    pub(super) fn ensure_space(&self) -> Result<(), StoreError> {
        let io = super::error::io(self.folder.display().to_string());
        match self.files.free_space(&self.folder) {
            Ok(Some(free)) if free < self.limits.keep_free => Err(io(std::io::Error::new(
                std::io::ErrorKind::StorageFull,
                format!("only {free} bytes are free"),
            ))),
            Ok(_) => Ok(()),
            Err(error) => Err(io(error)),
        }
    }

    /// A published log with its tail; `None` for a log without a published head.
    pub(super) fn visible(&self, log: LogId) -> Result<Option<(Published, Arc<Tail>)>, StoreError> {
        let published = match self.read().logs.get(&log) {
            None => return Ok(None),
            Some(Visible {
                published,
                tail: Some(tail),
            }) => return Ok(Some((published.clone(), tail.clone()))),
            Some(Visible { published, .. }) => published.clone(),
        };
        let tail = Arc::new(self.load_tail(log, &published)?);
        let mut shared = self.write();
        shared.bound_tails();
        if let Some(visible) = shared.logs.get_mut(&log)
            && visible.published.signed.head == published.signed.head
        {
            visible.tail = Some(tail.clone());
        }
        Ok(Some((published, tail)))
    }

    /// Read and verify the tail of a log.
    fn load_tail(&self, log: LogId, published: &Published) -> Result<Tail, StoreError> {
        let head = published.signed.head;
        if head.size == 0 {
            return Ok(Tail::default());
        }
        let first = head.size / CHUNK * CHUNK;
        let hashes = self.unchecked_hashes(log, first, head.size, published)?;
        let tail = Tail::load(&self.sled, published.number, head.size, hashes)?;
        if tail.head() == head {
            Ok(tail)
        } else {
            let entry_log = self.entries.open(log)?;
            Err(wrong_root(&entry_log, head.size / BLOCK * BLOCK))
        }
    }

    /// Hashes of leaves `from..to`, where `from` is the start of a chunk. Leaves behind
    /// the last whole block are not checked yet.
    pub(super) fn unchecked_hashes(
        &self,
        log: LogId,
        from: u64,
        to: u64,
        published: &Published,
    ) -> Result<Vec<Hash>, StoreError> {
        if from == to {
            return Ok(Vec::new());
        }
        let entry_log = self.entries.open(log)?;
        if let LogId::Tree(..) = log {
            let leaves = entry_log.leaves(from, to, published.signed.head.size)?;
            return Ok(leaves.iter().map(|leaf| leaf_hash(leaf)).collect());
        }
        let at = self.sled.offset(from)?;
        let count = usize::try_from(to - from).expect("a part of a chunk");
        let (entries, _) = entry_log.entries(at, published.end, count)?;
        Ok(entries.iter().map(|(_, entry)| leaf_hash(entry)).collect())
    }
}
