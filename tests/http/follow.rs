//! A follower beside a running service: as its witness, and against a service that shows
//! two groups two ledgers.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use undersigned::auditor::MirrorFiles;
use undersigned::client::tiles::{HttpTiles, LogFile, TileSource, TileSourceError};
use undersigned::client::witness::{ProofSource, Witnesses};
use undersigned::clock::Clock;
use undersigned::door::TrustedProxies;
use undersigned::follower::{FollowDoors, FollowOptions, FollowServer, Follower, Standing};
use undersigned::http::Server;
use undersigned::protocol::attestation::{self, Attestation};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::InclusionProof;
use undersigned::store::LogId;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::Note;
use undersigned::tlog::policy::{Policy, PolicyError};
use undersigned::tlog::size::TreeSize;

use crate::cosigning::copy_all;
use crate::house::{House, gate};
use crate::site::Site;
use crate::support::{ORIGIN, organiser};

const LONG: u64 = 600_000;

/// A service that is started after its follower.
#[derive(Clone, Default)]
struct Late(Arc<OnceLock<HttpTiles>>);

impl Late {
    fn is_at(&self, site: &Site) {
        let tiles = HttpTiles::new(&site.url(""), site.clock.clone()).expect("an address");
        assert!(self.0.set(tiles).is_ok(), "once");
    }
}

impl TileSource for Late {
    fn read(
        &self,
        log: LogId,
        file: LogFile,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, TileSourceError> {
        let tiles = self.0.get();
        tiles.map_or(Ok(None), |tiles| tiles.read(log, file, limit))
    }

    fn parallel(&self) -> usize {
        2
    }

    fn lag(&self) -> Option<Duration> {
        self.0.get().and_then(TileSource::lag)
    }

    fn name(&self) -> String {
        "the service".to_owned()
    }
}

struct Watcher {
    folder: PathBuf,
    vkey: String,
    server: FollowServer,
}

/// Follow in a folder of the house, under this name.
async fn follow(house: &House, name: &str, source: &Late, peers: &[String]) -> Watcher {
    let folder = house.folder.path().join(name);
    let clock: Arc<dyn Clock> = house.clock.clone();
    let peer = |url: &String| -> Box<dyn TileSource> {
        Box::new(HttpTiles::new(url, house.clock.clone()).expect("an address"))
    };
    let options = FollowOptions {
        state: folder.clone(),
        name: Some(format!("{name}.example")),
        keys: house.keys.vkeys().to_vec(),
        policy: None,
        jobs: 1,
        expect: None,
        patience: 1,
        resume: false,
    };
    let peers = peers.iter().map(peer).collect();
    let follower = Follower::open(Box::new(source.clone()), peers, options, clock);
    let follower = follower.expect("opens");
    let vkey = follower.vkeys()[2].to_string();
    let doors = FollowDoors {
        listen: ([127, 0, 0, 1], 0).into(),
        metrics: None,
        proxies: TrustedProxies::parse(&[]).expect("none"),
        per_second: 0,
        every: None,
        webhook: None,
    };
    let server = FollowServer::start(follower, doors).await.expect("listens");
    Watcher {
        folder,
        vkey,
        server,
    }
}

/// The journal's checkpoint, once there is one.
async fn shown(site: &Site) -> Note {
    for _ in 0..3000 {
        let answer = site.get_file("/checkpoint").await;
        if answer.status == 200 {
            return Note::parse(&answer.body).expect("a note");
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no checkpoint is shown");
}

/// The journal's checkpoint once the policy accepts it at this size.
async fn accepted(site: &Site, policy: &Policy, size: u64) -> Note {
    for _ in 0..3000 {
        let note = shown(site).await;
        if policy
            .verify(&note)
            .is_ok_and(|seen| seen.checkpoint().size.0 == size)
        {
            return note;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{}", shown(site).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_can_name_a_follower_as_its_witness() {
    let mut house = House::new();
    let source = Late::default();
    let watcher = follow(&house, "watch", &source, &[]).await;
    let (addr, vkey) = (watcher.server.addr(), &watcher.vkey);
    let line = format!("witness watch {vkey} http://{addr}/replayer\n");
    house.policy += &line;
    let (other, holds) = gate(false, None).await;
    house.absent("silent", other);
    let own = format!("log {}\n{line}quorum watch\n", house.keys.vkeys()[0]);
    let own: Policy = own.parse().expect("a policy");
    house.policy += "group all 2 watch silent\nquorum all\n";
    let site = Site::with(house.setup(LONG)).await;
    // Nothing was replayed when the first head was offered, so it is shown without.
    assert!(own.verify(&shown(&site).await).is_err());
    source.is_at(&site);
    assert_eq!(watcher.server.look().await, Standing::Fine);
    assert_eq!(watcher.server.entries(), 1);
    // The second is replayed while it is offered, before anybody is shown it.
    site.sign(0..2).await;
    site.clock.advance(10);
    holds.send_replace(true);
    assert_eq!(site.publish_all().await, 4);
    let replayed = watcher.folder.join("audit").join(ORIGIN.replace(':', "_"));
    for _ in 0..3000 {
        let state = std::fs::read_to_string(replayed.join("journal/journal.json"));
        if state.expect("a state").contains("\"size\":2") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The service waits for another witness, and shows what was before: no rollback.
    assert_eq!(watcher.server.look().await, Standing::Waiting);
    assert_eq!(watcher.server.entries(), 1);
    holds.send_replace(false);
    let note = accepted(&site, &own, 2).await;
    assert_eq!(watcher.server.look().await, Standing::Fine);
    assert_eq!(watcher.server.entries(), 2);
    // Whoever leaves out one of the log's signatures gets nothing, and accuses nobody.
    let [ed25519, _] = house.keys.vkeys();
    let lines = note.signatures().iter();
    let half = lines.filter(|line| line.id() == ed25519.id()).cloned();
    let half = Note::new(note.text(), half.collect()).expect("a note");
    let http = reqwest::Client::new();
    let post = async |body: String| {
        let request = http.post(format!("http://{addr}/replayer/add-checkpoint"));
        request.body(body).send().await.expect("an answer").status()
    };
    assert_eq!(post(format!("old 2\n\n{half}")).await, 403);
    assert_eq!(post(format!("old 2\n\n{note}")).await, 200);
    assert_eq!(post(format!("old 1\n\n{note}")).await, 409);
    assert_eq!(watcher.server.look().await, Standing::Fine);
    watcher.server.stop().await;
}

/// A second ledger with all keys of the first, and the same petition.
async fn second_ledger(site: &Site) -> Site {
    let folder = tempfile::tempdir().expect("a folder");
    copy_all(
        &site.folder.path().join("keys"),
        &folder.path().join("keys"),
    );
    let mut config = site.config.clone();
    config.data = folder.path().to_owned();
    config.witnesses = None;
    let server = Server::builder(config.clone(), site.clock.clone()).quiet();
    let server = server.start().await.expect("it starts");
    let statement = site.first_statement();
    let published = server.publisher().state(statement).await;
    published.expect("published");
    Site {
        store: server.instance().store.clone(),
        server,
        clock: site.clock.clone(),
        config,
        folder,
        http: site.http.clone(),
        id: site.id,
        read: std::sync::Mutex::default(),
    }
}

/// Whether a receipt's proof and an attestation from this service meet a policy.
async fn meets(site: &Site, leaf: &[u8], policy: &Policy) -> [bool; 2] {
    let hash = hex::encode(leaf_hash(leaf).0);
    let path = site.of(&format!("/trees/{}/proof?leaf={hash}", Tree::Signatures));
    let proof: InclusionProof = site.get(&path).await.json();
    let petition = site.petition();
    let manifest = &petition.manifest;
    let journaled = site.server.instance().journaled_tally(&petition);
    let (tally, journaled) = journaled.expect("a tally");
    let totals = tally.totals();
    let text = attestation::text(manifest, &totals, tally.time, &journaled, None);
    let note = attestation::sign(&text, &organiser()).expect("an attestation");
    let attested = Attestation::parse(&note).expect("an attestation");
    [
        proof.verify(manifest, policy).is_ok(),
        attested.verify(policy).is_ok(),
    ]
}

/// `undersigned verify`, offline, by somebody who knows the journal's keys.
fn verify(house: &House, file: &Path) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_undersigned"));
    command.arg("verify").arg(file);
    for key in house.keys.vkeys() {
        command.arg("--vkey").arg(key.to_string());
    }
    let output = command.output().expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{err}");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_groups_cannot_be_shown_two_ledgers() {
    let mut house = House::new();
    house.witness("one").await;
    house.policy += "quorum one\n";
    let policy: Policy = house.policy.parse().expect("a policy");
    let own = Policy::of_logs(house.keys.vkeys());
    let first = Site::with(house.setup(LONG)).await;
    accepted(&first, &policy, 1).await;
    let second = second_ledger(&first).await;
    let here = first.sign(0..2).await;
    first.publish_all().await;
    accepted(&first, &policy, 2).await;
    let there = second.sign(2..4).await;
    second.publish_all().await;

    let (one, other) = (Late::default(), Late::default());
    one.is_at(&first);
    other.is_at(&second);
    let away = follow(&house, "away", &other, &[]).await;
    assert_eq!(
        away.server.look().await,
        Standing::Fine,
        "it keeps the rules"
    );
    // The ledgers need not be of one size.
    second.sign(4..5).await;
    second.publish_all().await;
    assert_eq!(away.server.look().await, Standing::Fine);

    // (a) The witness does not let the second ledger have a quorum, whoever asks.
    let forked = shown(&second).await;
    let files = MirrorFiles::new(&away.folder.join("audit"), ORIGIN);
    let prove = move |old: TreeSize| -> Result<_, Box<dyn std::error::Error + Send + Sync>> {
        Ok(files.consistency(old, TreeSize(3))?)
    };
    let proofs: Arc<dyn ProofSource> = Arc::new(prove);
    let clock: Arc<dyn Clock> = house.clock.clone();
    let witnesses = Witnesses::of(&policy, &clock);
    let mut offer = witnesses.offer(&forked, &proofs, Duration::from_mins(10));
    let mut asked = 0;
    while let Some(offered) = offer.next().await {
        let refused = offered.outcome.expect_err("no cosignature").to_string();
        assert!(refused.contains("422"), "{refused}");
        asked += 1;
    }
    assert_eq!(asked, 1);
    assert!(matches!(
        policy.verify(&forked),
        Err(PolicyError::Quorum { cosigned: 0 })
    ));
    assert_eq!(meets(&first, &here[0], &policy).await, [true, true]);
    assert_eq!(meets(&second, &there[0], &own).await, [true, true]);
    assert_eq!(meets(&second, &there[0], &policy).await, [false, false]);

    // (b) Two followers that compare heads find out, and can prove it to anybody.
    let peer = format!("http://{}", away.server.addr());
    let home = follow(&house, "home", &one, &[peer]).await;
    assert_eq!(home.server.look().await, Standing::Deviations);
    let kept = std::fs::read_dir(home.folder.join("evidence")).expect("evidence");
    let kept = kept.map(|entry| entry.expect("an entry").path());
    let files: Vec<_> = kept.filter(|path| path.is_file()).collect();
    let [evidence] = &files[..] else {
        panic!("one file of evidence: {files:?}");
    };
    let said = verify(&house, evidence);
    assert!(said.starts_with("PROVEN"), "{said}");
    home.server.stop().await;
    away.server.stop().await;
}
