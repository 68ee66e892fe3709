//! The right edge of a growing tree, against the model.

use std::collections::BTreeMap;

use proptest::prelude::*;
use undersigned::tlog::frontier::{Frontier, FrontierError};
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::proof::Node;
use undersigned::tlog::size::TreeSize;

use crate::model;

#[test]
fn it_has_the_root_at_every_size_and_finishes_each_node_once() {
    let leaves = model::leaves(300);
    let mut frontier = Frontier::new();
    let mut finished = BTreeMap::new();
    for (n, leaf) in leaves.0.iter().enumerate() {
        assert_eq!(frontier.size(), TreeSize(n as u64));
        assert_eq!(frontier.root(), model::root(&leaves.0[..n]));
        frontier.push_with(*leaf, |node, hash| {
            assert_eq!(finished.insert(node, hash), None, "{node:?} finished twice");
        });
    }
    let mut expected = BTreeMap::new();
    for level in 0..9u8 {
        for (index, part) in (0u64..).zip(leaves.0.chunks_exact(1 << level)) {
            expected.insert(Node { level, index }, model::root(part));
        }
    }
    assert_eq!(finished, expected);
}

#[test]
fn it_continues_where_it_stopped() {
    let leaves = model::leaves(130);
    for stop in 0..=130 {
        let mut first = Frontier::new();
        leaves.0[..stop].iter().for_each(|leaf| first.push(*leaf));
        let resumed = Frontier::resume(first.size(), first.edge().to_vec()).expect("its own edge");
        assert_eq!(resumed, first);
        let mut read = Frontier::read(first.size(), &leaves).expect("memory does not fail");
        assert_eq!(read, first);
        leaves.0[stop..].iter().for_each(|leaf| read.push(*leaf));
        assert_eq!(read.root(), model::root(&leaves.0));
    }
}

#[test]
fn an_edge_of_another_size_is_refused() {
    let edge = vec![leaf_hash(b"a"); 3];
    let error = FrontierError {
        size: 8,
        expected: 1,
        actual: 3,
    };
    assert_eq!(Frontier::resume(TreeSize(8), edge), Err(error));
}

proptest! {
    #[test]
    fn large_trees_agree_with_the_model(seed: [u8; 32], count in 0usize..3000) {
        let leaves: Vec<Hash> = (0..count).map(|i| leaf_hash(&[&seed, &i.to_be_bytes()[..]].concat())).collect();
        let mut frontier = Frontier::default();
        for leaf in &leaves {
            frontier.push(*leaf);
        }
        prop_assert_eq!(frontier.root(), model::root(&leaves));
    }
}
