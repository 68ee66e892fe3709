//! Registrar and ledger as two instances: covers (R11).

use undersigned::auditor::{AuditOptions, Report, Unobserved, Verdict, audit_pair};
use undersigned::clock::ManualClock;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::replay::{Fault, Rule};
use undersigned::protocol::tally::{Cover, TreeHead};
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::VerifierKey;

use crate::forger::{Forger, Petition, journal_vkeys, root};
use crate::run::{NOW, assert_fine, deviations, found, options, run};

const REGISTRAR: &str = "registrar.example";
const LEDGER: &str = "ledger.example";

/// Both instances after two publications of each.
struct Pair {
    registrar: Forger,
    ledger: Forger,
    petition: Petition,
}

impl Pair {
    fn new() -> Self {
        let petition = Petition::new("petition", REGISTRAR, LEDGER);
        let mut pair = Self {
            registrar: Forger::new(REGISTRAR),
            ledger: Forger::new(LEDGER),
            petition: petition.clone(),
        };
        pair.registrar.publish(&petition);
        pair.ledger.publish(&petition);
        pair.sign(0..3);
        pair.sign(3..5);
        pair
    }

    /// Bring signers onto the roll there and into the signatures here.
    fn sign(&mut self, signers: std::ops::Range<u32>) -> u64 {
        let roll = signers.clone().map(|n| self.petition.roll(n)).collect();
        self.registrar.batch(&self.petition, Tree::Roll, roll);
        let index = self.registrar.tally(&self.petition);
        let cover = self.cover(index);
        self.cover_with(signers, cover)
    }

    fn cover(&mut self, index: u64) -> Cover {
        let (_, roll) = self.registrar.heads(&self.petition)[0];
        Cover {
            origin: REGISTRAR.to_owned(),
            index,
            roll,
        }
    }

    fn cover_with(&mut self, signers: std::ops::Range<u32>, cover: Cover) -> u64 {
        let leaves = signers.map(|n| self.petition.signature(n)).collect();
        self.ledger.batch(&self.petition, Tree::Signatures, leaves);
        let tally = self.ledger.next_tally(&self.petition, Some(cover));
        self.ledger.tally_as(&self.petition, &tally.to_string())
    }

    fn audit(&self) -> (Report, Report) {
        self.audit_trusting(&[])
    }

    fn audit_trusting(&self, keys: &[VerifierKey]) -> (Report, Report) {
        let state = tempfile::tempdir().expect("a folder");
        let mut options: AuditOptions = options(state.path());
        options.trust.keys = keys.to_vec();
        let clock = ManualClock::new(NOW, 3);
        let (ledger, registrar) = (self.ledger.files(), self.registrar.files());
        audit_pair(&ledger, &registrar, &options, &clock, &Unobserved).expect("an audit")
    }
}

#[test]
fn each_instance_is_fine_by_itself_and_with_the_other() {
    let mut pair = Pair::new();
    let struck = leaf_hash(&pair.registrar.tree(&pair.petition, Tree::Roll)[1]);
    let strike = pair.petition.strike(&struck, 1);
    pair.registrar
        .batch(&pair.petition, Tree::Strikes, vec![strike]);
    pair.sign(5..6);
    for forger in [&pair.registrar, &pair.ledger] {
        assert_fine(&run(&forger.files(), NOW));
    }
    let alone = run(&pair.ledger.files(), NOW);
    assert_eq!(alone.petitions[0].roll_kept_by.as_deref(), Some(REGISTRAR));
    assert_eq!(alone.petitions[0].count, 6, "strikes are not known here");
    let (ledger, registrar) = pair.audit();
    assert_fine(&ledger);
    assert_fine(&registrar);
    assert_eq!(
        (ledger.origin.as_str(), registrar.origin.as_str()),
        (LEDGER, REGISTRAR)
    );
    let totals = ledger.petitions[0].totals;
    assert_eq!((totals.roll, totals.strikes, totals.signatures), (6, 1, 6));
    assert_eq!(
        (ledger.petitions[0].count, ledger.petitions[0].ceiling),
        (5, 6)
    );
}

#[test]
fn keys_of_both_can_be_given() {
    let pair = Pair::new();
    let both = [journal_vkeys(LEDGER), journal_vkeys(REGISTRAR)].concat();
    for keys in [&both[..], &both[..2], &both[2..], &both[1..3]] {
        let (ledger, registrar) = pair.audit_trusting(keys);
        assert_fine(&ledger);
        assert_fine(&registrar);
    }
    // One that is neither's is missed in both.
    let (ledger, registrar) = pair.audit_trusting(&journal_vkeys("c.example"));
    for report in [ledger, registrar] {
        let rules: Vec<Rule> = report.deviations.iter().map(|d| d.rule).collect();
        assert_eq!(rules, [Rule::R1]);
    }
}

#[test]
fn r7_a_ledger_that_tallies_the_roll() {
    let mut pair = Pair::new();
    let petition = pair.petition.clone();
    let heads: Vec<_> = [&mut pair.registrar, &mut pair.ledger]
        .into_iter()
        .flat_map(|forger| forger.heads(&petition))
        .collect();
    let (time, previous) = (pair.ledger.time, pair.ledger.last[&petition.id()]);
    let tally =
        undersigned::protocol::tally::Tally::new(petition.id(), time, Some(previous), &heads, None);
    let entry = pair
        .ledger
        .tally_as(&petition, &tally.expect("a tally").to_string());
    let fault = Fault::TallyTrees.statement(petition.id(), entry);
    assert_eq!(deviations(&pair.ledger, NOW), [fault]);
}

#[test]
fn r11_a_cover_by_somebody_else() {
    let mut pair = Pair::new();
    let mut cover = pair.cover(2);
    cover.origin = LEDGER.to_owned();
    let entry = pair.cover_with(9..9, cover);
    let fault = Fault::CoverOrigin {
        stated: LEDGER.to_owned(),
        expected: REGISTRAR.to_owned(),
    };
    assert_eq!(
        deviations(&pair.ledger, NOW),
        [fault.statement(pair.petition.id(), entry)]
    );
}

#[test]
fn r11_a_cover_that_goes_back_or_contradicts() {
    let pair = Pair::new();
    let leaves = &pair.registrar.trees[&(pair.petition.id(), Tree::Roll)];
    let head = |size: usize| TreeHead {
        size: size as u64,
        root: root(&leaves[..size]),
    };
    let other = leaf_hash(b"another root");
    let covers = [
        // An earlier tally; a smaller roll; another roll in the same tally; another root
        // over a roll of the same size.
        (1, head(5)),
        (2, head(5)),
        (
            3,
            TreeHead {
                size: 5,
                root: other,
            },
        ),
    ];
    for (index, roll) in covers {
        let mut pair = Pair::new();
        let last = pair.ledger.journal.len();
        if index == 2 {
            // The tally before had a larger roll under the same index.
            let larger = TreeHead {
                size: 9,
                root: other,
            };
            let cover = Cover {
                origin: REGISTRAR.to_owned(),
                index: 2,
                roll: larger,
            };
            pair.cover_with(9..9, cover);
        }
        let size = roll.size;
        let cover = Cover {
            origin: REGISTRAR.to_owned(),
            index,
            roll,
        };
        let entry = pair.cover_with(9..9, cover);
        let found = deviations(&pair.ledger, NOW);
        let fault = Fault::CoverBackwards { cover: index, size };
        let expected = fault.statement(pair.petition.id(), entry);
        assert_eq!(found.last(), Some(&expected), "entry {last}: {found:?}");
    }
}

#[test]
fn r11_a_cover_that_the_registrar_never_published() {
    let pair = Pair::new();
    let other = leaf_hash(b"another root");
    let covers = [
        // A roll that is not in that tally; an entry that is no tally.
        (
            2,
            TreeHead {
                size: 50,
                root: other,
            },
        ),
        (
            0,
            TreeHead {
                size: 5,
                root: other,
            },
        ),
    ];
    let id = pair.petition.id();
    for (index, roll) in covers {
        let mut pair = Pair::new();
        let petition = pair.petition.clone();
        if index == 0 {
            // As the first tally, so that it does not go back.
            pair.ledger = Forger::new(LEDGER);
            pair.ledger.publish(&petition);
        }
        let cover = Cover {
            origin: REGISTRAR.to_owned(),
            index,
            roll,
        };
        let entry = pair.cover_with(20..22, cover);
        let (ledger, registrar) = pair.audit();
        assert_fine(&registrar);
        let unknown = Fault::CoverUnknown { cover: index }.statement(id, entry);
        assert_eq!(found(&ledger).last(), Some(&unknown));
        assert_eq!(ledger.deviations.last().expect("one").rule, Rule::R11);
        assert_eq!(ledger.verdict, Verdict::Deviations);
    }
}

#[test]
fn r11_a_cover_to_come_is_not_fine() {
    let mut pair = Pair::new();
    let before = pair.registrar.clone();
    pair.sign(5..6);
    pair.registrar = before;
    let (ledger, _) = pair.audit();
    assert_eq!(ledger.deviations, []);
    assert_eq!(ledger.verdict, Verdict::CouldNotLook);
}

#[test]
fn r11_more_signatures_than_the_cover() {
    let mut pair = Pair::new();
    let cover = pair.cover(2);
    let leaves = (5..9).map(|n| pair.petition.signature(n)).collect();
    pair.ledger.batch(&pair.petition, Tree::Signatures, leaves);
    let heads = pair.ledger.heads(&pair.petition);
    let (time, previous) = (pair.ledger.time, pair.ledger.last[&pair.petition.id()]);
    let text = format!(
        "undersigned/tally/v1\npetition {}\ntime {time}\nprevious {previous}\n\
         signatures {} {}\nwithdrawals 0 {}\ncovered {REGISTRAR} 2 {} {}\n",
        pair.petition.id(),
        heads[0].1.size,
        heads[0].1.root,
        heads[1].1.root,
        cover.roll.size,
        cover.roll.root,
    );
    let entry = pair.ledger.tally_as(&pair.petition, &text);
    pair.ledger
        .served
        .insert((pair.petition.id(), Tree::Signatures), 5);
    let fault = Fault::Uncovered {
        signatures: 9,
        roll: 5,
    };
    assert_eq!(
        deviations(&pair.ledger, NOW),
        [fault.statement(pair.petition.id(), entry)]
    );
}
