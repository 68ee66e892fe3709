//! Invitations from the organiser.

use std::sync::Arc;

use undersigned::config::{Config, MailConfig};
use undersigned::mail::Undelivered;
use undersigned::registrar::{InvitationText, Invited, RegistrarError};

use crate::store::{Fault, Meets};
use crate::transport::token;
use crate::world::{DAY, Setup, World};

const WORDS: &str = "You met us at the station. Will you sign?";

fn text() -> InvitationText {
    InvitationText {
        lang: "en".to_owned(),
        text: WORDS.to_owned(),
    }
}

fn quick() -> Setup {
    Setup {
        config: Config {
            mail: MailConfig {
                per_second: 10_000,
                per_domain_minute: 10_000,
                ..MailConfig::default()
            },
            ..Setup::default().config
        },
        ..Setup::default()
    }
}

fn list(addresses: &[&str]) -> Vec<String> {
    addresses.iter().map(|&a| a.to_owned()).collect()
}

impl World {
    pub(crate) async fn invite(&self, addresses: &[&str]) -> Invited {
        let text = text();
        let invited = self.registrar.invite(self.id, list(addresses), &text);
        invited.await.expect("taken")
    }

    /// Wait until all who were invited have their mail, or have none.
    pub(crate) async fn invitations_through(&self) {
        self.until(|w| w.registrar.invitations_waiting(w.id).expect("counted") == 0)
            .await;
        self.settled().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_one_mail_whose_link_confirms() {
    let w = World::with(quick()).await;
    let invited = w
        .invite(&[
            "ada@gmail.com",
            " bob@example.org ",
            "A.D.A+x@googlemail.com",
            "no address",
            "cyd@mailinator.com",
            "",
        ])
        .await;
    let counts = Invited {
        taken: 3,
        malformed: 2,
        twice: 1,
        too_many: 0,
    };
    assert_eq!(invited, counts);
    let w = w.running();
    w.invitations_through().await;
    let mails = w.postbox.mails();
    let mut to: Vec<&str> = mails.iter().map(|mail| &*mail.to).collect();
    to.sort_unstable();
    assert_eq!(
        to,
        ["ada@gmail.com", "bob@example.org"],
        "no throw-away box"
    );
    let mail = &w.postbox.to("ada@gmail.com")[0];
    assert!(mail.text.contains(WORDS) && mail.html.contains(WORDS));
    let way_out = token(mail, "unsubscribe");
    let header = mail.unsubscribe.as_ref().expect("List-Unsubscribe");
    assert!(header.ends_with(&way_out));
    let link = token(mail, "confirm");
    let signer = w.signer(1);
    signer.check(&w.confirm(&link, signer.blinded()).await.expect("an answer"));
    assert_eq!(w.roll(), 1);
    // The same list again: the same numbers, and no mail, whoever has confirmed.
    let again = w.invite(&["ada@gmail.com", "bob@example.org"]).await;
    assert_eq!(again.taken, 2);
    w.invitations_through().await;
    assert_eq!(w.postbox.mails().len(), 2, "no second mail, for any reason");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_invitations_gets_none() {
    let w = World::with(quick()).await.running();
    w.invite(&["ada@gmail.com"]).await;
    w.invitations_through().await;
    let mail = &w.postbox.to("ada@gmail.com")[0];
    let (way_out, link) = (token(mail, "unsubscribe"), token(mail, "confirm"));
    let ends = |token: &str| w.registrar.ends_invitations(w.id, token).expect("read");
    assert!(ends(&way_out) && !ends(&link) && !ends("no token"));
    for _ in 0..2 {
        let out = w.registrar.unsubscribe(w.id, &way_out).await;
        out.expect("the same each time");
    }
    assert_eq!(w.store.count("registrar/uninvited"), 1);
    // Neither a mail that waits, nor one at a later time, when the petition's own list is gone.
    w.postbox.refuse_next(Undelivered::Later(450));
    w.invite(&["bob@gmail.com"]).await;
    w.until(|w| w.postbox.attempts().len() == 2).await;
    w.until(|w| w.store.count("registrar/mails") == 1).await;
    let never = w.store.count("registrar/invitation-stops");
    assert_eq!(never, 2);
    let signer = w.signer(1);
    signer.check(&w.confirm(&link, signer.blinded()).await.expect("may sign"));
    w.ask("ada@gmail.com").await.expect("may ask");
    w.until(|w| w.postbox.to("ada@gmail.com").len() == 2).await;
    let w = w.restarted().await.running();
    assert_eq!(w.invite(&["a.d.a@gmail.com"]).await.taken, 1);
    w.invitations_through_after(60).await;
    assert_eq!(w.postbox.to("a.d.a@gmail.com").len(), 0);
    // Kept for good: the petition's data go, this stays.
    w.clock.advance(124 * DAY);
    w.until(|w| w.store.count("registrar/invited") == 0).await;
    w.until(|w| w.store.count("registrar/invitation-texts") == 0)
        .await;
    w.until(|w| w.store.count("registrar/invitation-stops") == 0)
        .await;
    assert_eq!(w.store.count("registrar/uninvited"), 1);
    let text = text();
    let closed = w.registrar.invite(w.id, list(&["x@example.org"]), &text);
    assert!(matches!(closed.await, Err(RegistrarError::Closed)));
}

impl World {
    async fn invitations_through_after(&self, seconds: u64) {
        self.clock.advance(seconds);
        self.invitations_through().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_at_once_and_after_crashes_write_to_nobody_twice() {
    const PEOPLE: usize = 60;
    let people: Vec<String> = (0..PEOPLE)
        .map(|n| format!("guest{n}@example.org"))
        .collect();
    for fault in [Fault::Lost, Fault::Persisted] {
        let w = Arc::new(World::with(quick()).await);
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (w, people) = (w.clone(), people.clone());
                tokio::spawn(async move { w.registrar.invite(w.id, people, &text()).await })
            })
            .collect();
        for task in tasks {
            let invited = task.await.expect("no panic").expect("taken");
            assert_eq!(invited.taken, PEOPLE as u64);
        }
        let w = Arc::into_inner(w).expect("nobody else has it");
        w.store.fail(Meets::Put("registrar/invited"), fault);
        w.store.fail(Meets::Delete("registrar/invitations"), fault);
        let w = w.running();
        w.until(|w| w.store.all_faults_happened()).await;
        let w = w.restarted().await.running();
        w.until(|w| {
            w.clock.advance(1);
            w.store.count("registrar/invitations") == 0 && w.store.count("registrar/mails") == 0
        })
        .await;
        let mut to: Vec<String> = w.postbox.mails().into_iter().map(|m| m.to).collect();
        to.sort_unstable();
        to.dedup();
        assert_eq!(
            (to.len(), w.postbox.mails().len()),
            (PEOPLE, PEOPLE),
            "{fault:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_expires_like_any_link() {
    let w = World::with(quick()).await.running();
    w.invite(&["ada@example.org"]).await;
    w.invitations_through().await;
    let link = token(&w.postbox.to("ada@example.org")[0], "confirm");
    let mut w = w;
    w.stop().await;
    w.invite(&["bob@example.org"]).await;
    w.clock.advance(8 * DAY);
    let w = w.running();
    w.until(|w| w.store.count("registrar/invitations") == 0)
        .await;
    w.until(|w| w.store.count("registrar/links") == 0).await;
    let late = w.confirm(&link, w.signer(1).blinded()).await;
    assert!(matches!(late, Err(RegistrarError::UnknownLink)));
    assert_eq!(
        w.postbox.to("bob@example.org").len(),
        0,
        "its time was over"
    );
    assert_eq!(w.invite(&["ada@example.org"]).await.taken, 1);
    w.invitations_through().await;
    assert_eq!(w.postbox.to("ada@example.org").len(), 1, "once means once");
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_have_bounds() {
    let w = World::new().await;
    for words in ["", " \n", "a\u{7}", &"x".repeat(2001)] {
        let text = InvitationText {
            text: words.to_owned(),
            ..text()
        };
        let refused = w.registrar.invite(w.id, list(&["ada@example.org"]), &text);
        assert!(matches!(refused.await, Err(RegistrarError::InvitationText)));
    }
    let many = (0..20_003)
        .map(|n| format!("guest{n}@example.org"))
        .collect();
    let invited = w
        .registrar
        .invite(w.id, many, &text())
        .await
        .expect("taken");
    assert_eq!((invited.taken, invited.too_many), (20_000, 3));
    let waiting = w.registrar.invitations_waiting(w.id).expect("counted");
    assert_eq!(waiting, 20_000);
    let none = w.invite(&["no address"]).await;
    assert_eq!((none.taken, none.malformed), (0, 1));

    let regional = World::with(Setup {
        terms: |t| {
            t.asks.region = undersigned::protocol::manifest::Ask::Required;
            t.asks.roll_region = true;
        },
        ..Setup::default()
    })
    .await;
    let text = text();
    let refused = regional
        .registrar
        .invite(regional.id, list(&["a@example.org"]), &text);
    assert!(matches!(refused.await, Err(RegistrarError::Region)));
}
