//! A file of records of one length, appended to and read by index.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

/// Buffered bytes that are written together.
const BUFFER: usize = 1 << 16;

/// Records of `N` bytes. Whoever opens it says how many count: what a broken run left
/// behind them is cut off.
#[derive(Debug)]
pub(in crate::auditor) struct RecordFile<const N: usize> {
    path: PathBuf,
    /// None until there is something to write: most trees of most petitions are empty.
    file: Option<File>,
    written: u64,
    buffer: Vec<u8>,
}

impl<const N: usize> RecordFile<N> {
    /// The first `records` of the file at `path`.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedEof`] if there are fewer.
    pub(in crate::auditor) fn open(path: PathBuf, records: u64) -> Result<Self> {
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => {
                if file.metadata()?.len() < records * N as u64 {
                    return Err(ErrorKind::UnexpectedEof.into());
                }
                file.set_len(records * N as u64)?;
                Some(file)
            }
            Err(e) if e.kind() == ErrorKind::NotFound && records == 0 => None,
            Err(e) => return Err(e),
        };
        Ok(Self {
            path,
            file,
            written: records * N as u64,
            buffer: Vec::new(),
        })
    }

    /// The same to read only, beside the one that appends: nothing is cut off.
    ///
    /// # Errors
    /// As [`RecordFile::open`].
    pub(in crate::auditor) fn view(path: PathBuf, records: u64) -> Result<Self> {
        let file = match File::open(&path) {
            Ok(file) if file.metadata()?.len() < records * N as u64 => {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            Ok(file) => Some(file),
            Err(e) if e.kind() == ErrorKind::NotFound && records == 0 => None,
            Err(e) => return Err(e),
        };
        Ok(Self {
            path,
            file,
            written: records * N as u64,
            buffer: Vec::new(),
        })
    }

    /// Number of records, written or not.
    pub(in crate::auditor) fn len(&self) -> u64 {
        (self.written + self.buffer.len() as u64) / N as u64
    }

    /// Append a record.
    pub(in crate::auditor) fn push(&mut self, record: &[u8; N]) -> Result<()> {
        self.extend(record)
    }

    /// Append whole records.
    pub(in crate::auditor) fn extend(&mut self, records: &[u8]) -> Result<()> {
        self.buffer.extend_from_slice(records);
        if self.buffer.len() >= BUFFER {
            self.flush()?;
        }
        Ok(())
    }

    /// Hand what is buffered to the operating system: readable from now on.
    pub(in crate::auditor) fn flush(&mut self) -> Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        if self.file.is_none() {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(true);
            self.file = Some(options.open(&self.path)?);
        }
        let file = self.file.as_ref().expect("opened above");
        file.write_all_at(&self.buffer, self.written)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// Flush, and make it durable.
    pub(in crate::auditor) fn sync(&mut self) -> Result<()> {
        self.flush()?;
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }

    /// Forget all but the first `records`.
    pub(in crate::auditor) fn truncate(&mut self, records: u64) -> Result<()> {
        self.flush()?;
        self.written = self.written.min(records * N as u64);
        self.file
            .as_ref()
            .map_or(Ok(()), |file| file.set_len(self.written))
    }

    /// A flushed record.
    pub(in crate::auditor) fn get(&self, index: u64) -> Result<[u8; N]> {
        let mut record = [0; N];
        self.read_at(&mut record, index)?;
        Ok(record)
    }

    /// `count` flushed records, one after another.
    pub(in crate::auditor) fn range(&self, first: u64, count: usize) -> Result<Vec<u8>> {
        let mut records = vec![0; count * N];
        self.read_at(&mut records, first)?;
        Ok(records)
    }

    fn read_at(&self, records: &mut [u8], first: u64) -> Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let file = self.file.as_ref().ok_or(ErrorKind::UnexpectedEof)?;
        file.read_exact_at(records, first * N as u64)
    }
}

/// Replace a file at once: a reader sees the old bytes or the new ones, also after a
/// crash; the new ones once this has returned.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    // One writer holds the folder's lock, so the name is free or left by a broken run.
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    std::fs::rename(&temporary, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Make the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_is_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("records");
        let mut file = RecordFile::<4>::open(path.clone(), 0).expect("a new file");
        for n in 0..5_u32 {
            file.push(&n.to_be_bytes()).expect("pushes");
        }
        assert_eq!(file.len(), 5);
        file.sync().expect("syncs");
        let mut file = RecordFile::<4>::open(path.clone(), 3).expect("reopens");
        assert_eq!(file.len(), 3);
        assert_eq!(file.get(2).expect("reads"), 2_u32.to_be_bytes());
        assert!(file.get(3).is_err());
        file.push(&[9; 4]).expect("pushes");
        file.truncate(2).expect("truncates");
        assert_eq!(file.len(), 2);
        assert_eq!(file.range(0, 2).expect("reads").len(), 8);
        let missing = RecordFile::<4>::open(path, 3).expect_err("too short");
        assert_eq!(missing.kind(), ErrorKind::UnexpectedEof);
    }
}
