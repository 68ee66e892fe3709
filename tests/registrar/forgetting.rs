//! What is over is gone: keys first, then records.

use undersigned::api::ConfirmationRequest;
use undersigned::keys::envelope;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::RollEntry;
use undersigned::protocol::manifest::Audit;
use undersigned::protocol::tag::verify_tag;
use undersigned::registrar::{VAULT_INFO, VaultRecord};
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

const AUDITOR: [u8; 32] = [11; 32];

fn audited() -> Setup {
    Setup {
        terms: |t| {
            t.audit = Some(Audit {
                auditor: "An auditor".to_owned(),
                hpke_key: envelope::public(&AUDITOR).expect("a key"),
                beacon: "a beacon".to_owned(),
                round: 1,
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
    let identity = &w.petition().registrar.identity;
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
