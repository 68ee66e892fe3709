//! Why a witness did not cosign.

use std::time::Duration;

use crate::client::ClientError;
use crate::tlog::note::NoteError;
use crate::tlog::size::TreeSize;
use crate::tlog::witness::RequestError;

/// Why a witness did not cosign.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// The policy names no address for it.
    #[error("no address of it is known")]
    NoUrl,
    /// Its address cannot be used.
    #[error(transparent)]
    Url(ClientError),
    /// It failed before and is left alone.
    #[error("it failed before and is left alone until {until}")]
    Resting {
        /// Unix seconds.
        until: u64,
    },
    /// What is offered is no checkpoint that a witness could cosign.
    #[error("what is offered: {0}")]
    Request(#[from] RequestError),
    /// No proof could be made from the size that it knows.
    #[error("no proof from {old} leaves: {source}")]
    Proof {
        /// The size.
        old: TreeSize,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No answer in time.
    #[error("no answer in time")]
    Deadline,
    /// No connection, or it broke.
    #[error("it cannot be reached: {0}")]
    Unreachable(reqwest::Error),
    /// It is too busy, or broken, and perhaps says for how long.
    #[error("it answers with status {status} for now")]
    Unavailable {
        /// HTTP status, 429 or from 500 on.
        status: u16,
        /// `Retry-After`.
        wait: Option<Duration>,
    },
    /// It refuses: 403 and 404 say that it does not know the log or its key, 422 that it does
    /// not take the checkpoint for a continuation of what it cosigned.
    #[error("it refuses with status {status}: {said:?}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The beginning of what it said, in printable ASCII.
        said: String,
    },
    /// It knows a larger tree than the one offered. Unless somebody else offered that,
    /// the log has been set back.
    #[error("it cosigned {size} leaves, more than are offered")]
    Ahead {
        /// The size that it knows.
        size: TreeSize,
    },
    /// It knew another size when it was asked a second time.
    #[error("it first knew {first} leaves, then {second}")]
    Unsteady {
        /// The size that it stated first.
        first: TreeSize,
        /// Then.
        second: TreeSize,
    },
    /// Not an answer of this protocol.
    #[error("its answer is not one of this protocol: {0}")]
    Malformed(&'static str),
    /// Its signature lines do not parse, or the signature by its key does not verify over
    /// this checkpoint.
    #[error("its answer: {0}")]
    Cosignature(NoteError),
    /// It answered without a signature by this key.
    #[error("its answer has no cosignature by its key")]
    Uncosigned,
    /// Its cosignature states no time, or one that is yet to come.
    #[error("its cosignature states the time {0:?}")]
    Time(Option<u64>),
}

impl WitnessError {
    /// Whether the witness failed, so that asking again at once is of no use. If not, the
    /// reason lies in what it was asked, or in when.
    pub(super) fn is_failure(&self) -> bool {
        match self {
            Self::NoUrl
            | Self::Url(_)
            | Self::Resting { .. }
            | Self::Request(_)
            | Self::Proof { .. }
            | Self::Ahead { .. } => false,
            Self::Deadline
            | Self::Unreachable(_)
            | Self::Unavailable { .. }
            | Self::Refused { .. }
            | Self::Unsteady { .. }
            | Self::Malformed(_)
            | Self::Cosignature(_)
            | Self::Uncosigned
            | Self::Time(_) => true,
        }
    }
}
