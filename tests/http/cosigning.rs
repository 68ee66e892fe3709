//! Witnesses beside a running service: what is shown is cosigned, whoever misbehaves
//! delays nobody, and a folder that was set back does not sign on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use undersigned::api::Count;
use undersigned::clock::Clock;
use undersigned::http::{ServeError, Server};
use undersigned::instance::CosigningError;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::InclusionProof;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::Note;
use undersigned::tlog::policy::{Policy, WitnessedCheckpoint};

use crate::house::{House, gate};
use crate::site::Site;
use crate::support::ORIGIN;

/// The journal's checkpoint as shown; `None` before the first.
async fn checkpoint(site: &Site) -> Option<Note> {
    let answer = site.get_file("/checkpoint").await;
    (answer.status == 200).then(|| Note::parse(&answer.body).expect("a note"))
}

/// The journal's checkpoint once it has this size and so many cosignatures.
async fn cosigned(site: &Site, policy: &Policy, size: u64, count: usize) -> WitnessedCheckpoint {
    for _ in 0..2000 {
        if let Some(note) = checkpoint(site).await
            && let Ok(checkpoint) = policy.verify(&note)
            && checkpoint.checkpoint().size.0 == size
            && checkpoint.witnesses().len() == count
        {
            return checkpoint;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no such checkpoint: {:?}", checkpoint(site).await);
}

const LONG: u64 = 600_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quorum_is_not_kept_waiting_by_the_dead_and_the_silent() {
    let mut house = House::new();
    house.witness("one").await;
    house.witness("two").await;
    house.absent("dead", ([127, 0, 0, 1], 1).into());
    let (address, _holds) = gate(true, None).await;
    house.absent("silent", address);
    house.policy += "group all 2 one two dead silent\nquorum all\n";
    let policy: Policy = house.policy.parse().expect("a policy");
    // With this deadline, whoever waited for the silent one would not come to an end.
    let site = Site::with(house.setup(LONG)).await;
    cosigned(&site, &policy, 1, 2).await;
    let leaves = site.sign(0..2).await;
    assert_eq!(site.publish_all().await, 4);
    cosigned(&site, &policy, 2, 2).await;
    // What receipts and attestations are made of meets the policy as well.
    let hash = hex::encode(leaf_hash(&leaves[0]).0);
    let proof = site
        .get(&site.of(&format!("/trees/signatures/proof?leaf={hash}")))
        .await;
    let proof: InclusionProof = proof.json();
    let petition = site.petition();
    let included = proof
        .verify(&petition.manifest, &policy)
        .expect("meets the policy");
    assert_eq!(included.tally.checkpoint().witnesses().len(), 2);
    let count: Count = site.get(&site.of("/count")).await.json();
    assert_eq!(count.count, 2);
    assert!(count.proof.expect("a proof").contains("one.example/w"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_cosignatures_are_added() {
    let mut house = House::new();
    house.witness("quick").await;
    let holds = house.gated("slow").await;
    house.policy += "group any any quick slow\nquorum any\n";
    let policy: Policy = house.policy.parse().expect("a policy");
    let site = Site::with(house.setup(LONG)).await;
    let first = cosigned(&site, &policy, 1, 1).await;
    assert_eq!(first.witnesses()[0].name, "quick");
    holds.send_replace(false);
    let then = cosigned(&site, &policy, 1, 2).await;
    assert_eq!(then.checkpoint(), first.checkpoint());
    // They outlive a restart, which asks nobody again for what is there.
    let site = site.restart().await;
    cosigned(&site, &policy, 1, 2).await;
    site.sign(0..1).await;
    assert_eq!(site.publish_all().await, 2);
    cosigned(&site, &policy, 2, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_what_was_before_until_it_is_cosigned() {
    let mut house = House::new();
    let (address, holds) = gate(false, None).await;
    house.absent("silent", address);
    house.policy += "quorum silent\n";
    let site = Site::with(house.setup(LONG)).await;
    // The first publication: nobody is left to wait for, so it is shown without.
    let own = Policy::of_logs(house.keys.vkeys());
    cosigned(&site, &own, 1, 0).await;
    site.sign(0..1).await;
    // The witness has had its rest, and holds what it is asked now.
    site.clock.advance(10);
    holds.send_replace(true);
    assert_eq!(site.publish_all().await, 2);
    // Durable, and shown nowhere: neither the journal nor the trees nor a count.
    let (_, tally) = site.petition().tally().expect("a tally");
    assert_eq!(tally.totals().signatures, 1);
    let shown = checkpoint(&site).await.expect("the first");
    let shown = own.verify(&shown).expect("signed");
    assert_eq!(shown.checkpoint().size.0, 1);
    let tree = format!("/{}/{}/checkpoint", site.id, Tree::Signatures);
    assert_eq!(site.get_file(&tree).await.status, 404);
    let count: Count = site.get(&site.of("/count")).await.json();
    assert_eq!((count.count, count.as_of), (0, None));
    holds.send_replace(false);
    cosigned(&site, &own, 2, 0).await;
    assert_eq!(site.get_file(&tree).await.status, 200);
    let count: Count = site.get(&site.of("/count")).await.json();
    assert_eq!(count.count, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_was_set_back_does_not_sign_on() {
    let mut house = House::new();
    house.witness("one").await;
    house.policy += "quorum one\n";
    let policy: Policy = house.policy.parse().expect("a policy");
    let site = Site::with(house.setup(LONG)).await;
    cosigned(&site, &policy, 1, 1).await;
    // A journal of the same keys that begins anew.
    let other = tempfile::tempdir().expect("a folder");
    let mut config = site.config.clone();
    site.sign(0..1).await;
    assert_eq!(site.publish_all().await, 2);
    cosigned(&site, &policy, 2, 1).await;
    let copy = copy_of(&site, other.path()).await;
    config.data = copy;
    let started = Server::builder(config, site.clock.clone())
        .quiet()
        .start()
        .await;
    match started.map(|_| ()) {
        Err(ServeError::Cosigning(CosigningError::RolledBack { name, theirs, ours })) => {
            assert_eq!((name.as_str(), theirs.0, ours), ("one", 2, 1));
        }
        other => panic!("{other:?}"),
    }
}

pub fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// A data folder with this one's journal key and only its first statement.
async fn copy_of(site: &Site, folder: &Path) -> PathBuf {
    copy_all(&site.folder.path().join("keys"), &folder.join("keys"));
    let mut config = site.config.clone();
    config.data = folder.to_owned();
    config.witnesses = None;
    let server = Server::builder(config, site.clock.clone()).quiet().start();
    let server = server.await.expect("it starts without witnesses");
    let statement = site.first_statement();
    server
        .publisher()
        .state(statement)
        .await
        .expect("published");
    server.stop().await;
    folder.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_about_another_log_is_refused() {
    let house = House::new();
    let mut other = House::new();
    other.policy += "quorum none\n";
    let mut setup = house.setup(LONG);
    let (policy, before) = (other.policy_file(), setup.config);
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = undersigned::config::Config {
        origin: ORIGIN.to_owned(),
        data: folder.path().to_owned(),
        listen: ([127, 0, 0, 1], 0).into(),
        ..undersigned::config::Config::default()
    };
    before(&mut config);
    setup.config = Box::new(|_| ());
    config.witnesses.as_mut().expect("set").policy = policy;
    let clock: Arc<dyn Clock> = house.clock.clone();
    let started = Server::builder(config, clock).quiet().start().await;
    let error = started.map(|_| ()).expect_err("refused");
    assert!(
        matches!(&error, ServeError::Cosigning(CosigningError::OtherLog(key)) if **key == house.keys.vkeys()[0]),
        "{error}"
    );
}
