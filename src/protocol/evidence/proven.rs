//! What was proven, against whom, in plain words.

use std::fmt;

use serde::Serialize;

use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::replay::Fault;
use crate::tlog::hash::Hash;
use crate::tlog::note::VerifierKey;

/// How two heads contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "contradiction", rename_all = "kebab-case")]
pub enum Contradiction {
    /// Over the same number of leaves.
    Roots {
        /// How many.
        size: u64,
        /// Root in the first.
        first: Hash,
        /// Root in the second.
        second: Hash,
    },
    /// At one place.
    Leaf {
        /// Which.
        index: u64,
        /// Hash of the leaf in the first.
        first: Hash,
        /// Hash of the leaf in the second.
        second: Hash,
    },
    /// Behind a larger one.
    Shrinks {
        /// Size in the earlier tally.
        from: u64,
        /// Size in the later one.
        to: u64,
    },
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Roots {
                size,
                first,
                second,
            } => write!(
                f,
                "over {size} leaves the root is {first} in one and {second} in the other"
            ),
            Self::Leaf {
                index,
                first,
                second,
            } => write!(
                f,
                "leaf {index} has the hash {first} in one and {second} in the other"
            ),
            Self::Shrinks { from, to } => {
                write!(f, "it has {from} leaves, and later in the journal {to}")
            }
        }
    }
}

/// Who says that a head is later than a promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatedBy {
    /// The log's own timed signature.
    Log(u64),
    /// These witnesses of the policy: without them there is no quorum.
    Witnesses(Vec<String>),
}

impl fmt::Display for StatedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log(_) => f.write_str("the log itself"),
            Self::Witnesses(names) => write!(f, "witnesses {}", names.join(", ")),
        }
    }
}

/// What was proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// Two journals under one name.
    InconsistentJournal(Contradiction),
    /// Two trees under one name.
    InconsistentTree {
        /// Which.
        tree: Tree,
        /// How.
        #[serde(flatten)]
        how: Contradiction,
    },
    /// A promised signature is missing.
    BrokenPromise {
        /// Hash of its leaf.
        leaf: Hash,
        /// When it was due, Unix seconds.
        by: u64,
        /// Journal index of the tally that lacks it, the last one.
        tally: u64,
        /// S there.
        signatures: u64,
        /// R that covers it.
        roll: u64,
        /// Who says that this is later.
        later: StatedBy,
    },
    /// A leaf that breaks a rule by itself.
    ForgedLeaf {
        /// In which tree.
        tree: Tree,
        /// Where.
        index: u64,
        /// What is wrong with it.
        faults: Vec<Fault>,
    },
    /// One key, tag or index counted twice.
    RepeatedLeaf {
        /// In which tree.
        tree: Tree,
        /// Where.
        first: u64,
        /// Where again.
        second: u64,
    },
    /// S > R.
    Uncovered {
        /// Journal index of the tally.
        tally: u64,
        /// S.
        signatures: u64,
        /// R.
        roll: u64,
    },
    /// A tree that was final grew.
    GrowthAfterClosed {
        /// Which.
        tree: Tree,
        /// Journal index of `closed`.
        closed: u64,
        /// Size at close.
        from: u64,
        /// Size later.
        to: u64,
    },
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InconsistentJournal(how) => write!(f, "shows two journals: {how}"),
            Self::InconsistentTree { tree, how } => write!(f, "shows two {tree} trees: {how}"),
            Self::BrokenPromise {
                leaf,
                by,
                tally,
                signatures,
                roll,
                later,
            } => write!(
                f,
                "broke a promise: the signature {leaf} was to be in the ledger by Unix second {by}, but later, \
                 as {later} stated, the last tally (journal entry {tally}) has {signatures} \
                 signatures without it, although the roll has room with {roll} entries"
            ),
            Self::ForgedLeaf {
                tree,
                index,
                faults,
            } => {
                let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
                write!(f, "published {tree} leaf {index}: {}", faults.join("; "))
            }
            Self::RepeatedLeaf {
                tree,
                first,
                second,
            } => write!(
                f,
                "counts twice: {tree} leaves {first} and {second} have one key, tag or index"
            ),
            Self::Uncovered {
                tally,
                signatures,
                roll,
            } => write!(
                f,
                "states in journal entry {tally} {signatures} signatures, but the roll that covers them has {roll} entries"
            ),
            Self::GrowthAfterClosed {
                tree,
                closed,
                from,
                to,
            } => write!(
                f,
                "let {tree} grow from {from} to {to} leaves after it closed the petition (journal entry {closed})"
            ),
        }
    }
}

/// Evidence that holds. Comes from [`Evidence::verify`](super::Evidence::verify) only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Against whom: the origin of the journal.
    pub origin: String,
    /// Which petition, unless it is about the journal as a whole.
    pub petition: Option<PetitionId>,
    /// The keys that signed what proves it.
    pub keys: Vec<VerifierKey>,
    /// What.
    pub fact: Fact,
    pub(super) _checked: (),
}

impl fmt::Display for Proven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.origin, self.fact)
    }
}
