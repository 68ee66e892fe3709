//! The log of publications: one frame makes the heads of several logs visible
//! together (`spec/storage.md`, "Publications").
//!
//! It also remembers from which size on the index and sled still have to be brought
//! up to date after a restart.

mod contents;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use contents::{Contents, Published, Synced};

use super::error::{WriteError, damaged, io};
use super::files::Files;
use super::frame;
use super::frames::{self, Frames};
use super::header::{Header, Kind, StoreId};
use crate::store::{LogId, StoreError};

/// All heads, and which logs grew when.
const SNAPSHOT: u32 = 1;
/// One publication.
const PUBLICATION: u32 = 2;
/// sled is durable up to some publication and batch.
const SYNCED: u32 = 3;

const RESTORE: &str = "restore the data folder from a backup that is no older than what was \
                       signed; it is never rebuilt from less";

/// The file is begun anew when it is longer than this and mostly history.
const COMPACT: u64 = 32 << 20;

/// The log of publications, open for appending.
pub(super) struct Publications {
    files: Arc<dyn Files>,
    path: PathBuf,
    store: StoreId,
    frames: Frames,
    pub(super) contents: Contents,
}

impl Publications {
    fn header(store: StoreId) -> Header {
        Header::new(Kind::Publications, store, 0)
    }

    /// Which store the file at a path belongs to.
    pub(super) fn identify(files: &dyn Files, path: &Path) -> Result<StoreId, StoreError> {
        let what = path.display().to_string();
        let file = files.open(path).map_err(io(&what))?;
        Header::read(&what, Kind::Publications, &*file).map(|header| header.store)
    }

    /// Read the file, or `None` where there is none.
    pub(super) fn read(
        files: &dyn Files,
        path: &Path,
        store: StoreId,
    ) -> Result<Option<Contents>, StoreError> {
        let what = path.display().to_string();
        let file = match files.open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(io(what)(e)),
        };
        let header = Self::header(store);
        header.require(&what, &*file)?;
        let mut contents: Option<Contents> = None;
        frames::replay(&what, &*file, header, RESTORE, |at, frame| {
            let read = match (frame.kind, contents.as_mut()) {
                (SNAPSHOT, None) => {
                    contents = Contents::read_snapshot(&frame.body);
                    contents.as_ref().map(|_| ())
                }
                (PUBLICATION, Some(contents)) => {
                    let read = contents.read_publication(&frame.body);
                    contents.chains.insert(contents.last, contents.chain);
                    read
                }
                (SYNCED, Some(contents)) => contents.read_synced(&frame.body),
                _ => None,
            };
            read.ok_or_else(|| damaged(format!("{what}, byte {at}"), RESTORE))
        })?;
        let empty = || damaged(format!("{what}, byte 96"), RESTORE);
        contents.map(Some).ok_or_else(empty)
    }

    /// Begin the file anew with what is known, durably in place of the old one.
    pub(super) fn begin(
        files: Arc<dyn Files>,
        path: PathBuf,
        store: StoreId,
        mut contents: Contents,
    ) -> Result<Self, StoreError> {
        contents.chains.clear();
        let frames =
            Self::rewrite(&*files, &path, store, &contents).map_err(WriteError::into_inner)?;
        Ok(Self {
            files,
            path,
            store,
            frames,
            contents,
        })
    }

    fn rewrite(
        files: &dyn Files,
        path: &Path,
        store: StoreId,
        contents: &Contents,
    ) -> Result<Frames, WriteError> {
        let temporary = path.with_extension("tmp");
        let mut frames =
            Frames::create(files, &temporary, Self::header(store)).map_err(WriteError::Undone)?;
        frames
            .append(SNAPSHOT, contents.snapshot())
            .map_err(|e| WriteError::Undone(e.into_inner()))?;
        let replace = || {
            files.rename(&temporary, path)?;
            files.sync_folder(path.parent().expect("the file is in the data folder"))
        };
        let replaced = replace().map_err(io(path.display().to_string()));
        // Whether the old or the new one has the name is open now.
        replaced.map_err(WriteError::InDoubt)?;
        Ok(frames)
    }

    /// The chain value that publishing these heads gives.
    pub(super) fn next_chain(&self, heads: &[(LogId, Published)]) -> [u8; 32] {
        let buffer = self.contents.publication(heads);
        self.contents.link(&buffer[frame::FRAME_HEAD..])
    }

    /// Make heads visible to whoever opens the folder: the moment of publication.
    pub(super) fn append(&mut self, heads: Vec<(LogId, Published)>) -> Result<(), WriteError> {
        let buffer = self.contents.publication(&heads);
        let chain = self.contents.link(&buffer[frame::FRAME_HEAD..]);
        self.frames.append(PUBLICATION, buffer)?;
        self.contents.apply(chain, heads);
        Ok(())
    }

    /// Note how far sled is durable.
    pub(super) fn note_synced(&mut self, synced: Synced) -> Result<(), WriteError> {
        let mut buffer = frame::buffer();
        buffer.extend_from_slice(&synced.publication.to_be_bytes());
        buffer.extend_from_slice(&synced.batch.to_be_bytes());
        self.frames.append(SYNCED, buffer)?;
        self.contents.synced = synced;
        Ok(())
    }

    /// Begin the file anew when most of it is history.
    pub(super) fn compact(&mut self) -> Result<(), WriteError> {
        let live = self.contents.snapshot().len() as u64;
        if self.frames.len() > COMPACT.max(4 * live) {
            let (files, path) = (&*self.files, &self.path);
            self.frames = Self::rewrite(files, path, self.store, &self.contents)?;
        }
        Ok(())
    }
}
