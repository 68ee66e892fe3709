//! What a follower's metrics tell.

use std::sync::Once;
use std::time::Duration;

use super::look::{Follower, Standing};

/// What each metric tells, for whoever reads them.
pub(super) fn describe() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for (name, text) in [
            (
                "undersigned_follow_looks_total",
                "Looks at the instance, by outcome.",
            ),
            ("undersigned_follow_leaves_total", "Leaves replayed."),
            (
                "undersigned_follow_cosigned_total",
                "Heads cosigned, by identity.",
            ),
            ("undersigned_follow_alerts_total", "Alerts raised, by kind."),
            (
                "undersigned_follow_told_total",
                "Alerts posted to the webhook, by outcome.",
            ),
        ] {
            ::metrics::describe_counter!(name, text);
        }
        for (name, text) in [
            (
                "undersigned_follow_entries",
                "Journal entries that the mirror shows.",
            ),
            (
                "undersigned_follow_replayed_entries",
                "Journal entries that were replayed.",
            ),
            (
                "undersigned_follow_halted",
                "1 if the log broke its rules and nothing is cosigned any more.",
            ),
            (
                "undersigned_follow_open_alerts",
                "Alerts that are not over.",
            ),
            (
                "undersigned_follow_fine_time_seconds",
                "When everything was last as it should be, Unix time.",
            ),
        ] {
            ::metrics::describe_gauge!(name, text);
        }
        let seconds = ::metrics::Unit::Seconds;
        ::metrics::describe_histogram!(
            "undersigned_follow_look_seconds",
            seconds,
            "Time that a look took."
        );
    });
}

/// Count a look, and say where the follower stands.
#[allow(clippy::cast_precision_loss)] // gauges are floats
pub(super) fn count(follower: &Follower, standing: Standing, took: Duration) {
    let outcome = standing.name();
    ::metrics::counter!("undersigned_follow_looks_total", "outcome" => outcome).increment(1);
    ::metrics::histogram!("undersigned_follow_look_seconds").record(took.as_secs_f64());
    let board = &follower.board;
    let shown = board.shown().map_or(0, |shown| shown.head.size.0);
    ::metrics::gauge!("undersigned_follow_entries").set(shown as f64);
    let replayed = follower.replayed.unwrap_or(0);
    ::metrics::gauge!("undersigned_follow_replayed_entries").set(replayed as f64);
    let open = board.book.read(|saved| saved.open.len());
    ::metrics::gauge!("undersigned_follow_open_alerts").set(open as f64);
    let halted = if board.is_halted() { 1.0 } else { 0.0 };
    ::metrics::gauge!("undersigned_follow_halted").set(halted);
    let fine = *board.last_fine.read().expect("no holder panics");
    if let Some(fine) = fine {
        ::metrics::gauge!("undersigned_follow_fine_time_seconds").set(fine as f64);
    }
}
