//! A tree, leaf by leaf (R12, R14): cheap, in order.

use super::leaf::CheckedLeaf;
use super::{Deviation, Fault, Found};
use crate::protocol::ids::{PetitionId, Tree};
use crate::tlog::frontier::Frontier;
use crate::tlog::hash::Hash;
use crate::tlog::proof::Node;

/// What a tally says of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Journal index of the tally.
    pub entry: u64,
    /// Number of leaves.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Size, at that tally, of the tree that these leaves point into; 0 if they do not.
    pub target_size: u64,
}

/// Where a leaf has brought the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// Into the middle of a batch.
    Within,
    /// To a tally that says the same.
    Verified,
    /// To a tally that says something else.
    Contradicted,
}

/// Replays a tree from one verified tally to the last one known.
///
/// Only a root vouches for leaves, so what was found in them counts when the next root
/// has come out right; until then they may not be the log's leaves at all.
#[derive(Debug)]
pub struct TreeReplay {
    petition: PetitionId,
    tree: Tree,
    frontier: Frontier,
    bounds: Vec<Bound>,
    next: usize,
    before: Option<Hash>,
    verified: u64,
    found: Found,
    pending: Found,
    contradicted: Option<Deviation>,
}

impl TreeReplay {
    /// Continue at `frontier`, which is at a verified tally or empty, to the last of
    /// `bounds`, which ascend by size. Those that are behind are passed over.
    pub fn new(petition: PetitionId, tree: Tree, frontier: Frontier, bounds: Vec<Bound>) -> Self {
        let verified = frontier.size().0;
        let next = bounds.partition_point(|bound| bound.size <= verified);
        Self {
            petition,
            tree,
            frontier,
            bounds,
            next,
            before: None,
            verified,
            found: Found::default(),
            pending: Found::default(),
            contradicted: None,
        }
    }

    /// Size up to which a tally vouches for the leaves.
    pub fn verified(&self) -> u64 {
        self.verified
    }

    /// Number of leaves taken in.
    pub fn size(&self) -> u64 {
        self.frontier.size().0
    }

    /// Number of leaves at the last bound.
    pub fn end(&self) -> u64 {
        self.bounds.last().map_or(self.verified, |bound| bound.size)
    }

    /// Size of the tree that the leaf at `index` may point into.
    pub fn target_size(bounds: &[Bound], index: u64) -> u64 {
        let next = bounds.partition_point(|bound| bound.size <= index);
        bounds.get(next).map_or(0, |bound| bound.target_size)
    }

    /// Take in the next leaf. `finished` gets each subtree that is complete now.
    ///
    /// # Panics
    /// Beyond the last bound.
    pub fn push(&mut self, leaf: CheckedLeaf, finished: impl FnMut(Node, Hash)) -> Pushed {
        let index = self.size();
        let bound = self.bounds[self.next];
        let order = self.before.is_some_and(|before| before > leaf.hash);
        let faults = leaf.faults.into_iter().chain(order.then_some(Fault::Order));
        let place = faults.map(|fault| fault.leaf(self.petition, self.tree, index));
        self.pending.extend(place);
        self.before = Some(leaf.hash);
        self.frontier.push_with(leaf.hash, finished);
        if index + 1 < bound.size {
            return Pushed::Within;
        }
        self.before = None;
        self.next = self
            .bounds
            .partition_point(|later| later.size <= bound.size);
        let computed = self.frontier.root();
        if computed == bound.root {
            self.verified = bound.size;
            self.found.append(std::mem::take(&mut self.pending));
            self.contradicted = None;
            return Pushed::Verified;
        }
        let fault = Fault::Root {
            size: bound.size,
            stated: bound.root,
            computed,
        };
        let deviation = fault.head(self.petition, self.tree, bound.entry);
        self.contradicted.get_or_insert_with(|| deviation.clone());
        self.pending.push(deviation);
        Pushed::Contradicted
    }

    /// What was found below [`TreeReplay::verified`] since the last call.
    pub fn take_found(&mut self) -> Found {
        std::mem::take(&mut self.found)
    }

    /// The first tally above [`TreeReplay::verified`] that the leaves served contradict:
    /// others follow from it, and the leaves cannot be judged.
    pub fn contradicted(&self) -> Option<&Deviation> {
        self.contradicted.as_ref()
    }
}
