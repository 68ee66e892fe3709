//! Trust policies (C2SP tlog-policy): which logs are known, and how many witnesses, and
//! which, must have cosigned a checkpoint.

mod evaluate;
mod parse;

pub use evaluate::{WitnessedBy, WitnessedCheckpoint};
pub use parse::{POLICY_MAX, PolicyFault};

use super::checkpoint::CheckpointError;
use super::note::{Note, NoteError, VerifierKey};

/// Most logs, most witnesses and most groups of a policy; at least 32 of each are
/// called for ("Implementation limits").
pub const ITEMS_MAX: usize = 256;

/// Why text is not a policy, or why a policy does not accept a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The policy does not parse.
    #[error("policy line {line}: {fault}")]
    Syntax {
        /// One-based number of the line; one past the last where something is missing.
        line: usize,
        /// What is wrong there.
        fault: PolicyFault,
    },
    /// The note's text is not a checkpoint.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A signature by a known key does not verify, or no known key signed.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// No log of this origin is in the policy, or none of its keys signed.
    #[error("not signed by a known log with origin {0:?}")]
    Log(String),
    /// Too few witnesses cosigned.
    #[error("{cosigned} known witnesses cosigned, which is not the quorum")]
    Quorum {
        /// How many of the witnesses that the quorum counts did.
        cosigned: usize,
    },
}

/// A log that a policy accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key; the key's name is the log's origin.
    pub key: VerifierKey,
    /// Where it is reached.
    pub url: Option<String>,
}

/// A witness that a policy knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyWitness {
    /// Its name in the policy, which has no meaning elsewhere. Bytes that are not UTF-8
    /// show as U+FFFD.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Where checkpoints are submitted to it.
    pub url: Option<String>,
}

/// Who witnesses: one witness or a group, by position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// Witnesses a checkpoint if at least `threshold` of its members do. Members that are
/// groups stand before it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    threshold: usize,
    members: Vec<Member>,
}

/// A rule that says which checkpoints are to be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    /// `None`: no cosignatures are required.
    quorum: Option<Member>,
}

impl Policy {
    /// Parse a policy file.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        parse::parse(bytes)
    }

    /// Accept these logs without any witness: `quorum none`.
    pub fn of_logs(keys: impl IntoIterator<Item = VerifierKey>) -> Self {
        let logs = keys
            .into_iter()
            .map(|key| PolicyLog { key, url: None })
            .collect();
        Self {
            logs,
            witnesses: Vec::new(),
            groups: Vec::new(),
            quorum: None,
        }
    }

    /// The logs that it accepts.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses that it knows.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Whether it requires any cosignature.
    pub fn requires_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// Whether those of the witnesses for whom `cosigned` holds are a quorum.
    pub fn is_quorum(&self, cosigned: impl Fn(&PolicyWitness) -> bool) -> bool {
        let cosigned: Vec<bool> = self.witnesses.iter().map(cosigned).collect();
        evaluate::quorate(self, &cosigned)
    }

    /// Check a checkpoint: a known log with its origin signed it, and the quorum of
    /// witnesses cosigned it.
    pub fn verify(&self, note: &Note) -> Result<WitnessedCheckpoint, PolicyError> {
        evaluate::verify(self, note)
    }
}

impl std::str::FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        Self::parse(text.as_bytes())
    }
}
