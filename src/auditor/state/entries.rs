//! A verified copy of a log's entries. The journal's are always kept: their second reading
//! needs no network, and a petition whose files could not be read today is replayed from here
//! tomorrow. A tree's are kept for a mirror.

use std::io::Result;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::records::RecordFile;
use crate::protocol::ids::Tree;

/// Entries one after another, and where each of them ends.
#[derive(Debug)]
pub(in crate::auditor) struct EntryFiles {
    bytes: RecordFile<1>,
    ends: RecordFile<8>,
}

/// Where the entries are, and where their ends.
fn paths(folder: &Path, tree: Option<Tree>) -> (PathBuf, PathBuf) {
    let (bytes, ends) = match tree {
        None => ("entries".to_owned(), "ends".to_owned()),
        Some(tree) => (format!("{tree}.leaves"), format!("{tree}.ends")),
    };
    (folder.join(bytes), folder.join(ends))
}

impl EntryFiles {
    /// The first `count` entries in `folder`: of the journal, or the leaves of a tree.
    pub(in crate::auditor) fn open(folder: &Path, tree: Option<Tree>, count: u64) -> Result<Self> {
        let (bytes, ends) = paths(folder, tree);
        let ends = RecordFile::open(ends, count)?;
        let bytes = RecordFile::open(bytes, end(&ends, count)?)?;
        Ok(Self { bytes, ends })
    }

    /// The same to read only, beside those that are appended to.
    pub(in crate::auditor) fn view(folder: &Path, tree: Option<Tree>, count: u64) -> Result<Self> {
        let (bytes, ends) = paths(folder, tree);
        let ends = RecordFile::view(ends, count)?;
        let bytes = RecordFile::view(bytes, end(&ends, count)?)?;
        Ok(Self { bytes, ends })
    }

    /// Number of entries.
    pub(in crate::auditor) fn len(&self) -> u64 {
        self.ends.len()
    }

    /// Append an entry.
    pub(in crate::auditor) fn push(&mut self, entry: &[u8]) -> Result<()> {
        self.bytes.extend(entry)?;
        self.ends.push(&self.bytes.len().to_be_bytes())
    }

    /// Make all entries readable.
    pub(in crate::auditor) fn flush(&mut self) -> Result<()> {
        self.bytes.flush()?;
        self.ends.flush()
    }

    /// Make all entries durable.
    pub(in crate::auditor) fn sync(&mut self) -> Result<()> {
        self.bytes.sync()?;
        self.ends.sync()
    }

    /// Forget all but the first `count` entries.
    pub(in crate::auditor) fn truncate(&mut self, count: u64) -> Result<()> {
        self.ends.truncate(count)?;
        let length = end(&self.ends, count)?;
        self.bytes.truncate(length)
    }

    /// Entries from `first` on, in one piece: at least one, at most `count` and, beyond
    /// the first, `bytes`.
    pub(in crate::auditor) fn read(&self, first: u64, count: u64, bytes: u64) -> Result<Entries> {
        let start = end(&self.ends, first)?;
        let count = usize::try_from(count.min(self.len() - first)).unwrap_or(usize::MAX);
        let ends = self.ends.range(first, count)?;
        let (ends, _) = ends.as_chunks::<8>();
        let mut ends: Vec<u64> = ends.iter().map(|end| u64::from_be_bytes(*end)).collect();
        let fitting = ends.partition_point(|end| end - start <= bytes).max(1);
        ends.truncate(fitting);
        let whole = ends.last().map_or(0, |end| end - start);
        let text = self
            .bytes
            .range(start, usize::try_from(whole).unwrap_or(usize::MAX))?;
        let offset = |position: u64| usize::try_from(position - start).unwrap_or(usize::MAX);
        let mut from = 0;
        let ranges = ends
            .iter()
            .map(|end| std::mem::replace(&mut from, offset(*end))..offset(*end))
            .collect();
        Ok(Entries {
            first,
            text,
            ranges,
        })
    }
}

/// Where entry `count` begins.
fn end(ends: &RecordFile<8>, count: u64) -> Result<u64> {
    match count.checked_sub(1) {
        None => Ok(0),
        Some(last) => ends.get(last).map(u64::from_be_bytes),
    }
}

/// Entries in memory.
#[derive(Debug)]
pub(in crate::auditor) struct Entries {
    first: u64,
    text: Vec<u8>,
    ranges: Vec<Range<usize>>,
}

impl Entries {
    /// Index after the last of them.
    pub(in crate::auditor) fn end(&self) -> u64 {
        self.first + self.ranges.len() as u64
    }

    /// Index and bytes of each.
    pub(in crate::auditor) fn iter(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let entries = self.ranges.iter().map(|range| &self.text[range.clone()]);
        (self.first..).zip(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_in_pieces() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut files = EntryFiles::open(folder.path(), None, 0).expect("opens");
        let entry = |n: usize| vec![u8::try_from(n).expect("small"); n * 3];
        for n in 0..50 {
            files.push(&entry(n)).expect("pushes");
        }
        files.sync().expect("syncs");
        let mut files = EntryFiles::open(folder.path(), None, 40).expect("reopens");
        let mut next = 0;
        while next < files.len() {
            let piece = files.read(next, 7, 100).expect("reads");
            assert!(piece.end() > next && piece.end() <= next + 7);
            for (index, bytes) in piece.iter() {
                assert_eq!(bytes, entry(usize::try_from(index).expect("small")));
            }
            next = piece.end();
        }
        files.truncate(5).expect("truncates");
        files.push(b"other").expect("pushes");
        files.flush().expect("flushes");
        let piece = files.read(4, 10, 1000).expect("reads");
        let all: Vec<_> = piece.iter().collect();
        assert_eq!(all, [(4, &entry(4)[..]), (5, &b"other"[..])]);
    }
}
