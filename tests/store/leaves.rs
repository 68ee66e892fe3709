//! Leaves, changes and heads by number, and the Merkle tree as RFC 6962 words it.

use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{
    PetitionSignature, RollEntry, Strike, StrikeReason, Withdrawal, unique_key,
};
use undersigned::store::{Change, Head, LogId, SignedHead, Waiting};
use undersigned::tlog::hash::{Hash, empty_root, leaf_hash, node_hash};

pub(crate) const P: PetitionId = PetitionId([7; 32]);
pub(crate) const Q: PetitionId = PetitionId([8; 32]);
pub(crate) const SIGNATURES: LogId = LogId::Tree(P, Tree::Signatures);

fn bytes<const N: usize>(label: &str, n: u64) -> [u8; N] {
    let mut out = [0; N];
    let mut hasher = blake3::Hasher::new();
    hasher.update(label.as_bytes()).update(&n.to_be_bytes());
    hasher.finalize_xof().fill(&mut out);
    out
}

/// Leaf number `n` of a tree; other numbers have other unique keys.
pub(crate) fn leaf(tree: Tree, n: u64) -> Vec<u8> {
    match tree {
        Tree::Signatures => PetitionSignature {
            pk: bytes("pk", n),
            commitment: bytes("C", n),
            authenticator: bytes("token", n),
        }
        .to_bytes(),
        Tree::Roll => RollEntry {
            tag: bytes("tag", n),
            commitment: bytes("Cr", n),
        }
        .to_bytes(),
        Tree::Withdrawals => Withdrawal {
            index: n,
            signature: bytes("withdrawal", n),
        }
        .to_bytes(),
        Tree::Strikes => Strike {
            index: n,
            reason: StrikeReason::Fraud,
            signature: bytes("strike", n),
        }
        .to_bytes(),
    }
}

pub(crate) fn key(tree: Tree, n: u64) -> [u8; 32] {
    unique_key(tree, &leaf(tree, n)).expect("a sample parses")
}

/// Accept leaf `n`, in second `n`.
pub(crate) fn accept(p: PetitionId, tree: Tree, n: u64) -> Change {
    Change {
        accept: vec![(p, tree, Waiting::new(leaf(tree, n), n))],
        ..Change::default()
    }
}

pub(crate) fn signed(head: Head) -> SignedHead {
    let checkpoint = format!("test\n{}\n{}\n", head.size, head.root).into_bytes();
    SignedHead { head, checkpoint }
}

/// RFC 6962, section 2.1.
pub(crate) fn root(hashes: &[Hash]) -> Hash {
    let mut split = 1;
    while split * 2 < hashes.len() {
        split *= 2;
    }
    match hashes {
        [] => empty_root(),
        [one] => *one,
        more => node_hash(&root(&more[..split]), &root(&more[split..])),
    }
}

pub(crate) fn head_of(leaves: &[Vec<u8>]) -> Head {
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    Head {
        size: hashes.len() as u64,
        root: root(&hashes),
    }
}
