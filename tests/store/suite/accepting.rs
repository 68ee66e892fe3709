//! Commits that accept leaves.

use undersigned::protocol::ids::Tree;
use undersigned::store::{Change, Found, Refused, Space, StoreError, Waiting};

use crate::engine::{Engine, Writer};
use crate::leaves::{P, Q, accept, key, leaf};

const SPACE: Space = Space("test");

pub(crate) fn leaves_wait_in_commit_order(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    assert_eq!(
        w.store.waiting_count(P, Tree::Roll).expect("count"),
        (0, None)
    );
    w.accept(P, Tree::Roll, [5, 3, 9]);
    w.accept(P, Tree::Roll, [1, 2]);
    let waiting = w.store.waiting(P, Tree::Roll, 10).expect("waiting");
    assert_eq!(waiting.len(), 5);
    let (first, second) = waiting.split_at(3);
    assert!(first.iter().all(|w| [5, 3, 9].contains(&w.accepted)));
    assert!(second.iter().all(|w| [1, 2].contains(&w.accepted)));
    assert!(first.is_sorted_by_key(|w| w.hash) && second.is_sorted_by_key(|w| w.hash));
    assert_eq!(
        w.store.waiting(P, Tree::Roll, 4).expect("waiting"),
        waiting[..4]
    );
    let count = w.store.waiting_count(P, Tree::Roll).expect("count");
    assert_eq!(count, (5, Some(waiting[0].accepted)));
}

pub(crate) fn one_key_once_while_waiting(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    w.accept(P, Tree::Signatures, [1]);
    let first = Waiting::new(leaf(Tree::Signatures, 1), 1);
    let mut other = leaf(Tree::Signatures, 1);
    other[300] ^= 1;
    for again in [first.leaf.clone(), other] {
        let change = Change {
            accept: vec![(P, Tree::Signatures, Waiting::new(again, 2))],
            ..Change::default()
        };
        let existing = Found::Waiting(first.clone());
        let tree = Tree::Signatures;
        assert_eq!(w.commit(change), Err(Refused::Duplicate { tree, existing }));
    }
}

pub(crate) fn one_key_once_for_ever(engine: &mut dyn Engine) {
    for tree in Tree::ALL {
        let w = Writer::of(engine);
        w.grow(P, tree, 10..14);
        w.grow(P, tree, 14..15);
        for n in 10..15 {
            let Err(Refused::Duplicate { existing, .. }) = w.commit(accept(P, tree, n)) else {
                panic!("leaf {n} was taken twice");
            };
            assert!(
                matches!(existing, Found::Published { leaf: found, .. } if found == leaf(tree, n))
            );
        }
        drop(w);
        engine.restart();
        let w = Writer::of(engine);
        for n in 10..15 {
            let verdict = w.commit(accept(P, tree, n));
            assert!(matches!(verdict, Err(Refused::Duplicate { .. })));
        }
    }
}

pub(crate) fn one_verdict_for_each_change(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    let twice = Change {
        accept: vec![
            (P, Tree::Roll, Waiting::new(leaf(Tree::Roll, 3), 3)),
            (P, Tree::Roll, Waiting::new(leaf(Tree::Roll, 3), 4)),
        ],
        ..Change::default()
    };
    let changes = vec![
        accept(P, Tree::Roll, 1),
        accept(P, Tree::Roll, 1),
        accept(P, Tree::Roll, 2),
        twice,
        Change::default(),
        accept(P, Tree::Roll, 3),
    ];
    let verdicts = w.store.commit(w.epoch, changes).expect("a commit");
    let held: Vec<bool> = verdicts.iter().map(Result::is_ok).collect();
    assert_eq!(held, [true, false, true, false, true, true]);
    let waiting = w.store.waiting_count(P, Tree::Roll).expect("count").0;
    assert_eq!(waiting, 3);
    assert!(w.store.commit(w.epoch, vec![]).expect("nothing").is_empty());
}

pub(crate) fn a_refused_change_does_nothing(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    w.accept(P, Tree::Roll, [1]);
    let mut change = accept(P, Tree::Signatures, 9);
    change.accept.extend(accept(P, Tree::Roll, 1).accept);
    change.put.push((SPACE, b"k".to_vec(), b"v".to_vec()));
    assert!(w.commit(change).is_err());
    assert_eq!(w.store.get(SPACE, b"k").expect("a read"), None);
    let found = w.store.find(P, Tree::Signatures, &key(Tree::Signatures, 9));
    assert_eq!(found.expect("a search"), None);
}

pub(crate) fn keys_are_per_tree(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    for p in [P, Q] {
        // A withdrawal and a strike of the same index have the same unique key.
        w.accept(p, Tree::Withdrawals, [1]);
        w.accept(p, Tree::Strikes, [1]);
    }
    w.grow(P, Tree::Strikes, [2]);
    w.grow(P, Tree::Withdrawals, [2]);
    w.accept(Q, Tree::Withdrawals, [2]);
}

pub(crate) fn a_malformed_leaf_fails_the_commit(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    let mut short = leaf(Tree::Roll, 1);
    short.pop();
    let changes = vec![
        accept(P, Tree::Roll, 2),
        Change {
            accept: vec![(P, Tree::Roll, Waiting::new(short, 1))],
            ..Change::default()
        },
    ];
    let outcome = w.store.commit(w.epoch, changes);
    assert!(matches!(outcome, Err(StoreError::Leaf(_))));
    assert_eq!(w.store.waiting_count(P, Tree::Roll).expect("count").0, 0);
}

pub(crate) fn waiting_survives(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    w.accept(P, Tree::Roll, [4, 2]);
    w.accept(P, Tree::Roll, [3]);
    w.grow(Q, Tree::Roll, [4, 5]);
    w.accept(Q, Tree::Roll, [6]);
    let before = w.store.waiting(P, Tree::Roll, 10).expect("waiting");
    drop(w);
    engine.restart();
    let w = Writer::of(engine);
    assert_eq!(w.store.waiting(P, Tree::Roll, 10).expect("waiting"), before);
    assert_eq!(
        w.store.waiting_count(Q, Tree::Roll).expect("count"),
        (1, Some(6))
    );
    w.stage_waiting(P, Tree::Roll);
}
