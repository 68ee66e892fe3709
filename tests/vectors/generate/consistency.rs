//! Consistency proofs between sizes of the tree of the Certificate Transparency test data.

use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::proof::{consistency_proof, root};
use undersigned::tlog::size::TreeSize;

use crate::file::Case;
use crate::world::journal::Hashes;

const CT_LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
/// The published root over all eight.
pub(super) const CT_ROOT: &str = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";

pub(super) fn tree() -> Hashes {
    let leaf = |hex: &&str| leaf_hash(&hex::decode(hex).expect("hexadecimal"));
    Hashes(CT_LEAVES.iter().map(leaf).collect())
}

pub(super) fn root_of(size: u64) -> Hash {
    root(TreeSize(size), &tree()).expect("memory")
}

struct Consistency {
    old: u64,
    old_root: Hash,
    new: u64,
    new_root: Hash,
    path: Vec<Hash>,
}

impl Consistency {
    fn new(old: u64, new: u64) -> Self {
        let path = consistency_proof(TreeSize(old), TreeSize(new), &tree()).expect("a prefix");
        Self {
            old,
            old_root: root_of(old),
            new,
            new_root: root_of(new),
            path,
        }
    }

    fn into(self, case: Case) -> Case {
        case.field("old", self.old)
            .field("old-root", self.old_root)
            .field("new", self.new)
            .field("new-root", self.new_root)
            .fields("path", self.path)
    }

    fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

pub(super) fn cases() -> Vec<Case> {
    let accept = |name, about, old, new| {
        Consistency::new(old, new).into(Case::accept("consistency", name, about))
    };
    let reject = |name, about, reason, consistency: Consistency| {
        consistency.into(Case::reject("consistency", name, about, reason))
    };
    let wrong = "the hashes do not lead to the root";
    let other = leaf_hash(b"other");
    vec![
        accept(
            "from-empty",
            "The empty tree is a prefix of all and needs no hashes.",
            0,
            8,
        ),
        accept("same-size", "Equal trees need no hashes.", 8, 8),
        accept("three-to-seven", "Neither is a power of two.", 3, 7),
        accept(
            "four-to-seven",
            "A whole subtree: its hash is the old root and left out.",
            4,
            7,
        ),
        accept(
            "six-to-eight",
            "The tree of Certificate Transparency's test data.",
            6,
            8,
        ),
        accept("one-to-two", "The smallest proof.", 1, 2),
        reject(
            "shrinks",
            "A log does not shrink.",
            "the old tree has 8 leaves, the new one 6",
            Consistency::new(6, 8).but(|c| (c.old, c.new) = (8, 6)),
        ),
        reject(
            "hashes-from-empty",
            "Nothing is to be proven from the empty tree.",
            "this proof has 0 hashes, got 1",
            Consistency::new(0, 8).but(|c| c.path.push(other)),
        ),
        reject(
            "hashes-for-same-size",
            "Nothing is to be proven between equal sizes.",
            "this proof has 0 hashes, got 1",
            Consistency::new(8, 8).but(|c| c.path.push(other)),
        ),
        reject(
            "same-size-other-root",
            "Two trees of one size: a fork.",
            wrong,
            Consistency::new(8, 8).but(|c| c.new_root = other),
        ),
        reject(
            "empty-other-root",
            "The empty tree has one root, the SHA-256 of nothing.",
            wrong,
            Consistency::new(0, 8).but(|c| c.old_root = other),
        ),
        reject(
            "one-hash-missing",
            "Shorter than the sizes ask for.",
            "this proof has 4 hashes, got 3",
            Consistency::new(3, 7).but(|c| c.path.truncate(3)),
        ),
        reject(
            "one-hash-more",
            "Longer than the sizes ask for.",
            "this proof has 4 hashes, got 5",
            Consistency::new(3, 7).but(|c| c.path.push(other)),
        ),
        reject(
            "old-root-sent",
            "The hash of a whole old tree is left out.",
            "this proof has 1 hashes, got 2",
            Consistency::new(4, 7).but(|c| c.path.insert(0, c.old_root)),
        ),
        reject(
            "other-old-root",
            "The new tree is right, the old one another.",
            wrong,
            Consistency::new(3, 7).but(|c| c.old_root = other),
        ),
        reject(
            "other-new-root",
            "The old tree is right, the new one another.",
            wrong,
            Consistency::new(3, 7).but(|c| c.new_root = other),
        ),
        reject(
            "hash-changed",
            "One hash of the proof is another.",
            wrong,
            Consistency::new(3, 7).but(|c| c.path[2] = other),
        ),
    ]
}
