//! Every operation on the device fails, or the power does, at every point of a sequence;
//! what is found afterwards is what was acknowledged.

use std::fmt::Write as _;
use std::sync::Arc;

use tempfile::TempDir;
use undersigned::clock::SystemClock;
use undersigned::store::disk::{DiskStore, Options};
use undersigned::store::{MemoryStore, StoreError};

use crate::engine::{SMALL, folder};
use crate::sim::{Fault, SimFiles, Unsynced};
use crate::steps::{Seen, Session, Step};

/// A store on a device that fails, and the oracle.
struct Trial {
    folder: TempDir,
    files: SimFiles,
    disk: Option<Session>,
    memory: Session,
    oracle: Arc<MemoryStore>,
    /// What was done, to be told when something is wrong.
    story: String,
}

fn options(folder: &TempDir, files: &SimFiles) -> Options {
    let mut options = Options::new(folder.path().join("data"), Arc::new(SystemClock));
    options.heads_copy = Some(folder.path().join("copy").join("anchor"));
    options.limits = SMALL;
    options.files = Arc::new(files.clone());
    options
}

impl Trial {
    fn begin() -> Self {
        let folder = folder();
        let files = SimFiles::default();
        let store = DiskStore::open(&options(&folder, &files)).expect("a new store");
        let oracle = Arc::new(MemoryStore::new());
        Self {
            disk: Some(Session::begin(Arc::new(store)).expect("a lease")),
            memory: Session::begin(oracle.clone()).expect("a lease"),
            folder,
            files,
            oracle,
            story: String::new(),
        }
    }

    fn remember(&mut self, oracle: Arc<MemoryStore>) {
        self.memory = Session::begin(oracle.clone()).expect("a lease");
        self.oracle = oracle;
    }

    /// End the store, and open what the device has; it must look like one of the
    /// candidates, which becomes the truth.
    fn recover(&mut self, unsynced: Unsynced, candidates: Vec<Arc<MemoryStore>>) {
        self.disk = None;
        if self.files.is_off() {
            self.files = self.files.after_power_loss(unsynced);
        }
        self.files.repair();
        if let Unsynced::Torn(seed) = unsynced
            && seed.is_multiple_of(3)
        {
            // sled was on the same device.
            let sled = self.folder.path().join("data").join("sled");
            std::fs::remove_dir_all(sled).expect("sled was there");
        }
        let store = DiskStore::open(&options(&self.folder, &self.files));
        let store = store.unwrap_or_else(|error| panic!("{error}\n{}", self.story));
        let seen = Seen::of(&store).unwrap_or_else(|error| panic!("{error}\n{}", self.story));
        let found = candidates
            .into_iter()
            .find(|memory| Seen::of(&**memory).expect("memory does not fail") == seen);
        let truth = found.unwrap_or_else(|| panic!("neither before nor after\n{}", self.story));
        self.disk = Some(Session::begin(Arc::new(store)).expect("a lease"));
        self.remember(truth);
    }

    fn step(&mut self, step: Step, unsynced: Unsynced) {
        writeln!(self.story, "{step:?}").expect("a string");
        if step == Step::Restart {
            let same = Arc::new(self.oracle.restarted());
            self.recover(unsynced, vec![same]);
            return;
        }
        let before = Arc::new(self.oracle.restarted());
        let expected = self.memory.step(step).expect("memory does not fail");
        let disk = self.disk.as_mut().expect("it is open");
        match disk.step(step) {
            Ok(answer) => assert_eq!(answer, expected, "{}", self.story),
            Err(error) => {
                writeln!(self.story, "  {error}").expect("a string");
                let after = Arc::new(self.oracle.restarted());
                let is_stopped = matches!(error, StoreError::Stopped(_));
                let disk = self.disk.as_mut().expect("it is open");
                if !is_stopped && disk.unstage().is_ok() {
                    // The store goes on: then nothing happened.
                    self.remember(before);
                    return;
                }
                let candidates = if is_stopped {
                    vec![before]
                } else {
                    vec![before, after]
                };
                self.recover(unsynced, candidates);
            }
        }
    }
}

/// How many operations the device sees in a sequence.
fn operations(steps: &[Step]) -> u64 {
    let mut trial = Trial::begin();
    let before = trial.files.operations();
    for step in steps {
        trial.step(*step, Unsynced::Kept);
    }
    trial.files.operations() - before
}

fn run(steps: &[Step], at: u64, fault: Fault, unsynced: Unsynced) {
    let mut trial = Trial::begin();
    trial.story = format!("{fault:?} at {at}, {unsynced:?}\n");
    trial.files.break_at(at, fault);
    for step in steps {
        trial.step(*step, unsynced);
    }
    let same = Arc::new(trial.oracle.restarted());
    trial.recover(unsynced, vec![same]);
}

/// Rounds for each kind of fault; all points of a sequence with `UNDERSIGNED_FAULT_ROUNDS=0`.
fn rounds() -> u64 {
    let rounds = std::env::var("UNDERSIGNED_FAULT_ROUNDS").ok();
    rounds.map_or(10, |rounds| rounds.parse().expect("a number"))
}

fn sweep(seed: u64, fault: Fault, unsynced: impl Fn(u64) -> Unsynced) {
    let steps = Step::sequence(seed, 40);
    let count = operations(&steps);
    let stride = match rounds() {
        0 => 1,
        rounds => (count / rounds).max(1),
    };
    for at in (1 + seed % stride..=count).step_by(usize::try_from(stride).expect("small")) {
        run(&steps, at, fault, unsynced(at));
    }
}

#[test]
fn an_operation_that_fails_loses_nothing() {
    sweep(1, Fault::Fails, |_| Unsynced::Kept);
    sweep(2, Fault::FailsAfterwards, |_| Unsynced::Kept);
}

#[test]
fn power_loss_before_any_operation_loses_nothing() {
    sweep(3, Fault::PowerBefore, |_| Unsynced::Lost);
    sweep(4, Fault::PowerBefore, |_| Unsynced::Kept);
}

#[test]
fn power_loss_with_any_part_of_the_unsynced_loses_nothing() {
    sweep(5, Fault::PowerAfter, Unsynced::Torn);
    sweep(6, Fault::PowerBefore, Unsynced::Torn);
}

#[test]
fn the_first_start_may_be_interrupted_anywhere() {
    for at in 1..60 {
        let folder = folder();
        let files = SimFiles::default();
        files.break_at(at, Fault::PowerAfter);
        let opened = DiskStore::open(&options(&folder, &files));
        if opened.is_ok() && !files.is_off() {
            assert!(at > 10);
            break;
        }
        drop(opened);
        let files = files.after_power_loss(Unsynced::Torn(at));
        let store = DiskStore::open(&options(&folder, &files)).expect("a second start");
        let empty = Seen::of(&MemoryStore::new()).expect("memory does not fail");
        assert_eq!(Seen::of(&store).expect("a new store"), empty);
    }
}
