//! R7 to R11: tallies.

use std::fmt::Write as _;

use undersigned::auditor::Verdict;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::replay::Fault;
use undersigned::protocol::tally::{Tally, TreeHead};
use undersigned::tlog::hash::{empty_root, leaf_hash};

use crate::forger::{Forger, OPENS, Petition, root};
use crate::run::{NOW, deviations, run};

/// An instance with three signers, and one more confirmed whose leaf waits.
fn signed() -> (Forger, Petition, u64) {
    let (mut forger, petition) = Forger::with_petition();
    let entry = forger.sign(&petition, 0..3);
    let roll = vec![petition.roll(3)];
    forger.batch(&petition, Tree::Roll, roll);
    (forger, petition, entry)
}

/// The honest tally with one line replaced.
fn line(forger: &mut Forger, petition: &Petition, key: &str, value: &str) -> String {
    let text = forger.next_tally(petition, None).to_string();
    let lines = text.lines().map(|line| {
        let replaced = line.starts_with(&format!("{key} "));
        if replaced {
            format!("{key} {value}\n")
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}

#[test]
fn r7_a_tally_of_two_trees_only() {
    let (mut forger, petition, _) = signed();
    let heads = forger.heads(&petition);
    let previous = forger.last.get(&petition.id()).copied();
    let tally = Tally::new(petition.id(), forger.time, previous, &heads[..2], None);
    let entry = forger.tally_as(&petition, &tally.expect("a registrar's").to_string());
    let expected = Fault::TallyTrees.statement(petition.id(), entry);
    assert_eq!(deviations(&forger, NOW), [expected]);
}

#[test]
fn r7_a_cover_where_none_belongs() {
    let (mut forger, petition, _) = signed();
    let text = forger.next_tally(&petition, None).to_string();
    let text = format!("{text}covered b.example 1 9 {}\n", empty_root());
    let entry = forger.tally_as(&petition, &text);
    let expected = Fault::TallyTrees.statement(petition.id(), entry);
    let found = deviations(&forger, NOW);
    assert_eq!(found[0], expected);
}

#[test]
fn r8_another_tally_than_the_previous_one() {
    for stated in ["none", "0", "7"] {
        let (mut forger, petition, before) = signed();
        let text = line(&mut forger, &petition, "previous", stated);
        let entry = forger.tally_as(&petition, &text);
        let fault = Fault::Previous {
            stated: stated.parse().ok(),
            expected: Some(before),
        };
        assert_eq!(
            deviations(&forger, NOW),
            [fault.statement(petition.id(), entry)]
        );
    }
}

#[test]
fn r8_a_first_tally_with_a_previous_one() {
    let (mut forger, petition) = Forger::with_petition();
    let roll = vec![petition.roll(3)];
    forger.batch(&petition, Tree::Roll, roll);
    let text = line(&mut forger, &petition, "previous", "0");
    let entry = forger.tally_as(&petition, &text);
    let fault = Fault::Previous {
        stated: Some(0),
        expected: None,
    };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.statement(petition.id(), entry)]
    );
}

#[test]
fn r8_a_tally_without_a_change() {
    let (mut forger, petition, _) = signed();
    forger.tally(&petition);
    let entry = forger.tally(&petition);
    let expected = Fault::NoChange.statement(petition.id(), entry);
    assert_eq!(deviations(&forger, NOW), [expected]);
    let (mut forger, petition) = Forger::with_petition();
    let entry = forger.tally(&petition);
    let expected = Fault::NoChange.statement(petition.id(), entry);
    assert_eq!(deviations(&forger, NOW), [expected]);
}

#[test]
fn r9_time_that_runs_backwards() {
    let (mut forger, petition, _) = signed();
    let before = forger.time - 3600;
    forger.time = before - 1;
    let time = forger.time;
    let entry = forger.tally(&petition);
    let expected = Fault::TimeBackwards { before, time }.statement(petition.id(), entry);
    assert_eq!(deviations(&forger, NOW), [expected]);
}

#[test]
fn r9_two_tallies_of_one_second_are_fine() {
    let (mut forger, petition, _) = signed();
    forger.time -= 3600;
    forger.tally(&petition);
    assert_eq!(deviations(&forger, NOW), []);
}

#[test]
fn r9_leaves_before_the_petition_opens() {
    let (mut forger, petition) = Forger::with_petition();
    forger.time = OPENS - 1;
    let entry = forger.sign(&petition, 0..1);
    let fault = Fault::BeforeOpening {
        opens: OPENS,
        time: OPENS - 1,
    };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.statement(petition.id(), entry)]
    );
}

#[test]
fn r9_a_time_to_come() {
    let (mut forger, petition) = Forger::with_petition();
    forger.time = NOW + 3600;
    forger.sign(&petition, 0..1);
    assert_eq!(deviations(&forger, NOW), [], "clocks differ a little");
    forger.time = NOW + 3601;
    let entry = forger.sign(&petition, 1..2);
    let fault = Fault::Future {
        now: NOW,
        time: NOW + 3601,
    };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.statement(petition.id(), entry)]
    );
}

#[test]
fn r10_a_tree_that_shrinks() {
    let (mut forger, petition, _) = signed();
    forger.tally(&petition);
    let leaves = forger.tree(&petition, Tree::Roll).clone();
    let shrunk = format!("3 {}", root(&leaves[..3]));
    let text = line(&mut forger, &petition, "roll", &shrunk);
    let entry = forger.tally_as(&petition, &text);
    let fault = Fault::Shrinks { from: 4, to: 3 };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.head(petition.id(), Tree::Roll, entry)]
    );
}

#[test]
fn r10_replay_goes_on_after_a_tree_that_shrank() {
    let (mut forger, petition, _) = signed();
    forger.tally(&petition);
    let leaves = forger.tree(&petition, Tree::Roll).clone();
    let shrunk = format!("3 {}", root(&leaves[..3]));
    let text = line(&mut forger, &petition, "roll", &shrunk);
    let entry = forger.tally_as(&petition, &text);
    let roll = vec![petition.roll(4)];
    forger.batch(&petition, Tree::Roll, roll);
    let mut bad = petition.signature(3);
    bad[200] ^= 1;
    forger.batch(&petition, Tree::Signatures, vec![bad]);
    forger.tally(&petition);
    let shrinks = Fault::Shrinks { from: 4, to: 3 }.head(petition.id(), Tree::Roll, entry);
    let token = Fault::Token.leaf(petition.id(), Tree::Signatures, 3);
    assert_eq!(deviations(&forger, NOW), [token, shrinks]);
}

#[test]
fn r10_another_root_over_the_same_leaves() {
    let (mut forger, petition, _) = signed();
    let other = format!("3 {}", leaf_hash(b"another root"));
    let text = line(&mut forger, &petition, "signatures", &other);
    let entry = forger.tally_as(&petition, &text);
    let fault = Fault::RootChanged { size: 3 };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.head(petition.id(), Tree::Signatures, entry)]
    );
}

#[test]
fn r10_an_empty_tree_with_another_root() {
    let (mut forger, petition) = Forger::with_petition();
    forger.batch(&petition, Tree::Roll, vec![petition.roll(0)]);
    let other = format!("0 {}", leaf_hash(b"another root"));
    let text = line(&mut forger, &petition, "strikes", &other);
    let entry = forger.tally_as(&petition, &text);
    let fault = Fault::RootChanged { size: 0 };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.head(petition.id(), Tree::Strikes, entry)]
    );
}

#[test]
fn sizes_that_no_tree_has_are_no_panic() {
    let (mut forger, petition, before) = signed();
    let head = format!("{} {}", u64::MAX >> 1, empty_root());
    let text = format!(
        "undersigned/tally/v1\npetition {}\ntime {}\nprevious {before}\nroll {head}\n\
         strikes {head}\nsignatures {head}\nwithdrawals {head}\n",
        petition.id(),
        forger.time
    );
    let files = forger.files();
    forger.tally_as(&petition, &text);
    let mut served = files.clone();
    served.0.extend(forger.files().0);
    let report = run(&served, NOW);
    assert_eq!(report.deviations, []);
    assert_eq!(report.verdict, Verdict::CouldNotLook);
}

#[test]
fn r11_more_signatures_than_mailboxes() {
    let (mut forger, petition, before) = signed();
    let signatures = vec![petition.signature(3), petition.signature(4)];
    forger.batch(&petition, Tree::Signatures, signatures);
    // Such a tally cannot be made with the library: write it by hand.
    let heads = forger.heads(&petition);
    let time = forger.time;
    let mut text = format!(
        "undersigned/tally/v1\npetition {}\ntime {time}\nprevious {before}\n",
        petition.id()
    );
    for (tree, TreeHead { size, root }) in heads {
        writeln!(text, "{tree} {size} {root}").expect("a String takes any text");
    }
    let entry = forger.tally_as(&petition, &text);
    forger.served.insert((petition.id(), Tree::Roll), 3);
    forger.served.insert((petition.id(), Tree::Signatures), 3);
    let fault = Fault::Uncovered {
        signatures: 5,
        roll: 4,
    };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.statement(petition.id(), entry)]
    );
    // The next one, honest again, refers to it.
    forger.batch(&petition, Tree::Roll, vec![petition.roll(4)]);
    forger.tally(&petition);
    let fault = Fault::Uncovered {
        signatures: 5,
        roll: 4,
    };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.statement(petition.id(), entry)]
    );
}
