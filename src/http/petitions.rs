//! Petitions at a glance, and their manifests.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::extract::{Known, Params, page};
use super::files::accepts_gzip;
use super::problem::Refusal;
use super::respond::{Caching, Resource, gzip};
use super::state::App;
use crate::api::{Page, PageQuery, Petition, Text};
use crate::protocol::manifest::{Localized, Publication};

/// Petitions published here, oldest first.
#[utoipa::path(get, operation_id = "listPetitions", path = "/petitions", tag = "read", params(PageQuery),
    responses((status = 200, body = Page<Petition>)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Params(query): Params<PageQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (after, limit) = page(&query, |text| text.parse().ok())?;
    let found = app.instance.petitions.page(after, limit + 1);
    let next = found
        .get(limit)
        .map(|_| found[limit - 1].published.to_string());
    let now = app.now();
    let items = found
        .iter()
        .take(limit)
        .map(|petition| glance(petition, now))
        .collect();
    Ok(Resource::json(Caching::Seconds(5), &Page::<Petition> { items, next }).answer(&headers))
}

/// A petition at a glance.
#[utoipa::path(get, operation_id = "getPetition", path = "/petitions/{id}", tag = "read", params(super::openapi::Id),
    responses((status = 200, body = Petition)))]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    headers: HeaderMap,
) -> Response {
    Resource::json(Caching::Seconds(5), &glance(&petition, app.now())).answer(&headers)
}

/// The manifest's exact bytes, whose hash is the petition's id.
#[utoipa::path(get, operation_id = "getManifest", path = "/petitions/{id}/manifest", tag = "read", params(super::openapi::Id),
    responses((status = 200, body = Object, content_type = "application/json")))]
pub(super) async fn manifest(
    Known(petition): Known,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if petition.withheld().is_some() {
        return Err(Refusal::withheld());
    }
    let bytes = petition.manifest.bytes();
    let zipped = accepts_gzip(&headers);
    let resource = Resource {
        content_type: "application/json",
        // The bytes never change; whether they may be shown can.
        caching: Caching::Seconds(60),
        body: if zipped { gzip(bytes) } else { bytes.to_vec() },
        gzip: Some(zipped),
    };
    Ok(resource.answer(&headers))
}

fn glance(petition: &crate::instance::Petition, now: u64) -> Petition {
    let terms = petition.manifest.terms();
    let dates = petition.dates();
    let text = |text: &Localized| Text {
        lang: text.lang.clone(),
        text: text.text.clone(),
    };
    Petition {
        id: petition.manifest.id().to_string(),
        title: terms.title.iter().map(text).collect(),
        recipients: terms.recipients.clone(),
        organiser: terms.organiser.name.clone(),
        phase: petition.phase(now).name().to_owned(),
        opens: terms.opens,
        confirm_until: dates.confirm_until,
        submit_until: dates.submit_until,
        withdraw_until: dates.withdraw_until,
        goal: petition.goal(),
        publication: match terms.publication {
            Publication::Batched => "batched",
            Publication::Private => "private",
            Publication::Prompt => "prompt",
        }
        .to_owned(),
        published: petition.published,
    }
}
