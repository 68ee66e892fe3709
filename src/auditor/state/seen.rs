//! Whether a key occurred before (R17), without all keys in memory.
//!
//! Each key has an 8-byte fingerprint under a secret of this state folder, so that nobody
//! can prepare keys that collide. Fingerprints with their leaf indices are kept
//! sorted in one file; new ones are sorted in memory, a bounded number at a time, and
//! merged in one pass. Equal fingerprints are compared by the keys themselves, which
//! stand in a file by leaf index. Memory: 16 bytes for each of at most [`BLOCK`] new
//! keys; disk: 16 bytes a leaf, besides the keys.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, ErrorKind, Read as _, Result, Write as _};
use std::iter::Peekable;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::records::RecordFile;

/// New keys that are sorted in memory at once.
pub(in crate::auditor) const BLOCK: u64 = 1 << 22;
/// Keys read at once.
const READ: u64 = 1 << 16;

/// A fingerprint and the index of the leaf whose key has it.
type Mark = (u64, u64);

/// Leaf `index` has the key of leaf `first`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::auditor) struct Repeat {
    pub(in crate::auditor) index: u64,
    pub(in crate::auditor) first: u64,
}

fn path(folder: &Path, name: &str, count: u64) -> PathBuf {
    folder.join(format!("{name}.seen.{count}"))
}

/// The marks of the first `count` keys are in a file; bring in those up to `end`, at
/// most [`BLOCK`] of them. Gives the new count and what occurred before. The file of
/// the old count stays until [`forget`].
pub(in crate::auditor) fn extend(
    folder: &Path,
    name: &str,
    keys: &RecordFile<32>,
    secret: &[u8; 32],
    (count, end): (u64, u64),
) -> Result<(u64, Vec<Repeat>)> {
    let end = end.min(count + BLOCK);
    let new = marks(keys, secret, count, end)?;
    let old = Marks::open(&path(folder, name, count), count)?;
    let temporary = folder.join(format!("{name}.seen.tmp"));
    let file = File::create(&temporary)?;
    let mut merged = Merged {
        out: BufWriter::with_capacity(1 << 20, &file),
        keys,
        new_from: count,
        group: Vec::new(),
        repeats: Vec::new(),
    };
    merge(old, new.into_iter(), &mut merged)?;
    let mut repeats = merged.finish()?;
    file.sync_data()?;
    std::fs::rename(temporary, path(folder, name, end))?;
    repeats.sort_unstable();
    Ok((end, repeats))
}

/// Remove the file of an old count.
pub(in crate::auditor) fn forget(folder: &Path, name: &str, count: u64) -> Result<()> {
    match std::fs::remove_file(path(folder, name, count)) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

fn marks(keys: &RecordFile<32>, secret: &[u8; 32], from: u64, to: u64) -> Result<Vec<Mark>> {
    let starts: Vec<u64> = (from..to)
        .step_by(usize::try_from(READ).expect("fits"))
        .collect();
    let blocks: Vec<Vec<Mark>> = starts
        .into_par_iter()
        .map(|start| {
            let length = usize::try_from(READ.min(to - start)).expect("at most READ");
            let bytes = keys.range(start, length)?;
            let (keys, _) = bytes.as_chunks::<32>();
            let marks = keys.iter().zip(start..);
            Ok(marks
                .map(|(key, i)| (fingerprint(secret, key), i))
                .collect())
        })
        .collect::<Result<_>>()?;
    let mut marks = blocks.concat();
    marks.par_sort_unstable();
    Ok(marks)
}

fn fingerprint(secret: &[u8; 32], key: &[u8; 32]) -> u64 {
    let hash = blake3::keyed_hash(secret, key);
    let (first, _) = hash.as_bytes().split_first_chunk().expect("32 bytes");
    u64::from_be_bytes(*first)
}

/// Reads marks from a file.
struct Marks {
    file: Option<BufReader<File>>,
    left: u64,
}

impl Marks {
    fn open(path: &Path, count: u64) -> Result<Self> {
        let file = if count == 0 {
            None
        } else {
            Some(BufReader::with_capacity(1 << 20, File::open(path)?))
        };
        Ok(Self { file, left: count })
    }
}

impl Iterator for Marks {
    type Item = Result<Mark>;

    fn next(&mut self) -> Option<Self::Item> {
        let file = self.file.as_mut().filter(|_| self.left > 0)?;
        self.left -= 1;
        let mut bytes = [0; 16];
        Some(file.read_exact(&mut bytes).map(|()| {
            let (halves, _) = bytes.as_chunks::<8>();
            (u64::from_be_bytes(halves[0]), u64::from_be_bytes(halves[1]))
        }))
    }
}

fn merge(old: Marks, new: impl Iterator<Item = Mark>, merged: &mut Merged) -> Result<()> {
    let mut old: Peekable<Marks> = old.peekable();
    let mut new = new.peekable();
    loop {
        let take_old = match (old.peek(), new.peek()) {
            (None, None) => return Ok(()),
            (Some(Ok(o)), Some(n)) => o <= n,
            (Some(_), _) => true,
            (None, Some(_)) => false,
        };
        let mark = if take_old {
            old.next()
        } else {
            new.next().map(Ok)
        };
        merged.take(mark.expect("peeked")?)?;
    }
}

/// Writes merged marks and looks into groups of equal fingerprints.
struct Merged<'a> {
    out: BufWriter<&'a File>,
    keys: &'a RecordFile<32>,
    new_from: u64,
    group: Vec<Mark>,
    repeats: Vec<Repeat>,
}

impl Merged<'_> {
    fn take(&mut self, mark: Mark) -> Result<()> {
        self.out.write_all(&mark.0.to_be_bytes())?;
        self.out.write_all(&mark.1.to_be_bytes())?;
        if self.group.last().is_some_and(|last| last.0 != mark.0) {
            self.close_group()?;
        }
        self.group.push(mark);
        Ok(())
    }

    fn close_group(&mut self) -> Result<()> {
        let group = std::mem::take(&mut self.group);
        // Within a group indices ascend, so the first of a key is seen first.
        if group.len() > 1 && group.iter().any(|(_, index)| *index >= self.new_from) {
            let mut first: HashMap<[u8; 32], u64> = HashMap::new();
            for (_, index) in group {
                let before = *first.entry(self.keys.get(index)?).or_insert(index);
                if before != index && index >= self.new_from {
                    self.repeats.push(Repeat {
                        index,
                        first: before,
                    });
                }
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Repeat>> {
        self.close_group()?;
        self.out.flush()?;
        Ok(self.repeats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u64) -> [u8; 32] {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&n.to_be_bytes());
        key
    }

    #[test]
    fn repeats_are_found_within_and_across_blocks() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys");
        let mut keys = RecordFile::<32>::open(path, 0).expect("opens");
        for n in [0, 1, 2, 1, 3, 2, 1, 4] {
            keys.push(&key(n)).expect("pushes");
        }
        keys.flush().expect("flushes");
        let mut count = 0;
        let mut all = Vec::new();
        for end in [4, 4, 6, 8] {
            let (new, repeats) =
                extend(folder.path(), "t", &keys, &[7; 32], (count, end)).expect("extends");
            if new != count {
                forget(folder.path(), "t", count).expect("forgets");
            }
            count = new;
            all.push(repeats);
        }
        let repeat = |index, first| Repeat { index, first };
        assert_eq!(all[0], [repeat(3, 1)]);
        assert_eq!(all[1], []);
        assert_eq!(all[2], [repeat(5, 2)]);
        assert_eq!(all[3], [repeat(6, 1)]);
        let left = std::fs::read_dir(folder.path()).expect("lists").count();
        assert_eq!(left, 2, "keys and one file of marks");
    }

    #[test]
    fn equal_fingerprints_of_different_keys_are_no_repeat() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys");
        let mut keys = RecordFile::<32>::open(path, 0).expect("opens");
        for n in [5, 6, 5] {
            keys.push(&key(n)).expect("pushes");
        }
        keys.flush().expect("flushes");
        let out = tempfile::tempfile().expect("a file");
        let mut merged = Merged {
            out: BufWriter::new(&out),
            keys: &keys,
            new_from: 0,
            group: Vec::new(),
            repeats: Vec::new(),
        };
        for index in 0..3 {
            merged.take((42, index)).expect("takes");
        }
        let repeats = merged.finish().expect("finishes");
        assert_eq!(repeats, [Repeat { index: 2, first: 0 }]);
    }
}
