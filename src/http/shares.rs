//! The organiser's list (`spec/list.md`): what signers hand over, and how it is fetched.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::disclosures::opening;
use super::extract::{Json, Known, Params, leaf_hash, page};
use super::operator::Operator;
use super::problem::Refusal;
use super::respond::{done, private};
use super::state::App;
use crate::api::{Done, HideRequest, PageQuery, ShareRequest};
use crate::instance::Petition;
use crate::protocol::ids::Tree;
use crate::protocol::list::{FORMAT, ListEntry, ListPage};
use crate::tlog::hash::Hash;

/// Hand what a published signature committed to to the organiser alone. The same signature
/// again replaces its entry.
#[utoipa::path(post, operation_id = "share", path = "/petitions/{id}/shares", tag = "sign",
    params(super::openapi::Id), request_body = ShareRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn share(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Json(request): Json<ShareRequest>,
) -> Result<Response, Refusal> {
    let opening = opening(request.leaf, request.salt, &request.disclosure)?;
    let (p, address) = (petition.manifest.id(), request.address);
    let address = address.map(|sealed| sealed.0);
    app.registrar.share(p, opening, address).await?;
    Ok(done())
}

/// Take it off the organiser's list. Repeated, it says the same.
#[utoipa::path(post, operation_id = "unshare", path = "/petitions/{id}/shares/removal",
    tag = "sign", params(super::openapi::Id), request_body = HideRequest,
    responses((status = 200, body = Done)))]
pub(super) async fn unshare(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Json(request): Json<HideRequest>,
) -> Result<Response, Refusal> {
    let opening = opening(request.leaf, request.salt, &request.disclosure)?;
    let p = petition.manifest.id();
    app.registrar.unshare(p, opening).await?;
    Ok(done())
}

/// A page of the organiser's list, sealed: only the organiser's key opens it.
#[utoipa::path(get, operation_id = "getList", path = "/operator/petitions/{id}/list", tag = "operate",
    security(("operator" = [])), params(super::openapi::Id, PageQuery),
    responses((status = 200, body = super::openapi::ListPage)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Operator,
    Known(petition): Known,
    Params(query): Params<PageQuery>,
) -> Result<Response, Refusal> {
    let (after, limit) = page(&query, |text| leaf_hash(text).ok())?;
    let page = list_page(&app, petition, after, limit).await?;
    Ok(private(axum::Json(page)))
}

/// At most `limit` entries behind a leaf hash, with all that it takes to check them.
pub(crate) async fn list_page(
    app: &Arc<App>,
    petition: Arc<Petition>,
    after: Option<Hash>,
    limit: usize,
) -> Result<ListPage, Refusal> {
    app.blocking(move |app| {
        let (shared, next) = app.registrar.shared(petition.manifest.id(), after, limit)?;
        let (tally, journaled) = app.instance.journaled_tally(&petition)?;
        let size = tally.head(Tree::Signatures).map_or(0, |head| head.size);
        let mut entries = Vec::new();
        // What a publication brings meanwhile is not in this tally.
        for one in shared.into_iter().filter(|one| one.index < size) {
            let (leaf, path) =
                app.instance
                    .included_at(&petition, Tree::Signatures, one.index, size)?;
            entries.push(ListEntry {
                leaf,
                index: one.index,
                path,
                envelope: one.envelope,
            });
        }
        Ok(ListPage {
            format: FORMAT.to_owned(),
            manifest: petition.manifest.text().to_owned(),
            tally: journaled.tally.clone(),
            proof: journaled.proof.clone(),
            entries,
            next: next.map(|leaf| hex::encode(leaf.0)),
        })
    })
    .await
}
