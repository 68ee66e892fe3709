//! Why a follower does not start, or does not go on.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::keys::KeyFileError;
use crate::tlog::note::KeyError;
use crate::witness::StateError;

/// What is wrong with the follower itself. Says nothing about the instance.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// Another process uses the folder.
    #[error("another process uses {0}")]
    Locked(PathBuf),
    /// A file of the folder is not as it was written.
    #[error("{path} is damaged: {why}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A key file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The name is none that a cosigner can have.
    #[error("the name of a cosigner: {0}")]
    Name(#[from] KeyError),
    /// The folder's keys have another name.
    #[error("the keys in this folder are those of {found}, not of {given}")]
    OtherName {
        /// The name in the key file.
        found: String,
        /// The name that was given.
        given: String,
    },
    /// What a cosigner remembers cannot be used.
    #[error(transparent)]
    Cosigner(#[from] StateError),
    /// An address cannot be listened on.
    #[error("{address}: {source}: is another service running there?")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
    /// Metrics cannot be set up.
    #[error("metrics: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
}

impl FollowError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}
