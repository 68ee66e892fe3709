//! Packs for the recipients, made and mailed by the service.

use mail_parser::{MessageParser, MimeHeaders as _};
use serde_json::json;
use undersigned::api::problem::Kind;
use undersigned::delivery::unzip;
use undersigned::protocol::attestation;

use crate::site::Site;
use crate::support::organiser;

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
    let outbox = site.folder.path().join("outbox");
    let files = std::fs::read_dir(outbox).expect("the outbox");
    let mails = files.map(|file| std::fs::read(file.expect("a file").path()).expect("a mail"));
    let mails: Vec<Vec<u8>> = mails.collect();
    assert_eq!(mails.len(), 1);
    let mail = MessageParser::default().parse(&mails[0]).expect("a mail");
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
}
