//! The request that is being answered, as far as pages need it: where the reader is, and in
//! which language. Task-local, so that every link on a page keeps a language that was chosen.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::failure::Failure;
use crate::api::PREFIX;
use crate::api::problem::Kind;
use crate::http::{App, accepts_gzip, gzip};
use crate::lang::{self, Language};

tokio::task_local! {
    static HERE: Here;
}

struct Here {
    path: String,
    /// Without `lang`.
    query: Vec<String>,
    lang: &'static Language,
    /// The address says which language, and not the browser.
    chosen: bool,
    /// `Accept-Language`.
    accepted: String,
    /// Where browsers reach the service.
    url: String,
}

impl Here {
    fn of(app: &App, request: &Request) -> Self {
        let query = request.uri().query().unwrap_or_default();
        let wanted = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
        let accepted = request.headers().get(ACCEPT_LANGUAGE);
        let accepted = accepted.and_then(|value| value.to_str().ok());
        let others = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
        Self {
            path: request.uri().path().to_owned(),
            query: others.map(str::to_owned).collect(),
            lang: lang::choose(wanted, accepted),
            chosen: wanted.is_some_and(|tag| lang::all().iter().any(|known| known.tag == tag)),
            accepted: accepted.unwrap_or_default().to_owned(),
            url: app.url.clone(),
        }
    }
}

/// The language of the page that is being made; English outside a request.
pub(super) fn language() -> &'static Language {
    HERE.try_with(|here| here.lang)
        .unwrap_or_else(|_| lang::choose(None, None))
}

/// Which of the languages offered the reader gets: what the link's `letter` says, else the
/// language chosen for the page, else what the browser says, else the page's, else the first.
pub(super) fn best<'a>(offered: &[&'a str]) -> &'a str {
    let found = HERE.try_with(|here| {
        let letter = here
            .query
            .iter()
            .find_map(|pair| pair.strip_prefix("letter="));
        let page = || lang::offer(offered, here.lang.tag);
        letter
            .and_then(|tag| lang::offer(offered, tag))
            .or_else(|| page().filter(|_| here.chosen))
            .or_else(|| lang::preferred(offered, &here.accepted))
            .or_else(page)
    });
    let first = || offered.first().copied().unwrap_or_default();
    found.ok().flatten().unwrap_or_else(first)
}

/// A link within the site. It keeps the language, if the reader chose one.
pub(crate) fn href(path: &str) -> String {
    let tag = HERE.try_with(|here| here.chosen.then_some(here.lang.tag));
    match tag {
        Ok(Some(tag)) => with_language(path, tag),
        _ => path.to_owned(),
    }
}

/// A link within the site to the page in this language.
pub(super) fn with_language(path: &str, tag: &str) -> String {
    let (path, fragment) = match path.split_once('#') {
        Some((path, fragment)) => (path, format!("#{fragment}")),
        None => (path, String::new()),
    };
    let joint = if path.contains('?') { '&' } else { '?' };
    format!("{path}{joint}lang={tag}{fragment}")
}

/// A parameter of this page's address.
pub(super) fn parameter(name: &str) -> Option<String> {
    let found = HERE.try_with(|here| {
        let mut pairs = here.query.iter().filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
    });
    found.ok().flatten()
}

/// A path as an address for other sites.
pub(super) fn absolute(path: &str) -> String {
    HERE.try_with(|here| format!("{}{path}", here.url))
        .unwrap_or_else(|_| path.to_owned())
}

/// This page in another language, with the rest of its query.
pub(super) fn here_in(tag: &str) -> String {
    let query = HERE.try_with(|here| here.query.clone()).unwrap_or_default();
    let mut query = query;
    query.push(format!("lang={tag}"));
    format!("?{}", query.join("&"))
}

/// Around every request: what is said to a browser is a page, also when it is a refusal, and
/// public pages are compressed. The JSON API and the log files stay as they are.
pub(crate) async fn around(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let here = Here::of(&app, &request);
    let reads_pages = names(request.headers(), "text/html") && !here.path.starts_with(PREFIX);
    let squeeze = accepts_gzip(request.headers()) && request.method() != Method::HEAD;
    let answer = async {
        let response = next.run(request).await;
        let kind = response.extensions().get::<Kind>().copied();
        match kind {
            Some(kind) if reads_pages => Failure::page(kind, &response),
            _ => response,
        }
    };
    let response = HERE.scope(here, answer).await;
    if squeeze {
        compressed(response).await
    } else {
        response
    }
}

/// Whether `Accept` names this type.
fn names(headers: &HeaderMap, media_type: &str) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.contains(media_type))
}

/// Compressed, if it is a page that all see. A private one may hold what its reader sent next
/// to what nobody else may know, and its length would tell.
async fn compressed(response: Response) -> Response {
    if !is_shared_page(response.headers()) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // Pages are whole in memory, so that this neither waits nor fails.
    let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
        return Failure::page(Kind::Internal, &Response::new(()));
    };
    head.headers.remove(axum::http::header::CONTENT_LENGTH);
    head.headers
        .insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    Response::from_parts(head, gzip(&bytes).into())
}

fn is_shared_page(headers: &HeaderMap) -> bool {
    let says = |name, what: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.starts_with(what))
    };
    says(CONTENT_TYPE, "text/html")
        && !says(CACHE_CONTROL, "no-store")
        && !headers.contains_key(CONTENT_ENCODING)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_carry_a_language_before_their_fragment() {
        assert_eq!(with_language("/how", "ar"), "/how?lang=ar");
        assert_eq!(with_language("/?after=7", "es"), "/?after=7&lang=es");
        assert_eq!(with_language("/x#sign", "es"), "/x?lang=es#sign");
        assert_eq!(href("/how"), "/how", "outside a request");
    }
}
