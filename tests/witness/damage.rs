//! What a witness finds when it starts: remains of a crash, which are harmless, and
//! damage, with which it does not start.

use std::fs;
use std::path::Path;

use undersigned::keys::{KeyFileError, WitnessKeys};
use undersigned::witness::{Damage, LogList, StateError, Witness, create};

use crate::house::{House, NAME, Place, logs};
use crate::log::Log;

/// A witness that cosigned both logs, and has stopped.
async fn seasoned(one: &Log, two: &Log) -> Place {
    let house = House::new(&[one, two]).await;
    for log in [one, two] {
        assert_eq!(house.post(log.body(0, 9)).await.status, 200);
    }
    house.server.stop().await;
    house.place
}

fn two() -> Log {
    Log::new("log.example/two", 2, 64)
}

/// Whether it starts, and if so that it still knows both logs.
fn start(place: &Place) -> Result<(), StateError> {
    let (one, two) = (Log::one(), two());
    let witness = place.open(logs(&[&one, &two]))?;
    for log in [&one, &two] {
        let hash = undersigned::tlog::witness::origin_hash(&log.origin);
        let latest = witness.latest(&hash).expect("remembered");
        assert!(latest.starts_with(log.checkpoint(9).to_string().as_bytes()));
    }
    Ok(())
}

#[tokio::test]
async fn remains_of_a_crash_are_cleared_away() {
    let (one, two) = (Log::one(), two());
    let place = seasoned(&one, &two).await;
    let state = place.state();
    let known = fs::read(state.join("known")).expect("known logs");
    assert_eq!(known.len(), 130);
    // Killed while the file was written.
    let unfinished = state.join("checkpoints/.unfinished-x1");
    fs::write(
        &unfinished,
        &fs::read(place.checkpoint(&one)).expect("a file")[..99],
    )
    .expect("written");
    // Killed between the file and its log's name, and at every byte of the name.
    for end in 0..known.len() {
        fs::write(state.join("known"), &known[..end]).expect("written");
        start(&place).unwrap_or_else(|e| panic!("{end} bytes of names: {e}"));
        let mut names: Vec<_> = known.chunks(65).collect();
        names.sort_unstable();
        let again = fs::read(state.join("known")).expect("known logs");
        let mut found: Vec<_> = again.chunks(65).collect();
        found.sort_unstable();
        assert_eq!(found, names, "{end} bytes of names");
    }
    assert!(!unfinished.exists());
}

#[tokio::test]
async fn lost_files_are_noticed() {
    let (one, two) = (Log::one(), two());
    for lost in ["witness", "known", "checkpoints", "checkpoints/one"] {
        let place = seasoned(&one, &two).await;
        let path = match lost {
            "checkpoints/one" => place.checkpoint(&one),
            name => place.state().join(name),
        };
        fs::rename(&path, place.folder.path().join("lost")).expect("moved");
        let error = start(&place).expect_err(lost);
        match lost {
            "witness" => assert!(matches!(error, StateError::Absent(_)), "{error}"),
            "checkpoints" => assert!(matches!(error, StateError::Io { .. }), "{error}"),
            _ => assert!(matches!(error, StateError::Missing(p) if p == path)),
        }
        fs::rename(place.folder.path().join("lost"), &path).expect("moved back");
        start(&place).expect("it is as it was");
    }
    // Also where the log is not in the list any more.
    let place = seasoned(&one, &two).await;
    fs::remove_file(place.checkpoint(&one)).expect("removed");
    assert!(matches!(
        place.open(LogList::default()),
        Err(StateError::Missing(_))
    ));
}

#[tokio::test]
async fn every_changed_byte_is_noticed() {
    let (one, two) = (Log::one(), two());
    let place = seasoned(&one, &two).await;
    let path = place.checkpoint(&one);
    let good = fs::read(&path).expect("a file");
    let mut bad = Vec::new();
    // Most of it is one long signature, whose bytes are all alike.
    for at in (0..600).chain((600..good.len()).step_by(37)) {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bad.push((format!("byte {at} changed"), bytes));
    }
    for end in (0..good.len()).step_by(101) {
        bad.push((format!("cut after {end} bytes"), good[..end].to_vec()));
    }
    bad.push(("a byte more".to_owned(), [&good[..], b"\n"].concat()));
    bad.push(("zeros".to_owned(), vec![0; good.len()]));
    for (what, bytes) in bad {
        fs::write(&path, bytes).expect("written");
        let error = start(&place).expect_err(&what);
        assert!(
            matches!(error, StateError::Damaged { .. }),
            "{what}: {error}"
        );
    }
    for name in ["known", "witness"] {
        fs::write(&path, &good).expect("written");
        let path = place.state().join(name);
        let good = fs::read(&path).expect("a file");
        for at in (0..200.min(good.len())).chain((200..good.len()).step_by(53)) {
            let mut bytes = good.clone();
            bytes[at] ^= 1;
            fs::write(&path, bytes).expect("written");
            let error = start(&place).expect_err(name);
            let expected = match name {
                "known" => matches!(error, StateError::Damaged { .. } | StateError::Missing(_)),
                _ => matches!(error, StateError::Format(_) | StateError::OtherWitness(_)),
            };
            assert!(expected, "{name}, byte {at}: {error}");
        }
        fs::write(&path, good).expect("written");
        start(&place).expect("it is as it was");
    }
}

/// The file's bytes with a checksum that fits them.
fn summed(note: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    let sum = hex::encode(sha2::Sha256::digest(note));
    [
        format!("undersigned/witness-checkpoint/v1 {sum}\n").as_bytes(),
        note,
    ]
    .concat()
}

#[tokio::test]
async fn a_file_that_is_whole_and_not_ours_is_noticed() {
    let (one, two) = (Log::one(), two());
    let place = seasoned(&one, &two).await;
    let path = place.checkpoint(&one);
    let good = fs::read(&path).expect("a file");
    let damage = |bytes: &[u8]| {
        fs::write(&path, bytes).expect("written");
        match start(&place) {
            Err(StateError::Damaged {
                damage,
                path: found,
            }) => {
                assert_eq!(found, path);
                damage
            }
            other => panic!("{other:?}"),
        }
    };
    let other_log = fs::read(place.checkpoint(&two)).expect("a file");
    assert_eq!(damage(&other_log), Damage::OtherLog);
    // An older checkpoint in the text, the signatures left as they are.
    let split = good.iter().position(|byte| *byte == b'\n').expect("a line") + 1;
    let note = std::str::from_utf8(&good[split..]).expect("text");
    assert_eq!(summed(note.as_bytes()), good);
    let older = note.replacen("\n9\n", "\n8\n", 1);
    assert_eq!(damage(&summed(older.as_bytes())), Damage::Cosignature);
    assert_eq!(
        damage(&summed(&one.note(9).to_bytes())),
        Damage::Cosignature
    );
    // What another witness cosigned.
    let other = WitnessKeys::new(NAME, &undersigned::clock::ManualClock::new(1, 99)).expect("keys");
    let lines = other.cosign(&one.checkpoint(9), "", 5).to_vec();
    let foreign = one.note(9).with_signatures(lines).expect("a note");
    assert_eq!(damage(&summed(&foreign.to_bytes())), Damage::Cosignature);
    fs::write(&path, good).expect("written");
    start(&place).expect("it is as it was");
}

#[tokio::test]
async fn files_of_others_are_not_guessed_at() {
    let (one, two) = (Log::one(), two());
    let place = seasoned(&one, &two).await;
    let strange = place.state().join("checkpoints/README");
    fs::write(&strange, "hello").expect("written");
    assert!(matches!(start(&place), Err(StateError::Stranger(path)) if path == strange));
    fs::remove_file(strange).expect("removed");
    let name = place.checkpoint(&one);
    let upper = name.with_file_name("AB".repeat(32));
    fs::copy(&name, &upper).expect("copied");
    assert!(matches!(start(&place), Err(StateError::Stranger(path)) if path == upper));
}

#[tokio::test]
async fn a_folder_serves_one_process() {
    let (one, two) = (Log::one(), two());
    let place = seasoned(&one, &two).await;
    let first = place.open(logs(&[&one])).expect("opens");
    let again = || place.open(logs(&[&one]));
    assert!(matches!(again(), Err(StateError::Locked(path)) if path == place.state()));
    assert!(matches!(
        create(&place.state(), &place.keys()),
        Err(StateError::Locked(_))
    ));
    drop(first);
    again().expect("it is free");
}

#[tokio::test]
async fn a_memory_is_begun_once_and_belongs_to_one_key() {
    let (one, two) = (Log::one(), two());
    let place = seasoned(&one, &two).await;
    let other =
        || WitnessKeys::new(NAME, &undersigned::clock::ManualClock::new(1, 99)).expect("keys");
    let begun = create(&place.state(), &other());
    assert!(matches!(begun, Err(StateError::Exists(_))), "it cosigned");
    let open =
        |path: &Path, keys| Witness::open(path, keys, LogList::default(), place.clock.clone());
    let refused = open(&place.state(), other());
    assert!(matches!(refused, Err(StateError::OtherWitness(_))));
    let nowhere = place.folder.path().join("nowhere");
    assert!(matches!(
        open(&nowhere, place.keys()),
        Err(StateError::Absent(_))
    ));
    assert!(!nowhere.exists(), "looking does not begin one");
    // Broken off before the key was written, it can be begun again.
    create(&nowhere, &other()).expect("begun");
    create(&nowhere, &place.keys()).expect("nothing was cosigned there");
    open(&nowhere, place.keys()).expect("opens");
}

#[test]
fn key_files_are_their_owners_alone_and_never_replaced() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&place.key()), 0o600);
    assert!(matches!(
        place.keys().create(&place.key()),
        Err(KeyFileError::Io { .. })
    ));
    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o640)).expect("changed");
    assert!(matches!(
        WitnessKeys::read(&place.key()),
        Err(KeyFileError::Exposed(_))
    ));
    fs::set_permissions(place.key(), fs::Permissions::from_mode(0o600)).expect("changed");
    let text = fs::read_to_string(place.key()).expect("text");
    fs::write(place.key(), text.replace("ed25519", "ed25518")).expect("written");
    assert!(matches!(
        WitnessKeys::read(&place.key()),
        Err(KeyFileError::Malformed { .. })
    ));
    let missing = place.key().with_file_name("none");
    assert!(matches!(
        WitnessKeys::read(&missing),
        Err(KeyFileError::Io { .. })
    ));
}

#[tokio::test]
async fn proof_of_a_fork_is_kept() {
    let log = Log::one();
    let house = House::new(&[&log]).await;
    assert_eq!(house.post(log.body(0, 9)).await.status, 200);
    let folder = house.place.state().join("evidence");
    // Neither a wrong proof nor a conflict proves anything.
    house
        .post(Log::forced(9, vec![], log.forked(3).note(12)))
        .await;
    house.post(log.forked(3).body(4, 7)).await.conflicts(9);
    assert!(!folder.exists());
    for from in 0..9 {
        let answer = house.post(log.forked(from).body(9, 9)).await;
        assert_eq!(answer.status, 422);
        let answer = house.post(log.forked(from).body(3, 9)).await;
        answer.conflicts(9);
    }
    let logs: Vec<_> = fs::read_dir(&folder).expect("kept").collect();
    assert_eq!(logs.len(), 1);
    let log_folder = logs[0].as_ref().expect("an entry").path();
    let pairs: Vec<_> = fs::read_dir(log_folder).expect("kept").collect();
    assert_eq!(pairs.len(), 9, "each once");
    for pair in pairs {
        let pair = pair.expect("an entry").path();
        let note = |name| {
            let bytes = fs::read(pair.join(name)).expect("a note");
            let note = undersigned::tlog::note::Note::parse(&bytes).expect("parses");
            note.verify(&[&log.vkey()])
                .expect("the log signed")
                .text()
                .to_owned()
        };
        let (cosigned, refused) = (note("cosigned"), note("refused"));
        assert_eq!(cosigned, log.checkpoint(9).to_string());
        assert!(refused != cosigned && refused.starts_with("log.example/one\n9\n"));
    }
    for from in 9..40 {
        let mut text = log.checkpoint(9);
        text.root = undersigned::tlog::hash::leaf_hash(&[from]);
        let body = Log::forced(9, vec![], log.sign(&text.to_string()));
        assert_eq!(house.post(body).await.status, 422);
    }
    let log_folder = fs::read_dir(&folder)
        .expect("kept")
        .next()
        .expect("one")
        .expect("an entry");
    assert_eq!(
        fs::read_dir(log_folder.path()).expect("kept").count(),
        16,
        "and no more"
    );
    house.server.stop().await;
    let witness = house
        .place
        .open(logs_of(&log))
        .expect("evidence is no obstacle");
    drop(witness);
}

fn logs_of(log: &Log) -> LogList {
    logs(&[log])
}
