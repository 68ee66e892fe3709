//! A run: sorted entries in an immutable file (`spec/storage.md`, "Index").

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::entry::{ENTRY_LEN, Entry, Location, with_fingerprint};
use super::filter::{BLOCK_LEN as FILTER_BLOCK_LEN, Filter};
use super::{IndexFolder, Span};
use crate::store::StoreError;
use crate::store::disk::codec::{CHECK_LEN, Reader, checksum};
use crate::store::disk::error::{damaged, io};
use crate::store::disk::files::{File, Files};
use crate::store::disk::header::{HEADER_LEN, Header, Kind};

/// Bytes of a block of entries, and of the file's first block, which has the header.
const BLOCK_LEN: usize = 4096;
/// Entries in a block: a checksum follows them.
const PER_BLOCK: usize = (BLOCK_LEN - CHECK_LEN) / ENTRY_LEN;
/// Blocks read or written at once.
const AT_ONCE: usize = 64;

const ADVICE: &str = "restart: the index is made again from the entry logs, nothing is lost";

/// An open run.
pub(super) struct Run {
    pub(super) span: Span,
    /// Entries.
    pub(super) count: u64,
    file: Arc<dyn File>,
    files: Arc<dyn Files>,
    path: PathBuf,
    tag: [u8; CHECK_LEN],
    /// The first fingerprint of each block.
    fences: Vec<u64>,
    filter: Filter,
}

fn header(place: &IndexFolder, span: Span) -> Header {
    Header {
        detail: span.after,
        ..Header::new(Kind::Index, place.store, span.last)
    }
}

/// What follows the header: numbers of entries and of filter blocks.
fn preamble(tag: &[u8; CHECK_LEN], count: u64, filter_blocks: u64) -> Vec<u8> {
    let body = [count.to_be_bytes(), filter_blocks.to_be_bytes()].concat();
    let check = checksum(&[tag, &body]);
    [&body[..], &check].concat()
}

fn block_check(tag: &[u8; CHECK_LEN], block: u64, entries: &[u8]) -> [u8; CHECK_LEN] {
    checksum(&[tag, &block.to_be_bytes(), entries])
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).expect("this machine has 64 bits")
}

impl Run {
    pub(super) fn open(place: &IndexFolder, span: Span) -> Result<Self, StoreError> {
        Self::open_at(place, span, place.path(span))
    }

    pub(super) fn open_at(
        place: &IndexFolder,
        span: Span,
        path: PathBuf,
    ) -> Result<Self, StoreError> {
        let what = path.display().to_string();
        let file = place.files.open(&path).map_err(io(&what))?;
        let header = header(place, span);
        header.require(&what, &*file)?;
        let tag = header.tag();
        let wrong = || damaged(what.clone(), ADVICE);
        let read = |at: u64, length: usize| {
            let mut bytes = vec![0; length];
            file.read_at(at, &mut bytes).map_err(|_| wrong())?;
            Ok::<_, StoreError>(bytes)
        };
        let bytes = read(HEADER_LEN, 8 + 8 + CHECK_LEN)?;
        let mut r = Reader(&bytes);
        let (count, filter_blocks) = r.u64().zip(r.u64()).ok_or_else(wrong)?;
        if bytes != preamble(&tag, count, filter_blocks) {
            return Err(wrong());
        }
        let blocks = count.div_ceil(PER_BLOCK as u64);
        let mut at = (BLOCK_LEN as u64) * (blocks + 1);
        let mut section = |length: usize| {
            let bytes = read(at, length + CHECK_LEN)?;
            at += bytes.len() as u64;
            let (body, check) = bytes.split_at(length);
            if checksum(&[&tag, body]) == check {
                Ok(body.to_vec())
            } else {
                Err(wrong())
            }
        };
        let filter = section(to_usize(filter_blocks) * FILTER_BLOCK_LEN)?;
        let fences = section(to_usize(blocks) * 8)?;
        let fences = fences.chunks_exact(8);
        Ok(Self {
            span,
            count,
            files: place.files.clone(),
            tag,
            fences: fences
                .map(|f| u64::from_be_bytes(f.try_into().expect("exact chunks")))
                .collect(),
            filter: Filter::from_bytes(&filter),
            file,
            path,
        })
    }

    /// A run found damaged is removed, so that the next start makes the index again.
    fn damaged(&self, block: u64) -> StoreError {
        let what = format!("{}, block {block}", self.path.display());
        if let Err(error) = self.files.remove(&self.path) {
            tracing::error!(%error, "cannot remove a damaged run of the index");
        }
        damaged(what, ADVICE)
    }

    /// The entries of `count` blocks.
    fn read(&self, first: u64, count: usize) -> Result<Vec<Entry>, StoreError> {
        let mut bytes = vec![0; count * BLOCK_LEN];
        let at = (first + 1) * BLOCK_LEN as u64;
        let read = self.file.read_at(at, &mut bytes);
        read.map_err(|_| self.damaged(first))?;
        let mut entries = Vec::with_capacity(count * PER_BLOCK);
        for (number, block) in (first..).zip(bytes.chunks_exact(BLOCK_LEN)) {
            let (body, check) = block.split_at(PER_BLOCK * ENTRY_LEN);
            if block_check(&self.tag, number, body) != check {
                return Err(self.damaged(number));
            }
            let (chunks, _) = body.as_chunks::<ENTRY_LEN>();
            entries.extend(chunks.iter().map(|bytes| Entry::from_bytes(*bytes)));
        }
        let before = to_usize(first) * PER_BLOCK;
        entries.truncate(to_usize(self.count).saturating_sub(before));
        Ok(entries)
    }

    /// Add the locations of all entries with a fingerprint.
    pub(super) fn find(
        &self,
        fingerprint: u64,
        found: &mut Vec<Location>,
    ) -> Result<(), StoreError> {
        if !self.filter.may_have(fingerprint) {
            return Ok(());
        }
        let after = self.fences.partition_point(|fence| *fence < fingerprint);
        for block in after.saturating_sub(1)..self.fences.len() {
            if self.fences[block] > fingerprint {
                break;
            }
            let entries = self.read(block as u64, 1)?;
            found.extend(with_fingerprint(&entries, fingerprint));
        }
        Ok(())
    }

    /// All entries, in order.
    pub(super) fn entries(&self) -> Entries<'_> {
        Entries {
            run: self,
            next_block: 0,
            read: Vec::new().into_iter(),
        }
    }
}

/// Reads a run from its start.
pub(super) struct Entries<'a> {
    run: &'a Run,
    next_block: usize,
    read: std::vec::IntoIter<Entry>,
}

impl Entries<'_> {
    /// The next entry, `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, StoreError> {
        if let Some(entry) = self.read.next() {
            return Ok(Some(entry));
        }
        let left = self.run.fences.len() - self.next_block;
        if left == 0 {
            return Ok(None);
        }
        let count = left.min(AT_ONCE);
        let entries = self.run.read(self.next_block as u64, count)?;
        self.next_block += count;
        self.read = entries.into_iter();
        Ok(self.read.next())
    }
}

/// Where a run's entries are given to.
pub(super) type Push<'a> = dyn FnMut(Entry) -> Result<(), StoreError> + 'a;

/// Write a run of at most `count` entries, which `fill` gives in order, and put it in
/// place durably.
pub(super) fn write(
    place: &IndexFolder,
    span: Span,
    filter_bits: u64,
    count: u64,
    fill: impl FnOnce(&mut Push<'_>) -> Result<(), StoreError>,
) -> Result<Run, StoreError> {
    let path = place.path(span);
    let temporary = path.with_extension("tmp");
    write_at(place, span, &temporary, filter_bits, count, fill)?;
    let replace = || {
        place.files.rename(&temporary, &path)?;
        place.files.sync_folder(&place.folder)
    };
    replace().map_err(io(path.display().to_string()))?;
    Run::open(place, span)
}

/// Write a run under a name of its own.
pub(super) fn write_at(
    place: &IndexFolder,
    span: Span,
    path: &Path,
    filter_bits: u64,
    count: u64,
    fill: impl FnOnce(&mut Push<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let what = path.display().to_string();
    let header = header(place, span);
    let mut writer = Writer {
        file: place.files.create(path).map_err(io(&what))?,
        what: what.clone(),
        tag: header.tag(),
        at: BLOCK_LEN as u64,
        buffer: Vec::with_capacity(AT_ONCE * BLOCK_LEN),
        block: Vec::with_capacity(BLOCK_LEN),
        count: 0,
        fences: Vec::new(),
        filter: Filter::new(count, filter_bits),
    };
    fill(&mut |entry| writer.push(entry))?;
    writer.finish(header)
}

struct Writer {
    file: Arc<dyn File>,
    what: String,
    tag: [u8; CHECK_LEN],
    at: u64,
    buffer: Vec<u8>,
    block: Vec<u8>,
    count: u64,
    fences: Vec<u64>,
    filter: Filter,
}

impl Writer {
    fn push(&mut self, entry: Entry) -> Result<(), StoreError> {
        if self.block.is_empty() {
            self.fences.push(entry.fingerprint());
        }
        self.filter.insert(entry.fingerprint());
        self.block.extend_from_slice(&entry.to_bytes());
        self.count += 1;
        if self.block.len() == PER_BLOCK * ENTRY_LEN {
            self.close_block()?;
        }
        Ok(())
    }

    fn close_block(&mut self) -> Result<(), StoreError> {
        self.block.resize(PER_BLOCK * ENTRY_LEN, 0);
        let number = self.fences.len() as u64 - 1;
        let check = block_check(&self.tag, number, &self.block);
        self.buffer.append(&mut self.block);
        self.buffer.extend_from_slice(&check);
        if self.buffer.len() >= AT_ONCE * BLOCK_LEN {
            self.write_buffer()?;
        }
        Ok(())
    }

    fn write_buffer(&mut self) -> Result<(), StoreError> {
        let written = self.file.write_at(self.at, &self.buffer);
        written.map_err(io(&self.what))?;
        self.at += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    fn finish(mut self, header: Header) -> Result<(), StoreError> {
        if !self.block.is_empty() {
            self.close_block()?;
        }
        let fences: Vec<u8> = self.fences.iter().flat_map(|f| f.to_be_bytes()).collect();
        for section in [self.filter.to_bytes(), fences] {
            self.buffer.extend_from_slice(&section);
            self.buffer
                .extend_from_slice(&checksum(&[&self.tag, &section]));
        }
        self.write_buffer()?;
        let preamble = preamble(&self.tag, self.count, self.filter.blocks() as u64);
        let first = [header.to_bytes(), preamble].concat();
        let written = self
            .file
            .write_at(0, &first)
            .and_then(|()| self.file.sync());
        written.map_err(io(&self.what))
    }
}
