//! All pages in one place.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::{assets, pages};
use crate::http::App;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(pages::home::page))
        .route("/{id}/card.png", get(pages::card::picture))
        .route("/{id}", get(pages::petition::page))
        .route("/assets/{version}/{*path}", get(assets::file))
}
