//! What was to be forgotten is in no file, and no key that could open what is left is,
//! while receipts, totals and audits hold as before.

use std::path::{Path, PathBuf};
use std::time::Duration;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use undersigned::api::{BounceOutcome, BounceResponse, Forgotten, OwnData, SignatureResponse};
use undersigned::keys::envelope;
use undersigned::protocol::commitment::{Disclosure, DisclosureFields};
use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::InclusionProof;
use undersigned::protocol::manifest::Audit;
use undersigned::protocol::receipt::{Private, Receipt};
use undersigned::registrar::InvitationText;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::policy::Policy;

use crate::audit::replay;
use crate::signing::Signer;
use crate::site::{Setup, Site};
use crate::support::DAY;

const GONE: &str = "canary-gone@canary.example";
const STAYED: &str = "canary-stayed@canary.example";

/// Finds all of these at once, whatever the case of letters.
fn needles<T: AsRef<[u8]>>(needles: impl IntoIterator<Item = T>) -> AhoCorasick {
    let search = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(needles);
    search.expect("few and short")
}

/// All files below a folder; none where there is no such folder. Mails that went out are out of reach: `outbox` stands for the
/// mail server.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("outbox") {
            found.extend(files(&path));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found
}

/// Which of the needles stand in which file.
fn found(folder: &Path, search: &AhoCorasick) -> Vec<(usize, PathBuf)> {
    let mut found = Vec::new();
    for path in files(folder) {
        // One that is renamed meanwhile has another name in the next round.
        let bytes = std::fs::read(&path).unwrap_or_default();
        let at = search.find_iter(&bytes).map(|hit| hit.pattern().as_usize());
        found.extend(at.map(|needle| (needle, path.clone())));
    }
    found
}

/// A key's bytes and its digits.
fn both(keys: &[(String, [u8; 32])]) -> Vec<Vec<u8>> {
    let both = |(_, key): &(String, [u8; 32])| [key.to_vec(), hex::encode(key).into_bytes()];
    keys.iter().flat_map(both).collect()
}

/// Every key that is to go, by its file: those that seal records, and both tag keys.
fn secrets(data: &Path) -> Vec<(String, [u8; 32])> {
    let mut secrets = Vec::new();
    for folder in ["periods", "suppressed", "records", "petitions"] {
        for path in files(&data.join("keys").join(folder)) {
            let name = path
                .strip_prefix(data)
                .expect("below")
                .display()
                .to_string();
            // For good: the hashes of those who want no invitations.
            if name.contains("stock") || name.ends_with("lasting.key") {
                continue;
            }
            let text = std::fs::read(&path).expect("a key");
            let text: Value = serde_json::from_slice(&text).expect("JSON");
            for field in ["key", "identity_key", "tag_seed"] {
                if let Some(digits) = text[field].as_str() {
                    let mut key = [0; 32];
                    hex::decode_to_slice(digits, &mut key).expect("digits");
                    secrets.push((name.clone(), key));
                }
            }
        }
    }
    secrets
}

/// What `spec/storage.md`, "Backup and restore", says is to be copied.
fn back_up(data: &Path, to: &Path) {
    for name in ["anchor", "publications.log", "logs", "state"] {
        let from = data.join(name);
        for path in if from.is_dir() {
            files(&from)
        } else {
            vec![from]
        } {
            let target = to.join(path.strip_prefix(data).expect("below"));
            std::fs::create_dir_all(target.parent().expect("a folder")).expect("made");
            std::fs::copy(&path, target).expect("copied");
        }
    }
}

/// The mail to an address that has a link of this kind: its id and the link's token.
async fn mail(site: &Site, address: &str, kind: &str) -> (String, String) {
    for _ in 0..2000 {
        for file in std::fs::read_dir(site.folder.path().join("outbox")).expect("the outbox") {
            let path = file.expect("a file").path();
            if path.extension().is_none_or(|e| e != "eml") {
                continue;
            }
            let bytes = std::fs::read(path).expect("a mail");
            let mail = MessageParser::default().parse(&bytes).expect("a mail");
            let to = mail.to().and_then(|to| to.first()?.address());
            let text = mail.body_text(0).expect("text");
            if to == Some(address) && text.contains(&format!("/{kind}/")) {
                let id = mail.message_id().expect("an id").to_owned();
                return (id, site.token_in(&text, kind));
            }
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no such mail came");
}

async fn until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..3000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{what} never came to hold");
}

fn signer(address: &str) -> Signer {
    let fields = DisclosureFields {
        name: Some("Canary Name".to_owned()),
        region: None,
        comment: Some("Canary comment".to_owned()),
    };
    Signer {
        disclosure: Disclosure::new(&fields).expect("short"),
        ..Signer::new(address)
    }
}

/// Sign, and show the name to everybody.
async fn sign(site: &Site, signer: &Signer) -> (Vec<u8>, Value, String) {
    let manifest = signer.manifest(site).await;
    let leaf = signer.leaf(site).await;
    let SignatureResponse { promise } = site.submit(&leaf).await.json();
    let opening = json!({
        "leaf": to_base64(leaf_hash(&leaf).0),
        "salt": to_base64(signer.signing(&manifest).salt()),
        "disclosure": to_base64(signer.disclosure.as_bytes()),
    });
    let mut shown = opening.clone();
    shown["public"] = json!(true);
    let answer = site.post(&site.of("/disclosures"), &shown).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (leaf, opening, promise)
}

/// The receipt of a published signature; it holds.
async fn receipt(site: &Site, signer: &Signer, leaf: &[u8], promise: String) -> Receipt {
    let manifest = signer.manifest(site).await;
    let hash = hex::encode(leaf_hash(leaf).0);
    let path = site.of(&format!("/trees/signatures/proof?leaf={hash}"));
    let proof: InclusionProof = site.get(&path).await.json();
    let private = Private {
        secret: signer.secret.0,
        disclosure: String::from_utf8(signer.disclosure.as_bytes().to_vec()).expect("JSON"),
    };
    let mut receipt = Receipt::begin(&manifest, None, private);
    receipt.leaf = Some(to_base64(leaf));
    receipt.promise = Some(promise);
    receipt.proof = Some(proof);
    let policy = Policy::of_logs(manifest.journal_vkeys(Tree::Roll).to_vec());
    assert!(receipt.verify(&policy).expect("it holds").owned);
    receipt
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_forgotten_is_in_no_file_and_neither_is_a_key_to_it() {
    let site = Site::with(Setup {
        on_disk: true,
        terms: Box::new(|t| {
            t.audit = Some(Audit {
                auditor: "An auditor".to_owned(),
                hpke_key: envelope::public(&[11; 32]).expect("a key"),
                beacon: "a beacon".to_owned(),
                round: 1,
                vkey: None,
                sample: None,
            });
        }),
        ..Setup::default()
    })
    .await;
    let data = site.folder.path().to_owned();

    // Through every flow: invited, signed, shown, subscribed, updated, held, bounced.
    let text = InvitationText {
        lang: "en".to_owned(),
        text: "Come and sign.".to_owned(),
    };
    let guests = ["canary-guest@canary.example", GONE].map(str::to_owned);
    let invited = site
        .server
        .registrar()
        .invite(site.id, guests.to_vec(), &text);
    assert_eq!(invited.await.expect("taken").taken, 2);
    mail(&site, GONE, "confirm").await;
    let (gone, stayed) = (signer(GONE), signer(STAYED));
    let (leaf, opening, promise) = sign(&site, &gone).await;
    let (other, ..) = sign(&site, &stayed).await;
    mail(&site, GONE, "unsubscribe").await;
    let held = json!({ "email": "canary-held@mailinator.com" });
    assert_eq!(
        site.post(&site.of("/confirmations"), &held).await.status,
        202
    );
    let lost = json!({ "email": "canary-lost@canary.example" });
    assert_eq!(
        site.post(&site.of("/confirmations"), &lost).await.status,
        202
    );
    let (id, _) = mail(&site, "canary-lost@canary.example", "confirm").await;
    let report = format!(
        "Content-Type: multipart/report; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Action: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{id}>\r\n\r\n--b--\r\n"
    );
    let report = json!({ "report": STANDARD.encode(report) });
    // What is kept of a mail is written after it left.
    let mut outcome = BounceOutcome::Unknown;
    for _ in 0..1000 {
        let answer: BounceResponse = site.operate("/operator/bounces", &report).await.json();
        outcome = answer.outcome;
        if outcome == BounceOutcome::Stopped {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(outcome, BounceOutcome::Stopped);
    site.publish_all().await;
    let receipt = receipt(&site, &gone, &leaf, promise).await;

    // The backup is made while all of it is still there.
    let backup = tempfile::tempdir().expect("a folder");
    back_up(&data, backup.path());
    let before = secrets(&data);
    let named = |part: &str| before.iter().any(|(name, _)| name.contains(part));
    for part in [
        "periods",
        "suppressed",
        "vault",
        "subscriptions",
        "disclosures",
        "invitations",
    ] {
        assert!(named(part), "a key of {part}");
    }
    let there = found(&data, &needles(both(&before)));
    for (n, (name, _)) in before.iter().enumerate() {
        let digits = 2 * n + 1;
        assert!(there.iter().any(|(found, _)| *found == digits), "{name}");
    }
    assert_eq!(found(backup.path(), &needles(both(&before))), []);
    let sent = found(&data.join("outbox"), &needles([GONE]));
    assert!(!sent.is_empty(), "the search finds it where it is");

    // She asks what is held, and has it erased. Her receipt takes her name back.
    let asked = json!({ "email": GONE });
    let answer = site.post(&site.of("/data-requests"), &asked).await;
    assert_eq!(answer.status, 202);
    let (_, token) = mail(&site, GONE, "data").await;
    let link = json!({ "token": token });
    let shown = site.post(&site.of("/data"), &link).await;
    assert_eq!(shown.header("cache-control"), "no-store");
    assert!(
        shown
            .header("content-disposition")
            .contains("own-data.json")
    );
    let shown: OwnData = shown.json();
    assert_eq!(shown.petitions.len(), 1);
    assert!(shown.petitions[0].audit.is_some());
    assert!(
        !serde_json::to_string(&shown)
            .expect("JSON")
            .contains("stayed")
    );
    let forgotten: Forgotten = site.post(&site.of("/erasure"), &link).await.json();
    assert!(forgotten.struck);
    let hidden = site.post(&site.of("/disclosures/removal"), &opening).await;
    assert_eq!(hidden.status, 200);
    site.publish_all().await;
    let state = tempfile::tempdir().expect("a folder");
    let fine = replay(&site, state.path().join("a")).await;
    assert_eq!(fine, [2, 1, 2, 0], "one struck, for erasure");
    let before: Vec<_> = secrets(&data).into_iter().chain(before).collect();

    // The terms pass: pending days, vault days after submit-until, half a year for bounces.
    site.clock.advance((33 + 90) * DAY + 1);
    until("the vault's key is gone", || {
        files(&data.join("keys/records")).len() <= 1
    })
    .await;
    site.clock.advance(240 * DAY);
    until("the days' keys are gone", || {
        ["periods", "suppressed"]
            .iter()
            .all(|folder| files(&data.join("keys").join(folder)).is_empty())
    })
    .await;
    until("the tag keys are gone", || {
        site.petition().registrar.identity.get().is_none()
            && site.petition().ledger.tag.get().is_none()
    })
    .await;
    for _ in 0..1000 {
        site.publish_all().await;
        if site.petition().erased().count() == 6 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(site.petition().erased().count(), 6, "all six are stated");
    let page = site.get_file(&format!("/{}/record", site.id)).await.text();
    assert!(page.contains("What was erased"));

    // While it runs, and after a start that reads all of it.
    let site = search(site, &data, backup.path(), &before).await;

    // What is public holds as before.
    let policy = Policy::of_logs(site.petition().manifest.journal_vkeys(Tree::Roll).to_vec());
    assert!(receipt.verify(&policy).expect("it holds").owned);
    let fine = replay(&site, state.path().join("a")).await;
    assert_eq!(fine, [2, 1, 2, 0]);
    let afresh = replay(&site, state.path().join("b")).await;
    assert_eq!(afresh, fine);
    let hash = hex::encode(leaf_hash(&other).0);
    let proof = site.of(&format!("/trees/signatures/proof?leaf={hash}"));
    assert_eq!(site.get(&proof).await.status, 200);
}

/// No byte of anybody, and no key, in the data folder or the backup.
async fn search(mut site: Site, data: &Path, backup: &Path, keys: &[(String, [u8; 32])]) -> Site {
    let marks = [b"canary".to_vec()].into_iter().chain(both(keys));
    let search = needles(marks);
    for _ in 0..2 {
        for folder in [data, backup] {
            assert_eq!(found(folder, &search), []);
        }
        site = site.restart().await;
    }
    let left: Vec<_> = files(&data.join("keys/records"))
        .iter()
        .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
        .collect();
    assert!(left.iter().all(|name| name == "lasting.key"), "{left:?}");
    assert_eq!(
        secrets(data)
            .iter()
            .filter(|(_, key)| *key != [0; 32])
            .count(),
        0
    );
    site
}
