//! Making proofs: find which complete subtrees are needed, read them at once, fold them.

use std::ops::Range;

use super::node::{Node, complete_nodes};
use super::verify::ProofError;
use crate::tlog::hash::{Hash, empty_root, node_hash};
use crate::tlog::size::{LeafIndex, TreeSize};

/// A source of the hashes of complete subtrees: a store, tiles, a file, memory.
pub trait HashReader {
    /// Why a hash could not be read.
    type Error;

    /// The hashes of `nodes`, in the same order. Called once per proof, so that a
    /// source can fetch all it needs together.
    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Self::Error>;
}

impl<R: HashReader + ?Sized> HashReader for &R {
    type Error = R::Error;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, R::Error> {
        (**self).read(nodes)
    }
}

/// Why a proof could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError<E> {
    /// There is no such proof.
    #[error(transparent)]
    Range(ProofError),
    /// The source failed.
    #[error("reading hashes: {0}")]
    Read(E),
    /// The source gave another number of hashes than was asked for.
    #[error("asked for {expected} hashes, the source gave {actual}")]
    Count {
        /// How many were asked for.
        expected: usize,
        /// How many came.
        actual: usize,
    },
}

/// The largest power of two below `length`, which is at least 2 (RFC 6962, section 2.1).
fn split(length: u64) -> u64 {
    1 << (u64::BITS - 1 - (length - 1).leading_zeros())
}

/// The hash over each range.
fn fold<R: HashReader>(
    ranges: &[Range<u64>],
    reader: &R,
) -> Result<Vec<Hash>, BuildError<R::Error>> {
    let parts: Vec<Vec<Node>> = ranges
        .iter()
        .map(|range| complete_nodes(range.clone()))
        .collect();
    let nodes = parts.concat();
    let hashes = reader.read(&nodes).map_err(BuildError::Read)?;
    if hashes.len() != nodes.len() {
        return Err(BuildError::Count {
            expected: nodes.len(),
            actual: hashes.len(),
        });
    }
    let mut rest = hashes.as_slice();
    Ok(parts
        .iter()
        .map(|part| {
            let (own, after) = rest.split_at(part.len());
            rest = after;
            own.iter()
                .rev()
                .copied()
                .reduce(|right, left| node_hash(&left, &right))
                .unwrap_or_else(empty_root)
        })
        .collect())
}

/// The root of the tree of the first `size` leaves.
pub fn root<R: HashReader>(size: TreeSize, reader: &R) -> Result<Hash, BuildError<R::Error>> {
    if size.0 == 0 {
        return Ok(empty_root());
    }
    let whole = 0..size.0;
    // One range in, one hash out.
    Ok(fold(std::slice::from_ref(&whole), reader)?[0])
}

/// The proof that leaf `index` is in the tree of the first `size` leaves, from its
/// sibling up: `PATH(index, D[size])` of RFC 6962, section 2.1.1.
pub fn inclusion_proof<R: HashReader>(
    index: LeafIndex,
    size: TreeSize,
    reader: &R,
) -> Result<Vec<Hash>, BuildError<R::Error>> {
    let (LeafIndex(index), TreeSize(size)) = (index, size);
    if index >= size {
        return Err(BuildError::Range(ProofError::Index { index, size }));
    }
    let mut siblings = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            siblings.push(middle..end);
            end = middle;
        } else {
            siblings.push(start..middle);
            start = middle;
        }
    }
    siblings.reverse();
    fold(&siblings, reader)
}

/// The proof that the tree of the first `old` leaves is a prefix of that of the first
/// `new`: `PROOF(old, D[new])` of RFC 6962, section 2.1.2; empty where `old` is 0 or `new`.
pub fn consistency_proof<R: HashReader>(
    old: TreeSize,
    new: TreeSize,
    reader: &R,
) -> Result<Vec<Hash>, BuildError<R::Error>> {
    let (TreeSize(old), TreeSize(new)) = (old, new);
    if old > new {
        return Err(BuildError::Range(ProofError::Shrinks { old, new }));
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut ranges = Vec::new();
    let (mut start, mut end) = (0, new);
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(start..middle);
            start = middle;
        }
    }
    // A subtree that is the whole old tree is known to whoever checks.
    if start != 0 {
        ranges.push(start..end);
    }
    ranges.reverse();
    fold(&ranges, reader)
}
