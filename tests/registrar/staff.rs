//! What staff set and see while the service runs, and what those who are struck hear.

use undersigned::api::{ConfirmationRequest, StrikeRequest, StrikeTarget};
use undersigned::protocol::leaf::StrikeReason;
use undersigned::registrar::RegistrarError;

use crate::store::{Fault, Meets};
use crate::transport::token;
use crate::world::{DAY, OPENS, World, network};

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_blocked_at_run_time_and_after_restarts() {
    let w = World::new().await.running();
    let link = w.link("ada@sub.example.org").await;
    for fault in [Fault::Lost, Fault::Persisted] {
        w.store.fail(Meets::Put("registrar/blocks"), fault);
        w.registrar.block("Example.ORG").await.expect_err("planned");
        assert!(w.registrar.blocks().is_empty(), "nothing half done");
    }
    w.registrar.block("Example.ORG").await.expect("blocked");
    w.registrar.block("bücher.example").await.expect("blocked");
    for wrong in [
        "",
        "org",
        "a b.example",
        "x@example.org",
        "example.org\n\n.x",
    ] {
        let refused = w.registrar.block(wrong).await;
        assert!(matches!(refused, Err(RegistrarError::Address)), "{wrong:?}");
    }
    let blocked = ["example.org", "xn--bcher-kva.example"];
    assert_eq!(w.registrar.blocks(), blocked);
    let w = w.restarted().await.running();
    assert_eq!(w.registrar.blocks(), blocked);
    w.ask("bob@example.org").await.expect("the same answer");
    w.ask("cyd@example.net").await.expect("the same answer");
    w.settled().await;
    assert_eq!(w.postbox.mails().len(), 2, "ada's before, and cyd's");
    let refused = w.confirm(&link, w.signer(1).blinded()).await;
    assert!(matches!(refused, Err(RegistrarError::UnknownLink)));
    w.registrar.unblock("example.org").await.expect("unblocked");
    let signer = w.signer(1);
    signer.check(&w.confirm(&link, signer.blinded()).await.expect("an answer"));
    let w = w.restarted().await;
    assert_eq!(w.registrar.blocks(), blocked[1..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_change_at_run_time_and_stay() {
    let w = World::new().await.running();
    let before = w.registrar.request_limits();
    let mut limits = before;
    limits.requests_per_minute = 0;
    let refused = w.registrar.set_request_limits(limits).await;
    assert!(matches!(refused, Err(RegistrarError::Limits)));
    assert_eq!(w.registrar.request_limits(), before);
    limits.requests_per_minute = 2;
    limits.mails_per_mailbox = 1;
    let set = w.registrar.set_request_limits(limits).await;
    set.expect("set");
    let w = w.restarted().await.running();
    assert_eq!(w.registrar.request_limits(), limits);
    for _ in 0..2 {
        w.ask("ada@example.org").await.expect("the same answer");
        w.settled().await;
    }
    assert_eq!(w.postbox.to("ada@example.org").len(), 1);
    let crowd = network();
    for n in 0..3 {
        let request = World::request(&format!("crowd{n}@gmail.com"));
        let asked = w.registrar.request_confirmation(w.id, &request, crowd);
        asked.await.expect("the same answer");
    }
    w.settled().await;
    assert_eq!(w.registrar.held(w.id, None, 10).expect("listed").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn trends_tell_of_many_and_are_written_nowhere() {
    let w = World::new().await;
    for n in 0..25 {
        w.ask(&format!("reader{n}@trend.example"))
            .await
            .expect("accepted");
        if n < 19 {
            w.ask(&format!("reader{n}@few.example"))
                .await
                .expect("accepted");
        }
    }
    let trends = w.registrar.trends(w.id, 24).expect("read");
    let [trend] = &trends[..] else {
        panic!("one domain: {trends:?}")
    };
    assert_eq!((&*trend.domain, trend.requests), ("trend.example", 25));
    assert_eq!(trend.hour, OPENS / 3600 * 3600);
    let written = w.store.written();
    let found = |needle: &[u8]| {
        let has = |record: &Vec<u8>| record.windows(needle.len()).any(|part| part == needle);
        written.iter().any(has)
    };
    assert!(!found(b"trend.example") && found(b"registrar/requests"));
    w.clock.advance(3 * DAY);
    assert_eq!(w.registrar.trends(w.id, 1000).expect("read"), []);
    let w = w.restarted().await;
    assert_eq!(w.registrar.trends(w.id, 1000).expect("read"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_struck_is_told_where_an_address_is_known() {
    let w = World::new().await.running();
    for (name, updates) in [("ada", true), ("bob", false), ("cyd", true), ("dan", true)] {
        let email = format!("{name}@example.org");
        let request = ConfirmationRequest {
            updates,
            lang: Some("es".to_owned()),
            ..World::request(&email)
        };
        let asked = w.registrar.request_confirmation(w.id, &request, network());
        asked.await.expect("accepted");
        w.settled().await;
        let link = token(&w.postbox.to(&email)[0], "confirm");
        let answer = w.confirm(&link, w.signer(1).blinded()).await;
        answer.expect("an answer");
    }
    w.settled().await;
    w.publish().await;
    let strike = async |name: &str, reason, preview| {
        let request = StrikeRequest {
            target: StrikeTarget::Mailbox(format!("{name}@example.org")),
            reason,
            preview,
        };
        w.registrar.strike(w.id, &request).await
    };
    let before = w.postbox.mails().len();
    strike("ada", StrikeReason::Fraud, true)
        .await
        .expect("a preview");
    strike("bob", StrikeReason::Fraud, false)
        .await
        .expect("struck");
    strike("cyd", StrikeReason::Erasure, false)
        .await
        .expect("struck");
    // A failed strike sends nothing; the next one sends once.
    w.store.fail(Meets::Put("registrar/mails"), Fault::Lost);
    strike("ada", StrikeReason::Fraud, false)
        .await
        .expect_err("planned");
    w.settled().await;
    assert_eq!(w.postbox.mails().len(), before);
    strike("ada", StrikeReason::Fraud, false)
        .await
        .expect("struck");
    w.settled().await;
    let letters = &w.postbox.mails()[before..];
    let [letter] = letters else {
        panic!("one letter, not {}", letters.len())
    };
    assert_eq!(letter.to, "ada@example.org");
    assert!(letter.subject.starts_with("Su inscripción se ha tachado"));
    // By index nobody can be written to: no entry leads to an address.
    let entries = w.roll() as u64;
    let mut struck = 0;
    for index in 0..entries {
        let request = StrikeRequest {
            target: StrikeTarget::Entries(vec![index]),
            reason: StrikeReason::Fraud,
            preview: false,
        };
        struck += usize::from(w.registrar.strike(w.id, &request).await.is_ok());
    }
    assert_eq!(struck, 1, "dan's");
    w.settled().await;
    assert_eq!(w.postbox.mails().len(), before + 1);
}
