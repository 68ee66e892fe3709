//! What registrars can try, and what it brings them.

use undersigned::protocol::sample::{Confidence, Counts, DrawError, Report, most_bad, seed};
use undersigned::protocol::tally::TreeHead;
use undersigned::tlog::hash::Hash;
use undersigned::tlog::policy::Policy;

use crate::house::{Bounds, Misses, Roll, counts, distinct, randomness};
use crate::world::beacon::{Bls, beacon, chain};
use crate::world::drawn::round;
use crate::world::journal::World;
use crate::world::{PUBLISHED, Shape};

const R: u64 = 20_000;
const SAMPLE: u64 = 299;
const AUDITS: u32 = 800;

fn roll(bad: u64) -> Roll {
    Roll {
        size: R,
        bad,
        strikes: 0,
        version: 0,
    }
}

/// Fakes from 0.5 to 10 %: the bound holds as often as it says.
#[test]
fn the_stated_confidence_is_met() {
    let mut bounds = Bounds::new(R, SAMPLE);
    let mut at_all = 0;
    for (number, bad) in [R / 200, R / 100, R / 50, R / 20, R / 10]
        .into_iter()
        .enumerate()
    {
        let mut misses = Misses::default();
        for audit in 0..AUDITS {
            let value = randomness(number as u64 * 1_000_000 + u64::from(audit));
            misses.count(bad, bounds.of(roll(bad).found(&value, SAMPLE)));
        }
        assert!(misses.met(AUDITS), "{bad} fakes: {misses:?}");
        at_all += misses.0[0];
    }
    // A bound that never missed would be worth less than it could be.
    assert!(at_all > AUDITS / 10, "{at_all}");
}

/// The same with entries struck before the draw, which are not drawn.
#[test]
fn entries_struck_before_are_neither_drawn_nor_counted() {
    let mut bounds = Bounds::new(R - 500, SAMPLE);
    let mut misses = Misses::default();
    for audit in 0..AUDITS {
        let roll = Roll {
            strikes: 500,
            ..roll(400)
        };
        let found = roll.found(&randomness(9_000_000 + u64::from(audit)), SAMPLE);
        misses.count(400, bounds.of(found));
    }
    assert!(misses.met(AUDITS), "{misses:?}");
}

/// A registrar that refuses exactly the fakes, gives them tags of their own, lets two
/// entries have one mailbox, or strikes them once they are drawn, is where one is that opens them.
#[test]
fn it_does_not_matter_how_a_fake_shows() {
    let ways: [fn(&mut Counts, u64); 4] = [
        |c, bad| c.unopened = bad,
        |c, bad| c.wrong = bad,
        |c, bad| c.repeated = bad,
        |c, bad| c.struck = bad,
    ];
    let head = |size| TreeHead {
        size,
        root: Hash([7; 32]),
    };
    for found in [0, 1, 7, 40] {
        let reports = ways.map(|way| Report {
            on: 1,
            tally: 2,
            roll: head(R),
            strikes: head(100),
            signatures: 19_000,
            withdrawals: 50,
            round: 3,
            randomness: [0; 32],
            draw: [0; 32],
            counts: counts(SAMPLE, found, way),
        });
        for confidence in Confidence::ALL {
            let bound = most_bad(R - 100, SAMPLE, found, confidence.alpha());
            let least = (19_000 - 50 - 100_u64).saturating_sub(bound);
            for report in &reports {
                assert_eq!(report.bounds(confidence), (bound, bound));
                assert_eq!(report.at_least(confidence), (least, least));
            }
        }
    }
}

/// What rests on the registrar's word counts as bad in the one bound, and as good in the other.
#[test]
fn word_and_evidence_are_bounded_apart() {
    let head = |size| TreeHead {
        size,
        root: Hash([7; 32]),
    };
    let report = Report {
        on: 1,
        tally: 2,
        roll: head(R),
        strikes: head(0),
        signatures: R,
        withdrawals: 0,
        round: 3,
        randomness: [0; 32],
        draw: [0; 32],
        counts: Counts {
            proven: 200,
            word: 98,
            unopened: 1,
            ..Counts::default()
        },
    };
    let alpha = Confidence::NinetyFive.alpha();
    let bounds = (most_bad(R, 299, 99, alpha), most_bad(R, 299, 1, alpha));
    assert_eq!(report.bounds(Confidence::NinetyFive), bounds);
    assert!(bounds.0 > bounds.1);
}

/// Many rolls, and the one published that the randomness likes best.
#[test]
fn a_roll_cannot_be_ground() {
    const ROLLS: u64 = 60;
    const GROUND: u32 = 60;
    let bad = R / 50;
    let mut bounds = Bounds::new(R, SAMPLE);
    let found = |version, value: &[u8; 32]| {
        let roll = Roll {
            version,
            ..roll(bad)
        };
        roll.found(value, SAMPLE)
    };
    // If the round came first, the registrar would know which of its rolls comes out well.
    let mut knowing = Misses::default();
    // As it comes later, one roll is as good as another.
    let mut guessing = Misses::default();
    for audit in 0..GROUND {
        let value = randomness(20_000_000 + u64::from(audit));
        let lucky = (0..ROLLS).map(|version| found(version, &value)).min();
        knowing.count(bad, bounds.of(lucky.expect("some rolls")));
        // The best under another value: what a registrar could try before.
        let other = randomness(30_000_000 + u64::from(audit));
        let version = (0..ROLLS).min_by_key(|version| found(*version, &other));
        guessing.count(bad, bounds.of(found(version.expect("some rolls"), &value)));
    }
    assert!(!knowing.met(GROUND), "{knowing:?}");
    assert!(guessing.met(GROUND), "{guessing:?}");
}

/// And so that it does come later, a draw whose head is not older than the round is refused.
#[test]
fn a_round_that_does_not_come_after_the_head_is_refused() {
    for shape in [Shape::Single, Shape::Split] {
        let world = World::audited(shape);
        let policy: Policy = world.policy().parse().expect("a policy");
        let frame = world.framed().frame(&policy).expect("a frame");
        // The later of the two witnesses.
        assert_eq!(frame.latest, PUBLISHED + 2);
        let (draw, drawn) = world.drawn();
        assert!(drawn.round_time > frame.latest);
        assert!(distinct(&drawn.entries));
        assert!(!drawn.entries.contains(&2), "entry 2 is struck");
        assert_eq!(
            draw.verify(&policy, &Bls).map(|d| d.entries),
            Ok(drawn.entries)
        );
    }
    let mut terms = crate::world::drawn::audited_terms(Shape::Single);
    let early = chain().round_after(PUBLISHED - 60).expect("a period");
    terms.audit.as_mut().expect("an auditor").round = early;
    let world = World::audited_as(Shape::Single, &terms);
    let policy: Policy = world.policy().parse().expect("a policy");
    let refused = world.framed().complete(beacon(early), &policy, &Bls);
    assert!(
        matches!(refused, Err(DrawError::Grindable { .. })),
        "{:?}",
        refused.map(|d| d.entries)
    );
    assert_ne!(early, round());
}

/// Another roll, other strikes or another value give another seed.
#[test]
fn the_seed_binds_everything() {
    let head = |size, byte| TreeHead {
        size,
        root: Hash([byte; 32]),
    };
    let p = crate::world::journal::World::audited(Shape::Single)
        .petition
        .manifest
        .id();
    let other = undersigned::protocol::ids::PetitionId([3; 32]);
    let all = [
        seed(p, &head(9, 1), &head(2, 2), &[3; 32]),
        seed(other, &head(9, 1), &head(2, 2), &[3; 32]),
        seed(p, &head(8, 1), &head(2, 2), &[3; 32]),
        seed(p, &head(9, 2), &head(2, 2), &[3; 32]),
        seed(p, &head(9, 1), &head(1, 2), &[3; 32]),
        seed(p, &head(9, 1), &head(2, 1), &[3; 32]),
        seed(p, &head(9, 1), &head(2, 2), &[4; 32]),
    ];
    for (at, one) in all.iter().enumerate() {
        assert!(!all[..at].contains(one), "{at}");
    }
}
