//! What the operator's token opens.

use std::os::unix::fs::PermissionsExt as _;

use base64::Engine as _;
use serde_json::{Value, json};
use undersigned::api::problem::Kind;
use undersigned::api::{
    BounceOutcome, BounceResponse, ContributedKeys, Held, Page, StrikeResponse, UpdateResponse,
};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::Strike;
use undersigned::protocol::manifest::{Manifest, Publication, Terms};
use undersigned::protocol::statement;
use undersigned::store::LogId;

use crate::site::Site;
use crate::support::{organiser, terms};

#[tokio::test]
async fn nothing_without_the_token() {
    let site = Site::new().await;
    let path = site.folder.path().join("keys/operator.token");
    let mode = std::fs::metadata(path)
        .expect("made at the start")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let token = site.operator_token();
    let strikes = format!("/operator{}", site.of("/strikes"));
    let held = format!("/operator{}", site.of("/held"));
    let verdict = format!("/operator{}", site.of("/held/00"));
    let tries = [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some(format!("Basic {token}")),
        Some(format!("Bearer {}", &token[1..])),
        Some(format!("Bearer {token}x")),
        Some(format!("Bearer {}", "0".repeat(64))),
        Some(token.clone()),
    ];
    for header in tries {
        for (path, post) in [
            ("/operator/keys", true),
            (&strikes, true),
            (&held, false),
            (&verdict, true),
            ("/operator/bounces", true),
            ("/operator/bounces/removal", true),
        ] {
            let url = site.api(path);
            let mut request = if post {
                site.http.post(url).json(&json!({ "release": true }))
            } else {
                site.http.get(url)
            };
            if let Some(header) = &header {
                request = request.header("authorization", header);
            }
            let answer = site.send(request).await;
            answer.refused(401, Kind::Unauthorised);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    site.operate("/operator/keys", &json!({}))
        .await
        .json::<ContributedKeys>();
}

#[tokio::test]
async fn contributed_keys_make_a_petition() {
    let site = Site::new().await;
    let keys: ContributedKeys = site.operate("/operator/keys", &json!({})).await.json();
    let others: ContributedKeys = site.operate("/operator/keys", &json!({})).await.json();
    assert_ne!(keys.registrar.token_key, others.registrar.token_key);
    assert_ne!(keys.ledger.tag_key, others.ledger.tag_key);
    let instance = site.server.instance();
    let terms = Terms {
        registrar: keys.registrar,
        ledger: keys.ledger,
        ..terms(&instance.keys, &instance.petition_keys, Publication::Prompt)
    };
    let manifest = Manifest::new(&terms).expect("a manifest");
    let note = statement::sign(&statement::published(&manifest), &organiser()).expect("text");
    let note = String::from_utf8(note).expect("text");
    site.post("/statements", &json!({ "note": note }))
        .await
        .json::<Value>();
    let petition: Value = site
        .get(&format!("/petitions/{}", manifest.id()))
        .await
        .json();
    assert_eq!(petition["publication"], "prompt");
}

#[tokio::test]
async fn strikes() {
    let site = Site::new().await;
    site.sign(0..3).await;
    site.publish_all().await;
    let path = format!("/operator{}", site.of("/strikes"));
    let strike = |entries: &[u64], preview: bool| json!({ "target": { "entries": entries }, "reason": "fraud", "preview": preview });
    let preview: StrikeResponse = site.operate(&path, &strike(&[0, 2], true)).await.json();
    assert_eq!(preview.entries, [0, 2]);
    assert_eq!(
        (preview.count_now, preview.count_then, preview.ceiling),
        (3, 1, 3)
    );
    assert_eq!(site.publish_due().await, 0, "a preview changes nothing");
    let done: StrikeResponse = site.operate(&path, &strike(&[0, 2], false)).await.json();
    assert_eq!((done.count_now, done.count_then), (3, 1));
    assert_eq!(site.publish_due().await, 2);
    site.operate(&path, &strike(&[2], false))
        .await
        .refused(409, Kind::NotStrikable);
    site.operate(&path, &strike(&[3], false))
        .await
        .refused(409, Kind::NotStrikable);
    let reason = json!({ "target": { "entries": [1] }, "reason": "whim" });
    site.operate(&path, &reason)
        .await
        .refused(400, Kind::Malformed);
    let leaves = site
        .store
        .leaves(LogId::Tree(site.id, Tree::Strikes), 0, 10)
        .expect("works");
    let struck: Vec<u64> = leaves
        .iter()
        .map(|leaf| Strike::parse(leaf).expect("a strike").index)
        .collect();
    assert_eq!(struck.len(), 2);
    let count: Value = site.get(&site.of("/count")).await.json();
    assert_eq!((&count["count"], &count["ceiling"]), (&json!(1), &json!(3)));
}

#[tokio::test]
async fn held_confirmations_are_listed_and_judged() {
    let setup = crate::site::Setup {
        config: Box::new(|config| config.limits.requests_per_minute = 1),
        ..Default::default()
    };
    let site = Site::with(setup).await;
    let path = format!("/operator{}", site.of("/held"));
    let list = || {
        let request = site
            .http
            .get(site.api(&path))
            .bearer_auth(site.operator_token());
        let site = &site;
        async move { site.send(request).await.json::<Page<Held>>() }
    };
    assert!(list().await.items.is_empty());
    for name in ["one", "two", "three"] {
        let ask = json!({ "email": format!("{name}@signers.example") });
        assert_eq!(
            site.post(&site.of("/confirmations"), &ask).await.status,
            202
        );
    }
    let mut held = list().await.items;
    for _ in 0..1000 {
        if held.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        held = list().await.items;
    }
    assert_eq!(held.len(), 2, "two came too quickly");
    let text = serde_json::to_string(&held).expect("JSON");
    assert!(!text.contains("signers.example"));
    let judge = |id: &str, release: bool| {
        let path = format!("{path}/{id}");
        let site = &site;
        async move { site.operate(&path, &json!({ "release": release })).await }
    };
    judge(&held[0].id, true).await.json::<Value>();
    judge(&held[1].id, false).await.json::<Value>();
    judge(&held[1].id, false).await.refused(404, Kind::NotFound);
    judge("nothing", true).await.refused(404, Kind::NotFound);
    assert!(list().await.items.is_empty());
}

#[tokio::test]
async fn updates_go_to_those_who_asked_for_them() {
    let site = Site::new().await;
    let signer = crate::signing::Signer::new("reader@signers.example");
    signer.leaf(&site).await;
    let path = format!("/operator{}", site.of("/updates"));
    let update = |subject: &str, preview: bool| {
        json!({
            "texts": [{ "lang": "en", "subject": subject, "text": "The train stays." }],
            "preview": preview,
        })
    };
    let preview: UpdateResponse = site.operate(&path, &update("News", true)).await.json();
    assert_eq!(preview.subscribers, 1);
    for bad in [
        update("", true),
        update("two\nlines", true),
        json!({ "texts": [] }),
    ] {
        site.operate(&path, &bad)
            .await
            .refused(400, Kind::Malformed);
    }
    site.post(&path, &update("News", false))
        .await
        .refused(401, Kind::Unauthorised);
    let sent: UpdateResponse = site.operate(&path, &update("News", false)).await.json();
    assert_eq!(sent.subscribers, 1);
    let text = site
        .letter_to("reader@signers.example", "The train stays.")
        .await;
    let token = site.token_in(&text, "unsubscribe");
    let unsubscribe = site.url(&format!("/{}/unsubscribe/{token}", site.id));
    let page = site.send(site.http.get(&unsubscribe)).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("<h1>End updates</h1>"),
        "{}",
        page.text()
    );
    let preview: UpdateResponse = site.operate(&path, &update("News", true)).await.json();
    assert_eq!(preview.subscribers, 1, "looking at the page does nothing");
    let click = site
        .http
        .post(&unsubscribe)
        .body("List-Unsubscribe=One-Click");
    let click = click.header("content-type", "application/x-www-form-urlencoded");
    let page = site.send(click).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.text().contains(&token));
    let preview: UpdateResponse = site.operate(&path, &update("News", true)).await.json();
    assert_eq!(preview.subscribers, 0);
}

#[tokio::test]
async fn delivery_reports_are_taken_and_undone() {
    let site = Site::new().await;
    let outcome = async |report: &str| -> BounceResponse {
        let report = base64::engine::general_purpose::STANDARD.encode(report);
        let asked = json!({ "report": report });
        site.operate("/operator/bounces", &asked).await.json()
    };
    assert_eq!(
        outcome("no report").await.outcome,
        BounceOutcome::NotAReport
    );
    let report = "Content-Type: multipart/report; boundary=b\r\n\r\n\
        --b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
        --b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
        Message-ID: <00112233445566778899aabbccddeeff@x.example>\r\n\r\n--b--\r\n";
    assert_eq!(outcome(report).await.outcome, BounceOutcome::Unknown);
    let again = json!({ "email": "ada@example.org" });
    let undone = site.operate("/operator/bounces/removal", &again).await;
    assert_eq!(undone.status, 200);
    let wrong = json!({ "email": "ada" });
    let refused = site.operate("/operator/bounces/removal", &wrong).await;
    refused.refused(422, Kind::Address);
}
