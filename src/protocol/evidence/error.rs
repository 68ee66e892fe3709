//! Why a file is not evidence, or proves nothing.

use super::COVER_MARGIN;
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::InclusionError;
use crate::protocol::leaf::LeafError;
use crate::protocol::manifest::ManifestError;
use crate::protocol::promise::PromiseError;
use crate::protocol::statement::StatementError;
use crate::protocol::tally::TallyError;
use crate::tlog::checkpoint::CheckpointError;
use crate::tlog::frontier::FrontierError;
use crate::tlog::note::{NoteError, VerifierKey};
use crate::tlog::policy::PolicyError;
use crate::tlog::proof::ProofError;

/// Why a file is not an evidence file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// Longer than [`EVIDENCE_MAX`](super::EVIDENCE_MAX) bytes.
    #[error("an evidence file has at most {max} bytes, got {0}", max = super::EVIDENCE_MAX)]
    TooLong(usize),
    /// Not JSON of this shape.
    #[error("not an evidence file: {0}")]
    Json(String),
    /// `format` names another version.
    #[error("evidence format {0:?} is unknown")]
    Format(String),
}

/// Why an evidence file does not prove what it claims.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    /// The manifest in it is refused.
    #[error("manifest: {0}")]
    Manifest(#[from] ManifestError),
    /// It names no petition.
    #[error("this kind of evidence is about a petition, and the file holds no manifest")]
    NoManifest,
    /// It holds more than its claim needs, which nothing has checked.
    #[error("it holds {0}, which this claim does not need")]
    Surplus(&'static str),
    /// It lacks something.
    #[error("it lacks {0}")]
    Lacks(&'static str),
    /// A note does not parse or hold.
    #[error("note: {0}")]
    Note(#[from] NoteError),
    /// A note is no checkpoint.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The policy does not accept a checkpoint.
    #[error("policy: {0}")]
    Policy(#[from] PolicyError),
    /// A key of the journal has not signed it.
    #[error("the journal's checkpoint is not signed by {} ({})", .0.name(), .0.id())]
    Unsigned(Box<VerifierKey>),
    /// An entry is not proven to stand in the journal, or a leaf in its tree.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
    /// A tree's checkpoint is refused.
    #[error("the tree's checkpoint is refused: {0}")]
    TreeCheckpoint(String),
    /// Two heads of different logs.
    #[error("the two heads are of {first:?} and {second:?}: two logs")]
    TwoLogs {
        /// Origin of the first.
        first: String,
        /// Origin of the second.
        second: String,
    },
    /// The same head twice.
    #[error("the two heads have the same size and root")]
    SameHead,
    /// Heads of different sizes can well be of one log.
    #[error(
        "one log can have a head of {first} and one of {second} leaves, unless a leaf is shown that differs"
    )]
    Grown {
        /// Size of the first.
        first: u64,
        /// Size of the second.
        second: u64,
    },
    /// The smaller head is the earlier one, or it is not known which is.
    #[error("the smaller tally does not stand behind the larger one in the journal")]
    Order,
    /// The same leaf in both.
    #[error("leaf {0} is the same in both")]
    SameLeaf(u64),
    /// A path of one of the heads does not hold.
    #[error("proof of leaf {index}: {error}")]
    Path {
        /// Index of the leaf.
        index: u64,
        /// Why.
        error: ProofError,
    },
    /// The entry is not the publication of this petition.
    #[error("the entry given as publication does not publish this petition")]
    NotPublished,
    /// The promise does not hold.
    #[error("promise: {0}")]
    Promise(#[from] PromiseError),
    /// The promise is about another petition.
    #[error("the promise is for another petition")]
    OtherPetition,
    /// Nothing shows that the head is later than the promise.
    #[error(
        "nothing shows that the journal's checkpoint is later than {by}: neither the log's own \
         signature states such a time, nor cosignatures of so many witnesses that no quorum is left without them"
    )]
    NotLater {
        /// When the promise was due, Unix seconds.
        by: u64,
    },
    /// The compact range of the entries before does not parse.
    #[error("entries before: {0}")]
    Before(#[from] FrontierError),
    /// The entries do not lead to the head.
    #[error("the entries given do not lead to the root of the journal's checkpoint")]
    Entries,
    /// The first entry is not a tally of this petition.
    #[error("the first entry given is not a tally of this petition")]
    NoTally,
    /// The first entry is a malformed tally.
    #[error("tally: {0}")]
    Tally(#[from] TallyError),
    /// There is a later tally.
    #[error("entry {0} is a later tally of this petition")]
    LaterTally(u64),
    /// S = R: nothing more could be published.
    #[error("the roll covers no more: {signatures} signatures, {roll} roll entries")]
    NotCovered {
        /// S.
        signatures: u64,
        /// R.
        roll: u64,
    },
    /// The registrar's tally was not known early enough.
    #[error(
        "nothing shows that the registrar's tally was published {margin} seconds before {by}", margin = COVER_MARGIN
    )]
    LateCover {
        /// When the promise was due, Unix seconds.
        by: u64,
    },
    /// The leaf hashes are not those of the tally.
    #[error("the leaf hashes given are not those of the {signatures} signatures in the tally")]
    Leaves {
        /// S.
        signatures: u64,
    },
    /// It was published.
    #[error("the promise was kept: the signature is leaf {0}")]
    Kept(u64),
    /// The leaf breaks no rule.
    #[error("the leaf is what it must be")]
    GoodLeaf,
    /// A leaf has no key to compare.
    #[error("leaf: {0}")]
    Leaf(#[from] LeafError),
    /// Leaves of two trees.
    #[error("the leaves are of two trees, {first} and {second}")]
    TwoTrees {
        /// Tree of the first.
        first: Tree,
        /// Tree of the second.
        second: Tree,
    },
    /// One leaf twice.
    #[error("both are leaf {0}")]
    SamePlace(u64),
    /// Two leaves that may both be there.
    #[error("the two leaves have different keys")]
    OtherKey,
    /// The entry is a tally like any other.
    #[error("the roll covers all signatures of this tally")]
    Covered,
    /// The entry is not a statement that closes this petition.
    #[error("the entry given as `closed` does not close this petition")]
    NotClosed,
    /// `closed` is not signed by the journal's key.
    #[error("closed: {0}")]
    Statement(#[from] StatementError),
    /// The last tally given is not the one that `closed` names.
    #[error("the tally given as the last one is not the one that `closed` names")]
    OtherTally,
    /// The tally stands before `closed`.
    #[error("the tally given as the later one does not stand behind `closed`")]
    BeforeClosed,
    /// Nothing grew that must not.
    #[error("{tree} did not grow: {from} leaves at close, {to} later")]
    NoGrowth {
        /// The tree.
        tree: Tree,
        /// Size at close.
        from: u64,
        /// Size later.
        to: u64,
    },
    /// Withdrawals and strikes may grow after close.
    #[error("{0} may grow after close")]
    MayGrow(Tree),
}
