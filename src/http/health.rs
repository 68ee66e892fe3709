//! How the instance is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::problem::Refusal;
use super::respond::{Caching, Resource};
use super::state::App;
use crate::api::Health;
use crate::store::LogId;

/// Health, name and keys of the instance.
#[utoipa::path(get, operation_id = "getHealth", path = "/health", tag = "read", responses((status = 200, body = Health)))]
pub(super) async fn health(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let health = app.blocking(|app| {
        let free = app.instance.store.free_space()?;
        let journal = app.instance.store.head(LogId::Journal)?;
        let short = free.is_some_and(|free| free < app.keep_free_bytes);
        Ok(Health {
            status: if short { "read-only" } else { "ok" }.to_owned(),
            origin: app.instance.keys.origin().to_owned(),
            vkeys: app
                .instance
                .keys
                .vkeys()
                .iter()
                .map(ToString::to_string)
                .collect(),
            journal: journal.map_or(0, |signed| signed.head.size),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    });
    Ok(Resource::json(Caching::Revalidate, &health.await?).answer(&headers))
}
