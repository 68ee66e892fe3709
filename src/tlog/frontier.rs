//! The right edge of a growing tree: enough to append and to know the root, in memory
//! that grows with the logarithm of the size. Also called a compact range.

use super::hash::{Hash, empty_root, node_hash};
use super::proof::{BuildError, HashReader, Node, complete_nodes};
use super::size::TreeSize;

/// The complete subtrees that a tree of some size consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// One hash for each bit set in `size`, largest subtree first.
    edge: Vec<Hash>,
}

/// The edge does not belong to a tree of this size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the edge of a tree of {size} leaves has {expected} hashes, got {actual}")]
pub struct FrontierError {
    /// The size.
    pub size: u64,
    /// How many hashes its edge has.
    pub expected: usize,
    /// How many were given.
    pub actual: usize,
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

impl Frontier {
    /// Of the tree without leaves.
    pub fn new() -> Self {
        Self {
            size: 0,
            edge: Vec::new(),
        }
    }

    /// Continue at `size` with the hashes of [`Frontier::edge_nodes`], in that order.
    pub fn resume(size: TreeSize, edge: Vec<Hash>) -> Result<Self, FrontierError> {
        let TreeSize(size) = size;
        let (expected, actual) = (size.count_ones() as usize, edge.len());
        if expected == actual {
            Ok(Self { size, edge })
        } else {
            Err(FrontierError {
                size,
                expected,
                actual,
            })
        }
    }

    /// Continue at `size` with the edge read from `reader`. Where that is not trusted,
    /// compare [`Frontier::root`] with the checkpoint's.
    pub fn read<R: HashReader>(size: TreeSize, reader: &R) -> Result<Self, BuildError<R::Error>> {
        let edge = reader
            .read(&Self::edge_nodes(size))
            .map_err(BuildError::Read)?;
        Self::resume(size, edge).map_err(|e| BuildError::Count {
            expected: e.expected,
            actual: e.actual,
        })
    }

    /// The complete subtrees whose hashes are the edge at `size`, largest first.
    pub fn edge_nodes(size: TreeSize) -> Vec<Node> {
        complete_nodes(0..size.0)
    }

    /// The number of leaves so far.
    pub fn size(&self) -> TreeSize {
        TreeSize(self.size)
    }

    /// The hashes of the edge, largest subtree first.
    pub fn edge(&self) -> &[Hash] {
        &self.edge
    }

    /// The root over all leaves so far.
    pub fn root(&self) -> Hash {
        let edge = self.edge.iter().rev().copied();
        edge.reduce(|right, left| node_hash(&left, &right))
            .unwrap_or_else(empty_root)
    }

    /// Append a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, |_, _| {});
    }

    /// Append a leaf by its hash. `finished` gets each subtree that is complete now,
    /// the leaf first: every node of the growing tree exactly once.
    pub fn push_with(&mut self, leaf: Hash, mut finished: impl FnMut(Node, Hash)) {
        let mut node = Node {
            level: 0,
            index: self.size,
        };
        let mut hash = leaf;
        finished(node, hash);
        while node.index & 1 == 1 {
            let left = self
                .edge
                .pop()
                .expect("an odd node has a left sibling on the edge");
            hash = node_hash(&left, &hash);
            node = Node {
                level: node.level + 1,
                index: node.index >> 1,
            };
            finished(node, hash);
        }
        self.edge.push(hash);
        self.size += 1;
    }
}
