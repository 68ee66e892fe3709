//! Opening a data folder, which is recovery: the same steps after a clean end, a crash,
//! and the loss of everything that can be made again (`spec/storage.md`, "Recovery").

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, RwLock};

use super::Options;
use super::anchor::Anchor;
use super::batch::{Accepted, Records, read_batch};
use super::catch_up::{catch_up_index, catch_up_sled};
use super::engine::{Commits, Engine, Publication, Shared, Visible};
use super::entries::EntryLogs;
use super::error::io;
use super::files::{Files as _, SystemFiles};
use super::header::StoreId;
use super::index::{Index, IndexFolder};
use super::left::Left;
use super::maintenance::Signal;
use super::projection::{Started, open_sled};
use super::publications::Publications;
use super::segment::Segments;
use super::state::{StateFolder, StateLog};
use super::waiting::WaitingLeaves;
use crate::lock::FolderLock;
use crate::protocol::leaf::unique_key;
use crate::store::{Epoch, StoreError};

/// Hold the folder against other processes for as long as this lives.
fn lock(folder: &Path) -> Result<FolderLock, StoreError> {
    let name = || folder.display().to_string();
    let lock = FolderLock::take(folder).map_err(io(name()))?;
    lock.ok_or_else(|| StoreError::Locked(name()))
}

impl Options {
    fn create_folders(&self) -> Result<(), StoreError> {
        for name in ["logs", "waiting", "state", "index"] {
            let folder = self.folder.join(name);
            let created = self.files.create_folder(&folder);
            created.map_err(io(folder.display().to_string()))?;
        }
        let created = self.files.create_folder(&self.keys);
        created.map_err(io(self.keys.display().to_string()))?;
        let synced = self.files.sync_folder(&self.folder);
        synced.map_err(io(self.folder.display().to_string()))
    }

    pub(super) fn segments(&self, store: StoreId) -> Segments {
        Segments {
            files: self.files.clone(),
            clock: self.clock.clone(),
            store,
            folder: self.folder.join("waiting"),
            keys: self.keys.clone(),
        }
    }

    fn state_folder(&self, store: StoreId) -> StateFolder {
        StateFolder {
            files: self.files.clone(),
            folder: self.folder.join("state"),
            store,
        }
    }
}

/// Open or create a data folder.
pub(super) fn open(options: &Options) -> Result<(Arc<Engine>, FolderLock), StoreError> {
    let created = SystemFiles.create_folder(&options.folder);
    created.map_err(io(options.folder.display().to_string()))?;
    let lock = lock(&options.folder)?;
    options.create_folders()?;
    let anchors = options.anchors();
    let Left { anchor, contents } = options.find_left(&anchors)?;
    let store = anchor.store;
    let entries = EntryLogs::new(options.files.clone(), options.folder.join("logs"), store);
    for (log, published) in &contents.heads {
        entries.require(*log, published.end)?;
    }
    let segments = options.segments(store);
    let (waiting, records) = read_waiting(options, &segments, anchor.segment)?;
    let state = options.state_folder(store);
    state.clean()?;
    let Started {
        sled,
        last_batch,
        grown,
        is_new,
    } = open_sled(options, &state, &anchor, &contents)?;
    let index = Index::open(IndexFolder {
        files: options.files.clone(),
        folder: options.folder.join("index"),
        store,
        recent: options.limits.recent_entries,
        filters: options.limits.filter_bytes,
    })?;

    // From here on the folder is known to be whole, and things may be removed from it.
    for (log, published) in &contents.heads {
        entries.cut(*log, published.end)?;
    }
    entries.remove_others(|log| contents.heads.contains_key(&log))?;
    let newest = segments.list()?.last().copied().unwrap_or(0);
    let fresh = newest.max(anchor.segment) + 1;
    let commits = Commits {
        epoch: Epoch(anchor.epoch),
        segment: segments.create(fresh)?,
    };
    let path = options.folder.join("publications.log");
    let publications = Publications::begin(options.files.clone(), path, store, contents.clone())?;
    let publication = Publication {
        anchor: Anchor {
            publication: contents.last,
            chain: contents.chain,
            ..anchor
        },
        segment: fresh,
        publications,
        staged: BTreeMap::default(),
        state_log: StateLog::new(state, last_batch)?,
        overdue: None,
    };
    let logs = contents.heads.iter().map(|(log, published)| {
        let published = published.clone();
        let tail = None;
        (*log, Visible { published, tail })
    });
    let shared = Shared {
        logs: logs.collect(),
        records,
        ..Shared::default()
    };
    let engine = Arc::new(Engine {
        files: options.files.clone(),
        folder: options.folder.clone(),
        limits: options.limits,
        entries,
        sled,
        index,
        segments,
        anchors,
        publication: Mutex::new(publication),
        commits: Mutex::new(commits),
        rotated: Condvar::new(),
        merging: Mutex::new(()),
        shared: RwLock::new(shared),
        stopped: Mutex::new(None),
        segment_bytes: AtomicU64::new(0),
        // Whether there were any before is not known.
        deletions: AtomicU64::new(1),
        upkeep: Signal::default(),
        indexing: Signal::default(),
    });
    catch_up_sled(&engine, &contents, grown, is_new)?;
    catch_up_index(&engine, &contents)?;
    engine.keep_waiting(waiting)?;
    engine.rotate(&mut *engine.publication()?)?;
    engine.indexing.notify_if(engine.index.wants_flush());
    Ok((engine, lock))
}

/// Leaves and records of all segments from `oldest` on, in the order of their commits.
fn read_waiting(
    options: &Options,
    segments: &Segments,
    oldest: u64,
) -> Result<(Vec<Accepted>, Records), StoreError> {
    let (mut accepted, mut records) = (Vec::new(), Records::new());
    let there = segments.list()?;
    let newest = there.last().copied().unwrap_or(0);
    let first = if oldest > 0 {
        oldest
    } else {
        there.first().copied().unwrap_or(1)
    };
    // Numbers follow one another; to replay one that is missing tells so.
    for number in first..=newest.max(oldest) {
        let replayed = segments.replay(number, |bytes| {
            read_batch(bytes, &mut accepted, &mut records)
        });
        match replayed {
            Err(error @ StoreError::Damaged { .. }) if options.accept_lost_waiting => {
                tracing::warn!(%error, "going on without it, as the operator accepted");
            }
            outcome => outcome?,
        }
    }
    Ok((accepted, records))
}

impl Engine {
    /// Let those leaves wait that are neither published nor waiting already: a crash in
    /// the middle of a publication leaves some of them in two places.
    fn keep_waiting(&self, accepted: Vec<Accepted>) -> Result<(), StoreError> {
        let mut waiting = WaitingLeaves::default();
        for ((p, tree), mut list) in accepted {
            let mut kept = Vec::with_capacity(list.len());
            for leaf in list.drain(..) {
                let key = unique_key(tree, &leaf.leaf)?;
                if waiting.find(p, tree, &key).is_none() && self.find(p, tree, &key)?.is_none() {
                    kept.push(leaf);
                }
            }
            waiting.add(((p, tree), kept));
        }
        self.write().waiting = waiting;
        Ok(())
    }
}
