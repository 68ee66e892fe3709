//! The mail queue.

use undersigned::config::{Config, MailConfig};
use undersigned::mail::{Trouble, Undelivered};

use crate::world::{DAY, Setup, World};

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_put_off_comes_later_under_the_same_id() {
    let w = World::new().await;
    w.postbox.refuse_next(Undelivered::Later(451));
    w.postbox.refuse_next(Undelivered::Later(452));
    w.ask("ada@example.org").await.expect("accepted");
    let w = w.running();
    w.until(|w| w.postbox.attempts().len() == 1).await;
    // A mail that may go meanwhile shows that the other waits.
    w.clock.advance(29);
    w.until(|w| w.store.count("registrar/requests") == 0).await;
    assert_eq!(w.postbox.attempts().len(), 1);
    w.clock.advance(20);
    w.until(|w| w.postbox.attempts().len() == 2).await;
    // The wait survives a restart.
    w.until(|w| w.store.count("registrar/mails") == 1).await;
    let w = w.restarted().await.running();
    w.clock.advance(100);
    w.settled().await;
    let attempts = w.postbox.attempts();
    assert_eq!(attempts.len(), 3);
    assert!(attempts.iter().all(|id| *id == attempts[0]));
    assert_eq!(w.postbox.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_refused_for_good_is_given_up() {
    let w = World::new().await;
    w.postbox.refuse_next(Undelivered::Refused(550));
    w.ask("nobody@example.org").await.expect("accepted");
    let w = w.running();
    w.settled().await;
    assert_eq!(
        (w.postbox.attempts().len(), w.postbox.mails().len()),
        (1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_costs_no_mail() {
    let w = World::new().await;
    for trouble in [Trouble::Connection, Trouble::Login, Trouble::Sender(550)] {
        w.postbox.refuse_next(Undelivered::Unreachable(trouble));
    }
    for name in ["ada", "bob", "cyd"] {
        w.ask(&format!("{name}@example.org"))
            .await
            .expect("accepted");
    }
    let w = w.running();
    w.until(|w| {
        w.clock.advance(1);
        w.store.count("registrar/requests") == 0 && w.store.count("registrar/mails") == 0
    })
    .await;
    assert_eq!(w.postbox.attempts().len(), 6);
    assert_eq!(w.postbox.mails().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_time_is_over_is_not_sent() {
    let w = World::new().await;
    w.ask("ada@example.org").await.expect("accepted");
    w.postbox.refuse_next(Undelivered::Later(450));
    let mut w = w.running();
    w.until(|w| w.postbox.attempts().len() == 1 && w.store.count("registrar/mails") == 1)
        .await;
    w.stop().await;
    w.clock.advance(7 * DAY + 1);
    let w = w.restarted().await.running();
    w.settled().await;
    assert_eq!(
        (w.postbox.attempts().len(), w.postbox.mails().len()),
        (1, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_used_up_meanwhile_is_not_mailed() {
    let w = World::new().await.running();
    let link = w.link("ada@example.org").await;
    w.postbox.refuse_next(Undelivered::Later(450));
    w.ask("ada@example.org").await.expect("accepted");
    w.until(|w| w.postbox.attempts().len() == 2).await;
    w.confirm(&link, w.signer(1).blinded())
        .await
        .expect("an answer");
    w.until(|w| w.store.count("registrar/mails") == 1).await;
    w.clock.advance(60);
    w.settled().await;
    assert_eq!(w.postbox.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_hold() {
    let w = World::with(Setup {
        config: Config {
            mail: MailConfig {
                per_second: 3,
                per_domain_minute: 4,
                ..MailConfig::default()
            },
            ..Setup::default().config
        },
        ..Setup::default()
    })
    .await;
    for n in 0..6 {
        w.ask(&format!("signer{n}@example.org"))
            .await
            .expect("accepted");
    }
    let w = w.running();
    w.until(|w| w.postbox.mails().len() == 3).await;
    w.until(|w| w.store.count("registrar/mails") == 3).await;
    w.clock.advance(1);
    w.until(|w| w.postbox.mails().len() == 4).await;
    w.until(|w| w.store.count("registrar/mails") == 2).await;
    w.clock.advance(1);
    w.ask("other@example.net").await.expect("accepted");
    w.until(|w| w.postbox.to("other@example.net").len() == 1)
        .await;
    assert_eq!(
        w.postbox.mails().len(),
        5,
        "the busy domain waits for its minute"
    );
    w.clock.advance(60);
    w.settled().await;
    assert_eq!(w.postbox.mails().len(), 7);
}
