//! What sled holds: hashes of trees, offsets of journal entries, records. All of it
//! follows from the logs and can be made again (`spec/storage.md`, "sled").

mod growth;
mod records;
mod start;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

pub(super) use growth::{CHUNK, Growth, OFFSETS};
pub(super) use start::{Started, open_sled};

use super::codec::Reader;
use super::error::io;
use super::header::{FORMAT, StoreId};
use crate::store::StoreError;

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
