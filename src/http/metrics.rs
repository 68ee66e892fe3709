//! What the metrics of a service tell, and those that are not counted where they happen.

use std::sync::Arc;

use metrics_exporter_prometheus::{BuildError, PrometheusHandle};

use super::state::App;
use crate::door;
use crate::protocol::ids::Tree;

/// The recorder, with what each metric of a service tells.
pub(super) fn recorder() -> Result<PrometheusHandle, BuildError> {
    let handle = door::metrics::recorder()?;
    describe();
    Ok(handle)
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
