//! Every rule of tlog-witness, "add-checkpoint", and its status.

use undersigned::clock::Clock as _;
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::{Note, NoteSigner};
use undersigned::tlog::size::TreeSize;

use crate::house::{House, NOW, Place, logs};
use crate::log::Log;

#[tokio::test]
async fn a_log_is_cosigned_from_its_first_checkpoint_on() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    let [ed25519, ml_dsa] = house.vkeys();
    let keys = [&ed25519, &ml_dsa, &log.vkey()];
    let mut old = 0;
    for new in [0, 0, 1, 2, 2, 3, 8, 37, 64] {
        house.place.clock.advance(1);
        let answer = house.post(log.body(old, new)).await;
        let cosigned = answer.cosigned(&log.note(new));
        let verified = cosigned.verify(&keys).expect("verifies");
        assert_eq!(verified.signatures().len(), 3);
        for key in [&ed25519, &ml_dsa] {
            let by = verified.signatures().iter().find(|by| by.key == *key);
            let time = by.and_then(|by| by.time);
            assert_eq!(time, Some(house.place.clock.now()), "never 0");
        }
        assert!(house.place.clock.now() > NOW);
        let served = house.latest(&log).await;
        assert_eq!(served.status, 200);
        assert_eq!(served.body, cosigned.to_bytes(), "monitors get the same");
        old = new;
    }
}

#[tokio::test]
async fn the_old_size_must_be_the_one_that_is_known() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    house.post(log.body(5, 9)).await.conflicts(0);
    house.post(log.body(9, 9)).await.conflicts(0);
    assert_eq!(house.post(log.body(0, 9)).await.status, 200);
    for (old, new) in [(0, 9), (0, 12), (5, 9), (8, 12), (10, 12), (12, 12), (0, 0)] {
        house.post(log.body(old, new)).await.conflicts(9);
    }
    // Whatever the proof is.
    let body = Log::forced(8, Vec::new(), log.note(12));
    house.post(body).await.conflicts(9);
    assert_eq!(house.post(log.body(9, 12)).await.status, 200);
    house.post(log.body(9, 12)).await.conflicts(12);
}

#[tokio::test]
async fn a_log_cannot_shrink() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    assert_eq!(house.post(log.body(0, 9)).await.status, 200);
    for (old, new) in [(9, 8), (9, 0), (12, 11), (1, 0)] {
        let body = Log::forced(old, Vec::new(), log.note(new));
        assert_eq!(house.post(body).await.status, 400, "from {old} to {new}");
    }
    // A rollback under an old size that fits it is a conflict.
    house.post(log.body(3, 5)).await.conflicts(9);
    assert_eq!(house.latest(&log).await.body, {
        let answer = house.post(log.body(9, 9)).await;
        answer.cosigned(&log.note(9)).to_bytes()
    });
}

#[tokio::test]
async fn what_is_not_consistent_is_not_cosigned() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    assert_eq!(house.post(log.body(0, 9)).await.status, 200);
    let before = house.latest(&log).await.body;
    let fork = log.forked(4);
    let some = leaf_hash(b"some");
    let mut swapped = log.proof(9, 20);
    swapped.swap(0, 1);
    let cut = log.proof(9, 20).split_off(1);
    let more = [log.proof(9, 20), vec![some]].concat();
    for (what, body) in [
        (
            "same size, other root",
            Log::forced(9, vec![], fork.note(9)),
        ),
        (
            "same size, with a hash",
            Log::forced(9, vec![some], log.note(9)),
        ),
        (
            "a fork with its own proof",
            Log::forced(9, fork.proof(9, 20), fork.note(20)),
        ),
        (
            "a fork with our proof",
            Log::forced(9, log.proof(9, 20), fork.note(20)),
        ),
        ("no proof", Log::forced(9, vec![], log.note(20))),
        (
            "another proof",
            Log::forced(9, log.proof(8, 20), log.note(20)),
        ),
        ("hashes swapped", Log::forced(9, swapped, log.note(20))),
        ("a hash missing", Log::forced(9, cut, log.note(20))),
        ("a hash more", Log::forced(9, more, log.note(20))),
        ("63 hashes", Log::forced(9, vec![some; 63], log.note(20))),
    ] {
        let answer = house.post(body).await;
        assert_eq!(answer.status, 422, "{what}: {}", answer.text());
        assert!(!answer.text().contains('—'), "{what}: no signature");
    }
    assert_eq!(house.latest(&log).await.body, before, "nothing changed");
    assert_eq!(house.post(log.body(9, 20)).await.status, 200);
}

#[tokio::test]
async fn from_zero_there_is_no_proof_and_the_empty_tree_has_one_root() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    let some = leaf_hash(b"some");
    let empty = |root| {
        let checkpoint = Checkpoint {
            origin: log.origin.clone(),
            size: TreeSize(0),
            root,
        };
        log.sign(&checkpoint.to_string())
    };
    for body in [
        Log::forced(0, vec![some], log.note(5)),
        Log::forced(0, vec![some], log.note(0)),
        Log::forced(0, vec![], empty(some)),
    ] {
        assert_eq!(house.post(body).await.status, 422);
    }
    assert_eq!(house.latest(&log).await.status, 404, "nothing was cosigned");
    assert_eq!(house.post(log.body(0, 0)).await.status, 200);
    let body = Log::forced(0, vec![], empty(some));
    assert_eq!(house.post(body).await.status, 422);
    assert_eq!(house.post(log.body(0, 5)).await.status, 200);
}

#[tokio::test]
async fn an_unknown_log_is_not_found() {
    let (log, other) = (Log::one(), Log::new("log.example/two", 2, 10));
    let house = House::new(&[&log]).await;
    assert_eq!(house.post(other.body(0, 5)).await.status, 404);
    // Signed by a key that is known for another origin.
    let text = other.checkpoint(5).to_string();
    assert_eq!(
        house
            .post(Log::forced(0, vec![], log.sign(&text)))
            .await
            .status,
        404
    );
    // Also where more is wrong with it.
    let body = Log::forced(7, vec![], other.note(5));
    assert_eq!(house.post(body).await.status, 404);
    assert_eq!(house.latest(&other).await.status, 404);
    assert_eq!(
        house.latest(&log).await.status,
        404,
        "known, and never cosigned"
    );
}

#[tokio::test]
async fn a_known_key_must_have_signed_and_must_not_have_failed() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    let text = log.checkpoint(5).to_string();
    let good = log.signer().sign(&text);
    let bad = log.signer().sign(&log.checkpoint(6).to_string());
    let namesake = NoteSigner::new(&log.origin, &[9; 32])
        .expect("a key")
        .sign(&text);
    let stranger = NoteSigner::new("stranger.example", &[1; 32])
        .expect("a key")
        .sign(&text);
    let note = |signatures: Vec<_>| Note::new(&text, signatures).expect("a note");
    for (what, note) in [
        ("another key of this name", note(vec![namesake.clone()])),
        ("the key under another name", note(vec![stranger.clone()])),
        ("a signature over another text", note(vec![bad.clone()])),
        ("one good and one bad", note(vec![good.clone(), bad])),
    ] {
        let answer = house.post(Log::forced(0, vec![], note)).await;
        assert_eq!(answer.status, 403, "{what}: {}", answer.text());
    }
    // Signatures by others do not matter, however many; they are not served either.
    let unknown = [namesake, stranger];
    let many = unknown.iter().cycle().take(80).cloned();
    let note = note(many.chain([good]).collect());
    let answer = house.post(Log::forced(0, vec![], note)).await;
    let cosigned = answer.cosigned(&log.note(5));
    assert_eq!(house.latest(&log).await.body, cosigned.to_bytes());
}

#[tokio::test]
async fn every_key_of_a_log_is_kept_if_it_signed() {
    let log = Log::one();
    let mut list = logs(&[&log]);
    list.add(log.cosigner().vkey(), None).expect("a second key");
    let house = House::with(Place::new(), list, "", 0).await;
    let checkpoint = log.checkpoint(5);
    let by_both = log
        .note(5)
        .with_signatures(vec![log.cosigner().sign(&checkpoint, NOW)]);
    let by_both = by_both.expect("a note");
    let by_one = Note::new(by_both.text(), by_both.signatures()[1..].to_vec()).expect("a note");
    for (old, note) in [(0, by_one), (5, by_both)] {
        let answer = house.post(Log::forced(old, vec![], note.clone())).await;
        assert_eq!(
            house.latest(&log).await.body,
            answer.cosigned(&note).to_bytes()
        );
    }
}

#[tokio::test]
async fn logs_do_not_disturb_each_other() {
    let (one, two) = (Log::one(), Log::new("log.example/two", 2, 64));
    let house = House::new(&[&one, &two]).await;
    assert_eq!(house.post(one.body(0, 9)).await.status, 200);
    house.post(two.body(9, 12)).await.conflicts(0);
    assert_eq!(house.post(two.body(0, 3)).await.status, 200);
    house.post(one.body(3, 12)).await.conflicts(9);
    assert_eq!(house.post(one.body(9, 12)).await.status, 200);
}

#[tokio::test]
async fn times_never_go_back() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    house.place.clock.advance(100);
    assert_eq!(house.post(log.body(0, 9)).await.status, 200);
    let before = house.latest(&log).await.body;
    // The clock of a house that starts anew stands at the beginning again.
    house.server.stop().await;
    let clock = std::sync::Arc::new(undersigned::clock::ManualClock::new(NOW + 99, 1));
    let place = Place {
        clock,
        ..house.place
    };
    let house = House::with(place, logs(&[&log]), "", 0).await;
    assert_eq!(house.post(log.body(9, 12)).await.status, 503);
    assert_eq!(house.latest(&log).await.body, before);
    house.place.clock.advance(1);
    assert_eq!(house.post(log.body(9, 12)).await.status, 200);
}
