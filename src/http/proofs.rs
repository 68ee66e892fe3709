//! Proofs of leaves, proofs that trees only grew, and the tallies.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::extract::{Known, Named, Params, leaf_hash, page};
use super::problem::Refusal;
use super::respond::{Caching, Resource};
use super::state::App;
use crate::api::{
    Consistency, ConsistencyQuery, Page, PageQuery, ProofQuery, TallyEntry, TreeState,
};
use crate::instance::ProofsError;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::tally::TreeHead;
use crate::store::Found;
use crate::tlog::hash::Hash;

/// A leaf with the proof that the petition's last tally counts it.
#[utoipa::path(get, operation_id = "getProof", path = "/petitions/{id}/trees/{tree}/proof", tag = "read",
    params(super::openapi::Id, super::openapi::TreeName, ProofQuery),
    responses((status = 200, body = super::openapi::InclusionProof)))]
pub(super) async fn proof(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Named(tree): Named,
    Params(query): Params<ProofQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let proof = app.blocking(move |app| {
        let id = petition.manifest.id();
        let index = match (query.index, query.leaf) {
            (Some(index), None) => index,
            (None, Some(leaf)) => index_of(app, id, tree, &leaf_hash(&leaf)?)?,
            _ => return Err(Refusal::malformed("Give either `leaf` or `index`.")),
        };
        Ok(app.instance.inclusion(&petition, tree, index)?)
    });
    Ok(Resource::json(Caching::Revalidate, &proof.await?).answer(&headers))
}

fn index_of(app: &App, id: PetitionId, tree: Tree, leaf: &Hash) -> Result<u64, Refusal> {
    match app.instance.store.find_hash(id, tree, leaf)? {
        Some(Found::Published { index, .. }) => Ok(index),
        // What waits is nobody's business but its signer's, who has a promise.
        Some(Found::Waiting(_)) | None => Err(ProofsError::NoTally.into()),
    }
}

/// The proof that a tree at one size extends the same tree at another.
#[utoipa::path(get, operation_id = "getConsistency", path = "/petitions/{id}/trees/{tree}/consistency", tag = "read",
    params(super::openapi::Id, super::openapi::TreeName, ConsistencyQuery),
    responses((status = 200, body = Consistency)))]
pub(super) async fn consistency(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Named(tree): Named,
    Params(query): Params<ConsistencyQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let proof = app.blocking(move |app| {
        Ok(app
            .instance
            .consistency(&petition, tree, query.from, query.to)?)
    });
    let proof = proof.await?;
    let state = |head: TreeHead| TreeState {
        tree,
        size: head.size,
        root: head.root,
    };
    let answer = Consistency {
        from: state(proof.from),
        to: state(proof.to),
        path: proof.path,
    };
    Ok(Resource::json(Caching::Forever, &answer).answer(&headers))
}

/// The petition's tallies, oldest first.
#[utoipa::path(get, operation_id = "listTallies", path = "/petitions/{id}/tallies", tag = "read",
    params(super::openapi::Id, PageQuery),
    responses((status = 200, body = Page<TallyEntry>)))]
pub(super) async fn tallies(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Params(query): Params<PageQuery>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let (after, limit) = page(&query, |text| text.parse().ok())?;
    let found = app
        .blocking(move |app| Ok(app.instance.tallies(&petition, after, limit + 1)?))
        .await?;
    let next = found.get(limit).map(|_| found[limit - 1].0.to_string());
    let items = found
        .into_iter()
        .take(limit)
        .map(|(index, tally)| TallyEntry {
            index,
            tally: tally.to_string(),
        })
        .collect();
    Ok(Resource::json(Caching::Seconds(5), &Page { items, next }).answer(&headers))
}
