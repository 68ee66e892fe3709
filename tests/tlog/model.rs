//! The recursive definitions of RFC 6962, section 2.1, without a thought of speed.

use std::convert::Infallible;
use std::ops::Range;

use undersigned::tlog::hash::{Hash, empty_root, leaf_hash, node_hash};
use undersigned::tlog::proof::{HashReader, Node};

/// The largest power of two below `n`.
fn split(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// MTH(D).
pub(crate) fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// PATH(m, D).
pub(crate) fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    if m < k {
        [path(m, left), vec![root(right)]].concat()
    } else {
        [path(m - k, right), vec![root(left)]].concat()
    }
}

/// PROOF(m, D).
pub(crate) fn consistency(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if m == 0 {
        Vec::new()
    } else {
        subproof(m, leaves, true)
    }
}

fn subproof(m: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if m == leaves.len() {
        return if whole {
            Vec::new()
        } else {
            vec![root(leaves)]
        };
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    if m <= k {
        [subproof(m, left, whole), vec![root(right)]].concat()
    } else {
        [subproof(m - k, right, false), vec![root(left)]].concat()
    }
}

/// Leaf hashes in memory, as a source of subtree hashes.
pub(crate) struct Leaves(pub(crate) Vec<Hash>);

/// `count` different leaves.
pub(crate) fn leaves(count: usize) -> Leaves {
    Leaves((0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect())
}

/// The leaves below a node.
fn range(node: Node) -> Range<usize> {
    let start = usize::try_from(node.index << node.level).expect("a small tree");
    start..start + (1 << node.level)
}

impl HashReader for Leaves {
    type Error = Infallible;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Infallible> {
        Ok(nodes
            .iter()
            .map(|node| root(&self.0[range(*node)]))
            .collect())
    }
}
