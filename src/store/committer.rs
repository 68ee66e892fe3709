//! Group commit: one thread gathers all changes that wait into one [`Store::commit`],
//! so that one durable write serves many callers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::{mpsc, oneshot};

use super::{Change, Epoch, Refused, Store, StoreError};
use crate::protocol::leaf::{LeafError, unique_key};
use crate::tlog::hash::leaf_hash;

/// Changes that may queue before callers wait for a place.
const QUEUE: usize = 4096;
/// Changes in one commit.
const BATCH: usize = 4096;

/// Why it is not known, or known not, that a change is durable.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// The store failed; shared by all whose changes were in that commit.
    #[error(transparent)]
    Store(Arc<StoreError>),
    /// A leaf does not parse as one of its tree. Nothing was committed.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// The store panicked during the commit: the change may or may not be durable.
    #[error("the store panicked during a commit")]
    Panicked,
    /// The committer has stopped. Nothing was committed.
    #[error("the service is shutting down")]
    Stopped,
}

type Verdict = Result<Result<(), Refused>, CommitError>;

struct Request {
    change: Change,
    reply: oneshot::Sender<Verdict>,
}

/// Hands changes to the thread that commits them. Clones share it; it ends, after all
/// that was queued is answered, with the last of them.
#[derive(Clone)]
pub struct Committer(Arc<Running>);

struct Running {
    /// `None` only while dropping.
    requests: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// Start committing to `store` in this writer's term.
    ///
    /// # Panics
    ///
    /// When the operating system gives no thread.
    pub fn start(store: Arc<dyn Store>, epoch: Epoch) -> Self {
        let (requests, queue) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("committer".into())
            .spawn(move || run(&*store, epoch, queue))
            .expect("the operating system gives a thread");
        Self(Arc::new(Running {
            requests: Some(requests),
            thread: Some(thread),
        }))
    }

    /// Commit a change with all others that wait. The inner result is the store's
    /// verdict; `Ok(Ok(()))` means durable.
    pub async fn commit(&self, change: Change) -> Verdict {
        let (request, answer) = request(change)?;
        let sent = self.0.sender().send(request).await;
        sent.map_err(|_| CommitError::Stopped)?;
        answer.await.unwrap_or(Err(CommitError::Panicked))
    }

    /// [`Committer::commit`] for threads that may block; never call it from async code.
    pub fn commit_blocking(&self, change: Change) -> Verdict {
        let (request, answer) = request(change)?;
        let sent = self.0.sender().blocking_send(request);
        sent.map_err(|_| CommitError::Stopped)?;
        answer.blocking_recv().unwrap_or(Err(CommitError::Panicked))
    }
}

impl Running {
    fn sender(&self) -> &mpsc::Sender<Request> {
        self.requests.as_ref().expect("set until dropped")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.requests.take());
        // Waits for the commit under way, so that the store is closed when this returns.
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the committer had panicked");
        }
    }
}

/// A leaf that does not parse would fail the commit of everybody who waits with it, so
/// it is refused before it is queued.
fn request(change: Change) -> Result<(Request, oneshot::Receiver<Verdict>), CommitError> {
    for (_, tree, waiting) in &change.accept {
        unique_key(*tree, &waiting.leaf)?;
        assert_eq!(waiting.hash, leaf_hash(&waiting.leaf), "a leaf's own hash");
    }
    let (reply, answer) = oneshot::channel();
    Ok((Request { change, reply }, answer))
}

fn run(store: &dyn Store, epoch: Epoch, mut queue: mpsc::Receiver<Request>) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.blocking_recv_many(&mut batch, BATCH) > 0 {
        let (changes, replies): (Vec<Change>, Vec<_>) = batch
            .drain(..)
            .map(|request| (request.change, request.reply))
            .unzip();
        let started = Instant::now();
        let outcome = commit(store, epoch, changes);
        metrics::histogram!("undersigned_commit_seconds").record(started.elapsed().as_secs_f64());
        #[allow(clippy::cast_precision_loss)] // at most BATCH
        metrics::histogram!("undersigned_commit_changes").record(replies.len() as f64);
        answer(outcome, replies);
    }
}

fn commit(
    store: &dyn Store,
    epoch: Epoch,
    changes: Vec<Change>,
) -> Result<Vec<Result<(), Refused>>, CommitError> {
    let count = changes.len();
    // A panic of ours must answer everybody and end nothing; the store decides by
    // itself whether it can still be written to.
    match catch_unwind(AssertUnwindSafe(|| store.commit(epoch, changes))) {
        Ok(Ok(verdicts)) if verdicts.len() == count => Ok(verdicts),
        Ok(Ok(_)) | Err(_) => Err(CommitError::Panicked),
        Ok(Err(error)) => Err(CommitError::Store(Arc::new(error))),
    }
}

/// Whoever stopped waiting has dropped its receiver; that is no error of ours.
fn answer(
    outcome: Result<Vec<Result<(), Refused>>, CommitError>,
    replies: Vec<oneshot::Sender<Verdict>>,
) {
    match outcome {
        Ok(verdicts) => {
            for (verdict, reply) in verdicts.into_iter().zip(replies) {
                drop(reply.send(Ok(verdict)));
            }
        }
        Err(error) => {
            tracing::error!(%error, changes = replies.len(), "a commit failed");
            for reply in replies {
                drop(reply.send(Err(error.clone())));
            }
        }
    }
}
