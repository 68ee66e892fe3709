//! A page to browse the interface: one file, no third parties.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use crate::protocol::encoding::to_base64;

const SCRIPT: &str = include_str!("browse.js");
const STYLE: &str = include_str!("browse.css");

static PAGE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>undersigned: the interface</title>\n\
         <style>{STYLE}</style>\n<main id=\"api\"><p>This page shows <a \
         href=\"openapi.json\">openapi.json</a>, and needs JavaScript to do so.</p></main>\n\
         <script>{SCRIPT}</script>\n</html>\n"
    )
});

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = |text: &str| to_base64(Sha256::digest(text));
    let (script, style) = (hash(SCRIPT), hash(STYLE));
    let policy = format!(
        "default-src 'none'; connect-src 'self'; script-src 'sha256-{script}'; style-src \
         'sha256-{style}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    );
    HeaderValue::try_from(policy).expect("visible characters")
});

pub(super) async fn page() -> Response {
    let mut response = Html(PAGE.as_str()).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}
