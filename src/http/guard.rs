//! What an operator without a browser does of what staff do in the office: blocks, limits,
//! trends, invitations.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::extract::{Json, Known};
use super::operator::Operator;
use super::problem::Refusal;
use super::respond::{done, private};
use super::state::App;
use crate::api::{
    BlockRequest, Blocks, Done, InvitationRequest, InvitationResponse, Limits, Trend, Trends,
};
use crate::registrar::{InvitationText, RequestLimits};

/// Hours that are told.
const HOURS: u64 = 48;
/// Addresses of one request.
const ADDRESSES_MAX: usize = 1000;

/// Mail domains that are blocked at run time.
#[utoipa::path(get, operation_id = "listBlocks", path = "/operator/blocks", tag = "operate",
    security(("operator" = [])), responses((status = 200, body = Blocks)))]
pub(super) async fn blocks(State(app): State<Arc<App>>, _: Operator) -> Result<Response, Refusal> {
    let domains = app.registrar.blocks();
    Ok(private(axum::Json(Blocks { domains })))
}

/// Block a mail domain and all below it, or end that. Holds after a restart.
#[utoipa::path(post, operation_id = "block", path = "/operator/blocks", tag = "operate",
    security(("operator" = [])), request_body = BlockRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn block(
    State(app): State<Arc<App>>,
    _: Operator,
    Json(request): Json<BlockRequest>,
) -> Result<Response, Refusal> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    if request.domain.is_empty() || !request.domain.chars().all(plain) {
        return Err(Refusal::malformed("This is not a domain."));
    }
    if request.blocked {
        app.registrar.block(&request.domain).await?;
    } else {
        app.registrar.unblock(&request.domain).await?;
    }
    Ok(done())
}

/// The limits on requests that hold now.
#[utoipa::path(get, operation_id = "getLimits", path = "/operator/limits", tag = "operate",
    security(("operator" = [])), responses((status = 200, body = Limits)))]
pub(super) async fn limits(State(app): State<Arc<App>>, _: Operator) -> Result<Response, Refusal> {
    let now = app.registrar.request_limits();
    Ok(private(axum::Json(Limits {
        requests_per_minute: now.requests_per_minute,
        requests_per_five_minutes: now.requests_per_five_minutes,
        requests_per_domain_hour: now.requests_per_domain_hour,
        mails_per_mailbox: now.mails_per_mailbox,
        mails_per_mailbox_day: now.mails_per_mailbox_day,
    })))
}

/// Set the limits on requests, all of them. They hold after a restart.
#[utoipa::path(post, operation_id = "setLimits", path = "/operator/limits", tag = "operate",
    security(("operator" = [])), request_body = Limits,
    responses((status = 200, body = Done)))]
pub(super) async fn set_limits(
    State(app): State<Arc<App>>,
    _: Operator,
    Json(wanted): Json<Limits>,
) -> Result<Response, Refusal> {
    let limits = RequestLimits {
        requests_per_minute: wanted.requests_per_minute,
        requests_per_five_minutes: wanted.requests_per_five_minutes,
        requests_per_domain_hour: wanted.requests_per_domain_hour,
        mails_per_mailbox: wanted.mails_per_mailbox,
        mails_per_mailbox_day: wanted.mails_per_mailbox_day,
    };
    app.registrar.set_request_limits(limits).await?;
    Ok(done())
}

/// Mail domains that asked for at least 20 links within an hour. They count requests, not
/// people.
#[utoipa::path(get, operation_id = "listTrends", path = "/operator/petitions/{id}/trends",
    tag = "operate", security(("operator" = [])), params(super::openapi::Id),
    responses((status = 200, body = Trends)))]
pub(super) async fn trends(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
) -> Result<Response, Refusal> {
    let found = app.registrar.trends(petition.manifest.id(), HOURS)?;
    let trend = |trend: crate::registrar::Trend| Trend {
        hour: trend.hour,
        domain: trend.domain,
        requests: trend.requests,
    };
    let items = found.into_iter().map(trend).collect();
    Ok(private(axum::Json(Trends { items })))
}

/// Invite people who agreed to be asked. The answer has totals that depend on the list alone.
#[utoipa::path(post, operation_id = "invite", path = "/operator/petitions/{id}/invitations",
    tag = "operate", security(("operator" = [])), params(super::openapi::Id),
    request_body = InvitationRequest, responses((status = 200, body = InvitationResponse)))]
pub(super) async fn invite(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
    Json(request): Json<InvitationRequest>,
) -> Result<Response, Refusal> {
    if request.addresses.is_empty() || request.addresses.len() > ADDRESSES_MAX {
        let detail = format!("Give 1 to {ADDRESSES_MAX} addresses in a request.");
        return Err(Refusal::malformed(detail));
    }
    let text = InvitationText {
        lang: request.lang.to_ascii_lowercase(),
        text: request.text,
    };
    let p = petition.manifest.id();
    let invited = app.registrar.invite(p, request.addresses, &text).await?;
    Ok(private(axum::Json(InvitationResponse {
        taken: invited.taken,
        malformed: invited.malformed,
        twice: invited.twice,
        too_many: invited.too_many,
    })))
}
