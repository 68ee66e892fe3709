//! Sample audits: what is drawn from, and the opening of a draw.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::extract::Known;
use super::operator::Operator;
use super::problem::Refusal;
use super::respond::private;
use super::state::App;
use crate::api::problem::Kind;
use crate::client::beacon::Drand;
use crate::protocol::sample::Draw;

fn json(bytes: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// A draw without entries, as of now: what a sample will be drawn from. Take it before the round
/// that the manifest announces.
#[utoipa::path(get, operation_id = "draw", path = "/petitions/{id}/draw", tag = "read",
    params(super::openapi::Id), responses((status = 200, body = Object)))]
pub(super) async fn frame(
    State(app): State<Arc<App>>,
    Known(petition): Known,
) -> Result<Response, Refusal> {
    let frame = app.blocking(move |app| Ok(app.instance.frame(&petition)?));
    let frame = frame.await?.ok_or_else(|| {
        Refusal::not_found().detail("A sample is drawn once the petition is closed for good.")
    })?;
    Ok(json(frame.to_bytes()))
}

/// Hand out the sealed records of a draw to the auditor, and state that in the journal. Nobody
/// but the auditor can read the answer.
#[utoipa::path(post, operation_id = "openDraw", path = "/operator/petitions/{id}/openings",
    tag = "operate", security(("operator" = [])), params(super::openapi::Id),
    request_body = Object, responses((status = 200, body = Object)))]
pub(super) async fn open(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
    body: Bytes,
) -> Result<Response, Refusal> {
    let work = move |app: &App| {
        let refuse =
            |error: &dyn std::error::Error| Refusal::new(Kind::Statement).detail(error.to_string());
        let draw = Draw::parse(&body).map_err(|e| refuse(&e))?;
        let manifest = &petition.manifest;
        if draw.manifest != manifest.text() {
            return Err(Refusal::new(Kind::Statement).detail("The draw is of another petition."));
        }
        let drawn = draw.verify(&manifest.pinned_policy(), &Drand);
        Ok(app.registrar.open_draw(&drawn.map_err(|e| refuse(&e))?)?)
    };
    let (opening, said) = app.blocking(work).await?;
    app.publisher.state(said).await?;
    Ok(private(json(opening.to_bytes())))
}
