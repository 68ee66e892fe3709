//! Who watches an audit, and may stop it.

use std::sync::atomic::{AtomicU64, Ordering};

/// How far an audit is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Journal entries fetched in this run.
    pub entries: u64,
    /// Journal entries to fetch, as far as known.
    pub entries_total: u64,
    /// Leaves replayed in this run.
    pub leaves: u64,
    /// Leaves to replay, as far as known.
    pub leaves_total: u64,
    /// Tiles of hashes compared in this run.
    pub tiles: u64,
    /// Bytes read from the source.
    pub bytes: u64,
}

/// Watches an audit. Called often, from several threads.
pub trait Observer: Sync {
    /// It went on.
    fn progress(&self, progress: &Progress) {
        let _ = progress;
    }

    /// Whether it should end now. What was verified is kept for the next run.
    fn stop(&self) -> bool {
        false
    }
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}

/// Counts what is done.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) entries: AtomicU64,
    pub(super) entries_total: AtomicU64,
    pub(super) leaves: AtomicU64,
    pub(super) leaves_total: AtomicU64,
    pub(super) tiles: AtomicU64,
    pub(super) bytes: AtomicU64,
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64, n: u64) {
        counter.fetch_add(n, Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> Progress {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Progress {
            entries: get(&self.entries),
            entries_total: get(&self.entries_total),
            leaves: get(&self.leaves),
            leaves_total: get(&self.leaves_total),
            tiles: get(&self.tiles),
            bytes: get(&self.bytes),
        }
    }
}
