//! A folder that holds the public files of an instance: a mirror, or the folder behind
//! a static server.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::PathBuf;
use std::time::Duration;

use super::{LogFile, TileSource, TileSourceError, path};
use crate::store::LogId;

/// Threads that read at the same time: enough to hide a disk's latency.
const PARALLEL: usize = 4;

/// Reads files below a folder.
#[derive(Clone, Debug)]
pub struct FolderTiles {
    folder: PathBuf,
}

impl FolderTiles {
    /// The files below `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl TileSource for FolderTiles {
    fn read(
        &self,
        log: LogId,
        file: LogFile,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, TileSourceError> {
        let relative = path(log, file);
        let path = self.folder.join(&relative);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| {
            // One byte more tells a file at the limit from one above it.
            file.take(limit as u64 + 1).read_to_end(&mut bytes)
        });
        match read {
            Ok(length) if length > limit => Err(TileSourceError::TooLarge {
                path: relative,
                limit,
            }),
            Ok(_) => Ok(Some(bytes)),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(source) => Err(TileSourceError::Io { path, source }),
        }
    }

    fn parallel(&self) -> usize {
        PARALLEL
    }

    fn lag(&self) -> Option<Duration> {
        None
    }

    fn name(&self) -> String {
        self.folder.display().to_string()
    }
}
