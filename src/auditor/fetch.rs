//! Getting files: several at once, and a wider partial tile where the asked one has
//! gone (tlog-tiles, "Partial Tiles").

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::ScopedJoinHandle;

use super::AuditError;
use super::observer::{Counters, Observer};
use crate::client::tiles::{LogFile, TileSource, path};
use crate::store::LogId;
use crate::tlog::bundle::{self, BUNDLE_MAX};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::HASH_LEN;
use crate::tlog::note::Note;
use crate::tlog::size::TreeSize;
use crate::tlog::tile::{Level, TILE_WIDTH, TilePath, width_at};

/// Most bytes of a checkpoint.
const CHECKPOINT_MAX: usize = 256 * 1024;
/// Most bytes of a bundle of leaves, which have 322 bytes at most.
const LEAVES_MAX: usize = 1 << 20;

/// Reads files and counts bytes.
pub(super) struct Reader<'a> {
    pub(super) source: &'a dyn TileSource,
    pub(super) counters: &'a Counters,
    pub(super) observer: &'a dyn Observer,
}

/// Entries of a bundle, in one piece.
#[derive(Debug)]
pub(super) struct Bundle {
    bytes: Vec<u8>,
    ranges: Vec<Range<usize>>,
}

impl Bundle {
    pub(super) fn entries(&self) -> impl Iterator<Item = &[u8]> {
        self.ranges.iter().map(|range| &self.bytes[range.clone()])
    }
}

impl Reader<'_> {
    /// Report progress; an error if the observer wants to stop.
    pub(super) fn check_stop(&self) -> Result<(), AuditError> {
        self.observer.progress(&self.counters.now());
        if self.observer.stop() {
            Err(AuditError::Stopped)
        } else {
            Ok(())
        }
    }

    fn read(&self, log: LogId, file: LogFile, limit: usize) -> Result<Option<Vec<u8>>, AuditError> {
        let bytes = self.source.read(log, file, limit)?;
        let length = bytes.as_ref().map_or(0, Vec::len);
        Counters::add(&self.counters.bytes, length as u64);
        Ok(bytes)
    }

    /// A log's checkpoint, unverified, if it has one.
    pub(super) fn checkpoint(&self, log: LogId) -> Result<Option<Note>, AuditError> {
        let file = LogFile::Checkpoint;
        let Some(bytes) = self.read(log, file, CHECKPOINT_MAX)? else {
            return Ok(None);
        };
        let malformed = |why: String| AuditError::Malformed {
            path: path(log, file),
            why,
        };
        Note::parse(&bytes)
            .map(Some)
            .map_err(|e| malformed(e.to_string()))
    }

    /// The first `tile.width` hashes or entries of a tile, and how many came. Where a partial
    /// tile has gone because the log grew, the full one or the newest partial one has
    /// them, too.
    fn tile(&self, log: LogId, tile: TilePath, limit: usize) -> Result<(Vec<u8>, u16), AuditError> {
        let read = |width| {
            let tile = TilePath { width, ..tile };
            let bytes = self.read(log, LogFile::Tile(tile), limit)?;
            Ok::<_, AuditError>(bytes.map(|bytes| (bytes, width)))
        };
        if let Some(found) = read(tile.width)? {
            return Ok(found);
        }
        if tile.is_partial() {
            if let Some(found) = read(TILE_WIDTH)? {
                return Ok(found);
            }
            let newest = self.published_width(log, tile)?;
            if let Some(width) = newest.filter(|width| *width > tile.width)
                && let Some(found) = read(width)?
            {
                return Ok(found);
            }
        }
        Err(AuditError::Missing(path(log, LogFile::Tile(tile))))
    }

    /// The width that the log's own checkpoint gives a tile. Only says where to look.
    fn published_width(&self, log: LogId, tile: TilePath) -> Result<Option<u16>, AuditError> {
        let note = self.checkpoint(log)?;
        let size = note.and_then(|note| Checkpoint::parse(note.text()).ok());
        Ok(size.and_then(|head| width_at(tile.level, tile.index, head.size)))
    }

    /// Entries of bundle `index` in a log of `size` entries.
    pub(super) fn bundle(&self, log: LogId, index: u64, size: u64) -> Result<Bundle, AuditError> {
        let width = width_at(Level::Entries, index, TreeSize(size)).unwrap_or(0);
        let tile = TilePath {
            level: Level::Entries,
            index,
            width,
        };
        let limit = match log {
            LogId::Journal => BUNDLE_MAX,
            LogId::Tree(..) => LEAVES_MAX,
        };
        let (bytes, came) = self.tile(log, tile, limit)?;
        let entries = bundle::parse(&bytes, came).map_err(|e| AuditError::Malformed {
            path: path(log, LogFile::Tile(tile)),
            why: e.to_string(),
        })?;
        let mut at = 0;
        let ranges = entries
            .iter()
            .take(usize::from(width))
            .map(|entry| {
                let start = at + 2;
                at = start + entry.len();
                start..at
            })
            .collect();
        Ok(Bundle { bytes, ranges })
    }

    /// The bytes of a tile of hashes, `tile.width` of them.
    pub(super) fn hashes(&self, log: LogId, tile: TilePath) -> Result<Vec<u8>, AuditError> {
        let limit = usize::from(TILE_WIDTH) * HASH_LEN;
        let (mut bytes, came) = self.tile(log, tile, limit)?;
        if bytes.len() != usize::from(came) * HASH_LEN {
            return Err(AuditError::Malformed {
                path: path(log, LogFile::Tile(tile)),
                why: format!("{} bytes are not {came} hashes", bytes.len()),
            });
        }
        bytes.truncate(usize::from(tile.width) * HASH_LEN);
        Ok(bytes)
    }
}

/// `work(0..count)` on several threads; results in order. The first error ends it.
pub(super) fn parallel<T: Send>(
    threads: usize,
    count: usize,
    work: impl Fn(usize) -> Result<T, AuditError> + Sync,
) -> Result<Vec<T>, AuditError> {
    let threads = threads.min(count);
    if threads <= 1 {
        return (0..count).map(work).collect();
    }
    let next = AtomicU64::new(0);
    let failed = Mutex::new(None);
    let run = || {
        let mut done = Vec::new();
        loop {
            let item = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or(count);
            if item >= count {
                return done;
            }
            match work(item) {
                Ok(result) => done.push((item, result)),
                Err(error) => {
                    next.store(count as u64, Ordering::Relaxed);
                    failed
                        .lock()
                        .expect("no holder panics")
                        .get_or_insert(error);
                    return done;
                }
            }
        }
    };
    let mut results: Vec<(usize, T)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        let parts = threads.into_iter().map(ScopedJoinHandle::join);
        parts
            .flat_map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    if let Some(error) = failed.into_inner().expect("no holder panics") {
        return Err(error);
    }
    results.sort_unstable_by_key(|(item, _)| *item);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}
