//! The loop that publishes: every second it asks what is due, and at once when a
//! statement comes in.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{Instance, InstanceError, Petition, Phase, Published, publish};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::statement::Statement;

/// A statement that somebody wants in the journal.
pub struct StatementRequest {
    bytes: Vec<u8>,
    reply: oneshot::Sender<Result<(), InstanceError>>,
}

/// Hands statements to the publisher.
#[derive(Clone)]
pub struct PublisherHandle {
    requests: mpsc::Sender<StatementRequest>,
}

impl PublisherHandle {
    /// Put a signed statement into the journal; returns when it is published.
    pub async fn state(&self, bytes: Vec<u8>) -> Result<(), InstanceError> {
        let (reply, answer) = oneshot::channel();
        let request = StatementRequest { bytes, reply };
        self.requests
            .send(request)
            .await
            .map_err(|_| InstanceError::Stopping)?;
        answer.await.map_err(|_| InstanceError::Stopping)?
    }
}

/// How often the publisher asks what is due: also the longest wait under `prompt`.
const TICK: Duration = Duration::from_secs(1);

/// Publishes until told to stop.
pub struct Publisher {
    instance: Arc<Instance>,
    requests: mpsc::Receiver<StatementRequest>,
}

impl Publisher {
    /// A publisher for `instance`, and the handle to it.
    pub fn new(instance: Arc<Instance>) -> (Self, PublisherHandle) {
        let (sender, requests) = mpsc::channel(64);
        (
            Self { instance, requests },
            PublisherHandle { requests: sender },
        )
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
                _ = tick.tick() => {}
                request = self.requests.recv() => match request {
                    Some(request) => requests.push(request),
                    None => return,
                },
            }
            while let Ok(request) = self.requests.try_recv() {
                requests.push(request);
            }
            self.round(requests).await;
        }
    }

    async fn round(&self, requests: Vec<StatementRequest>) {
        let instance = self.instance.clone();
        let outcome = tokio::task::spawn_blocking(move || round(&instance, requests)).await;
        match outcome {
            Ok(Ok(published)) if published.statements > 0 => {
                metrics::counter!("undersigned_published_leaves_total").increment(published.leaves);
                tracing::info!(
                    leaves = published.leaves,
                    statements = published.statements,
                    "published"
                );
            }
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                metrics::counter!("undersigned_publication_errors_total").increment(1);
                tracing::error!(%error, "publication failed; nothing became visible, it is tried again");
            }
            Err(_) => {
                tracing::error!("publication panicked; nothing became visible, it is tried again")
            }
        }
    }
}

/// Judge the statements, publish those that hold with what is due, answer.
fn round(instance: &Instance, requests: Vec<StatementRequest>) -> Result<Published, InstanceError> {
    let mut accepted = Vec::new();
    let mut replies = Vec::new();
    // One petition at a time: a second statement about it is judged in the next round.
    let mut touched: Vec<PetitionId> = Vec::new();
    for request in requests {
        match judge(instance, &request.bytes, &touched) {
            Ok(Judged::New(id)) => {
                touched.push(id);
                accepted.push(request.bytes);
                replies.push(request.reply);
            }
            Ok(Judged::Known) => drop(request.reply.send(Ok(()))),
            Err(error) => drop(request.reply.send(Err(error))),
        }
    }
    let now = instance.clock.now();
    let close: Vec<Arc<Petition>> = instance
        .petitions
        .all()
        .into_iter()
        .filter(|p| p.is_closable(now))
        .filter(|p| !touched.contains(&p.manifest.id()))
        .collect();
    let result = publish(instance, accepted, &close, false);
    for reply in replies {
        let answer = match &result {
            Ok(_) => Ok(()),
            Err(error) => {
                tracing::error!(%error, "a statement was not published");
                Err(InstanceError::NotNow(
                    "publication failed; the statement was not published: try again",
                ))
            }
        };
        drop(reply.send(answer));
    }
    result
}

enum Judged {
    New(PetitionId),
    Known,
}

/// Whether a statement may go into the journal now.
fn judge(
    instance: &Instance,
    bytes: &[u8],
    touched: &[PetitionId],
) -> Result<Judged, InstanceError> {
    let statement = Statement::parse(bytes)?;
    let id = statement
        .petition()
        .ok_or(InstanceError::NotNow("not a statement about a petition"))?;
    if touched.contains(&id) {
        return Err(InstanceError::NotNow(
            "another statement about this petition is on its way: try again",
        ));
    }
    let known = instance.petitions.get(&id);
    let own = instance.keys.vkeys();
    match (&statement, known) {
        (Statement::Published(..), Some(_)) => Ok(Judged::Known),
        (Statement::Published(manifest, _), None) => {
            statement.verify(manifest, &own[0])?;
            if manifest.journal_vkeys(Tree::Roll) != own
                || manifest.journal_vkeys(Tree::Signatures) != own
            {
                return Err(InstanceError::NotNow(
                    "the manifest names other journal keys than this instance's",
                ));
            }
            // Both must be there before the journal says that this petition is open.
            instance.petition_keys.registrar(manifest)?;
            instance.petition_keys.ledger(manifest)?;
            Ok(Judged::New(id))
        }
        (_, None) => Err(InstanceError::NotNow("this petition is not published here")),
        (Statement::Dated { dates, change, .. }, Some(petition)) => {
            statement.verify(&petition.manifest, &own[0])?;
            if petition.dates() == *dates {
                return Ok(Judged::Known);
            }
            let now = instance.clock.now();
            if petition.phase(now) == Phase::Closed {
                return Err(InstanceError::NotNow("this petition is closed for good"));
            }
            if !change.allows(dates, &petition.dates()) {
                return Err(InstanceError::NotNow(
                    "`extended` only moves dates back, `closing` only forward without shortening \
                     the time to hand in tokens",
                ));
            }
            if dates.confirm_until < now {
                return Err(InstanceError::NotNow("confirm-until is in the past"));
            }
            Ok(Judged::New(id))
        }
        (Statement::Closed { .. } | Statement::Tally(_) | Statement::Other(_), Some(_)) => Err(
            InstanceError::NotNow("only published, extended and closing are taken"),
        ),
    }
}
