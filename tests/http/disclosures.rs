//! What signers show of themselves, over HTTP.

use serde_json::json;
use undersigned::api::problem::Kind;

use crate::site::Site;

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
