//! Entry logs: the leaves of one tree, or the journal, in published order
//! (`spec/storage.md`, "Entry logs").

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::codec::{CHECK_LEN, checksum, tree_code};
use super::error::{WriteError, damaged, io};
use super::files::{File, Files};
use super::frame::{self, FRAME_HEAD, Place};
use super::header::{HEADER_LEN, Header, Kind, StoreId};
use crate::protocol::ids::{PetitionId, Tree};
use crate::store::{LogId, StoreError};
use crate::tlog::hash::{Hash, leaf_hash};

/// Leaves under one checksum.
pub(super) const BLOCK: u64 = 64;
/// A journal entry's frame.
const ENTRY: u32 = 1;
/// Open files kept at hand.
const HANDLES: usize = 512;
/// Bytes of the journal read at once.
const READ_AHEAD: u64 = 1 << 20;

/// All entry logs of a store.
pub(super) struct EntryLogs {
    pub(super) files: Arc<dyn Files>,
    pub(super) folder: PathBuf,
    pub(super) store: StoreId,
    handles: Mutex<HashMap<LogId, Arc<EntryLog>>>,
}

/// Entries of the journal, each with its offset, and where the next one starts.
pub(super) type Entries = (Vec<(u64, Vec<u8>)>, u64);

/// One entry log, open.
pub(super) struct EntryLog {
    file: Arc<dyn File>,
    what: String,
    tag: [u8; CHECK_LEN],
    /// Bytes of a leaf; 0 for the journal, whose entries differ.
    leaf_len: u64,
}

const ADVICE: &str = "restore this file from a backup: entry logs only grow, so that of any \
                      backup fits up to its end, and mirrors have the entries as well";

impl EntryLogs {
    pub(super) fn new(files: Arc<dyn Files>, folder: PathBuf, store: StoreId) -> Self {
        Self {
            files,
            folder,
            store,
            handles: Mutex::default(),
        }
    }

    fn header(&self, log: LogId) -> Header {
        let header = Header::new(Kind::Entries, self.store, 0);
        match log {
            LogId::Journal => header,
            LogId::Tree(petition, tree) => Header {
                subject: *petition.as_bytes(),
                number: tree_code(tree).into(),
                detail: tree.leaf_len() as u64,
                ..header
            },
        }
    }

    fn path(&self, log: LogId) -> PathBuf {
        self.folder.join(match log {
            LogId::Journal => "journal.log".to_owned(),
            LogId::Tree(petition, tree) => format!("{petition}.{tree}.log"),
        })
    }

    fn keep(&self, log: LogId, file: Arc<dyn File>) -> Arc<EntryLog> {
        let header = self.header(log);
        let entry_log = Arc::new(EntryLog {
            file,
            what: self.path(log).display().to_string(),
            tag: header.tag(),
            leaf_len: header.detail,
        });
        let mut handles = self.handles.lock().expect("no holder panics");
        if handles.len() >= HANDLES {
            handles.clear();
        }
        handles.insert(log, entry_log.clone());
        entry_log
    }

    /// An existing log.
    pub(super) fn open(&self, log: LogId) -> Result<Arc<EntryLog>, StoreError> {
        let kept = self
            .handles
            .lock()
            .expect("no holder panics")
            .get(&log)
            .cloned();
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let path = self.path(log);
        let what = path.display().to_string();
        let file = match self.files.open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(damaged(format!("{what}, which is missing,"), ADVICE));
            }
            Err(e) => return Err(io(what)(e)),
        };
        self.header(log).require(&what, &*file)?;
        Ok(self.keep(log, file))
    }

    /// A log that has no published entries yet.
    pub(super) fn create(&self, log: LogId) -> Result<Arc<EntryLog>, StoreError> {
        let path = self.path(log);
        let create = || {
            let file = self.files.create(&path)?;
            file.write_at(0, &self.header(log).to_bytes())?;
            file.sync()?;
            self.files.sync_folder(&self.folder)?;
            Ok(file)
        };
        let file = create().map_err(io(path.display().to_string()))?;
        Ok(self.keep(log, file))
    }

    /// Require that a log has all its published entries, and cut off what was staged.
    pub(super) fn recover(&self, log: LogId, end: u64) -> Result<(), StoreError> {
        if end <= HEADER_LEN {
            return Ok(());
        }
        let entry_log = self.open(log)?;
        let EntryLog { file, what, .. } = &*entry_log;
        let length = file.len().map_err(io(what))?;
        if length < end {
            let what = format!("{what}, cut to {length} of {end} published bytes,");
            return Err(damaged(what, ADVICE));
        }
        if length > end {
            file.set_len(end).map_err(io(what))?;
        }
        Ok(())
    }

    /// Remove logs that were staged and never published.
    pub(super) fn remove_others(
        &self,
        published: impl Fn(LogId) -> bool,
    ) -> Result<(), StoreError> {
        let names = self.files.list(&self.folder);
        for name in names.map_err(io(self.folder.display().to_string()))? {
            if parse(&name).is_some_and(|log| !published(log)) {
                let path = self.folder.join(name);
                let removed = self.files.remove(&path);
                removed.map_err(io(path.display().to_string()))?;
            }
        }
        Ok(())
    }
}

fn parse(name: &str) -> Option<LogId> {
    let name = name.strip_suffix(".log")?;
    if name == "journal" {
        return Some(LogId::Journal);
    }
    let (petition, tree) = name.split_once('.')?;
    let petition: PetitionId = petition.parse().ok()?;
    let tree: Tree = tree.parse().ok()?;
    Some(LogId::Tree(petition, tree))
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).expect("this machine has 64 bits")
}

impl EntryLog {
    /// Its name.
    pub(super) fn what(&self) -> &str {
        &self.what
    }

    /// Where leaf `index` of a petition's tree starts.
    pub(super) fn offset(&self, index: u64) -> u64 {
        let block_len = BLOCK * self.leaf_len + CHECK_LEN as u64;
        HEADER_LEN + index / BLOCK * block_len + index % BLOCK * self.leaf_len
    }

    fn block_check(&self, block: u64, leaves: &[u8]) -> [u8; CHECK_LEN] {
        checksum(&[&self.tag, &block.to_be_bytes(), leaves])
    }

    fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; to_usize(length)];
        self.file.read_at(at, &mut bytes).map_err(io(&self.what))?;
        Ok(bytes)
    }

    fn is_not_as_written(&self, at: u64) -> StoreError {
        damaged(format!("{}, byte {at}", self.what), ADVICE)
    }

    /// Leaves `from..to` of a petition's tree that has `size` of them. Checks whole
    /// blocks; the caller checks those of the last, unfinished one against hashes.
    pub(super) fn leaves(&self, from: u64, to: u64, size: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let (first, last) = (from / BLOCK, to.div_ceil(BLOCK));
        // Of blocks in between all is read; of the unfinished one what there is.
        let end = self.offset((last * BLOCK).min(size));
        let bytes = self.read(self.offset(first * BLOCK), end - self.offset(first * BLOCK))?;
        let mut leaves = Vec::with_capacity(to_usize(to - from));
        let block_len = to_usize(self.offset(BLOCK) - HEADER_LEN);
        let leaf_len = to_usize(self.leaf_len);
        for (block, bytes) in (first..).zip(bytes.chunks(block_len)) {
            let is_whole = (block + 1) * BLOCK <= size;
            let body = if is_whole {
                let (body, check) = bytes.split_at(block_len - CHECK_LEN);
                if self.block_check(block, body) != check {
                    return Err(self.is_not_as_written(self.offset(block * BLOCK)));
                }
                body
            } else {
                bytes
            };
            for (index, leaf) in (block * BLOCK..).zip(body.chunks_exact(leaf_len)) {
                if (from..to).contains(&index) {
                    leaves.push(leaf.to_vec());
                }
            }
        }
        Ok(leaves)
    }

    /// Whether the leaves behind the last whole block are those with these hashes.
    pub(super) fn check_tail(
        &self,
        first: u64,
        leaves: &[Vec<u8>],
        hashes: &[Hash],
    ) -> Result<(), StoreError> {
        let wrong = leaves
            .iter()
            .zip(hashes)
            .position(|(leaf, hash)| leaf_hash(leaf) != *hash);
        match wrong {
            Some(at) => Err(self.is_not_as_written(self.offset(first + at as u64))),
            None => Ok(()),
        }
    }

    /// Append leaves of a petition's tree behind the first `size`, of which those in the
    /// unfinished block have hashes `tail`. Durable on return; says where they end.
    pub(super) fn append(
        &self,
        size: u64,
        tail: &[Hash],
        leaves: &[Vec<u8>],
    ) -> Result<u64, WriteError> {
        let first = size / BLOCK * BLOCK;
        // A checksum must not bless what was damaged since it was written.
        let before = self.leaves(first, size, size).map_err(WriteError::Undone)?;
        self.check_tail(first, &before, tail)
            .map_err(WriteError::Undone)?;
        let mut block: Vec<u8> = before.concat();
        let skip = block.len();
        let mut bytes = Vec::with_capacity(leaves.len() * (to_usize(self.leaf_len) + 1));
        for (index, leaf) in (size..).zip(leaves) {
            block.extend_from_slice(leaf);
            if (index + 1) % BLOCK == 0 {
                let check = self.block_check(index / BLOCK, &block);
                bytes.append(&mut block);
                bytes.extend_from_slice(&check);
            }
        }
        bytes.append(&mut block);
        self.write(self.offset(size), &bytes[skip..])?;
        Ok(self.offset(size + leaves.len() as u64))
    }

    /// Append entries of the journal at `at`, and say where each starts and all end.
    pub(super) fn append_entries(
        &self,
        at: u64,
        entries: &[Vec<u8>],
    ) -> Result<(Vec<u64>, u64), WriteError> {
        let mut bytes = Vec::new();
        let mut offsets = Vec::with_capacity(entries.len());
        for entry in entries {
            let start = bytes.len();
            offsets.push(at + start as u64);
            let place = Place {
                tag: self.tag,
                at: at + start as u64,
            };
            bytes.resize(start + FRAME_HEAD, 0);
            bytes.extend_from_slice(entry);
            frame::close(place, ENTRY, &mut bytes, start);
        }
        self.write(at, &bytes)?;
        Ok((offsets, at + bytes.len() as u64))
    }

    /// What is written here is behind everything published: a failed write is undone by
    /// writing over it.
    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), WriteError> {
        let written = self.file.write_at(at, bytes).map_err(io(&self.what));
        written.map_err(WriteError::Undone)?;
        let synced = self.file.sync().map_err(io(&self.what));
        synced.map_err(WriteError::InDoubt)
    }

    /// Up to `count` entries of the journal from the one that starts at `at`, each with
    /// its offset, and where the next one starts. Nothing at or behind `end` is read.
    pub(super) fn entries(&self, at: u64, end: u64, count: usize) -> Result<Entries, StoreError> {
        let mut entries = Vec::new();
        let mut at = at;
        while entries.len() < count && at < end {
            let bytes = self.read(at, (end - at).min(READ_AHEAD))?;
            let mut taken = 0;
            while entries.len() < count {
                let place = Place {
                    tag: self.tag,
                    at: at + taken as u64,
                };
                let Some((kind, body, next)) = frame::parse(place, &bytes[taken..]) else {
                    break;
                };
                if kind != ENTRY {
                    return Err(self.is_not_as_written(place.at));
                }
                entries.push((place.at, body.to_vec()));
                taken += next;
            }
            // Far more than one entry was read.
            if taken == 0 {
                return Err(self.is_not_as_written(at));
            }
            at += taken as u64;
        }
        Ok((entries, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::disk::files::SystemFiles;

    #[test]
    fn names_are_parsed_as_they_are_made() {
        let logs = EntryLogs::new(Arc::new(SystemFiles), PathBuf::new(), StoreId([0; 16]));
        let trees = Tree::ALL.map(|tree| LogId::Tree(PetitionId([0xab; 32]), tree));
        for log in trees.into_iter().chain([LogId::Journal]) {
            let path = logs.path(log);
            assert_eq!(parse(path.to_str().expect("UTF-8")), Some(log));
        }
        for other in ["journal", "x.roll.log", "journal.log.tmp", ".log"] {
            assert_eq!(parse(other), None);
        }
    }
}
