//! `/robots.txt` and `/sitemap.xml`: what search engines are told.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::http::{App, Caching, Resource};
use crate::web::here;

/// Most addresses of a sitemap (sitemaps.org).
const MOST: usize = 50_000;

pub(in crate::web) async fn robots(headers: HeaderMap) -> Response {
    let sitemap = here::absolute("/sitemap.xml");
    let body =
        format!("User-agent: *\nDisallow: /office\nDisallow: /tile/\n\nSitemap: {sitemap}\n");
    plain("text/plain; charset=utf-8", body, &headers)
}

pub(in crate::web) async fn sitemap(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let mut paths: Vec<String> = ["/", "/how", "/record", "/check"].map(str::to_owned).into();
    let petitions = app.instance.petitions.newest(None, MOST / 2 - paths.len());
    for petition in petitions {
        let id = petition.manifest.id();
        paths.extend([format!("/{id}"), format!("/{id}/record")]);
    }
    let mut body = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                    <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    for path in paths {
        // Ours, and without a character that XML knows.
        writeln!(body, "<url><loc>{}</loc></url>", here::absolute(&path))
            .expect("memory takes everything");
    }
    body += "</urlset>\n";
    plain("application/xml; charset=utf-8", body, &headers)
}

fn plain(content_type: &'static str, body: String, headers: &HeaderMap) -> Response {
    let resource = Resource {
        content_type,
        caching: Caching::Seconds(240),
        body: body.into_bytes(),
        gzip: None,
    };
    resource.answer(headers)
}
