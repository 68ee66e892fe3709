//! kill -9, over and over: what was answered is never contradicted.
//!
//! The process that is killed is this test binary again, running `the_process_to_kill`.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use undersigned::clock::SystemClock;
use undersigned::keys::WitnessKeys;
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::note::{Note, NoteSignature};
use undersigned::tlog::witness::origin_hash;
use undersigned::witness::{Refusal, Witness};

use crate::house::{Place, logs};
use crate::log::Log;

const FOLDER: &str = "WITNESS_TO_KILL";
const LEAVES: usize = 200;
const ROUNDS: usize = 35;

fn log() -> Log {
    Log::new("log.example/one", 1, LEAVES)
}

fn open(state: &std::path::Path, key: &std::path::Path) -> Arc<Witness> {
    let keys = WitnessKeys::read(key).expect("the key file");
    let list = logs(&[&Log::new("log.example/one", 1, 0)]);
    let witness = Witness::open(state, keys, list, Arc::new(SystemClock));
    Arc::new(witness.expect("opens after every crash"))
}

/// Reads requests, one a line; says `persisted` when one is durable, and answers it only
/// when it is told to go on.
#[test]
#[ignore = "the process that the other tests here start and kill"]
fn the_process_to_kill() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        panic!("started by the other tests only");
    };
    let folder = std::path::PathBuf::from(folder);
    let witness = open(&folder.join("state"), &folder.join("keys/witness.key"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut lines = std::io::stdin().lock().lines();
    println!("ready");
    while let Some(Ok(line)) = lines.next() {
        let request = STANDARD.decode(line).expect("base64");
        let answer = runtime.block_on(witness.add_checkpoint(request));
        println!("persisted");
        let Some(Ok(_)) = lines.next() else { return };
        match answer {
            Ok(lines) => println!("answer {}", STANDARD.encode(lines)),
            Err(refusal) => println!("refused {refusal}"),
        }
    }
}

struct Victim {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Victim {
    fn start(place: &Place) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .args([
                "--exact",
                "crash::the_process_to_kill",
                "--ignored",
                "--nocapture",
            ])
            .env(FOLDER, place.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts");
        let to = child.stdin.take().expect("piped");
        let from = BufReader::new(child.stdout.take().expect("piped"));
        let mut victim = Self { child, to, from };
        victim.hear("ready");
        victim
    }

    fn send(&mut self, line: &str) {
        writeln!(self.to, "{line}").expect("it runs");
    }

    /// The rest of the next line that begins so; the test harness writes others.
    fn hear(&mut self, what: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.from.read_line(&mut line).expect("text"), 0, "it ended");
            if let Some((_, rest)) = line.trim_end().split_once(what) {
                return rest.trim_start().to_owned();
            }
        }
    }

    /// SIGKILL.
    fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ended");
    }
}

/// The size that the witness knows, from a checkpoint that verifies.
fn known(witness: &Witness, log: &Log) -> usize {
    let Some(latest) = witness.latest(&origin_hash(&log.origin)) else {
        return 0;
    };
    let note = Note::parse(&latest).expect("a note");
    let [ed25519, ml_dsa] = witness.vkeys();
    let verified = note
        .verify(&[&log.vkey(), &ed25519, &ml_dsa])
        .expect("verifies");
    assert_eq!(verified.signatures().len(), 3);
    let checkpoint = Checkpoint::of(&verified).expect("a checkpoint");
    let size = usize::try_from(checkpoint.size.0).expect("small");
    assert_eq!(checkpoint, log.checkpoint(size));
    size
}

#[test]
fn killed_between_persisting_and_answering() {
    let (place, log) = (Place::new(), log());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut old = 0;
    for round in 1..=ROUNDS {
        let new = old + round % 3 + 1;
        let mut victim = Victim::start(&place);
        victim.send(&STANDARD.encode(log.body(old, new)));
        victim.hear("persisted");
        victim.kill();

        let witness = open(&place.state(), &place.key());
        assert_eq!(known(&witness, &log), new, "round {round}");
        let ask = |body| runtime.block_on(witness.add_checkpoint(body));
        // The log did not hear the answer, and has grown another branch since.
        let fork = log.forked(old);
        let refused = ask(fork.body(old, new + 1)).expect_err("a fork");
        assert_eq!(refused.conflict().map(|size| size.0), Some(new as u64));
        let refused = ask(fork.body(new, new)).expect_err("a fork");
        assert!(matches!(refused, Refusal::Rule(_)) && refused.conflict().is_none());
        // It asks again, as the specification has it.
        let again = ask(log.body(new, new)).expect("the same checkpoint");
        let lines = NoteSignature::parse_lines(&again).expect("signature lines");
        assert_eq!(lines.len(), 2);
        old = new;
    }
}

#[test]
fn killed_at_any_moment() {
    let (place, log) = (Place::new(), log());
    let (mut answered, mut lost) = (0, 0);
    for round in 0..ROUNDS {
        let mut victim = Victim::start(&place);
        let first = answered;
        // So many are answered; the next one is under way when it is killed.
        for _ in 0..round % 4 {
            victim.send(&STANDARD.encode(log.body(answered, answered + 1)));
            victim.hear("persisted");
            victim.send("go on");
            assert!(!victim.hear("answer").is_empty());
            answered += 1;
        }
        victim.send(&STANDARD.encode(log.body(answered, answered + 1)));
        std::thread::sleep(std::time::Duration::from_micros(300 * round as u64));
        victim.kill();

        let witness = open(&place.state(), &place.key());
        let size = known(&witness, &log);
        assert!(
            size == answered || size == answered + 1,
            "{size} after {answered} were answered, from {first}"
        );
        lost += usize::from(size == answered);
        answered = size;
        let left = std::fs::read_dir(place.state().join("checkpoints")).expect("a folder");
        assert_eq!(
            left.count(),
            usize::from(size > 0),
            "nothing unfinished is left"
        );
    }
    // Both happened, or this test shows less than it says. The first round kills at once.
    assert!(lost > 0, "every kill came after the write");
}
