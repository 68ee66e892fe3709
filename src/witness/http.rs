//! The door: `POST <prefix>/add-checkpoint` and `GET <prefix>/<origin hash>/checkpoint`
//! (tlog-witness, "HTTP Interface"), with the bounds that a public service needs.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{Cosigner, Refusal};
use crate::clock::Clock;
use crate::door::{Peer, RateLimit, TrustedProxies};
use crate::tlog::witness::{REQUEST_MAX, RequestError, RuleError, SIZE_CONTENT_TYPE, size_body};

/// A request's body has to arrive within this time.
const BODY: Duration = Duration::from_secs(15);
/// A request has to be answered within this time once its body is there.
const ANSWER: Duration = Duration::from_secs(30);
/// Submissions under way at the same time, which bounds what their bodies take up.
const UNDER_WAY: usize = 256;
/// How long caches may keep a checkpoint; the specification allows an hour.
const FRESH: &str = "public, max-age=10";
const TEXT: &str = "text/plain; charset=utf-8";

/// Who may come in.
pub(super) struct Door {
    proxies: TrustedProxies,
    rate_limit: RateLimit,
}

/// Who answers, and how many at once.
struct Desk {
    cosigner: Arc<dyn Cosigner>,
    places: Semaphore,
}

impl Door {
    pub(super) fn new(proxies: TrustedProxies, per_second: u32, clock: Arc<dyn Clock>) -> Self {
        Self {
            proxies,
            rate_limit: RateLimit::new(per_second, clock),
        }
    }

    /// Forget networks that have been quiet.
    pub(super) fn tidy(&self) {
        self.rate_limit.tidy();
    }
}

/// `add-checkpoint` and the monitors' GET, answered by `cosigner`.
pub(crate) fn routes(cosigner: Arc<dyn Cosigner>) -> Router {
    let places = Semaphore::new(UNDER_WAY);
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin_hash}/checkpoint", get(latest))
        .layer(DefaultBodyLimit::max(REQUEST_MAX))
        .with_state(Arc::new(Desk { cosigner, places }))
}

/// A door with these routes below `prefix`, which is empty or `/` and a path.
pub(super) fn router(door: Arc<Door>, cosigner: Arc<dyn Cosigner>, prefix: &str) -> Router {
    let routes = routes(cosigner);
    let routes = if prefix.is_empty() {
        routes
    } else {
        Router::new().nest(prefix, routes)
    };
    routes
        .fallback(|| async { said(StatusCode::NOT_FOUND, "nothing is here") })
        .layer(from_fn_with_state(door, admit))
}

/// A line for whoever looks into it; programs go by the status.
fn said(status: StatusCode, line: &str) -> Response {
    (status, [(header::CONTENT_TYPE, TEXT)], format!("{line}\n")).into_response()
}

/// Refused for now.
fn later(status: StatusCode, line: &str) -> Response {
    let mut response = said(status, line);
    let second = HeaderValue::from_static("1");
    response.headers_mut().insert(header::RETRY_AFTER, second);
    response
}

async fn admit(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let Some(Peer(peer)) = request.extensions().get::<Peer>().copied() else {
        return said(
            StatusCode::INTERNAL_SERVER_ERROR,
            "a connection without an address",
        );
    };
    let client = door.proxies.client(peer.ip(), request.headers());
    if door.rate_limit.admits(client) {
        next.run(request).await
    } else {
        later(
            StatusCode::TOO_MANY_REQUESTS,
            "too many requests from your network",
        )
    }
}

async fn add_checkpoint(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let Ok(_place) = desk.places.try_acquire() else {
        return later(StatusCode::SERVICE_UNAVAILABLE, "too many requests at once");
    };
    let body = match body(request).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    match timeout(ANSWER, desk.cosigner.clone().answer(body)).await {
        Ok(Ok(cosignatures)) => ([(header::CONTENT_TYPE, TEXT)], cosignatures).into_response(),
        Ok(Err(refusal)) => refused(&refusal),
        Err(_) => later(StatusCode::SERVICE_UNAVAILABLE, "no answer in time"),
    }
}

async fn body(request: Request) -> Result<Vec<u8>, Response> {
    match timeout(BODY, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body.into()),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let line = format!("a request has at most {REQUEST_MAX} bytes");
            Err(said(StatusCode::PAYLOAD_TOO_LARGE, &line))
        }
        Ok(Err(_)) => Err(said(StatusCode::BAD_REQUEST, "the body broke off")),
        Err(_) => Err(said(
            StatusCode::REQUEST_TIMEOUT,
            "the body did not arrive in time",
        )),
    }
}

/// Statuses as tlog-witness, "add-checkpoint", has them.
fn refused(refusal: &Refusal) -> Response {
    let status = match refusal {
        Refusal::Rule(RuleError::Conflict(size)) => {
            let size_type = [(header::CONTENT_TYPE, SIZE_CONTENT_TYPE)];
            return (StatusCode::CONFLICT, size_type, size_body(*size)).into_response();
        }
        Refusal::Request(RequestError::TooLong(_)) => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Request(_) | Refusal::Rule(RuleError::Shrinks { .. }) => StatusCode::BAD_REQUEST,
        Refusal::UnknownLog => StatusCode::NOT_FOUND,
        Refusal::Signature(_) => StatusCode::FORBIDDEN,
        Refusal::Rule(RuleError::Proof(_)) | Refusal::Contradicted => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Refusal::Clock | Refusal::Halted => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::NotReplayed => {
            return later(StatusCode::SERVICE_UNAVAILABLE, &refusal.to_string());
        }
        Refusal::Storage(_) | Refusal::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
    };
    said(status, &refusal.to_string())
}

async fn latest(State(desk): State<Arc<Desk>>, Path(origin_hash): Path<String>) -> Response {
    match desk.cosigner.latest(&origin_hash) {
        Some(note) => {
            let headers = [(header::CONTENT_TYPE, TEXT), (header::CACHE_CONTROL, FRESH)];
            (headers, note).into_response()
        }
        None => said(
            StatusCode::NOT_FOUND,
            "no checkpoint of this log was cosigned here",
        ),
    }
}
