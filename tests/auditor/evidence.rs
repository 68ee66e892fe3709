//! From what an audit found to what it proves to others.

use std::path::Path;

use undersigned::auditor::evidence::{NoEvidence, gather};
use undersigned::protocol::evidence::{Claim, Contradiction, Evidence, Fact};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::replay::{Deviation, Fault};
use undersigned::protocol::statement;
use undersigned::protocol::tally::TreeHead;
use undersigned::tlog::hash::leaf_hash;

use crate::forger::files::Files;
use crate::forger::{Forger, journal_signers, root};
use crate::run::{LATE, NOW, assert_fine, found, proven, run_in};
use crate::runs::forked;

const ORIGIN: &str = "a.example";

/// The one deviation found, and the evidence of it.
fn evidence(files: &Files, state: &Path, now: u64) -> (Deviation, Evidence) {
    let report = run_in(files, state, now);
    let [deviation] = &found(&report)[..] else {
        panic!("one deviation: {:?}", report.deviations);
    };
    let evidence = gather(files, state, ORIGIN, deviation).expect("evidence");
    (deviation.clone(), evidence)
}

fn fact(forger: &Forger, now: u64) -> Fact {
    let state = tempfile::tempdir().expect("a folder");
    let (_, evidence) = evidence(&forger.files(), state.path(), now);
    proven(&evidence, ORIGIN).fact
}

#[test]
fn a_fork_of_any_size() {
    let (forger, other, petition) = forked();
    let mut grown = other.clone();
    grown.sign(&petition, 5..6);
    let mut large = forger.clone();
    large.sign(&petition, 4..5);
    for (seen, served) in [(&forger, &other), (&forger, &grown), (&large, &other)] {
        let state = tempfile::tempdir().expect("a folder");
        assert_fine(&run_in(&seen.files(), state.path(), NOW));
        let (_, evidence) = evidence(&served.files(), state.path(), NOW);
        let proven = proven(&evidence, ORIGIN);
        assert_eq!(proven.keys.len(), 2, "Ed25519 and ML-DSA-44");
        let expected = if seen.journal.len() == served.journal.len() {
            Contradiction::Roots {
                size: 3,
                first: root(&seen.journal),
                second: root(&served.journal),
            }
        } else {
            Contradiction::Leaf {
                index: 2,
                first: leaf_hash(&seen.journal[2]),
                second: leaf_hash(&served.journal[2]),
            }
        };
        assert_eq!(proven.fact, Fact::InconsistentJournal(expected));
    }
}

#[test]
fn a_fork_stays_proven_when_the_source_goes_back() {
    let (forger, other, _) = forked();
    let state = tempfile::tempdir().expect("a folder");
    assert_fine(&run_in(&forger.files(), state.path(), NOW));
    let (deviation, _) = evidence(&other.files(), state.path(), NOW);
    let again = gather(&forger.files(), state.path(), ORIGIN, &deviation).expect("evidence");
    proven(&again, ORIGIN);
}

#[test]
fn a_rollback_is_no_evidence() {
    let (forger, _, petition) = forked();
    let mut grown = forger.clone();
    grown.sign(&petition, 5..6);
    let state = tempfile::tempdir().expect("a folder");
    assert_fine(&run_in(&grown.files(), state.path(), NOW));
    let report = run_in(&forger.files(), state.path(), NOW);
    let [deviation] = &found(&report)[..] else {
        panic!("one deviation");
    };
    let none = gather(&forger.files(), state.path(), ORIGIN, deviation);
    assert!(matches!(none, Err(NoEvidence::Kind(_))), "{none:?}");
}

#[test]
fn leaves_that_shrink_or_change() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..4);
    let honest = forger.clone();
    let leaves = forger.tree(&petition, Tree::Roll).clone();
    let change = |head: String| {
        let mut forger = honest.clone();
        let text = forger.next_tally(&petition, None).to_string();
        let own = format!("roll 4 {}", root(&leaves));
        let text = text.replace(&own, &format!("roll {head}"));
        forger.tally_as(&petition, &text);
        forger
    };
    let other = change(format!("4 {}", leaf_hash(b"another root")));
    let Fact::InconsistentTree {
        tree: Tree::Roll,
        how: Contradiction::Roots { size: 4, .. },
    } = fact(&other, NOW)
    else {
        panic!("another root");
    };
    let mut more = honest.clone();
    more.batch(&petition, Tree::Roll, vec![petition.roll(9)]);
    more.tally(&petition);
    let mut shrunk = more.clone();
    let text = shrunk.next_tally(&petition, None).to_string();
    let head = format!("roll 5 {}", root(shrunk.tree(&petition, Tree::Roll)));
    let text = text.replace(&head, &format!("roll 4 {}", root(&leaves)));
    shrunk.tally_as(&petition, &text);
    let how = Contradiction::Shrinks { from: 5, to: 4 };
    let tree = Tree::Roll;
    assert_eq!(fact(&shrunk, NOW), Fact::InconsistentTree { tree, how });
}

#[test]
fn a_tree_checkpoint_of_another_tree() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..4);
    let mut files = forger.files();
    let head = TreeHead {
        size: 4,
        root: leaf_hash(b"another root"),
    };
    let note = petition.tree_checkpoint(Tree::Signatures, &head);
    files.put(&format!("{}/signatures/checkpoint", petition.id()), note);
    let state = tempfile::tempdir().expect("a folder");
    let (_, evidence) = evidence(&files, state.path(), NOW);
    let proven = proven(&evidence, ORIGIN);
    assert_eq!(proven.keys.len(), 3, "those of the journal, and the tree's");
    assert!(matches!(proven.fact, Fact::InconsistentTree { .. }));
}

#[test]
fn a_leaf_nobody_signed_and_one_that_is_counted_twice() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..4);
    let roll = (4..6).map(|n| petition.roll(n)).collect();
    forger.batch(&petition, Tree::Roll, roll);
    let honest = forger.clone();
    let mut leaf = petition.signature(4);
    leaf[300] ^= 1;
    forger.tree(&petition, Tree::Signatures).push(leaf);
    forger.tally(&petition);
    let expected = Fact::ForgedLeaf {
        tree: Tree::Signatures,
        index: 4,
        faults: vec![Fault::Token],
    };
    assert_eq!(fact(&forger, NOW), expected);
    let mut forger = honest.clone();
    let first = forger.tree(&petition, Tree::Signatures)[1].clone();
    forger.tree(&petition, Tree::Signatures).push(first);
    forger.tally(&petition);
    let expected = Fact::RepeatedLeaf {
        tree: Tree::Signatures,
        first: 1,
        second: 4,
    };
    assert_eq!(fact(&forger, NOW), expected);
    let mut forger = honest;
    let leaf = forger.tree(&petition, Tree::Signatures)[2].clone();
    let foreign = petition.foreign_withdrawal(&leaf, 2);
    forger.tree(&petition, Tree::Withdrawals).push(foreign);
    forger.tally(&petition);
    let expected = Fact::ForgedLeaf {
        tree: Tree::Withdrawals,
        index: 0,
        faults: vec![Fault::NotAuthorised { target: 2 }],
    };
    assert_eq!(fact(&forger, NOW), expected);
}

#[test]
fn growth_after_closed() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    forger.time = petition.dates().submit_until + 60;
    forger.sign(&petition, 2..3);
    forger.close(&petition);
    let closed = forger.journal.len() as u64 - 1;
    let roll = vec![petition.roll(3)];
    forger.batch(&petition, Tree::Roll, roll);
    forger.tally(&petition);
    let expected = Fact::GrowthAfterClosed {
        tree: Tree::Roll,
        closed,
        from: 3,
        to: 4,
    };
    assert_eq!(fact(&forger, LATE), expected);
    // Where `closed` names no tally although there is one, nothing is claimed of it.
    let (signer, _) = journal_signers(ORIGIN);
    let text = statement::closed(petition.id(), Some(0));
    forger.journal[usize::try_from(closed).expect("small")] =
        statement::sign(&text, &signer).expect("a statement");
    let state = tempfile::tempdir().expect("a folder");
    let report = run_in(&forger.files(), state.path(), LATE);
    for deviation in found(&report) {
        let none = gather(&forger.files(), state.path(), ORIGIN, &deviation);
        assert!(none.is_err(), "{deviation}");
    }
}

#[test]
fn the_kind_is_what_was_found() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let mut leaf = petition.signature(4);
    leaf[300] ^= 1;
    forger.batch(&petition, Tree::Roll, vec![petition.roll(4)]);
    forger.tree(&petition, Tree::Signatures).push(leaf);
    forger.tally(&petition);
    let state = tempfile::tempdir().expect("a folder");
    let (deviation, evidence) = evidence(&forger.files(), state.path(), NOW);
    assert_eq!(deviation.fault, Fault::Token);
    assert!(matches!(evidence.claim(), Claim::ForgedLeaf(_)));
    assert_eq!(evidence.claim().kind(), "forged-leaf");
    let manifest = evidence.manifest().expect("a manifest").expect("one");
    assert_eq!(manifest.id(), petition.id());
}
