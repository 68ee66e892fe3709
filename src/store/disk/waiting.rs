//! The leaves that wait, in memory: by commit and hash, by unique key, by hash.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::batch::Accepted;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::unique_key;
use crate::store::Waiting;
use crate::tlog::hash::Hash;

/// The number of the commit that accepted a leaf, and its hash.
type Place = (u64, Hash);

#[derive(Default)]
struct OfTree {
    leaves: BTreeMap<Place, Waiting>,
    keys: HashMap<[u8; 32], Place>,
    commits: HashMap<Hash, u64>,
}

/// All leaves that wait.
#[derive(Default)]
pub(super) struct WaitingLeaves {
    trees: BTreeMap<(PetitionId, Tree), OfTree>,
    commits: u64,
    bytes: u64,
}

/// The key of a leaf that was parsed when it was accepted.
fn key_of(tree: Tree, leaf: &[u8]) -> [u8; 32] {
    unique_key(tree, leaf).expect("it parsed when it was accepted")
}

impl WaitingLeaves {
    /// Bytes of all leaves.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Add leaves that one commit accepted for one tree.
    pub(super) fn add(&mut self, ((petition, tree), list): Accepted) {
        self.commits += 1;
        let of_tree = self.trees.entry((petition, tree)).or_default();
        for waiting in list {
            let place = (self.commits, waiting.hash);
            self.bytes += waiting.leaf.len() as u64;
            of_tree.keys.insert(key_of(tree, &waiting.leaf), place);
            of_tree.commits.insert(waiting.hash, self.commits);
            of_tree.leaves.insert(place, waiting);
        }
    }

    /// Remove published leaves by unique key.
    pub(super) fn remove(&mut self, p: PetitionId, tree: Tree, keys: &HashSet<[u8; 32]>) {
        let Some(of_tree) = self.trees.get_mut(&(p, tree)) else {
            return;
        };
        for key in keys {
            if let Some(place) = of_tree.keys.remove(key) {
                of_tree.commits.remove(&place.1);
                let gone = of_tree.leaves.remove(&place);
                self.bytes -= gone.map_or(0, |waiting| waiting.leaf.len() as u64);
            }
        }
        if of_tree.leaves.is_empty() {
            // Also gives back the memory of a large batch.
            self.trees.remove(&(p, tree));
        }
    }

    /// The leaf with this unique key.
    pub(super) fn find(&self, p: PetitionId, tree: Tree, key: &[u8; 32]) -> Option<&Waiting> {
        let of_tree = self.trees.get(&(p, tree))?;
        of_tree.leaves.get(of_tree.keys.get(key)?)
    }

    /// The leaf with this hash.
    pub(super) fn find_hash(&self, p: PetitionId, tree: Tree, hash: &Hash) -> Option<&Waiting> {
        let of_tree = self.trees.get(&(p, tree))?;
        of_tree.leaves.get(&(*of_tree.commits.get(hash)?, *hash))
    }

    /// The first leaves that wait for a tree.
    pub(super) fn first(&self, p: PetitionId, tree: Tree) -> impl Iterator<Item = &Waiting> {
        let of_tree = self.trees.get(&(p, tree));
        of_tree
            .into_iter()
            .flat_map(|of_tree| of_tree.leaves.values())
    }

    /// How many wait for a tree.
    pub(super) fn count(&self, p: PetitionId, tree: Tree) -> u64 {
        self.trees
            .get(&(p, tree))
            .map_or(0, |t| t.leaves.len() as u64)
    }

    /// All leaves, by tree and commit.
    pub(super) fn all(&self) -> impl Iterator<Item = ((PetitionId, Tree), Vec<&Waiting>)> {
        self.trees.iter().flat_map(|(tree, of_tree)| {
            let leaves: Vec<(&Place, &Waiting)> = of_tree.leaves.iter().collect();
            let by_commit = leaves.chunk_by(|((a, _), _), ((b, _), _)| a == b);
            let lists: Vec<_> = by_commit
                .map(|list| (*tree, list.iter().map(|(_, waiting)| *waiting).collect()))
                .collect();
            lists
        })
    }
}
