//! Why a request came to nothing, and what to do next.

use crate::api::problem::{Kind, Problem};
use crate::protocol::manifest::ManifestError;

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Not an address of a service.
    #[error("{url:?} is not the address of a service: {rule}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        rule: &'static str,
    },
    /// No connection, or it broke, also after retries.
    #[error("{server} cannot be reached: {source}")]
    Unreachable {
        /// Scheme, host and port.
        server: String,
        /// The cause.
        source: reqwest::Error,
    },
    /// No answer in time, also after retries.
    #[error("{server} does not answer in time")]
    Timeout {
        /// Scheme, host and port.
        server: String,
    },
    /// The service refused, and says why.
    #[error("{}", .0.title)]
    Problem(Problem),
    /// The service refused without saying why: perhaps something in front of it did.
    #[error("{server} answers with status {status}")]
    Status {
        /// Scheme, host and port.
        server: String,
        /// HTTP status.
        status: u16,
    },
    /// The service is elsewhere. Redirects are not followed: bytes go where they were sent.
    #[error("{server} points elsewhere: {location}")]
    Redirect {
        /// Scheme, host and port.
        server: String,
        /// Where it points.
        location: String,
    },
    /// More bytes than such an answer can have.
    #[error("the answer has more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// Not an answer of this API.
    #[error("the answer is not what this API gives: {0}")]
    Malformed(String),
    /// The manifest is refused, or is that of another petition.
    #[error("the service gave a wrong manifest: {0}")]
    Manifest(#[from] ManifestError),
    /// This machine cannot open a connection at all.
    #[error("no HTTP client: {0}")]
    Setup(reqwest::Error),
    /// This machine cannot start a thread for it.
    #[error("no HTTP client: {0}")]
    Runtime(std::io::Error),
}

impl ClientError {
    /// The refusal's name, if the service gave one that this version knows.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Self::Problem(problem) => problem.kind(),
            _ => None,
        }
    }

    /// The HTTP status, if there was an answer with one that is not a success.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem(problem) => Some(problem.status),
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What to do next.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Problem(problem) => problem.detail.clone(),
            Self::Url { .. } => Some("give it as http(s)://host[:port]".to_owned()),
            Self::Unreachable { .. } => {
                Some("is it running, and is the address right? Try again: nothing is lost".into())
            }
            Self::Timeout { .. } => Some("try again: the same bytes are sent".to_owned()),
            Self::Status { .. } => Some("ask whoever runs it, or try again later".to_owned()),
            Self::Redirect { location, .. } => Some(format!("use {location} instead")),
            Self::TooLarge { .. } | Self::Malformed(_) => {
                Some("is this the address of an undersigned service, of this version?".to_owned())
            }
            Self::Manifest(_) => {
                Some("do not sign here: this is not the petition you asked for".to_owned())
            }
            Self::Setup(_) | Self::Runtime(_) => None,
        }
    }

    /// Whether the service itself said no, so that asking again changes nothing.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Problem(problem) if (400..500).contains(&problem.status))
    }
}
