//! Complete subtrees: the only nodes of a tree that never change.

use std::ops::Range;

/// The complete subtree over leaves `index · 2^level .. (index + 1) · 2^level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// Height: 0 is a leaf.
    pub level: u8,
    /// Position among the nodes of its level, from 0.
    pub index: u64,
}

/// The complete subtrees that `range` consists of, largest first. `range` must be one
/// that RFC 6962 hashes as a subtree, so that it starts at a multiple of a power of two
/// that is no smaller than its length; the whole tree `0..size` is one.
pub fn complete_nodes(range: Range<u64>) -> Vec<Node> {
    let length = range.end - range.start;
    let mut nodes = Vec::with_capacity(length.count_ones() as usize);
    let mut start = range.start;
    for level in (0..64u8).rev() {
        if length >> level & 1 == 1 {
            nodes.push(Node {
                level,
                index: start >> level,
            });
            // Wraps only at the very end, where it is not used any more.
            start = start.wrapping_add(1 << level);
        }
    }
    nodes
}
