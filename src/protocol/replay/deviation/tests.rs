//! Every fault once.

use super::*;
use crate::protocol::tally::TreeHead;
use crate::tlog::hash::empty_root;

fn one_of_each() -> Vec<Fault> {
    let why = || "because".to_owned();
    let root = empty_root();
    let head = TreeHead { size: 1, root };
    let statement = StatementKind::Closing;
    let (stated, expected) = (Some(1), None);
    vec![
        Fault::CheckpointSignature { why: why() },
        Fault::CheckpointPolicy { why: why() },
        Fault::RolledBack { seen: 2, served: 1 },
        Fault::Forked {
            size: 1,
            seen: root,
            served: root,
        },
        Fault::JournalRoot {
            size: 1,
            signed: root,
            computed: root,
        },
        Fault::HashTile {
            path: why(),
            position: 1,
        },
        Fault::NotAStatement { why: why() },
        Fault::UnknownPetition,
        Fault::Manifest { why: why() },
        Fault::PublishedTwice { first: 1 },
        Fault::JournalKeys,
        Fault::NotKeptHere,
        Fault::StatementSignature {
            statement,
            why: why(),
        },
        Fault::TallyTrees,
        Fault::Previous { stated, expected },
        Fault::NoChange,
        Fault::TimeBackwards { before: 2, time: 1 },
        Fault::BeforeOpening { opens: 2, time: 1 },
        Fault::Future { now: 1, time: 2 },
        Fault::Shrinks { from: 2, to: 1 },
        Fault::RootChanged { size: 1 },
        Fault::Uncovered {
            signatures: 2,
            roll: 1,
        },
        Fault::CoverOrigin {
            stated: why(),
            expected: why(),
        },
        Fault::CoverBackwards { cover: 1, size: 1 },
        Fault::CoverUnknown { cover: 1 },
        Fault::Root {
            size: 1,
            stated: root,
            computed: root,
        },
        Fault::Leaf { why: why() },
        Fault::Order,
        Fault::Token,
        Fault::PublicKey,
        Fault::Repeated { first: 1 },
        Fault::NoTarget { target: 2, size: 1 },
        Fault::NotAuthorised { target: 1 },
        Fault::Dates,
        Fault::SaidBefore { first: 1 },
        Fault::DatesAfterEnd { since: 1 },
        Fault::ClosedTwice { first: 1 },
        Fault::ClosedTally { stated, expected },
        Fault::ClosedEarly { time: 1, until: 2 },
        Fault::GrowsAfterClosed { from: 1, to: 2 },
        Fault::TreeCheckpoint { why: why() },
        Fault::TreeHead {
            checkpoint: head,
            tally: head,
        },
    ]
}

#[test]
fn every_fault_comes_back_from_json_with_its_place() {
    for fault in one_of_each() {
        let deviation = Deviation {
            petition: Some(PetitionId([7; 32])),
            tree: Some(Tree::Strikes),
            index: Some(8),
            entry: Some(9),
            fault,
        };
        let text = serde_json::to_string(&deviation).expect("encodes");
        let back: Deviation = serde_json::from_str(&text).expect(&text);
        assert_eq!(back, deviation);
        let words = deviation.to_string();
        let place = format!(
            " petition {} strikes leaf 8 journal entry 9: ",
            "07".repeat(32)
        );
        assert!(words.starts_with(&deviation.rule().to_string()), "{words}");
        assert!(words.contains(&place), "{words}");
    }
}

#[test]
fn every_rule_can_be_broken() {
    let mut rules: Vec<Rule> = one_of_each()
        .into_iter()
        .flat_map(|fault| {
            let withdrawal = fault.clone().tree(PetitionId([7; 32]), Tree::Withdrawals);
            let strike = fault.tree(PetitionId([7; 32]), Tree::Strikes);
            [withdrawal.rule(), strike.rule()]
        })
        .collect();
    rules.sort_unstable();
    rules.dedup();
    assert_eq!(rules.len(), 22);
}
