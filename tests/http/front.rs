//! What every request passes: sizes, types, methods, limits, proxies; and how it ends.

use reqwest::Method;
use serde_json::json;
use undersigned::api::problem::Kind;

use crate::site::{Setup, Site};

#[tokio::test]
async fn unknown_routes_and_methods_are_problems() {
    let site = Site::new().await;
    for path in [
        "/nothing",
        "/petitions/",
        "//health",
        "/health/",
        "/../checkpoint",
    ] {
        site.get(path).await.refused(404, Kind::NotFound);
    }
    for path in ["/favicon.ico", "/.well-known/nothing", "/a/b/c/d/e"] {
        let status = site
            .get_file(path)
            .await
            .refused(404, Kind::NotFound)
            .status;
        assert_eq!(status, 404, "{path}");
    }
    for (method, path, allow) in [
        (Method::DELETE, site.of("/signatures"), "POST"),
        (Method::GET, site.of("/signatures"), "POST"),
        (Method::POST, site.of("/count"), "GET,HEAD"),
        (Method::PUT, site.of("/attestations"), "GET,HEAD,POST"),
        (Method::POST, "/health".to_owned(), "GET,HEAD"),
        (Method::PATCH, "/statements".to_owned(), "POST"),
    ] {
        let answer = site.method(method.clone(), &path).await;
        answer.refused(405, Kind::Method);
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn bodies_are_json_of_the_expected_shape_or_refused() {
    let site = Site::new().await;
    let path = site.of("/confirmations");
    let good = br#"{"email":"a@signers.example"}"#.to_vec();
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
    ] {
        let answer = site.post_raw(&path, content_type, good.clone()).await;
        answer.refused(415, Kind::MediaType);
    }
    for content_type in ["application/json", "Application/JSON; charset=utf-8"] {
        assert_eq!(
            site.post_raw(&path, content_type, good.clone())
                .await
                .status,
            202
        );
    }
    for body in [
        &b""[..],
        b"{",
        b"null",
        b"[]",
        br#"{"email":"a@signers.example"}x"#,
        br#"{"email":"a@signers.example","email":"b@signers.example"}"#,
        br#"{"email":"a@signers.example","extra":1}"#,
        br#"{"email":7}"#,
        br#"{"EMAIL":"a@signers.example"}"#,
        b"{\"email\":\"\xff\xfe\"}",
        b"\xef\xbb\xbf{\"email\":\"a@signers.example\"}",
    ] {
        let problem = site
            .post_raw(&path, "application/json", body.to_vec())
            .await;
        let problem = problem.refused(400, Kind::Malformed);
        let detail = problem.detail.unwrap_or_default();
        assert!(!detail.contains("signers.example"), "{detail}");
    }
    let deep = [vec![b'['; 8_000], vec![b']'; 8_000]].concat();
    site.post_raw(&path, "application/json", deep)
        .await
        .refused(400, Kind::Malformed);
}

#[tokio::test]
async fn too_much_is_too_much() {
    let site = Site::new().await;
    let body = format!("{{\"email\":\"{}\"}}", "a".repeat(16 * 1024));
    site.post_raw(
        &site.of("/confirmations"),
        "application/json",
        body.into_bytes(),
    )
    .await
    .refused(413, Kind::TooLarge);
    for path in ["/statements".to_owned(), site.of("/attestations")] {
        let note = |length: usize| json!({ "note": "a".repeat(length) });
        let fits = note(256 * 1024 - 11);
        site.post(&path, &fits).await.refused(422, Kind::Statement);
        let longer = note(256 * 1024 - 10);
        site.post(&path, &longer).await.refused(413, Kind::TooLarge);
    }
    let request = site
        .http
        .get(site.api("/health"))
        .header("x-padding", "x".repeat(17 * 1024));
    site.send(request).await.refused(431, Kind::TooLarge);
    site.get(&format!("/petitions?after={}", "1".repeat(17 * 1024)))
        .await
        .refused(431, Kind::TooLarge);
    // Also where nobody reads the body.
    let request = site.http.post(site.api("/nothing")).body(vec![0; 1 << 20]);
    site.send(request).await.refused(404, Kind::NotFound);
}

#[tokio::test]
async fn anyones_page_may_read_and_no_other_page_may_write() {
    let site = Site::new().await;
    let read = site
        .http
        .get(site.api("/health"))
        .header("origin", "https://elsewhere.example");
    let answer = site.send(read).await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let preflight = site
        .http
        .request(Method::OPTIONS, site.api(&site.of("/signatures")))
        .header("origin", "https://elsewhere.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let answer = site.send(preflight).await;
    let methods = answer.header("access-control-allow-methods");
    assert!(!methods.contains("POST"), "{methods}");
    assert!(
        !answer
            .header("access-control-allow-headers")
            .contains("content-type")
    );
    assert!(
        !answer
            .header("access-control-allow-headers")
            .contains("authorization")
    );
}

#[tokio::test]
async fn a_network_has_its_share_of_requests() {
    let setup = Setup {
        config: Box::new(|config| {
            config.limits.http_per_second = 5;
            config.trusted_proxies = vec!["127.0.0.0/8".to_owned()];
        }),
        ..Setup::default()
    };
    let site = Site::with(setup).await;
    site.clock.advance(10);
    let from = |address: &'static str| {
        let request = site
            .http
            .get(site.api("/health"))
            .header("x-forwarded-for", address);
        let site = &site;
        async move { site.send(request).await }
    };
    for _ in 0..5 {
        assert_eq!(from("198.51.100.7").await.status, 200);
    }
    let refused = from("198.51.100.7").await;
    refused.refused(429, Kind::RateLimited);
    assert_eq!(refused.header("retry-after"), "1");
    from("6.6.6.6, 198.51.100.7")
        .await
        .refused(429, Kind::RateLimited);
    assert_eq!(
        from("198.51.100.8").await.status,
        200,
        "a neighbour is another"
    );
    assert_eq!(from("2001:db8::1").await.status, 200);
    site.clock.advance(1);
    assert_eq!(from("198.51.100.7").await.status, 200);
}

#[tokio::test]
async fn requests_under_way_finish_when_the_service_stops() {
    let site = Site::new().await;
    let Site {
        server,
        http,
        store,
        id,
        ..
    } = site;
    let url = format!("http://{}/api/v1/petitions/{id}/count", server.addr());
    let slow = {
        // A request whose head has begun to arrive.
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let mut socket = tokio::net::TcpStream::connect(server.addr())
            .await
            .expect("open");
        let head = format!("GET /api/v1/petitions/{id}/count HTTP/1.1\r\nhost: x\r\n");
        socket.write_all(head.as_bytes()).await.expect("sent");
        async move {
            socket
                .write_all(b"connection: close\r\n\r\n")
                .await
                .expect("sent");
            let mut answer = Vec::new();
            socket.read_to_end(&mut answer).await.expect("an answer");
            String::from_utf8_lossy(&answer).into_owned()
        }
    };
    http.get(&url).send().await.expect("an answer");
    let stopping = tokio::spawn(server.stop());
    let answer = slow.await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 200"),
        "{answer}"
    );
    stopping.await.expect("it stops");
    http.get(&url).send().await.expect_err("nobody listens");
    // Nobody holds the store any more.
    assert_eq!(std::sync::Arc::strong_count(&store), 1);
}

#[tokio::test]
async fn metrics_have_a_listener_of_their_own_and_name_templates_only() {
    let site = Site::new().await;
    let body = json!({ "token": "secret-token", "blinded_message": "" });
    site.post(&site.of("/confirm"), &body).await;
    site.get_file(&format!("/{}/confirm/secret-token", site.id))
        .await;
    site.get_file("/no/such/secret-token").await;
    let address = site.server.metrics_addr().expect("configured");
    let metrics = reqwest::get(format!("http://{address}/metrics"))
        .await
        .expect("an answer");
    let metrics = metrics.text().await.expect("text");
    assert!(
        metrics.contains("route=\"/{id}/confirm/{token}\""),
        "{metrics}"
    );
    assert!(metrics.contains("undersigned_http_request_seconds_bucket"));
    assert!(!metrics.contains("secret-token"));
    assert!(!metrics.contains(&site.id.to_string()));
    site.get_file("/metrics").await.refused(404, Kind::NotFound);
}

/// Names of metrics in the sources below a folder.
fn metric_names(folder: &std::path::Path, names: &mut std::collections::BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the package") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            metric_names(&path, names);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source file");
            for rest in text.split("\"undersigned_").skip(1) {
                let name = rest.split('"').next().expect("a string ends");
                names.insert(format!("undersigned_{name}"));
            }
        }
    }
}

#[test]
fn every_metric_is_described() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = std::collections::BTreeSet::new();
    metric_names(&root.join("src"), &mut names);
    assert!(names.len() > 15, "the scan found the metrics");
    let text = std::fs::read_to_string(root.join("spec/operating.md")).expect("the text");
    for name in names {
        assert!(
            text.contains(&format!("`{name}`")),
            "spec/operating.md lacks {name}"
        );
    }
}
