//! Packs for the recipients, made and mailed by the service.

use std::time::Duration;

use mail_parser::{MessageParser, MimeHeaders as _};
use serde_json::json;
use undersigned::api::problem::Kind;
use undersigned::api::{PackState, SentPack, SentPacks};
use undersigned::delivery::unzip;
use undersigned::office::{MailWords, Outgoing};
use undersigned::protocol::attestation;

use crate::site::Site;
use crate::support::{OPENS, organiser};

const MOST: u64 = 10 << 20;

/// A petition with signatures, attested by its organiser.
async fn attested() -> (Site, String) {
    let site = Site::new().await;
    site.sign(0..3).await;
    site.publish_all().await;
    let petition = site.petition();
    let (tally, journaled) = site
        .server
        .instance()
        .journaled_tally(&petition)
        .expect("a tally");
    let text = attestation::text(
        &petition.manifest,
        &tally.totals(),
        tally.time,
        &journaled,
        None,
    );
    let note = attestation::sign(&text, &organiser()).expect("an attestation");
    (site, String::from_utf8(note).expect("text"))
}

#[tokio::test]
async fn the_operator_gets_a_pack() {
    let (site, note) = attested().await;
    let path = format!("/operator{}", site.of("/packs"));
    let answer = site.operate(&path, &json!({ "attestation": note })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/zip");
    assert_eq!(answer.header("cache-control"), "no-store");
    let inside = unzip(&answer.body, "attestation.txt", MOST).expect("the attestation");
    assert_eq!(inside, note.as_bytes());
    assert!(
        unzip(&answer.body, "signers.csv", MOST).is_err(),
        "nobody asked for it"
    );
    let wanted = json!({ "attestation": note, "signers": true });
    let answer = site.operate(&path, &wanted).await;
    let table = unzip(&answer.body, "signers.csv", MOST).expect("the table");
    assert_eq!(
        table,
        "\u{feff}Name,Region,Comment\r\n".as_bytes(),
        "nobody chose to be shown"
    );
}

#[tokio::test]
async fn strangers_and_other_notes_get_none() {
    let (site, note) = attested().await;
    for rest in ["/packs", "/packs/sent"] {
        let path = format!("/operator{}", site.of(rest));
        let body = json!({ "attestation": note });
        site.post(&path, &body)
            .await
            .refused(401, Kind::Unauthorised);
    }
    let path = format!("/operator{}", site.of("/packs"));
    let lie = note.replacen("count 3", "count 4", 1);
    assert_ne!(lie, note);
    let refused = site.operate(&path, &json!({ "attestation": lie })).await;
    refused.refused(422, Kind::Statement);
    let (other, note) = attested().await;
    drop(other);
    let refused = site.operate(&path, &json!({ "attestation": note })).await;
    refused.refused(422, Kind::Statement);
}

#[tokio::test]
async fn a_pack_goes_by_mail() {
    let (site, note) = attested().await;
    let path = format!("/operator{}", site.of("/packs/sent"));
    let wanted = |to: &str| json!({ "to": to, "pack": { "attestation": note } });
    let refused = site.operate(&path, &wanted("no address")).await;
    refused.refused(422, Kind::Address);
    let answer = site.operate(&path, &wanted("clerk@council.example")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let queued: SentPack = answer.json();
    assert_eq!((queued.count, queued.linked), (3, false));
    assert_eq!(queued.state, PackState::Queued);
    site.mail_to("clerk@council.example").await;
    let files = site.mail_files();
    assert_eq!(files.len(), 1);
    let bytes = std::fs::read(&files[0]).expect("a mail");
    let mail = MessageParser::default().parse(&bytes).expect("a mail");
    let to = mail
        .to()
        .and_then(|to| to.first())
        .and_then(|to| to.address());
    assert_eq!(to, Some("clerk@council.example"));
    assert_eq!(
        mail.subject(),
        Some("3 signatures for: Keep the night train")
    );
    let file = mail.attachment(0).expect("a file");
    assert_eq!(file.attachment_name(), Some("petition.zip"));
    let inside = unzip(file.contents(), "attestation.txt", MOST).expect("the attestation");
    assert_eq!(inside, note.as_bytes());
    // The mail's file is seen before the queue has written down that it is gone.
    let state = async || {
        let listed: SentPacks = site.operator_reads(&path).await.json();
        listed.items[0].clone()
    };
    for _ in 0..1000 {
        if state().await.state != PackState::Queued {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let sent = state().await;
    assert_eq!(sent.state, PackState::Sent);
    assert!(sent.state_since.is_some());
    assert_eq!(enclosures(&site), 0, "what is sent is not kept");
    let listed = site.operator_reads(&path).await.text();
    assert!(!listed.contains("clerk"), "{listed}");
}

/// Sealed files that are kept.
fn enclosures(site: &Site) -> usize {
    let folder = site.folder.path().join("enclosures");
    std::fs::read_dir(folder).expect("the folder").count()
}

#[tokio::test]
async fn a_pack_that_is_too_large_for_a_mail_is_a_link_that_ends() {
    let site = Site::new().await;
    // Bytes that no archive makes smaller, with something to look for.
    let mut zip: Vec<u8> = (0u32..2_000_000)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes())
        .collect();
    zip.extend(b"canary of the pack");
    let wanted = Outgoing {
        zip: zip.clone(),
        count: 3,
        as_of: OPENS,
        tally: 1,
    };
    let words = |link: Option<(&str, u64)>| {
        let (link, until) = link.expect("it is too large");
        assert_eq!(until, OPENS + 30 * 86_400);
        MailWords {
            subject: "A pack".to_owned(),
            text: format!("Here:\n\n{link}\n"),
            html: String::new(),
        }
    };
    let office = site.server.office();
    let to = "clerk@council.example";
    office
        .send_pack(site.id, to, wanted, words)
        .await
        .expect("queued");
    let mail = site.mail_to(to).await;
    let token = site.token_in(&mail, "pack");
    let kept = std::fs::read_dir(site.folder.path().join("enclosures")).expect("the folder");
    for file in kept {
        let path = file.expect("a file").path();
        let bytes = std::fs::read(&path).expect("read");
        let canary = b"canary of the pack";
        assert!(!bytes.windows(canary.len()).any(|part| part == canary));
        assert!(!path.to_string_lossy().contains(&token));
    }

    let path = format!("/{}/pack/{token}", site.id);
    let page = site.send(site.http.get(site.url(&path))).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(page.header("x-robots-tag"), "noindex");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(!page.text().contains(&token), "the token stands in no page");
    let form = |path: &str| {
        let request = site.http.post(site.url(path));
        request.header("content-type", "application/x-www-form-urlencoded")
    };
    let pack = site.send(form(&path)).await;
    assert_eq!(pack.status, 200);
    assert_eq!(pack.body, zip);
    assert_eq!(pack.header("cache-control"), "no-store");
    assert_eq!(pack.header("x-robots-tag"), "noindex");
    let wrong = format!("/{}/pack/{}", site.id, "A".repeat(43));
    assert_eq!(site.send(form(&wrong)).await.status, 404);

    site.clock.advance(30 * 86_400 + 1);
    assert_eq!(site.send(form(&path)).await.status, 404);
    let page = site.send(site.http.get(site.url(&path))).await;
    assert_eq!(page.status, 404);
}
