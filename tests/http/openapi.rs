//! The document in `spec/` is the one that is served.

use std::path::Path;

use serde_json::Value;

use crate::site::Site;

#[test]
fn the_published_document_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/openapi.json");
    let current = undersigned::http::openapi_json();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, current).expect("a folder of the package");
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == current,
        "spec/openapi.json differs from the code: look at the change, then run \
         `UPDATE=1 cargo test --test http openapi`"
    );
}

#[test]
fn operations_have_names_of_their_own() {
    let document: Value = serde_json::from_str(undersigned::http::openapi_json()).expect("JSON");
    let mut seen = std::collections::BTreeSet::new();
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("operations").values() {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(seen.insert(name.to_owned()), "{name} is there twice");
            assert!(
                operation["summary"]
                    .as_str()
                    .is_some_and(|summary| !summary.is_empty())
            );
        }
    }
    assert!(seen.len() > 20);
}

#[tokio::test]
async fn it_is_served_and_names_only_routes_that_exist() {
    let site = Site::new().await;
    let document: Value = site.get("/openapi.json").await.json();
    assert_eq!(document["servers"][0]["url"], "/api/v1");
    let paths = document["paths"].as_object().expect("paths");
    assert!(paths.len() > 20);
    for (path, item) in paths {
        let filled = path
            .replace("{id}", &site.id.to_string())
            .replace("{tree}", "signatures")
            .replace("{leaf}", &"0".repeat(64))
            .replace("{held}", "00");
        for method in item.as_object().expect("methods").keys() {
            let method = method.to_uppercase().parse().expect("a method");
            let answer = site.method(method, &filled).await;
            let text = answer.text();
            assert!(!text.contains("problem:method"), "{path}: {text}");
            // Nothing said about it may be a refusal by the router itself.
            assert!(
                !text.contains("There is no such resource.") || text.contains("detail"),
                "{path}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn its_page_asks_nobody_else() {
    let site = Site::new().await;
    let page = site.get("/").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let text = page.text();
    assert!(text.contains("openapi.json"));
    assert!(
        !text.contains("http://") && !text.contains("https://"),
        "a foreign address"
    );
}
