//! The real service, audited over its own socket.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use undersigned::auditor::evidence::{Answer, Complaint};
use undersigned::auditor::{Report, Unobserved, audit};
use undersigned::client::tiles::HttpTiles;
use undersigned::clock::{Clock as _, ManualClock};
use undersigned::config::{Config, LimitsConfig};
use undersigned::http::Server;
use undersigned::instance::Take;
use undersigned::protocol::evidence::Evidence;
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{RollEntry, Strike, StrikeReason, Withdrawal};
use undersigned::protocol::manifest::{Manifest, Publication};
use undersigned::protocol::receipt::Receipt;
use undersigned::protocol::statement::{self, DateChange, Dates};
use undersigned::protocol::withdrawal;
use undersigned::store::{Change, LogId, MemoryStore, Store, Waiting};
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::policy::Policy;

use crate::complaints::promised;
use crate::forger::keys::seed;
use crate::run::{assert_fine, options};
use crate::support::{DAY, OPENS, ORIGIN, key, organiser, signature, terms};

struct Service {
    server: Server,
    clock: Arc<ManualClock>,
    store: Arc<MemoryStore>,
    folder: tempfile::TempDir,
    id: PetitionId,
}

impl Service {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::new(OPENS + 60, 1));
        let store = Arc::new(MemoryStore::new());
        let config = Config {
            origin: ORIGIN.to_owned(),
            listen: ([127, 0, 0, 1], 0).into(),
            data: folder.path().join("data"),
            limits: LimitsConfig {
                // Few enough for an audit to be turned away, and to come back.
                http_per_second: 15,
                ..LimitsConfig::default()
            },
            ..Config::default()
        };
        let server = Server::builder(config, clock.clone())
            .store(store.clone())
            .quiet()
            .start()
            .await
            .expect("a service");
        let instance = server.instance();
        let terms = terms(
            &instance.keys,
            &instance.petition_keys,
            Publication::Batched,
        );
        let manifest = Manifest::new(&terms).expect("a manifest");
        let note = statement::sign(&statement::published(&manifest), &organiser());
        let stated = server.publisher().state(note.expect("a note")).await;
        stated.expect("published");
        Self {
            server,
            clock,
            store,
            folder,
            id: manifest.id(),
        }
    }

    async fn accept(&self, tree: Tree, leaf: Vec<u8>) {
        let change = Change {
            accept: vec![(self.id, tree, Waiting::new(leaf, self.clock.now()))],
            ..Change::default()
        };
        let committed = self.server.instance().committer.commit(change).await;
        committed.expect("the store works").expect("accepted");
    }

    async fn sign(&self, signers: std::ops::Range<u64>) {
        let petition = self.server.instance().petitions.get(&self.id);
        let petition = petition.expect("published");
        for n in signers {
            let entry = RollEntry {
                tag: seed(&format!("tag {n}")),
                commitment: seed(&format!("roll {n}")),
            };
            self.accept(Tree::Roll, entry.to_bytes()).await;
            let pk = key(n).verifying_key().to_bytes();
            let leaf = signature(&petition, pk, [7; 32]);
            self.accept(Tree::Signatures, leaf.to_bytes()).await;
        }
    }

    /// The first leaf of a tree.
    fn first(&self, tree: Tree) -> Vec<u8> {
        let leaves = self.store.leaves(LogId::Tree(self.id, tree), 0, 1);
        leaves.expect("the store works").remove(0)
    }

    async fn publish(&self) {
        let published = self.server.publisher().publish(Take::All).await;
        published.expect("a publication");
    }

    /// What there is to complain about in this receipt.
    async fn complain(&self, receipt: &Receipt) -> Answer {
        let url = format!("http://{}", self.server.addr());
        let (receipt, clock) = (receipt.clone(), self.clock.clone());
        let look = move || {
            let manifest = receipt.manifest().expect("a manifest");
            let leaf = receipt.signature().expect("a leaf").expect("a leaf");
            let complaint = Complaint {
                manifest: &manifest,
                promise: receipt.promise.as_deref().expect("a promise"),
                leaf: &leaf.to_bytes(),
                policy: &manifest.pinned_policy(),
                ledger: &HttpTiles::new(&url, clock.clone()).expect("an address"),
                registrar: None,
                now: clock.now(),
            };
            complaint.answer().expect("an answer")
        };
        self.while_time_passes(look).await
    }

    /// The service's time has to pass for it to answer again.
    async fn while_time_passes<T: Send + 'static>(
        &self,
        look: impl FnOnce() -> T + Send + 'static,
    ) -> T {
        let clock = self.clock.clone();
        let time = tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(100)).await;
                clock.advance(1);
            }
        });
        let seen = tokio::task::spawn_blocking(look).await;
        time.abort();
        seen.expect("no panic")
    }

    async fn audit(&self) -> Report {
        let url = format!("http://{}", self.server.addr());
        let (clock, state) = (self.clock.clone(), self.folder.path().join("state"));
        let look = move || {
            let source = HttpTiles::new(&url, clock.clone()).expect("an address");
            audit(&source, &options(Path::new(&state)), &*clock, &Unobserved).expect("an audit")
        };
        self.while_time_passes(look).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_life_of_the_real_service_is_fine() {
    use ed25519_dalek::Signer as _;
    let service = Service::start().await;
    assert_fine(&service.audit().await);
    service.sign(0..5).await;
    service.publish().await;
    let report = service.audit().await;
    assert_fine(&report);
    assert_eq!(report.petitions[0].count, 5);

    service.clock.advance(DAY);
    let leaf = service.first(Tree::Signatures);
    let signer = (0..5).find(|n| key(*n).verifying_key().to_bytes() == leaf[2..34]);
    let message = withdrawal::message(service.id, &leaf_hash(&leaf), 0);
    let withdrawal = Withdrawal {
        index: 0,
        signature: key(signer.expect("a signer")).sign(&message).to_bytes(),
    };
    service
        .accept(Tree::Withdrawals, withdrawal.to_bytes())
        .await;
    let reason = StrikeReason::SignersRequest;
    let struck = leaf_hash(&service.first(Tree::Roll));
    let message = withdrawal::strike_message(service.id, &struck, 0, reason);
    let petition = service.server.instance().petitions.get(&service.id);
    let strike = Strike {
        index: 0,
        reason,
        signature: petition
            .expect("published")
            .registrar
            .strike
            .sign(&message)
            .to_bytes(),
    };
    service.accept(Tree::Strikes, strike.to_bytes()).await;
    service.sign(5..300).await;
    service.publish().await;
    let dates = Dates {
        confirm_until: OPENS + 31 * DAY,
        submit_until: OPENS + 34 * DAY,
        withdraw_until: OPENS + 61 * DAY,
    };
    let text = statement::dated(service.id, DateChange::Later, &dates);
    let note = statement::sign(&text, &organiser()).expect("a note");
    service.server.publisher().state(note).await.expect("taken");
    let report = service.audit().await;
    assert_fine(&report);
    assert_eq!(
        (report.petitions[0].count, report.petitions[0].ceiling),
        (298, 299)
    );

    service.clock.advance(34 * DAY);
    for _ in 0..3 {
        service.publish().await;
    }
    let report = service.audit().await;
    assert_fine(&report);
    assert!(report.petitions[0].closed, "it closes by itself");
    let fresh = {
        std::fs::remove_dir_all(service.folder.path().join("state")).expect("removes");
        service.audit().await
    };
    assert_fine(&fresh);
    assert_eq!(fresh.petitions, report.petitions);
    assert_eq!(fresh.work.leaves, 300 + 300 + 1 + 1);
    service.server.stop().await;
}

/// The ledger promises a signature, has room for it, goes on, and leaves it out; it
/// keeps what it promised to somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_signature_that_is_never_published_is_shown_to_anybody() {
    let service = Service::start().await;
    service.sign(0..2).await;
    let petition = service.server.instance().petitions.get(&service.id);
    let petition = petition.expect("published");
    let signer = service.server.instance().keys.signer();
    let by = Publication::Batched.promise_by(service.clock.now());
    let receipt = |n: u64| {
        let pk = key(n).verifying_key().to_bytes();
        let leaf = signature(&petition, pk, [7; 32]).to_bytes();
        promised(&petition.manifest, &leaf, by, signer)
    };
    let (kept, broken) = (receipt(0), receipt(9));
    let entry = |n| RollEntry {
        tag: seed(&format!("tag {n}")),
        commitment: seed(&format!("roll {n}")),
    };
    service.accept(Tree::Roll, entry(9).to_bytes()).await;
    service.publish().await;
    let Answer::Kept(proof, included) = service.complain(&kept).await else {
        panic!("it was kept");
    };
    assert_eq!(proof.index, included.index);
    let receipt = Receipt {
        proof: Some(*proof),
        ..kept.clone()
    };
    let pinned = petition.manifest.pinned_policy();
    receipt.verify(&pinned).expect("a whole receipt");
    let answer = service.complain(&broken).await;
    assert!(matches!(answer, Answer::NotDue { by: due } if due == by));
    // Nothing was signed yet after the promise was due.
    service.clock.advance(10 * DAY);
    let answer = service.complain(&broken).await;
    assert!(matches!(answer, Answer::NoLaterHead { by: due } if due == by));
    service.accept(Tree::Roll, entry(10).to_bytes()).await;
    service.publish().await;
    let Answer::Broken(evidence, proven) = service.complain(&broken).await else {
        panic!("it was broken");
    };
    assert_eq!(proven.origin, ORIGIN);
    let read = Evidence::parse(&evidence.to_file()).expect("an evidence file");
    let keys = petition.manifest.journal_vkeys(Tree::Signatures);
    let again = read.verify(&Policy::of_logs(keys.to_vec()));
    assert_eq!(again.expect("it holds"), *proven);
    let stranger = Policy::of_logs([organiser().vkey()]);
    assert!(read.verify(&stranger).is_err());
    // Who was not left out has nothing to complain about, then as before.
    let answer = service.complain(&kept).await;
    assert!(matches!(answer, Answer::Kept(..)));
    service.server.stop().await;
}
