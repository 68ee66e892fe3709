//! The loop that publishes: every second it asks what is due, and at once when a
//! statement comes in.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::cosigning::{Cosigning, Pending};
use super::judge::{Judged, judge};
use super::publication::publish;
use super::{Instance, InstanceError, Published, Take};
use crate::protocol::ids::PetitionId;
use crate::tlog::note::NoteSignature;

enum Request {
    /// A statement that somebody wants in the journal.
    State {
        bytes: Vec<u8>,
        reply: oneshot::Sender<Result<(), InstanceError>>,
    },
    /// A round now.
    Publish {
        take: Take,
        reply: oneshot::Sender<Result<Published, InstanceError>>,
    },
}

/// Hands work to the publisher.
#[derive(Clone)]
pub struct PublisherHandle {
    requests: mpsc::Sender<Request>,
}

impl PublisherHandle {
    /// Put a signed statement into the journal; returns when it is published. A statement
    /// that stands there already is fine.
    pub async fn state(&self, bytes: Vec<u8>) -> Result<(), InstanceError> {
        let (reply, answer) = oneshot::channel();
        self.request(Request::State { bytes, reply }, answer).await
    }

    /// Publish without waiting for the next second.
    pub async fn publish(&self, take: Take) -> Result<Published, InstanceError> {
        let (reply, answer) = oneshot::channel();
        self.request(Request::Publish { take, reply }, answer).await
    }

    async fn request<T>(
        &self,
        request: Request,
        answer: oneshot::Receiver<Result<T, InstanceError>>,
    ) -> Result<T, InstanceError> {
        self.requests
            .send(request)
            .await
            .map_err(|_| InstanceError::Stopping)?;
        answer.await.map_err(|_| InstanceError::Unpublished)?
    }
}

/// How often the publisher asks what is due: also the longest wait under `prompt`.
const TICK: Duration = Duration::from_secs(1);
/// Requests that may queue before their senders wait.
const QUEUE: usize = 64;

/// Publishes until told to stop.
pub struct Publisher {
    instance: Arc<Instance>,
    requests: mpsc::Receiver<Request>,
    /// Whether a failed round may have left something staged.
    dirty: bool,
    ticks: bool,
    cosigning: Option<Cosigning>,
    /// What was published last, if not all witnesses have answered.
    pending: Option<Pending>,
}

impl Publisher {
    /// A publisher for `instance`, and the handle to it.
    pub fn new(instance: Arc<Instance>) -> (Self, PublisherHandle) {
        let (sender, requests) = mpsc::channel(QUEUE);
        (
            Self {
                instance,
                requests,
                dirty: true,
                ticks: true,
                cosigning: None,
                pending: None,
            },
            PublisherHandle { requests: sender },
        )
    }

    /// Publish when asked to, and at no other time: for tests, whose clock stands still.
    #[must_use]
    pub fn on_request_only(mut self) -> Self {
        self.ticks = false;
        self
    }

    /// Collect cosignatures on what is published.
    #[must_use]
    pub fn with_witnesses(mut self, cosigning: Cosigning) -> Self {
        self.cosigning = Some(cosigning);
        self
    }

    /// Run until `stop` resolves; then publish nothing more. What waits stays durable.
    pub async fn run(mut self, stop: impl Future<Output = ()>) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            let mut requests = Vec::new();
            tokio::select! {
                () = &mut stop => return,
                _ = tick.tick(), if self.ticks => {}
                request = self.requests.recv() => match request {
                    Some(request) => requests.push(request),
                    None => return,
                },
                line = late(&mut self.pending) => {
                    self.go_on(line).await;
                    continue;
                }
            }
            while requests.len() < QUEUE
                && let Ok(request) = self.requests.try_recv()
            {
                requests.push(request);
            }
            if self.round(requests).await {
                tokio::select! {
                    () = &mut stop => return,
                    () = self.settle() => {}
                }
            }
        }
    }

    /// Let witnesses see what was published before readers do.
    async fn settle(&mut self) {
        let Some(cosigning) = &self.cosigning else {
            return;
        };
        self.pending = None;
        match cosigning.settle(&self.instance).await {
            Ok(pending) => self.pending = pending,
            Err(error) => {
                self.instance.shown.release();
                tracing::error!(%error, "no cosignatures could be kept");
            }
        }
    }

    async fn go_on(&mut self, line: Option<NoteSignature>) {
        let (Some(cosigning), Some(pending)) = (&self.cosigning, &mut self.pending) else {
            return;
        };
        if let Err(error) = pending.go_on(cosigning, &self.instance, line).await {
            self.pending = None;
            tracing::error!(%error, "a late cosignature could not be kept");
        }
    }

    /// Returns whether something was published, or may have been.
    async fn round(&mut self, requests: Vec<Request>) -> bool {
        let instance = self.instance.clone();
        let dirty = std::mem::replace(&mut self.dirty, true);
        let started = std::time::Instant::now();
        let hold = self.cosigning.is_some();
        let work = move || round(&instance, requests, dirty, hold);
        let outcome = tokio::task::spawn_blocking(work).await;
        match outcome {
            Ok(Ok(published)) => {
                self.dirty = false;
                if published.statements > 0 {
                    metrics::counter!("undersigned_published_leaves_total")
                        .increment(published.leaves);
                    metrics::histogram!("undersigned_publication_seconds")
                        .record(started.elapsed().as_secs_f64());
                    let Published { leaves, statements } = published;
                    tracing::info!(leaves, statements, "published");
                }
                published.statements > 0
            }
            Ok(Err(error)) => {
                metrics::counter!("undersigned_publication_errors_total").increment(1);
                tracing::error!(%error, "publication failed; it is tried again");
                true
            }
            Err(_) => {
                metrics::counter!("undersigned_publication_errors_total").increment(1);
                tracing::error!("publication panicked; it is tried again");
                true
            }
        }
    }
}

/// What there is to do about the last publication; for ever nothing, if there was none.
async fn late(pending: &mut Option<Pending>) -> Option<NoteSignature> {
    match pending {
        Some(pending) => pending.late().await,
        None => std::future::pending().await,
    }
}

/// Judge the statements, publish those that hold with what is due, answer.
fn round(
    instance: &Instance,
    requests: Vec<Request>,
    dirty: bool,
    hold: bool,
) -> Result<Published, InstanceError> {
    if dirty {
        instance.store.unstage(instance.epoch)?;
    }
    let mut accepted = Vec::new();
    let mut stated = Vec::new();
    let mut asked = Vec::new();
    // One petition at a time: a second statement about it is judged in the next round.
    let mut touched: Vec<PetitionId> = Vec::new();
    let mut take = Take::Due;
    for request in requests {
        match request {
            Request::State { bytes, reply } => match judge(instance, &bytes, &touched) {
                Ok(Judged::New(id)) => {
                    touched.push(id);
                    accepted.push(bytes);
                    stated.push(reply);
                }
                Ok(Judged::Known) => drop(reply.send(Ok(()))),
                Err(error) => drop(reply.send(Err(error))),
            },
            Request::Publish { take: wish, reply } => {
                if wish == Take::All {
                    take = wish;
                }
                asked.push(reply);
            }
        }
    }
    let may_close = |petition: &super::Petition| !touched.contains(&petition.manifest.id());
    let result = publish(instance, accepted, may_close, take, hold);
    let answer = || match &result {
        Ok(published) => Ok(*published),
        Err(_) => Err(InstanceError::Unpublished),
    };
    for reply in stated {
        drop(reply.send(answer().map(|_| ())));
    }
    for reply in asked {
        drop(reply.send(answer()));
    }
    result
}
