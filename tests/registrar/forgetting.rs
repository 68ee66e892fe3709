//! What is over is gone: keys first, then records.

use undersigned::api::ConfirmationRequest;
use undersigned::keys::envelope;
use undersigned::protocol::erased::ErasedKey;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::RollEntry;
use undersigned::protocol::manifest::Audit;
use undersigned::protocol::tag::verify_tag;
use undersigned::registrar::{RegistrarError, VAULT_INFO, VaultRecord};
use undersigned::store::{LogId, Store as _};

use crate::transport::token;
use crate::world::{DAY, Setup, World, network};

const PERSONAL: [&str; 5] = [
    "registrar/requests",
    "registrar/links",
    "registrar/mailboxes",
    "registrar/mailbox-days",
    "registrar/mails",
];

fn key_files(w: &World, folder: &str) -> usize {
    let path = w.folder.path().join("keys").join(folder);
    std::fs::read_dir(path).map_or(0, Iterator::count)
}

#[tokio::test(flavor = "multi_thread")]
async fn pending_records_and_their_keys_are_gone_after_the_period() {
    let w = World::new().await.running();
    w.link("ada@example.org").await;
    w.sign("bob@example.org").await;
    w.ask_removal("cyd@example.org").await.expect("accepted");
    w.ask("dan@mailinator.com").await.expect("accepted");
    w.settled().await;
    assert!(key_files(&w, "periods") >= 2);
    for space in ["registrar/links", "registrar/mailboxes", "registrar/held"] {
        assert!(w.store.count(space) > 0, "{space}");
    }
    w.clock.advance(8 * DAY);
    w.until(|w| PERSONAL.iter().all(|space| w.store.count(space) == 0))
        .await;
    w.until(|w| w.store.count("registrar/held") == 0).await;
    w.until(|w| key_files(w, "periods") == 0).await;
    assert_eq!(w.roll(), 1, "the roll stays");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_forgotten_early() {
    let w = World::new().await.running();
    let link = w.link("ada@example.org").await;
    w.clock.advance(7 * DAY - 60);
    // Two sweeps: one at the start, one for the new day.
    let w = w.restarted().await.running();
    w.ask("bob@example.org").await.expect("accepted");
    w.settled().await;
    w.until(|w| w.store.count("registrar/mailbox-days") == 1)
        .await;
    let signer = w.signer(1);
    signer.check(&w.confirm(&link, signer.blinded()).await.expect("in time"));
}

/// The auditor's private key.
pub(crate) const AUDITOR: [u8; 32] = [11; 32];

/// A petition whose people are to be audited.
pub(crate) fn audited() -> Setup {
    Setup {
        terms: |t| {
            t.audit = Some(Audit {
                auditor: "An auditor".to_owned(),
                hpke_key: envelope::public(&AUDITOR).expect("a key"),
                beacon: "a beacon".to_owned(),
                round: 1,
                vkey: None,
                sample: None,
            });
        },
        ..Setup::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_auditor_can_check_an_entry_and_nobody_else() {
    let w = World::with(audited()).await.running();
    w.sign("A.Da+x@gmail.com").await;
    w.publish().await;
    let envelopes = w.registrar.vault(w.id, &[0, 1]).expect("read");
    let [Some(sealed), None] = &envelopes[..] else {
        panic!("one entry, one envelope")
    };
    let leaf = &w
        .store
        .leaves(LogId::Tree(w.id, Tree::Roll), 0, 1)
        .expect("memory")[0];
    let aad = [w.id.as_bytes(), &leaf[..]].concat();
    let plain = envelope::open(&AUDITOR, VAULT_INFO, &aad, sealed).expect("opens");
    let record: VaultRecord = serde_json::from_slice(&plain).expect("a record");
    assert_eq!(record.opening.identity, "mailto:ada@gmail.com");
    assert_eq!(u64::from(record.opening.day), w.instance.clock.now() / DAY);
    let entry = RollEntry::parse(leaf).expect("a leaf");
    assert_eq!(record.opening.commit(w.id), entry.commitment);
    let identity = w.petition().registrar.identity.get().expect("in time");
    assert_eq!(
        identity.blind_identity(w.id, &record.opening.identity),
        record.u
    );
    let proof = record.proof[..].try_into().expect("80 bytes");
    let key = w.petition().manifest.terms().ledger.tag_key;
    assert_eq!(verify_tag(&key, &record.u, &proof), Ok(entry.tag));
    assert!(envelope::open(&[12; 32], VAULT_INFO, &aad, sealed).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn vault_and_subscriptions_go_with_their_keys_after_vault_days() {
    let w = World::with(audited()).await.running();
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
    w.publish().await;
    assert_eq!(key_files(&w, "records"), 2);
    w.clock.advance((33 + 90) * DAY - 1);
    let w = w.restarted().await.running();
    w.until(|w| w.store.count("registrar/links") == 0).await;
    assert_eq!(w.store.count("registrar/vault"), 1, "not early");
    w.clock.advance(DAY);
    w.until(|w| w.store.count("registrar/vault") == 0).await;
    w.until(|w| w.store.count("registrar/subscriptions") == 0)
        .await;
    w.until(|w| key_files(w, "records") == 0).await;
    assert_eq!(w.registrar.vault(w.id, &[0]).expect("read"), [None]);
}

/// Names of the keys whose destruction the journal states, in order.
fn stated(w: &World) -> Vec<&'static str> {
    let mut names: Vec<_> = w.petition().erased().map(|(_, key)| key.name()).collect();
    names.sort_unstable();
    names
}

/// Whether these bytes, or their hexadecimal digits, stand in a file below the folder.
fn on_disk(w: &World, needle: &[u8; 32]) -> bool {
    let digits = hex::encode(needle);
    crate::canary::files(w.folder.path()).iter().any(|path| {
        let bytes = std::fs::read(path).expect("readable");
        crate::canary::contains(&bytes, needle)
            || crate::canary::contains(&bytes, digits.as_bytes())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_whose_time_is_over_are_destroyed_and_the_journal_says_so_once() {
    let w = World::with(audited()).await.running();
    w.sign("ada@example.org").await;
    let opening = w.disclosed(7, "Ada").await;
    w.registrar
        .disclose(w.id, opening, false)
        .await
        .expect("shown");
    w.publish().await;
    let petition = w.petition();
    let identity = petition.registrar.identity.get().expect("in time");
    let seed = identity.0;
    drop(identity);
    assert!(on_disk(&w, &seed));
    // Withdraw-until is on day 60: until then a mailbox may ask for its entry to be struck.
    w.clock.advance((33 + 90) * DAY + 1);
    w.until(|w| w.store.count("registrar/vault") == 0).await;
    w.until(|w| w.petition().registrar.identity.get().is_none())
        .await;
    w.until(|w| w.petition().ledger.tag.get().is_none()).await;
    assert!(!on_disk(&w, &seed), "kI is in no file");
    assert_eq!(stated(&w), [""; 0], "nothing was published since");

    // Killed between destroying and stating.
    let w = w.restarted().await.running();
    assert!(w.petition().registrar.identity.get().is_none());
    let all = ["disclosures", "identity-key", "tag-key", "vault"];
    for _ in 0..1000 {
        w.publish().await;
        if stated(&w).len() == all.len() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(stated(&w), all, "what there was, and nothing else");
    w.until(|w| w.store.count("registrar/erasures") == 0).await;
    let w = w.restarted().await.running();
    w.until(|w| w.store.count("registrar/erasures") == 0).await;
    w.publish().await;
    assert_eq!(stated(&w), all, "once");
    let pinned = petition.manifest.terms().registrar.identity_key_commitment;
    let named = ErasedKey::Identity(pinned);
    assert!(w.petition().erased().any(|(_, key)| key == named));
    assert_eq!(w.roll(), 1);
    let refused = w.registrar.remove(w.id, &"A".repeat(43)).await;
    assert!(matches!(refused, Err(RegistrarError::UnknownLink)));
}

#[tokio::test(flavor = "multi_thread")]
async fn tag_keys_stay_as_long_as_an_entry_can_be_taken_back() {
    let setup = Setup {
        terms: |t| t.retention.vault_days = 1,
        ..Setup::default()
    };
    let w = World::with(setup).await.running();
    w.sign("ada@example.org").await;
    w.publish().await;
    w.clock.advance(50 * DAY);
    let w = w.restarted().await.running();
    let link = w.removal_link("ada@example.org").await;
    w.registrar.remove(w.id, &link).await.expect("struck");
    w.clock.advance(10 * DAY + 1);
    w.until(|w| w.petition().registrar.identity.get().is_none())
        .await;
}
