//! What an operator without a browser sees and sets.

use serde_json::json;
use undersigned::api::problem::Kind;
use undersigned::api::{Blocks, InvitationResponse, Limits, Trends};

use crate::site::Site;

#[tokio::test]
async fn blocks_and_limits_are_set_and_hold() {
    let site = Site::new().await;
    for path in ["/operator/blocks", "/operator/limits"] {
        site.get(path).await.refused(401, Kind::Unauthorised);
        let nothing = json!({});
        site.post(path, &nothing)
            .await
            .refused(401, Kind::Unauthorised);
    }
    let block = |domain: &str, blocked| json!({ "domain": domain, "blocked": blocked });
    for wrong in ["", "a b.example", "a/b.example"] {
        site.operate("/operator/blocks", &block(wrong, true))
            .await
            .refused(400, Kind::Malformed);
    }
    let path = "/operator/blocks";
    let done = site.operate(path, &block("Crowd.example", true)).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let blocks: Blocks = site.operator_reads(path).await.json();
    assert_eq!(blocks.domains, ["crowd.example"]);
    site.operate(path, &block("crowd.example", false)).await;
    let blocks: Blocks = site.operator_reads(path).await.json();
    assert!(blocks.domains.is_empty());

    let path = "/operator/limits";
    let mut limits: Limits = site.operator_reads(path).await.json();
    limits.requests_per_minute = 0;
    site.operate(path, &limits)
        .await
        .refused(400, Kind::Malformed);
    limits.requests_per_minute = 3;
    assert_eq!(site.operate(path, &limits).await.status, 200);
    let now: Limits = site.operator_reads(path).await.json();
    assert_eq!(now, limits);
}

#[tokio::test]
async fn trends_are_shown_and_people_invited_in_totals_only() {
    let site = Site::new().await;
    let trends = format!("/operator{}", site.of("/trends"));
    site.get(&trends).await.refused(401, Kind::Unauthorised);
    for n in 0..20 {
        let ask = json!({ "email": format!("bot{n}@crowd.example") });
        let answer = site.post(&site.of("/confirmations"), &ask).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
    let mut found: Trends = site.operator_reads(&trends).await.json();
    for _ in 0..1000 {
        if !found.items.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        found = site.operator_reads(&trends).await.json();
    }
    assert_eq!(found.items[0].domain, "crowd.example");
    assert_eq!(found.items[0].requests, 20);

    let path = format!("/operator{}", site.of("/invitations"));
    let wanted = |addresses: &[&str]| json!({ "addresses": addresses, "lang": "en", "text": "You asked us to tell you." });
    site.post(&path, &wanted(&["ada@friends.example"]))
        .await
        .refused(401, Kind::Unauthorised);
    site.operate(&path, &wanted(&[]))
        .await
        .refused(400, Kind::Malformed);
    let list = ["ada@friends.example", "ADA@friends.example", "nobody"];
    let answer: InvitationResponse = site.operate(&path, &wanted(&list)).await.json();
    let totals = (
        answer.taken,
        answer.twice,
        answer.malformed,
        answer.too_many,
    );
    assert_eq!(totals, (1, 1, 1, 0));
    let mail = site
        .letter_to("ada@friends.example", "You asked us to tell you.")
        .await;
    site.token_in(&mail, "confirm");
}
