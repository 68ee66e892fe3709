//! Updates from the organiser.

use std::collections::BTreeMap;
use std::sync::Arc;

use undersigned::api::ConfirmationRequest;
use undersigned::config::{Config, MailConfig};
use undersigned::registrar::{Update, UpdateText};

use crate::store::{Fault, Meets};
use crate::transport::token;
use crate::world::{DAY, Setup, World, network};

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

fn update() -> Update {
    let text = |lang: &str, subject: &str| UpdateText {
        lang: lang.to_owned(),
        subject: subject.to_owned(),
        text: "The council has answered {link}.\n\nRead <on>.".to_owned(),
    };
    Update::new(vec![text("en", "We were heard"), text("de", "Gehört")]).expect("good")
}

impl World {
    /// Confirm with the wish for updates.
    async fn subscribe(&self, email: &str) {
        let request = ConfirmationRequest {
            updates: true,
            ..Self::request(email)
        };
        let registrar = &self.registrar;
        let asked = registrar.request_confirmation(self.id, &request, network());
        asked.await.expect("accepted");
        self.until(|w| w.postbox.to(email).len() == 1).await;
        let link = token(&self.postbox.to(email)[0], "confirm");
        let signer = self.signer(1);
        self.confirm(&link, signer.blinded())
            .await
            .expect("an answer");
        self.until(|w| w.postbox.to(email).len() == 2).await;
    }

    /// How many updates each mailbox got.
    fn updates(&self) -> BTreeMap<String, usize> {
        let mut updates = BTreeMap::new();
        for mail in self.postbox.mails() {
            if mail.subject == "We were heard" {
                *updates.entry(mail.to).or_default() += 1;
            }
        }
        updates
    }

    async fn updates_through(&self) {
        self.until(|w| w.store.count("registrar/updates-going") == 0)
            .await;
        self.settled().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_get_an_update_and_nobody_else() {
    let w = World::with(quick()).await.running();
    w.subscribe("ada@example.org").await;
    w.subscribe("bob@example.org").await;
    w.sign("cyd@example.org").await;
    let way_out = token(&w.postbox.to("bob@example.org")[1], "unsubscribe");
    w.registrar.unsubscribe(w.id, &way_out).await.expect("out");
    assert_eq!(w.registrar.subscribers(w.id).expect("counted"), 1);
    w.registrar
        .send_update(w.id, &update())
        .await
        .expect("noted");
    w.updates_through().await;
    assert_eq!(
        w.updates(),
        BTreeMap::from([("ada@example.org".to_owned(), 1)])
    );
    let mail = w.postbox.to("ada@example.org").pop().expect("the update");
    assert!(
        mail.text
            .contains("The council has answered {link}.\n\nRead <on>.")
    );
    assert!(mail.html.contains("Read &lt;on&gt;."));
    w.clock.advance(1);
    let way_out = token(&mail, "unsubscribe");
    assert!(
        mail.unsubscribe
            .expect("List-Unsubscribe")
            .ends_with(&way_out)
    );
    w.registrar.unsubscribe(w.id, &way_out).await.expect("out");
    w.registrar
        .send_update(w.id, &update())
        .await
        .expect("noted");
    w.updates_through().await;
    assert_eq!(w.updates().len(), 1);
    // The page keeps both, newest first; the office sees how far they got.
    let published = w.registrar.published_updates(w.id, 10).expect("read");
    assert_eq!(published.len(), 2);
    assert!(published.iter().all(|u| u.texts == update().texts()));
    assert!(published[0].time > published[1].time);
    let newest = w.registrar.published_updates(w.id, 1).expect("read");
    assert_eq!(newest, published[..1]);
    let progress = w.registrar.update_progress(w.id).expect("read");
    let counts: Vec<_> = progress
        .iter()
        .map(|u| (u.id, u.subscribers, u.queued, u.waiting, u.done))
        .collect();
    let (one, other) = (published[0].id, published[1].id);
    assert_eq!(counts, [(one, 0, 0, 0, true), (other, 1, 1, 0, true)]);
    assert_eq!(progress[0].subject, "We were heard");
    // The queue's texts go, too.
    assert!(w.store.count("registrar/updates") > 0);
    w.clock.advance(32 * DAY);
    w.until(|w| w.store.count("registrar/updates") == 0).await;
    w.until(|w| w.store.count("registrar/updates-done") == 0)
        .await;
    let later = w.registrar.published_updates(w.id, 10).expect("read");
    assert_eq!(later, published, "the page's copy stays");
    // Until the petition's data go.
    w.clock.advance(92 * DAY);
    w.until(|w| w.store.count("registrar/updates-published") == 0)
        .await;
    w.until(|w| w.store.count("registrar/updates-reached") == 0)
        .await;
    assert_eq!(w.registrar.published_updates(w.id, 10).expect("read"), []);
    assert_eq!(w.registrar.update_progress(w.id).expect("read"), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_update_goes_on_after_a_restart_and_writes_to_nobody_twice() {
    const SUBSCRIBERS: usize = 230;
    let w = Arc::new(World::with(quick()).await.running());
    let tasks: Vec<_> = (0..SUBSCRIBERS)
        .map(|n| {
            let w = w.clone();
            tokio::spawn(async move { w.subscribe(&format!("reader{n}@gmail.com")).await })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    w.settled().await;
    let mut w = Arc::into_inner(w).expect("nobody else has it");
    w.stop().await;
    w.registrar
        .send_update(w.id, &update())
        .await
        .expect("noted");
    // The first page persists without our knowing; then the first mail's end is lost.
    w.store
        .fail(Meets::Put("registrar/updates-going"), Fault::Persisted);
    let w = w.running();
    w.until(|w| w.store.all_faults_happened()).await;
    let w = w.restarted().await;
    let [progress] = &w.registrar.update_progress(w.id).expect("read")[..] else {
        panic!("one update")
    };
    let subscribers = SUBSCRIBERS as u64;
    assert_eq!((progress.subscribers, progress.done), (subscribers, false));
    assert_eq!((progress.queued, progress.waiting), (200, 200));
    w.store.fail(Meets::Delete("registrar/mails"), Fault::Lost);
    let w = w.running();
    w.until(|w| {
        w.clock.advance(1);
        w.store.count("registrar/updates-going") == 0 && w.store.count("registrar/mails") == 0
    })
    .await;
    let updates = w.updates();
    assert_eq!(updates.len(), SUBSCRIBERS);
    assert!(updates.values().all(|count| *count == 1));
    let [progress] = &w.registrar.update_progress(w.id).expect("read")[..] else {
        panic!("one update")
    };
    assert_eq!(
        (progress.queued, progress.gone()),
        (subscribers, subscribers)
    );
    assert!(progress.done);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_while_an_update_is_queued_does_not_get_it() {
    let w = World::with(quick()).await.running();
    w.subscribe("ada@example.org").await;
    let way_out = token(&w.postbox.to("ada@example.org")[1], "unsubscribe");
    let refusal = undersigned::mail::Undelivered::Later(450);
    w.postbox.refuse_next(refusal);
    w.registrar
        .send_update(w.id, &update())
        .await
        .expect("noted");
    w.until(|w| w.postbox.attempts().len() == 3).await;
    w.registrar.unsubscribe(w.id, &way_out).await.expect("out");
    w.until(|w| {
        w.clock.advance(1);
        w.store.count("registrar/mails") == 0
    })
    .await;
    assert!(w.updates().is_empty());
}
