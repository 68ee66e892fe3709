//! `follower`: the mirror is the instance, what was replayed is cosigned, and whatever is
//! wrong is said once.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::Value;
use undersigned::auditor::{Report, Unobserved, Verdict, audit};
use undersigned::client::tiles::{HttpTiles, LogFile, TileSource, TileSourceError};
use undersigned::client::webhook::Webhook;
use undersigned::clock::ManualClock;
use undersigned::door::TrustedProxies;
use undersigned::follower::{FollowDoors, FollowOptions, FollowServer, Follower, Standing};
use undersigned::protocol::evidence::Evidence;
use undersigned::protocol::ids::Tree;
use undersigned::store::LogId;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::Note;
use undersigned::tlog::policy::Policy;
use undersigned::tlog::witness::origin_hash;

use crate::forger::files::Files;
use crate::forger::{Forger, journal_vkeys};
use crate::run::{NOW, options, proven, run};

/// Public files that a test replaces while somebody watches; `None`: nobody answers.
#[derive(Clone, Default)]
struct Instance(Arc<Mutex<Option<Files>>>, &'static str);

impl Instance {
    fn of(forger: &Forger) -> Self {
        let instance = Self::default();
        instance.serve(forger);
        instance
    }

    fn serve(&self, forger: &Forger) {
        *self.0.lock().expect("no holder panics") = Some(forger.files());
    }

    fn change(&self, change: impl FnOnce(&mut Files)) {
        let mut files = self.0.lock().expect("no holder panics");
        change(files.as_mut().expect("served"));
    }

    fn called(mut self, name: &'static str) -> Self {
        self.1 = name;
        self
    }

    fn vanish(&self) {
        *self.0.lock().expect("no holder panics") = None;
    }
}

impl TileSource for Instance {
    fn read(
        &self,
        log: LogId,
        file: LogFile,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, TileSourceError> {
        let files = self.0.lock().expect("no holder panics").clone();
        match files {
            Some(files) => files.read(log, file, limit),
            None => Err(TileSourceError::Io {
                path: "nowhere".into(),
                source: std::io::ErrorKind::ConnectionRefused.into(),
            }),
        }
    }

    fn parallel(&self) -> usize {
        2
    }

    fn lag(&self) -> Option<Duration> {
        None
    }

    fn name(&self) -> String {
        format!("memory {}", self.1)
    }
}

/// A follower's folder and its clock.
struct Home {
    folder: tempfile::TempDir,
    clock: Arc<ManualClock>,
    name: Option<String>,
    expect: Option<u64>,
    resume: bool,
    webhook: Option<Webhook>,
}

impl Home {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            clock: Arc::new(ManualClock::new(NOW, 7)),
            name: None,
            expect: None,
            resume: false,
            webhook: None,
        }
    }

    fn open(&self, source: &Instance, peers: Vec<Box<dyn TileSource>>) -> Follower {
        let options = FollowOptions {
            state: self.folder.path().to_owned(),
            name: self.name.clone(),
            keys: journal_vkeys("a.example").to_vec(),
            policy: None,
            jobs: 2,
            expect: self.expect,
            patience: 2,
            resume: self.resume,
        };
        let source = Box::new(source.clone());
        Follower::open(source, peers, options, self.clock.clone()).expect("opens")
    }

    async fn start(&self, source: &Instance) -> FollowServer {
        self.start_beside(source, Vec::new()).await
    }

    async fn start_beside(
        &self,
        source: &Instance,
        peers: Vec<Box<dyn TileSource>>,
    ) -> FollowServer {
        let doors = FollowDoors {
            listen: ([127, 0, 0, 1], 0).into(),
            metrics: Some(([127, 0, 0, 1], 0).into()),
            proxies: TrustedProxies::parse(&[]).expect("none"),
            per_second: 0,
            every: None,
            webhook: self.webhook.clone(),
        };
        let follower = self.open(source, peers);
        FollowServer::start(follower, doors).await.expect("listens")
    }
}

/// A file of the mirror.
async fn get(server: &FollowServer, path: &str) -> (u16, Vec<u8>) {
    let url = format!("http://{}/{path}", server.addr());
    let answer = reqwest::get(url).await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.bytes().await.expect("a body").to_vec())
}

/// Everything that the instance serves, and nothing else, is at the mirror.
async fn assert_same(server: &FollowServer, forger: &Forger) {
    for (path, bytes) in &forger.files().0 {
        let (status, got) = get(server, path).await;
        assert_eq!((status, &got), (200, bytes), "{path}");
    }
}

/// Audit the mirror as a stranger does.
async fn audit_mirror(server: &FollowServer, state: &Path) -> Report {
    let url = format!("http://{}", server.addr());
    let state = state.to_owned();
    let look = move || {
        let clock = Arc::new(ManualClock::new(NOW, 9));
        let source = HttpTiles::new(&url, clock.clone()).expect("an address");
        audit(&source, &options(&state), &*clock, &Unobserved).expect("an audit")
    };
    tokio::task::spawn_blocking(look).await.expect("no panic")
}

/// What two audits say of the same instance.
fn assert_agree(one: &Report, other: &Report) {
    assert_eq!(one.verdict, other.verdict);
    assert_eq!((one.entries, one.root), (other.entries, other.root));
    assert_eq!(one.petitions, other.petitions);
    assert_eq!(one.deviations, other.deviations);
    assert_eq!(one.unchecked, other.unchecked);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_of_the_mirror_is_one_of_the_instance() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    let (source, home) = (Instance::of(&forger), Home::new());
    let server = home.start(&source).await;
    assert_eq!(get(&server, "checkpoint").await.0, 404, "nothing yet");
    assert_eq!(server.look().await, Standing::Fine);
    assert_same(&server, &forger).await;
    let state = tempfile::tempdir().expect("a folder");
    assert_agree(
        &audit_mirror(&server, state.path()).await,
        &run(&forger.files(), NOW),
    );
    // Over the edges of bundles and tiles, with all four trees.
    for round in 0..3_u32 {
        let before = forger.clone();
        forger.sign(&petition, 3 + round * 130..3 + (round + 1) * 130);
        let struck = leaf_hash(&forger.tree(&petition, Tree::Roll)[round as usize]);
        let strike = petition.strike(&struck, u64::from(round));
        forger.batch(&petition, Tree::Strikes, vec![strike]);
        forger.tally(&petition);
        source.serve(&forger);
        // Nothing of it before it was verified.
        assert_same(&server, &before).await;
        let new = format!("tile/entries/000.p/{}", forger.journal.len());
        assert_eq!(get(&server, &new).await.0, 404);
        assert_eq!(server.look().await, Standing::Fine);
        assert_same(&server, &forger).await;
        let report = audit_mirror(&server, state.path()).await;
        assert_eq!(report.verdict, Verdict::Fine, "{report:?}");
        assert_agree(&report, &run(&forger.files(), NOW));
    }
    // Partial tiles of any size that there was, as tlog-tiles has it.
    let files = forger.files();
    let whole = &files.0["tile/0/000.p/8"];
    assert_eq!(
        get(&server, "tile/0/000.p/3").await,
        (200, whole[..96].to_vec())
    );
    assert_eq!(get(&server, "tile/0/000.p/9").await.0, 404);
    // The journal once more, where tlog-mirror has it.
    let hash = origin_hash("a.example");
    for path in ["checkpoint", "tile/0/000.p/8"] {
        let mirrored = get(&server, &format!("{hash}/{path}")).await;
        assert_eq!(mirrored, (200, files.0[path].clone()));
    }
    // The same after a start, before anybody looked.
    server.stop().await;
    source.vanish();
    let server = home.start(&source).await;
    assert_same(&server, &forger).await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_leaf_is_mirrored_by_nobody_who_says_that_all_is_well() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let (source, mut home) = (Instance::of(&forger), Home::new());
    home.name = Some("watch.example".to_owned());
    let server = home.start(&source).await;
    assert_eq!(server.look().await, Standing::Fine);
    let fine = get(&server, "checkpoint").await.1;
    let before = forger.clone();
    let mut bad = petition.signature(2);
    bad[80] ^= 1;
    forger.batch(&petition, Tree::Roll, vec![petition.roll(2)]);
    forger.batch(&petition, Tree::Signatures, vec![bad]);
    forger.tally(&petition);
    source.serve(&forger);
    for _ in 0..2 {
        assert_eq!(server.look().await, Standing::Deviations);
        assert_eq!(get(&server, "checkpoint").await.1, fine, "and nothing new");
    }
    let (status, health) = get(&server, "healthz").await;
    let health: Value = serde_json::from_slice(&health).expect("JSON");
    assert_eq!((status, &health["status"]), (503, &"halted".into()));
    // What is wrong is in a file that proves it.
    let kept = std::fs::read_dir(home.folder.path().join("evidence")).expect("evidence");
    let kept: Vec<_> = kept.map(|entry| entry.expect("an entry").path()).collect();
    let [file] = &kept[..] else {
        panic!("{kept:?}");
    };
    let file = Evidence::parse(&std::fs::read(file).expect("a file")).expect("evidence");
    assert_eq!(file.claim().kind(), "forged-leaf");
    proven(&file, "a.example");
    server.stop().await;
    // For good: also once the log shows what it showed before.
    source.serve(&before);
    let server = home.start(&source).await;
    assert_eq!(server.look().await, Standing::Deviations);
    server.stop().await;
    source.serve(&forger);
    home.resume = true;
    let server = home.start(&source).await;
    assert_eq!(
        server.look().await,
        Standing::Deviations,
        "it is still there"
    );
    server.stop().await;
}

/// The cosigners' names under the mirror's checkpoint, which has to be the forger's.
async fn cosigned(server: &FollowServer, forger: &Forger, keys: &[String]) -> Vec<String> {
    let [log, _] = journal_vkeys("a.example");
    let (_, bytes) = get(server, "checkpoint").await;
    let note = Note::parse(&bytes).expect("a note");
    let own = Note::parse(&forger.checkpoint()).expect("a note");
    assert_eq!(note.text(), own.text());
    let mut policy = format!("log {log}\n");
    for (n, key) in keys.iter().enumerate() {
        let _ = writeln!(policy, "witness w{n} {key}");
    }
    let names: Vec<String> = (0..keys.len()).map(|n| format!("w{n}")).collect();
    let _ = write!(policy, "group all any {}\nquorum all\n", names.join(" "));
    let policy: Policy = policy.parse().expect("a policy");
    let verified = policy.verify(&note).expect("signed, and cosigned");
    let mut names: Vec<String> = verified
        .witnesses()
        .iter()
        .map(|witness| witness.key.name().to_string())
        .collect();
    names.sort_unstable();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_replayed_is_cosigned_by_two_identities() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let (source, mut home) = (Instance::of(&forger), Home::new());
    home.name = Some("watch.example".to_owned());
    let keys: Vec<String> = {
        let follower = home.open(&source, Vec::new());
        follower.vkeys().iter().map(ToString::to_string).collect()
    };
    assert_eq!(keys.len(), 4);
    // Keys are made once.
    home.name = None;
    let both = [
        "watch.example/mirror",
        "watch.example/mirror",
        "watch.example/replayer",
        "watch.example/replayer",
    ];
    let server = home.start(&source).await;
    for round in 1..3 {
        assert_eq!(server.look().await, Standing::Fine);
        assert_eq!(cosigned(&server, &forger, &keys).await, both);
        forger.sign(&petition, round * 2..round * 2 + 2);
        source.serve(&forger);
    }
    // Somebody else's cosignatures stay, its own are not there twice.
    assert_eq!(server.look().await, Standing::Fine);
    let (_, mirrored) = get(&server, "checkpoint").await;
    source.change(|files| files.put("checkpoint", mirrored.clone()));
    assert_eq!(server.look().await, Standing::Fine);
    assert_eq!(cosigned(&server, &forger, &keys).await, both);
    let count = |bytes: &[u8]| Note::parse(bytes).expect("a note").signatures().len();
    let (_, again) = get(&server, "checkpoint").await;
    assert_eq!(count(&again), count(&mirrored));
    // The replayer's own monitors' address is another than the mirror's.
    let hash = origin_hash("a.example");
    let (status, own) = get(&server, &format!("replayer/{hash}/checkpoint")).await;
    assert_eq!(status, 200);
    assert_eq!(count(&own), 4, "the log's two, and two of its own");
    server.stop().await;
}

/// Whoever is told: refuses once, then takes what comes.
async fn webhook() -> (Webhook, Arc<Mutex<Vec<Value>>>) {
    type Heard = (Arc<Mutex<Vec<Value>>>, Arc<Mutex<u32>>);
    let heard: Heard = Heard::default();
    let hear = async |State((heard, refused)): State<Heard>, body: String| {
        let mut refused = refused.lock().expect("no holder panics");
        if *refused == 0 {
            *refused += 1;
            return StatusCode::BAD_GATEWAY;
        }
        let value = serde_json::from_str(&body).expect("JSON");
        heard.lock().expect("no holder panics").push(value);
        StatusCode::NO_CONTENT
    };
    let routes = Router::new()
        .route("/hook", post(hear))
        .with_state(heard.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("listens");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let webhook = Webhook::new(&format!("http://{address}/hook?key=secret"));
    (webhook.expect("an address"), heard.0)
}

/// Kinds of the alerts that were posted, once there are so many.
async fn heard(heard: &Arc<Mutex<Vec<Value>>>, count: usize) -> Vec<(String, bool)> {
    for _ in 0..2000 {
        let mut said = heard.lock().expect("no holder panics").clone();
        // One that was posted as the follower stopped may come again, under the same number.
        said.dedup_by_key(|alert| alert["id"].clone());
        if said.len() >= count {
            let kind = |alert: &Value| {
                let kind = alert["alert"].as_str().expect("a kind").to_owned();
                (kind, alert["over"].as_bool().expect("a truth"))
            };
            return said.iter().map(kind).collect();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("only {:?}", heard.lock().expect("no holder panics"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_is_said_once_and_ends() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let (source, mut home) = (Instance::of(&forger), Home::new());
    let (hook, said) = webhook().await;
    home.webhook = Some(hook);
    home.expect = Some(100);
    let server = home.start(&source).await;
    assert_eq!(server.look().await, Standing::Fine);
    source.vanish();
    // One failure is no news, several are, and only once.
    for _ in 0..4 {
        assert_eq!(server.look().await, Standing::CouldNotLook);
    }
    assert_same(&server, &forger).await;
    source.serve(&forger);
    assert_eq!(server.look().await, Standing::Fine);
    home.clock.advance(101);
    for _ in 0..2 {
        assert_eq!(server.look().await, Standing::Fine);
    }
    let before = forger.clone();
    forger.sign(&petition, 2..4);
    source.serve(&forger);
    assert_eq!(server.look().await, Standing::Fine);
    // A rollback, over two starts.
    source.serve(&before);
    assert_eq!(server.look().await, Standing::Deviations);
    server.stop().await;
    let server = home.start(&source).await;
    assert_eq!(server.look().await, Standing::Deviations);
    let expected = [
        ("unreachable", false),
        ("unreachable", true),
        ("stale", false),
        ("stale", true),
        ("rollback", false),
    ];
    let expected = expected.map(|(kind, over)| (kind.to_owned(), over));
    assert_eq!(heard(&said, expected.len()).await, expected);
    let last = said.lock().expect("no holder panics").last().cloned();
    let last = last.expect("an alert");
    assert_eq!(last["rule"], "R2");
    assert_eq!(last["origin"], "a.example");
    let evidence = last["evidence"][0].as_str().expect("a folder");
    assert!(Path::new(evidence).join("served.checkpoint").is_file());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_and_health_have_a_listener_of_their_own() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let (source, home) = (Instance::of(&forger), Home::new());
    let server = home.start(&source).await;
    let address = server.metrics_addr().expect("asked for");
    let read = async |path: &str| {
        let answer = reqwest::get(format!("http://{address}/{path}")).await;
        let answer = answer.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("text"))
    };
    let (status, health) = read("healthz").await;
    let health: Value = serde_json::from_str(&health).expect("JSON");
    assert_eq!((status, &health["status"]), (200, &"starting".into()));
    assert_eq!(server.look().await, Standing::Fine);
    let (status, health) = read("healthz").await;
    let health: Value = serde_json::from_str(&health).expect("JSON");
    assert_eq!((status, &health["status"]), (200, &"following".into()));
    assert_eq!(health["entries"], 2);
    assert_eq!(health["origin"], "a.example");
    let (_, metrics) = read("metrics").await;
    for name in ["looks_total{outcome=\"fine\"}", "entries ", "halted "] {
        let name = format!("undersigned_follow_{name}");
        assert!(metrics.contains(&name), "{name}: {metrics}");
    }
    assert!(!metrics.contains(&petition.id().to_string()));
    assert_eq!(get(&server, "metrics").await.0, 404, "not for strangers");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_others_can_be_out_of_reach() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let (source, home) = (Instance::of(&forger), Home::new());
    let there = Instance::of(&forger).called("there");
    let gone = Instance::default().called("gone");
    let peers: Vec<Box<dyn TileSource>> = vec![Box::new(gone), Box::new(there.clone())];
    let server = home.start_beside(&source, peers).await;
    let alerts = async || {
        let (_, health) = get(&server, "healthz").await;
        let health: Value = serde_json::from_slice(&health).expect("JSON");
        health["alerts"].clone()
    };
    for _ in 0..3 {
        assert_eq!(server.look().await, Standing::Fine);
    }
    assert_eq!(alerts().await, serde_json::json!(["peer-unreachable"]));
    // The other is shown more for some looks, then it comes here, too.
    forger.sign(&petition, 2..3);
    there.serve(&forger);
    for _ in 0..2 {
        assert_eq!(server.look().await, Standing::Fine);
    }
    let both = serde_json::json!(["behind", "peer-unreachable"]);
    assert_eq!(alerts().await, both);
    source.serve(&forger);
    assert_eq!(server.look().await, Standing::Fine);
    assert_eq!(alerts().await, serde_json::json!(["peer-unreachable"]));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_journal_at_the_same_address_is_not_followed() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let (source, home) = (Instance::of(&forger), Home::new());
    let server = home.start(&source).await;
    assert_eq!(server.look().await, Standing::Fine);
    source.serve(&Forger::new("b.example"));
    for _ in 0..3 {
        assert_eq!(server.look().await, Standing::CouldNotLook);
    }
    assert_same(&server, &forger).await;
    let (_, health) = get(&server, "healthz").await;
    let health: Value = serde_json::from_slice(&health).expect("JSON");
    assert_eq!(health["alerts"], serde_json::json!(["unreachable"]));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_followers_of_one_log_that_forked_find_out() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..2);
    let (mut one, mut other) = (forger.clone(), forger.clone());
    let (first, second) = (Instance::of(&one), Instance::of(&other));
    let (home, away) = (Home::new(), Home::new());
    let there = away.start(&second).await;
    assert_eq!(there.look().await, Standing::Fine);
    let peer = |server: &FollowServer| -> Vec<Box<dyn TileSource>> {
        let url = format!("http://{}", server.addr());
        let clock = Arc::new(ManualClock::new(NOW, 9));
        vec![Box::new(HttpTiles::new(&url, clock).expect("an address"))]
    };
    let here = home.start_beside(&first, peer(&there)).await;
    assert_eq!(here.look().await, Standing::Fine);
    // Growth on either side is none of it, for as long as the other comes after.
    one.sign(&petition, 2..4);
    other = one.clone();
    first.serve(&one);
    assert_eq!(here.look().await, Standing::Fine);
    one.sign(&petition, 4..6);
    second.serve(&one);
    assert_eq!(there.look().await, Standing::Fine);
    assert_eq!(here.look().await, Standing::Fine);
    first.serve(&one);
    assert_eq!(here.look().await, Standing::Fine);
    // Two journals from here on, of different sizes.
    let (mut one, mut other) = (one.clone(), {
        other.clone_from(&one);
        other
    });
    one.sign(&petition, 6..7);
    other.sign(&petition, 7..8);
    other.sign(&petition, 8..9);
    first.serve(&one);
    second.serve(&other);
    assert_eq!(there.look().await, Standing::Fine, "alone it cannot know");
    assert_eq!(here.look().await, Standing::Deviations);
    let (_, health) = get(&here, "healthz").await;
    let health: Value = serde_json::from_slice(&health).expect("JSON");
    assert_eq!(health["alerts"], serde_json::json!(["contradiction"]));
    let evidence = home.folder.path().join("evidence");
    let kept = std::fs::read_dir(evidence).expect("evidence");
    let kept: Vec<_> = kept.map(|entry| entry.expect("an entry").path()).collect();
    let (files, pairs): (Vec<_>, Vec<_>) = kept.into_iter().partition(|path| path.is_file());
    let ([file], [pair]) = (&files[..], &pairs[..]) else {
        panic!("{files:?} {pairs:?}");
    };
    let file = Evidence::parse(&std::fs::read(file).expect("a file")).expect("evidence");
    let said = proven(&file, "a.example");
    assert_eq!(file.claim().kind(), "inconsistent-journal", "{said:?}");
    let read = |name: &str| std::fs::read(pair.join(name)).expect("a note");
    assert_eq!(read("seen.checkpoint"), one.checkpoint());
    assert_eq!(read("served.checkpoint"), other.checkpoint());
    here.stop().await;
    there.stop().await;
}
