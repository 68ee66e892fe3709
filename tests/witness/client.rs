//! The client of one witness, honest or not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use undersigned::client::witness::{Cosigned, ProofSource, WitnessClient, WitnessError};
use undersigned::clock::{Clock as _, ManualClock};
use undersigned::keys::WitnessKeys;
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::note::{Note, NoteError, NoteSignature, VerifierKey};
use undersigned::tlog::size::TreeSize;
use undersigned::tlog::witness::AddCheckpoint;

use crate::house::{House, NAME, NOW, Place, logs};
use crate::liar::{Act, Liar, answer, knows};
use crate::log::Log;

/// Long enough for anything here that ends.
pub const LONG: Duration = Duration::from_mins(5);
/// For what does not end.
const SHORT: Duration = Duration::from_millis(200);

/// The proofs of a log up to `size`, and from where they were asked for.
pub fn proofs(log: &Log, size: usize) -> (Arc<dyn ProofSource>, Arc<Mutex<Vec<u64>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (log, asks) = (log.clone(), asked.clone());
    let source = move |old: TreeSize| {
        asks.lock().expect("no panic").push(old.0);
        Ok(log.proof(usize::try_from(old.0).expect("small"), size))
    };
    (Arc::new(source), asked)
}

pub fn witness_keys() -> WitnessKeys {
    WitnessKeys::new(NAME, &ManualClock::new(NOW, 7)).expect("keys")
}

fn one_key() -> Vec<VerifierKey> {
    witness_keys().vkeys()[..1].to_vec()
}

type Answers = Result<Vec<Result<Cosigned, WitnessError>>, WitnessError>;

struct Asker {
    client: WitnessClient,
    clock: Arc<ManualClock>,
    log: Log,
}

impl Asker {
    fn new(url: &str, keys: Vec<VerifierKey>) -> Self {
        let clock = Arc::new(ManualClock::new(NOW, 3));
        let client = WitnessClient::new(url, keys, clock.clone()).expect("an address");
        Self {
            client,
            clock,
            log: Log::one(),
        }
    }

    async fn offer(&self, size: usize, deadline: Duration) -> Answers {
        let (source, _) = proofs(&self.log, size);
        self.client
            .submit(&self.log.note(size), &source, deadline)
            .await
    }
}

/// What comes of a server that answers like this, asked once with one key.
async fn meets(acts: Vec<Act>) -> (Answers, Liar) {
    let liar = Liar::new(acts).await;
    let asker = Asker::new(&liar.url(), one_key());
    (asker.offer(9, LONG).await, liar)
}

/// The only key's outcome.
fn only(answers: Answers) -> Result<Cosigned, WitnessError> {
    let mut keys = answers?;
    assert_eq!(keys.len(), 1);
    keys.remove(0)
}

fn cosigned(checkpoint: &Checkpoint, time: u64) -> NoteSignature {
    let [ed25519, _] = witness_keys().cosign(checkpoint, "", time);
    ed25519
}

fn lines(lines: &[NoteSignature]) -> Act {
    let text: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    answer(200, text.concat())
}

#[tokio::test]
async fn a_real_witness_cosigns_with_all_its_keys() {
    let log = Log::one();
    let house = House::with(Place::new(), logs(&[&log]), "/w", 0).await;
    assert_eq!(house.post(log.body(0, 5)).await.status, 200);
    let asker = Asker::new(&house.url("/"), house.vkeys().to_vec());
    let mut asked = Vec::new();
    for (size, from) in [(9, vec![0, 5]), (9, vec![9]), (20, vec![9]), (33, vec![20])] {
        let (source, asks) = proofs(&log, size);
        let keys = asker
            .client
            .submit(&log.note(size), &source, LONG)
            .await
            .expect("cosigned");
        asked.push((size, from.clone()));
        assert_eq!(*asks.lock().expect("no panic"), from, "{asked:?}");
        let found: Vec<_> = keys
            .into_iter()
            .map(|key| key.expect("by each key"))
            .collect();
        for (cosigned, key) in found.iter().zip(house.vkeys()) {
            assert_eq!((&cosigned.key, cosigned.time), (&key, NOW));
            let note = log.note(size).with_signatures(vec![cosigned.line.clone()]);
            note.expect("a note").verify(&[&key]).expect("verifies");
        }
    }
    // Somebody else moved it on: its word is asked for again.
    assert_eq!(house.post(log.body(33, 40)).await.status, 200);
    let (source, asks) = proofs(&log, 64);
    asker
        .client
        .submit(&log.note(64), &source, LONG)
        .await
        .expect("cosigned");
    assert_eq!(*asks.lock().expect("no panic"), [33, 40]);
}

#[tokio::test]
async fn a_witness_that_is_ahead_is_told_apart() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    assert_eq!(house.post(log.body(0, 12)).await.status, 200);
    let asker = Asker::new(&house.url(""), house.vkeys().to_vec());
    for _ in 0..2 {
        let refused = asker.offer(9, LONG).await.expect_err("it knows more");
        assert!(matches!(
            refused,
            WitnessError::Ahead { size: TreeSize(12) }
        ));
    }
    asker
        .offer(20, LONG)
        .await
        .expect("it is not left alone for that");
    // Set back to an older state, the log learns it from the witness again.
    let refused = asker.offer(9, LONG).await.expect_err("it knows more");
    assert!(matches!(
        refused,
        WitnessError::Ahead { size: TreeSize(20) }
    ));
}

#[tokio::test]
async fn a_fork_is_refused_and_said() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    assert_eq!(house.post(log.forked(3).body(0, 5)).await.status, 200);
    let asker = Asker::new(&house.url(""), house.vkeys().to_vec());
    match asker.offer(9, LONG).await {
        Err(WitnessError::Refused { status: 422, said }) => {
            assert!(said.contains("root"), "{said}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_cosignature_counts_for_its_checkpoint_key_and_time_only() {
    let log = Log::one();
    let nine = log.checkpoint(9);
    let good = cosigned(&nine, NOW);
    let stranger = WitnessKeys::new(NAME, &ManualClock::new(1, 1)).expect("keys");
    let [by_stranger, _] = stranger.cosign(&nine, "", NOW);
    let (answers, liar) = meets(vec![lines(&[
        by_stranger.clone(),
        good.clone(),
        by_stranger.clone(),
    ])])
    .await;
    let found = only(answers).expect("those of strangers are ignored");
    assert_eq!((found.line, found.time), (good, NOW));
    // What was sent is what an honest log sends.
    assert_eq!(liar.heard(), [log.request(0, 9).to_string()]);

    let other_log = Log::new("log.example/two", 1, 9).checkpoint(9);
    for (what, line) in [
        ("another size", cosigned(&log.checkpoint(8), NOW)),
        ("another root", cosigned(&log.forked(2).checkpoint(9), NOW)),
        ("another log", cosigned(&other_log, NOW)),
    ] {
        let (answers, _) = meets(vec![lines(&[line])]).await;
        let error = only(answers).expect_err(what);
        assert!(
            matches!(error, WitnessError::Cosignature(NoteError::Invalid { .. })),
            "{what}"
        );
    }
    let (answers, _) = meets(vec![lines(&[by_stranger])]).await;
    assert!(matches!(only(answers), Err(WitnessError::Uncosigned)));
    for (time, stated) in [
        (0, None),
        (NOW + 301, Some(NOW + 301)),
        ((1 << 63) - 1, Some((1 << 63) - 1)),
    ] {
        let (answers, _) = meets(vec![lines(&[cosigned(&nine, time)])]).await;
        match only(answers) {
            Err(WitnessError::Time(found)) => assert_eq!(found, stated),
            other => panic!("{time}: {other:?}"),
        }
    }
    let (answers, _) = meets(vec![lines(&[cosigned(&nine, NOW + 300)])]).await;
    only(answers).expect("clocks differ a little");
}

#[tokio::test]
async fn one_key_of_two_may_be_missing() {
    let log = Log::one();
    let liar = Liar::new(vec![lines(&[cosigned(&log.checkpoint(9), NOW)])]).await;
    let asker = Asker::new(&liar.url(), witness_keys().vkeys().to_vec());
    let keys = asker.offer(9, LONG).await.expect("an answer");
    assert!(keys[0].is_ok());
    assert!(matches!(keys[1], Err(WitnessError::Uncosigned)));
}

#[tokio::test]
async fn answers_that_are_none_are_named() {
    let bad_line = answer(200, "— witness.example/w1 AAAA\n");
    for body in [
        &b""[..],
        b"\n",
        b"hello\n",
        b"\xff\n",
        b"{}",
        "— a b".as_bytes(),
    ] {
        let (answers, _) = meets(vec![answer(200, body)]).await;
        assert!(
            matches!(answers, Err(WitnessError::Cosignature(_))),
            "{body:?}"
        );
    }
    let (answers, _) = meets(vec![bad_line]).await;
    assert!(matches!(
        answers,
        Err(WitnessError::Cosignature(NoteError::Signature(1)))
    ));
    for act in [
        answer(200, vec![b'x'; 64 * 1024 + 1]),
        answer(409, "5\n"),
        Act::Answer(
            409,
            "content-type: text/plain\r\n".to_owned(),
            b"5\n".to_vec(),
        ),
        knows(""),
        knows("05"),
        knows("-1"),
        knows("5\n5"),
        knows("9223372036854775808"),
        knows("0"),
    ] {
        let (answers, liar) = meets(vec![act]).await;
        assert!(
            matches!(answers, Err(WitnessError::Malformed(_))),
            "{answers:?}"
        );
        assert_eq!(liar.heard().len(), 1, "it is not asked again");
    }
}

#[tokio::test]
async fn a_conflict_is_answered_once() {
    let log = Log::one();
    let good = lines(&[cosigned(&log.checkpoint(9), NOW)]);
    let (answers, liar) = meets(vec![knows("5"), good.clone()]).await;
    only(answers).expect("cosigned");
    let sent = [log.request(0, 9), log.request(5, 9)].map(|r: AddCheckpoint| r.to_string());
    assert_eq!(liar.heard(), sent);
    let (answers, liar) = meets(vec![knows("5"), knows("6"), good.clone()]).await;
    assert!(matches!(
        answers,
        Err(WitnessError::Unsteady {
            first: TreeSize(5),
            second: TreeSize(6)
        })
    ));
    assert_eq!(liar.heard().len(), 2);
    let (answers, _) = meets(vec![knows("5"), knows("5"), good.clone()]).await;
    assert!(matches!(answers, Err(WitnessError::Unsteady { .. })));
    let (answers, _) = meets(vec![knows("5"), knows("10"), good]).await;
    assert!(matches!(
        answers,
        Err(WitnessError::Ahead { size: TreeSize(10) })
    ));
}

#[tokio::test]
async fn refusals_are_passed_on_safe_to_print() {
    for status in [400, 401, 403, 404, 413, 418, 422] {
        let said = "no \u{1b}[31mred\u{202e} text\n".repeat(50);
        let (answers, _) = meets(vec![answer(status, said)]).await;
        match answers {
            Err(WitnessError::Refused {
                status: found,
                said,
            }) => {
                assert_eq!(found, status);
                assert!(
                    said.starts_with("no  [31mred  text no") && said.len() <= 200,
                    "{said:?}"
                );
                assert!(
                    said.bytes().all(|byte| (0x20..0x7f).contains(&byte)),
                    "{said:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
    for (status, header, wait) in [
        (429, "retry-after: 7\r\n", Some(Duration::from_secs(7))),
        (500, "", None),
        (503, "retry-after: never\r\n", None),
    ] {
        let act = Act::Answer(status, header.to_owned(), Vec::new());
        let (answers, _) = meets(vec![act]).await;
        match answers {
            Err(WitnessError::Unavailable {
                status: found,
                wait: asked,
            }) => {
                assert_eq!((found, asked), (status, wait));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let log = Log::one();
    let elsewhere = Liar::new(vec![lines(&[cosigned(&log.checkpoint(9), NOW)])]).await;
    let header = format!("location: {}add-checkpoint\r\n", elsewhere.url());
    for status in [301, 302, 303, 307, 308] {
        let (answers, _) = meets(vec![Act::Answer(status, header.clone(), Vec::new())]).await;
        assert!(
            matches!(answers, Err(WitnessError::Refused { status: found, .. }) if found == status)
        );
    }
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn the_dead_the_silent_and_the_slow() {
    for act in [Act::Hang, Act::Drip] {
        let liar = Liar::new(vec![act]).await;
        let asker = Asker::new(&liar.url(), one_key());
        assert!(matches!(
            asker.offer(9, SHORT).await,
            Err(WitnessError::Deadline)
        ));
    }
    for act in [
        Act::Close,
        Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort".to_vec()),
        Act::Raw(b"SSH-2.0-x\r\n".to_vec()),
        Act::Raw(vec![0xff; 1000]),
    ] {
        let (answers, _) = meets(vec![act]).await;
        assert!(
            matches!(answers, Err(WitnessError::Unreachable(_))),
            "{answers:?}"
        );
    }
    // Nothing listens on a port that was just free.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", free.local_addr().expect("bound"));
    drop(free);
    let asker = Asker::new(&url, one_key());
    let error = asker.offer(9, LONG).await.expect_err("nobody is there");
    assert!(matches!(error, WitnessError::Unreachable(_)));
}

#[tokio::test]
async fn who_fails_is_left_alone_for_a_while() {
    let log = Log::one();
    let good = lines(&[cosigned(&log.checkpoint(9), NOW)]);
    let bad = answer(500, "");
    let liar = Liar::new(vec![bad.clone(), bad, good]).await;
    let asker = Asker::new(&liar.url(), one_key());
    for failures in 1..=2 {
        assert!(matches!(
            asker.offer(9, LONG).await,
            Err(WitnessError::Unavailable { .. })
        ));
        let Err(WitnessError::Resting { until }) = asker.offer(9, LONG).await else {
            panic!("it is asked again at once");
        };
        assert_eq!(liar.heard().len(), failures);
        asker.clock.advance(until - asker.clock.now() - 1);
        assert!(matches!(
            asker.offer(9, LONG).await,
            Err(WitnessError::Resting { .. })
        ));
        asker.clock.advance(1);
    }
    for _ in 0..3 {
        only(asker.offer(9, LONG).await).expect("it does well now");
    }
    // A rest that it asks for is kept.
    let header = "retry-after: 60\r\n".to_owned();
    let liar = Liar::new(vec![Act::Answer(429, header, Vec::new())]).await;
    let asker = Asker::new(&liar.url(), one_key());
    asker.offer(9, LONG).await.expect_err("busy");
    assert!(matches!(
        asker.offer(9, LONG).await,
        Err(WitnessError::Resting { until }) if until == NOW + 60
    ));
}

#[tokio::test]
async fn faults_of_ours_are_not_the_witnesss() {
    let (liar, log) = (Liar::new(vec![knows("5")]).await, Log::one());
    let asker = Asker::new(&liar.url(), one_key());
    let broken: Arc<dyn ProofSource> =
        Arc::new(|old: TreeSize| Err(format!("none from {old}").into()));
    let panics: Arc<dyn ProofSource> = Arc::new(|_: TreeSize| panic!("on purpose"));
    for source in [broken, panics] {
        let answers = asker.client.submit(&log.note(9), &source, LONG).await;
        assert!(
            matches!(
                answers,
                Err(WitnessError::Proof {
                    old: TreeSize(0),
                    ..
                })
            ),
            "{answers:?}"
        );
    }
    let (source, _) = proofs(&log, 9);
    let note: Note = log.sign("not a checkpoint\n");
    let answers = asker.client.submit(&note, &source, LONG).await;
    assert!(matches!(answers, Err(WitnessError::Request(_))));
    let long: Arc<dyn ProofSource> =
        Arc::new(|_: TreeSize| Ok(vec![undersigned::tlog::hash::empty_root(); 64]));
    let answers = asker.client.submit(&log.note(9), &long, LONG).await;
    assert!(matches!(answers, Err(WitnessError::Request(_))));
    assert!(liar.heard().is_empty());
    let answers = asker.offer(9, LONG).await;
    assert!(
        !matches!(answers, Err(WitnessError::Resting { .. })),
        "{answers:?}"
    );
}

#[test]
fn addresses_are_addresses() {
    let clock = Arc::new(ManualClock::new(NOW, 1));
    for url in [
        "",
        "witness.example",
        "ftp://a",
        "http://a?b",
        "http://a#b",
        "http://u@a",
    ] {
        assert!(
            WitnessClient::new(url, one_key(), clock.clone()).is_err(),
            "{url:?}"
        );
    }
}
