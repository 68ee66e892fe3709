//! The archive.

use sha2::{Digest as _, Sha256};
use undersigned::delivery::{Delivery, Signer, attestation_in, is_pack, unzip};
use undersigned::protocol::attestation::Attestation;

use crate::made::{URL, attestation, delivery, manifest};

const MOST: u64 = 10 << 20;

fn names(delivery: &Delivery) -> Vec<&'static str> {
    let files = delivery.files().expect("files");
    files.iter().map(|file| file.name).collect()
}

fn text(pack: &[u8], name: &str) -> String {
    String::from_utf8(unzip(pack, name, MOST).expect(name)).expect("text")
}

#[test]
fn the_same_input_is_the_same_pack() {
    for lang in ["en", "ar"] {
        let pack = delivery(lang).pack().expect("a pack");
        assert_eq!(pack, delivery(lang).pack().expect("a pack"));
        assert!(pack.len() < 600_000, "{} bytes", pack.len());
    }
}

#[test]
fn a_pack_has_everything_and_names_only_those_who_chose_it() {
    let without = [
        "README.txt",
        "letter.pdf",
        "letter.txt",
        "check.html",
        "attestation.txt",
        "pack.json",
    ];
    assert_eq!(names(&delivery("en")), without);
    let signer = Signer {
        name: "=Ana".to_owned(),
        region: "North".to_owned(),
        comment: "Please, do".to_owned(),
    };
    let with = delivery("en").signers(vec![signer]);
    assert_eq!(names(&with), [&without[..], &["signers.csv"]].concat());
    let pack = with.pack().expect("a pack");
    let table = text(&pack, "signers.csv");
    assert_eq!(
        table,
        "\u{feff}Name,Region,Comment\r\n'=Ana,North,\"Please, do\"\r\n"
    );
    assert!(text(&pack, "README.txt").contains("signers.csv"));
    assert!(!text(&delivery("en").pack().expect("a pack"), "README.txt").contains("signers.csv"));
}

#[test]
fn what_is_in_it_verifies() {
    let delivery = delivery("es");
    let pack = delivery.pack().expect("a pack");
    let attestation = text(&pack, "attestation.txt");
    let parsed = Attestation::parse(attestation.as_bytes()).expect("an attestation");
    let policy = parsed.manifest().pinned_policy();
    assert_eq!(
        parsed.verify(&policy).expect("it holds").totals.count(),
        2727
    );
    let json: serde_json::Value = serde_json::from_str(&text(&pack, "pack.json")).expect("JSON");
    assert_eq!(json["format"], "undersigned/pack/v1");
    assert_eq!(json["attestation"], attestation);
    assert_eq!(json["manifest"], parsed.manifest().text());
    let digest = hex::encode(Sha256::digest(attestation.as_bytes()));
    let record = format!("{URL}/{}/record#{digest}", parsed.manifest().id());
    assert!(text(&pack, "README.txt").contains(&record));
    assert!(text(&pack, "README.txt").contains("2\u{a0}727"));
    let letters = text(&pack, "letter.txt");
    for (lang, title) in crate::made::TITLES {
        assert!(
            letters.contains(&format!("[{lang}]\n\n{title}\n")),
            "{letters}"
        );
    }
}

#[test]
fn a_pack_is_opened_again() {
    let delivery = delivery("en");
    let pack = delivery.pack().expect("a pack");
    let json = delivery.pack_json().into_bytes();
    for pack in [&pack, &json] {
        assert!(is_pack(pack));
        let attestation = attestation_in(pack).expect("the attestation");
        assert_eq!(attestation, delivery.attestation.as_bytes());
    }
    assert!(!is_pack(delivery.attestation.as_bytes()));
    assert!(!is_pack(b"{\"format\":\"undersigned/receipt/v1\"}"));
    let text = String::from_utf8(json).expect("text");
    for (from, to) in [
        ("undersigned/pack/v1", "undersigned/pack/v2"),
        ("Keep the night train", "Keep the day train"),
        ("\"manifest\"", "\"manifesto\""),
    ] {
        let other = text.replacen(from, to, 1);
        assert_ne!(other, text);
        assert!(
            is_pack(other.as_bytes()) && attestation_in(other.as_bytes()).is_err(),
            "{to}"
        );
    }
    assert!(attestation_in(&pack[..pack.len() / 2]).is_err());
}

#[test]
fn nothing_is_made_of_an_attestation_that_does_not_hold() {
    let manifest = manifest(|_| ());
    let good = String::from_utf8(attestation(&manifest, [9, 0, 8, 1])).expect("text");
    let bad = good.replacen("\ncount 7\n", "\ncount 8\n", 1);
    assert_ne!(good, bad);
    assert!(Delivery::new(good.as_bytes(), URL).is_ok());
    assert!(Delivery::new(bad.as_bytes(), URL).is_err());
}

#[test]
fn the_mail_says_what_it_carries() {
    let delivery = delivery("en");
    assert_eq!(
        delivery.subject(),
        "2,727 signatures for: Keep the night train & its <sleeping> cars"
    );
    assert!(
        delivery.mail_text(None).contains("2026-01-05 00:00"),
        "{}",
        delivery.mail_text(None)
    );
}

/// What the mail says where the pack is attached, and where it is too large for that.
#[test]
fn the_mail_says_where_the_pack_is() {
    for lang in ["en", "es", "ar"] {
        let delivery = delivery(lang);
        let link = "https://petitions.example.org/pack/TOKEN";
        let attached = delivery.mail_text(None);
        let linked = delivery.mail_text(Some((link, 1_767_571_259)));
        assert!(linked.contains("2026-01-05 00:00") && linked.lines().any(|line| line == link));
        let both = format!("{}\n----\n{attached}----\n{linked}", delivery.subject());
        insta::assert_snapshot!(format!("mail-{lang}"), both);
    }
}
