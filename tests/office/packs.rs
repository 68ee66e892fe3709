//! The delivery pack: made, looked at, mailed, and said to be delivered.

use serde_json::json;
use undersigned::delivery::unzip;
use undersigned::protocol::attestation;
use undersigned::protocol::saying::Saying;

use crate::browser::{Browser, House};
use crate::drafts::signed;
use crate::support::organiser;

const MOST: u64 = 10 << 20;

fn at(house: &House, rest: &str) -> String {
    format!("/office/petitions/{}{rest}", house.site.id)
}

/// Three more signatures, published and attested; the id of the attestation.
async fn attested(house: &House, signers: std::ops::Range<u64>) -> String {
    house.site.sign(signers).await;
    house.site.publish_all().await;
    let petition = house.site.petition();
    let instance = house.site.server.instance();
    let (tally, journaled) = instance.journaled_tally(&petition).expect("a tally");
    let manifest = &petition.manifest;
    let text = attestation::text(manifest, &tally.totals(), tally.time, &journaled, None);
    let note = signed(&text, &organiser());
    let path = house.site.of("/attestations");
    let answer = house.site.post(&path, &json!({ "note": note })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let page = house.site.get(&path).await.json::<serde_json::Value>();
    let newest = page["items"].as_array().expect("a list").last().cloned();
    newest.expect("one")["id"]
        .as_str()
        .expect("an id")
        .to_owned()
}

async fn state_of(owner: &Browser<'_>, house: &House, state: &str) -> String {
    for _ in 0..1000 {
        let page = owner.page(&at(house, "/packs")).await;
        if page.contains(state) {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("it is never {state:?}");
}

#[tokio::test]
async fn a_pack_is_downloaded_mailed_and_said_to_be_delivered() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let other = house.signed_in("other@friends.example", "organiser").await;
    let path = at(&house, "/packs");
    assert!(owner.page(&path).await.contains("Attest the count"));
    let first = attested(&house, 0..3).await;
    let handed = house.site.petition().tally().expect("a tally").0;
    assert_eq!(other.get(&path).await.status, 404);
    let mut fields = vec![
        ("attestation", &*first),
        ("lang", "en"),
        ("to", "clerk.canary@council.example"),
    ];
    assert_eq!(other.post(&path, &fields).await.status, 404);

    let mut download = fields.clone();
    download.push(("then", "download"));
    let pack = owner.post(&path, &download).await;
    assert_eq!(pack.status, 200);
    assert_eq!(pack.header("content-type"), "application/zip");
    assert!(unzip(&pack.body, "letter.pdf", MOST).is_ok());
    assert!(unzip(&pack.body, "signers.csv", MOST).is_err());

    fields.push(("then", "preview"));
    let preview = owner.post(&path, &fields).await.text();
    assert!(preview.contains("3 signatures for: Keep the night train"));
    assert!(preview.contains("clerk.canary@council.example"));
    fields.pop();
    fields.push(("then", "send"));
    assert_eq!(
        owner.post(&path, &fields).await.status,
        422,
        "without the box"
    );
    fields.push(("sure", "yes"));
    assert_eq!(owner.done(&path, &fields).await, path);
    house.site.mail_to("clerk.canary@council.example").await;
    let page = state_of(&owner, &house, "Taken by a mail server").await;
    assert!(page.contains("clerk.canary@council.example"));
    let log = owner.page("/office/log").await;
    assert!(log.contains("had a pack of") && !log.contains("canary"));

    // More have signed since: what was handed over is what is offered first.
    attested(&house, 3..5).await;
    let ask = owner.page(&at(&house, "/say/deliver")).await;
    let chosen = format!("value=\"{handed}\" checked");
    assert!(ask.contains(&chosen), "{ask}");
    assert_eq!(ask.matches("type=\"radio\"").count(), 3, "{ask}");
    let delivered = [
        ("on", "2027-01-15T08:00"),
        ("to", "The council"),
        ("tally", &*handed.to_string()),
        ("remark", ""),
    ];
    let drawn = owner.post(&at(&house, "/say/deliver"), &delivered).await;
    assert_eq!(drawn.status, 200);
    let text = Saying::Delivered {
        on: 1_800_000_000,
        to: "The council".to_owned(),
        tally: Some(handed),
        remark: String::new(),
    }
    .text(house.site.id)
    .expect("keeps the rules");
    assert!(drawn.text().contains(&text.replace('"', "&quot;")));
    let no_tally = [delivered[0], delivered[1], ("tally", "0"), delivered[3]];
    let refused = owner.post(&at(&house, "/say/deliver"), &no_tally).await;
    assert_eq!(refused.status, 422, "the first entry is no tally");
}

#[tokio::test]
async fn a_day_has_only_so_many_packs() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let id = attested(&house, 0..1).await;
    let path = at(&house, "/packs");
    let fields = [
        ("attestation", &*id),
        ("to", "clerk@council.example"),
        ("sure", "yes"),
        ("then", "send"),
    ];
    for _ in 0..20 {
        owner.done(&path, &fields).await;
    }
    assert_eq!(owner.post(&path, &fields).await.status, 409);
    house.site.clock.advance(86_400);
    let owner = house.signed_in("owner@staff.example", "owner").await;
    owner.done(&path, &fields).await;
}
