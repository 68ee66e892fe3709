//! Where in a tree a unique key or a leaf hash is (`spec/storage.md`, "Index").
//!
//! Keys are as good as random, so a tree on disk would be touched all over by every
//! batch. Instead recent entries are kept in memory, written as sorted runs, and runs
//! are merged in the background. Everything here can be made again from the entry logs.

mod entry;
mod filter;
mod merge;
mod run;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub(super) use entry::{Entry, Location, fingerprint_of_hash, fingerprint_of_key};
pub(super) use merge::Rebuild;
use run::Run;

use super::error::io;
use super::files::Files;
use super::header::StoreId;
use crate::store::StoreError;

/// The publications that a run covers: `after < number <= last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) after: u64,
    pub(super) last: u64,
}

/// Where runs are.
#[derive(Clone)]
pub(super) struct IndexFolder {
    pub(super) files: Arc<dyn Files>,
    pub(super) folder: PathBuf,
    pub(super) store: StoreId,
    /// Entries that are kept in memory before a run is written.
    pub(super) recent: usize,
    /// Bytes that the filters of all runs may take in memory.
    pub(super) filters: u64,
}

/// Sorted entries in memory.
type Level = Arc<Vec<Entry>>;

#[derive(Default)]
struct State {
    /// Not yet in a run; each at least twice as long as the next, so there are few.
    recent: Vec<Level>,
    /// Being written as a run.
    frozen: Vec<Level>,
    /// Oldest first.
    runs: Vec<Arc<Run>>,
    /// The last publication whose entries are in `recent`.
    last: u64,
    /// The last publication that runs cover.
    covered: u64,
}

/// The index of all trees of a store.
pub(super) struct Index {
    place: IndexFolder,
    state: RwLock<State>,
}

fn merge_levels(levels: &[Level]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::with_capacity(levels.iter().map(|l| l.len()).sum());
    for level in levels {
        entries.extend_from_slice(level);
    }
    // Runs of sorted entries: the sort merges them.
    entries.sort();
    entries
}

impl Index {
    /// Open the runs there are; damaged ones and all after a gap are dropped.
    pub(super) fn open(place: IndexFolder) -> Result<Self, StoreError> {
        let mut state = State::default();
        for span in merge::list(&place)? {
            if span.after != state.covered {
                break;
            }
            match Run::open(&place, span) {
                Ok(run) => state.runs.push(Arc::new(run)),
                Err(error @ StoreError::Version { .. }) => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "a run of the index is made again");
                    break;
                }
            }
            state.covered = span.last;
        }
        state.last = state.covered;
        let index = Self {
            place,
            state: RwLock::new(state),
        };
        merge::clean(&index.place, &index.spans())?;
        Ok(index)
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().expect("no writer panics")
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().expect("no writer panics")
    }

    fn spans(&self) -> Vec<Span> {
        self.read().runs.iter().map(|run| run.span).collect()
    }

    /// The last publication that is in runs, so that a restart finds it there.
    pub(super) fn covered(&self) -> u64 {
        self.read().covered
    }

    /// Add the entries of a publication, or of a part of it.
    pub(super) fn insert(&self, publication: u64, mut entries: Vec<Entry>) {
        entries.sort_unstable();
        let mut state = self.write();
        state.last = publication;
        if entries.is_empty() {
            return;
        }
        let mut top = Arc::new(entries);
        while state
            .recent
            .last()
            .is_some_and(|older| older.len() < 2 * top.len())
        {
            let older = state.recent.pop().expect("there is a last one");
            top = Arc::new(merge_levels(&[older, top]));
        }
        state.recent.push(top);
    }

    /// Where entries with this fingerprint point; other keys can share it.
    pub(super) fn candidates(&self, fingerprint: u64) -> Result<Vec<Location>, StoreError> {
        let mut found = Vec::new();
        let runs = {
            let state = self.read();
            for level in state.recent.iter().chain(&state.frozen) {
                found.extend(entry::with_fingerprint(level, fingerprint));
            }
            state.runs.clone()
        };
        for run in runs.iter().rev() {
            run.find(fingerprint, &mut found)?;
        }
        Ok(found)
    }

    /// Whether enough is in memory for a run.
    pub(super) fn wants_flush(&self) -> bool {
        let recent: usize = self.read().recent.iter().map(|level| level.len()).sum();
        recent >= self.place.recent
    }

    /// Write what is in memory as a run, then merge runs of like size. One thread at a
    /// time.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        let span = {
            let mut state = self.write();
            // What an earlier attempt could not write comes first.
            let recent = std::mem::take(&mut state.recent);
            state.frozen.extend(recent);
            Span {
                after: state.covered,
                last: state.last,
            }
        };
        if span.after == span.last {
            return Ok(());
        }
        let entries = merge_levels(&self.read().frozen);
        let count = entries.len() as u64;
        let run = run::write(&self.place, span, self.filter_bits(), count, |push| {
            entries.iter().try_for_each(|entry| push(*entry))
        })?;
        {
            let mut state = self.write();
            state.runs.push(Arc::new(run));
            state.frozen.clear();
            state.covered = span.last;
        }
        self.merge()
    }

    /// Bits of filter for each entry of a new run: ten, or fewer so that all of them
    /// stay within bounds.
    fn filter_bits(&self) -> u64 {
        let entries: u64 = self.read().runs.iter().map(|run| run.count).sum();
        (self.place.filters * 8 / (entries + self.place.recent as u64)).min(10)
    }

    fn merge(&self) -> Result<(), StoreError> {
        let runs = self.read().runs.clone();
        let inputs = merge::of_like_size(&runs);
        if inputs.len() < 2 {
            return Ok(());
        }
        let merged = merge::merge(&self.place, inputs, self.filter_bits())?;
        let kept = runs.len() - inputs.len();
        {
            let mut state = self.write();
            state.runs.truncate(kept);
            state.runs.push(Arc::new(merged));
        }
        merge::clean(&self.place, &self.spans())
    }

    /// Put a run that covers everything in place of all there is.
    pub(super) fn replace(&self, rebuild: Rebuild, last: u64) -> Result<(), StoreError> {
        let run = rebuild.finish(last)?;
        {
            let mut state = self.write();
            *state = State {
                runs: run.into_iter().map(Arc::new).collect(),
                last,
                covered: last,
                ..State::default()
            };
        }
        merge::clean(&self.place, &self.spans())
    }

    /// Begin to make the index again from the entry logs.
    pub(super) fn rebuild(&self) -> Result<Rebuild, StoreError> {
        merge::clean(&self.place, &[])?;
        Ok(Rebuild::new(self.place.clone()))
    }
}

impl IndexFolder {
    fn path(&self, span: Span) -> PathBuf {
        let Span { after, last } = span;
        self.folder.join(format!("{after:016x}-{last:016x}.run"))
    }

    fn names(&self) -> Result<Vec<String>, StoreError> {
        let names = self.files.list(&self.folder);
        names.map_err(io(self.folder.display().to_string()))
    }
}
