//! Floor 2: what is kept, behind one trait (`spec/storage.md`).
//!
//! Three kinds of data, apart from one another: *trees* (append-only, public),
//! *waiting* leaves (accepted, not yet published, sealed) and *state* (small
//! records, erasable). One conformance suite, `tests/store/`, runs on every engine.

pub mod committer;
pub mod disk;
mod memory;

use std::fmt;

pub use memory::MemoryStore;

use crate::protocol::ids::{PetitionId, Tree};
use crate::tlog::hash::Hash;

/// Which append-only log of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogId {
    /// The instance's journal of statements.
    Journal,
    /// One of a petition's trees.
    Tree(PetitionId, Tree),
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal => f.write_str("journal"),
            Self::Tree(petition, tree) => write!(f, "{petition}/{tree}"),
        }
    }
}

/// A writer's term. Every write carries it; a store refuses all but the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u64);

/// A keyspace of small state records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Space(pub &'static str);

/// What a record must be for a change to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No record under this key.
    Absent,
    /// Exactly this value.
    Value(Vec<u8>),
}

/// A leaf accepted and not yet published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The leaf's exact bytes.
    pub leaf: Vec<u8>,
    /// RFC 6962 hash of the leaf ([`Waiting::new`] computes it).
    pub hash: Hash,
    /// When it was accepted, Unix seconds. Kept sealed and dropped at publication.
    pub accepted: u64,
}

impl Waiting {
    /// A leaf accepted at this time (Unix seconds).
    pub fn new(leaf: Vec<u8>, accepted: u64) -> Self {
        let hash = crate::tlog::hash::leaf_hash(&leaf);
        Self {
            leaf,
            hash,
            accepted,
        }
    }
}

/// One atomic change: all conditions hold and all of it happens, or nothing does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Conditions on state.
    pub expect: Vec<(Space, Vec<u8>, Expect)>,
    /// Records to write, the last of several under one key.
    pub put: Vec<(Space, Vec<u8>, Vec<u8>)>,
    /// Records to delete, after the writes.
    pub delete: Vec<(Space, Vec<u8>)>,
    /// Leaves to accept; each must have a unique key that no waiting or
    /// published leaf of its tree has (`protocol::leaf::unique_key`).
    pub accept: Vec<(PetitionId, Tree, Waiting)>,
}

/// Why one change did not happen. Nothing of it did.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A condition on a record does not hold.
    #[error("a record in {0:?} is not as expected")]
    Conflict(Space),
    /// A leaf with the same unique key is there already.
    #[error("a leaf of the {tree} tree has this key already")]
    Duplicate {
        /// The tree.
        tree: Tree,
        /// The leaf that holds the key.
        existing: Found,
    },
}

/// Where a leaf is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Accepted, not yet published.
    Waiting(Waiting),
    /// Published at this index, with these bytes.
    Published {
        /// Zero-based index in its tree.
        index: u64,
        /// The leaf's exact bytes.
        leaf: Vec<u8>,
    },
}

/// Size and root of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 root hash over them.
    pub root: Hash,
}

/// A head with the checkpoint note that was signed over it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    /// The head.
    pub head: Head,
    /// The signed note's exact bytes.
    pub checkpoint: Vec<u8>,
}

/// Why a store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The caller's epoch is not the newest: another writer took over.
    #[error("this writer's epoch {held:?} was superseded by {newest:?}")]
    Fenced {
        /// What the caller holds.
        held: Epoch,
        /// What the store has granted since.
        newest: Epoch,
    },
    /// Stored bytes are damaged. Says what is damaged and what to do.
    #[error("{what} is damaged: {advice}")]
    Damaged {
        /// File, log and position.
        what: String,
        /// What the operator should do next.
        advice: String,
    },
    /// The folder is older than what was last signed: signing would fork the log.
    #[error("{what}: {advice}")]
    RolledBack {
        /// What is older than what.
        what: String,
        /// What the operator should do next.
        advice: String,
    },
    /// The folder was written by a newer version of this program.
    #[error("{what} has format {found}; this program knows up to {known}: use a newer program")]
    Version {
        /// File.
        what: String,
        /// Its format number.
        found: u32,
        /// The newest known here.
        known: u32,
    },
    /// Another process has the folder open.
    #[error("{0} is in use by another process")]
    Locked(String),
    /// Asked for leaves or tiles that are not published.
    #[error("not published: {0}")]
    NotPublished(String),
    /// A leaf does not parse as one of its tree.
    #[error(transparent)]
    Leaf(#[from] crate::protocol::leaf::LeafError),
    /// The publication does not match what was staged.
    #[error("heads to publish differ from what was staged: {0}")]
    Staging(String),
    /// The operating system refused.
    #[error("{what}: {source}")]
    Io {
        /// File or folder and operation.
        what: String,
        /// The cause.
        source: std::io::Error,
    },
    /// A write failed earlier in a way that leaves open what is on the device. Reads
    /// go on; writing goes on after a restart, which recovers what was acknowledged.
    #[error("stopped writing, because earlier {0}; restart the service: it recovers at start")]
    Stopped(String),
    /// The engine below refused.
    #[error("{what}: {detail}")]
    Engine {
        /// Operation.
        what: String,
        /// The engine's words.
        detail: String,
    },
}

/// Everything durable. Blocking; call it from a thread that may block.
///
/// Reads see published heads only, except [`Store::find`] and
/// [`Store::waiting`]. All methods may be called from many threads; writes are
/// serialised inside.
pub trait Store: Send + Sync + 'static {
    /// Become the writer. Fences every earlier epoch, durably, and drops what it staged.
    fn take_lease(&self) -> Result<Epoch, StoreError>;

    /// A state record.
    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Records whose key starts with `prefix` and is greater than `after`, in
    /// key order, at most `limit`.
    #[allow(clippy::type_complexity)]
    fn scan(
        &self,
        space: Space,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError>;

    /// Group commit: judge the changes in order, each on its own, make those that
    /// hold durable together, then return one verdict for each.
    fn commit(
        &self,
        epoch: Epoch,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<(), Refused>>, StoreError>;

    /// Leaves waiting for a tree, at most `limit`: those of an earlier commit first,
    /// those of one commit by leaf hash.
    fn waiting(&self, p: PetitionId, tree: Tree, limit: usize) -> Result<Vec<Waiting>, StoreError>;

    /// How many leaves wait for a tree, and when the first of them was accepted.
    fn waiting_count(&self, p: PetitionId, tree: Tree) -> Result<(u64, Option<u64>), StoreError>;

    /// Append leaves after what is staged or published, durable on return, not yet
    /// visible. A crash before [`Store::publish`] undoes it; leaves that waited
    /// still wait. Leaves of a petition's tree must be waiting ones. Returns the head
    /// that the log would have; on error nothing of this call is staged.
    fn stage(&self, epoch: Epoch, log: LogId, leaves: &[Vec<u8>]) -> Result<Head, StoreError>;

    /// Drop everything staged.
    fn unstage(&self, epoch: Epoch) -> Result<(), StoreError>;

    /// Make the staged heads of these logs visible, together, durable on return.
    /// Published leaves no longer wait. Every staged log must be named, with the head
    /// that [`Store::stage`] returned last; others may be named with their published
    /// head (size 0 before the first) and a new checkpoint.
    ///
    /// After [`StoreError::Staging`] or [`StoreError::Fenced`] nothing happened. After
    /// any other error it may have happened: the store then refuses further writes,
    /// and a restart decides.
    fn publish(&self, epoch: Epoch, heads: Vec<(LogId, SignedHead)>) -> Result<(), StoreError>;

    /// The published head of a log.
    fn head(&self, log: LogId) -> Result<Option<SignedHead>, StoreError>;

    /// All logs with a published head.
    fn logs(&self) -> Result<Vec<LogId>, StoreError>;

    /// Published leaves `from..from + count`; fewer only at the end of the log, none
    /// where `from` is its size.
    fn leaves(&self, log: LogId, from: u64, count: usize) -> Result<Vec<Vec<u8>>, StoreError>;

    /// `width` hashes of tile `index` at `level` (tlog-tiles: hash *i* of level *L* is
    /// the root over 256^L leaves), all below the published size.
    fn tile(&self, log: LogId, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, StoreError>;

    /// The leaf of a petition's tree with this unique key, waiting or published.
    fn find(&self, p: PetitionId, tree: Tree, key: &[u8; 32]) -> Result<Option<Found>, StoreError>;

    /// The leaf of a petition's tree with this leaf hash, waiting or published.
    fn find_hash(
        &self,
        p: PetitionId,
        tree: Tree,
        hash: &Hash,
    ) -> Result<Option<Found>, StoreError>;

    /// Bytes that may still be written before the device is full; `None` where it
    /// cannot fill up.
    fn free_space(&self) -> Result<Option<u64>, StoreError>;
}
