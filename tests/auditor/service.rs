//! The real service, audited over its own socket.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use undersigned::auditor::{Report, Unobserved, audit};
use undersigned::client::tiles::HttpTiles;
use undersigned::clock::{Clock as _, ManualClock};
use undersigned::config::{Config, LimitsConfig};
use undersigned::http::Server;
use undersigned::instance::Take;
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{RollEntry, Strike, StrikeReason, Withdrawal};
use undersigned::protocol::manifest::{Manifest, Publication};
use undersigned::protocol::statement::{self, DateChange, Dates};
use undersigned::protocol::withdrawal;
use undersigned::store::{Change, LogId, MemoryStore, Store, Waiting};
use undersigned::tlog::hash::leaf_hash;

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

    async fn audit(&self) -> Report {
        let url = format!("http://{}", self.server.addr());
        let (clock, state) = (self.clock.clone(), self.folder.path().join("state"));
        let look = move || {
            let source = HttpTiles::new(&url, clock.clone()).expect("an address");
            audit(&source, &options(Path::new(&state)), &*clock, &Unobserved).expect("an audit")
        };
        // The service's time has to pass for it to answer again.
        let clock = self.clock.clone();
        let time = tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(100)).await;
                clock.advance(1);
            }
        });
        let report = tokio::task::spawn_blocking(look).await;
        time.abort();
        report.expect("no panic")
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
