//! All routes in one place.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, Method, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{Any, CorsLayer};

use super::state::App;
use super::{
    attestations, bounces, browse, confirmations, count, disclosures, files, front, guard, health,
    openapi, operator, own, packs, petitions, proofs, samples, shares, signatures, statements,
};
use crate::api::{BODY_MAX, PREFIX, SMALL_BODY_MAX};
use crate::protocol::sample::DRAW_MAX;

pub(super) fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(api())
        .merge(petition())
        .merge(files())
        .merge(crate::web::router())
        .merge(crate::web::office(app.clone()))
        .fallback(front::unknown_route)
        .method_not_allowed_fallback(front::unknown_method)
        .layer(DefaultBodyLimit::max(SMALL_BODY_MAX))
        .layer(CatchPanicLayer::custom(front::panicked))
        .layer(from_fn_with_state(app.clone(), front::front))
        .layer(from_fn_with_state(app.clone(), crate::web::around))
        .layer(reading_from_anywhere())
        .with_state(app)
}

/// Anyone's page may read what is public. Only the office uses a cookie, which browsers
/// withhold from such requests; other pages can neither send JSON nor the operator's token.
fn reading_from_anywhere() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([header::IF_NONE_MATCH])
        .expose_headers([header::ETAG, header::RETRY_AFTER])
        .vary([] as [HeaderName; 0])
}

/// Where signed notes are taken, which carry manifests and proofs.
fn notes() -> DefaultBodyLimit {
    DefaultBodyLimit::max(BODY_MAX)
}

fn api() -> Router<Arc<App>> {
    let at = |path: &str| format!("{PREFIX}{path}");
    Router::new()
        .route(&at("/"), get(browse::page))
        .route(&at("/openapi.json"), get(openapi::document))
        .route(&at("/health"), get(health::health))
        .route(&at("/statements"), post(statements::state).layer(notes()))
        .route(&at("/petitions"), get(petitions::list))
        .route(&at("/operator/keys"), post(operator::contribute_keys))
        .route(&at("/operator/office"), post(operator::invite))
        .route(
            &at("/operator/bounces"),
            post(bounces::bounce).layer(notes()),
        )
        .route(&at("/operator/bounces/removal"), post(bounces::write_again))
        .route(
            &at("/operator/blocks"),
            get(guard::blocks).post(guard::block),
        )
        .route(
            &at("/operator/limits"),
            get(guard::limits).post(guard::set_limits),
        )
        .route(&at("/operator/petitions/{id}/trends"), get(guard::trends))
        .route(
            &at("/operator/petitions/{id}/invitations"),
            post(guard::invite).layer(notes()),
        )
        .route(
            &at("/operator/petitions/{id}/strikes"),
            post(operator::strike),
        )
        .route(&at("/operator/petitions/{id}/held"), get(operator::held))
        .route(&at("/operator/petitions/{id}/list"), get(shares::list))
        .route(
            &at("/operator/petitions/{id}/updates"),
            post(operator::update).layer(notes()),
        )
        .route(
            &at("/operator/petitions/{id}/openings"),
            post(samples::open).layer(DefaultBodyLimit::max(DRAW_MAX)),
        )
        .route(
            &at("/operator/petitions/{id}/packs"),
            post(packs::pack).layer(notes()),
        )
        .route(
            &at("/operator/petitions/{id}/packs/sent"),
            get(packs::list).post(packs::sent).layer(notes()),
        )
        .route(
            &at("/operator/petitions/{id}/held/{held}"),
            post(operator::judge),
        )
}

fn petition() -> Router<Arc<App>> {
    let at = |path: &str| format!("{PREFIX}/petitions/{{id}}{path}");
    Router::new()
        .route(&at(""), get(petitions::one))
        .route(&at("/manifest"), get(petitions::manifest))
        .route(&at("/count"), get(count::count))
        .route(&at("/draw"), get(samples::frame))
        .route(&at("/trees/{tree}/proof"), get(proofs::proof))
        .route(&at("/trees/{tree}/consistency"), get(proofs::consistency))
        .route(&at("/tallies"), get(proofs::tallies))
        .route(
            &at("/attestations"),
            get(attestations::list)
                .post(attestations::attest)
                .layer(notes()),
        )
        .route(&at("/promises/{leaf}"), get(signatures::promise))
        .route(&at("/signatures"), post(signatures::submit))
        .route(&at("/withdrawals"), post(signatures::withdraw))
        .route(&at("/confirmations"), post(confirmations::request))
        .route(&at("/confirm"), post(confirmations::confirm))
        .route(&at("/removals"), post(confirmations::request_removal))
        .route(&at("/removal"), post(confirmations::remove))
        .route(&at("/unsubscribe"), post(confirmations::unsubscribe))
        .route(&at("/data-requests"), post(own::request))
        .route(&at("/data"), post(own::fetch))
        .route(&at("/erasure"), post(own::forget))
        .route(
            &at("/disclosures"),
            post(disclosures::disclose).layer(notes()),
        )
        .route(
            &at("/disclosures/removal"),
            post(disclosures::hide).layer(notes()),
        )
        .route(&at("/shares"), post(shares::share).layer(notes()))
        .route(&at("/shares/removal"), post(shares::unshare).layer(notes()))
}

/// An origin is also the prefix of its log's files.
fn files() -> Router<Arc<App>> {
    Router::new()
        .route("/checkpoint", get(files::journal_checkpoint))
        .route("/tile/{*path}", get(files::journal_tile))
        .route("/{id}/{tree}/checkpoint", get(files::tree_checkpoint))
        .route("/{id}/{tree}/tile/{*path}", get(files::tree_tile))
}
