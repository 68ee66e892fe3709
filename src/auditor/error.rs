//! Why an audit could not look, or not everywhere.

use std::path::PathBuf;

use crate::client::tiles::TileSourceError;

/// Why something could not be looked at. Says nothing about the log.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// A file could not be read.
    #[error(transparent)]
    Source(#[from] TileSourceError),
    /// A file is not there.
    #[error("{0} is not there")]
    Missing(String),
    /// A file is not of its format.
    #[error("{path} cannot be read: {why}")]
    Malformed {
        /// Path below the source.
        path: String,
        /// Why.
        why: String,
    },
    /// Nobody said which keys sign this journal, and no manifest in it does.
    #[error("the keys of this journal are not known: give one with --vkey, or a --policy")]
    NoKeys,
    /// The state of earlier runs cannot be used.
    #[error("{path}: {source}")]
    State {
        /// File or folder.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The state folder belongs to another journal.
    #[error(
        "{path} holds the audit of {found}, but this is the journal of {origin}: use another folder"
    )]
    OtherJournal {
        /// The folder.
        path: PathBuf,
        /// The origin there.
        found: String,
        /// The origin of the journal served.
        origin: String,
    },
    /// Another audit uses the state folder.
    #[error("another audit uses {0}: wait for it, or use another folder")]
    Locked(PathBuf),
    /// The state folder was begun by an audit, which keeps no leaves.
    #[error("{0} was begun without the leaves of trees, which a mirror needs: use another folder")]
    NoLeaves(PathBuf),
    /// The caller asked to stop. What was verified is kept.
    #[error("stopped; the next run goes on from here")]
    Stopped,
}

impl AuditError {
    pub(super) fn state(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::State { path, source }
    }

    /// Whether only this place could not be looked at, so that others still can.
    pub fn is_local(&self) -> bool {
        matches!(
            self,
            Self::Source(_) | Self::Missing(_) | Self::Malformed { .. }
        )
    }
}
