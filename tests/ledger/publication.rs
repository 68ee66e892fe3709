//! When waiting leaves come out, in which order, and what can be proven of them.

use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::RollEntry;
use undersigned::protocol::manifest::Publication;
use undersigned::protocol::statement::{DateChange, Dates, dated, sign};
use undersigned::protocol::tally::Tally;
use undersigned::store::LogId;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::policy::Policy;
use undersigned::tlog::proof::verify_consistency;
use undersigned::tlog::size::TreeSize;

use crate::support::{DAY, OPENS, World, organiser};

fn policy(world: &World) -> Policy {
    Policy::of_logs(world.instance.keys.vkeys())
}

fn leaves(world: &World, tree: Tree) -> Vec<Vec<u8>> {
    let log = LogId::Tree(world.id, tree);
    let size = world
        .store
        .head(log)
        .expect("works")
        .map_or(0, |h| h.head.size);
    world
        .store
        .leaves(log, 0, usize::try_from(size).expect("small"))
        .expect("works")
}

#[tokio::test]
async fn a_batch_waits_for_company_or_for_its_hour() {
    let world = World::new(Publication::Batched).await;
    world.sign(0..63).await;
    assert_eq!(world.publish_due().await, 0);
    world.clock.advance(3599);
    assert_eq!(world.publish_due().await, 0);
    world.clock.advance(1);
    assert_eq!(world.publish_due().await, 126, "the longest wait is over");
    world.sign(63..127).await;
    assert_eq!(world.publish_due().await, 128, "64 are company enough");
    assert_eq!(world.sizes(), [127, 0, 127, 0]);
    assert_eq!(world.publish_due().await, 0, "no tally without a change");
}

#[tokio::test]
async fn private_waits_for_more() {
    let world = World::new(Publication::Private).await;
    world.sign(0..255).await;
    world.clock.advance(24 * 3600 - 1);
    assert_eq!(world.publish_due().await, 0);
    world.sign(255..256).await;
    assert_eq!(world.publish_due().await, 512);
    world.sign(256..257).await;
    world.clock.advance(24 * 3600);
    assert_eq!(world.publish_due().await, 2);
}

#[tokio::test]
async fn prompt_waits_for_nobody() {
    let world = World::new(Publication::Prompt).await;
    world.sign(0..1).await;
    assert_eq!(world.publish_due().await, 2);
}

#[tokio::test]
async fn a_batch_is_ordered_by_hash_and_not_by_arrival() {
    let world = World::new(Publication::Batched).await;
    let arrived = world.sign(0..100).await;
    world.publish_all().await;
    for tree in [Tree::Roll, Tree::Signatures] {
        let hashes: Vec<_> = leaves(&world, tree).iter().map(|l| leaf_hash(l)).collect();
        assert!(hashes.is_sorted(), "{tree}");
        assert_eq!(hashes.len(), 100);
    }
    assert_ne!(leaves(&world, Tree::Signatures), arrived);
}

#[tokio::test]
async fn signatures_never_outnumber_the_roll() {
    let world = World::new(Publication::Batched).await;
    // As if the token key had leaked: tokens without confirmations.
    for n in 0..100 {
        let leaf = world.signature(n).to_bytes();
        world
            .ledger
            .submit(world.id, &leaf)
            .await
            .expect("accepted");
    }
    world.clock.advance(DAY);
    assert_eq!(world.publish_due().await, 0);
    for n in 0..30 {
        world.confirm(n).await;
    }
    assert_eq!(
        world.publish_due().await,
        0,
        "the uncovered bring no small batch about"
    );
    world.clock.advance(3600);
    assert_eq!(world.publish_due().await, 60);
    assert_eq!(world.sizes(), [30, 0, 30, 0]);
    world.publish_all().await;
    assert_eq!(world.sizes(), [30, 0, 30, 0]);
    // They do not keep the petition from closing, either.
    world.clock.advance(34 * DAY);
    world.publish_due().await;
    assert!(world.petition().is_closed());
    assert_eq!(world.sizes(), [30, 0, 30, 0]);
}

#[tokio::test]
async fn strikes_come_out_at_once_and_take_nothing_with_them() {
    let world = World::new(Publication::Batched).await;
    world.sign(0..64).await;
    world.publish_due().await;
    world.sign(64..65).await;
    let struck = leaf_hash(&leaves(&world, Tree::Roll)[5]);
    world
        .accept(Tree::Strikes, world.strike(5, &struck))
        .await
        .expect("once");
    assert_eq!(world.publish_due().await, 1);
    assert_eq!(world.sizes(), [64, 1, 64, 0]);
    let (_, tally) = world.petition().tally().expect("published");
    assert_eq!((tally.totals().ceiling(), tally.totals().count()), (64, 63));
}

#[tokio::test]
async fn every_leaf_can_be_proven_and_trees_only_grow() {
    let world = World::new(Publication::Batched).await;
    let mut all = Vec::new();
    let mut sizes = vec![0];
    for range in [0..1, 1..64, 64..300] {
        all.extend(world.sign(range).await);
        world.publish_all().await;
        sizes.push(world.sizes()[2]);
    }
    let petition = world.petition();
    for leaf in &all {
        let index = world.index_of(leaf);
        let proof = world
            .instance
            .inclusion(&petition, Tree::Signatures, index)
            .expect("proof");
        assert_eq!(proof.leaf, *leaf);
        let included = proof
            .verify(&petition.manifest, &policy(&world))
            .expect("holds");
        assert_eq!(included.index, index);
        let mut moved = proof.clone();
        moved.index ^= 1;
        moved
            .verify(&petition.manifest, &policy(&world))
            .expect_err("not at another index");
    }
    for old in &sizes {
        for new in &sizes {
            let proof = world
                .instance
                .consistency(&petition, Tree::Signatures, *old, *new);
            let Ok(proof) = proof else {
                assert!(old > new);
                continue;
            };
            let (from, to) = (proof.from, proof.to);
            verify_consistency(
                TreeSize(*old),
                &from.root,
                TreeSize(*new),
                &to.root,
                &proof.path,
            )
            .expect("it only grew");
        }
    }
    world
        .instance
        .consistency(&petition, Tree::Signatures, 0, 301)
        .expect_err("not published");
    world
        .instance
        .inclusion(&petition, Tree::Signatures, 300)
        .expect_err("not published");
    world
        .instance
        .inclusion(&petition, Tree::Strikes, 0)
        .expect_err("not published");
}

#[tokio::test]
async fn tallies_are_listed_oldest_first_and_know_their_leaves() {
    let world = World::new(Publication::Batched).await;
    for n in 0..5 {
        world.sign(n..n + 1).await;
        world.clock.advance(10);
        world.publish_all().await;
    }
    let world = world.restart();
    let petition = world.petition();
    let all = world.instance.tallies(&petition, None, 100).expect("works");
    assert_eq!(all.len(), 5);
    let mut previous = None;
    for (index, tally) in &all {
        assert_eq!(tally.previous, previous);
        previous = Some(*index);
    }
    let rest = world
        .instance
        .tallies(&petition, Some(all[1].0), 2)
        .expect("works");
    assert_eq!(rest, all[2..4]);
    for n in 0..5 {
        let tally = world
            .instance
            .tally_of(&petition, Tree::Signatures, n)
            .expect("works");
        let number = usize::try_from(n).expect("small");
        assert_eq!(tally, Some(all[number].1.clone()));
    }
    let beyond = world
        .instance
        .tally_of(&petition, Tree::Signatures, 5)
        .expect("works");
    assert_eq!(beyond, None);
}

async fn state(world: &World, change: DateChange, dates: &Dates) -> Result<(), String> {
    let note = sign(&dated(world.id, change, dates), &organiser()).expect("text");
    world.publisher.state(note).await.map_err(|e| e.to_string())
}

#[tokio::test]
async fn dates_move_within_the_rules_and_no_statement_is_said_twice() {
    let world = World::new(Publication::Batched).await;
    let first = world.petition().dates();
    let later = |days: u64| Dates {
        confirm_until: first.confirm_until + days * DAY,
        submit_until: first.submit_until + days * DAY,
        withdraw_until: first.withdraw_until + days * DAY,
    };
    state(&world, DateChange::Later, &later(10))
        .await
        .expect("extended");
    state(&world, DateChange::Later, &later(10))
        .await
        .expect("said already: fine");
    assert_eq!(world.petition().dates(), later(10));
    state(&world, DateChange::Later, &later(5))
        .await
        .expect_err("not earlier");
    let close = Dates {
        confirm_until: OPENS + 5 * DAY,
        submit_until: OPENS + 8 * DAY,
        withdraw_until: later(10).withdraw_until,
    };
    let shorter = Dates {
        submit_until: close.submit_until - 1,
        ..close
    };
    state(&world, DateChange::Earlier, &shorter)
        .await
        .expect_err("strands tokens");
    state(&world, DateChange::Earlier, &close)
        .await
        .expect("closes earlier");
    // Anyone can read the old statement in the journal, and say it again.
    state(&world, DateChange::Later, &later(10))
        .await
        .expect_err("replayed");
    let world = world.restart();
    state(&world, DateChange::Later, &later(10))
        .await
        .expect_err("replayed");
    assert_eq!(world.petition().dates(), close);
    state(&world, DateChange::Later, &later(11))
        .await
        .expect("said anew");
}

#[tokio::test]
async fn only_the_organiser_moves_dates() {
    let world = World::new(Publication::Batched).await;
    let mut dates = world.petition().dates();
    dates.withdraw_until += DAY;
    let text = dated(world.id, DateChange::Later, &dates);
    let stranger =
        undersigned::tlog::note::NoteSigner::new("organiser.example.org", &[4; 32]).expect("name");
    let note = sign(&text, &stranger).expect("text");
    world
        .publisher
        .state(note)
        .await
        .expect_err("another key of the same name");
    let own = sign(&text, world.instance.keys.signer()).expect("text");
    world
        .publisher
        .state(own)
        .await
        .expect_err("the instance's own key");
    let closed = undersigned::protocol::statement::closed(world.id, None);
    let closed = sign(&closed, world.instance.keys.signer()).expect("text");
    world
        .publisher
        .state(closed)
        .await
        .expect_err("only the publisher closes");
}

#[tokio::test]
async fn closed_is_final_and_holds_all_that_came_in_time() {
    let world = World::new(Publication::Private).await;
    let first = world.sign(0..3).await;
    world.publish_all().await;
    world.sign(3..5).await;
    let last = world.petition().dates().submit_until;
    world.clock.advance(last - OPENS);
    let leaf = world.sign(5..6).await.remove(0);
    world.publish_due().await;
    assert!(!world.petition().is_closed());
    world.clock.advance(1);
    let now = world.instance.clock.now();
    assert!(world.petition().admit(now).is_none(), "too late");
    let on_its_way = world.petition().admit(last).expect("admitted in time");
    world.publish_due().await;
    assert!(
        !world.petition().is_closed(),
        "not while a leaf is on its way"
    );
    drop(on_its_way);
    world.publish_due().await;
    assert!(world.petition().is_closed());
    assert_eq!(world.sizes(), [6, 0, 6, 0]);
    world.index_of(&leaf);
    // Nothing that reaches the store by whatever way comes out any more.
    let entry = RollEntry {
        tag: [1; 32],
        commitment: [2; 32],
    };
    world
        .accept(Tree::Roll, entry.to_bytes())
        .await
        .expect("the store takes it");
    world.publish_all().await;
    assert_eq!(world.sizes(), [6, 0, 6, 0]);
    // Withdrawals and strikes go on.
    let index = world.index_of(&first[0]);
    let withdrawal = world.withdrawal(0, &first[0], index);
    world
        .ledger
        .withdraw(world.id, &withdrawal)
        .await
        .expect("accepted");
    let struck = leaf_hash(&leaves(&world, Tree::Roll)[0]);
    world
        .accept(Tree::Strikes, world.strike(0, &struck))
        .await
        .expect("once");
    world.publish_all().await;
    assert_eq!(world.sizes(), [6, 1, 6, 1]);
    let world = world.restart();
    assert!(world.petition().is_closed());
    assert_eq!(world.sizes(), [6, 1, 6, 1]);
    let dates = Dates {
        withdraw_until: world.petition().dates().withdraw_until + DAY,
        ..world.petition().dates()
    };
    state(&world, DateChange::Later, &dates)
        .await
        .expect_err("closed for good");
    // Its statement names the final tally, signed by the keeper.
    let journal = world
        .store
        .head(LogId::Journal)
        .expect("works")
        .expect("published")
        .head
        .size;
    let entries = world
        .store
        .leaves(LogId::Journal, 0, usize::try_from(journal).expect("small"));
    let entries = entries.expect("works");
    let closed: Vec<_> = entries
        .iter()
        .filter_map(|entry| {
            use undersigned::protocol::statement::Statement;
            let statement = Statement::parse(entry).expect("a statement");
            statement
                .verify(
                    &world.petition().manifest,
                    &world.instance.keys.signer().vkey(),
                )
                .expect("signed by whoever may say so");
            match statement {
                Statement::Closed { tally, .. } => Some(tally),
                _ => None,
            }
        })
        .collect();
    assert_eq!(closed.len(), 1, "once");
    let final_tally = &entries[usize::try_from(closed[0].expect("a tally")).expect("small")];
    let tally = Tally::parse(std::str::from_utf8(final_tally).expect("text")).expect("a tally");
    assert_eq!((tally.totals().roll, tally.totals().signatures), (6, 6));
}

#[tokio::test]
async fn a_petition_without_signatures_closes_too() {
    let world = World::new(Publication::Batched).await;
    world.clock.advance(34 * DAY);
    world.publish_due().await;
    assert!(world.petition().is_closed());
    assert!(world.petition().tally().is_none());
}

#[tokio::test]
async fn publishing_a_petition_twice_is_fine_and_foreign_keys_are_not() {
    let world = World::new(Publication::Batched).await;
    let manifest = world.petition().manifest.clone();
    let text = undersigned::protocol::statement::published(&manifest);
    let note = sign(&text, &organiser()).expect("text");
    world.publisher.state(note).await.expect("known");
    let other = World::new(Publication::Batched).await;
    let note = sign(&text, &organiser()).expect("text");
    other
        .publisher
        .state(note)
        .await
        .expect_err("keys of another instance");
}
