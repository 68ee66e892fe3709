//! Entry logs: the leaves of one tree, or the journal, in published order
//! (`spec/storage.md`, "Entry logs").

mod journal;
mod leaves;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

pub(super) use leaves::BLOCK;

use super::codec::{CHECK_LEN, tree_code};
use super::error::{WriteError, damaged, io};
use super::files::{File, Files};
use super::header::{HEADER_LEN, Header, Kind, StoreId};
use crate::protocol::ids::{PetitionId, Tree};
use crate::store::{LogId, StoreError};

/// Open files kept at hand.
const HANDLES: usize = 512;

/// All entry logs of a store.
pub(super) struct EntryLogs {
    pub(super) files: Arc<dyn Files>,
    pub(super) folder: PathBuf,
    pub(super) store: StoreId,
    handles: Mutex<HashMap<LogId, Arc<EntryLog>>>,
}

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

    /// Require that a log has all its published entries.
    pub(super) fn require(&self, log: LogId, end: u64) -> Result<(), StoreError> {
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
        Ok(())
    }

    /// Cut off what was staged behind the published end of a log.
    pub(super) fn cut(&self, log: LogId, end: u64) -> Result<(), StoreError> {
        if end <= HEADER_LEN {
            return Ok(());
        }
        let entry_log = self.open(log)?;
        let EntryLog { file, what, .. } = &*entry_log;
        if file.len().map_err(io(what))? > end {
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

    fn read(&self, at: u64, length: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; to_usize(length)];
        self.file.read_at(at, &mut bytes).map_err(io(&self.what))?;
        Ok(bytes)
    }

    fn is_not_as_written(&self, at: u64) -> StoreError {
        damaged(format!("{}, byte {at}", self.what), ADVICE)
    }

    /// What is written here is behind everything published: a failed write is undone by
    /// writing over it.
    fn write(&self, at: u64, bytes: &[u8]) -> Result<(), WriteError> {
        let written = self.file.write_at(at, bytes).map_err(io(&self.what));
        written.map_err(WriteError::Undone)?;
        let synced = self.file.sync().map_err(io(&self.what));
        synced.map_err(WriteError::InDoubt)
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
