//! Staging, unstaging, publication, fencing.

use undersigned::protocol::ids::Tree;
use undersigned::store::{Head, LogId, SignedHead, StoreError};
use undersigned::tlog::hash::empty_root;

use crate::engine::{Engine, Writer};
use crate::leaves::{P, Q, SIGNATURES, accept, head_of, key, leaf, signed};

const ROLL: LogId = LogId::Tree(P, Tree::Roll);

pub(crate) fn staged_leaves_are_invisible(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    let before = w.grow(P, Tree::Signatures, 0..3);
    w.accept(P, Tree::Signatures, 3..8);
    let head = w.stage_waiting(P, Tree::Signatures);
    assert_eq!(head.size, 8);
    assert_eq!(
        w.store.head(SIGNATURES).expect("head"),
        Some(signed(before))
    );
    assert_eq!(w.store.leaves(SIGNATURES, 0, 10).expect("leaves").len(), 3);
    assert!(w.store.tile(SIGNATURES, 0, 0, 4).is_err());
    assert_eq!(
        w.store.waiting_count(P, Tree::Signatures).expect("count").0,
        5
    );
    w.publish(&[(SIGNATURES, head)]);
    assert_eq!(w.store.head(SIGNATURES).expect("head"), Some(signed(head)));
    assert_eq!(
        w.store.waiting_count(P, Tree::Signatures).expect("count"),
        (0, None)
    );
}

pub(crate) fn unstaging_undoes(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    w.grow(P, Tree::Signatures, 0..3);
    w.accept(P, Tree::Signatures, 3..80);
    let staged = w.stage_waiting(P, Tree::Signatures);
    w.store
        .stage(w.epoch, LogId::Journal, &[b"tally".to_vec()])
        .expect("staging");
    w.store.unstage(w.epoch).expect("unstaging");
    w.store.unstage(w.epoch).expect("unstaging nothing");
    let refused = w.store.publish(w.epoch, vec![(SIGNATURES, signed(staged))]);
    assert!(matches!(refused, Err(StoreError::Staging(_))));
    assert_eq!(
        w.store.waiting_count(P, Tree::Signatures).expect("count").0,
        77
    );
    // A shorter batch over what was there before.
    let one = leaf(Tree::Signatures, 50);
    let head = w.store.stage(w.epoch, SIGNATURES, &[one]).expect("staging");
    assert_eq!(head.size, 4);
    w.publish(&[(SIGNATURES, head)]);
    let leaves = w.store.leaves(SIGNATURES, 0, 10).expect("leaves");
    assert_eq!(head, head_of(&leaves));
    let rest = w.stage_waiting(P, Tree::Signatures);
    assert_eq!(rest, staged_again(&w, &leaves));
    w.publish(&[(SIGNATURES, rest)]);
    assert_eq!(w.store.head(LogId::Journal).expect("head"), None);
}

fn staged_again(w: &Writer, before: &[Vec<u8>]) -> Head {
    let mut waiting = w.store.waiting(P, Tree::Signatures, 100).expect("waiting");
    waiting.sort_by_key(|w| w.hash);
    let mut leaves = before.to_vec();
    leaves.extend(waiting.into_iter().map(|w| w.leaf));
    head_of(&leaves)
}

pub(crate) fn publication_is_atomic(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    w.accept(P, Tree::Roll, 0..5);
    w.accept(P, Tree::Signatures, 0..4);
    w.accept(Q, Tree::Roll, 0..2);
    let roll = w.stage_waiting(P, Tree::Roll);
    let signatures = w.stage_waiting(P, Tree::Signatures);
    let journal = w
        .store
        .stage(w.epoch, LogId::Journal, &[b"a tally".to_vec()])
        .expect("staging");
    w.publish(&[
        (ROLL, roll),
        (SIGNATURES, signatures),
        (LogId::Journal, journal),
    ]);
    drop(w);
    engine.restart();
    let store = engine.store();
    assert_eq!(
        store.logs().expect("logs"),
        [LogId::Journal, ROLL, SIGNATURES]
    );
    for (log, head) in [
        (ROLL, roll),
        (SIGNATURES, signatures),
        (LogId::Journal, journal),
    ] {
        assert_eq!(store.head(log).expect("head"), Some(signed(head)));
        assert_eq!(head_of(&store.leaves(log, 0, 9).expect("leaves")), head);
    }
    assert_eq!(store.waiting_count(Q, Tree::Roll).expect("count").0, 2);
}

pub(crate) fn wrong_heads_are_refused(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    let old = w.grow(P, Tree::Roll, 0..2);
    w.accept(P, Tree::Roll, 2..4);
    w.accept(P, Tree::Signatures, 0..1);
    let roll = w.stage_waiting(P, Tree::Roll);
    let signatures = w.stage_waiting(P, Tree::Signatures);
    let other = Head {
        root: old.root,
        ..roll
    };
    for heads in [
        vec![(ROLL, roll)],
        vec![(ROLL, old), (SIGNATURES, signatures)],
        vec![(ROLL, other), (SIGNATURES, signatures)],
        vec![(ROLL, roll), (SIGNATURES, signatures), (ROLL, roll)],
        vec![
            (ROLL, roll),
            (SIGNATURES, signatures),
            (LogId::Journal, old),
        ],
        vec![],
    ] {
        let heads = heads.into_iter().map(|(log, h)| (log, signed(h))).collect();
        let refused = w.store.publish(w.epoch, heads);
        assert!(matches!(refused, Err(StoreError::Staging(_))));
    }
    w.publish(&[(SIGNATURES, signatures), (ROLL, roll)]);
    w.publish(&[]);
}

pub(crate) fn only_waiting_leaves_are_staged(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    w.grow(P, Tree::Roll, [1]);
    w.accept(P, Tree::Roll, [2]);
    let stage = |numbers: &[u64]| {
        let leaves: Vec<Vec<u8>> = numbers.iter().map(|n| leaf(Tree::Roll, *n)).collect();
        w.store.stage(w.epoch, ROLL, &leaves)
    };
    for wrong in [&[1][..], &[3], &[2, 3], &[2, 2]] {
        assert!(matches!(stage(wrong), Err(StoreError::Staging(_))));
    }
    let signature = leaf(Tree::Signatures, 1);
    let malformed = w.store.stage(w.epoch, ROLL, &[signature]);
    assert!(matches!(malformed, Err(StoreError::Leaf(_))));
    let head = stage(&[2]).expect("the leaf that waits");
    assert!(matches!(stage(&[2]), Err(StoreError::Staging(_))));
    w.publish(&[(ROLL, head)]);
}

pub(crate) fn a_crash_undoes_staging(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    let before = w.grow(P, Tree::Signatures, 0..70);
    w.accept(P, Tree::Signatures, 70..200);
    w.accept(Q, Tree::Signatures, 0..3);
    w.stage_waiting(P, Tree::Signatures);
    w.stage_waiting(Q, Tree::Signatures);
    drop(w);
    engine.restart();
    let w = Writer::of(engine);
    let log = LogId::Tree(Q, Tree::Signatures);
    assert_eq!(
        w.store.head(SIGNATURES).expect("head"),
        Some(signed(before))
    );
    assert_eq!(w.store.head(log).expect("head"), None);
    assert_eq!(
        w.store.waiting_count(P, Tree::Signatures).expect("count").0,
        130
    );
    let head = w.stage_waiting(P, Tree::Signatures);
    let other = w.stage_waiting(Q, Tree::Signatures);
    w.publish(&[(SIGNATURES, head), (log, other)]);
    let leaves = w.store.leaves(SIGNATURES, 0, 300).expect("leaves");
    assert_eq!(head_of(&leaves), head);
    assert_eq!(leaves.len(), 200);
}

pub(crate) fn a_new_checkpoint_for_an_old_head(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    let head = w.grow(P, Tree::Roll, 0..2);
    let empty = Head {
        size: 0,
        root: empty_root(),
    };
    let again = |head, text: &str| SignedHead {
        head,
        checkpoint: text.into(),
    };
    let heads = vec![
        (ROLL, again(head, "cosigned")),
        (LogId::Journal, again(empty, "first")),
    ];
    w.store.publish(w.epoch, heads).expect("publication");
    drop(w);
    engine.restart();
    let store = engine.store();
    let roll = store.head(ROLL).expect("head");
    assert_eq!(roll, Some(again(head, "cosigned")));
    let journal = store.head(LogId::Journal).expect("head");
    assert_eq!(journal, Some(again(empty, "first")));
    assert_eq!(store.leaves(LogId::Journal, 0, 1).expect("leaves").len(), 0);
}

pub(crate) fn old_epochs_are_fenced(engine: &mut dyn Engine) {
    let old = Writer::of(engine);
    old.accept(P, Tree::Roll, 0..2);
    let staged = old.stage_waiting(P, Tree::Roll);
    let new = Writer::of(engine);
    assert!(new.epoch > old.epoch);
    let is_fenced = |error: StoreError| matches!(error, StoreError::Fenced { held, newest } if held == old.epoch && newest == new.epoch);
    let commit = old.store.commit(old.epoch, vec![accept(P, Tree::Roll, 3)]);
    assert!(is_fenced(commit.expect_err("a fence")));
    let stage = old.store.stage(old.epoch, ROLL, &[leaf(Tree::Roll, 0)]);
    assert!(is_fenced(stage.expect_err("a fence")));
    let heads = vec![(ROLL, signed(staged))];
    let publish = old.store.publish(old.epoch, heads.clone());
    assert!(is_fenced(publish.expect_err("a fence")));
    assert!(is_fenced(
        old.store.unstage(old.epoch).expect_err("a fence")
    ));
    // What the old one staged is gone.
    let publish = new.store.publish(new.epoch, heads);
    assert!(matches!(publish, Err(StoreError::Staging(_))));
    assert_eq!(new.stage_waiting(P, Tree::Roll), staged);
    let last = new.epoch;
    drop((old, new));
    engine.restart();
    let store = engine.store();
    assert!(store.commit(last, vec![]).is_ok());
    assert!(store.take_lease().expect("a lease") > last);
    assert!(store.commit(last, vec![]).is_err());
}

pub(crate) fn staging_goes_on_after_staging(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    w.accept(P, Tree::Signatures, 0..300);
    let mut all = Vec::new();
    let mut head = None;
    for batch in [1, 62, 1, 64, 130, 42] {
        let from = all.len() as u64;
        let leaves: Vec<Vec<u8>> = (from..from + batch)
            .map(|n| leaf(Tree::Signatures, n))
            .collect();
        all.extend(leaves.clone());
        let staged = w
            .store
            .stage(w.epoch, SIGNATURES, &leaves)
            .expect("staging");
        assert_eq!(staged, head_of(&all));
        head = Some(staged);
    }
    let same = w.store.stage(w.epoch, SIGNATURES, &[]).expect("staging");
    assert_eq!(Some(same), head);
    w.publish(&[(SIGNATURES, same)]);
    assert_eq!(w.store.leaves(SIGNATURES, 0, 999).expect("leaves"), all);
}

pub(crate) fn publication_survives(engine: &mut dyn Engine) {
    let mut heads = Vec::new();
    for round in 0..6 {
        let w = Writer::of(engine);
        heads.push(w.grow(P, Tree::Signatures, round * 100..(round + 1) * 100));
        w.accept(P, Tree::Roll, [round]);
        drop(w);
        engine.restart();
    }
    let store = engine.store();
    let leaves = store.leaves(SIGNATURES, 0, 1000).expect("leaves");
    for head in heads {
        let size = usize::try_from(head.size).expect("small");
        assert_eq!(head_of(&leaves[..size]), head);
    }
    assert_eq!(store.waiting_count(P, Tree::Roll).expect("count").0, 6);
    let found = store.find(P, Tree::Signatures, &key(Tree::Signatures, 599));
    assert!(found.expect("a search").is_some());
}
