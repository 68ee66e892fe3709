//! What every request to the office passes: whose cookie it carries, and whether a POST
//! comes from a page of ours (`spec/office.md`, "Sessions").

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};

use super::failure::Failure;
use crate::http::App;
use crate::office::{Action, Cookie, OfficeError, Visitor};

/// Somebody who is signed in. Without a session, a page leads to the sign-in page.
pub(super) struct SignedIn(pub(super) Visitor);

/// Who asks, if they are signed in.
pub(super) struct Perhaps(pub(super) Option<Visitor>);

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Response> {
        match parts.extensions.get::<Visitor>() {
            Some(visitor) => Ok(Self(visitor.clone())),
            None if parts.method == Method::GET => {
                Err(Redirect::to("/office/sign-in").into_response())
            }
            None => Err(Failure::signed_out().into_response()),
        }
    }
}

impl FromRequestParts<Arc<App>> for Perhaps {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get::<Visitor>().cloned()))
    }
}

impl SignedIn {
    /// The visitor, if the role allows this.
    pub(super) fn to(self, action: Action) -> Result<Visitor, OfficeError> {
        self.0.must(action)?;
        Ok(self.0)
    }
}

fn secure(app: &App) -> bool {
    app.office.url().starts_with("https://")
}

fn name(app: &App) -> &'static str {
    if secure(app) {
        "__Host-session"
    } else {
        "session"
    }
}

/// The header that gives a browser this cookie.
pub(super) fn set_cookie(app: &App, cookie: &Cookie) -> HeaderValue {
    written(app, &cookie.value(), "")
}

/// The header that takes it away.
pub(super) fn unset_cookie(app: &App) -> HeaderValue {
    written(app, "", "; Max-Age=0")
}

fn written(app: &App, value: &str, more: &str) -> HeaderValue {
    let secure = if secure(app) { "; Secure" } else { "" };
    let text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}",
        name(app)
    );
    let mut header = HeaderValue::try_from(text).expect("visible characters");
    header.set_sensitive(true);
    header
}

fn cookie<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    let name = name(app);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Whether a page of ours sent this. Browsers say so; what says nothing is no browser of
/// somebody's, but may be a form on another site in an old one.
fn from_ours(app: &App, headers: &HeaderMap) -> bool {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = value("sec-fetch-site") {
        return site == "same-origin";
    }
    let Some(origin) = value("origin") else {
        return false;
    };
    let authority = |text: &str| Some(text.parse::<Uri>().ok()?.authority()?.to_string());
    origin == app.office.url()
        || authority(origin).is_some_and(|origin| {
            authority(app.office.url()).as_ref() == Some(&origin)
                || value("host") == Some(origin.as_str())
        })
}

pub(super) async fn gate(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads && !from_ours(&app, request.headers()) {
        return Failure::foreign().into_response();
    }
    let mut fresh = None;
    if let Some(cookie) = cookie(&app, request.headers()) {
        match app.office.visitor(cookie).await {
            Ok(Some((visitor, replaced))) => {
                request.extensions_mut().insert(visitor);
                fresh = replaced;
            }
            Ok(None) => {}
            Err(error) => return Failure::from(error).into_response(),
        }
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if let Some(fresh) = fresh
        && !headers.contains_key(header::SET_COOKIE)
    {
        headers.insert(header::SET_COOKIE, set_cookie(&app, &fresh));
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The origin alone: forms of ours say whence they come, and links do not leak.
    let policy = HeaderValue::from_static("strict-origin");
    headers.insert(header::REFERRER_POLICY, policy);
    response
}
