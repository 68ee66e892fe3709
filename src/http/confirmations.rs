//! Confirmation links: asking for one, and following it. Whatever the state of an
//! address, asking gets the same answer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::extract::{Json, Known};
use super::front::Client;
use super::problem::Refusal;
use super::respond::{done, private};
use super::state::App;
use crate::api::problem::Kind;
use crate::api::{
    CheckYourInbox, ConfirmRequest, ConfirmResponse, ConfirmationRequest, Done, LinkRequest,
    RemovalRequest,
};
use crate::protocol::token::NK;

pub(super) fn check_your_inbox() -> Response {
    let message =
        "Check your inbox. If this address can be written to, a link is on its way.".to_owned();
    private((StatusCode::ACCEPTED, axum::Json(CheckYourInbox { message })))
}

/// Ask for a link by mail. The answer tells nothing about the address.
#[utoipa::path(post, operation_id = "requestConfirmation", path = "/petitions/{id}/confirmations", tag = "sign",
    params(super::openapi::Id), request_body = ConfirmationRequest,
    responses((status = 202, body = CheckYourInbox)))]
pub(super) async fn request(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Client(client): Client,
    Json(request): Json<ConfirmationRequest>,
) -> Result<Response, Refusal> {
    app.registrar
        .request_confirmation(petition.manifest.id(), &request, client)
        .await?;
    Ok(check_your_inbox())
}

/// Follow a confirmation link: the mailbox enters the roll, and the blinded message is
/// signed. The same message again gets the same answer, another one does not.
#[utoipa::path(post, operation_id = "confirm", path = "/petitions/{id}/confirm", tag = "sign",
    params(super::openapi::Id), request_body = ConfirmRequest,
    responses((status = 200, body = ConfirmResponse)))]
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Client(client): Client,
    Json(request): Json<ConfirmRequest>,
) -> Result<Response, Refusal> {
    let blinded: [u8; NK] = request.blinded_message.try_into().map_err(|_| {
        Refusal::new(Kind::BlindedMessage).detail("A blinded message has 256 bytes.")
    })?;
    let id = petition.manifest.id();
    let signed = app
        .registrar
        .confirm(id, &request.token, &blinded, client)
        .await?;
    Ok(private(axum::Json(ConfirmResponse {
        blind_signature: signed.to_vec(),
    })))
}

/// Ask for a link that strikes this mailbox's entry. The answer tells nothing about the
/// address.
#[utoipa::path(post, operation_id = "requestRemoval", path = "/petitions/{id}/removals", tag = "sign",
    params(super::openapi::Id), request_body = RemovalRequest,
    responses((status = 202, body = CheckYourInbox)))]
pub(super) async fn request_removal(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Client(client): Client,
    Json(request): Json<RemovalRequest>,
) -> Result<Response, Refusal> {
    app.registrar
        .request_removal(petition.manifest.id(), &request, client)
        .await?;
    Ok(check_your_inbox())
}

/// Follow a link that strikes this mailbox's entry.
#[utoipa::path(post, operation_id = "remove", path = "/petitions/{id}/removal", tag = "sign",
    params(super::openapi::Id), request_body = LinkRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Json(request): Json<LinkRequest>,
) -> Result<Response, Refusal> {
    app.registrar
        .remove(petition.manifest.id(), &request.token)
        .await?;
    Ok(done())
}

/// Follow a link that ends updates.
#[utoipa::path(post, operation_id = "unsubscribe", path = "/petitions/{id}/unsubscribe", tag = "sign",
    params(super::openapi::Id), request_body = LinkRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn unsubscribe(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Json(request): Json<LinkRequest>,
) -> Result<Response, Refusal> {
    app.registrar
        .unsubscribe(petition.manifest.id(), &request.token)
        .await?;
    Ok(done())
}
