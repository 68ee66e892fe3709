//! Work that waits in the store, by its key, in the order in which it came.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Keys of requests to look at. Holds no personal data: the store does, sealed.
#[derive(Default)]
pub(super) struct Backlog {
    waiting: Mutex<VecDeque<[u8; 16]>>,
    /// Waiting or being worked on.
    open: AtomicUsize,
    pub(super) arrived: Notify,
}

impl Backlog {
    pub(super) fn push(&self, key: [u8; 16]) {
        self.open.fetch_add(1, Ordering::SeqCst);
        self.waiting
            .lock()
            .expect("no holder panics")
            .push_back(key);
        self.arrived.notify_one();
    }

    /// The next one; it stays open until [`Backlog::done`].
    pub(super) fn pop(&self) -> Option<[u8; 16]> {
        self.waiting.lock().expect("no holder panics").pop_front()
    }

    /// One that was popped is dealt with.
    pub(super) fn done(&self) {
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    /// One that was popped could not be dealt with now: to the end of the line.
    pub(super) fn put_back(&self, key: [u8; 16]) {
        self.waiting
            .lock()
            .expect("no holder panics")
            .push_back(key);
    }

    /// How many are not dealt with.
    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }
}
