//! The verified count, with all that is needed to verify it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::extract::Known;
use super::problem::Refusal;
use super::respond::{Caching, Resource};
use super::state::App;
use crate::api::{Count, TreeState};
use crate::instance::{Petition, ProofsError};
use crate::protocol::ids::Tree;

/// The count, its tally, and the proof that the tally stands in the journal.
#[utoipa::path(get, operation_id = "getCount", path = "/petitions/{id}/count", tag = "read", params(super::openapi::Id),
    responses((status = 200, body = Count)))]
pub(super) async fn count(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let count = app.blocking(move |app| read(app, &petition)).await?;
    Ok(Resource::json(Caching::Seconds(2), &count).answer(&headers))
}

fn read(app: &App, petition: &Petition) -> Result<Count, Refusal> {
    let id = petition.manifest.id();
    let (waiting, _) = app.instance.store.waiting_count(id, Tree::Signatures)?;
    let mut count = Count {
        petition: id.to_string(),
        count: 0,
        ceiling: 0,
        as_of: None,
        trees: Vec::new(),
        tally: None,
        proof: None,
        waiting,
    };
    let (tally, journaled) = match app.instance.journaled_tally(petition) {
        Ok(found) => found,
        Err(ProofsError::NoTally) => return Ok(count),
        Err(error) => return Err(error.into()),
    };
    let totals = tally.totals();
    count.count = totals.count();
    count.ceiling = totals.ceiling();
    count.as_of = Some(tally.time);
    count.trees = tally
        .trees()
        .map(|(tree, head)| TreeState {
            tree,
            size: head.size,
            root: head.root,
        })
        .collect();
    count.tally = Some(journaled.tally.clone());
    count.proof = Some(journaled.proof.clone());
    Ok(count)
}
