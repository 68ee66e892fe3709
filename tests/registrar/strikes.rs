//! The operator strikes.

use undersigned::api::{StrikeRequest, StrikeResponse, StrikeTarget};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::{PetitionSignature, StrikeReason};
use undersigned::registrar::RegistrarError;
use undersigned::store::{Change, Store as _, Waiting};

use crate::world::World;

impl World {
    async fn strike(
        &self,
        target: StrikeTarget,
        preview: bool,
    ) -> Result<StrikeResponse, RegistrarError> {
        let request = StrikeRequest {
            target,
            reason: StrikeReason::Fraud,
            preview,
        };
        self.registrar.strike(self.id, &request).await
    }

    /// So many signatures on the ledger, as it would accept them.
    async fn signatures(&self, count: u8) {
        for n in 1..=count {
            let leaf = PetitionSignature {
                pk: [n; 32],
                commitment: [n; 32],
                authenticator: [n; 256],
            }
            .to_bytes();
            let waiting = Waiting::new(leaf, 0);
            let change = Change {
                accept: vec![(self.id, Tree::Signatures, waiting)],
                ..Change::default()
            };
            let verdict = self
                .instance
                .committer
                .commit(change)
                .await
                .expect("memory");
            verdict.expect("fresh");
        }
    }
}

fn numbers(response: &StrikeResponse) -> (Vec<u64>, u64, u64, u64) {
    let r = response;
    (r.entries.clone(), r.count_now, r.count_then, r.ceiling)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_says_what_a_strike_then_does() {
    let w = World::new().await.running();
    for name in ["ada", "bob", "cyd", "dan"] {
        w.sign(&format!("{name}@example.org")).await;
    }
    w.signatures(4).await;
    w.publish().await;
    let target = || StrikeTarget::Entries(vec![2, 0, 2]);
    let preview = w.strike(target(), true).await.expect("a preview");
    assert_eq!(numbers(&preview), (vec![0, 2], 4, 2, 4));
    assert_eq!(
        w.store
            .waiting_count(w.id, Tree::Strikes)
            .expect("memory")
            .0,
        0,
        "nothing happened"
    );
    let done = w.strike(target(), false).await.expect("struck");
    assert_eq!(numbers(&done), numbers(&preview));
    // What waits is counted into what follows.
    let next = w
        .strike(StrikeTarget::Entries(vec![1]), true)
        .await
        .expect("a preview");
    assert_eq!(numbers(&next), (vec![1], 4, 1, 4));
    w.publish().await;
    let totals = w.petition().tally().expect("a tally").1.totals();
    assert_eq!((totals.count(), totals.ceiling()), (2, 4));
    assert_eq!(w.strikes().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_struck_once_and_all_or_none() {
    let w = World::new().await.running();
    for name in ["ada", "bob"] {
        w.sign(&format!("{name}@example.org")).await;
    }
    w.publish().await;
    w.strike(StrikeTarget::Entries(vec![1]), false)
        .await
        .expect("struck");
    for preview in [true, false] {
        for (entries, first) in [(vec![0, 1], 1), (vec![0, 2], 2), (vec![u64::MAX], u64::MAX)] {
            let outcome = w.strike(StrikeTarget::Entries(entries), preview).await;
            assert!(matches!(outcome, Err(RegistrarError::NotStrikable(index)) if index == first));
        }
    }
    w.publish().await;
    let outcome = w.strike(StrikeTarget::Entries(vec![1]), false).await;
    assert!(matches!(outcome, Err(RegistrarError::NotStrikable(1))));
    let strikes = w.strikes();
    assert_eq!((strikes.len(), strikes[0].index), (1, 1));
    assert_eq!(strikes[0].reason, StrikeReason::Fraud);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn strikes_at_once_strike_once() {
    let w = std::sync::Arc::new(World::new().await.running());
    w.sign("ada@example.org").await;
    w.publish().await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let w = w.clone();
            tokio::spawn(async move { w.strike(StrikeTarget::Entries(vec![0]), false).await })
        })
        .collect();
    let mut struck = 0;
    for task in tasks {
        match task.await.expect("no panic") {
            Ok(_) => struck += 1,
            Err(RegistrarError::NotStrikable(0)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(struck, 1);
    w.publish().await;
    assert_eq!(w.strikes().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_is_found_by_any_of_its_names() {
    let w = World::new().await.running();
    w.sign("a.da@gmail.com").await;
    w.signatures(1).await;
    let mailbox = |name: &str| StrikeTarget::Mailbox(name.to_owned());
    let soon = w
        .strike(mailbox("ada@googlemail.com"), true)
        .await
        .expect("a preview");
    assert_eq!(
        numbers(&soon),
        (vec![], 0, 0, 0),
        "nothing is published yet"
    );
    w.publish().await;
    let preview = w
        .strike(mailbox("ada+x@gmail.com"), true)
        .await
        .expect("a preview");
    assert_eq!(numbers(&preview), (vec![0], 1, 0, 1));
    w.strike(mailbox("ADA@gmail.com"), false)
        .await
        .expect("struck");
    assert!(matches!(
        w.strike(mailbox("ada@gmail.com"), false).await,
        Err(RegistrarError::NotStrikable(0))
    ));
    assert!(matches!(
        w.strike(mailbox("bob@gmail.com"), false).await,
        Err(RegistrarError::NotOnRoll)
    ));
    assert!(matches!(
        w.strike(mailbox("no address"), false).await,
        Err(RegistrarError::Address)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_waits_is_struck_with_the_given_reason() {
    let w = World::new().await.running();
    w.sign("ada@example.org").await;
    let target = StrikeTarget::Mailbox("ada@example.org".to_owned());
    let response = w.strike(target, false).await.expect("noted");
    assert!(response.entries.is_empty());
    w.publish().await;
    w.until(|w| w.store.count("registrar/strikes-due") == 0)
        .await;
    w.publish().await;
    assert_eq!(w.strikes()[0].reason, StrikeReason::Fraud);
}
