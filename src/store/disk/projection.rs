//! What sled holds: hashes of trees, offsets of journal entries, records. All of it
//! follows from the logs and can be made again (`spec/storage.md`, "sled").

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use super::batch::Records;
use super::codec::{CHECK_LEN, Reader, checksum};
use super::error::io;
use super::header::{FORMAT, StoreId};
use super::records;
use crate::store::StoreError;
use crate::tlog::hash::{HASH_LEN, Hash};

/// Leaf hashes in one value: half a tile, because sled puts values above some 7 KB into
/// files of their own, which leak.
pub(super) const CHUNK: u64 = 128;
/// Every so manieth journal entry's offset is kept.
pub(super) const OFFSETS: u64 = 64;

/// What a publication adds for one log.
#[derive(Clone, Debug, Default)]
pub(super) struct Growth {
    /// Full chunks of leaf hashes, by number.
    pub(super) chunks: Vec<(u64, Vec<Hash>)>,
    /// Hashes above the leaves: tile level, index, hash.
    pub(super) uppers: Vec<(u8, u64, Hash)>,
    /// Where journal entries start, by entry / [`OFFSETS`].
    pub(super) offsets: Vec<(u64, u64)>,
}

/// How far sled has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) publication: u64,
    pub(super) batch: u64,
}

/// An open sled.
pub(super) struct Projection {
    db: sled::Db,
    chunks: sled::Tree,
    uppers: sled::Tree,
    offsets: sled::Tree,
    pub(super) state: sled::Tree,
    pub(super) parts: sled::Tree,
    meta: sled::Tree,
    /// sled's `flush` does not reach the device on Linux; this handle does.
    file: fs::File,
    /// Its existence makes the next start build sled anew.
    suspect: PathBuf,
}

fn mark(folder: &Path) -> PathBuf {
    folder.with_extension("suspect")
}

/// Run something in sled, where damage may come as a panic.
fn guard<T>(what: &str, run: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    let detail = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it panicked".to_owned(),
    };
    let what = format!("sled, {what}");
    Err(StoreError::Engine { what, detail })
}

fn chunk_key(log: u32, chunk: u64) -> [u8; 12] {
    let mut key = [0; 12];
    key[..4].copy_from_slice(&log.to_be_bytes());
    key[4..].copy_from_slice(&chunk.to_be_bytes());
    key
}

fn upper_key(log: u32, level: u8, index: u64) -> [u8; 13] {
    let mut key = [0; 13];
    key[..4].copy_from_slice(&log.to_be_bytes());
    key[4] = level;
    key[5..].copy_from_slice(&index.to_be_bytes());
    key
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    let parts = bytes.chunks_exact(HASH_LEN);
    parts
        .map(|part| Hash(part.try_into().expect("exact chunks")))
        .collect()
}

impl Projection {
    /// Whether something was found wrong with the sled in this folder.
    pub(super) fn is_suspect(folder: &Path) -> bool {
        mark(folder).exists()
    }

    /// Open sled in its folder, or create it.
    pub(super) fn open(folder: &Path, cache: u64) -> Result<Self, StoreError> {
        remove_unfinished_snapshots(folder)?;
        let what = folder.display().to_string();
        let config = sled::Config::new()
            .path(folder)
            .cache_capacity(cache)
            .flush_every_ms(Some(500));
        let db = guard("open", || config.open())?;
        let tree = |name: &str| guard(name, || db.open_tree(name));
        let file = fs::File::open(folder.join("db")).map_err(io(&what))?;
        let synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(io(&what))?;
        Ok(Self {
            chunks: tree("chunks")?,
            uppers: tree("uppers")?,
            offsets: tree("offsets")?,
            state: tree("state")?,
            parts: tree("parts")?,
            meta: tree("meta")?,
            db,
            file,
            suspect: mark(folder),
        })
    }

    /// Move sled out of the way, or what is left of it.
    pub(super) fn set_aside(folder: &Path) -> Result<(), StoreError> {
        let aside = folder.with_extension("damaged");
        let remove = |path: &Path| match fs::remove_dir_all(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        };
        let set_aside = || {
            remove(&aside)?;
            if folder.exists() {
                fs::rename(folder, &aside)?;
            }
            match fs::remove_file(mark(folder)) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
                _ => Ok(()),
            }
        };
        set_aside().map_err(io(folder.display().to_string()))
    }

    /// Remove what an earlier start moved out of the way: it may hold records that were
    /// erased since.
    pub(super) fn forget_aside(folder: &Path) -> Result<(), StoreError> {
        match fs::remove_dir_all(folder.with_extension("damaged")) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(io(folder.display().to_string())(e))
            }
            _ => Ok(()),
        }
    }

    /// Something sled said is wrong: build it anew at the next start.
    pub(super) fn suspect(&self, what: &str) -> StoreError {
        tracing::error!(what, "sled lacks what it was given");
        if let Err(error) = fs::write(&self.suspect, what) {
            tracing::error!(%error, "cannot note that sled must be built anew");
        }
        StoreError::Damaged {
            what: format!("sled, {what}"),
            advice: "restart: sled is built anew from the logs, nothing is lost".into(),
        }
    }

    pub(super) fn guard<T>(
        &self,
        what: &str,
        run: impl FnOnce() -> sled::Result<T>,
    ) -> Result<T, StoreError> {
        guard(what, run).map_err(|error| self.suspect(&error.to_string()))
    }

    /// How far it has come, or `None` where it belongs to another store or format.
    pub(super) fn progress(&self, store: StoreId) -> Result<Option<Progress>, StoreError> {
        let read = |name: &str| self.guard("meta", || self.meta.get(name));
        let identity = [&store.0[..], &FORMAT.to_be_bytes()].concat();
        if read("identity")?.as_deref() != Some(&identity) {
            return Ok(None);
        }
        let number = |name: &str| -> Result<u64, StoreError> {
            let number = read(name)?.and_then(|bytes| Reader(&bytes).u64());
            Ok(number.unwrap_or(0))
        };
        Ok(Some(Progress {
            publication: number("publication")?,
            batch: number("batch")?,
        }))
    }

    /// Say whose it is. The last step of building it, so that a sled without it is built
    /// again from the start.
    pub(super) fn identify(&self, store: StoreId) -> Result<(), StoreError> {
        let identity = [&store.0[..], &FORMAT.to_be_bytes()].concat();
        self.guard("meta", || self.meta.insert("identity", identity).map(drop))
    }

    /// Add what a log has grown by.
    pub(super) fn grow(&self, log: u32, growth: &Growth) -> Result<(), StoreError> {
        self.guard("growth", || {
            let mut batch = sled::Batch::default();
            for (number, chunk) in &growth.chunks {
                let key = chunk_key(log, *number);
                let mut value: Vec<u8> = chunk.iter().flat_map(|hash| hash.0).collect();
                value.extend_from_slice(&checksum(&[&key, &value]));
                batch.insert(&key, value);
            }
            self.chunks.apply_batch(batch)?;
            let mut batch = sled::Batch::default();
            for (level, index, hash) in &growth.uppers {
                batch.insert(&upper_key(log, *level, *index), &hash.0);
            }
            self.uppers.apply_batch(batch)?;
            let mut batch = sled::Batch::default();
            for (entry, offset) in &growth.offsets {
                batch.insert(&entry.to_be_bytes(), &offset.to_be_bytes());
            }
            self.offsets.apply_batch(batch)
        })
    }

    /// Note that all growth up to a publication is here.
    pub(super) fn grown(&self, publication: u64) -> Result<(), StoreError> {
        let value = &publication.to_be_bytes();
        self.guard("meta", || self.meta.insert("publication", value).map(drop))
    }

    /// A full chunk of leaf hashes.
    pub(super) fn chunk(&self, log: u32, chunk: u64) -> Result<Vec<Hash>, StoreError> {
        let key = chunk_key(log, chunk);
        let missing = || self.suspect(&format!("chunk {chunk} of log {log}"));
        let value = self.guard("chunk", || self.chunks.get(key))?;
        let value = value.ok_or_else(missing)?;
        let (body, check) = value.split_last_chunk::<CHECK_LEN>().ok_or_else(missing)?;
        let length = usize::try_from(CHUNK).expect("small") * HASH_LEN;
        if body.len() == length && checksum(&[&key, body]) == *check {
            Ok(hashes(body))
        } else {
            Err(missing())
        }
    }

    /// Hashes above the leaves, which must all be there.
    pub(super) fn uppers(
        &self,
        log: u32,
        level: u8,
        from: u64,
        count: usize,
    ) -> Result<Vec<Hash>, StoreError> {
        let first = upper_key(log, level, from);
        let end = upper_key(log, level, from + count as u64);
        let found = self.guard("hashes", || {
            let range = self.uppers.range(first..end);
            range.collect::<sled::Result<Vec<_>>>()
        })?;
        let hashes: Option<Vec<Hash>> = (from..)
            .zip(&found)
            .map(|(index, (key, value))| {
                let expected = upper_key(log, level, index);
                (**key == expected[..]).then_some(Hash((&**value).try_into().ok()?))
            })
            .collect();
        hashes
            .filter(|hashes| hashes.len() == count)
            .ok_or_else(|| self.suspect(&format!("level {level} of log {log} from {from}")))
    }

    /// Where a journal entry starts whose index is a multiple of [`OFFSETS`].
    pub(super) fn offset(&self, entry: u64) -> Result<u64, StoreError> {
        let key = (entry / OFFSETS).to_be_bytes();
        let value = self.guard("offset", || self.offsets.get(key))?;
        value
            .and_then(|bytes| Reader(&bytes).u64())
            .ok_or_else(|| self.suspect(&format!("offset of entry {entry}")))
    }

    /// Apply records. Applying them again changes nothing, so a batch that a crash
    /// interrupted is simply applied anew.
    pub(super) fn apply(&self, records: &Records) -> Result<(), StoreError> {
        self.guard("records", || {
            for (key, value) in records {
                records::apply(self, key, value.as_deref())?;
            }
            Ok(())
        })
    }

    /// All records, in key order.
    pub(super) fn all_records(
        &self,
    ) -> impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>> {
        let mut records = self.state.iter();
        std::iter::from_fn(move || {
            let next = self.guard("records", || records.next().transpose());
            let record = next.transpose()?;
            Some(record.and_then(|(key, stored)| {
                let value = records::value(self, &key, &stored)?;
                Ok((key.to_vec(), value))
            }))
        })
    }

    /// Note that all batches up to one are here.
    pub(super) fn applied(&self, batch: u64) -> Result<(), StoreError> {
        let value = &batch.to_be_bytes();
        self.guard("meta", || self.meta.insert("batch", value).map(drop))
    }

    /// Bring everything onto the device.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.guard("flush", || self.db.flush())?;
        self.file.sync_data().map_err(io("sled"))
    }
}

/// A snapshot that sled had not finished makes it refuse to open; it is not needed.
fn remove_unfinished_snapshots(folder: &Path) -> Result<(), StoreError> {
    let remove = || -> std::io::Result<()> {
        if !folder.exists() {
            return Ok(());
        }
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("snap.") && name.ends_with(".generating") {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    };
    remove().map_err(io(folder.display().to_string()))
}
