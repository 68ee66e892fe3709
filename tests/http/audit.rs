//! A stranger replays what is served, at every step of a petition's life.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use undersigned::auditor::{AuditOptions, Trust, Unobserved, Verdict, audit};
use undersigned::client::tiles::HttpTiles;
use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::leaf::Withdrawal;
use undersigned::protocol::statement::{DateChange, Dates, dated, sign};
use undersigned::protocol::withdrawal;
use undersigned::tlog::hash::leaf_hash;

use ed25519_dalek::Signer as _;

use crate::signing::Signer;
use crate::site::Site;
use crate::support::{DAY, key, organiser};

/// Audit, and go on from earlier audits. Returns R, X, S, W.
pub async fn replay(site: &Site, state: PathBuf) -> [u64; 4] {
    let url = format!("http://{}", site.server.addr());
    let source = HttpTiles::new(&url, site.clock.clone()).expect("an address");
    let options = AuditOptions {
        state,
        fresh: false,
        petition: None,
        trust: Trust {
            keys: site.server.instance().keys.vkeys().to_vec(),
            policy: None,
        },
        jobs: 1,
    };
    let clock = site.clock.clone();
    let report = tokio::task::spawn_blocking(move || {
        audit(&source, &options, &*clock, &Unobserved).expect("the journal is there")
    });
    let report = report.await.expect("no panic");
    assert_eq!(
        report.verdict,
        Verdict::Fine,
        "{}",
        serde_json::to_string(&report).expect("JSON")
    );
    let totals = report.petitions[0].totals;
    [
        totals.roll,
        totals.strikes,
        totals.signatures,
        totals.withdrawals,
    ]
}

async fn state(site: &Site, change: DateChange, dates: &Dates) {
    let note = sign(&dated(site.id, change, dates), &organiser()).expect("text");
    let note = String::from_utf8(note).expect("text");
    site.post("/statements", &json!({ "note": note }))
        .await
        .json::<Value>();
}

async fn withdraw(site: &Site, n: u64, leaf: &[u8]) {
    let hash = leaf_hash(leaf);
    let promise: Value = site
        .get(&site.of(&format!("/promises/{}", hex::encode(hash.0))))
        .await
        .json();
    let index = promise["index"].as_u64().expect("published");
    let message = withdrawal::message(site.id, &hash, index);
    let signature = key(n).sign(&message).to_bytes();
    let withdrawal = Withdrawal { index, signature }.to_bytes();
    let body = json!({ "leaf": to_base64(withdrawal) });
    site.post(&site.of("/withdrawals"), &body)
        .await
        .json::<Value>();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_life_replays() {
    let site = Arc::new(Site::new().await);
    let folder = tempfile::tempdir().expect("a folder");
    let state_folder = || folder.path().to_owned();
    let leaves = site.sign(0..70).await;
    site.publish_due().await;
    assert_eq!(replay(&site, state_folder()).await, [70, 0, 70, 0]);

    // Real tags and tokens, by mail.
    let signer = Signer::new("auditable@signers.example");
    let leaf = signer.leaf(&site).await;
    site.submit(&leaf).await.json::<Value>();
    site.clock.advance(3600);
    site.publish_due().await;
    withdraw(&site, 0, &leaves[0]).await;
    let strike = json!({ "target": { "entries": [3, 4] }, "reason": "duplicate-person" });
    site.operate(&format!("/operator{}", site.of("/strikes")), &strike)
        .await
        .json::<Value>();
    site.publish_due().await;
    site.clock.advance(3600);
    site.publish_due().await;
    assert_eq!(replay(&site, state_folder()).await, [71, 2, 71, 1]);

    let first = site.petition().dates();
    let later = Dates {
        confirm_until: first.confirm_until + DAY,
        submit_until: first.submit_until + DAY,
        withdraw_until: first.withdraw_until + DAY,
    };
    state(&site, DateChange::Later, &later).await;
    let closing = Dates {
        confirm_until: first.confirm_until - 20 * DAY,
        submit_until: first.submit_until - 20 * DAY,
        withdraw_until: later.withdraw_until,
    };
    state(&site, DateChange::Earlier, &closing).await;
    site.sign(70..75).await;
    assert_eq!(replay(&site, state_folder()).await, [71, 2, 71, 1]);
    site.clock.advance(14 * DAY);
    site.publish_due().await;
    assert!(site.petition().is_closed());
    assert_eq!(replay(&site, state_folder()).await, [76, 2, 76, 1]);
    withdraw(&site, 1, &leaves[1]).await;
    site.publish_all().await;
    assert_eq!(replay(&site, state_folder()).await, [76, 2, 76, 2]);
    // And once more from the beginning.
    let fresh = tempfile::tempdir().expect("a folder");
    assert_eq!(replay(&site, fresh.path().to_owned()).await, [76, 2, 76, 2]);
}
