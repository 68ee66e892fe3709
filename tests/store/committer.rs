//! Group commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::store::committer::{CommitError, Committer};
use undersigned::store::{
    Change, Epoch, Found, Head, LogId, MemoryStore, Refused, SignedHead, Space, Store, StoreError,
    Waiting,
};
use undersigned::tlog::hash::Hash;

use crate::leaves::{P, accept, leaf};

/// A memory store whose commits are slow, fail on a bad second and panic on a worse one.
struct Moody {
    inner: MemoryStore,
    commits: AtomicUsize,
}

const FAILS: Space = Space("fails");
const PANICS: Space = Space("panics");

impl Moody {
    fn start() -> (Arc<Self>, Committer) {
        let inner = MemoryStore::new();
        let epoch = inner.take_lease().expect("a lease");
        let commits = AtomicUsize::new(0);
        let store = Arc::new(Self { inner, commits });
        let committer = Committer::start(store.clone(), epoch);
        (store, committer)
    }
}

type Verdicts = Vec<Result<(), Refused>>;

impl Store for Moody {
    fn take_lease(&self) -> Result<Epoch, StoreError> {
        self.inner.take_lease()
    }

    fn commit(&self, epoch: Epoch, changes: Vec<Change>) -> Result<Verdicts, StoreError> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(5));
        for (space, ..) in changes.iter().flat_map(|c| &c.put) {
            if *space == FAILS {
                return Err(StoreError::Locked("a test".into()));
            }
            assert!(*space != PANICS, "as the test asked");
        }
        self.inner.commit(epoch, changes)
    }

    fn get(&self, space: Space, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(space, key)
    }
    fn scan(
        &self,
        space: Space,
        prefix: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.inner.scan(space, prefix, after, limit)
    }
    fn waiting(&self, p: PetitionId, tree: Tree, n: usize) -> Result<Vec<Waiting>, StoreError> {
        self.inner.waiting(p, tree, n)
    }
    fn waiting_count(&self, p: PetitionId, tree: Tree) -> Result<(u64, Option<u64>), StoreError> {
        self.inner.waiting_count(p, tree)
    }
    fn stage(&self, epoch: Epoch, log: LogId, leaves: &[Vec<u8>]) -> Result<Head, StoreError> {
        self.inner.stage(epoch, log, leaves)
    }
    fn unstage(&self, epoch: Epoch) -> Result<(), StoreError> {
        self.inner.unstage(epoch)
    }
    fn publish(&self, epoch: Epoch, heads: Vec<(LogId, SignedHead)>) -> Result<(), StoreError> {
        self.inner.publish(epoch, heads)
    }
    fn head(&self, log: LogId) -> Result<Option<SignedHead>, StoreError> {
        self.inner.head(log)
    }
    fn logs(&self) -> Result<Vec<LogId>, StoreError> {
        self.inner.logs()
    }
    fn leaves(&self, log: LogId, from: u64, count: usize) -> Result<Vec<Vec<u8>>, StoreError> {
        self.inner.leaves(log, from, count)
    }
    fn tile(&self, log: LogId, level: u8, index: u64, n: u16) -> Result<Vec<Hash>, StoreError> {
        self.inner.tile(log, level, index, n)
    }
    fn find(&self, p: PetitionId, tree: Tree, key: &[u8; 32]) -> Result<Option<Found>, StoreError> {
        self.inner.find(p, tree, key)
    }
    fn find_hash(&self, p: PetitionId, tree: Tree, h: &Hash) -> Result<Option<Found>, StoreError> {
        self.inner.find_hash(p, tree, h)
    }
    fn free_space(&self) -> Result<Option<u64>, StoreError> {
        self.inner.free_space()
    }
}

fn put(space: Space) -> Change {
    Change {
        put: vec![(space, vec![], vec![])],
        ..Change::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_share_few_commits() {
    let (store, committer) = Moody::start();
    let tasks: Vec<_> = (0..500)
        .map(|n| {
            let committer = committer.clone();
            tokio::spawn(async move { committer.commit(accept(P, Tree::Roll, n % 400)).await })
        })
        .collect();
    let mut held = 0;
    for task in tasks {
        held += usize::from(task.await.expect("no panic").expect("a verdict").is_ok());
    }
    assert_eq!(held, 400);
    let commits = store.commits.load(Ordering::SeqCst);
    assert!(commits < 100, "{commits} commits for 500 changes");
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_and_panics_answer_everybody() {
    let (_store, committer) = Moody::start();
    let failed = committer.commit(put(FAILS)).await;
    assert!(matches!(failed, Err(CommitError::Store(e)) if matches!(*e, StoreError::Locked(_))));
    let panicked = committer.commit(put(PANICS)).await;
    assert!(matches!(panicked, Err(CommitError::Panicked)));
    let held = committer.commit(accept(P, Tree::Roll, 1)).await;
    assert_eq!(held.expect("a verdict"), Ok(()));
}

#[tokio::test]
async fn a_malformed_leaf_is_its_callers_problem_alone() {
    let (store, committer) = Moody::start();
    let accept = vec![(P, Tree::Roll, Waiting::new(leaf(Tree::Strikes, 1), 1))];
    let change = Change {
        accept,
        ..Change::default()
    };
    let refused = committer.commit(change).await;
    assert!(matches!(refused, Err(CommitError::Leaf(_))));
    assert_eq!(store.commits.load(Ordering::SeqCst), 0);
}

#[test]
fn what_was_queued_is_answered_before_it_ends() {
    let (store, committer) = Moody::start();
    let threads: Vec<_> = (0..8)
        .map(|n| {
            let committer = committer.clone();
            std::thread::spawn(move || {
                let verdict = committer.commit_blocking(accept(P, Tree::Roll, n));
                assert_eq!(verdict.expect("a verdict"), Ok(()));
            })
        })
        .collect();
    drop(committer);
    for thread in threads {
        thread.join().expect("no panic");
    }
    assert_eq!(Arc::strong_count(&store), 1, "the thread has ended");
    assert_eq!(store.waiting_count(P, Tree::Roll).expect("count").0, 8);
}

#[test]
fn a_fenced_committer_says_so() {
    let (store, committer) = Moody::start();
    store.take_lease().expect("a lease");
    let fenced = committer.commit_blocking(put(Space("any")));
    assert!(
        matches!(fenced, Err(CommitError::Store(e)) if matches!(*e, StoreError::Fenced { .. }))
    );
}
