//! Mailboxes that are not there.

use undersigned::api::ConfirmationRequest;
use undersigned::mail::Undelivered;
use undersigned::registrar::{Bounce, RegistrarError};

use crate::store::{Fault, Meets};
use crate::transport::token;
use crate::world::{DAY, World, network};

/// A delivery report about a mail, as servers write them.
pub(crate) fn report(id: &str, address: &str) -> String {
    format!(
        "From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\n\
         To: noreply@petitions.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\n<{address}>: no such user\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 <{address}>: no such user\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nTo: {address}\r\nSubject: x\r\n\
         Message-ID: <{id}@localhost>\r\n\r\nThe text.\r\n\r\n--b--\r\n"
    )
}

impl World {
    async fn bounce(&self, report: &str) -> Result<Bounce, RegistrarError> {
        self.registrar.bounce(report.as_bytes()).await
    }

    /// Ask, wait for the desk, and say how many mails the address has had.
    async fn mails_after_asking(&self, email: &str) -> usize {
        self.ask(email).await.expect("the same answer as ever");
        self.settled().await;
        self.postbox.to(email).len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_a_server_denies_gets_no_more_mail() {
    let w = World::new().await.running();
    w.postbox.refuse_next(Undelivered::NoMailbox(550));
    assert_eq!(w.mails_after_asking("ada@gmail.com").await, 0);
    for alias in ["ada@gmail.com", "a.d.a+x@googlemail.com"] {
        assert_eq!(w.mails_after_asking(alias).await, 0, "{alias}");
    }
    assert_eq!(w.mails_after_asking("bob@gmail.com").await, 1);
    assert_eq!(w.postbox.attempts().len(), 2);
    // Also after a restart.
    let w = w.restarted().await.running();
    assert_eq!(w.mails_after_asking("ada@gmail.com").await, 0);
    w.registrar
        .write_again("ada@gmail.com")
        .await
        .expect("undone");
    assert_eq!(w.mails_after_asking("ada@gmail.com").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_stops_mail_by_the_id_of_the_mail_and_by_nothing_else() {
    let w = World::new().await.running();
    assert_eq!(w.mails_after_asking("ada@example.org").await, 1);
    let id = w.postbox.to("ada@example.org")[0].id.clone();
    let good = report(&id, "ada@example.org");
    for (text, outcome) in [
        (
            good.replace("Status: 5.1.1", "Status: 5.7.1"),
            Bounce::NotPermanent,
        ),
        (
            good.replace("Action: failed", "Action: delayed"),
            Bounce::NotPermanent,
        ),
        // Whoever knows the address alone stops nothing.
        (report(&"0".repeat(32), "ada@example.org"), Bounce::Unknown),
        (report("mail1", "ada@example.org"), Bounce::Unknown),
        (
            good.replace("multipart/report", "multipart/mixed"),
            Bounce::NotAReport,
        ),
        (String::new(), Bounce::NotAReport),
    ] {
        assert_eq!(w.bounce(&text).await.expect("read"), outcome);
    }
    assert_eq!(w.mails_after_asking("ada@example.org").await, 2);
    // A report that names another address is about the mail's own all the same.
    let forwarded = good.replace("ada@example.org", "bob@example.net");
    assert_eq!(w.bounce(&forwarded).await.expect("read"), Bounce::Stopped);
    assert_eq!(w.bounce(&good).await.expect("again"), Bounce::Stopped);
    assert_eq!(w.mails_after_asking("ada@example.org").await, 2);
    assert_eq!(w.mails_after_asking("bob@example.net").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_who_is_gone_is_one_no_longer() {
    for by_report in [true, false] {
        let w = World::new().await.running();
        for email in ["ada@example.org", "bob@example.org"] {
            let request = ConfirmationRequest {
                updates: true,
                ..World::request(email)
            };
            let asked = w.registrar.request_confirmation(w.id, &request, network());
            asked.await.expect("accepted");
            w.settled().await;
            let link = token(&w.postbox.to(email)[0], "confirm");
            if !by_report && email.starts_with("ada") {
                w.postbox.refuse_next(Undelivered::NoMailbox(550));
            }
            w.confirm(&link, w.signer(1).blinded())
                .await
                .expect("an answer");
            w.settled().await;
        }
        if by_report {
            assert_eq!(w.registrar.subscribers(w.id).expect("counted"), 2);
            let id = &w.postbox.to("ada@example.org")[1].id;
            let report = report(id, "ada@example.org");
            assert_eq!(w.bounce(&report).await.expect("read"), Bounce::Stopped);
        }
        assert_eq!(w.registrar.subscribers(w.id).expect("counted"), 1);
        assert_eq!(w.roll(), 2, "both stay on the roll");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_step_is_made_good() {
    for fault in [Fault::Lost, Fault::Persisted] {
        let w = World::new().await;
        w.postbox.refuse_next(Undelivered::NoMailbox(550));
        if fault == Fault::Lost {
            // It is handed over once more.
            w.postbox.refuse_next(Undelivered::NoMailbox(550));
        }
        w.ask("ada@example.org").await.expect("accepted");
        w.store.fail(Meets::Put("registrar/suppressed"), fault);
        let w = w.running();
        w.until(|w| {
            w.clock.advance(1);
            w.store.all_faults_happened() && w.store.count("registrar/mails") == 0
        })
        .await;
        assert_eq!(w.store.count("registrar/suppressed"), 1, "{fault:?}");

        w.link("bob@example.org").await;
        // What is kept of a mail is written after it left.
        w.settled().await;
        let report = report(&w.postbox.to("bob@example.org")[0].id, "bob@example.org");
        w.store.fail(Meets::Put("registrar/suppressed"), fault);
        w.bounce(&report).await.expect_err("it failed");
        assert_eq!(w.bounce(&report).await.expect("again"), Bounce::Stopped);
        assert_eq!(w.store.count("registrar/suppressed"), 2, "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_mails_and_mailboxes_goes_in_time() {
    let w = World::new().await.running();
    w.link("ada@example.org").await;
    let id = w.postbox.to("ada@example.org")[0].id.clone();
    w.postbox.refuse_next(Undelivered::NoMailbox(550));
    w.ask("bob@example.org").await.expect("accepted");
    w.settled().await;
    w.until(|w| w.store.count("registrar/sent") == 1).await;
    w.clock.advance(8 * DAY);
    w.until(|w| w.store.count("registrar/sent") == 0).await;
    let late = report(&id, "ada@example.org");
    assert_eq!(w.bounce(&late).await.expect("read"), Bounce::Unknown);
    let keys = || {
        let folder = w.folder.path().join("keys/suppressed");
        std::fs::read_dir(folder).expect("a folder").count()
    };
    assert!(keys() > 0);
    assert_eq!(w.store.count("registrar/suppressed"), 1);
    w.clock.advance(170 * DAY);
    let w = w.restarted().await.running();
    w.until(|w| w.store.count("registrar/links") == 0).await;
    assert_eq!(
        w.store.count("registrar/suppressed"),
        1,
        "half a year is not over"
    );
    w.clock.advance(40 * DAY);
    w.until(|w| w.store.count("registrar/suppressed") == 0)
        .await;
    let folder = w.folder.path().join("keys/suppressed");
    w.until(|_| std::fs::read_dir(&folder).expect("a folder").count() == 0)
        .await;
}
