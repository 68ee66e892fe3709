//! The other half of the tag key, and how often it may be asked for.

use undersigned::instance::{Tags as _, TagsError};
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::RollEntry;
use undersigned::protocol::manifest::Publication;
use undersigned::protocol::tag::verify_tag;

use crate::support::{DAY, World};

fn guess(n: u64) -> [u8; 32] {
    *blake3::hash(&n.to_be_bytes()).as_bytes()
}

/// Ask with fresh guesses until refused; how many were answered.
fn exhaust(world: &World, from: u64) -> u64 {
    let mut answered = 0;
    loop {
        match world.ledger.tag(world.id, &guess(from + answered)) {
            Ok(_) => answered += 1,
            Err(TagsError::Capped) => return answered,
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn a_tag_is_proven_and_always_the_same() {
    let world = World::new(Publication::Batched).await;
    let one = world.ledger.tag(world.id, &guess(1)).expect("answered");
    let again = world.ledger.tag(world.id, &guess(1)).expect("answered");
    let other = world.ledger.tag(world.id, &guess(2)).expect("answered");
    assert_eq!(one.tag, again.tag);
    assert_ne!(one.tag, other.tag);
    let public = world.petition().manifest.terms().ledger.tag_key;
    assert_eq!(verify_tag(&public, &guess(1), &one.proof), Ok(one.tag));
    verify_tag(&public, &guess(2), &one.proof).expect_err("of another input");
    let unknown = world.ledger.tag(PetitionId([9; 32]), &guess(1));
    assert!(matches!(unknown, Err(TagsError::UnknownPetition)));
}

#[tokio::test]
async fn guesses_are_capped_and_who_is_on_the_roll_is_not() {
    let world = World::new(Publication::Batched).await;
    let tag = world.ledger.tag(world.id, &guess(0)).expect("answered").tag;
    let entry = RollEntry {
        tag,
        commitment: [1; 32],
    };
    world
        .accept(Tree::Roll, entry.to_bytes())
        .await
        .expect("a fresh tag");
    let answered = exhaust(&world, 1);
    assert!((500..5000).contains(&answered), "{answered}");
    for _ in 0..10 {
        world
            .ledger
            .tag(world.id, &guess(0))
            .expect("on the roll: counted the first time");
    }
    // Each entry on the roll makes room for one more, waiting or published.
    for n in 0..5 {
        world.confirm(n).await;
    }
    assert_eq!(exhaust(&world, 10_000), 5);
    world.publish_all().await;
    assert_eq!(exhaust(&world, 20_000), 0);
    // A restart forgets nothing; the count is never too low.
    let world = world.restart();
    assert_eq!(exhaust(&world, 30_000), 0);
    // Whoever exhausts the slack delays others, not for good.
    world.clock.advance(DAY);
    let next_day = exhaust(&world, 40_000);
    assert!((1..=100).contains(&next_day), "{next_day}");
}

#[tokio::test]
async fn a_restart_costs_one_step_at_most() {
    let world = World::new(Publication::Batched).await;
    let fresh = World::new(Publication::Batched).await;
    let whole = exhaust(&fresh, 0);
    world.ledger.tag(world.id, &guess(0)).expect("answered");
    let world = world.restart();
    let rest = exhaust(&world, 1);
    assert!(rest < whole && whole - rest <= 65, "{rest} of {whole}");
}
