//! What stands behind the links in mails. Mail scanners follow links, so nothing here
//! acts on a GET, and no page repeats the token.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, Response};

use super::extract::{Body, Known, LinkToken, is_of_type};
use super::problem::Refusal;
use super::respond::private;
use super::state::App;
use crate::api::problem::Kind;

/// A page that loads nothing, is kept nowhere, and sends its address to nobody.
fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{title}</title>\n<main>\n<h1>{title}</h1>\n{body}\n\
         </main>\n</html>\n"
    );
    let mut response = private(Html(html));
    let headers = response.headers_mut();
    let value = HeaderValue::from_static;
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        value("default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
    );
    headers.insert(header::REFERRER_POLICY, value("no-referrer"));
    headers.insert("x-robots-tag", value("noindex"));
    response
}

pub(super) async fn confirm(Known(_): Known, LinkToken(_): LinkToken) -> Response {
    page(
        "Confirm and sign",
        "<p>Opening this page has done nothing yet. To sign, copy the address of this page and \
         give it to the signing program:</p>\n<pre>undersigned sign &lt;the address&gt;</pre>\n\
         <p>If you did not ask for this link, close the page: nothing will happen.</p>",
    )
}

pub(super) async fn remove(Known(_): Known, LinkToken(_): LinkToken) -> Response {
    page(
        "Remove your entry",
        "<p>Opening this page has done nothing yet. To have your entry struck, copy the address \
         of this page and give it to the program:</p>\n<pre>undersigned remove &lt;the \
         address&gt;</pre>\n<p>If you did not ask for this link, close the page: nothing will \
         happen.</p>",
    )
}

pub(super) async fn unsubscribe(Known(_): Known, LinkToken(_): LinkToken) -> Response {
    page(
        "End updates",
        "<p>Opening this page has done nothing yet.</p>\n<form method=\"post\">\n<input \
         type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">\n<button>Send me no more \
         updates about this petition</button>\n</form>",
    )
}

/// One-click unsubscription (RFC 8058): mail programs send exactly this.
pub(super) async fn unsubscribed(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    LinkToken(token): LinkToken,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response, Refusal> {
    if !is_one_click(&headers, &body)? {
        let detail = "The body is List-Unsubscribe=One-Click (RFC 8058).";
        return Err(Refusal::malformed(detail));
    }
    app.registrar
        .unsubscribe(petition.manifest.id(), &token)
        .await?;
    Ok(page(
        "No more updates",
        "<p>You will get no more updates about this petition.</p>",
    ))
}

fn is_one_click(headers: &HeaderMap, body: &[u8]) -> Result<bool, Refusal> {
    let body = String::from_utf8_lossy(body);
    if is_of_type(headers, "application/x-www-form-urlencoded") {
        Ok(body
            .split('&')
            .any(|pair| pair.trim() == "List-Unsubscribe=One-Click"))
    } else if is_of_type(headers, "multipart/form-data") {
        // RFC 8058, section 3.1 allows both; with one field, its name and its value decide.
        let mut lines = body.lines().map(str::trim);
        let named = lines.any(|line| {
            let line = line.to_ascii_lowercase();
            line.starts_with("content-disposition:") && line.contains("name=\"list-unsubscribe\"")
        });
        Ok(named && lines.any(|line| line == "One-Click"))
    } else {
        let detail = "Send application/x-www-form-urlencoded (RFC 8058).";
        Err(Refusal::new(Kind::MediaType).detail(detail))
    }
}
