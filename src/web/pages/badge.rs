//! `/{id}/badge.svg`: the verified count as a small picture for other sites.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use maud::html;

use crate::http::{App, Caching, Known, Resource};
use crate::web::here;
use crate::web::reader::Reader;

/// Width of a character in the badge's face, about.
const ADVANCE: usize = 7;
const MARGIN: usize = 10;

pub(in crate::web) async fn badge(
    State(app): State<Arc<App>>,
    Reader(lang): Reader,
    Known(petition): Known,
    headers: HeaderMap,
) -> Response {
    let shown = app.instance.shown_tally(&petition);
    let count = shown.map_or(0, |(_, tally)| tally.totals().count());
    let number = lang.number(count);
    let label = lang.format("count-unit", &[("n", count.into())]);
    let says = format!("{number} {label}");
    let width = |text: &str| ADVANCE * text.chars().count() + 2 * MARGIN;
    let (left, right) = (width(&number), width(&label));
    let record = here::absolute(&format!("/{}/record", petition.manifest.id()));
    let svg = html! {
        svg xmlns="http://www.w3.org/2000/svg" width=(left + right) height="24" role="img"
            lang=(lang.tag) aria-label=(says) {
            title { (says) }
            a href=(record) target="_top" {
                rect width=(left + right) height="24" rx="4" fill="#17534d" {}
                path d=(format!("M{left} 0h{}a4 4 0 0 1 4 4v16a4 4 0 0 1-4 4H{left}z", right - 4)) fill="#f1ede3" {}
                g font-family="Verdana, DejaVu Sans, sans-serif" font-size="12" text-anchor="middle" {
                    text x=(left / 2) y="16" fill="#fff" font-weight="bold" { (number) }
                    text x=(left + right / 2) y="16" fill="#1b2524" textLength=(right - 2 * MARGIN)
                        lengthAdjust="spacingAndGlyphs" { (label) }
                }
            }
        }
    };
    let resource = Resource {
        content_type: "image/svg+xml",
        caching: Caching::Seconds(60),
        body: svg.into_string().into_bytes(),
        gzip: None,
    };
    let mut response = resource.answer(&headers);
    for_everybody(&mut response);
    response.into_response()
}

/// What other sites may put into their pages, and runs nothing there.
pub(super) fn for_everybody<B>(response: &mut axum::http::Response<B>) {
    let value = HeaderValue::from_static;
    let headers = response.headers_mut();
    headers.insert("cross-origin-resource-policy", value("cross-origin"));
    headers.insert(
        "content-security-policy",
        value("default-src 'none'; frame-ancestors *"),
    );
    headers.insert("vary", value("accept-language, accept-encoding"));
}
