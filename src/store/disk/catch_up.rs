//! Bringing sled and the index up to date with the entry logs: after a crash what came
//! last, after a loss everything (`spec/storage.md`, "Recovery").

use std::collections::BTreeMap;
use std::sync::Arc;

use super::engine::Engine;
use super::entries::BLOCK;
use super::header::HEADER_LEN;
use super::index::{Entry, Location, fingerprint_of_hash, fingerprint_of_key};
use super::projection::{CHUNK, Growth, OFFSETS};
use super::publications::{Contents, Published};
use super::tail::{Tail, wrong_root};
use crate::protocol::leaf::unique_key;
use crate::store::{LogId, StoreError};
use crate::tlog::hash::{Hash, leaf_hash};

/// Leaves read at once.
const PAGE: u64 = 8192;

/// The logs that have grown since a publication, or all if that is not known any more,
/// with the sizes to begin at.
fn grown_since(contents: &Contents, publication: u64) -> BTreeMap<LogId, u64> {
    if publication < contents.forgotten {
        contents.heads.keys().map(|log| (*log, 0)).collect()
    } else {
        contents.grown_since(publication)
    }
}

/// Bring sled's trees from publication `grown`, or a new sled's from nothing, to the last
/// one.
pub(super) fn catch_up_sled(
    engine: &Engine,
    contents: &Contents,
    grown: u64,
    is_new: bool,
) -> Result<(), StoreError> {
    let grown = if is_new {
        contents.heads.keys().map(|log| (*log, 0)).collect()
    } else {
        grown_since(contents, grown)
    };
    for (log, from) in grown {
        engine.grow_sled(log, from, &contents.heads[&log])?;
    }
    engine.sled.grown(contents.last)?;
    if !is_new {
        return Ok(());
    }
    // What says that it is whole must not reach the device before the rest.
    engine.sled.sync()?;
    engine.sled.identify(engine.segments.store)
}

/// Bring the index from the last publication that its runs cover to the last one.
pub(super) fn catch_up_index(engine: &Engine, contents: &Contents) -> Result<(), StoreError> {
    let covered = engine.index.covered();
    if covered > contents.last || covered < contents.forgotten {
        let mut rebuild = engine.index.rebuild()?;
        for (log, published) in &contents.heads {
            let number = published.number;
            engine.each_key(*log, number, 0, |entry| rebuild.push(entry))?;
        }
        return engine.index.replace(rebuild, contents.last);
    }
    let mut entries = Vec::new();
    for (log, from) in grown_since(contents, covered) {
        let number = contents.heads[&log].number;
        engine.each_key(log, number, from, |entry| {
            entries.push(entry);
            Ok(())
        })?;
    }
    engine.index.insert(contents.last, entries);
    Ok(())
}

/// Hashes of some entries, with the offsets of those whose offset is kept.
struct Page {
    hashes: Vec<Hash>,
    offsets: Vec<(u64, u64)>,
}

impl Engine {
    /// Hash the entries of a log from `from` on into sled, and require the published
    /// root.
    fn grow_sled(&self, log: LogId, from: u64, published: &Published) -> Result<(), StoreError> {
        let number = published.number;
        let size = published.signed.head.size;
        let first = from / CHUNK * CHUNK;
        let mut at = self.journal_offset(log, first)?;
        let head = self.page(log, first, from, published, &mut at)?;
        let mut tail = Tail::load(&self.sled, number, from, head.hashes)?;
        let mut next = from;
        while next < size {
            let to = (next + PAGE).min(size);
            let page = self.page(log, next, to, published, &mut at)?;
            let mut growth = Growth {
                offsets: page.offsets,
                ..Growth::default()
            };
            page.hashes
                .into_iter()
                .for_each(|hash| tail.push(hash, &mut growth));
            self.sled.grow(number, &growth)?;
            next = to;
        }
        if tail.head() != published.signed.head {
            let entry_log = self.entries.open(log)?;
            return Err(wrong_root(&entry_log, size / BLOCK * BLOCK));
        }
        if let Some(visible) = self.write().logs.get_mut(&log) {
            visible.tail = Some(Arc::new(tail));
        }
        Ok(())
    }

    /// Where journal entry `first`, the first of a chunk, starts; nothing for trees.
    fn journal_offset(&self, log: LogId, first: u64) -> Result<u64, StoreError> {
        if log != LogId::Journal || first == 0 {
            return Ok(HEADER_LEN);
        }
        // Its own offset may be what was lost; the one before is older than what was.
        let known = first - OFFSETS;
        let entry_log = self.entries.open(log)?;
        let end = self.read().logs[&log].published.end;
        let skip = usize::try_from(OFFSETS).expect("small");
        Ok(entry_log.entries(self.sled.offset(known)?, end, skip)?.1)
    }

    fn page(
        &self,
        log: LogId,
        from: u64,
        to: u64,
        published: &Published,
        at: &mut u64,
    ) -> Result<Page, StoreError> {
        let mut page = Page {
            hashes: Vec::new(),
            offsets: Vec::new(),
        };
        if from == to {
            return Ok(page);
        }
        if log != LogId::Journal {
            page.hashes = self.unchecked_hashes(log, from, to, published)?;
            return Ok(page);
        }
        let entry_log = self.entries.open(log)?;
        let count = usize::try_from(to - from).expect("a page");
        let (entries, next) = entry_log.entries(*at, published.end, count)?;
        *at = next;
        for (index, (offset, entry)) in (from..).zip(entries) {
            if index.is_multiple_of(OFFSETS) {
                page.offsets.push((index / OFFSETS, offset));
            }
            page.hashes.push(leaf_hash(&entry));
        }
        Ok(page)
    }

    /// The index entries of a tree's leaves from `from` on.
    fn each_key(
        &self,
        log: LogId,
        number: u32,
        from: u64,
        mut push: impl FnMut(Entry) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let LogId::Tree(_, tree) = log else {
            return Ok(());
        };
        let mut next = from;
        loop {
            let leaves = self.leaves(log, next, usize::try_from(PAGE).expect("small"))?;
            if leaves.is_empty() {
                return Ok(());
            }
            for (index, leaf) in (next..).zip(&leaves) {
                let location = Location { log: number, index };
                let key = fingerprint_of_key(number, &unique_key(tree, leaf)?);
                push(Entry::new(key, location))?;
                let hash = fingerprint_of_hash(number, &leaf_hash(leaf).0);
                push(Entry::new(hash, location))?;
            }
            next += leaves.len() as u64;
        }
    }
}
