//! What signers show of themselves.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::extract::{Json, Known};
use super::problem::Refusal;
use super::respond::done;
use super::state::App;
use crate::api::problem::Kind;
use crate::api::{DisclosureRequest, Done, HideRequest};
use crate::protocol::commitment::Disclosure;
use crate::registrar::Opening;
use crate::tlog::hash::Hash;

pub(super) fn opening(leaf: Vec<u8>, salt: Vec<u8>, disclosure: &[u8]) -> Result<Opening, Refusal> {
    let hash = |bytes: Vec<u8>, what: &str| -> Result<[u8; 32], Refusal> {
        let wrong = |_| Refusal::malformed(format!("`{what}` has 32 bytes."));
        bytes.try_into().map_err(wrong)
    };
    let disclosure = Disclosure::parse(disclosure)
        .map_err(|error| Refusal::new(Kind::Opening).detail(error.to_string()))?;
    Ok(Opening {
        leaf: Hash(hash(leaf, "leaf")?),
        salt: hash(salt, "salt")?,
        disclosure,
    })
}

/// Show what a signature committed to: to the recipient, and if asked for to everybody.
/// The same opening again changes that.
#[utoipa::path(post, operation_id = "disclose", path = "/petitions/{id}/disclosures", tag = "sign",
    params(super::openapi::Id), request_body = DisclosureRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn disclose(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Json(request): Json<DisclosureRequest>,
) -> Result<Response, Refusal> {
    let opening = opening(request.leaf, request.salt, &request.disclosure)?;
    let p = petition.manifest.id();
    app.registrar.disclose(p, opening, request.public).await?;
    Ok(done())
}

/// Show it no longer. Repeated, it says the same.
#[utoipa::path(post, operation_id = "hide", path = "/petitions/{id}/disclosures/removal",
    tag = "sign", params(super::openapi::Id), request_body = HideRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn hide(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Json(request): Json<HideRequest>,
) -> Result<Response, Refusal> {
    let opening = opening(request.leaf, request.salt, &request.disclosure)?;
    app.registrar.hide(petition.manifest.id(), opening).await?;
    Ok(done())
}
