//! Posting alerts to a webhook, in order, until each was taken.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::FollowError;
use super::book::Book;
use super::look::Follower;
use crate::client::webhook::Webhook;

/// The first pause after a failure; each further one is twice as long.
const PAUSE: Duration = Duration::from_secs(1);
/// No pause is longer.
const PAUSE_MAX: Duration = Duration::from_mins(10);
/// Attempts before a process that looks only once gives up.
const ATTEMPTS: u32 = 4;

/// Post the oldest alert that nobody was told of. Whether there was one, and it was taken.
async fn tell_one(book: &Arc<Book>, webhook: &Webhook) -> Result<Option<bool>, FollowError> {
    let Some(alert) = book.read(|saved| saved.outbox.front().cloned()) else {
        return Ok(None);
    };
    let told = webhook.post(&alert).await;
    let outcome = if told.is_ok() { "taken" } else { "failed" };
    metrics::counter!("undersigned_follow_told_total", "outcome" => outcome).increment(1);
    if let Err(error) = told {
        tracing::warn!(%error, "an alert could not be posted; it will be tried again");
        return Ok(Some(false));
    }
    let book = book.clone();
    let forget = move || {
        book.write(|saved| {
            if saved
                .outbox
                .front()
                .is_some_and(|front| front.id == alert.id)
            {
                saved.outbox.pop_front();
            }
        })
    };
    let forgotten = tokio::task::spawn_blocking(forget).await;
    forgotten.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))?;
    Ok(Some(true))
}

/// Post for as long as the process runs.
pub(super) async fn deliver(book: Arc<Book>, webhook: Webhook, waiting: Arc<Notify>) {
    let mut pause = PAUSE;
    loop {
        match tell_one(&book, &webhook).await {
            Ok(None) => waiting.notified().await,
            Ok(Some(true)) => pause = PAUSE,
            failed => {
                if let Err(error) = failed {
                    tracing::error!(%error, "it cannot be kept that an alert was posted");
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}

/// Post what waits, with a few attempts: for a process that looks only once. What is not
/// taken waits for the next one.
pub async fn deliver_all(follower: &Follower, webhook: &Webhook) -> Result<(), FollowError> {
    let book = follower.board.book.clone();
    let (mut pause, mut left) = (PAUSE, ATTEMPTS);
    while left > 0 {
        match tell_one(&book, webhook).await? {
            None => return Ok(()),
            Some(true) => (pause, left) = (PAUSE, ATTEMPTS),
            Some(false) => {
                left -= 1;
                if left > 0 {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
            }
        }
    }
    Ok(())
}
