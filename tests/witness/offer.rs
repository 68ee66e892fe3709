//! One checkpoint, all witnesses of a policy: those that misbehave cost the others nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use undersigned::client::witness::{Offered, WitnessError, Witnesses};
use undersigned::clock::{Clock, ManualClock};
use undersigned::keys::WitnessKeys;
use undersigned::tlog::note::{Note, VerifierKey};
use undersigned::tlog::policy::Policy;

use crate::client::{LONG, proofs};
use crate::house::{House, NOW};
use crate::liar::{Act, Liar, answer, knows};
use crate::log::Log;

fn key(seed: u64) -> VerifierKey {
    let name = format!("witness.example/{seed}");
    let keys = WitnessKeys::new(&name, &ManualClock::new(NOW, seed)).expect("keys");
    let [ed25519, _] = keys.vkeys();
    ed25519
}

/// A policy with an honest witness, which has two keys, and everything that can go wrong.
struct World {
    log: Log,
    house: House,
    policy: Policy,
    _liars: Vec<Liar>,
}

impl World {
    async fn new(quorum: &str) -> Self {
        let log = Log::one();
        let house = House::new(&[&log]).await;
        let [ed25519, ml_dsa] = house.vkeys();
        let url = house.url("");
        // With and without a slash at the end it is one address.
        let mut text = format!(
            "log {}\nwitness honest {ed25519} {url}\nwitness too {ml_dsa} {url}/\n",
            log.vkey()
        );
        let acts = [
            ("hangs", Act::Hang),
            ("drips", Act::Drip),
            ("closes", Act::Close),
            ("raves", Act::Raw(vec![0; 500])),
            ("lies", answer(200, "— witness.example/4 AAAAAAAA\n")),
            ("refuses", answer(404, "who?")),
            ("wavers", knows("3")),
            ("boasts", knows("4000")),
        ];
        let mut liars = Vec::new();
        for ((name, act), seed) in acts.into_iter().zip(101..) {
            let liar = Liar::new(vec![act]).await;
            writeln!(text, "witness {name} {} {}", key(seed), liar.url())
                .expect("memory takes everything");
            liars.push(liar);
        }
        writeln!(text, "witness nowhere {}", key(20)).expect("memory takes everything");
        writeln!(text, "witness wrong {} not-a-url", key(21)).expect("memory takes everything");
        writeln!(text, "witness dead {} http://127.0.0.1:1", key(22))
            .expect("memory takes everything");
        writeln!(text, "quorum {quorum}").expect("memory takes everything");
        Self {
            log,
            house,
            policy: text.parse().expect("a policy"),
            _liars: liars,
        }
    }

    fn witnesses(&self) -> (Witnesses, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::new(NOW, 5));
        let shared: Arc<dyn Clock> = clock.clone();
        (Witnesses::of(&self.policy, &shared), clock)
    }
}

fn by_name(all: Vec<Offered>) -> BTreeMap<String, Offered> {
    let count = all.len();
    let map: BTreeMap<_, _> = all.into_iter().map(|one| (one.name.clone(), one)).collect();
    assert_eq!(map.len(), count, "each once");
    map
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_needs_a_quorum_only_does_not_wait_for_the_others() {
    let world = World::new("too").await;
    let (witnesses, _) = world.witnesses();
    for size in [9, 20] {
        let (source, _) = proofs(&world.log, size);
        // The silent ones would take an hour.
        let note = world.log.note(size);
        let mut offer = witnesses.offer(&note, &source, Duration::from_hours(1));
        let mut lines = Vec::new();
        let quorum = async {
            loop {
                let one = offer.next().await.expect("the honest one answers");
                lines.extend(one.outcome.ok().map(|cosigned| cosigned.line));
                let cosigned = Note::with_signatures(&note, lines.clone());
                if cosigned.is_ok_and(|note| world.policy.verify(&note).is_ok()) {
                    break;
                }
            }
        };
        // Bounds a hang of this test only.
        tokio::time::timeout(LONG, quorum).await.expect("a quorum");
    }
    world.house.post(world.log.body(0, 5)).await.conflicts(20);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_witness_has_its_own_outcome() {
    let world = World::new("honest").await;
    let (witnesses, clock) = world.witnesses();
    let (source, asked) = proofs(&world.log, 9);
    let note = world.log.note(9);
    let offer = witnesses.offer(&note, &source, Duration::from_secs(5));
    let all = by_name(offer.all().await);
    assert_eq!(all.len(), world.policy.witnesses().len());
    for witness in world.policy.witnesses() {
        let one = &all[&witness.name];
        assert_eq!(one.key, witness.key);
        let error = one.outcome.as_ref().err().map(Arc::as_ref);
        let expected = match witness.name.as_str() {
            "honest" | "too" => error.is_none(),
            "hangs" | "drips" => matches!(error, Some(WitnessError::Deadline)),
            "closes" | "raves" | "dead" => matches!(error, Some(WitnessError::Unreachable(_))),
            "lies" => matches!(error, Some(WitnessError::Uncosigned)),
            "refuses" => matches!(error, Some(WitnessError::Refused { status: 404, .. })),
            "wavers" => matches!(error, Some(WitnessError::Unsteady { .. })),
            "boasts" => matches!(error, Some(WitnessError::Ahead { .. })),
            "nowhere" | "wrong" => matches!(error, Some(WitnessError::NoUrl)),
            name => panic!("{name}"),
        };
        assert!(expected, "{}: {error:?}", witness.name);
    }
    // Two keys at one address are asked for at once.
    let first = asked
        .lock()
        .expect("no panic")
        .iter()
        .filter(|old| **old == 0)
        .count();
    assert_eq!(first, 10, "one proof for each address");
    world.house.post(world.log.body(0, 9)).await.conflicts(9);

    // The next round asks those that did well, and lets the others rest.
    let (source, asked) = proofs(&world.log, 12);
    let note = world.log.note(12);
    let all = by_name(
        witnesses
            .offer(&note, &source, Duration::from_secs(5))
            .all()
            .await,
    );
    for (name, one) in &all {
        let resting = matches!(
            one.outcome.as_ref().err().map(Arc::as_ref),
            Some(WitnessError::Resting { .. })
        );
        let rests = !matches!(
            name.as_str(),
            "honest" | "too" | "boasts" | "nowhere" | "wrong"
        );
        assert_eq!(resting, rests, "{name}: {:?}", one.outcome);
    }
    let mut asked = asked.lock().expect("no panic").clone();
    asked.sort_unstable();
    assert_eq!(asked, [0, 9], "the honest one is known to have 9");
    clock.advance(700);
    let all = by_name(
        witnesses
            .offer(&note, &source, Duration::from_secs(5))
            .all()
            .await,
    );
    assert!(all.values().all(|one| !matches!(
        one.outcome.as_ref().err().map(Arc::as_ref),
        Some(WitnessError::Resting { .. })
    )));
}

#[tokio::test]
async fn dropping_an_offer_ends_it() {
    let world = World::new("none").await;
    let (witnesses, _) = world.witnesses();
    let (source, _) = proofs(&world.log, 9);
    let weak = Arc::downgrade(&source);
    let offer = witnesses.offer(&world.log.note(9), &source, Duration::from_hours(1));
    drop(offer);
    drop(source);
    let gone = async {
        while weak.upgrade().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONG, gone)
        .await
        .expect("nobody holds on to it");
}
