//! Replay: the rules that every journal and tree of an instance keeps, numbered R1 to
//! R22 (`spec/replay.md`).
//!
//! In scope: judging bytes that somebody else fetched. [`leaf`] holds the checks of
//! single leaves, which need no order and are the costly part, so that a caller can
//! spread them over all cores; [`PetitionReplay`] and [`TreeReplay`] keep the books in
//! order and are cheap. Out of scope: fetching, keeping state on disk, uniqueness of
//! keys over a whole tree (which needs memory or disk: `auditor`).

mod checkpoint;
mod deviation;
mod fault;
mod found;
pub mod leaf;
mod petition;
mod published;
mod rule;
mod state;
mod tally;
mod tree;

pub use checkpoint::{journal_checkpoint, tree_checkpoint};
pub use deviation::Deviation;
pub use fault::{Fault, StatementKind};
pub use found::Found;
pub use petition::{PetitionReplay, Step, malformed};
pub use published::{LogIdentity, petition_of, published};
pub use rule::Rule;
pub use state::{PetitionState, SeenTally};
pub use tree::{Bound, Pushed, TreeReplay};
