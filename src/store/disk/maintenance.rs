//! What goes on in the background: sealing off full segments, bringing sled onto the
//! device, merging state log and index.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use super::engine::Engine;
use super::error::WriteError;
use super::publications::Synced;
use super::state;
use crate::store::StoreError;

/// The upkeep thread looks around this often.
const TICK: Duration = Duration::from_secs(1);
/// Ticks until a segment with published leaves is destroyed, whatever must be carried.
const OVERDUE: u32 = 60;
/// Ticks between two syncs of sled.
const SYNC: u32 = 10;
/// Ticks after which deleted records are merged away.
const FORGET: u32 = 6 * 60 * 60;
/// Logs of records that are merged even if they are small.
const LOGS: usize = 16;

/// Wakes a thread, or ends it.
#[derive(Default)]
pub(super) struct Signal {
    state: Mutex<Wanted>,
    changed: Condvar,
}

#[derive(Default)]
struct Wanted {
    work: bool,
    end: bool,
}

/// Why a thread woke up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    Notified,
    Tick,
    End,
}

impl Signal {
    pub(super) fn notify(&self) {
        self.state.lock().expect("no holder panics").work = true;
        self.changed.notify_all();
    }

    pub(super) fn notify_if(&self, condition: bool) {
        if condition {
            self.notify();
        }
    }

    pub(super) fn end(&self) {
        self.state.lock().expect("no holder panics").end = true;
        self.changed.notify_all();
    }

    fn wait(&self) -> Woken {
        let state = self.state.lock().expect("no holder panics");
        let idle = |wanted: &mut Wanted| !wanted.work && !wanted.end;
        let waited = self.changed.wait_timeout_while(state, TICK, idle);
        let (mut state, timeout) = waited.expect("no holder panics");
        state.work = false;
        if state.end {
            Woken::End
        } else if timeout.timed_out() {
            Woken::Tick
        } else {
            Woken::Notified
        }
    }
}

/// The background threads of an engine, which end with it.
pub(super) fn start(engine: &Arc<Engine>) -> Vec<JoinHandle<()>> {
    let spawn = |name: &str, run: fn(&Engine)| {
        let engine = engine.clone();
        let thread = std::thread::Builder::new().name(name.into());
        let spawned = thread.spawn(move || run(&engine));
        spawned.expect("the operating system gives a thread")
    };
    vec![
        spawn("store-upkeep", Engine::upkeep),
        spawn("store-index", Engine::keep_index),
    ]
}

impl Engine {
    /// Write and merge runs of the index when asked.
    fn keep_index(&self) {
        loop {
            match self.indexing.wait() {
                Woken::End => return,
                Woken::Tick => {}
                Woken::Notified => {
                    // Not written, they stay in memory, and the next attempt has them.
                    if let Err(error) = self.index.flush() {
                        tracing::error!(%error, "a run of the index could not be written");
                    }
                }
            }
        }
    }

    fn upkeep(&self) {
        let mut ticks: u32 = 0;
        loop {
            let woken = self.upkeep.wait();
            if woken == Woken::End {
                return;
            }
            let is_tick = woken == Woken::Tick;
            ticks = ticks.wrapping_add(u32::from(is_tick));
            let done = self
                .rotate_if_due(is_tick)
                .and_then(|()| self.merge_state_if_due(ticks % FORGET == FORGET - 1))
                .and_then(|()| {
                    if ticks.is_multiple_of(SYNC) {
                        self.sync()
                    } else {
                        Ok(())
                    }
                });
            match done {
                Ok(()) => {}
                Err(StoreError::Stopped(_)) => return,
                Err(error) => tracing::error!(%error, "upkeep of the store failed"),
            }
        }
    }

    fn rotate_if_due(&self, is_tick: bool) -> Result<(), StoreError> {
        let mut publication = self.publication()?;
        if let Some(ticks) = &mut publication.overdue {
            *ticks += u32::from(is_tick);
        }
        let is_full = self.segment_bytes.load(Ordering::Relaxed) > self.limits.segment_bytes;
        let is_overdue = publication.overdue.is_some_and(|ticks| ticks >= OVERDUE);
        if is_full || is_overdue {
            self.rotate(&mut publication)?;
        }
        Ok(())
    }

    /// Bring sled onto the device, and note how far, so that a restart need not apply
    /// it all again.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        let synced = {
            let publication = self.publication()?;
            Synced {
                publication: publication.publications.contents.last,
                batch: publication.state_log.last,
            }
        };
        self.sled.sync()?;
        let mut publication = self.publication()?;
        let publications = &mut publication.publications;
        if publications.contents.synced != synced {
            let noted = publications.note_synced(synced);
            noted.map_err(|error| self.failed(error))?;
        }
        let known_to_both = synced.publication.min(self.index.covered());
        publications.contents.forget(known_to_both);
        publications.compact().map_err(|error| self.failed(error))
    }

    fn merge_state_if_due(&self, forget: bool) -> Result<(), StoreError> {
        let forget = forget && self.deletions.load(Ordering::Relaxed) > 0;
        let (place, end) = {
            let mut publication = self.publication()?;
            let log = &mut publication.state_log;
            let is_full = log.logged > self.limits.state_bytes || log.logs > LOGS;
            if !is_full && !forget {
                return Ok(());
            }
            (log.place.clone(), log.close())
        };
        // Forgetting a deletion is right only once sled has it for good.
        self.sync()?;
        if forget {
            self.deletions.store(0, Ordering::Relaxed);
        }
        let _checks_wait = self.merging.lock().map_err(|_| self.panicked())?;
        let merged = state::merge(&place, end, forget);
        merged.map_err(|error| self.failed(WriteError::Undone(error)))
    }
}
