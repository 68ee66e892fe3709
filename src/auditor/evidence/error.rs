//! Why there is no evidence.

use crate::auditor::AuditError;
use crate::protocol::evidence::NotProven;
use crate::protocol::replay::Fault;

/// Why something that was found cannot be shown to others in a file.
#[derive(Debug, thiserror::Error)]
pub enum NoEvidence {
    /// No kind of evidence shows this.
    #[error("{0}")]
    Kind(&'static str),
    /// What it takes is not there any more, or never was.
    #[error("{0}")]
    Gone(&'static str),
    /// A file could not be read.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// What was put together does not hold.
    #[error("what could be put together does not prove it: {0}")]
    NotProven(#[from] NotProven),
}

/// Whether there is a kind of evidence for this, beside forks.
pub(super) fn can_be_shown(fault: &Fault) -> bool {
    match fault {
        Fault::Uncovered { .. }
        | Fault::GrowsAfterClosed { .. }
        | Fault::RootChanged { .. }
        | Fault::Shrinks { .. }
        | Fault::Repeated { .. }
        | Fault::Leaf { .. }
        | Fault::Token
        | Fault::PublicKey
        | Fault::NoTarget { .. }
        | Fault::NotAuthorised { .. } => true,
        Fault::TreeHead { checkpoint, tally } => checkpoint.size == tally.size,
        _ => false,
    }
}

/// Why no file shows this.
pub(super) fn why_not(fault: &Fault) -> &'static str {
    match fault {
        Fault::CheckpointSignature { .. } | Fault::CheckpointPolicy { .. } => {
            "what is not signed as it must be proves nothing about who signs"
        }
        Fault::RolledBack { .. } => {
            "an older checkpoint contradicts nothing that was signed: it can be a stale copy"
        }
        Fault::JournalRoot { .. } | Fault::Root { .. } | Fault::HashTile { .. } => {
            "files that are not those of a signed root can be anybody's"
        }
        Fault::TreeCheckpoint { .. } | Fault::TreeHead { .. } => {
            "a tree's checkpoint of another size can be a stale copy, and one that is not signed can be anybody's"
        }
        Fault::Future { .. } | Fault::ClosedEarly { .. } => "it depends on the auditor's clock",
        _ => "no kind of evidence shows this rule; whoever audits sees it",
    }
}
