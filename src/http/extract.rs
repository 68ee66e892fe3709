//! What a request says, parsed strictly.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use tokio::sync::OwnedSemaphorePermit;

use super::problem::Refusal;
use super::state::App;
use crate::api::problem::Kind;
use crate::api::{BODY_MAX, NoteRequest, PAGE_MAX, PageQuery, SMALL_BODY_MAX};
use crate::instance::Petition;
use crate::protocol::ids::{PetitionId, Tree, parse_hex32};
use crate::tlog::hash::Hash;

/// A parameter of the path, by its name in the route.
async fn parameter(parts: &mut Parts, app: &Arc<App>, name: &str) -> Result<String, Refusal> {
    let all = RawPathParams::from_request_parts(parts, app).await;
    let all = all.map_err(|_| Refusal::malformed("The path is not UTF-8."))?;
    let value = all
        .iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned());
    value.ok_or_else(|| Refusal::internal(format!("the route has no {{{name}}}")))
}

/// The published petition that `{id}` names.
pub(crate) struct Known(pub(crate) Arc<Petition>);

impl FromRequestParts<Arc<App>> for Known {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let id: PetitionId = parameter(parts, app, "id").await?.parse().map_err(|_| {
            Refusal::not_found().detail("A petition's id has 64 lower-case hexadecimal digits.")
        })?;
        let petition = app.instance.petitions.get(&id);
        petition
            .map(Self)
            .ok_or_else(|| Refusal::new(Kind::UnknownPetition))
    }
}

/// The tree that `{tree}` names.
pub(crate) struct Named(pub(crate) Tree);

impl FromRequestParts<Arc<App>> for Named {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let tree = parameter(parts, app, "tree").await?.parse();
        tree.map(Self).map_err(|_| {
            Refusal::not_found().detail("A tree is roll, strikes, signatures or withdrawals.")
        })
    }
}

/// The last part of a link, `{token}`. Never logged, never echoed.
pub(crate) struct LinkToken(pub(crate) String);

impl FromRequestParts<Arc<App>> for LinkToken {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        parameter(parts, app, "token").await.map(Self)
    }
}

/// The leaf whose hash `{leaf}` is.
pub(crate) struct LeafParam(pub(crate) Hash);

impl FromRequestParts<Arc<App>> for LeafParam {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        leaf_hash(&parameter(parts, app, "leaf").await?).map(Self)
    }
}

/// A leaf hash from 64 lower-case hexadecimal digits.
pub(crate) fn leaf_hash(text: &str) -> Result<Hash, Refusal> {
    let hash = parse_hex32(text).map(Hash);
    hash.ok_or_else(|| Refusal::malformed("A leaf hash has 64 lower-case hexadecimal digits."))
}

/// The held confirmation that `{held}` names.
pub(crate) struct HeldParam(pub(crate) String);

impl FromRequestParts<Arc<App>> for HeldParam {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        parameter(parts, app, "held").await.map(Self)
    }
}

/// The file that `{*path}` names.
pub(crate) struct FilePath(pub(crate) String);

impl FromRequestParts<Arc<App>> for FilePath {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        parameter(parts, app, "path").await.map(Self)
    }
}

/// The query: known parameters, each at most once.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Refusal> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(params)| Self(params))
            .map_err(|_| {
                Refusal::malformed("A query parameter is unknown, missing, repeated or ill-formed.")
            })
    }
}

/// Which page of a list: the parsed `after`, and how many items.
pub(crate) fn page<T>(
    query: &PageQuery,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<(Option<T>, usize), Refusal> {
    let after = match &query.after {
        None => None,
        Some(text) => Some(
            parse(text)
                .ok_or_else(|| Refusal::malformed("`after` is the `next` of the page before."))?,
        ),
    };
    match query.limit.unwrap_or(PAGE_MAX) {
        limit @ 1..=PAGE_MAX => Ok((after, limit)),
        _ => Err(Refusal::malformed("`limit` is 1 to 100.")),
    }
}

/// A body as long as the route allows.
pub(crate) struct Body(pub(crate) Bytes);

impl FromRequest<Arc<App>> for Body {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refusal> {
        Bytes::from_request(request, app)
            .await
            .map(Self)
            .map_err(|rejection| match rejection {
                BytesRejection::FailedToBufferBody(error)
                    if error.status() == StatusCode::PAYLOAD_TOO_LARGE =>
                {
                    Refusal::new(Kind::TooLarge).detail(format!(
                        "A body has at most {SMALL_BODY_MAX} bytes, or {BODY_MAX} where notes \
                         are taken."
                    ))
                }
                _ => Refusal::malformed("The body did not arrive whole."),
            })
    }
}

/// Whether `Content-Type` names this type, whatever its parameters.
pub(crate) fn is_of_type(headers: &HeaderMap, expected: &str) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(expected))
}

/// A JSON body: UTF-8, no unknown or repeated members, nothing after it.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Json<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refusal> {
        if !is_of_type(request.headers(), "application/json") {
            return Err(Refusal::new(Kind::MediaType).detail("Send application/json."));
        }
        let Body(body) = Body::from_request(request, app).await?;
        // serde's own words can quote the body, which may hold an address: only the place.
        serde_json::from_slice(&body).map(Self).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Refusal::malformed(format!(
                "Line {line}, column {column}: not JSON of the expected shape (see \
                 /api/v1/openapi.json)."
            ))
        })
    }
}

/// A signed note. These are long, and few: so many at once, and no more, that strangers
/// cannot fill the memory with them.
pub(crate) struct Note {
    pub(crate) text: String,
    _place: OwnedSemaphorePermit,
}

impl FromRequest<Arc<App>> for Note {
    type Rejection = Refusal;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Refusal> {
        let place = app.notes.clone().try_acquire_owned();
        let place = place.map_err(|_| Refusal::new(Kind::Unavailable))?;
        let Json(NoteRequest { note: text }) = Json::from_request(request, app).await?;
        Ok(Self {
            text,
            _place: place,
        })
    }
}
