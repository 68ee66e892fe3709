//! All pages in one place.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::{assets, pages};
use crate::http::App;

pub(crate) fn router() -> Router<Arc<App>> {
    Router::new()
        .route("/", get(pages::home::page))
        .route("/{id}/card.png", get(pages::card::picture))
        .route("/{id}", get(pages::petition::page))
        .route("/how", get(pages::how::page))
        .route("/record", get(pages::record::of_service))
        .route("/{id}/record", get(pages::record::page))
        .route("/{id}/embed", get(pages::embed::page))
        .route("/{id}/badge.svg", get(pages::badge::badge))
        .route("/{id}/feed.atom", get(pages::feed::atom))
        .route("/{id}/names", get(pages::names::page))
        .route("/{id}/names.json", get(pages::names::json))
        .route("/{id}/open-data.json", get(pages::open_data::json))
        .route("/{id}/open-data.csv", get(pages::open_data::csv))
        .route("/robots.txt", get(pages::robots::robots))
        .route("/sitemap.xml", get(pages::robots::sitemap))
        .route("/assets/{version}/{*path}", get(assets::file))
        .merge(signer())
}

/// Most bytes of a form with a statement in it, encoded for an address.
const FORM_MAX: usize = 64 * 1024;

/// From the inbox to the receipt.
fn signer() -> Router<Arc<App>> {
    use pages::{check, confirm, data, inbox, lost, pack, receipt, remove, unsubscribe};
    let forms = DefaultBodyLimit::max(FORM_MAX);
    Router::new()
        .route("/check", get(check::page))
        .route("/{id}/sign", post(inbox::ask).layer(forms))
        .route("/{id}/inbox", get(inbox::page))
        .route(
            "/{id}/confirm/{token}",
            get(confirm::page).post(confirm::sign).layer(forms),
        )
        .route("/{id}/receipt", get(receipt::page))
        .route("/{id}/qr/{leaf}", get(receipt::qr))
        .route("/{id}/lost", get(lost::page).post(lost::ask))
        .route("/{id}/pack/{token}", get(pack::page).post(pack::download))
        .route(
            "/{id}/remove/{token}",
            get(remove::page).post(remove::remove),
        )
        .route("/{id}/data", get(data::page).post(data::ask))
        .route("/{id}/data/{token}", get(data::opened).post(data::follow))
        .route(
            "/{id}/unsubscribe/{token}",
            get(unsubscribe::page).post(unsubscribe::unsubscribe),
        )
}
