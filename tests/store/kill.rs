//! A child under load is killed at random moments; what it had acknowledged is there
//! when the folder is opened again, and nothing is half there.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use undersigned::clock::{SystemClock, random};
use undersigned::protocol::ids::Tree;
use undersigned::store::committer::Committer;
use undersigned::store::disk::{DiskStore, Options};
use undersigned::store::{Change, Head, LogId, Space, Store, Waiting};

use crate::engine::{SMALL, Writer};
use crate::leaves::{P, head_of, key, leaf, signed};

const FOLDER: &str = "UNDERSIGNED_KILL_FOLDER";
const FIRST: &str = "UNDERSIGNED_KILL_FIRST";
const SPACE: Space = Space("signers");
const TREES: [Tree; 2] = [Tree::Roll, Tree::Signatures];

fn options(folder: &Path) -> Options {
    let mut options = Options::new(folder.join("data"), Arc::new(SystemClock));
    options.heads_copy = Some(folder.join("copy"));
    options.limits = SMALL;
    options
}

/// Signer `n`: a leaf in each tree and a record, all or nothing.
fn signer(n: u64) -> Change {
    Change {
        accept: TREES
            .map(|tree| (P, tree, Waiting::new(leaf(tree, n), n)))
            .to_vec(),
        put: vec![(SPACE, n.to_be_bytes().to_vec(), vec![1; 100])],
        ..Change::default()
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .expect("the parent listens");
}

fn tally(heads: &[(LogId, Head)]) -> String {
    let line = |(log, head): &(LogId, Head)| format!("{log} {} {}\n", head.size, head.root);
    heads.iter().map(line).collect::<Vec<_>>().concat()
}

/// Stage everything that waits, and a tally, and publish.
fn publish(writer: &Writer) {
    let store = &writer.store;
    let mut heads = Vec::new();
    let mut all = Vec::new();
    for tree in TREES {
        let log = LogId::Tree(P, tree);
        let mut waiting = store.waiting(P, tree, 500).expect("waiting");
        waiting.sort_by_key(|w| w.hash);
        let leaves: Vec<Vec<u8>> = waiting.into_iter().map(|w| w.leaf).collect();
        let head = store.stage(writer.epoch, log, &leaves).expect("staging");
        all.push((log, head));
        if !leaves.is_empty() {
            heads.push((log, head));
        }
    }
    let tally = tally(&all).into_bytes();
    let journal = store
        .stage(writer.epoch, LogId::Journal, &[tally])
        .expect("staging");
    heads.push((LogId::Journal, journal));
    let list = heads
        .iter()
        .map(|(log, head)| (*log, signed(*head)))
        .collect();
    store.publish(writer.epoch, list).expect("publication");
    for (log, head) in heads {
        say(&format!("published {log} {} {}", head.size, head.root));
    }
}

/// Not a test of its own: what the child does until it is killed.
#[test]
fn child() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let first: u64 = std::env::var(FIRST)
        .ok()
        .and_then(|n| n.parse().ok())
        .expect("a number");
    let store = Arc::new(DiskStore::open(&options(Path::new(&folder))).expect("it opens"));
    let epoch = store.take_lease().expect("a lease");
    let committer = Committer::start(store.clone(), epoch);
    let next = Arc::new(AtomicU64::new(first));
    say("ready");
    for _ in 0..4 {
        let (committer, next) = (committer.clone(), next.clone());
        std::thread::spawn(move || {
            loop {
                let n = next.fetch_add(1, Ordering::SeqCst);
                let verdict = committer.commit_blocking(signer(n));
                verdict.expect("a verdict").expect("a new signer");
                say(&format!("accepted {n}"));
            }
        });
    }
    let writer = Writer { store, epoch };
    loop {
        std::thread::sleep(Duration::from_millis(20));
        publish(&writer);
    }
}

/// What the child has said.
#[derive(Default)]
struct Heard {
    accepted: Vec<u64>,
    published: BTreeMap<String, Vec<(u64, String)>>,
}

impl Heard {
    fn line(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["accepted", n] => self.accepted.extend(n.parse::<u64>()),
            // A line that the kill has cut short lacks its root or has a shorter one.
            ["published", log, size, root] if root.len() == 44 => {
                let size = size.parse().expect("a size");
                let heads = self.published.entry(log.to_owned()).or_default();
                heads.push((size, root.to_owned()));
            }
            _ => {}
        }
    }
}

fn spawn(folder: &Path, first: u64) -> Child {
    Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "kill::child", "--nocapture"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child")
}

/// Let a child run and kill it; what it said, whole lines only.
fn round(folder: &Path, first: u64, at_start: bool) -> Heard {
    let mut child = spawn(folder, first);
    let lines = BufReader::new(child.stdout.take().expect("a pipe"));
    let heard = Arc::new(Mutex::new((Heard::default(), false)));
    let listener = {
        let heard = heard.clone();
        std::thread::spawn(move || {
            for line in lines.split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line);
                let mut heard = heard.lock().expect("no holder panics");
                heard.1 |= line == "ready";
                heard.0.line(&line);
            }
        })
    };
    let [a, b] = random::<2>(&SystemClock);
    let wait = u64::from(u16::from_be_bytes([a, b]));
    if at_start {
        std::thread::sleep(Duration::from_micros(wait * 4));
    } else {
        while !heard.lock().expect("no holder panics").1 {
            let ended = child.try_wait().expect("a child");
            assert!(ended.is_none(), "the child ended by itself");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(wait * 10));
    }
    let ended = child.try_wait().expect("a child");
    assert!(ended.is_none(), "the child ended by itself");
    child.kill().expect("it was running");
    child.wait().expect("it is dead");
    listener.join().expect("no panic");
    let heard = Arc::into_inner(heard).expect("the listener has ended");
    heard.into_inner().expect("no holder panics").0
}

/// Check the folder against all that was ever acknowledged; the number after the last.
fn check(folder: &Path, accepted: &[u64], published: &BTreeMap<String, Vec<(u64, String)>>) -> u64 {
    let store = DiskStore::open(&options(folder)).expect("it opens after a kill");
    let records = store.scan(SPACE, b"", None, usize::MAX).expect("records");
    let number = |key: &[u8]| u64::from_be_bytes(key.try_into().expect("8 bytes"));
    let there: Vec<u64> = records.iter().map(|(key, _)| number(key)).collect();
    for n in accepted {
        assert!(
            there.binary_search(n).is_ok(),
            "signer {n} was acknowledged and is lost"
        );
    }
    for tree in TREES {
        let log = LogId::Tree(P, tree);
        let waiting = store.waiting_count(P, tree).expect("count").0;
        let head = store.head(log).expect("head");
        let size = head.map_or(0, |head| head.head.size);
        assert_eq!(
            size + waiting,
            there.len() as u64,
            "{tree}: as many leaves as records"
        );
        for n in &there {
            let found = store.find(P, tree, &key(tree, *n)).expect("a search");
            assert!(found.is_some(), "signer {n} is half there");
        }
    }
    let mut heads = Vec::new();
    for log in [LogId::Journal]
        .into_iter()
        .chain(TREES.map(|tree| LogId::Tree(P, tree)))
    {
        let leaves = store.leaves(log, 0, usize::MAX).expect("leaves");
        let head = store
            .head(log)
            .expect("head")
            .map_or(head_of(&[]), |head| head.head);
        assert_eq!(head_of(&leaves), head, "{log}");
        for (size, root) in published.get(&log.to_string()).into_iter().flatten() {
            let size = usize::try_from(*size).expect("small");
            assert!(size <= leaves.len(), "{log}: a published head is lost");
            assert_eq!(
                head_of(&leaves[..size]).root.to_string(),
                *root,
                "{log}: another history"
            );
        }
        heads.push((log, head));
    }
    if let Some(size) = heads[0].1.size.checked_sub(1) {
        let last = store
            .leaves(LogId::Journal, size, 1)
            .expect("the last tally");
        let last = String::from_utf8(last[0].clone()).expect("text");
        assert_eq!(
            last,
            tally(&heads[1..]),
            "the trees and the tally belong together"
        );
    }
    there.last().map_or(0, |last| last + 1)
}

#[test]
fn a_kill_at_any_moment_loses_nothing() {
    let rounds = std::env::var("UNDERSIGNED_KILL_ROUNDS").ok();
    let rounds: u64 = rounds.map_or(20, |rounds| rounds.parse().expect("a number"));
    let (mut signers, mut publications) = (0, 0);
    for start in (0..rounds).step_by(10) {
        // A new folder now and then, so that checking stays quick.
        let folder = tempfile::tempdir().expect("a folder");
        let mut accepted = Vec::new();
        let mut published: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
        let mut next = 0;
        for n in start..(start + 10).min(rounds) {
            let heard = round(folder.path(), next, n % 4 == 3);
            signers += heard.accepted.len();
            accepted.extend(heard.accepted);
            for (log, heads) in heard.published {
                publications += heads.len();
                published.entry(log).or_default().extend(heads);
            }
            next = check(folder.path(), &accepted, &published);
        }
    }
    println!("{rounds} kills: {signers} signers and {publications} heads acknowledged, none lost");
    assert!(
        signers > 0 && publications > 0,
        "the children did something"
    );
}
