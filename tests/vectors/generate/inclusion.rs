//! Inclusion proofs in the tree of the Certificate Transparency test data.

use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::proof::inclusion_proof;
use undersigned::tlog::size::{LeafIndex, TreeSize};

use super::consistency::{CT_ROOT, root_of, tree};
use crate::file::Case;

/// An inclusion vector with its numbers and hashes changed by `change`.
struct Inclusion {
    leaf: Hash,
    index: u64,
    size: u64,
    root: Hash,
    path: Vec<Hash>,
}

impl Inclusion {
    fn new(index: u64, size: u64) -> Self {
        let tree = tree();
        let path = inclusion_proof(LeafIndex(index), TreeSize(size), &tree).expect("inside");
        let leaf = tree.0[usize::try_from(index).expect("small")];
        Self {
            leaf,
            index,
            size,
            root: root_of(size),
            path,
        }
    }

    fn into(self, case: Case) -> Case {
        case.field("index", self.index)
            .field("size", self.size)
            .field("leaf", self.leaf)
            .field("root", self.root)
            .fields("path", self.path)
    }

    fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

pub(super) fn cases() -> Vec<Case> {
    assert_eq!(hex::encode(root_of(8).0), CT_ROOT, "the published root");
    let accept = |name, about, index, size| {
        Inclusion::new(index, size).into(Case::accept("inclusion", name, about))
    };
    let reject = |name, about, reason, inclusion: Inclusion| {
        inclusion.into(Case::reject("inclusion", name, about, reason))
    };
    let wrong = "the hashes do not lead to the root";
    vec![
        accept("one-leaf", "A tree of one leaf needs no hashes.", 0, 1),
        accept(
            "first-of-eight",
            "The tree of Certificate Transparency's test data.",
            0,
            8,
        ),
        accept(
            "sixth-of-eight",
            "The tree of Certificate Transparency's test data.",
            5,
            8,
        ),
        accept(
            "third-of-three",
            "The last leaf stands alone on its level.",
            2,
            3,
        ),
        accept("seventh-of-seven", "A ragged right edge.", 6, 7),
        reject(
            "index-is-size",
            "There is no such leaf.",
            "leaf 8 is not in a tree of 8 leaves",
            Inclusion::new(0, 8).but(|i| i.index = 8),
        ),
        reject(
            "empty-tree",
            "An empty tree has no leaves.",
            "leaf 0 is not in a tree of 0 leaves",
            Inclusion::new(0, 1).but(|i| i.size = 0),
        ),
        reject(
            "one-hash-missing",
            "Shorter than the numbers ask for.",
            "this proof has 3 hashes, got 2",
            Inclusion::new(5, 8).but(|i| i.path.truncate(2)),
        ),
        reject(
            "one-hash-more",
            "Longer than the numbers ask for.",
            "this proof has 3 hashes, got 4",
            Inclusion::new(5, 8).but(|i| i.path.push(i.leaf)),
        ),
        reject(
            "hashes-swapped",
            "From the root down.",
            wrong,
            Inclusion::new(5, 8).but(|i| i.path.reverse()),
        ),
        reject(
            "other-index",
            "The proof of another leaf.",
            wrong,
            Inclusion::new(5, 8).but(|i| i.index = 4),
        ),
        reject(
            "other-leaf",
            "Another leaf's hash.",
            wrong,
            Inclusion::new(5, 8).but(|i| i.leaf = leaf_hash(b"other")),
        ),
        reject(
            "node-as-leaf",
            "The hash of a node does not stand for a leaf.",
            wrong,
            Inclusion::new(5, 8).but(|i| i.leaf = i.path[1]),
        ),
        reject(
            "other-root",
            "The root of a smaller tree.",
            wrong,
            Inclusion::new(5, 8).but(|i| i.root = root_of(7)),
        ),
    ]
}
