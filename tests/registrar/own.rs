//! What is held about a mailbox: shown to whoever opens it, and erased at its wish.

use undersigned::api::{ConfirmationRequest, OwnData, OwnDataRequest, OwnPetition, WhyNotSearched};
use undersigned::keys::envelope;
use undersigned::mail::Undelivered;
use undersigned::protocol::encoding::from_base64;
use undersigned::protocol::leaf::StrikeReason;
use undersigned::registrar::{RegistrarError, VAULT_INFO, VaultRecord};

use crate::forgetting::{AUDITOR, audited};
use crate::transport::token;
use crate::world::{DAY, World, network};

impl World {
    /// Ask for a link to a mailbox's own data and get it by mail.
    async fn data_link(&self, email: &str) -> String {
        let before = self.postbox.to(email).len();
        let request = OwnDataRequest {
            email: email.to_owned(),
            lang: None,
        };
        let asked = self
            .registrar
            .request_own_data(self.id, &request, network());
        asked.await.expect("accepted");
        self.until(|w| w.postbox.to(email).len() > before).await;
        token(&self.postbox.to(email)[before], "data")
    }

    async fn own_data(&self, email: &str) -> OwnData {
        let link = self.data_link(email).await;
        let data = self.registrar.own_data(self.id, &link).await;
        data.expect("it is all there")
    }

    /// Confirm a mailbox that wants updates.
    async fn subscriber(&self, email: &str) {
        let request = ConfirmationRequest {
            updates: true,
            ..Self::request(email)
        };
        let before = self.postbox.to(email).len();
        let asked = self
            .registrar
            .request_confirmation(self.id, &request, network());
        asked.await.expect("accepted");
        self.until(|w| w.postbox.to(email).len() > before).await;
        let link = token(&self.postbox.to(email)[before], "confirm");
        let signer = self.signer(email.len() as u64);
        let answer = self.confirm(&link, signer.blinded()).await;
        signer.check(&answer.expect("an answer"));
        self.settled().await;
    }
}

fn only(data: &OwnData) -> &OwnPetition {
    assert_eq!(data.petitions.len(), 1);
    &data.petitions[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn who_opens_the_mailbox_gets_all_that_is_held_about_it_and_nothing_else() {
    let w = World::with(audited()).await.running();
    w.invite(&["a.d.a@gmail.com", "bob@example.org"]).await;
    w.invitations_through().await;
    w.subscriber("ada@gmail.com").await;
    w.subscriber("bob@example.org").await;
    w.publish().await;
    w.link("A.Da+x@gmail.com").await;
    w.ask_removal("ada@googlemail.com").await.expect("accepted");
    w.settled().await;
    // One that waits in the queue, and one that waits for review.
    w.postbox.refuse_next(Undelivered::Later(450));
    w.ask("ada+later@gmail.com").await.expect("accepted");
    w.until(|w| w.store.count("registrar/requests") == 0).await;
    w.ask("eve@mailinator.com").await.expect("accepted");
    w.until(|w| w.store.count("registrar/requests") == 0).await;

    let data = w.own_data("ada@gmail.com").await;
    let text = serde_json::to_string(&data).expect("JSON").to_lowercase();
    for foreign in ["bob", "eve", "example.org"] {
        assert!(!text.contains(foreign), "{foreign} in {text}");
    }
    assert_eq!(data.mailbox.email, "ada@gmail.com");
    assert_eq!(data.mailbox.identity, "mailto:ada@gmail.com");
    assert!(data.mailbox.mails_today >= 5);
    assert!(data.mailbox.mails_sent.len() >= 5);
    assert!(!data.mailbox.suppressed && !data.mailbox.no_invitations);
    assert!(data.not_searched.is_empty() && data.not_linkable.len() == 5);
    let own = only(&data);
    assert_eq!(own.petition, w.id.to_string());
    assert!(own.invited && own.invitations.is_empty());
    assert_eq!(own.subscriptions.len(), 1);
    assert_eq!(own.subscriptions[0].email, "ada@gmail.com");
    let mut kinds: Vec<_> = own.links.iter().map(|link| &*link.kind).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["confirm", "confirm", "data", "remove"]);
    assert!(
        own.links
            .iter()
            .any(|link| link.email == "A.Da+x@gmail.com")
    );
    let entry = own.roll.as_ref().expect("on the roll");
    assert!(entry.index.is_some() && entry.struck.is_none());

    // What is sealed to the auditor is the record of this very entry.
    let audit = own.audit.as_ref().expect("for the auditor");
    assert_eq!(audit.fields.len(), 6, "no region is asked for");
    let sealed = from_base64(&audit.envelope).expect("base64");
    let leaf = hex::decode(&entry.leaf).expect("digits");
    let aad = [w.id.as_bytes(), &leaf[..]].concat();
    let plain = envelope::open(&AUDITOR, VAULT_INFO, &aad, &sealed).expect("opens");
    let record: VaultRecord = serde_json::from_slice(&plain).expect("a record");
    assert_eq!(record.opening.identity, "mailto:ada@gmail.com");

    let held = w.own_data("eve@mailinator.com");
    // A reviewer has to let the wish pass first: so nothing here for now.
    assert!(
        tokio::time::timeout(std::time::Duration::from_millis(300), held)
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_gets_a_mail_as_well_and_nothing_in_it() {
    let w = World::new().await.running();
    w.sign("ada@example.org").await;
    let data = w.own_data("stranger@example.org").await;
    let own = only(&data);
    assert!(own.roll.is_none() && own.subscriptions.is_empty() && !own.invited);
    let kinds: Vec<_> = own.links.iter().map(|link| &*link.kind).collect();
    assert_eq!(kinds, ["data"], "the very link");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_shows_it_once_until_its_time_is_over() {
    let w = World::new().await.running();
    let unknown =
        |outcome: Result<_, RegistrarError>| matches!(outcome, Err(RegistrarError::UnknownLink));
    let link = w.data_link("ada@example.org").await;
    w.registrar.own_data(w.id, &link).await.expect("once");
    assert!(unknown(w.registrar.own_data(w.id, &link).await.map(|_| ())));
    w.registrar.forget(w.id, &link).await.expect("still");
    assert!(unknown(w.registrar.forget(w.id, &link).await.map(|_| ())));
    let late = w.data_link("ada@example.org").await;
    let confirm = w.link("ada@example.org").await;
    assert!(unknown(
        w.registrar.own_data(w.id, &confirm).await.map(|_| ())
    ));
    assert!(unknown(w.registrar.remove(w.id, &late).await));
    w.clock.advance(7 * DAY + 1);
    assert!(unknown(w.registrar.own_data(w.id, &late).await.map(|_| ())));
    assert!(unknown(w.registrar.forget(w.id, &late).await.map(|_| ())));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_be_forgotten_is_and_nobody_else() {
    let w = World::with(audited()).await.running();
    w.subscriber("bob@example.org").await;
    w.subscriber("ada@example.org").await;
    w.publish().await;
    let confirm = w.link("ada@example.org").await;
    let removal = w.removal_link("ada@example.org").await;
    let link = w.data_link("ada@example.org").await;
    w.settled().await;
    let before = |space| w.store.count(space);
    assert_eq!(before("registrar/subscriptions"), 2);
    assert_eq!(before("registrar/vault"), 2);
    let forgotten = w.registrar.forget(w.id, &link).await.expect("forgotten");
    assert!(forgotten.struck);
    assert_eq!(w.store.count("registrar/subscriptions"), 1);
    assert_eq!(w.store.count("registrar/vault"), 1);
    let signer = w.signer(3);
    assert!(matches!(
        w.confirm(&confirm, signer.blinded()).await,
        Err(RegistrarError::UnknownLink)
    ));
    assert!(matches!(
        w.registrar.remove(w.id, &removal).await,
        Err(RegistrarError::UnknownLink)
    ));
    w.publish().await;
    let strikes = w.strikes();
    assert_eq!(strikes.len(), 1);
    assert_eq!(strikes[0].reason, StrikeReason::Erasure);

    // Asked once more, there is the entry and nothing else; forgotten again, nothing happens.
    let data = w.own_data("ada@example.org").await;
    let own = only(&data);
    let entry = own.roll.as_ref().expect("it stays");
    assert_eq!(entry.struck, Some(StrikeReason::Erasure as u8));
    assert!(own.audit.is_none() && own.subscriptions.is_empty());
    let link = w.data_link("ada@example.org").await;
    let again = w.registrar.forget(w.id, &link).await.expect("said again");
    assert!(!again.struck);
    w.publish().await;
    assert_eq!(w.strikes().len(), 1);
    let bob = w.own_data("bob@example.org").await;
    assert!(only(&bob).audit.is_some() && only(&bob).subscriptions.len() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_waits_is_struck_for_erasure_when_it_is_published() {
    let w = World::with(audited()).await.running();
    w.sign("ada@example.org").await;
    let link = w.data_link("ada@example.org").await;
    assert!(w.registrar.forget(w.id, &link).await.expect("noted").struck);
    assert_eq!(w.store.count("registrar/vault"), 0);
    w.publish().await;
    w.until(|w| w.store.count("registrar/strikes-due") == 0)
        .await;
    w.publish().await;
    assert_eq!(w.strikes()[0].reason, StrikeReason::Erasure);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_auditor_the_entry_counts_on() {
    let w = World::new().await.running();
    w.subscriber("ada@example.org").await;
    w.publish().await;
    // A mail that waits goes with the rest, and is not sent.
    w.postbox.refuse_next(Undelivered::Later(450));
    w.ask("ada@example.org").await.expect("accepted");
    w.until(|w| w.store.count("registrar/requests") == 0).await;
    let link = w.data_link("ada@example.org").await;
    w.until(|w| w.store.count("registrar/mails") == 1).await;
    let forgotten = w.registrar.forget(w.id, &link).await.expect("forgotten");
    assert!(!forgotten.struck);
    for space in ["subscriptions", "links", "mails", "mailboxes", "sent"] {
        let space: &'static str = Box::leak(format!("registrar/{space}").into_boxed_str());
        let left = usize::from(space == "registrar/links");
        assert_eq!(
            w.store.count(space),
            left,
            "{space}: a used link names nobody"
        );
    }
    w.publish().await;
    assert_eq!(w.strikes(), []);
    assert_eq!(w.roll(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_keys_are_gone_no_roll_is_searched() {
    let w = World::new().await.running();
    w.sign("ada@example.org").await;
    w.publish().await;
    w.clock.advance((33 + 90) * DAY + 1);
    w.until(|w| w.petition().registrar.identity.get().is_none())
        .await;
    let data = w.own_data("ada@example.org").await;
    assert_eq!(only(&data).roll.as_ref().map(|_| ()), None);
    let why: Vec<_> = data.not_searched.iter().map(|not| not.why).collect();
    assert_eq!(why, [WhyNotSearched::KeysDestroyed]);
    let link = w.data_link("ada@example.org").await;
    w.registrar.forget(w.id, &link).await.expect("forgotten");
}
