//! `/signatures`, `/withdrawals` and `/promises`: what is taken and what is refused.

use serde_json::{Value, json};
use undersigned::api::SignatureResponse;
use undersigned::api::problem::Kind;
use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::leaf::Withdrawal;
use undersigned::protocol::withdrawal;
use undersigned::tlog::hash::leaf_hash;

use ed25519_dalek::Signer as _;

use crate::site::Site;
use crate::support::{DAY, OPENS, key, signature};

#[tokio::test]
async fn every_refusal_of_a_signature() {
    let site = Site::new().await;
    let other = Site::new().await;
    let good = site.signature(1).to_bytes();
    let changed = |at: usize, to: u8| {
        let mut leaf = good.clone();
        leaf[at] = to;
        leaf
    };
    site.submit(&good[..321]).await.refused(422, Kind::Leaf);
    site.submit(&[&good[..], &[0]].concat())
        .await
        .refused(422, Kind::Leaf);
    site.submit(&[]).await.refused(422, Kind::Leaf);
    site.submit(&changed(0, 2)).await.refused(422, Kind::Leaf);
    site.submit(&changed(1, 2)).await.refused(422, Kind::Leaf);
    site.submit(&changed(321, good[321] ^ 1))
        .await
        .refused(422, Kind::Token);
    site.submit(&changed(40, good[40] ^ 1))
        .await
        .refused(422, Kind::Token);
    site.submit(&other.signature(1).to_bytes())
        .await
        .refused(422, Kind::Token);
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let weak = signature(&site.petition(), neutral, [7; 32]).to_bytes();
    site.submit(&weak).await.refused(422, Kind::PublicKey);

    let path = site.of("/signatures");
    let body = |leaf: &str| json!({ "leaf": leaf });
    let base64 = to_base64(&good);
    for malformed in [
        json!({}),
        json!([]),
        json!({ "leaf": 7 }),
        json!({ "leaf": null }),
        json!({ "leaf": base64, "more": 1 }),
        body(&base64[1..]),
        body(&base64.replace('=', "")),
        body(&hex::encode(&good)[1..]),
        body(&format!("{base64}\n")),
    ] {
        site.post(&path, &malformed)
            .await
            .refused(400, Kind::Malformed);
    }
    let unknown = "0".repeat(64);
    let unknown = format!("/petitions/{unknown}/signatures");
    site.post(&unknown, &body(&base64))
        .await
        .refused(404, Kind::UnknownPetition);
    let no_id = "/petitions/NONE/signatures";
    site.post(no_id, &body(&base64))
        .await
        .refused(404, Kind::NotFound);

    site.submit(&good).await.json::<SignatureResponse>();
    let used = signature(&site.petition(), key(1).verifying_key().to_bytes(), [8; 32]).to_bytes();
    site.submit(&used).await.refused(409, Kind::KeyUsed);
    site.clock.advance(33 * DAY + 1);
    site.submit(&site.signature(2).to_bytes())
        .await
        .refused(409, Kind::Closed);
    site.submit(&good).await.json::<SignatureResponse>();
}

#[tokio::test]
async fn not_before_it_opens() {
    let setup = crate::site::Setup {
        terms: Box::new(|terms| terms.opens = OPENS + 10),
        ..Default::default()
    };
    let site = Site::with(setup).await;
    let leaf = site.signature(1).to_bytes();
    site.submit(&leaf).await.refused(409, Kind::NotOpen);
    let ask = json!({ "email": "early@signers.example" });
    site.post(&site.of("/confirmations"), &ask)
        .await
        .refused(409, Kind::NotOpen);
    site.clock.advance(10);
    site.submit(&leaf).await.json::<SignatureResponse>();
}

#[tokio::test]
async fn withdrawals() {
    let site = Site::new().await;
    let leaves = site.sign(0..3).await;
    site.publish_all().await;
    let path = site.of("/withdrawals");
    let index_of = |leaf: &[u8]| {
        let path = site.of(&format!("/promises/{}", hex::encode(leaf_hash(leaf).0)));
        let site = &site;
        async move {
            site.get(&path).await.json::<Value>()["index"]
                .as_u64()
                .expect("published")
        }
    };
    let take_back = |n: u64, leaf: &[u8], index: u64| {
        let message = withdrawal::message(site.id, &leaf_hash(leaf), index);
        let signature = key(n).sign(&message).to_bytes();
        json!({ "leaf": to_base64(Withdrawal { index, signature }.to_bytes()) })
    };
    let index = index_of(&leaves[0]).await;
    let elsewhere = index_of(&leaves[1]).await;
    site.post(&path, &take_back(1, &leaves[0], index))
        .await
        .refused(422, Kind::WithdrawalSignature);
    site.post(&path, &take_back(0, &leaves[0], elsewhere))
        .await
        .refused(422, Kind::WithdrawalSignature);
    site.post(&path, &take_back(0, &leaves[0], 3))
        .await
        .refused(404, Kind::UnknownSignature);
    site.post(&path, &take_back(0, &leaves[0], u64::MAX))
        .await
        .refused(404, Kind::UnknownSignature);
    let short = json!({ "leaf": to_base64([1, 2, 3]) });
    site.post(&path, &short).await.refused(422, Kind::Leaf);
    let good = take_back(0, &leaves[0], index);
    site.post(&path, &good).await.json::<Value>();
    site.post(&path, &good).await.json::<Value>();
    site.publish_all().await;
    let count: Value = site.get(&site.of("/count")).await.json();
    assert_eq!((&count["count"], &count["ceiling"]), (&json!(2), &json!(2)));
    site.clock.advance(61 * DAY);
    site.post(&path, &good).await.json::<Value>();
    site.post(&path, &take_back(1, &leaves[1], elsewhere))
        .await
        .refused(409, Kind::Closed);
}

#[tokio::test]
async fn promises_are_looked_up_by_leaf_hash() {
    let site = Site::new().await;
    let path = |hash: &str| site.of(&format!("/promises/{hash}"));
    site.get(&path(&"0".repeat(64)))
        .await
        .refused(404, Kind::NotFound);
    site.get(&path(&"A".repeat(64)))
        .await
        .refused(400, Kind::Malformed);
    site.get(&path("00")).await.refused(400, Kind::Malformed);
}
