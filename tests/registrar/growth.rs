//! What a petition's page draws is read once for each publication, however many look.

use crate::world::World;

/// As many points as the page draws.
const POINTS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn views_do_not_read_the_journal_again() {
    let w = World::new().await.running();
    for n in 0..5 {
        w.sign(&format!("ada{n}@example.org")).await;
        w.publish().await;
    }
    let petition = w.petition();
    let look = |most| w.instance.some_tallies(&petition, most).expect("read");
    let before = w.store.journal_reads();
    let first = look(POINTS);
    assert_eq!(first.len(), 5);
    let once = w.store.journal_reads() - before;
    assert_eq!(once, 5, "each tally once");
    for _ in 0..1000 {
        assert_eq!(look(POINTS).len(), 5);
    }
    assert_eq!(w.store.journal_reads() - before, once, "and no more");
    assert_eq!(look(2).last(), first.last(), "fewer are others");
    look(POINTS);

    // The next publication is seen at once.
    w.sign("bob@example.org").await;
    w.publish().await;
    let before = w.store.journal_reads();
    let later = look(POINTS);
    assert_eq!(later.len(), 6);
    assert_ne!(later.last(), first.last());
    look(POINTS);
    assert_eq!(w.store.journal_reads() - before, 6);
}
