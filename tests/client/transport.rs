//! Retries, caps, refusals.

use std::sync::Arc;

use axum::http::{Method, header};
use undersigned::api::problem::Kind;
use undersigned::api::{ConfirmationRequest, HeldVerdict, PageQuery};
use undersigned::client::ClientError;
use undersigned::client::api::Client;
use undersigned::clock::SystemClock;
use undersigned::protocol::ids::{PetitionId, Tree};

use crate::server::{Answer, Server};

const P: PetitionId = PetitionId([7; 32]);

fn request() -> ConfirmationRequest {
    ConfirmationRequest {
        email: "a@example.org".to_owned(),
        updates: true,
        region: None,
        lang: None,
    }
}

fn inbox() -> Answer {
    Answer::json(&serde_json::json!({ "message": "Check your inbox." }))
}

fn busy() -> Answer {
    Answer::problem(503, "unavailable").with(header::RETRY_AFTER, "0")
}

#[tokio::test]
async fn a_passing_failure_is_tried_again_with_the_same_bytes() {
    let limited = Answer::problem(429, "rate-limited").with(header::RETRY_AFTER, "0");
    let server = Server::start([busy(), limited, inbox()]).await;
    let answer = server
        .client()
        .request_confirmation(P, &request())
        .await
        .expect("answered");
    assert_eq!(answer.message, "Check your inbox.");
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|one| one == &asked[0]), "{asked:?}");
    assert_eq!(asked[0].method, Method::POST);
    assert_eq!(
        asked[0].path,
        format!("/api/v1/petitions/{P}/confirmations")
    );
    // What goes into the body is in no address.
    assert!(!asked[0].path.contains("example.org"));
}

#[tokio::test]
async fn patience_ends() {
    let server = Server::start([busy()]).await;
    let error = server.client().health().await.expect_err("down");
    assert_eq!(error.kind(), Some(Kind::Unavailable));
    assert_eq!(error.advice().as_deref(), Some("Do that."));
    assert!(!error.is_refusal());
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    let server = Server::start([Answer::problem(409, "already-confirmed")]).await;
    let error = server
        .client()
        .request_confirmation(P, &request())
        .await
        .expect_err("refused");
    assert_eq!(error.kind(), Some(Kind::AlreadyConfirmed));
    assert!(error.is_refusal());
    assert_eq!(error.to_string(), "It is so.");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_refusal_of_another_version_is_one_all_the_same() {
    let server = Server::start([Answer::problem(418, "teapot")]).await;
    let error = server.client().petition(P).await.expect_err("refused");
    assert_eq!(error.kind(), None);
    assert!(error.is_refusal() && error.advice().is_some());
}

#[tokio::test]
async fn what_would_happen_twice_is_sent_once() {
    let server = Server::start([busy()]).await;
    let client = server.client().authorised("secret").expect("a token");
    client.contribute_keys().await.expect_err("down");
    let verdict = HeldVerdict { release: true };
    client.judge(P, "abc", verdict).await.expect_err("down");
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    assert!(
        asked
            .iter()
            .all(|one| one.bearer.as_deref() == Some("Bearer secret"))
    );
    // Whoever has no token sends none.
    server.client().contribute_keys().await.expect_err("down");
    assert_eq!(server.asked()[2].bearer, None);
}

#[tokio::test]
async fn a_name_that_would_change_the_path_is_not_sent() {
    let server = Server::start([inbox()]).await;
    for held in ["", "..", "../strikes", "a/b", "a?b", "a#b"] {
        let verdict = HeldVerdict { release: true };
        let error = server
            .client()
            .judge(P, held, verdict)
            .await
            .expect_err("refused");
        assert!(matches!(error, ClientError::Malformed(_)), "{held:?}");
    }
    assert_eq!(server.asked(), []);
}

#[tokio::test]
async fn something_in_front_that_fails_is_named() {
    let server = Server::start([Answer::bytes(502, "<html>Bad gateway</html>")]).await;
    let error = server.client().health().await.expect_err("down");
    assert!(
        matches!(error, ClientError::Status { status: 502, .. }),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        format!("{} answers with status 502", server.url)
    );
    assert_eq!(server.asked().len(), 4);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let server = Server::start([Answer::bytes(200, vec![b' '; 9 << 20])]).await;
    let error = server.client().health().await.expect_err("too large");
    assert!(matches!(error, ClientError::TooLarge { .. }), "{error:?}");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn redirects_are_reported_and_not_followed() {
    let elsewhere = Server::start([inbox()]).await;
    let moved = Answer::bytes(307, "").with(header::LOCATION, &elsewhere.url);
    let server = Server::start([moved]).await;
    let error = server
        .client()
        .request_confirmation(P, &request())
        .await
        .expect_err("moved");
    assert!(matches!(error, ClientError::Redirect { .. }), "{error:?}");
    assert!(error.advice().expect("advice").contains(&elsewhere.url));
    assert_eq!(elsewhere.asked(), []);
}

#[tokio::test]
async fn an_answer_of_another_shape_is_refused() {
    for body in ["", "null", "[]", "{\"items\":3}", "not JSON"] {
        let server = Server::start([Answer::bytes(200, body)]).await;
        let error = server
            .client()
            .petitions(&PageQuery::default())
            .await
            .expect_err(body);
        assert!(
            matches!(error, ClientError::Malformed(_)),
            "{body:?}: {error:?}"
        );
    }
    // A blind signature of the wrong length.
    let short = serde_json::json!({ "blind_signature": "AAAA" });
    let server = Server::start([Answer::json(&short)]).await;
    let request = undersigned::api::ConfirmRequest {
        token: "t".to_owned(),
        blinded_message: vec![0; 256],
    };
    let error = server
        .client()
        .confirm(P, &request)
        .await
        .expect_err("short");
    assert!(error.to_string().contains("3 bytes, not 256"), "{error}");
}

#[tokio::test]
async fn queries_carry_what_was_asked_and_nothing_else() {
    let page = Answer::json(&serde_json::json!({ "items": [] }));
    let server = Server::start([page]).await;
    let client = server.client();
    client
        .petitions(&PageQuery::default())
        .await
        .expect("a page");
    let query = PageQuery {
        after: Some("a&b=c".to_owned()),
        limit: Some(3),
    };
    client.petitions(&query).await.expect("a page");
    client
        .proof_at(P, Tree::Roll, 5)
        .await
        .expect_err("no proof");
    let paths: Vec<String> = server.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(
        paths[..2],
        [
            "/api/v1/petitions",
            "/api/v1/petitions?after=a%26b%3Dc&limit=3"
        ]
    );
    assert_eq!(
        paths[2],
        format!("/api/v1/petitions/{P}/trees/roll/proof?index=5")
    );
}

#[test]
fn addresses_of_services() {
    let client = |url| Client::new(url, Arc::new(SystemClock));
    for url in [
        "",
        "localhost:8080",
        "ftp://a.example",
        "http://a.example/?x",
        "http://u@a.example",
        "http://a.example/#x",
    ] {
        let refused = client(url).err();
        assert!(
            matches!(refused, Some(ClientError::Url { .. })),
            "{url:?}: {refused:?}"
        );
    }
    let id = "0".repeat(64);
    let petition = id.parse().expect("an id");
    for url in ["https://a.example/sub", "https://a.example/sub/"] {
        let client = client(url).expect("an address");
        assert_eq!(
            client.petition_url(petition),
            format!("https://a.example/sub/{id}")
        );
    }
}
