//! Signatures and withdrawals, and what became of a promise.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::extract::{Json, Known, LeafParam};
use super::problem::Refusal;
use super::respond::{Caching, Resource, done, private};
use super::state::App;
use crate::api::{Done, LeafRequest, Promised, SignatureResponse};

/// Hand in a signature. The promise comes once the leaf is durable; the same leaf again
/// is fine.
#[utoipa::path(post, operation_id = "handInSignature", path = "/petitions/{id}/signatures", tag = "sign",
    params(super::openapi::Id), request_body = LeafRequest,
    responses((status = 200, body = SignatureResponse)))]
pub(super) async fn submit(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Json(request): Json<LeafRequest>,
) -> Result<Response, Refusal> {
    let promise = app
        .ledger
        .submit(petition.manifest.id(), &request.leaf)
        .await?;
    Ok(private(axum::Json(SignatureResponse { promise })))
}

/// Take a published signature back. The same leaf again is fine.
#[utoipa::path(post, operation_id = "handInWithdrawal", path = "/petitions/{id}/withdrawals", tag = "sign",
    params(super::openapi::Id), request_body = LeafRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn withdraw(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Json(request): Json<LeafRequest>,
) -> Result<Response, Refusal> {
    app.ledger
        .withdraw(petition.manifest.id(), &request.leaf)
        .await?;
    Ok(done())
}

/// What became of a signature leaf that was promised to be published.
#[utoipa::path(get, operation_id = "getPromise", path = "/petitions/{id}/promises/{leaf}", tag = "sign",
    params(super::openapi::Id, super::openapi::LeafHash),
    responses((status = 200, body = Promised)))]
pub(super) async fn promise(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    LeafParam(leaf): LeafParam,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let id = petition.manifest.id();
    let promised = app
        .blocking(move |app| Ok(app.ledger.promised(id, &leaf)?))
        .await?;
    let promised = promised
        .ok_or_else(|| Refusal::not_found().detail("No leaf with this hash was accepted."))?;
    Ok(Resource::json(Caching::Revalidate, &promised).answer(&headers))
}
