//! Reading leaves and finding them.

use undersigned::protocol::ids::Tree;
use undersigned::store::{Found, LogId, StoreError, Waiting};
use undersigned::tlog::hash::leaf_hash;

use crate::engine::{Engine, Writer};
use crate::leaves::{P, Q, SIGNATURES, head_of, key, leaf};

pub(crate) fn nothing_is_published_at_first(engine: &mut dyn Engine) {
    let store = engine.store();
    for log in [LogId::Journal, SIGNATURES] {
        assert_eq!(store.head(log).expect("head"), None);
        assert!(store.leaves(log, 0, 5).expect("leaves").is_empty());
        let outside = store.tile(log, 0, 0, 1);
        assert!(matches!(outside, Err(StoreError::NotPublished(_))));
    }
    assert_eq!(store.logs().expect("logs"), []);
    assert_eq!(store.find(P, Tree::Roll, &[0; 32]).expect("a search"), None);
}

pub(crate) fn leaves_are_read_in_pages(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    let mut sizes = vec![1, 1, 61, 1, 1, 63, 200, 5, 300];
    sizes.extend([1; 20]);
    let mut next = 0;
    for size in sizes {
        w.grow(P, Tree::Signatures, next..next + size);
        next += size;
    }
    let all = w.store.leaves(SIGNATURES, 0, usize::MAX).expect("leaves");
    assert_eq!(all.len() as u64, next);
    for (from, count) in [(0, 1), (63, 2), (64, 64), (127, 130), (600, 100), (653, 9)] {
        let page = w
            .store
            .leaves(SIGNATURES, from as u64, count)
            .expect("page");
        assert_eq!(page, all[from..all.len().min(from + count)]);
    }
    assert!(w.store.leaves(SIGNATURES, next, 9).expect("end").is_empty());
    assert!(w.store.leaves(SIGNATURES, 3, 0).expect("none").is_empty());
    let outside = w.store.leaves(SIGNATURES, next + 1, 9);
    assert!(matches!(outside, Err(StoreError::NotPublished(_))));
}

pub(crate) fn leaves_are_found(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    for tree in Tree::ALL {
        w.grow(P, tree, 0..50);
        w.grow(P, tree, 50..200);
        w.grow(Q, tree, 7..9);
        w.accept(P, tree, 200..205);
    }
    drop(w);
    for restarted in [false, true] {
        if restarted {
            engine.restart();
        }
        let store = engine.store();
        for tree in Tree::ALL {
            let all = store.leaves(LogId::Tree(P, tree), 0, 999).expect("leaves");
            for n in (0..210).step_by(3) {
                let leaf = leaf(tree, n);
                let expected = match n {
                    0..200 => Some(Found::Published {
                        index: all.iter().position(|l| *l == leaf).expect("there") as u64,
                        leaf: leaf.clone(),
                    }),
                    200..205 => Some(Found::Waiting(Waiting::new(leaf.clone(), n))),
                    _ => None,
                };
                let by_key = store.find(P, tree, &key(tree, n)).expect("a search");
                assert_eq!(by_key, expected);
                let by_hash = store.find_hash(P, tree, &leaf_hash(&leaf));
                assert_eq!(by_hash.expect("a search"), expected);
            }
            assert_eq!(store.find(Q, tree, &key(tree, 1)).expect("a search"), None);
        }
    }
}

pub(crate) fn journal_entries_of_any_length(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    let mut all: Vec<Vec<u8>> = Vec::new();
    let too_long = vec![1; 65_536];
    let refused = w.store.stage(w.epoch, LogId::Journal, &[too_long]);
    assert!(matches!(refused, Err(StoreError::Staging(_))));
    for round in 0..40usize {
        let entries: Vec<Vec<u8>> = (0..=round % 7)
            .map(|i| vec![u8::try_from(round).expect("small"); i * round * 37 % 5_000])
            .collect();
        all.extend(entries.clone());
        if round == 20 {
            all.push(vec![9; 65_535]);
        }
        let fresh = &all[all.len() - entries.len() - usize::from(round == 20)..];
        let head = w
            .store
            .stage(w.epoch, LogId::Journal, fresh)
            .expect("staging");
        w.publish(&[(LogId::Journal, head)]);
        assert_eq!(head, head_of(&all));
    }
    drop(w);
    engine.restart();
    let store = engine.store();
    let read = store.leaves(LogId::Journal, 0, usize::MAX).expect("leaves");
    assert_eq!(read, all);
    for from in [0, 1, 63, 64, 65, 100] {
        let page = store
            .leaves(LogId::Journal, from as u64, 50)
            .expect("a page");
        assert_eq!(page, all[from..all.len().min(from + 50)]);
    }
}

pub(crate) fn outside_is_not_published(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    w.grow(P, Tree::Roll, 0..300);
    let log = LogId::Tree(P, Tree::Roll);
    for (level, index, width) in [
        (0, 1, 45),
        (0, 2, 1),
        (0, u64::MAX, 1),
        (0, 0, 257),
        (1, 0, 2),
        (1, 1, 1),
        (2, 0, 1),
        (7, 0, 1),
        (8, 0, 1),
        (255, u64::MAX, 256),
    ] {
        let outside = w.store.tile(log, level, index, width);
        assert!(matches!(outside, Err(StoreError::NotPublished(_))));
    }
    assert_eq!(w.store.tile(log, 0, 1, 44).expect("a tile").len(), 44);
    assert_eq!(w.store.tile(log, 1, 0, 1).expect("a tile").len(), 1);
}
