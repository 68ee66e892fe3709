//! What signers show of themselves, over HTTP.

use serde_json::{Value, json};
use undersigned::api::problem::Kind;
use undersigned::protocol::commitment::{Disclosure, DisclosureFields};
use undersigned::protocol::encoding::to_base64;
use undersigned::tlog::hash::leaf_hash;

use crate::signing::Signer;
use crate::site::Site;

#[tokio::test]
async fn names_for_everybody_are_on_a_page_of_their_own() {
    let site = Site::new().await;
    let fields = DisclosureFields {
        name: Some("Ada <script>alert(1)</script>".to_owned()),
        region: None,
        comment: Some("First \"line\"\n& second".to_owned()),
    };
    let mut signer = Signer::new("ada@signers.example");
    signer.disclosure = Disclosure::new(&fields).expect("short");
    let manifest = signer.manifest(&site).await;
    let leaf = signer.leaf(&site).await;
    site.submit(&leaf).await.json::<Value>();
    let opening = json!({
        "leaf": to_base64(leaf_hash(&leaf).0),
        "salt": to_base64(signer.signing(&manifest).salt()),
        "disclosure": to_base64(signer.disclosure.as_bytes()),
    });
    let (page, data) = (
        format!("/{}/names", site.id),
        format!("/{}/names.json", site.id),
    );
    let petition = || async { site.get_file(&format!("/{}", site.id)).await.text() };
    let show = async |public: bool| {
        let mut body = opening.clone();
        body["public"] = json!(public);
        let shown = site.post(&site.of("/disclosures"), &body).await;
        shown.json::<Value>();
    };
    show(false).await;
    let nobody: Value = site.get_file(&data).await.json();
    assert_eq!(
        (&nobody["total"], &nobody["items"]),
        (&json!(0), &json!([]))
    );
    assert!(!petition().await.contains("/names"));

    site.clock.advance(5);
    show(true).await;
    site.clock.advance(5);
    let shown = site.get_file(&page).await;
    assert_eq!(shown.status, 200);
    let text = shown.text();
    assert!(
        text.contains("Ada &lt;script&gt;alert(1)&lt;/script&gt;"),
        "{text}"
    );
    assert!(
        text.contains("&amp; second") && text.contains("noindex"),
        "{text}"
    );
    assert!(!text.contains(&hex::encode(leaf_hash(&leaf).0)), "no leaf");
    assert!(petition().await.contains(&page), "a link to it");
    let answer = site.get_file(&data).await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("x-robots-tag"), "noindex");
    let all: Value = answer.json();
    let expected = json!([{ "name": fields.name, "comment": fields.comment }]);
    assert_eq!(
        (&all["total"], &all["items"], all.get("next")),
        (&json!(1), &expected, None)
    );
    for query in [
        "?page=2",
        "?page=0",
        "?page=x",
        "?page=99999999999999999999",
    ] {
        let answer = site.get_file(&format!("{data}{query}")).await;
        answer.refused(404, Kind::NotFound);
    }

    let hidden = site.post(&site.of("/disclosures/removal"), &opening).await;
    hidden.json::<Value>();
    let gone: Value = site.get_file(&data).await.json();
    assert_eq!(gone["total"], 0);
    assert!(!site.get_file(&page).await.text().contains("Ada"));
}

#[tokio::test]
async fn an_opening_is_checked_before_anything_is_shown() {
    let site = Site::new().await;
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    // `{"name":"Ada"}`
    let good = json!({ "leaf": zeros, "salt": zeros, "disclosure": "eyJuYW1lIjoiQWRhIn0=" });
    for path in ["/disclosures", "/disclosures/removal"] {
        let answer = async |body: &serde_json::Value| {
            let request = site.http.post(site.api(&site.of(path))).json(body);
            site.send(request).await
        };
        answer(&good).await.refused(404, Kind::UnknownSignature);
        for (member, value, status, kind) in [
            ("leaf", "AAAA", 400, Kind::Malformed),
            ("salt", "", 400, Kind::Malformed),
            ("salt", "?", 400, Kind::Malformed),
            ("disclosure", "eyJhIjoxfQ==", 422, Kind::Opening),
            ("email", "ada@example.org", 400, Kind::Malformed),
        ] {
            let mut body = good.clone();
            body[member] = json!(value);
            answer(&body).await.refused(status, kind);
        }
    }
}
