//! Proofs: every one of every small tree, and random ones of large trees.

use std::convert::Infallible;

use proptest::prelude::*;
use undersigned::tlog::hash::{Hash, empty_root, leaf_hash, node_hash};
use undersigned::tlog::proof::{
    BuildError, HashReader, Node, ProofError, consistency_proof, inclusion_proof, root,
    verify_consistency, verify_inclusion,
};
use undersigned::tlog::size::{LeafIndex, TreeSize};

use crate::model;

/// Trees up to this size are tested exhaustively: past two powers of two.
const SMALL: usize = 70;

fn size(n: usize) -> TreeSize {
    TreeSize(n as u64)
}

fn flipped(hash: &Hash, bit: usize) -> Hash {
    let mut hash = *hash;
    hash.0[bit / 8 % 32] ^= 1 << (bit % 8);
    hash
}

/// Every proof that differs from `proof` in one hash, has one less, or one more.
fn mutations(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for i in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[i] = flipped(&changed[i], 7 * i);
        all.push(changed);
        let mut shorter = proof.to_vec();
        shorter.remove(i);
        all.push(shorter);
        if i + 1 < proof.len() {
            let mut swapped = proof.to_vec();
            swapped.swap(i, i + 1);
            all.push(swapped);
        }
    }
    for i in 0..=proof.len() {
        let mut longer = proof.to_vec();
        longer.insert(i, leaf_hash(b"one more"));
        all.push(longer);
    }
    all
}

#[test]
fn every_inclusion_proof_of_small_trees() {
    let leaves = model::leaves(SMALL);
    for n in 1..=SMALL {
        let head = root(size(n), &leaves).expect("memory does not fail");
        assert_eq!(head, model::root(&leaves.0[..n]));
        for i in 0..n {
            let index = LeafIndex(i as u64);
            let proof = inclusion_proof(index, size(n), &leaves).expect("in the tree");
            assert_eq!(proof, model::path(i, &leaves.0[..n]), "PATH({i}, D[{n}])");
            let leaf = &leaves.0[i];
            let check = |leaf: &Hash, index, proof: &[Hash], head: &Hash| {
                verify_inclusion(leaf, index, size(n), proof, head)
            };
            assert_eq!(check(leaf, index, &proof, &head), Ok(()));
            for mutation in mutations(&proof) {
                assert!(
                    check(leaf, index, &mutation, &head).is_err(),
                    "leaf {i} of {n}"
                );
            }
            for other in (0..n).filter(|other| *other != i) {
                let other = LeafIndex(other as u64);
                assert!(
                    check(leaf, other, &proof, &head).is_err(),
                    "leaf {i} of {n} as {other}"
                );
            }
            assert_eq!(
                check(&flipped(leaf, i), index, &proof, &head),
                Err(ProofError::Root)
            );
            assert_eq!(
                check(leaf, index, &proof, &flipped(&head, i)),
                Err(ProofError::Root)
            );
        }
    }
}

#[test]
fn every_consistency_proof_of_small_trees() {
    let leaves = model::leaves(SMALL);
    let roots: Vec<Hash> = (0..=SMALL).map(|n| model::root(&leaves.0[..n])).collect();
    for new in 0..=SMALL {
        for old in 0..=new {
            let proof = consistency_proof(size(old), size(new), &leaves).expect("a prefix");
            assert_eq!(
                proof,
                model::consistency(old, &leaves.0[..new]),
                "PROOF({old}, D[{new}])"
            );
            let check = |old_root: &Hash, new_root: &Hash, proof: &[Hash]| {
                verify_consistency(size(old), old_root, size(new), new_root, proof)
            };
            let (old_root, new_root) = (&roots[old], &roots[new]);
            assert_eq!(check(old_root, new_root, &proof), Ok(()));
            for mutation in mutations(&proof) {
                assert!(
                    check(old_root, new_root, &mutation).is_err(),
                    "{old} to {new}"
                );
            }
            assert_eq!(
                check(&flipped(old_root, old), new_root, &proof),
                Err(ProofError::Root)
            );
            // Nothing binds a new root to the empty tree, unless it is empty, too.
            let other = check(old_root, &flipped(new_root, new), &proof);
            assert_eq!(
                other,
                if old == 0 && new > 0 {
                    Ok(())
                } else {
                    Err(ProofError::Root)
                }
            );
        }
    }
}

#[test]
fn proofs_that_cannot_be() {
    let leaves = model::leaves(8);
    let hash = leaves.0[0];
    let outside = ProofError::Index { index: 8, size: 8 };
    let found = verify_inclusion(&hash, LeafIndex(8), TreeSize(8), &[], &hash);
    assert_eq!(found, Err(outside));
    let made = inclusion_proof(LeafIndex(8), TreeSize(8), &leaves);
    assert_eq!(made, Err(BuildError::Range(outside)));
    let empty = verify_inclusion(&hash, LeafIndex(0), TreeSize(0), &[], &empty_root());
    assert_eq!(empty, Err(ProofError::Index { index: 0, size: 0 }));
    let shrinks = ProofError::Shrinks { old: 8, new: 7 };
    let found = verify_consistency(TreeSize(8), &hash, TreeSize(7), &hash, &[]);
    assert_eq!(found, Err(shrinks));
    let made = consistency_proof(TreeSize(8), TreeSize(7), &leaves);
    assert_eq!(made, Err(BuildError::Range(shrinks)));
    let found = verify_consistency(TreeSize(0), &hash, TreeSize(0), &hash, &[]);
    assert_eq!(found, Err(ProofError::Root));
}

/// A source that drops a hash.
struct Forgetful<'a>(&'a model::Leaves);

impl HashReader for Forgetful<'_> {
    type Error = Infallible;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Infallible> {
        self.0.read(&nodes[1..])
    }
}

#[test]
fn a_source_that_gives_too_little_is_noticed() {
    let leaves = model::leaves(7);
    let count = BuildError::Count {
        expected: 3,
        actual: 2,
    };
    assert_eq!(root(TreeSize(7), &Forgetful(&leaves)), Err(count));
}

/// A tree of any size whose leaves are all equal: each level has one hash.
struct Uniform(Vec<Hash>);

impl Uniform {
    fn new() -> Self {
        let mut levels = vec![leaf_hash(b"")];
        for level in 0..63 {
            levels.push(node_hash(&levels[level], &levels[level]));
        }
        Self(levels)
    }
}

impl HashReader for Uniform {
    type Error = Infallible;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Infallible> {
        Ok(nodes
            .iter()
            .map(|node| self.0[usize::from(node.level)])
            .collect())
    }
}

fn large() -> impl Strategy<Value = u64> {
    prop_oneof![
        1..=u64::MAX,
        (0..64u32).prop_map(|bit| 1 << bit),
        Just(u64::MAX)
    ]
}

proptest! {
    #[test]
    fn proofs_of_large_trees_hold(a in large(), b in large(), mutate: usize) {
        let (old, new) = (TreeSize(a.min(b)), TreeSize(a.max(b)));
        let tree = Uniform::new();
        let (old_root, new_root) = (root(old, &tree).unwrap(), root(new, &tree).unwrap());
        let index = LeafIndex(old.0 - 1);
        let path = inclusion_proof(index, new, &tree).unwrap();
        prop_assert_eq!(verify_inclusion(&tree.0[0], index, new, &path, &new_root), Ok(()));
        let proof = consistency_proof(old, new, &tree).unwrap();
        prop_assert_eq!(verify_consistency(old, &old_root, new, &new_root, &proof), Ok(()));
        if !proof.is_empty() {
            let mut changed = proof.clone();
            let at = mutate % changed.len();
            changed[at] = flipped(&changed[at], mutate);
            prop_assert!(verify_consistency(old, &old_root, new, &new_root, &changed).is_err());
        }
    }

    #[test]
    fn nothing_makes_the_checks_panic(
        index: u64, old: u64, new: u64, count in 0usize..70, hash: [u8; 32],
    ) {
        let proof = vec![Hash(hash); count];
        let root = Hash(hash);
        let _ = verify_inclusion(&root, LeafIndex(index), TreeSize(new), &proof, &root);
        let _ = verify_consistency(TreeSize(old), &root, TreeSize(new), &root, &proof);
    }
}
