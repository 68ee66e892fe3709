//! What the operator's token opens.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;

use super::extract::{HeldParam, Json, Known, Params, page};
use super::problem::Refusal;
use super::respond::{done, private};
use super::state::App;
use crate::api::{
    ContributedKeys, Done, Held, HeldVerdict, OfficeInvitation, OfficeInvited, Page, PageQuery,
    StrikeRequest, StrikeResponse, UpdateRequest, UpdateResponse,
};
use crate::office::Role;
use crate::registrar::{Update, UpdateText};

/// The request carries the operator's token.
pub(super) struct Operator;

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        app.operator.check(&parts.headers).map(|()| Self)
    }
}

/// Contribute keys to a new petition, for its manifest. Each call gives others.
#[utoipa::path(post, operation_id = "contributeKeys", path = "/operator/keys", tag = "operate", security(("operator" = [])),
    responses((status = 200, body = ContributedKeys)))]
pub(super) async fn contribute_keys(
    State(app): State<Arc<App>>,
    _: Operator,
) -> Result<Response, Refusal> {
    let keys = app.blocking(|app| Ok(app.instance.contribute_keys()?));
    Ok(private(axum::Json(keys.await?)))
}

/// Let somebody into the office: a new account, or a new link for one in that role. The
/// answer carries the link; it is mailed as well.
#[utoipa::path(post, operation_id = "inviteToOffice", path = "/operator/office", tag = "operate",
    security(("operator" = [])), request_body = OfficeInvitation,
    responses((status = 200, body = OfficeInvited)))]
pub(super) async fn invite(
    State(app): State<Arc<App>>,
    _: Operator,
    Json(request): Json<OfficeInvitation>,
) -> Result<Response, Refusal> {
    let role = Role::parse(&request.role)
        .ok_or_else(|| Refusal::malformed("A role is owner, moderator, viewer or organiser."))?;
    let (_, link) = app.office.invite(&request.email, role, None).await?;
    Ok(private(axum::Json(OfficeInvited { link })))
}

/// Strike roll entries, or say what that would do.
#[utoipa::path(post, operation_id = "strike", path = "/operator/petitions/{id}/strikes", tag = "operate",
    security(("operator" = [])), params(super::openapi::Id), request_body = StrikeRequest,
    responses((status = 200, body = StrikeResponse)))]
pub(super) async fn strike(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
    Json(request): Json<StrikeRequest>,
) -> Result<Response, Refusal> {
    let answer = app
        .registrar
        .strike(petition.manifest.id(), &request)
        .await?;
    Ok(private(axum::Json(answer)))
}

/// Confirmations that wait for review.
#[utoipa::path(get, operation_id = "listHeld", path = "/operator/petitions/{id}/held", tag = "operate",
    security(("operator" = [])), params(super::openapi::Id, PageQuery),
    responses((status = 200, body = Page<Held>)))]
pub(super) async fn held(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
    Params(query): Params<PageQuery>,
) -> Result<Response, Refusal> {
    let (after, limit) = page(&query, |text| Some(text.to_owned()))?;
    let id = petition.manifest.id();
    let held = app.blocking(move |app| Ok(app.registrar.held(id, after.as_deref(), limit + 1)?));
    let mut items = held.await?;
    let next = (items.len() > limit).then(|| items[limit - 1].id.clone());
    items.truncate(limit);
    Ok(private(axum::Json(Page { items, next })))
}

/// Release or refuse a held confirmation.
#[utoipa::path(post, operation_id = "judgeHeld", path = "/operator/petitions/{id}/held/{held}", tag = "operate",
    security(("operator" = [])), params(super::openapi::Id, super::openapi::HeldId),
    request_body = HeldVerdict, responses((status = 200, body = Done)))]
pub(super) async fn judge(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
    HeldParam(held): HeldParam,
    Json(verdict): Json<HeldVerdict>,
) -> Result<Response, Refusal> {
    app.registrar
        .judge_held(petition.manifest.id(), &held, verdict.release)
        .await?;
    Ok(done())
}

/// Write to all who asked for updates. The answer comes when the wish is durable; mails
/// follow as fast as limits allow, behind all links.
#[utoipa::path(post, operation_id = "sendUpdate", path = "/operator/petitions/{id}/updates",
    tag = "operate", security(("operator" = [])), params(super::openapi::Id),
    request_body = UpdateRequest, responses((status = 200, body = UpdateResponse)))]
pub(super) async fn update(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
    Json(request): Json<UpdateRequest>,
) -> Result<Response, Refusal> {
    let texts = request.texts.into_iter().map(|text| UpdateText {
        lang: text.lang,
        subject: text.subject,
        text: text.text,
    });
    let update = Update::new(texts.collect()).map_err(|e| Refusal::malformed(e.to_string()))?;
    let id = petition.manifest.id();
    let subscribers = app
        .blocking(move |app| Ok(app.registrar.subscribers(id)?))
        .await?;
    if !request.preview {
        app.registrar.send_update(id, &update).await?;
    }
    Ok(private(axum::Json(UpdateResponse { subscribers })))
}
