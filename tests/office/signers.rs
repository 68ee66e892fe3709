//! Signers, whom the office must never see.

use serde_json::{Value, json};
use undersigned::protocol::commitment::{Disclosure, DisclosureFields};
use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::signer::{SignerSecret, Signing};

use crate::browser::House;

/// Ask for a link for this mailbox, with updates.
pub async fn ask(house: &House, address: &str) {
    let body = json!({ "email": address, "updates": true });
    let answer = house
        .site
        .post(&house.site.of("/confirmations"), &body)
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text());
}

/// Confirm a mailbox that wants updates: it gets onto the roll.
pub async fn confirm(house: &House, address: &str) {
    ask(house, address).await;
    let site = &house.site;
    let mail = site.mail_to(address).await;
    let token = site.token_in(&mail, "confirm");
    let disclosure = Disclosure::new(&DisclosureFields::default()).expect("short");
    let secret = SignerSecret(*blake3::hash(address.as_bytes()).as_bytes());
    let petition = site.petition();
    let manifest = &petition.manifest;
    let signing = Signing::new(&secret, manifest.id(), manifest.token(), &disclosure);
    let signing = signing.expect("an invertible factor");
    let blinded = to_base64(signing.blinded_message());
    let body = json!({ "token": token, "blinded_message": blinded });
    site.post(&site.of("/confirm"), &body).await.json::<Value>();
}
