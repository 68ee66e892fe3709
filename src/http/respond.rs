//! Answers that may be cached: entity tags, `304 Not Modified`, cache headers.

use std::io::Write as _;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;

use super::problem::Refusal;
use super::state::App;
use crate::api::Done;

/// What a resource may be taken for.
#[derive(Clone, Copy)]
pub(crate) enum Caching {
    /// It never changes.
    Forever,
    /// It changes, and may be some seconds old.
    Seconds(u8),
    /// It must be asked for each time, and is often unchanged.
    Revalidate,
}

impl Caching {
    fn header(self) -> HeaderValue {
        match self {
            Self::Forever => HeaderValue::from_static("public, max-age=31536000, immutable"),
            Self::Revalidate => HeaderValue::from_static("no-cache"),
            Self::Seconds(seconds) => HeaderValue::try_from(format!("public, max-age={seconds}"))
                .expect("digits are a header's value"),
        }
    }
}

/// Something to read.
pub(crate) struct Resource {
    pub(crate) content_type: &'static str,
    pub(crate) caching: Caching,
    pub(crate) body: Vec<u8>,
    /// Whether the body is compressed; `None` where it never is.
    pub(crate) gzip: Option<bool>,
}

impl Resource {
    pub(crate) fn json(caching: Caching, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("answers always encode");
        Self {
            content_type: "application/json",
            caching,
            body,
            gzip: None,
        }
    }

    /// The answer to a request with these headers.
    pub(crate) fn answer(self, request: &HeaderMap) -> Response<Body> {
        let digest = blake3::hash(&self.body).to_hex();
        // Another representation has another tag (RFC 9110, section 8.8.3).
        let suffix = if self.gzip == Some(true) { "-gzip" } else { "" };
        let tag = format!("\"{}{suffix}\"", &digest[..32]);
        let fresh = matches(request, &tag);
        let mut response = if fresh {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            Body::from(self.body).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, self.caching.header());
        headers.insert(
            header::ETAG,
            HeaderValue::try_from(tag).expect("hexadecimal digits"),
        );
        if self.gzip.is_some() {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if !fresh {
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.content_type),
            );
            if self.gzip == Some(true) {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        response
    }
}

/// Whether `If-None-Match` names this tag (RFC 9110, section 13.1.2: weak comparison).
fn matches(request: &HeaderMap, tag: &str) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|candidate| {
            let candidate = candidate.trim();
            candidate == "*" || candidate.strip_prefix("W/").unwrap_or(candidate) == tag
        })
}

/// Compressed, for `Content-Encoding: gzip`.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory takes everything");
    encoder.finish().expect("memory takes everything")
}

/// A change was made, or had been made before.
pub(crate) fn done() -> Response<Body> {
    private(axum::Json(Done {}))
}

/// An answer for its caller alone.
pub(crate) fn private(answer: impl IntoResponse) -> Response<Body> {
    let mut response = answer.into_response();
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

impl App {
    /// Run what may block off the threads that serve.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let app = self.clone();
        let outcome = tokio::task::spawn_blocking(move || work(&app)).await;
        outcome.map_err(|_| Refusal::internal("a request panicked"))?
    }
}
