//! What can be wrong.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::protocol::tally::TreeHead;
use crate::tlog::hash::Hash;

/// What is wrong. Texts named `why` are the words of the parser or verifier that refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// R1: the signatures under the journal's checkpoint do not hold.
    #[error("the journal's checkpoint is not signed as it must be: {why}")]
    CheckpointSignature {
        /// Why.
        why: String,
    },
    /// R1: the policy does not accept it.
    #[error("the policy does not accept the journal's checkpoint: {why}")]
    CheckpointPolicy {
        /// Why.
        why: String,
    },
    /// R2: the checkpoint served is older than one seen before.
    #[error(
        "the journal has {served} entries, but a signed checkpoint over {seen} was seen before"
    )]
    RolledBack {
        /// Size seen before.
        seen: u64,
        /// Size served now.
        served: u64,
    },
    /// R2: two signed checkpoints that no one journal can have.
    #[error(
        "the journal was forked: over its first {size} entries the root was {seen}, now it is {served}"
    )]
    Forked {
        /// Number of entries over which the roots differ.
        size: u64,
        /// Root seen before.
        seen: Hash,
        /// Root now.
        served: Hash,
    },
    /// R3: the entries are not those of the checkpoint.
    #[error(
        "the {size} journal entries served hash to {computed}, but the checkpoint says {signed}"
    )]
    JournalRoot {
        /// Number of entries.
        size: u64,
        /// Root in the checkpoint.
        signed: Hash,
        /// Root of what was served.
        computed: Hash,
    },
    /// R4: a hash tile is not that of the entries.
    #[error("{path} is not the tile of the entries served: hash {position} differs")]
    HashTile {
        /// tlog-tiles path.
        path: String,
        /// Position of the first hash that differs.
        position: u64,
    },
    /// R5: an entry does not parse.
    #[error("the journal entry is not a statement: {why}")]
    NotAStatement {
        /// Why.
        why: String,
    },
    /// R5: a statement about a petition that was not published before.
    #[error("the statement is about a petition that was not published before it")]
    UnknownPetition,
    /// R6: the manifest is refused.
    #[error("the manifest is refused: {why}")]
    Manifest {
        /// Why.
        why: String,
    },
    /// R6: a second publication.
    #[error("the petition was published before, by entry {first}")]
    PublishedTwice {
        /// Journal index of the first publication.
        first: u64,
    },
    /// R6: the manifest names other keys for this journal than those that sign it.
    #[error("the manifest names other keys for this journal than those that sign it")]
    JournalKeys,
    /// R6: the manifest names other instances for all trees.
    #[error("the manifest leaves no tree to this instance")]
    NotKeptHere,
    /// R6, R20, R21, R23: whoever says it has not signed it.
    #[error("`{statement}` is not signed by whoever may say it: {why}")]
    StatementSignature {
        /// Kind of statement.
        statement: StatementKind,
        /// Why.
        why: String,
    },
    /// R7: other trees than those that this instance keeps.
    #[error(
        "the tally does not list the trees that this instance keeps, or names a cover where none belongs"
    )]
    TallyTrees,
    /// R8: the chain is broken.
    #[error("the tally names {} as the one before it, which is {}", entry(*.stated), entry(*.expected))]
    Previous {
        /// Index that it states.
        stated: Option<u64>,
        /// Index of the petition's previous tally.
        expected: Option<u64>,
    },
    /// R8: nothing changed.
    #[error("the tally changes nothing")]
    NoChange,
    /// R9: time runs backwards.
    #[error("the tally is of {time}, the one before it of {before}")]
    TimeBackwards {
        /// Time of the tally before.
        before: u64,
        /// Time of this one.
        time: u64,
    },
    /// R9: leaves before the petition opens.
    #[error("the tally of {time} has leaves, but the petition opens at {opens}")]
    BeforeOpening {
        /// When it opens.
        opens: u64,
        /// Time of the tally.
        time: u64,
    },
    /// R9: a time that has not come yet.
    #[error("the tally is of {time}, but it is {now} only")]
    Future {
        /// The auditor's time.
        now: u64,
        /// Time of the tally.
        time: u64,
    },
    /// R10: a tree got smaller.
    #[error("the tree shrinks from {from} to {to} leaves")]
    Shrinks {
        /// Size before.
        from: u64,
        /// Size stated.
        to: u64,
    },
    /// R10: same size, another root.
    #[error("the root over {size} leaves changes")]
    RootChanged {
        /// Size.
        size: u64,
    },
    /// R11: more signatures than confirmed mailboxes.
    #[error("{signatures} signatures exceed the {roll} roll entries that cover them")]
    Uncovered {
        /// S.
        signatures: u64,
        /// R.
        roll: u64,
    },
    /// R11: the cover is not a tally of the registrar that the manifest names.
    #[error("the cover is of {stated:?}, but the roll is kept by {expected:?}")]
    CoverOrigin {
        /// Origin in the tally.
        stated: String,
        /// Origin in the manifest.
        expected: String,
    },
    /// R11: the cover is older than that of the tally before, or contradicts it.
    #[error(
        "the cover (entry {cover}, {size} roll entries) is older than the one before, or contradicts it"
    )]
    CoverBackwards {
        /// Index of the covering tally.
        cover: u64,
        /// Size of its roll.
        size: u64,
    },
    /// R11: the registrar's journal has no such tally.
    #[error("entry {cover} of the registrar's journal is not the tally that the cover describes")]
    CoverUnknown {
        /// Index of the covering tally.
        cover: u64,
    },
    /// R12: the leaves are not those of the tally.
    #[error("the {size} leaves served hash to {computed}, but the tally says {stated}")]
    Root {
        /// Number of leaves.
        size: u64,
        /// Root in the tally.
        stated: Hash,
        /// Root of what was served.
        computed: Hash,
    },
    /// R13: a leaf of another form.
    #[error("the leaf is malformed: {why}")]
    Leaf {
        /// Why.
        why: String,
    },
    /// R14: not in the order of leaf hashes.
    #[error("the leaf's hash is below that of the leaf before it in the same batch")]
    Order,
    /// R15: the token does not verify.
    #[error("the token does not verify under the petition's token key")]
    Token,
    /// R16: a public key that auditors could disagree about.
    #[error("the public key is not a canonical point of large order")]
    PublicKey,
    /// R17: the same key again.
    #[error("the leaf has the key, tag or index that leaf {first} has")]
    Repeated {
        /// Index of the first leaf with this key.
        first: u64,
    },
    /// R18, R19: the leaf that is taken back does not exist yet.
    #[error("the leaf is about index {target}, but there are {size} leaves at that tally")]
    NoTarget {
        /// Index that it names.
        target: u64,
        /// Size of the tree that it points into.
        size: u64,
    },
    /// R18, R19: not signed by the key that may.
    #[error("the leaf about index {target} is not signed by the key that may")]
    NotAuthorised {
        /// Index that it names.
        target: u64,
    },
    /// R20: dates move in a direction that the statement must not move them.
    #[error("the dates move as this kind of statement must not move them")]
    Dates,
    /// R20: an old statement is said again, which anyone could do who kept it.
    #[error("the same was said before, by entry {first}")]
    SaidBefore {
        /// Journal index of the first time.
        first: u64,
    },
    /// R20: dates change although submission is over.
    #[error("the dates change although submission is over since {since}")]
    DatesAfterEnd {
        /// When it ended, Unix seconds.
        since: u64,
    },
    /// R21: closed a second time.
    #[error("the petition was closed before, by entry {first}")]
    ClosedTwice {
        /// Journal index of the first.
        first: u64,
    },
    /// R21: not the final tally.
    #[error("`closed` names {} as the final tally, which is {}", entry(*.stated), entry(*.expected))]
    ClosedTally {
        /// Index that it states.
        stated: Option<u64>,
        /// Index of the petition's last tally.
        expected: Option<u64>,
    },
    /// R21: closed while tokens could still be handed in.
    #[error(
        "the petition was closed at {time} or before, but signatures can be handed in until {until}"
    )]
    ClosedEarly {
        /// Latest time at which it can have been closed.
        time: u64,
        /// End of submission.
        until: u64,
    },
    /// R21: roll or signatures grow after `closed`.
    #[error("the tree grows from {from} to {to} leaves although the petition is closed")]
    GrowsAfterClosed {
        /// Size at close.
        from: u64,
        /// Size stated.
        to: u64,
    },
    /// R22: a tree's checkpoint is not a checkpoint of that tree, signed by its key.
    #[error("the tree's checkpoint is refused: {why}")]
    TreeCheckpoint {
        /// Why.
        why: String,
    },
    /// R22: a tree's checkpoint says something else than the tally.
    #[error(
        "the tree's checkpoint is over {} leaves with root {}, the tally says {} with root {}",
        .checkpoint.size, .checkpoint.root, .tally.size, .tally.root
    )]
    TreeHead {
        /// In the checkpoint.
        checkpoint: TreeHead,
        /// In the last tally.
        tally: TreeHead,
    },
}

/// Kinds of statement that are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatementKind {
    /// By the organiser.
    Published,
    /// By the organiser: later dates.
    Extended,
    /// By the organiser: earlier dates.
    Closing,
    /// By the journal's keeper.
    Closed,
    /// By the organiser: handed over.
    Delivered,
    /// By the organiser: somebody answered.
    Answered,
    /// By the organiser: another goal.
    Goal,
    /// By the journal's keeper: the text is not shown any more.
    Withheld,
    /// By the journal's keeper: a key was destroyed.
    Erased,
    /// By the journal's keeper: the auditor was given the records of a draw.
    Opened,
    /// By the auditor: the report of the sample audit.
    Audited,
}

impl fmt::Display for StatementKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Published => "published",
            Self::Extended => "extended",
            Self::Closing => "closing",
            Self::Closed => "closed",
            Self::Delivered => "delivered",
            Self::Answered => "answered",
            Self::Goal => "goal",
            Self::Withheld => "withheld",
            Self::Erased => "erased",
            Self::Opened => "opened",
            Self::Audited => "audited",
        })
    }
}

fn entry(index: Option<u64>) -> String {
    index.map_or_else(|| "none".to_owned(), |index| format!("entry {index}"))
}
