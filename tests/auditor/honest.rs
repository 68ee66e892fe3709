//! Instances that keep all rules.

use proptest::prelude::*;
use undersigned::auditor::KeyTrust;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::statement::DateChange;
use undersigned::tlog::hash::leaf_hash;

use crate::forger::{DAY, Forger, Petition, journal_vkeys};
use crate::run::{LATE, NOW, assert_fine, run, run_in};

#[test]
fn an_instance_without_leaves_is_fine() {
    let (forger, petition) = Forger::with_petition();
    let report = run(&forger.files(), NOW);
    assert_fine(&report);
    assert_eq!(report.origin, "a.example");
    assert_eq!(report.entries, 1);
    assert_eq!(report.key_trust, KeyTrust::FirstUse);
    let keys = journal_vkeys("a.example").map(|key| key.to_string());
    assert_eq!(report.keys, keys);
    assert_eq!(report.petitions.len(), 1);
    assert_eq!(report.petitions[0].petition, petition.id());
    assert_eq!(report.petitions[0].as_of, None);
}

#[test]
fn a_whole_life_adds_up() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..5);
    let roll = (5..9).map(|n| petition.roll(n)).collect();
    forger.batch(&petition, Tree::Roll, roll);
    forger.tally(&petition);
    forger.sign(&petition, 9..12);
    let signatures = forger.tree(&petition, Tree::Signatures).clone();
    let taken_back = [1, 10].map(|n| {
        let index = petition.position(n, &signatures);
        petition.withdrawal(n, index)
    });
    forger.batch(&petition, Tree::Withdrawals, taken_back.to_vec());
    forger.tally(&petition);
    let mut dates = petition.dates();
    dates.confirm_until += DAY;
    dates.submit_until += DAY;
    forger.dated(&petition, DateChange::Later, &dates);
    let struck = leaf_hash(&forger.tree(&petition, Tree::Roll)[7]);
    let strike = petition.strike(&struck, 7);
    forger.batch(&petition, Tree::Strikes, vec![strike]);
    forger.time = dates.submit_until + 100;
    forger.tally(&petition);
    forger.close(&petition);
    let late = petition.position(3, &signatures);
    let withdrawal = petition.withdrawal(3, late);
    forger.batch(&petition, Tree::Withdrawals, vec![withdrawal]);
    let last = forger.tally(&petition);

    let report = run(&forger.files(), LATE);
    assert_fine(&report);
    let numbers = &report.petitions[0];
    let totals = numbers.totals;
    assert_eq!((totals.roll, totals.strikes), (12, 1));
    assert_eq!((totals.signatures, totals.withdrawals), (8, 3));
    assert_eq!((numbers.count, numbers.ceiling), (4, 5));
    assert_eq!(numbers.tally, Some(last));
    assert!(numbers.closed);
    assert_eq!(report.work.leaves, 12 + 1 + 8 + 3);
}

#[test]
fn a_folder_is_as_good_as_memory() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    let folder = tempfile::tempdir().expect("a folder");
    forger.files().write(folder.path());
    let source = undersigned::client::tiles::FolderTiles::new(folder.path().to_owned());
    let report = run(&source, NOW);
    assert_fine(&report);
    assert_eq!(report.petitions[0].count, 3);
}

#[test]
fn many_leaves_fill_tiles_of_two_levels() {
    let (mut forger, petition) = Forger::with_petition();
    for batch in 0..7 {
        let roll = (batch * 100..(batch + 1) * 100)
            .map(|n| petition.roll(n))
            .collect();
        forger.batch(&petition, Tree::Roll, roll);
        forger.tally(&petition);
    }
    let report = run(&forger.files(), NOW);
    assert_fine(&report);
    assert_eq!(report.petitions[0].totals.roll, 700);
    // Roll: 0/000, 0/001, 0/002.p/188, 1/000.p/2. Journal: 0/000.p/8.
    assert_eq!(report.work.tiles, 5);
}

#[test]
fn one_petition_of_many_can_be_picked() {
    let (mut forger, petition) = Forger::with_petition();
    let other = Petition::new("other", "a.example", "a.example");
    forger.publish(&other);
    forger.sign(&petition, 0..2);
    forger.sign(&other, 0..3);
    let state = tempfile::tempdir().expect("a folder");
    let mut options = crate::run::options(state.path());
    options.petition = Some(other.id());
    let report = crate::run::run_with(&forger.files(), &options, NOW).expect("an audit");
    assert_fine(&report);
    assert_eq!(report.petitions.len(), 1);
    assert_eq!(report.petitions[0].count, 3);
    assert_eq!(report.work.leaves, 6);
    forger.sign(&petition, 2..3);
    // The one that was left out is caught up with by a run that looks at all.
    let report = run_in(&forger.files(), state.path(), NOW);
    assert_fine(&report);
    assert_eq!(report.petitions.len(), 2);
    assert_eq!(report.work.leaves, 6);
    let counts: Vec<u64> = report.petitions.iter().map(|p| p.count).collect();
    assert_eq!(counts, [3, 3]);
    options.petition = Some(undersigned::protocol::ids::PetitionId([0; 32]));
    let report = crate::run::run_with(&forger.files(), &options, NOW).expect("an audit");
    assert_eq!(report.unchecked.len(), 1, "an unknown petition is not fine");
}

/// A step in an honest life.
#[derive(Clone, Debug)]
enum Step {
    Confirm(u32),
    Sign(u32),
    Withdraw(u32),
    Strike(u32),
    Publish,
    Audit,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (1..8_u32).prop_map(Step::Confirm),
        3 => (1..5_u32).prop_map(Step::Sign),
        1 => any::<u32>().prop_map(Step::Withdraw),
        1 => any::<u32>().prop_map(Step::Strike),
        3 => Just(Step::Publish),
        1 => Just(Step::Audit),
    ];
    proptest::collection::vec(step, 1..40)
}

/// Waiting leaves of two petitions, published as an instance would.
struct Life {
    forger: Forger,
    petition: Petition,
    confirmed: u32,
    signed: u32,
    withdrawn: Vec<u32>,
    struck: Vec<u64>,
    waiting: Vec<(Tree, Vec<u8>)>,
}

impl Life {
    fn published(&self, tree: Tree) -> &[Vec<u8>] {
        let leaves = self.forger.trees.get(&(self.petition.id(), tree));
        leaves.map_or(&[], |leaves| leaves)
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Confirm(count) => {
                for n in self.confirmed..self.confirmed + count {
                    self.waiting.push((Tree::Roll, self.petition.roll(n)));
                }
                self.confirmed += count;
            }
            Step::Sign(count) => {
                let end = (self.signed + count).min(self.confirmed);
                for n in self.signed..end {
                    self.waiting
                        .push((Tree::Signatures, self.petition.signature(n)));
                }
                self.signed = end;
            }
            Step::Withdraw(pick) => {
                let leaves = self.published(Tree::Signatures);
                let mut signers = (0..self.signed).filter(|n| {
                    !self.withdrawn.contains(n) && leaves.contains(&self.petition.signature(*n))
                });
                let index = *pick as usize % (self.signed.max(1) as usize);
                if let Some(n) = signers.nth(index) {
                    let at = self.petition.position(n, leaves);
                    let leaf = self.petition.withdrawal(n, at);
                    self.withdrawn.push(n);
                    self.waiting.push((Tree::Withdrawals, leaf));
                }
            }
            Step::Strike(pick) => {
                let leaves = self.published(Tree::Roll);
                let index = u64::from(*pick) % (leaves.len().max(1) as u64);
                let leaf = leaves.get(usize::try_from(index).expect("small"));
                if let Some(leaf) = leaf.filter(|_| !self.struck.contains(&index)) {
                    let strike = self.petition.strike(&leaf_hash(leaf), index);
                    self.struck.push(index);
                    self.waiting.push((Tree::Strikes, strike));
                }
            }
            Step::Publish => {
                let waiting = std::mem::take(&mut self.waiting);
                if waiting.is_empty() {
                    return;
                }
                for tree in Tree::ALL {
                    let leaves = waiting.iter().filter(|(t, _)| *t == tree);
                    let leaves = leaves.map(|(_, leaf)| leaf.clone()).collect();
                    self.forger.batch(&self.petition, tree, leaves);
                }
                self.forger.tally(&self.petition);
            }
            Step::Audit => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn honest_histories_have_no_deviations(steps in steps()) {
        let (forger, petition) = Forger::with_petition();
        let mut life = Life {
            forger,
            petition,
            confirmed: 0,
            signed: 0,
            withdrawn: Vec::new(),
            struck: Vec::new(),
            waiting: Vec::new(),
        };
        let state = tempfile::tempdir().expect("a folder");
        for step in &steps {
            life.step(step);
            if matches!(step, Step::Audit) {
                assert_fine(&run_in(&life.forger.files(), state.path(), NOW));
            }
        }
        let report = run_in(&life.forger.files(), state.path(), NOW);
        assert_fine(&report);
        let totals = report.petitions[0].totals;
        prop_assert_eq!(totals.roll, life.published(Tree::Roll).len() as u64);
        prop_assert_eq!(totals.signatures, life.published(Tree::Signatures).len() as u64);
        prop_assert_eq!(totals.withdrawals, life.published(Tree::Withdrawals).len() as u64);
        prop_assert_eq!(totals.strikes, life.published(Tree::Strikes).len() as u64);
        // What an incremental audit knows, one from the beginning knows, too.
        let fresh = run(&life.forger.files(), NOW);
        assert_fine(&fresh);
        prop_assert_eq!(fresh.petitions, report.petitions);
    }
}
