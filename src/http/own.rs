//! What is held about a mailbox: asking for a link to it, fetching it, having it erased.
//! Whatever the state of an address, asking gets the same answer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};

use super::confirmations::check_your_inbox;
use super::extract::{Json, Known};
use super::front::Client;
use super::problem::Refusal;
use super::respond::private;
use super::state::App;
use crate::api::{CheckYourInbox, Forgotten, LinkRequest, OwnData, OwnDataRequest};

/// Ask for a link to all that is held about this mailbox. The answer tells nothing about the
/// address.
#[utoipa::path(post, operation_id = "requestOwnData", path = "/petitions/{id}/data-requests", tag = "sign",
    params(super::openapi::Id), request_body = OwnDataRequest,
    responses((status = 202, body = CheckYourInbox)))]
pub(super) async fn request(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Client(client): Client,
    Json(request): Json<OwnDataRequest>,
) -> Result<Response, Refusal> {
    app.registrar
        .request_own_data(petition.manifest.id(), &request, client)
        .await?;
    Ok(check_your_inbox())
}

/// Follow a link to all that is held about its mailbox, over all petitions. A link does so once.
#[utoipa::path(post, operation_id = "ownData", path = "/petitions/{id}/data", tag = "sign",
    params(super::openapi::Id), request_body = LinkRequest,
    responses((status = 200, body = OwnData)))]
pub(super) async fn fetch(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Json(request): Json<LinkRequest>,
) -> Result<Response, Refusal> {
    let data = app
        .registrar
        .own_data(petition.manifest.id(), &request.token)
        .await?;
    Ok(own_data(&data))
}

/// Have all erased that this petition holds of the link's mailbox.
#[utoipa::path(post, operation_id = "forget", path = "/petitions/{id}/erasure", tag = "sign",
    params(super::openapi::Id), request_body = LinkRequest,
    responses((status = 200, body = Forgotten)))]
pub(super) async fn forget(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Json(request): Json<LinkRequest>,
) -> Result<Response, Refusal> {
    let forgotten = app
        .registrar
        .forget(petition.manifest.id(), &request.token)
        .await?;
    Ok(private(axum::Json(forgotten)))
}

/// As a file to keep, for people to read as well.
pub(crate) fn own_data(data: &OwnData) -> Response {
    let text = serde_json::to_vec_pretty(data).expect("answers always encode");
    let mut response = private(text.into_response());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"own-data.json\""),
    );
    response
}
