//! The service on its data folder: what was acknowledged outlives a restart.

use serde_json::{Value, json};
use undersigned::api::{Count, PromiseState, Promised, SignatureResponse};
use undersigned::http::{ServeError, Server};
use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::InclusionProof;
use undersigned::store::StoreError;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::policy::Policy;

use crate::signing::Signer;
use crate::site::{Setup, Site};

async fn site() -> Site {
    Site::with(Setup {
        on_disk: true,
        ..Setup::default()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_is_durable_across_restarts() {
    let site = site().await;
    let signer = Signer::new("durable@signers.example");
    let manifest = signer.manifest(&site).await;
    // A restart between any two steps.
    let token = signer.token(&site).await;
    let site = site.restart().await;
    let signing = signer.signing(&manifest);
    let body = json!({ "token": token, "blinded_message": to_base64(signing.blinded_message()) });
    let confirmed: undersigned::api::ConfirmResponse =
        site.post(&site.of("/confirm"), &body).await.json();
    let site = site.restart().await;
    let again: undersigned::api::ConfirmResponse =
        site.post(&site.of("/confirm"), &body).await.json();
    assert_eq!(confirmed.blind_signature, again.blind_signature);
    let signed = confirmed.blind_signature.try_into().expect("256 bytes");
    let leaf = signing
        .finish(manifest.token(), &signed)
        .expect("a token")
        .to_bytes();
    let SignatureResponse { promise } = site.submit(&leaf).await.json();
    let site = site.restart().await;
    let SignatureResponse { promise: again } = site.submit(&leaf).await.json();
    assert_eq!(promise, again);
    let count: Count = site.get(&site.of("/count")).await.json();
    assert_eq!((count.count, count.waiting), (0, 1));
    site.clock.advance(3600);
    assert_eq!(site.publish_due().await, 2);
    let site = site.restart().await;
    let hash = hex::encode(leaf_hash(&leaf).0);
    let promised: Promised = site
        .get(&site.of(&format!("/promises/{hash}")))
        .await
        .json();
    assert_eq!(
        (promised.state, promised.index),
        (PromiseState::Published, Some(0))
    );
    let proof = site.of(&format!("/trees/signatures/proof?leaf={hash}"));
    let proof: InclusionProof = site.get(&proof).await.json();
    let policy = Policy::of_logs(manifest.journal_vkeys(Tree::Roll).to_vec());
    proof.verify(&manifest, &policy).expect("it holds");
    let count: Count = site.get(&site.of("/count")).await.json();
    assert_eq!((count.count, count.waiting), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_on_disk() {
    let site = site().await;
    site.sign(0..300).await;
    assert!(site.publish_due().await >= 600);
    let site = site.restart().await;
    site.sign(300..310).await;
    site.publish_all().await;
    let count: Count = site.get(&site.of("/count")).await.json();
    assert_eq!((count.count, count.waiting), (310, 0));
    site.submit(&site.signature(5).to_bytes())
        .await
        .json::<Value>();
}

#[tokio::test]
async fn one_folder_has_one_service() {
    let site = site().await;
    let second = Server::start(site.config.clone(), site.clock.clone()).await;
    let Err(error) = second else {
        panic!("a second service on one folder");
    };
    assert!(
        matches!(error, ServeError::Store(StoreError::Locked(_))),
        "{error}"
    );
    let mut other = site.config.clone();
    other.origin = "elsewhere.example.org".to_owned();
    let clock = site.clock.clone();
    let Site {
        server,
        store,
        folder,
        ..
    } = site;
    drop(store);
    server.stop().await;
    let Err(error) = Server::start(other, clock.clone()).await else {
        panic!("an origin is for life");
    };
    assert!(matches!(error, ServeError::Key(_)), "{error}");
    drop(folder);
}

#[tokio::test]
async fn a_taken_address_is_said() {
    let site = site().await;
    let mut config = site.config.clone();
    config.listen = site.server.addr();
    let Err(error) = Server::start(config, site.clock.clone()).await else {
        panic!("two services on one address");
    };
    assert!(matches!(error, ServeError::Listen { .. }), "{error}");
}
