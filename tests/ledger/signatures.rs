//! What the ledger takes, and what it refuses.

use undersigned::ledger::LedgerError;
use undersigned::protocol::ids::PetitionId;
use undersigned::protocol::leaf::LeafError;
use undersigned::protocol::manifest::Publication;
use undersigned::protocol::promise::Promise;
use undersigned::tlog::hash::leaf_hash;

use crate::support::{DAY, OPENS, World, signature};

#[tokio::test]
async fn a_signature_gets_a_promise_and_the_same_bytes_get_the_same_promise() {
    let world = World::new(Publication::Batched).await;
    let leaf = world.signature(1).to_bytes();
    world.confirm(1).await;
    let promise = world
        .ledger
        .submit(world.id, &leaf)
        .await
        .expect("accepted");
    let opened = Promise::open(promise.as_bytes(), &world.instance.keys.signer().vkey());
    let opened = opened.expect("signed by the ledger");
    assert_eq!(opened.petition, world.id);
    assert_eq!(opened.leaf, leaf_hash(&leaf));
    assert!(opened.by >= OPENS + 3600 + 72 * 3600);
    assert_eq!(opened.by % DAY, 0);
    world.clock.advance(2 * DAY);
    assert_eq!(
        world
            .ledger
            .submit(world.id, &leaf)
            .await
            .expect("accepted"),
        promise
    );
    let world = world.restart();
    assert_eq!(
        world
            .ledger
            .submit(world.id, &leaf)
            .await
            .expect("accepted"),
        promise
    );
    assert_eq!(world.publish_due().await, 2);
    let later = world
        .ledger
        .submit(world.id, &leaf)
        .await
        .expect("accepted");
    world.clock.advance(20 * DAY);
    assert_eq!(
        world
            .ledger
            .submit(world.id, &leaf)
            .await
            .expect("accepted"),
        later
    );
    world.clock.advance(50 * DAY);
    world.publish_due().await;
    assert!(world.petition().is_closed());
    assert_eq!(
        world
            .ledger
            .submit(world.id, &leaf)
            .await
            .expect("accepted"),
        later
    );
}

#[tokio::test]
async fn refusals() {
    let world = World::new(Publication::Batched).await;
    let good = world.signature(1);
    let submit = |leaf: Vec<u8>| {
        let ledger = world.ledger.clone();
        let id = world.id;
        async move { ledger.submit(id, &leaf).await }
    };
    let bytes = good.to_bytes();
    let other = world.ledger.submit(PetitionId([9; 32]), &bytes).await;
    assert!(matches!(other, Err(LedgerError::UnknownPetition)));
    let short = submit(bytes[..bytes.len() - 1].to_vec()).await;
    assert!(matches!(
        short,
        Err(LedgerError::Leaf(LeafError::Length { .. }))
    ));
    let long = submit([&bytes[..], &[0]].concat()).await;
    assert!(matches!(
        long,
        Err(LedgerError::Leaf(LeafError::Length { .. }))
    ));
    let mut version = bytes.clone();
    version[0] = 2;
    assert!(matches!(
        submit(version).await,
        Err(LedgerError::Leaf(LeafError::Version(2)))
    ));
    let mut kind = bytes.clone();
    kind[1] = 3;
    assert!(matches!(
        submit(kind).await,
        Err(LedgerError::Leaf(LeafError::Kind { .. }))
    ));
    for at in [2, 34, 66, 321] {
        let mut forged = bytes.clone();
        forged[at] ^= 1;
        let refused = submit(forged).await;
        assert!(
            matches!(refused, Err(LedgerError::Token(_) | LedgerError::PublicKey)),
            "byte {at}: {refused:?}"
        );
    }
    // The neutral element, with a token for it: the registrar does not see keys.
    let mut weak = [0; 32];
    weak[0] = 1;
    let weak = signature(&world.petition(), weak, [7; 32]).to_bytes();
    assert!(matches!(submit(weak).await, Err(LedgerError::PublicKey)));
    submit(bytes).await.expect("the good one is accepted");
    let twice = submit(world.signature_with(1, [8; 32]).to_bytes()).await;
    assert!(matches!(twice, Err(LedgerError::KeyUsed)));
    let (waiting, _) = world
        .store
        .waiting_count(world.id, undersigned::protocol::ids::Tree::Signatures)
        .expect("the store works");
    assert_eq!(waiting, 1);
}

#[tokio::test]
async fn only_between_opening_and_the_last_moment() {
    let world = World::new(Publication::Batched).await;
    let terms = world.petition().manifest.terms().clone();
    let leaf = world.signature(1).to_bytes();
    world.clock.advance(terms.submit_until - OPENS);
    world
        .ledger
        .submit(world.id, &leaf)
        .await
        .expect("the last moment is in time");
    world.clock.advance(1);
    let late = world
        .ledger
        .submit(world.id, &world.signature(2).to_bytes())
        .await;
    assert!(matches!(late, Err(LedgerError::Closed)));
    world
        .ledger
        .submit(world.id, &leaf)
        .await
        .expect("a retry of what was in time");
}

#[tokio::test]
async fn a_token_of_another_petition_is_foreign() {
    let one = World::new(Publication::Batched).await;
    let other = World::new(Publication::Batched).await;
    let leaf = other.signature(1).to_bytes();
    let refused = one.ledger.submit(one.id, &leaf).await;
    assert!(matches!(refused, Err(LedgerError::Token(_))));
}

#[tokio::test]
async fn a_crowd_on_one_key_leaves_one_leaf() {
    let world = World::new(Publication::Batched).await;
    let leaves: Vec<Vec<u8>> = (0..8)
        .map(|c| world.signature_with(1, [c; 32]).to_bytes())
        .collect();
    let tasks: Vec<_> = leaves
        .iter()
        .cloned()
        .map(|leaf| {
            let (ledger, id) = (world.ledger.clone(), world.id);
            tokio::spawn(async move { ledger.submit(id, &leaf).await })
        })
        .collect();
    let mut accepted = 0;
    for task in tasks {
        match task.await.expect("no panic") {
            Ok(_) => accepted += 1,
            Err(LedgerError::KeyUsed) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn withdrawals() {
    let world = World::new(Publication::Batched).await;
    let leaves = world.sign(0..3).await;
    let early = world
        .ledger
        .withdraw(world.id, &world.withdrawal(0, &leaves[0], 0))
        .await;
    assert!(
        matches!(early, Err(LedgerError::UnknownSignature(0))),
        "not yet published"
    );
    world.publish_all().await;
    let index = world.index_of(&leaves[0]);
    let good = world.withdrawal(0, &leaves[0], index);
    let foreign = world.withdrawal(1, &leaves[0], index);
    let refused = world.ledger.withdraw(world.id, &foreign).await;
    assert!(
        matches!(refused, Err(LedgerError::Withdrawal(_))),
        "another signer's key"
    );
    let moved = world.withdrawal(0, &leaves[0], world.index_of(&leaves[1]));
    let refused = world.ledger.withdraw(world.id, &moved).await;
    assert!(
        matches!(refused, Err(LedgerError::Withdrawal(_))),
        "another leaf"
    );
    let beyond = world.withdrawal(0, &leaves[0], 3);
    let refused = world.ledger.withdraw(world.id, &beyond).await;
    assert!(matches!(refused, Err(LedgerError::UnknownSignature(3))));
    world
        .ledger
        .withdraw(world.id, &good)
        .await
        .expect("accepted");
    world
        .ledger
        .withdraw(world.id, &good)
        .await
        .expect("the same bytes again are fine");
    world.publish_all().await;
    assert_eq!(world.sizes(), [3, 0, 3, 1]);
    world
        .ledger
        .withdraw(world.id, &good)
        .await
        .expect("also once it is published");
    world.publish_all().await;
    assert_eq!(world.sizes(), [3, 0, 3, 1]);
    // Past `withdraw_until`.
    world.clock.advance(61 * DAY);
    world
        .ledger
        .withdraw(world.id, &good)
        .await
        .expect("a retry of what was in time");
    let index = world.index_of(&leaves[1]);
    let late = world
        .ledger
        .withdraw(world.id, &world.withdrawal(1, &leaves[1], index))
        .await;
    assert!(matches!(late, Err(LedgerError::Closed)));
}
