//! Why a witness does not start, and why it does not cosign.

use std::io;
use std::path::{Path, PathBuf};

use crate::tlog::checkpoint::CheckpointError;
use crate::tlog::note::NoteError;
use crate::tlog::witness::{RequestError, RuleError, SignatureError};

/// What is wrong with a file of the state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Its first line is not that of this format with the checksum of the rest.
    #[error("its first line is not this format's, with the checksum of the rest")]
    Checksum,
    /// It is not a note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Its text is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// It is the checkpoint of another log than its name says.
    #[error("it is another log's checkpoint")]
    OtherLog,
    /// It does not end in this witness's cosignatures over it.
    #[error("it does not end in this witness's cosignatures over it")]
    Cosignature,
    /// A line is not the name of a log.
    #[error("a line is not the SHA-256 of an origin")]
    Name,
}

/// Why a witness's memory cannot be used. None of these is repaired by starting anew:
/// whoever cosigns again from nothing can cosign a fork.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// There is none.
    #[error("{0} holds no witness's state")]
    Absent(PathBuf),
    /// There is one where a new one was to begin.
    #[error("{0} holds a witness's state already")]
    Exists(PathBuf),
    /// Another process uses it.
    #[error("another process uses {0}")]
    Locked(PathBuf),
    /// It has a format that this version does not know.
    #[error("the state in {0} has a format that this version does not know")]
    Format(PathBuf),
    /// It is the state of a witness with other keys.
    #[error("the state in {0} is that of a witness with other keys")]
    OtherWitness(PathBuf),
    /// A file that has to be there is not.
    #[error("{0} is missing")]
    Missing(PathBuf),
    /// A file that this program did not put there.
    #[error("{0} is no file of a witness's state")]
    Stranger(PathBuf),
    /// A file is not as it was written.
    #[error("{path} is damaged: {damage}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

impl StateError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// Why a checkpoint is not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Not a request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// No log with this origin is in the list.
    #[error("this witness does not know the log")]
    UnknownLog,
    /// No key that is trusted for the log signed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The checkpoint does not continue the latest one.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The clock stands before the time of the last cosignature, or at no time at all.
    #[error("this witness's clock is wrong")]
    Clock,
    /// The checkpoint could not be made durable, so it is not cosigned.
    #[error("this witness cannot write its state")]
    Storage(#[source] io::Error),
    /// A cosigner that replays has not replayed it yet.
    #[error("this checkpoint is not replayed yet: offer it again")]
    NotReplayed,
    /// A cosigner that replays has found the log to break its rules, and cosigns no more.
    #[error("this log broke its rules: nothing of it is cosigned until somebody has looked")]
    Halted,
    /// The log's own entries, as replayed, lead to another root.
    #[error("the checkpoint contradicts the entries that were replayed")]
    Contradicted,
    /// A bug.
    #[error("this witness has a bug")]
    Panicked,
}
