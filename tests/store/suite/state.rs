//! State records.

use undersigned::protocol::ids::Tree;
use undersigned::store::{Change, Expect, Refused, Space};

use crate::engine::{Engine, Writer};
use crate::leaves::{P, accept};

const A: Space = Space("a");
const B: Space = Space("ab");

fn put(space: Space, key: &[u8], value: &[u8]) -> Change {
    Change {
        put: vec![(space, key.to_vec(), value.to_vec())],
        ..Change::default()
    }
}

fn delete(space: Space, key: &[u8]) -> Change {
    Change {
        delete: vec![(space, key.to_vec())],
        ..Change::default()
    }
}

pub(crate) fn records_come_and_go(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    w.commit(put(A, b"k", b"1")).expect("a write");
    w.commit(put(B, b"k", b"2")).expect("a write");
    w.commit(put(A, b"", b"")).expect("a write");
    assert_eq!(w.store.get(A, b"k").expect("a read"), Some(b"1".to_vec()));
    assert_eq!(w.store.get(B, b"k").expect("a read"), Some(b"2".to_vec()));
    assert_eq!(w.store.get(A, b"").expect("a read"), Some(vec![]));
    assert_eq!(w.store.get(B, b"").expect("a read"), None);
    w.commit(put(A, b"k", b"3")).expect("a write");
    assert_eq!(w.store.get(A, b"k").expect("a read"), Some(b"3".to_vec()));
    w.commit(delete(A, b"k")).expect("a delete");
    w.commit(delete(A, b"never")).expect("a delete");
    assert_eq!(w.store.get(A, b"k").expect("a read"), None);
    let both = Change {
        put: vec![
            (A, b"x".to_vec(), b"1".to_vec()),
            (A, b"y".to_vec(), b"1".to_vec()),
            (A, b"y".to_vec(), b"2".to_vec()),
        ],
        delete: vec![(A, b"x".to_vec())],
        ..Change::default()
    };
    w.commit(both).expect("writes");
    assert_eq!(w.store.get(A, b"x").expect("a read"), None);
    assert_eq!(w.store.get(A, b"y").expect("a read"), Some(b"2".to_vec()));
}

pub(crate) fn expectations_hold_or_nothing_happens(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    let create = Change {
        expect: vec![(A, b"k".to_vec(), Expect::Absent)],
        ..put(A, b"k", b"1")
    };
    let swap = |from: &[u8], to: &[u8]| Change {
        expect: vec![(A, b"k".to_vec(), Expect::Value(from.to_vec()))],
        ..put(A, b"k", to)
    };
    let changes = vec![
        swap(b"0", b"1"),
        create.clone(),
        create.clone(),
        swap(b"0", b"2"),
        swap(b"1", b"2"),
        delete(A, b"k"),
        swap(b"2", b"3"),
        create.clone(),
    ];
    let verdicts = w.store.commit(w.epoch, changes).expect("a commit");
    let conflict = Err(Refused::Conflict(A));
    let expected = [
        conflict.clone(),
        Ok(()),
        conflict.clone(),
        conflict.clone(),
        Ok(()),
        Ok(()),
        conflict.clone(),
        Ok(()),
    ];
    assert_eq!(verdicts, expected);
    assert_eq!(w.store.get(A, b"k").expect("a read"), Some(b"1".to_vec()));
    // What was published in between makes no difference.
    w.grow(P, Tree::Roll, [1]);
    assert_eq!(w.commit(create.clone()), conflict);
    let mut with_leaf = accept(P, Tree::Roll, 2);
    with_leaf.expect = create.expect;
    assert_eq!(w.commit(with_leaf), conflict);
    assert_eq!(w.store.waiting_count(P, Tree::Roll).expect("count").0, 0);
}

pub(crate) fn scans_are_pages(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    for n in 0..40u8 {
        w.commit(put(A, &[b'p', n], &[n])).expect("a write");
        if n == 20 {
            // Part of the records has gone further down than the rest.
            w.grow(P, Tree::Roll, [1]);
        }
    }
    w.commit(put(A, b"o", b"before")).expect("a write");
    w.commit(put(A, b"q", b"after")).expect("a write");
    w.commit(put(B, b"p1", b"elsewhere")).expect("a write");
    w.commit(delete(A, &[b'p', 3])).expect("a delete");
    w.commit(put(A, &[b'p', 4], b"new")).expect("a write");
    let expected: Vec<(Vec<u8>, Vec<u8>)> = (0..40u8)
        .filter(|n| *n != 3)
        .map(|n| {
            (
                vec![b'p', n],
                if n == 4 { b"new".to_vec() } else { vec![n] },
            )
        })
        .collect();
    assert_eq!(w.store.scan(A, b"p", None, 100).expect("a scan"), expected);
    let mut pages = Vec::new();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page = w.store.scan(A, b"p", after.as_deref(), 7).expect("a scan");
        let Some((last, _)) = page.last() else { break };
        assert!(page.len() <= 7);
        after = Some(last.clone());
        pages.extend(page);
    }
    assert_eq!(pages, expected);
    assert_eq!(w.store.scan(A, b"", None, 100).expect("a scan").len(), 41);
    assert_eq!(w.store.scan(A, b"p", None, 0).expect("a scan"), []);
    assert_eq!(w.store.scan(A, b"z", None, 9).expect("a scan"), []);
    assert_eq!(w.store.scan(A, b"p", Some(b"z"), 9).expect("a scan"), []);
    let all = w.store.scan(A, b"p", Some(b"a"), 99).expect("a scan");
    assert_eq!(all, expected);
}

pub(crate) fn large_values_fit(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    let value = |n: usize, fill: u8| vec![fill; n];
    for (i, n) in [0, 1, 3_999, 4_000, 4_096, 4_097, 8_192, 100_000, 1_000_000]
        .into_iter()
        .enumerate()
    {
        let key = [u8::try_from(i).expect("small")];
        w.commit(put(A, &key, &value(n, 1))).expect("a write");
        w.grow(P, Tree::Roll, [n as u64]);
        assert_eq!(w.store.get(A, &key).expect("a read"), Some(value(n, 1)));
        w.commit(put(A, &key, &value(n / 2, 2))).expect("a write");
        w.grow(P, Tree::Strikes, [n as u64]);
        assert_eq!(w.store.get(A, &key).expect("a read"), Some(value(n / 2, 2)));
    }
    let scan = w.store.scan(A, b"", None, 100).expect("a scan");
    let lengths: Vec<usize> = scan.iter().map(|(_, value)| value.len()).collect();
    assert_eq!(
        lengths,
        [0, 0, 1_999, 2_000, 2_048, 2_048, 4_096, 50_000, 500_000]
    );
}

pub(crate) fn state_survives(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    w.commit(put(A, b"1", b"published over")).expect("a write");
    w.commit(put(A, b"2", b"to go")).expect("a write");
    w.grow(P, Tree::Roll, [1]);
    w.commit(put(A, b"3", b"not published over"))
        .expect("a write");
    w.commit(delete(A, b"2")).expect("a delete");
    let before = w.store.scan(A, b"", None, 9).expect("a scan");
    assert_eq!(before.len(), 2);
    drop(w);
    for _ in 0..3 {
        engine.restart();
        let store = engine.store();
        assert_eq!(store.scan(A, b"", None, 9).expect("a scan"), before);
    }
}
