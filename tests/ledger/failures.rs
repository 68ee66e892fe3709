//! A store that fails: nothing acknowledged is lost, nothing signed is contradicted, and
//! the next round puts things right.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::manifest::Publication;
use undersigned::store::{
    Change, Epoch, Found, Head, LogId, MemoryStore, Refused, SignedHead, Space, Store, StoreError,
    Waiting,
};
use undersigned::tlog::hash::Hash;

use crate::support::World;

/// What the next publication meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    None,
    /// Staging the journal fails.
    Stage,
    /// Making visible fails, and did not happen.
    Publish,
    /// Making visible happens, and is reported as failed.
    Unreported,
    /// Staging panics.
    Panic,
}

const ALL: [Trouble; 5] = [
    Trouble::None,
    Trouble::Stage,
    Trouble::Publish,
    Trouble::Unreported,
    Trouble::Panic,
];

struct Troubled {
    store: MemoryStore,
    next: AtomicU8,
}

impl Troubled {
    fn take(&self) -> Trouble {
        ALL[usize::from(self.next.swap(0, Ordering::SeqCst))]
    }

    fn peek(&self) -> Trouble {
        ALL[usize::from(self.next.load(Ordering::SeqCst))]
    }

    fn meet(&self, trouble: Trouble) {
        let index = ALL.iter().position(|t| *t == trouble).expect("one of all");
        self.next
            .store(u8::try_from(index).expect("few"), Ordering::SeqCst);
    }
}

fn failed() -> StoreError {
    StoreError::Engine {
        what: "writing".into(),
        detail: "on purpose".into(),
    }
}

impl Store for Troubled {
    fn take_lease(&self) -> Result<Epoch, StoreError> {
        self.store.take_lease()
    }

    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(space, key)
    }

    fn scan(
        &self,
        space: Space,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.store.scan(space, prefix, after, limit)
    }

    fn commit(
        &self,
        epoch: Epoch,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<(), Refused>>, StoreError> {
        self.store.commit(epoch, changes)
    }

    fn waiting(&self, p: PetitionId, tree: Tree, limit: usize) -> Result<Vec<Waiting>, StoreError> {
        self.store.waiting(p, tree, limit)
    }

    fn waiting_count(&self, p: PetitionId, tree: Tree) -> Result<(u64, Option<u64>), StoreError> {
        self.store.waiting_count(p, tree)
    }

    fn stage(&self, epoch: Epoch, log: LogId, leaves: &[Vec<u8>]) -> Result<Head, StoreError> {
        if log == LogId::Journal {
            match self.peek() {
                Trouble::Stage => {
                    self.take();
                    return Err(failed());
                }
                Trouble::Panic => {
                    self.take();
                    panic!("on purpose");
                }
                _ => {}
            }
        }
        self.store.stage(epoch, log, leaves)
    }

    fn unstage(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.store.unstage(epoch)
    }

    fn publish(&self, epoch: Epoch, heads: Vec<(LogId, SignedHead)>) -> Result<(), StoreError> {
        match self.take() {
            Trouble::Publish => Err(failed()),
            Trouble::Unreported => {
                self.store.publish(epoch, heads)?;
                Err(failed())
            }
            _ => self.store.publish(epoch, heads),
        }
    }

    fn head(&self, log: LogId) -> Result<Option<SignedHead>, StoreError> {
        self.store.head(log)
    }

    fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        self.store.logs()
    }

    fn leaves(&self, log: LogId, from: u64, count: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.store.leaves(log, from, count)
    }

    fn tile(&self, log: LogId, level: u8, index: u64, width: u16) -> Result<Vec<Hash>, StoreError> {
        self.store.tile(log, level, index, width)
    }

    fn find(&self, p: PetitionId, tree: Tree, key: &[u8; 32]) -> Result<Option<Found>, StoreError> {
        self.store.find(p, tree, key)
    }

    fn find_hash(
        &self,
        p: PetitionId,
        tree: Tree,
        hash: &Hash,
    ) -> Result<Option<Found>, StoreError> {
        self.store.find_hash(p, tree, hash)
    }

    fn free_space(&self) -> Result<Option<u64>, StoreError> {
        self.store.free_space()
    }
}

async fn puts_it_right(trouble: Trouble) {
    let store = Arc::new(Troubled {
        store: MemoryStore::new(),
        next: AtomicU8::new(0),
    });
    let world = World::on(store.clone(), Publication::Prompt).await;
    world.sign(0..3).await;
    world.publish_due().await;
    world.sign(3..5).await;
    let before = world.sizes();
    store.meet(trouble);
    let take = undersigned::instance::Take::Due;
    world
        .publisher
        .publish(take)
        .await
        .expect_err("the store failed");
    assert_eq!(store.peek(), Trouble::None, "the trouble was met");
    if trouble != Trouble::Unreported {
        assert_eq!(world.sizes(), before, "nothing became visible");
    }
    world.sign(5..7).await;
    world.publish_due().await;
    assert_eq!(world.sizes(), [7, 0, 7, 0]);
    let tallies = world
        .instance
        .tallies(&world.petition(), None, 100)
        .expect("works");
    let mut previous = None;
    for (index, tally) in &tallies {
        assert_eq!(tally.previous, previous, "each tally names the one before");
        previous = Some(*index);
    }
    let whole = if trouble == Trouble::Unreported { 3 } else { 2 };
    assert_eq!(tallies.len(), whole);
    let world = world.restart();
    assert_eq!(world.sizes(), [7, 0, 7, 0]);
}

#[tokio::test]
async fn staging_fails() {
    puts_it_right(Trouble::Stage).await;
}

#[tokio::test]
async fn publishing_fails() {
    puts_it_right(Trouble::Publish).await;
}

#[tokio::test]
async fn publishing_happens_and_is_reported_as_failed() {
    puts_it_right(Trouble::Unreported).await;
}

#[tokio::test]
async fn staging_panics() {
    puts_it_right(Trouble::Panic).await;
}

#[tokio::test]
async fn a_writer_whose_term_is_over_publishes_nothing_more() {
    let store = Arc::new(MemoryStore::new());
    let world = World::on(store.clone(), Publication::Prompt).await;
    world.sign(0..1).await;
    store.take_lease().expect("another writer");
    let take = undersigned::instance::Take::Due;
    world.publisher.publish(take).await.expect_err("fenced");
    let leaf = world.signature(1).to_bytes();
    world
        .ledger
        .submit(world.id, &leaf)
        .await
        .expect_err("no promise without a durable leaf");
    assert_eq!(world.sizes(), [0, 0, 0, 0]);
}
