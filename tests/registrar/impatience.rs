//! Callers that go away in the middle: a connection breaks, and the server drops what
//! it was doing for it.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use crate::world::World;

/// Run a future until it is done or was polled so many times; then drop it.
async fn polled<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_dealt_with_or_not_made() {
    for times in 1..6 {
        let w = World::new().await.running();
        let done = polled(w.ask("ada@example.org"), times).await;
        // Whatever is asked afterwards finds nothing stuck before it.
        w.link("bob@example.org").await;
        w.settled().await;
        let mails = w.postbox.to("ada@example.org").len();
        assert!(mails == 1 || (done.is_none() && mails == 0), "{times}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_can_be_repeated_wherever_it_was_left() {
    for times in 1..8 {
        let w = World::new().await.running();
        let link = w.link("ada@example.org").await;
        let signer = w.signer(1);
        let done = polled(w.confirm(&link, signer.blinded()), times).await;
        drop(done);
        let answer = w.confirm(&link, signer.blinded()).await;
        signer.check(&answer.expect("an answer"));
        assert_eq!(w.roll(), 1);
        assert_eq!(w.store.count("registrar/mailboxes"), 0);
    }
}
