//! Delivery reports, which the operator's mail server hands on.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::extract::Json;
use super::operator::Operator;
use super::problem::Refusal;
use super::respond::{done, private};
use super::state::App;
use crate::api::{BounceOutcome, BounceRequest, BounceResponse, Done, WriteAgainRequest};
use crate::registrar::Bounce;

/// Take a delivery report (RFC 3464). If it says that there is no such mailbox, all mail to
/// it stops.
#[utoipa::path(post, operation_id = "bounce", path = "/operator/bounces", tag = "operate",
    security(("operator" = [])), request_body = BounceRequest,
    responses((status = 200, body = BounceResponse)))]
pub(super) async fn bounce(
    State(app): State<Arc<App>>,
    _: Operator,
    Json(request): Json<BounceRequest>,
) -> Result<Response, Refusal> {
    let outcome = match app.registrar.bounce(&request.report).await? {
        Bounce::Stopped => BounceOutcome::Stopped,
        Bounce::NotPermanent => BounceOutcome::NotPermanent,
        Bounce::Unknown => BounceOutcome::Unknown,
        Bounce::NotAReport => BounceOutcome::NotAReport,
    };
    Ok(private(axum::Json(BounceResponse { outcome })))
}

/// Write to a mailbox again. The answer is the same whether it was written to or not.
#[utoipa::path(post, operation_id = "writeAgain", path = "/operator/bounces/removal",
    tag = "operate", security(("operator" = [])), request_body = WriteAgainRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn write_again(
    State(app): State<Arc<App>>,
    _: Operator,
    Json(request): Json<WriteAgainRequest>,
) -> Result<Response, Refusal> {
    app.registrar.write_again(&request.email).await?;
    Ok(done())
}
