//! Damage to a data folder: everything is right, or it is refused with a message. Never
//! is anything shown that differs from what was acknowledged.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use undersigned::clock::{ManualClock, SystemClock, random};
use undersigned::protocol::ids::Tree;
use undersigned::store::disk::{DiskStore, Options};
use undersigned::store::{Store as _, StoreError};

use crate::engine::{SMALL, folder};
use crate::leaves::P;
use crate::steps::{Seen, Session, Step};

/// A data folder with something of everything in it, closed.
struct Site {
    folder: TempDir,
    /// How it looked before its last third.
    older: TempDir,
    older_truth: Seen,
    truth: Seen,
}

fn options(folder: &Path) -> Options {
    let mut options = Options::new(folder.join("data"), Arc::new(SystemClock));
    options.limits = SMALL;
    options
}

fn open(folder: &Path) -> Result<DiskStore, StoreError> {
    DiskStore::open(&options(folder))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

/// All files below a folder, relative to it.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(root).expect("below").to_owned());
            }
        }
    }
    files.sort();
    files
}

impl Site {
    fn new() -> Self {
        let steps: Vec<Step> = Step::sequence(11, 400)
            .into_iter()
            .filter(|step| *step != Step::Restart)
            .collect();
        let place = folder();
        let older = folder();
        let half = steps.len() / 3 * 2;
        let older_truth = Self::run(place.path(), &steps[..half]);
        copy(place.path(), older.path());
        let truth = Self::run(place.path(), &steps[half..]);
        Self {
            folder: place,
            older,
            older_truth,
            truth,
        }
    }

    /// Run steps, publish and let something wait; how it looks then.
    fn run(folder: &Path, steps: &[Step]) -> Seen {
        let store = Arc::new(open(folder).expect("it opens"));
        let mut session = Session::begin(store.clone()).expect("a lease");
        for step in steps {
            session.step(*step).expect("a step");
        }
        let last = [
            [24, 1, 0, 0],
            [0, 2, 150, 23],
            [8, 1, 9, 1],
            [0, 6, 100, 23],
        ];
        for bytes in last {
            session.step(Step::of(bytes)).expect("a step");
        }
        drop(session);
        let seen = Seen::of(&*store).expect("it is whole");
        assert!(Arc::into_inner(store).is_some());
        seen
    }

    /// A copy to damage.
    fn damaged(&self) -> TempDir {
        let to = folder();
        copy(self.folder.path(), to.path());
        to
    }

    /// Open a damaged folder: right, or refused with a message. Whether it was right.
    fn judge(&self, folder: &Path, what: &str) -> bool {
        let is_refusal = |error: &StoreError| {
            matches!(
                error,
                StoreError::Damaged { .. }
                    | StoreError::RolledBack { .. }
                    | StoreError::Version { .. }
            )
        };
        // What was damaged in sled may be noticed late; a restart then makes it again.
        let mut attempts = Vec::new();
        for _ in 0..2 {
            let seen = open(folder).and_then(|store| Seen::of(&store));
            match seen {
                Ok(seen) => {
                    assert!(seen == self.truth, "{what}: something else is shown");
                    return true;
                }
                Err(error) => {
                    assert!(is_refusal(&error), "{what}: {error}");
                    attempts.push(error.to_string());
                }
            }
        }
        let in_sled = what.starts_with("data/sled") || what.starts_with("data/index");
        assert!(!in_sled, "{what}: not made again: {attempts:?}");
        false
    }
}

fn below(limit: usize) -> usize {
    usize::try_from(u64::from_be_bytes(random(&SystemClock)) % limit as u64).expect("small")
}

/// How often each file is damaged.
fn rounds() -> usize {
    let rounds = std::env::var("UNDERSIGNED_DAMAGE_ROUNDS").ok();
    rounds.map_or(4, |rounds| rounds.parse().expect("a number"))
}

#[test]
fn flipped_bytes() {
    let site = Site::new();
    let mut refused = 0;
    for file in files(site.folder.path()) {
        for round in 0..rounds() {
            let damaged = site.damaged();
            let path = damaged.path().join(&file);
            let mut bytes = fs::read(&path).expect("the file");
            if bytes.is_empty() {
                continue;
            }
            // Most of a file of frames is room that was never used.
            let used = bytes
                .iter()
                .rposition(|byte| *byte != 0)
                .map_or(1, |last| last + 1);
            let at = below(if round == 0 { bytes.len() } else { used });
            bytes[at] ^= 1 << below(8);
            fs::write(&path, bytes).expect("the file");
            let what = format!("{}, byte {at} flipped", file.display());
            refused += usize::from(!site.judge(damaged.path(), &what));
        }
    }
    assert!(refused > 0, "some damage cannot be made good");
}

#[test]
fn cut_tails() {
    let site = Site::new();
    for file in files(site.folder.path()) {
        for _ in 0..rounds() {
            let damaged = site.damaged();
            let path = damaged.path().join(&file);
            let length = usize::try_from(fs::metadata(&path).expect("the file").len());
            let length = length.expect("small");
            if length == 0 {
                continue;
            }
            let to = below(length);
            let opened = fs::OpenOptions::new()
                .write(true)
                .open(&path)
                .expect("the file");
            opened.set_len(to as u64).expect("a cut");
            let what = format!("{}, cut from {length} to {to}", file.display());
            let is_right = site.judge(damaged.path(), &what);
            // What is derived is made again; runs of records are read only for that.
            let may_be_right = ["data/sled", "data/index", "data/lock", "data/state"]
                .iter()
                .any(|part| what.starts_with(part));
            assert!(may_be_right || !is_right, "{what}: nothing was missed");
        }
    }
}

#[test]
fn missing_files() {
    let site = Site::new();
    for file in files(site.folder.path()) {
        let damaged = site.damaged();
        fs::remove_file(damaged.path().join(&file)).expect("the file");
        site.judge(damaged.path(), &format!("{}, missing", file.display()));
    }
}

#[test]
fn sled_and_index_are_made_again() {
    let site = Site::new();
    let damaged = site.damaged();
    fs::remove_dir_all(damaged.path().join("data/sled")).expect("sled");
    assert!(site.judge(damaged.path(), "data/sled, deleted"));
    fs::remove_dir_all(damaged.path().join("data/index")).expect("the index");
    assert!(site.judge(damaged.path(), "data/index, deleted"));
    // sled refuses to open with a snapshot that it had not finished.
    let torn = damaged
        .path()
        .join("data/sled/snap.0000000000000123.generating");
    fs::write(torn, b"half").expect("a file");
    assert!(site.judge(damaged.path(), "data/sled, torn snapshot"));
    // Of another age than the logs.
    fs::remove_dir_all(damaged.path().join("data/sled")).expect("sled");
    copy(
        &site.older.path().join("data/sled"),
        &damaged.path().join("data/sled"),
    );
    assert!(site.judge(damaged.path(), "data/sled, older"));
    let aside = damaged.path().join("data/sled.damaged");
    assert!(aside.exists(), "it was moved aside");
    assert!(site.judge(damaged.path(), "data/sled, whole again"));
    assert!(!aside.exists(), "it went with the next good start");
}

#[test]
fn an_older_copy_of_any_part() {
    let site = Site::new();
    for part in [
        "anchor",
        "publications.log",
        "logs",
        "waiting",
        "state",
        "sled",
        "index",
        "keys",
    ] {
        let damaged = site.damaged();
        let (new, old) = (
            damaged.path().join("data").join(part),
            site.older.path().join("data").join(part),
        );
        if new.is_dir() {
            fs::remove_dir_all(&new).expect("a folder");
            copy(&old, &new);
        } else {
            fs::copy(old, new).expect("a copy");
        }
        let is_right = site.judge(damaged.path(), &format!("data/{part}, older"));
        let needs_no_refusal = ["sled", "index"].contains(&part);
        assert_eq!(is_right, needs_no_refusal, "{part}");
    }
}

#[test]
fn what_is_refused_is_left_as_it_was() {
    let site = Site::new();
    let parts = ["anchor", "publications.log"];
    for part in parts {
        let path = |folder: &Path| folder.join("data").join(part);
        let aside = site.folder.path().join(part);
        fs::rename(path(site.folder.path()), aside).expect("a file");
        fs::copy(path(site.older.path()), path(site.folder.path())).expect("a copy");
    }
    let refused = open(site.folder.path()).err().expect("a refusal");
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused}");
    for part in parts {
        let path = site.folder.path().join("data").join(part);
        fs::rename(site.folder.path().join(part), path).expect("a file");
    }
    assert!(site.judge(site.folder.path(), "data, as it was"));
}

#[test]
fn an_older_copy_of_the_whole_folder() {
    let site = Site::new();
    let copied = folder();
    let with_copy = |folder: &Path| {
        let mut options = options(folder);
        options.heads_copy = Some(copied.path().join("anchor"));
        DiskStore::open(&options)
    };
    drop(with_copy(site.folder.path()).expect("the newest folder"));
    // The folder alone cannot know.
    let older = site.older.path();
    let seen = Seen::of(&open(older).expect("it opens")).expect("it is whole");
    assert!(seen == site.older_truth);
    // Its copy elsewhere does.
    let refused = with_copy(older).err().expect("a refusal");
    assert!(
        matches!(refused, StoreError::RolledBack { .. }),
        "{refused}"
    );
    let empty = folder();
    let refused = with_copy(empty.path()).err().expect("a refusal");
    assert!(
        matches!(refused, StoreError::RolledBack { .. }),
        "{refused}"
    );
    drop(with_copy(site.folder.path()).expect("the newest folder"));
}

#[test]
fn newer_formats() {
    let site = Site::new();
    let mut kinds = 0;
    for file in files(site.folder.path()) {
        let damaged = site.damaged();
        let path = damaged.path().join(&file);
        let mut bytes = fs::read(&path).expect("the file");
        if !bytes.starts_with(b"undersgn") {
            continue;
        }
        kinds += 1;
        bytes[12..16].copy_from_slice(&2u32.to_be_bytes());
        let check = blake3::hash(&bytes[..80]);
        bytes[80..96].copy_from_slice(&check.as_bytes()[..16]);
        fs::write(&path, bytes).expect("the file");
        let refused = open(damaged.path()).err().expect("a refusal");
        let found = matches!(
            refused,
            StoreError::Version {
                found: 2,
                known: 1,
                ..
            }
        );
        assert!(found, "{}: {refused}", file.display());
    }
    assert!(kinds >= 7, "every kind of file has a version");
}

/// Anchor, publications, logs and state, copied in this order while the service runs.
#[test]
fn a_backup_of_what_is_not_derived() {
    let site = Site::new();
    let store = open(site.folder.path()).expect("it opens");
    let backup = folder();
    let data = backup.path().join("data");
    fs::create_dir_all(&data).expect("a folder");
    for part in ["anchor", "publications.log"] {
        fs::copy(site.folder.path().join("data").join(part), data.join(part)).expect("a copy");
    }
    for part in ["logs", "state"] {
        copy(
            &site.folder.path().join("data").join(part),
            &data.join(part),
        );
    }
    drop(store);
    let refused = open(backup.path()).err().expect("a refusal").to_string();
    assert!(refused.contains("accept_lost_waiting"), "{refused}");
    let mut options = options(backup.path());
    options.accept_lost_waiting = true;
    let restored = DiskStore::open(&options).expect("it opens");
    let seen = Seen::of(&restored).expect("it is whole");
    assert!(seen.is_published_as(&site.truth));
    let checked = restored.check().expect("it is whole");
    assert!(checked.entries > 100 && checked.records > 20);
}

#[test]
fn a_check_finds_what_nobody_reads() {
    let site = Site::new();
    let file = files(site.folder.path())
        .into_iter()
        .find(|file| file.extension().is_some_and(|e| e == "run") && file.starts_with("data/state"))
        .expect("a run of records");
    let path = site.folder.path().join(file);
    let mut bytes = fs::read(&path).expect("the run");
    bytes[200] ^= 1;
    fs::write(&path, bytes).expect("the run");
    let store = open(site.folder.path()).expect("it opens");
    let damaged = store.check().expect_err("damage").to_string();
    assert!(
        damaged.contains("data/state") && damaged.contains("byte 96"),
        "{damaged}"
    );
}

#[test]
fn a_second_process_is_locked_out() {
    let site = Site::new();
    let first = open(site.folder.path()).expect("it opens");
    let second = open(site.folder.path());
    assert!(matches!(second.err(), Some(StoreError::Locked(_))));
    drop(first);
    assert!(open(site.folder.path()).is_ok());
}

#[test]
fn an_operator_may_go_on_without_what_waited() {
    let site = Site::new();
    fs::remove_dir_all(site.folder.path().join("data/keys")).expect("keys");
    let refused = open(site.folder.path())
        .err()
        .expect("a refusal")
        .to_string();
    assert!(refused.contains("accept_lost_waiting"), "{refused}");
    let mut options = options(site.folder.path());
    options.accept_lost_waiting = true;
    let store = DiskStore::open(&options).expect("it opens");
    let waiting = Tree::ALL.map(|tree| store.waiting_count(P, tree).expect("count").0);
    assert_eq!(waiting, [0; 4]);
    let seen = Seen::of(&store).expect("it is whole");
    assert!(seen.is_published_as(&site.truth));
    drop(store);
    open(site.folder.path()).expect("once is enough");
}

#[test]
fn an_operator_may_go_on_without_state() {
    for with_sled in [true, false] {
        let site = Site::new();
        fs::remove_dir_all(site.folder.path().join("data/state")).expect("state");
        if !with_sled {
            fs::remove_dir_all(site.folder.path().join("data/sled")).expect("sled");
        }
        let refused = open(site.folder.path())
            .err()
            .expect("a refusal")
            .to_string();
        assert!(refused.contains("accept_lost_state"), "{refused}");
        let mut options = options(site.folder.path());
        options.accept_lost_state = true;
        let store = DiskStore::open(&options).expect("it opens");
        let seen = Seen::of(&store).expect("it is whole");
        assert!(seen.is_published_as(&site.truth));
        assert_eq!(seen == site.truth, with_sled, "sled has the records still");
        drop(store);
        let again = Seen::of(&open(site.folder.path()).expect("once is enough"));
        assert!(again.expect("it is whole") == seen);
    }
}

#[test]
fn an_operator_may_vouch_for_a_folder_without_anchor() {
    let site = Site::new();
    fs::remove_file(site.folder.path().join("data/anchor")).expect("the anchor");
    let refused = open(site.folder.path())
        .err()
        .expect("a refusal")
        .to_string();
    assert!(refused.contains("trust_folder"), "{refused}");
    let mut options = options(site.folder.path());
    options.trust_folder = true;
    options.clock = Arc::new(ManualClock::new(1_800_000_000, 1));
    let store = DiskStore::open(&options).expect("it opens");
    assert!(Seen::of(&store).expect("it is whole") == site.truth);
    assert!(store.take_lease().expect("a lease").0 > 1_800_000_000);
    drop(store);
    open(site.folder.path()).expect("once is enough");
}
