//! Every durable step lost, and persisted with its answer lost.

use undersigned::registrar::RegistrarError;

use crate::store::{Fault, Meets};
use crate::world::World;

const FAULTS: [Fault; 2] = [Fault::Lost, Fault::Persisted];

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_failed_can_be_repeated() {
    for fault in FAULTS {
        let w = World::new().await.running();
        w.store.fail(Meets::Put("registrar/requests"), fault);
        assert!(matches!(
            w.ask("ada@example.org").await,
            Err(RegistrarError::Commit(_))
        ));
        let link = w.link("ada@example.org").await;
        let signer = w.signer(1);
        signer.check(&w.confirm(&link, signer.blinded()).await.expect("an answer"));
        assert_eq!(w.roll(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_request_is_answered_by_one_mail_whatever_fails() {
    for fault in FAULTS {
        let w = World::new().await;
        w.ask("ada@example.org").await.expect("accepted");
        w.store.fail(Meets::Put("registrar/links"), fault);
        let w = w.running();
        w.until(|w| w.store.all_faults_happened()).await;
        w.until(|w| w.store.count("registrar/requests") == 0).await;
        // What persisted without our knowing is found at the next start.
        let w = w.restarted().await.running();
        w.settled().await;
        assert_eq!(w.postbox.mails().len(), 1, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_leaving_was_not_noted_is_not_sent_twice() {
    for fault in FAULTS {
        let w = World::new().await;
        w.ask("ada@example.org").await.expect("accepted");
        w.store.fail(Meets::Delete("registrar/mails"), fault);
        let w = w.running();
        w.until(|w| w.store.all_faults_happened()).await;
        w.clock.advance(60);
        w.settled().await;
        // Whatever is sent after it shows that nothing is left to be sent.
        w.link("bob@example.org").await;
        assert_eq!(w.postbox.attempts().len(), 2, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmation_whose_answer_was_lost_can_be_repeated() {
    for fault in FAULTS {
        let w = World::new().await.running();
        let link = w.link("ada@example.org").await;
        let signer = w.signer(1);
        w.store.fail(Meets::Put("registrar/links"), fault);
        assert!(matches!(
            w.confirm(&link, signer.blinded()).await,
            Err(RegistrarError::Commit(_))
        ));
        assert_eq!(w.roll(), usize::from(fault == Fault::Persisted));
        // The same after a crash.
        let w = w.restarted().await.running();
        signer.check(&w.confirm(&link, signer.blinded()).await.expect("an answer"));
        assert_eq!(w.roll(), 1);
        let other = w.signer(2);
        assert!(matches!(
            w.confirm(&link, other.blinded()).await,
            Err(RegistrarError::LinkUsed)
        ));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_whose_answer_was_lost_can_be_repeated() {
    for fault in FAULTS {
        let w = World::new().await.running();
        w.sign("ada@example.org").await;
        w.publish().await;
        w.ask_removal("ada@example.org").await.expect("accepted");
        w.until(|w| w.postbox.mails().len() == 2).await;
        let link = crate::transport::token(&w.postbox.mails()[1], "remove");
        w.store.fail(Meets::Put("registrar/links"), fault);
        assert!(matches!(
            w.registrar.remove(w.id, &link).await,
            Err(RegistrarError::Commit(_))
        ));
        w.registrar.remove(w.id, &link).await.expect("repeated");
        w.registrar.remove(w.id, &link).await.expect("and again");
        w.publish().await;
        assert_eq!(w.petition().tally().expect("a tally").1.totals().strikes, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_and_mails_survive_a_restart() {
    let w = World::new().await;
    for name in ["ada", "bob", "cyd"] {
        w.ask(&format!("{name}@example.org"))
            .await
            .expect("accepted");
    }
    let w = w.restarted().await.running();
    w.settled().await;
    assert_eq!(w.postbox.mails().len(), 3);
}
