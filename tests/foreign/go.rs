//! In Go: what `golang.org/x/mod`, transparency-dev and torchwood make of a running
//! instance, a witness of theirs for our journal, and a log of theirs past our witness.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use undersigned::api::{Count, TallyEntry};
use undersigned::protocol::ids::Tree;
use undersigned::tlog::note::{NoteSigner, VerifierKey};

use crate::house::House;
use crate::site::Site;
use crate::support::ORIGIN;

const MISSING: &str = "Go is not installed: the foreign programs in Go are skipped";

/// The programs, built; `None` without a toolchain.
fn programs(folder: &Path) -> Option<[PathBuf; 2]> {
    if Command::new("go").arg("version").output().is_err() {
        assert!(std::env::var_os("UNDERSIGNED_CI").is_none(), "{MISSING}");
        eprintln!("{MISSING}");
        return None;
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign/go");
    let build = |package: &str, name: &str| {
        let program = folder.join(name);
        let status = Command::new("go")
            .args(["build", "-o"])
            .arg(&program)
            .arg(package)
            .current_dir(&sources)
            .status();
        assert!(status.expect("go runs").success(), "{package} builds");
        program
    };
    let witness = "filippo.io/torchwood/cmd/litewitness";
    Some([build(".", "foreign"), build(witness, "litewitness")])
}

/// Ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn succeed(command: &mut Command) -> String {
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
    said
}

/// A foreign witness that knows our journal: its key and address.
async fn litewitness(
    [foreign, program]: &[PathBuf; 2],
    folder: &Path,
    log: &VerifierKey,
) -> (VerifierKey, SocketAddr, [Running; 2]) {
    let socket = folder.join("agent.sock");
    let mut agent = Command::new(foreign)
        .arg("agent")
        .arg(&socket)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the agent starts");
    let mut fingerprint = String::new();
    let mut said = BufReader::new(agent.stdout.take().expect("piped"));
    said.read_line(&mut fingerprint).expect("a fingerprint");
    let agent = Running(agent);
    // A port that was free a moment ago.
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = free.local_addr().expect("bound");
    drop(free);
    let database = folder.join("litewitness.db");
    let mut witness = Command::new(program)
        .args(["-name", "foreign.example/litewitness", "-key"])
        .arg(fingerprint.trim())
        .arg("-ssh-agent")
        .arg(&socket)
        .arg("-db")
        .arg(&database)
        .arg("-listen")
        .arg(address.to_string())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the witness starts");
    let mut lines = BufReader::new(witness.stderr.take().expect("piped")).lines();
    let witness = Running(witness);
    let key = lines
        .by_ref()
        .map(|line| line.expect("text"))
        .find_map(|line| {
            let (_, key) = line.split_once("vkey=")?;
            key.trim_matches('"').parse().ok()
        });
    // What it says from here on is nobody's; the pipe must not fill.
    std::thread::spawn(move || lines.for_each(drop));
    let key = key.expect("it names its key");
    succeed(
        Command::new(foreign)
            .arg("introduce")
            .arg(&database)
            .args([ORIGIN, &log.to_string()]),
    );
    while tokio::net::TcpStream::connect(address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (key, address, [agent, witness])
}

/// Leaves beyond one full tile.
const SIGNERS: u64 = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn go_programs_verify_a_running_instance() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(programs) = programs(folder.path()) else {
        return;
    };
    let mut house = House::new();
    house.witness("ours").await;
    let log = house.keys.vkeys()[0].clone();
    let (key, address, _running) = litewitness(&programs, folder.path(), &log).await;
    house.know("theirs", &key, address);
    house.policy += "group both all ours theirs\nquorum both\n";
    let site = Site::with(house.setup(600_000)).await;
    site.sign(0..SIGNERS / 2).await;
    site.publish_all().await;
    site.sign(SIGNERS / 2..SIGNERS).await;
    site.publish_all().await;
    let count = shown(&site, SIGNERS).await;
    let instance = describe(&site, &house, &count).await;
    let mut judge = Command::new(&programs[0])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the judge starts");
    let mut stdin = judge.stdin.take().expect("piped");
    stdin
        .write_all(instance.to_string().as_bytes())
        .expect("it listens");
    drop(stdin);
    let output = tokio::task::spawn_blocking(move || judge.wait_with_output()).await;
    let output = output.expect("no panic").expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    print!("{said}");
    assert!(output.status.success(), "{said}{errors}");
    for module in [
        "golang.org/x/mod/sumdb/note",
        "golang.org/x/mod/sumdb/tlog",
        "transparency-dev/formats",
        "transparency-dev/merkle",
        "transparency-dev/tessera fsck",
        "filippo.io/torchwood",
    ] {
        assert!(said.contains(module), "{module} checked nothing: {said}");
    }
    assert!(
        said.contains("checkpoint, 3 cosignatures"),
        "ours, theirs, and the log's own ML-DSA: {said}"
    );
}

/// The count once this many signatures are shown.
async fn shown(site: &Site, signatures: u64) -> Count {
    for _ in 0..3000 {
        let count: Count = site.get(&site.of("/count")).await.json();
        if count.count == signatures {
            return count;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the publication is not shown");
}

/// What the Go programs get to know: addresses, keys, and a policy.
async fn describe(site: &Site, house: &House, count: &Count) -> Value {
    let [ed25519, ml_dsa] = house.keys.vkeys().map(|key| key.to_string());
    let policy: undersigned::tlog::policy::Policy = house.policy.parse().expect("a policy");
    let witnesses: Vec<String> = policy
        .witnesses()
        .iter()
        .map(|witness| witness.key.to_string())
        .collect();
    let mut logs = vec![json!({
        "origin": ORIGIN, "url": site.url("/"), "ed25519": ed25519, "ml_dsa": ml_dsa,
        "witnesses": witnesses,
    })];
    let petition = site.petition();
    for tree in [Tree::Roll, Tree::Signatures] {
        logs.push(json!({
            "origin": petition.manifest.tree_origin(tree),
            "url": site.url(&format!("/{}/{tree}/", site.id)),
            "ed25519": petition.tree_signer(tree).vkey().to_string(),
        }));
    }
    let tallies: undersigned::api::Page<TallyEntry> = site.get(&site.of("/tallies")).await.json();
    assert_eq!(tallies.items.len(), 2);
    let mut consistency = Vec::new();
    for from in [1, 7, SIGNERS / 2] {
        let path = format!("/trees/signatures/consistency?from={from}&to={SIGNERS}");
        let answer: Value = site.get(&site.of(&path)).await.json();
        consistency.push(json!({
            "From": from, "To": SIGNERS, "Path": answer["path"],
            "FromRoot": answer["from"]["root"], "ToRoot": answer["to"]["root"],
        }));
    }
    json!({
        "logs": logs, "policy": house.policy, "consistency": consistency,
        "proofs": [{ "entry": count.tally, "proof": count.proof }],
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_witness_cosigns_a_log_written_in_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some([foreign, _]) = programs(folder.path()) else {
        return;
    };
    let signer = NoteSigner::new("foreign.example/log", &[5; 32]).expect("a name");
    let mut house = House::new();
    house.policy.clear();
    house.knows(signer.vkey(), "foreign.example/log");
    house.witness("ours").await;
    house.policy += "quorum ours\n";
    let policy = house.policy_file();
    let log = folder.path().join("log");
    let key = signer.to_secret_text().to_string();
    let work = move || {
        succeed(
            Command::new(foreign)
                .arg("log")
                .args([&log, Path::new(&key), &policy]),
        )
    };
    let said = tokio::task::spawn_blocking(work).await.expect("no panic");
    print!("{said}");
    assert_eq!(said.matches("cosigned by our witness").count(), 2, "{said}");
}
