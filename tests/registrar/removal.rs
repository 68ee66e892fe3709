//! "I lost my receipt": a mailbox takes its entry back. And unsubscribing.

use undersigned::api::ConfirmationRequest;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::{RollEntry, Strike, StrikeReason};
use undersigned::protocol::withdrawal::verify_strike;
use undersigned::registrar::RegistrarError;
use undersigned::store::LogId;
use undersigned::tlog::hash::leaf_hash;

use crate::transport::token;
use crate::world::{DAY, World, network};

impl World {
    /// Ask for a removal link and get it by mail.
    pub(crate) async fn removal_link(&self, email: &str) -> String {
        let before = self.postbox.to(email).len();
        self.ask_removal(email).await.expect("accepted");
        self.until(|w| w.postbox.to(email).len() > before).await;
        token(&self.postbox.to(email)[before], "remove")
    }

    /// Published strikes, each checked against the roll.
    pub(crate) fn strikes(&self) -> Vec<Strike> {
        let leaves = |tree| {
            let log = LogId::Tree(self.id, tree);
            let size = self
                .instance
                .store
                .head(log)
                .expect("memory")
                .map_or(0, |h| h.head.size);
            let count = usize::try_from(size).expect("small");
            self.instance.store.leaves(log, 0, count).expect("memory")
        };
        let roll = leaves(Tree::Roll);
        let key = self.petition().manifest.terms().registrar.strike_key;
        let check = |leaf: Vec<u8>| {
            let strike = Strike::parse(&leaf).expect("a strike");
            let entry = &roll[usize::try_from(strike.index).expect("small")];
            RollEntry::parse(entry).expect("a roll entry");
            verify_strike(self.id, &key, &leaf_hash(entry), &strike).expect("it verifies");
            strike
        };
        leaves(Tree::Strikes).into_iter().map(check).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_entry_is_struck_once() {
    let w = World::new().await.running();
    w.sign("bob@example.org").await;
    w.sign("a.da@gmail.com").await;
    w.publish().await;
    let first = w.removal_link("ada@googlemail.com").await;
    let second = w.removal_link("a.d.a@gmail.com").await;
    w.registrar.remove(w.id, &first).await.expect("struck");
    w.publish().await;
    w.registrar.remove(w.id, &first).await.expect("said again");
    w.registrar
        .remove(w.id, &second)
        .await
        .expect("said by the other link");
    let third = w.removal_link("ada@gmail.com").await;
    w.registrar
        .remove(w.id, &third)
        .await
        .expect("it is struck");
    w.publish().await;
    let strikes = w.strikes();
    assert_eq!(strikes.len(), 1);
    assert_eq!(strikes[0].reason, StrikeReason::SignersRequest);
    // Once, ever: no second entry for this mailbox.
    let link = w.link("ada@gmail.com").await;
    assert!(matches!(
        w.confirm(&link, w.signer(9).blinded()).await,
        Err(RegistrarError::AlreadyConfirmed)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_waits_is_struck_when_it_is_published() {
    let w = World::new().await.running();
    w.sign("ada@example.org").await;
    let link = w.removal_link("ada@example.org").await;
    w.registrar.remove(w.id, &link).await.expect("noted");
    assert_eq!(w.store.count("registrar/strikes-due"), 1);
    // The wish survives a restart.
    let w = w.restarted().await.running();
    w.publish().await;
    w.until(|w| w.store.count("registrar/strikes-due") == 0)
        .await;
    w.publish().await;
    assert_eq!(w.strikes().len(), 1);
    assert_eq!(w.petition().tally().expect("a tally").1.totals().strikes, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_on_the_roll_is_told_so_after_proving_the_mailbox() {
    let w = World::new().await.running();
    let link = w.removal_link("ada@example.org").await;
    assert!(matches!(
        w.registrar.remove(w.id, &link).await,
        Err(RegistrarError::NotOnRoll)
    ));
    // Who confirms after all can use the same link.
    w.sign("ada@example.org").await;
    w.registrar.remove(w.id, &link).await.expect("noted");
    for bad in ["", "x", &"A".repeat(43)] {
        assert!(matches!(
            w.registrar.remove(w.id, bad).await,
            Err(RegistrarError::UnknownLink)
        ));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn removal_is_open_until_withdraw_until() {
    let w = World::new().await.running();
    w.sign("ada@example.org").await;
    w.clock.advance(59 * DAY);
    let link = w.removal_link("ada@example.org").await;
    w.clock.advance(2 * DAY);
    assert!(matches!(
        w.registrar.remove(w.id, &link).await,
        Err(RegistrarError::Closed)
    ));
    assert!(matches!(
        w.ask_removal("ada@example.org").await,
        Err(RegistrarError::Closed)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_link_expires() {
    let w = World::new().await.running();
    w.sign("ada@example.org").await;
    let link = w.removal_link("ada@example.org").await;
    w.clock.advance(7 * DAY + 1);
    assert!(matches!(
        w.registrar.remove(w.id, &link).await,
        Err(RegistrarError::UnknownLink)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_updates_is_told_how_to_end_them() {
    let w = World::new().await.running();
    let request = ConfirmationRequest {
        updates: true,
        ..World::request("ada@example.org")
    };
    w.registrar
        .request_confirmation(w.id, &request, network())
        .await
        .expect("accepted");
    w.settled().await;
    let link = token(&w.postbox.mails()[0], "confirm");
    assert_eq!(
        w.store.count("registrar/subscriptions"),
        0,
        "not before it is confirmed"
    );
    w.confirm(&link, w.signer(1).blinded())
        .await
        .expect("an answer");
    w.settled().await;
    assert_eq!(w.store.count("registrar/subscriptions"), 1);
    let welcome = &w.postbox.mails()[1];
    let way_out = token(welcome, "unsubscribe");
    let url = welcome.unsubscribe.as_deref().expect("List-Unsubscribe");
    assert!(url.ends_with(&format!("/{}/unsubscribe/{way_out}", w.id)));
    for other in [&link, &"A".repeat(43)] {
        w.registrar
            .unsubscribe(w.id, other)
            .await
            .expect("tells nothing");
    }
    assert_eq!(w.store.count("registrar/subscriptions"), 1);
    w.registrar.unsubscribe(w.id, &way_out).await.expect("out");
    assert_eq!(w.store.count("registrar/subscriptions"), 0);
    w.registrar
        .unsubscribe(w.id, &way_out)
        .await
        .expect("mail programs repeat it");
    assert!(matches!(
        w.registrar.unsubscribe(w.id, "no token").await,
        Err(RegistrarError::UnknownLink)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_subscribed_where_the_petition_offers_no_updates() {
    let w = World::with(crate::world::Setup {
        terms: |t| t.asks.updates = false,
        ..crate::world::Setup::default()
    })
    .await
    .running();
    let request = ConfirmationRequest {
        updates: true,
        ..World::request("ada@example.org")
    };
    w.registrar
        .request_confirmation(w.id, &request, network())
        .await
        .expect("accepted");
    w.settled().await;
    let link = token(&w.postbox.mails()[0], "confirm");
    w.confirm(&link, w.signer(1).blinded())
        .await
        .expect("an answer");
    assert_eq!(w.store.count("registrar/subscriptions"), 0);
}
