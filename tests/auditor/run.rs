//! Running an audit in a test.

use std::path::Path;

use undersigned::auditor::evidence::{NoEvidence, gather};
use undersigned::auditor::{AuditError, AuditOptions, Report, Trust, Unobserved, Verdict, audit};
use undersigned::client::tiles::TileSource;
use undersigned::clock::ManualClock;
use undersigned::protocol::evidence::{Evidence, Proven};
use undersigned::protocol::replay::Deviation;
use undersigned::tlog::policy::Policy;

use crate::forger::{DAY, Forger, OPENS, journal_vkeys};

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

/// What is found at an instance. What can be shown to others is, and holds.
pub(crate) fn deviations(forger: &Forger, now: u64) -> Vec<Deviation> {
    let (state, files) = (tempfile::tempdir().expect("a folder"), forger.files());
    let found = found(&run_in(&files, state.path(), now));
    for deviation in &found {
        match gather(&files, state.path(), &forger.origin, deviation) {
            Ok(evidence) => drop(proven(&evidence, &forger.origin)),
            Err(NoEvidence::Kind(_)) => {}
            Err(error) => panic!("{deviation}: {error}"),
        }
    }
    found
}

/// What evidence proves to somebody who knows the journal's keys.
pub(crate) fn proven(evidence: &Evidence, origin: &str) -> Proven {
    let read = Evidence::parse(&evidence.to_file()).expect("an evidence file");
    assert_eq!(read, *evidence);
    let proven = read.verify(&Policy::of_logs(journal_vkeys(origin)));
    let proven = proven.expect("evidence that holds");
    assert_eq!(proven.origin, origin);
    // Who knows other keys is shown nothing.
    let others = Policy::of_logs(journal_vkeys("c.example"));
    assert!(read.verify(&others).is_err());
    proven
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
