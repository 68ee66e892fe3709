//! The public files of an instance, as tlog-tiles lays them out (`spec/journal.md`,
//! "Where things are served"): over HTTP, or in a folder that mirrors them.
//!
//! Blocking: a reader of many files starts threads, and each of them waits for one file.

mod folder;
mod http;

pub use folder::FolderTiles;
pub use http::HttpTiles;

use std::path::PathBuf;
use std::time::Duration;

use super::ClientError;
use crate::store::LogId;
use crate::tlog::tile::TilePath;

/// Why a file could not be read. An absent file is not an error.
#[derive(Debug, thiserror::Error)]
pub enum TileSourceError {
    /// The service does not give it.
    #[error("{path}: {source}")]
    Http {
        /// Path below the source.
        path: String,
        /// Why.
        source: ClientError,
    },
    /// The operating system does not give it.
    #[error("{path}: {source}")]
    Io {
        /// Path of the file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// More bytes than this file can have.
    #[error("{path} has more than {limit} bytes")]
    TooLarge {
        /// Path below the source.
        path: String,
        /// The limit.
        limit: usize,
    },
}

/// One of the files of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogFile {
    /// The signed head.
    Checkpoint,
    /// An entry bundle or a tile of hashes.
    Tile(TilePath),
}

/// The path of a log's file below the instance's address.
pub fn path(log: LogId, file: LogFile) -> String {
    let prefix = match log {
        LogId::Journal => String::new(),
        LogId::Tree(petition, tree) => format!("{petition}/{tree}/"),
    };
    match file {
        LogFile::Checkpoint => format!("{prefix}checkpoint"),
        LogFile::Tile(tile) => format!("{prefix}{tile}"),
    }
}

/// A source of an instance's public files. Nothing that it gives is to be trusted.
pub trait TileSource: Send + Sync {
    /// The bytes of a file, at most `limit`; `None` where there is no such file. Blocks;
    /// not for threads that run asynchronous tasks.
    ///
    /// # Errors
    /// Where it cannot be said whether there is such a file, or what is in it.
    fn read(
        &self,
        log: LogId,
        file: LogFile,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, TileSourceError>;

    /// How many threads may well read at the same time.
    fn parallel(&self) -> usize;

    /// How long to wait before a file that should be there by now is asked for again;
    /// `None` where files do not change while they are read.
    fn lag(&self) -> Option<Duration>;

    /// How it is named to people: an address or a path.
    fn name(&self) -> String;
}

impl<S: TileSource + ?Sized> TileSource for Box<S> {
    fn read(
        &self,
        log: LogId,
        file: LogFile,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, TileSourceError> {
        (**self).read(log, file, limit)
    }

    fn parallel(&self) -> usize {
        (**self).parallel()
    }

    fn lag(&self) -> Option<Duration> {
        (**self).lag()
    }

    fn name(&self) -> String {
        (**self).name()
    }
}
