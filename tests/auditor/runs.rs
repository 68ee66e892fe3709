//! One run after another: going on, rollbacks, forks (R2), interruptions.

use std::sync::atomic::{AtomicU64, Ordering};

use undersigned::auditor::{AuditError, KeyTrust, Observer, Progress, Verdict, audit};
use undersigned::clock::ManualClock;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::replay::{Fault, Rule};
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::NoteSigner;

use crate::forger::keys::seed;
use crate::forger::{Forger, Petition, root};
use crate::run::{LATE, NOW, assert_fine, found, options, run, run_in, run_with, state_of};

#[test]
fn the_next_run_goes_on_where_the_last_one_ended() {
    let (mut forger, petition) = Forger::with_petition();
    let state = tempfile::tempdir().expect("a folder");
    for round in 0..4_u32 {
        forger.sign(&petition, round * 3..(round + 1) * 3);
        let report = run_in(&forger.files(), state.path(), NOW);
        assert_fine(&report);
        assert_eq!(report.work.leaves, 6);
        assert_eq!(report.work.entries, if round == 0 { 2 } else { 1 });
        assert_eq!(report.petitions[0].count, u64::from(round + 1) * 3);
        let expected = if round == 0 {
            KeyTrust::FirstUse
        } else {
            KeyTrust::Remembered
        };
        assert_eq!(report.key_trust, expected);
        let again = run_in(&forger.files(), state.path(), NOW);
        assert_fine(&again);
        assert_eq!((again.work.leaves, again.work.entries), (0, 0));
    }
}

#[test]
fn runs_meet_bundles_at_every_fill() {
    // 37 leaves a run cross the boundaries of bundles and tiles at odd places.
    let (mut forger, petition) = Forger::with_petition();
    let state = tempfile::tempdir().expect("a folder");
    for round in 0..16_u32 {
        let roll = (round * 37..(round + 1) * 37)
            .map(|n| petition.roll(n))
            .collect();
        forger.batch(&petition, Tree::Roll, roll);
        forger.tally(&petition);
        let report = run_in(&forger.files(), state.path(), NOW);
        assert_fine(&report);
        assert_eq!(report.work.leaves, 37);
    }
}

#[test]
fn deviations_are_remembered() {
    let (mut forger, petition) = Forger::with_petition();
    let mut bad = petition.signature(0);
    bad[80] ^= 1;
    forger.batch(&petition, Tree::Roll, vec![petition.roll(0)]);
    forger.batch(&petition, Tree::Signatures, vec![bad]);
    forger.tally(&petition);
    forger.journal.push(b"no statement".to_vec());
    let state = tempfile::tempdir().expect("a folder");
    let first = run_in(&forger.files(), state.path(), NOW);
    let rules: Vec<Rule> = first.deviations.iter().map(|d| d.rule).collect();
    assert_eq!(rules, [Rule::R5, Rule::R15]);
    forger.sign(&petition, 1..2);
    let second = run_in(&forger.files(), state.path(), NOW);
    assert_eq!(found(&second), found(&first));
    assert_eq!(second.work.leaves, 2);
}

#[test]
fn repeats_across_runs_are_found() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..5);
    let state = tempfile::tempdir().expect("a folder");
    assert_fine(&run_in(&forger.files(), state.path(), NOW));
    let again = forger.tree(&petition, Tree::Roll)[3].clone();
    forger.batch(&petition, Tree::Roll, vec![again]);
    forger.tally(&petition);
    let tree = Tree::Roll;
    let expected = vec![Fault::Repeated { first: 3 }.leaf(petition.id(), tree, 5)];
    for _ in 0..2 {
        let report = run_in(&forger.files(), state.path(), NOW);
        assert_eq!(found(&report), expected);
    }
}

#[test]
fn r2_a_journal_that_was_rolled_back() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let before = forger.clone();
    forger.sign(&petition, 2..3);
    let state = tempfile::tempdir().expect("a folder");
    assert_fine(&run_in(&forger.files(), state.path(), NOW));
    let report = run_in(&before.files(), state.path(), NOW);
    let fault = Fault::RolledBack { seen: 3, served: 2 };
    assert_eq!(found(&report), [fault.journal()]);
    assert_evidence(&report.evidence, &forger, &before);
    // What was verified before stands, and the journal may come back.
    assert_eq!(report.petitions[0].count, 3);
    forger.sign(&petition, 3..4);
    assert_fine(&run_in(&forger.files(), state.path(), NOW));
}

/// Both signed notes are kept.
fn assert_evidence(evidence: &[std::path::PathBuf], seen: &Forger, served: &Forger) {
    let [folder] = evidence else {
        panic!("one folder of evidence: {evidence:?}");
    };
    let read = |name: &str| std::fs::read(folder.join(name)).expect("evidence");
    assert_eq!(read("seen.checkpoint"), seen.checkpoint());
    assert_eq!(read("served.checkpoint"), served.checkpoint());
}

/// Two instances that agree up to their second tally.
pub(crate) fn forked() -> (Forger, Forger, Petition) {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let mut other = forger.clone();
    forger.sign(&petition, 2..3);
    other.sign(&petition, 3..4);
    (forger, other, petition)
}

#[test]
fn r2_a_fork_of_the_same_size() {
    let (forger, other, _) = forked();
    let state = tempfile::tempdir().expect("a folder");
    assert_fine(&run_in(&forger.files(), state.path(), NOW));
    let report = run_in(&other.files(), state.path(), NOW);
    let fault = Fault::Forked {
        size: 3,
        seen: root(&forger.journal),
        served: root(&other.journal),
    };
    assert_eq!(found(&report), [fault.journal()]);
    assert_evidence(&report.evidence, &forger, &other);
}

#[test]
fn r2_a_fork_that_has_grown() {
    let (forger, mut other, petition) = forked();
    let state = tempfile::tempdir().expect("a folder");
    assert_fine(&run_in(&forger.files(), state.path(), NOW));
    let served = root(&other.journal);
    other.sign(&petition, 5..7);
    let report = run_in(&other.files(), state.path(), NOW);
    let seen = root(&forger.journal);
    let fault = Fault::Forked {
        size: 3,
        seen,
        served,
    };
    assert_eq!(found(&report), [fault.journal()]);
    assert_evidence(&report.evidence, &forger, &other);
    assert_eq!(report.work.leaves, 0);
    // Evidence outlives a fresh start, and the true journal still fits.
    assert_fine(&run_in(&forger.files(), state.path(), NOW));
    let mut options = options(state.path());
    options.fresh = true;
    let fresh = run_with(&other.files(), &options, NOW).expect("an audit");
    assert_fine(&fresh);
    assert_evidence(&report.evidence, &forger, &other);
}

#[test]
fn r2_a_fork_that_is_smaller() {
    let (mut forger, other, petition) = forked();
    forger.sign(&petition, 4..5);
    let state = tempfile::tempdir().expect("a folder");
    assert_fine(&run_in(&forger.files(), state.path(), NOW));
    let report = run_in(&other.files(), state.path(), NOW);
    let fault = Fault::Forked {
        size: 3,
        seen: root(&forger.journal[..3]),
        served: root(&other.journal),
    };
    assert_eq!(found(&report), [fault.journal()]);
}

#[test]
fn r2_keys_of_the_first_run_bind_the_next() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let state = tempfile::tempdir().expect("a folder");
    assert_fine(&run_in(&forger.files(), state.path(), NOW));
    // The same origin with other keys, under a policy of the caller or not.
    let other = NoteSigner::new("a.example", &seed("somebody else")).expect("a name");
    let mut options = options(state.path());
    options.trust.keys = vec![other.vkey()];
    let report = run_with(&forger.files(), &options, NOW).expect("an audit");
    assert_eq!(report.deviations.len(), 1);
    assert_eq!(report.deviations[0].rule, Rule::R1);
    assert_eq!(report.verdict, Verdict::Deviations);
}

#[test]
fn each_journal_has_a_folder_of_its_own() {
    let (forger, _) = Forger::with_petition();
    let petition = Petition::new("petition", "b.example:8443", "b.example:8443");
    let mut other = Forger::new("b.example:8443");
    other.publish(&petition);
    let state = tempfile::tempdir().expect("a folder");
    for forger in [&forger, &other, &forger] {
        assert_fine(&run_in(&forger.files(), state.path(), NOW));
    }
    let folder = state.path().join("b.example_8443");
    assert!(folder.join("journal").is_dir());
    // Under another name it is that of another journal.
    std::fs::rename(folder, state.path().join("c.example")).expect("renames");
    let mut third = Forger::new("c.example");
    third.publish(&Petition::new("petition", "c.example", "c.example"));
    let refused = run_with(&third.files(), &options(state.path()), NOW);
    assert!(matches!(refused, Err(AuditError::OtherJournal { .. })));
}

#[test]
fn an_origin_that_is_no_host_gets_no_folder() {
    for origin in ["../x", "a/b", ".", "A.example", "a_b"] {
        let mut forger = Forger::new("a.example");
        forger.publish(&Petition::new("petition", "a.example", "a.example"));
        let text = String::from_utf8(forger.checkpoint()).expect("text");
        let mut files = forger.files();
        files.put(
            "checkpoint",
            text.replacen("a.example", origin, 1).into_bytes(),
        );
        let state = tempfile::tempdir().expect("a folder");
        let refused = run_with(&files, &options(state.path()), NOW);
        assert!(
            matches!(refused, Err(AuditError::Malformed { .. })),
            "{origin}"
        );
        let made = std::fs::read_dir(state.path()).expect("lists").count();
        assert_eq!(made, 0, "{origin}");
    }
}

#[test]
fn a_wrong_root_is_looked_at_again() {
    // A mirror was torn: the next run finds it whole, and nothing sticks.
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    let good = forger.files();
    forger.tree(&petition, Tree::Roll)[1][50] ^= 1;
    let state = tempfile::tempdir().expect("a folder");
    let report = run_in(&forger.files(), state.path(), NOW);
    assert_eq!(report.deviations.len(), 1);
    assert_eq!(report.deviations[0].rule, Rule::R12);
    let report = run_in(&good, state.path(), NOW);
    assert_fine(&report);
    // The signatures were verified the first time.
    assert_eq!(report.work.leaves, 3);
    let fresh = run(&good, NOW);
    assert_eq!(report.petitions, fresh.petitions);
}

#[test]
fn what_a_statement_did_is_not_done_twice_after_a_torn_tree() {
    // The second run replays entries of the first: `closed` and dates must not count double.
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    forger.time = petition.dates().submit_until + 60;
    forger.sign(&petition, 3..4);
    forger.close(&petition);
    let good = forger.files();
    forger.tree(&petition, Tree::Signatures)[3][50] ^= 1;
    let state = tempfile::tempdir().expect("a folder");
    let report = run_in(&forger.files(), state.path(), LATE);
    let rules: Vec<Rule> = report.deviations.iter().map(|d| d.rule).collect();
    assert_eq!(rules, [Rule::R12]);
    assert_fine(&run_in(&good, state.path(), LATE));
}

/// Stops after so many looks.
struct Impatient(AtomicU64);

impl Observer for Impatient {
    fn progress(&self, _: &Progress) {}

    fn stop(&self) -> bool {
        let left = |n: u64| n.checked_sub(1);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left)
            .is_err()
    }
}

#[test]
fn stopped_at_any_moment_nothing_is_lost_and_nothing_counted_twice() {
    let (mut forger, petition) = Forger::with_petition();
    let other = Petition::new("other", "a.example", "a.example");
    forger.publish(&other);
    for round in 0..5 {
        forger.sign(&petition, round * 2..(round + 1) * 2);
        let roll = (round * 80..(round + 1) * 80)
            .map(|n| other.roll(n))
            .collect();
        forger.batch(&other, Tree::Roll, roll);
        forger.tally(&other);
    }
    let again = forger.tree(&other, Tree::Roll)[7].clone();
    forger.batch(&other, Tree::Roll, vec![again]);
    forger.batch(&other, Tree::Signatures, vec![other.signature(0)]);
    forger.tally(&other);
    let strike = other.strike(&leaf_hash(b"nothing"), 5);
    forger.batch(&other, Tree::Strikes, vec![strike]);
    forger.tally(&other);
    let files = forger.files();
    let whole = run(&files, NOW);
    assert_eq!(whole.deviations.len(), 2);

    let state = tempfile::tempdir().expect("a folder");
    let mut stops = 0;
    let report = loop {
        let observer = Impatient(AtomicU64::new(1 + stops / 3));
        let clock = ManualClock::new(NOW, 1);
        match audit(&files, &options(state.path()), &clock, &observer) {
            Ok(report) => break report,
            Err(AuditError::Stopped) => stops += 1,
            Err(error) => panic!("{error}"),
        }
        assert!(stops < 200, "it gets to an end");
    };
    assert!(stops > 3, "it was stopped on the way");
    assert_eq!(found(&report), found(&whole));
    assert_eq!(report.petitions, whole.petitions);
    assert_eq!(report.verdict, Verdict::Deviations);
}

/// Turns a file's bytes into others.
type Spoil<'a> = &'a dyn Fn(Vec<u8>) -> Vec<u8>;

#[test]
fn a_damaged_state_is_no_verdict() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    let newer = |text: Vec<u8>| {
        let text = String::from_utf8(text).expect("JSON");
        text.replacen("\"version\":1", "\"version\":2", 1)
            .into_bytes()
    };
    let damage: [(&str, Spoil); 6] = [
        ("journal/journal.json", &|_| b"{".to_vec()),
        ("journal/journal.json", &|text| {
            // A key that nobody can read must not become one that nobody asks for.
            let text = String::from_utf8(text).expect("JSON");
            text.replacen("a.example+", "a.example-", 1).into_bytes()
        }),
        ("journal/entries", &|_| Vec::new()),
        ("journal/journal.hashes.0", &|bytes| vec![0; bytes.len()]),
        ("petition.json", &newer),
        ("signatures.hashes.0", &|bytes| vec![0; bytes.len()]),
    ];
    for (name, spoil) in damage {
        let state = tempfile::tempdir().expect("a folder");
        assert_fine(&run_in(&forger.files(), state.path(), NOW));
        let mut path = state_of(state.path()).join(name);
        if !name.starts_with("journal") {
            path = state_of(state.path()).join(format!("petitions/{}/{name}", petition.id()));
        }
        let bytes = std::fs::read(&path).expect(name);
        std::fs::write(&path, spoil(bytes)).expect("writes");
        let mut later = forger.clone();
        later.sign(&petition, 3..4);
        let refused = run_with(&later.files(), &options(state.path()), NOW);
        let error = refused.expect_err(name);
        assert!(matches!(error, AuditError::State { .. }), "{name}: {error}");
        let mut fresh = options(state.path());
        fresh.fresh = true;
        assert_fine(&run_with(&later.files(), &fresh, NOW).expect("an audit"));
    }
}

/// Tries to use the folder that the audit it watches uses.
struct Second<'a>(&'a Forger, &'a std::path::Path);
impl Observer for Second<'_> {
    fn stop(&self) -> bool {
        let refused = run_with(&self.0.files(), &options(self.1), NOW);
        assert!(matches!(refused, Err(AuditError::Locked(_))));
        false
    }
}

#[test]
fn a_folder_in_use_is_refused() {
    let (forger, _) = Forger::with_petition();
    let state = tempfile::tempdir().expect("a folder");

    let observer = Second(&forger, state.path());
    let clock = ManualClock::new(NOW, 1);
    let report = audit(&forger.files(), &options(state.path()), &clock, &observer);
    assert_fine(&report.expect("an audit"));
}
