//! What every request passes: whose it is, whether it may, how long it may take, and
//! how it is counted. Routes are logged and counted by their templates; paths, which
//! can hold link tokens, and addresses never are.

use std::any::Any;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::{Instant, timeout};

use super::problem::Refusal;
use super::state::App;
use crate::api::problem::Kind;
use crate::door::Peer;

/// Most bytes of a request's path, query and headers together.
const HEAD_MAX: usize = 16 * 1024;
/// A request has to be answered after this long.
const REQUEST: Duration = Duration::from_secs(30);

/// The network address of whoever sent the request.
#[derive(Clone, Copy)]
pub(crate) struct Client(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for Client {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Refusal> {
        let client = parts.extensions.get::<Self>().copied();
        client.ok_or_else(|| Refusal::internal("a request without an address"))
    }
}

pub(super) async fn front(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = method_label(request.method());
    let mut response = match guarded(&app, request, next).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    };
    let nosniff = HeaderValue::from_static("nosniff");
    response
        .headers_mut()
        .insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    measure(method, route, response.status(), started.elapsed());
    response
}

async fn guarded(app: &App, mut request: Request, next: Next) -> Result<Response, Refusal> {
    let peer = request.extensions().get::<Peer>().copied();
    let Peer(peer) = peer.ok_or_else(|| Refusal::internal("a connection without an address"))?;
    let client = app.proxies.client(peer.ip(), request.headers());
    if !app.rate_limit.admits(client) {
        return Err(Refusal::new(Kind::RateLimited));
    }
    if head_size(request.uri(), request.headers()) > HEAD_MAX {
        return Err(Refusal::new(Kind::TooLarge)
            .status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
            .detail(format!(
                "Path and headers have at most {HEAD_MAX} bytes together."
            )));
    }
    request.extensions_mut().insert(Client(client));
    let answer = timeout(REQUEST, next.run(request)).await;
    answer.map_err(|_| Refusal::new(Kind::Timeout))
}

fn head_size(uri: &Uri, headers: &HeaderMap) -> usize {
    let target = uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    let fields = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    target + fields.sum::<usize>()
}

/// A label, not whatever a stranger sends.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn measure(method: &'static str, route: &str, status: StatusCode, took: Duration) {
    let route = route.to_owned();
    let code = status.as_u16();
    tracing::debug!(
        method,
        route,
        status = code,
        ms = took.as_millis(),
        "request"
    );
    metrics::counter!(
        "undersigned_http_requests_total",
        "method" => method, "route" => route.clone(), "status" => code.to_string()
    )
    .increment(1);
    metrics::histogram!("undersigned_http_request_seconds", "method" => method, "route" => route)
        .record(took.as_secs_f64());
}

/// A bug of ours: whoever asked is told that much, and the log where.
pub(super) fn panicked(_: Box<dyn Any + Send>) -> Response {
    Refusal::internal("a request panicked").into_response()
}

pub(super) async fn unknown_route() -> Refusal {
    Refusal::not_found()
}

pub(super) async fn unknown_method() -> Refusal {
    Refusal::new(Kind::Method)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;
    use crate::api::problem::Problem;

    #[tokio::test]
    async fn a_panic_is_a_problem_and_no_more() {
        async fn broken() -> StatusCode {
            panic!("on purpose, about somebody")
        }
        let router: Router = Router::new().route("/", get(broken));
        let router = router.layer(CatchPanicLayer::custom(panicked));
        let request = Request::new(Body::empty());
        let response = router.oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = to_bytes(response.into_body(), 4096).await.expect("a body");
        let problem: Problem = serde_json::from_slice(&body).expect("a problem");
        assert_eq!(problem.kind(), Some(Kind::Internal));
        assert!(!String::from_utf8_lossy(&body).contains("somebody"));
    }
}
