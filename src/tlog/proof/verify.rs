//! Checking proofs. The length of a proof follows from its numbers alone, so it is
//! checked before anything is hashed.

use crate::tlog::hash::{Hash, empty_root, node_hash};
use crate::tlog::size::{LeafIndex, TreeSize};

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The leaf is not in a tree of this size.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    Index {
        /// Zero-based index of the leaf.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// A tree cannot have been larger before.
    #[error("the old tree has {old} leaves, the new one {new}")]
    Shrinks {
        /// Size of the old tree.
        old: u64,
        /// Size of the new tree.
        new: u64,
    },
    /// Too few or too many hashes.
    #[error("this proof has {expected} hashes, got {actual}")]
    Length {
        /// How many it has.
        expected: usize,
        /// How many were given.
        actual: usize,
    },
    /// The hashes lead to another root, or, for a proof of consistency, another old root.
    #[error("the hashes do not lead to the root")]
    Root,
}

/// How a path from a leaf to the root divides: `inner` steps below the node where it
/// meets the tree's right edge, then `border` steps along that edge, where every
/// sibling is on the left.
struct Shape {
    inner: u32,
    border: u32,
}

impl Shape {
    /// Of the path from leaf `index`, which is below `size`.
    fn of(index: u64, size: u64) -> Self {
        let inner = u64::BITS - (index ^ (size - 1)).leading_zeros();
        let border = index.checked_shr(inner).unwrap_or(0).count_ones();
        Self { inner, border }
    }
}

/// Hash `from` up along `path`; bit *i* of `position` says whether step *i* comes from the right.
fn climb(from: Hash, position: u64, path: &[Hash]) -> Hash {
    path.iter().enumerate().fold(from, |hash, (step, sibling)| {
        if position >> step & 1 == 0 {
            node_hash(&hash, sibling)
        } else {
            node_hash(sibling, &hash)
        }
    })
}

/// Hash `from` up along siblings on the left.
fn climb_right_edge(from: Hash, path: &[Hash]) -> Hash {
    path.iter()
        .fold(from, |hash, sibling| node_hash(sibling, &hash))
}

fn ensure_length(proof: &[Hash], expected: u32) -> Result<(), ProofError> {
    let (expected, actual) = (expected as usize, proof.len());
    if expected == actual {
        Ok(())
    } else {
        Err(ProofError::Length { expected, actual })
    }
}

/// Check that the leaf with this hash stands at `index` in the tree with this size and
/// root (RFC 6962, section 2.1.1). `proof` goes from the leaf's sibling up.
pub fn verify_inclusion(
    leaf_hash: &Hash,
    index: LeafIndex,
    size: TreeSize,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    let (LeafIndex(index), TreeSize(size)) = (index, size);
    if index >= size {
        return Err(ProofError::Index { index, size });
    }
    let shape = Shape::of(index, size);
    ensure_length(proof, shape.inner + shape.border)?;
    let (inner, border) = proof.split_at(shape.inner as usize);
    let hash = climb_right_edge(climb(*leaf_hash, index, inner), border);
    if hash == *root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// Check that the old tree is a prefix of the new one (RFC 6962, section 2.1.2). Trees
/// of one size need equal roots and no hashes; the empty tree is a prefix of all, needs no
/// hashes, and has the root [`empty_root`].
pub fn verify_consistency(
    old: TreeSize,
    old_root: &Hash,
    new: TreeSize,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let (TreeSize(old), TreeSize(new)) = (old, new);
    if old > new {
        return Err(ProofError::Shrinks { old, new });
    }
    let empty_holds = |size, root: &Hash| size != 0 || *root == empty_root();
    if !empty_holds(old, old_root) || !empty_holds(new, new_root) {
        return Err(ProofError::Root);
    }
    if old == 0 || old == new {
        ensure_length(proof, 0)?;
        return if old == 0 || old_root == new_root {
            Ok(())
        } else {
            Err(ProofError::Root)
        };
    }
    // The proof is the path of the old tree's last complete subtree, whose 2^level
    // leaves end where the old tree ends. Where that subtree is the whole old tree, its
    // hash is the old root and is left out.
    let level = old.trailing_zeros();
    let shape = Shape::of(old - 1, new);
    let inner = shape.inner - level;
    let whole = old.is_power_of_two();
    ensure_length(proof, u32::from(!whole) + inner + shape.border)?;
    let (start, path) = if whole {
        (*old_root, proof)
    } else {
        (proof[0], &proof[1..])
    };
    let position = (old - 1) >> level;
    let (inner, border) = path.split_at(inner as usize);
    // In the old tree only the siblings on the left exist.
    let left: Vec<Hash> = inner
        .iter()
        .enumerate()
        .filter(|(step, _)| position >> step & 1 == 1)
        .map(|(_, hash)| *hash)
        .collect();
    let rebuilt_old = climb_right_edge(climb_right_edge(start, &left), border);
    let rebuilt_new = climb_right_edge(climb(start, position, inner), border);
    if rebuilt_old == *old_root && rebuilt_new == *new_root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}
