//! Invariant 1: no address, link token or network address in a log line, a metric or
//! anything public. A signing leaves marks that can be searched for.

use serde_json::json;
use tracing_subscriber::util::SubscriberInitExt as _;
use undersigned::api::problem::Kind;
use undersigned::protocol::encoding::to_base64;

use crate::log::Log;
use crate::signing::Signer;
use crate::site::{Setup, Site};

const NETWORK: &str = "203.0.113.77";
const ADDRESS: &str = "canary.bird@signers.example";

#[tokio::test]
async fn a_signing_leaves_no_personal_data_where_it_does_not_belong() {
    let log = Log::default();
    // The whole process: work goes on in other threads.
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish()
        .init();
    let setup = Setup {
        config: Box::new(|config| config.trusted_proxies = vec!["127.0.0.1".to_owned()]),
        ..Setup::default()
    };
    let site = Site::with(setup).await;
    let forwarded = |path: &str, body: &serde_json::Value| {
        let request = site.http.post(site.api(&site.of(path))).json(body);
        let request = request.header("x-forwarded-for", NETWORK);
        let site = &site;
        async move { site.send(request).await }
    };
    let signer = Signer::new(ADDRESS);
    let manifest = signer.manifest(&site).await;
    let signing = signer.signing(&manifest);
    let asked = forwarded(
        "/confirmations",
        &json!({ "email": ADDRESS, "updates": true }),
    )
    .await;
    assert_eq!(asked.status, 202);
    let mail = site.mail_to(ADDRESS).await;
    let token = site.token_in(&mail, "confirm");
    assert!(token.len() > 20);
    site.get_file(&format!("/{}/confirm/{token}", site.id))
        .await;
    let body = json!({ "token": token, "blinded_message": to_base64(signing.blinded_message()) });
    let confirmed: undersigned::api::ConfirmResponse = forwarded("/confirm", &body).await.json();
    let signed = confirmed.blind_signature.try_into().expect("256 bytes");
    let leaf = signing
        .finish(manifest.token(), &signed)
        .expect("a token")
        .to_bytes();
    let submitted = forwarded("/signatures", &json!({ "leaf": to_base64(&leaf) })).await;
    assert_eq!(submitted.status, 200);
    // Refusals on the way, too.
    let wrong = json!({ "token": token, "blinded_message": to_base64([1; 256]) });
    forwarded("/confirm", &wrong)
        .await
        .refused(409, Kind::LinkUsed);
    let malformed = json!({ "email": ADDRESS, "bogus": ADDRESS });
    let malformed = forwarded("/confirmations", &malformed).await;
    malformed.refused(400, Kind::Malformed);
    let removal = forwarded("/removals", &json!({ "email": ADDRESS })).await;
    assert_eq!(removal.status, 202);
    site.clock.advance(3600);
    site.publish_due().await;

    let mut public = vec![
        ("a refusal".to_owned(), malformed.text()),
        ("the answer to asking".to_owned(), asked.text()),
    ];
    let address = site.server.metrics_addr().expect("configured");
    let metrics = reqwest::get(format!("http://{address}/metrics"))
        .await
        .expect("an answer");
    public.push(("metrics".to_owned(), metrics.text().await.expect("text")));
    let held = format!("/operator{}", site.of("/held"));
    let held = site
        .http
        .get(site.api(&held))
        .bearer_auth(site.operator_token());
    public.push(("held".to_owned(), site.send(held).await.text()));
    for path in [
        "",
        "/manifest",
        "/count",
        "/tallies",
        "/attestations",
        "/trees/roll/proof?index=0",
    ] {
        public.push((path.to_owned(), site.get(&site.of(path)).await.text()));
    }
    for path in ["/petitions", "/health"] {
        public.push((path.to_owned(), site.get(path).await.text()));
    }
    for path in [
        "/checkpoint".to_owned(),
        "/tile/entries/000.p/2".to_owned(),
        format!("/{}/roll/tile/entries/000.p/1", site.id),
        format!("/{}/signatures/tile/entries/000.p/1", site.id),
    ] {
        let answer = site.get_file(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        public.push((path, answer.text()));
    }
    let written = String::from_utf8(log.bytes()).expect("text");
    assert!(
        written.contains("/api/v1/petitions/{id}/confirm"),
        "requests are logged by template"
    );
    public.push(("the log".to_owned(), written));
    let secret = hex::encode(signer.secret.0);
    for needle in [ADDRESS, "canary.bird", NETWORK, &token, &secret] {
        for (place, text) in &public {
            assert!(!text.contains(needle), "{needle} stands in {place}");
        }
    }
}
