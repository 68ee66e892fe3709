//! Metrics, on a listener of their own: they tell of crowds, not of people.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use super::state::App;
use crate::protocol::ids::Tree;

/// Upper bounds of the latency histograms, seconds.
const SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// The same for how many changes one commit holds.
const CHANGES: &[f64] = &[1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 4096.0];

/// The process has one recorder, however many servers run in it.
pub(super) fn recorder() -> Result<PrometheusHandle, BuildError> {
    static HANDLE: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    let mut installed = HANDLE.lock().expect("no holder panics");
    if let Some(handle) = &*installed {
        return Ok(handle.clone());
    }
    let changes = Matcher::Full("undersigned_commit_changes".to_owned());
    let recorder = PrometheusBuilder::new()
        .set_buckets(SECONDS)?
        .set_buckets_for_metric(changes, CHANGES)?
        .build_recorder();
    let handle = recorder.handle();
    if ::metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("another recorder takes the metrics; this listener will show none");
    }
    describe();
    Ok(installed.insert(handle).clone())
}

/// What each metric tells, for whoever reads them.
fn describe() {
    for (name, text) in [
        (
            "undersigned_http_requests_total",
            "Requests, by route template and status.",
        ),
        (
            "undersigned_signatures_accepted_total",
            "Signatures accepted; each had a promise.",
        ),
        (
            "undersigned_withdrawals_accepted_total",
            "Withdrawals accepted.",
        ),
        (
            "undersigned_token_checks_total",
            "Tokens checked, by outcome.",
        ),
        (
            "undersigned_tag_queries_total",
            "Tags asked for, by outcome.",
        ),
        (
            "undersigned_published_leaves_total",
            "Leaves published, over all trees.",
        ),
        (
            "undersigned_cosignatures_total",
            "Cosignatures of witnesses that verified.",
        ),
        (
            "undersigned_cosigning_short_total",
            "Publications shown with fewer cosignatures than the policy asks for.",
        ),
        (
            "undersigned_cosigning_ahead_total",
            "Answers of witnesses that have seen more of this journal than there is.",
        ),
        (
            "undersigned_publication_errors_total",
            "Publications that failed and are tried again.",
        ),
    ] {
        ::metrics::describe_counter!(name, text);
    }
    let seconds = ::metrics::Unit::Seconds;
    for (name, text) in [
        (
            "undersigned_http_request_seconds",
            "Time to the answer, by route template.",
        ),
        (
            "undersigned_publication_seconds",
            "Time that a publication took.",
        ),
        (
            "undersigned_cosigning_seconds",
            "Time that a publication waited for its witnesses.",
        ),
        (
            "undersigned_commit_seconds",
            "Time that a group commit took.",
        ),
    ] {
        ::metrics::describe_histogram!(name, seconds, text);
    }
    ::metrics::describe_histogram!("undersigned_commit_changes", "Changes in a group commit.");
    ::metrics::describe_gauge!(
        "undersigned_waiting_leaves",
        "Accepted and not yet published."
    );
}

pub(super) fn router(handle: PrometheusHandle) -> Router {
    Router::new()
        .route("/metrics", get(render))
        .with_state(handle)
}

async fn render(State(handle): State<PrometheusHandle>) -> impl IntoResponse {
    handle.run_upkeep();
    let version = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, version)], handle.render())
}

/// What is not counted where it happens: how many leaves wait. Blocking.
pub(super) fn gauge(app: &Arc<App>) {
    for tree in Tree::ALL {
        let mut waiting = 0;
        for petition in app.instance.petitions.all() {
            match app
                .instance
                .store
                .waiting_count(petition.manifest.id(), tree)
            {
                Ok((count, _)) => waiting += count,
                Err(error) => return tracing::warn!(%error, "waiting leaves cannot be counted"),
            }
        }
        #[allow(clippy::cast_precision_loss)] // a gauge is a float
        ::metrics::gauge!("undersigned_waiting_leaves", "tree" => tree.name()).set(waiting as f64);
    }
}
