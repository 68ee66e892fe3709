//! Running an audit in a test.

use std::path::Path;

use undersigned::auditor::{AuditError, AuditOptions, Report, Trust, Unobserved, Verdict, audit};
use undersigned::client::tiles::TileSource;
use undersigned::clock::ManualClock;
use undersigned::protocol::replay::Deviation;

use crate::forger::{DAY, Forger, OPENS};

/// Ten days after opening: nothing is over yet.
pub(crate) const NOW: u64 = OPENS + 10 * DAY;
/// After everything is over.
pub(crate) const LATE: u64 = OPENS + 100 * DAY;

pub(crate) fn options(state: &Path) -> AuditOptions {
    AuditOptions {
        state: state.to_owned(),
        fresh: false,
        petition: None,
        trust: Trust::default(),
        jobs: 2,
    }
}

pub(crate) fn run_with(
    source: &dyn TileSource,
    options: &AuditOptions,
    now: u64,
) -> Result<Report, AuditError> {
    audit(source, options, &ManualClock::new(now, 1), &Unobserved)
}

/// An audit that remembers in `state`.
pub(crate) fn run_in(source: &dyn TileSource, state: &Path, now: u64) -> Report {
    run_with(source, &options(state), now).expect("an audit")
}

/// Where the journal of `a.example` is remembered.
pub(crate) fn state_of(state: &Path) -> std::path::PathBuf {
    state.join("a.example")
}

/// An audit that remembers nothing.
pub(crate) fn run(source: &dyn TileSource, now: u64) -> Report {
    let state = tempfile::tempdir().expect("a folder");
    run_in(source, state.path(), now)
}

/// What is found at an instance.
pub(crate) fn deviations(forger: &Forger, now: u64) -> Vec<Deviation> {
    found(&run(&forger.files(), now))
}

/// The deviations in a report.
pub(crate) fn found(report: &Report) -> Vec<Deviation> {
    let deviations = report.deviations.iter().map(|d| d.deviation.clone());
    deviations.collect()
}

/// Nothing is wrong, and nothing was left out.
pub(crate) fn assert_fine(report: &Report) {
    assert_eq!(found(report), []);
    assert_eq!(report.unchecked, []);
    assert_eq!(report.verdict, Verdict::Fine);
}
