//! Proofs and files: making and checking them, at several sizes.
//!
//! `cargo bench --no-default-features --bench proof`.

use std::collections::BTreeMap;
use std::convert::Infallible;

use divan::Bencher;
use undersigned::protocol::attestation::Attestation;
use undersigned::protocol::receipt::Receipt;
use undersigned::tlog::frontier::Frontier;
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::policy::Policy;
use undersigned::tlog::proof::{
    HashReader, Node, consistency_proof, inclusion_proof, verify_consistency, verify_inclusion,
};
use undersigned::tlog::size::{LeafIndex, TreeSize};

const SIZES: [u64; 3] = [1_000, 100_000, 1_000_000];

fn main() {
    divan::main();
}

/// All complete subtrees of a tree, in memory.
struct Tree {
    frontier: Frontier,
    nodes: BTreeMap<Node, Hash>,
    middle: Hash,
}

impl Tree {
    fn of(size: u64) -> Self {
        let mut frontier = Frontier::new();
        let mut nodes = BTreeMap::new();
        let mut middle = frontier.root();
        for n in 0..size {
            frontier.push_with(leaf_hash(&n.to_be_bytes()), |node, hash| {
                nodes.insert(node, hash);
            });
            if n + 1 == size / 2 {
                middle = frontier.root();
            }
        }
        Self {
            frontier,
            nodes,
            middle,
        }
    }
}

impl HashReader for Tree {
    type Error = Infallible;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Infallible> {
        Ok(nodes.iter().map(|node| self.nodes[node]).collect())
    }
}

#[divan::bench(args = SIZES)]
fn make_inclusion(bencher: Bencher<'_, '_>, size: u64) {
    let tree = Tree::of(size);
    bencher.bench(|| inclusion_proof(LeafIndex(size / 3), TreeSize(size), &tree));
}

#[divan::bench(args = SIZES)]
fn check_inclusion(bencher: Bencher<'_, '_>, size: u64) {
    let tree = Tree::of(size);
    let index = LeafIndex(size / 3);
    let path = inclusion_proof(index, TreeSize(size), &tree).expect("within the tree");
    let (leaf, root) = (leaf_hash(&index.0.to_be_bytes()), tree.frontier.root());
    bencher.bench(|| {
        verify_inclusion(&leaf, index, TreeSize(size), &path, &root).expect("it is in the tree");
    });
}

#[divan::bench(args = SIZES)]
fn check_consistency(bencher: Bencher<'_, '_>, size: u64) {
    let tree = Tree::of(size);
    let (old, new) = (TreeSize(size / 2), TreeSize(size));
    let path = consistency_proof(old, new, &tree).expect("within the tree");
    let root = tree.frontier.root();
    bencher.bench(|| {
        verify_consistency(old, &tree.middle, new, &root, &path).expect("it is consistent");
    });
}

/// Body and policy of a published test vector.
fn vector(text: &'static str) -> (&'static [u8], Policy) {
    let (head, body) = text.split_once("\n\n").expect("a header");
    let mut policy = String::new();
    for line in head
        .lines()
        .filter_map(|line| line.strip_prefix("policy: "))
    {
        policy.push_str(line);
        policy.push('\n');
    }
    (body.as_bytes(), policy.parse().expect("a policy"))
}

#[divan::bench]
fn check_receipt(bencher: Bencher<'_, '_>) {
    let (file, policy) = vector(include_str!("../spec/vectors/receipt/accept-whole.txt"));
    bencher.bench(|| {
        let receipt = Receipt::parse(file).expect("a receipt");
        receipt.verify(&policy).expect("it holds")
    });
}

#[divan::bench]
fn check_attestation(bencher: Bencher<'_, '_>) {
    let (file, policy) = vector(include_str!(
        "../spec/vectors/attestation/accept-single.txt"
    ));
    bencher.bench(|| {
        let attestation = Attestation::parse(file).expect("an attestation");
        attestation.verify(&policy).expect("it holds")
    });
}
