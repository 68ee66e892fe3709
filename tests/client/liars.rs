//! Services that answer, and lie.

use undersigned::client::ClientError;
use undersigned::client::signing::{self, SigningError, Stage};
use undersigned::clock::ManualClock;
use undersigned::protocol::commitment::DisclosureFields;
use undersigned::protocol::encoding::{from_base64, to_base64};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::receipt::Receipt;
use undersigned::tlog::note::NoteSigner;

use crate::server::{Answer, Server};
use crate::world::journal::World;
use crate::world::{Shape, journal_signer, rsa};

/// Whose receipt is looked at.
const PERSON: u8 = 2;

fn blind_signature(bytes: &[u8]) -> Answer {
    Answer::json(&serde_json::json!({ "blind_signature": to_base64(bytes) }))
}

fn promise(note: &[u8]) -> Answer {
    let note = String::from_utf8(note.to_vec()).expect("text");
    Answer::json(&serde_json::json!({ "promise": note }))
}

/// A receipt at an earlier stage.
fn at(world: &World, stage: Stage) -> Receipt {
    let mut receipt = world.receipt(PERSON);
    receipt.proof = None;
    if stage <= Stage::Confirmed {
        receipt.promise = None;
    }
    if stage == Stage::Begun {
        receipt.leaf = None;
    }
    assert_eq!(signing::stage(&receipt), stage);
    receipt
}

#[tokio::test]
async fn a_manifest_must_have_the_id_that_was_asked_for() {
    let world = World::new(Shape::Single);
    let manifest = &world.petition.manifest;
    let asked = manifest.id();
    let server = Server::start([Answer::bytes(200, manifest.bytes())]).await;
    let same = server
        .client()
        .manifest(asked)
        .await
        .expect("the same bytes");
    assert_eq!(same.bytes(), manifest.bytes());
    let other = manifest.text().replace("Keep", "Stop");
    let server = Server::start([Answer::bytes(200, other)]).await;
    let error = server
        .client()
        .manifest(asked)
        .await
        .expect_err("another petition");
    assert!(matches!(error, ClientError::Manifest(_)), "{error:?}");
}

#[tokio::test]
async fn an_honest_registrar_gives_the_same_leaf_every_time() {
    let world = World::new(Shape::Single);
    let mut receipt = at(&world, Stage::Begun);
    let server = Server::start([blind_signature(&[0; 256])]).await;
    signing::confirm(&server.client(), &mut receipt, "token")
        .await
        .expect_err("zeroes");
    let body: serde_json::Value = serde_json::from_slice(&server.asked()[0].body).expect("JSON");
    let blinded = from_base64(body["blinded_message"].as_str().expect("text")).expect("base64");
    let answer = rsa::blind_sign(&blinded.try_into().expect("256 bytes"));
    let server = Server::start([blind_signature(&answer)]).await;
    signing::confirm(&server.client(), &mut receipt, "token")
        .await
        .expect("a token");
    assert_eq!(receipt.leaf, world.receipt(PERSON).leaf);
    // Not a byte more than the token and the blinded message goes to the registrar.
    let sent = serde_json::json!({ "token": "token", "blinded_message": body["blinded_message"] });
    assert_eq!(body, sent);
}

#[tokio::test]
async fn a_lying_registrar_gets_no_further() {
    let world = World::new(Shape::Single);
    let before = at(&world, Stage::Begun);
    // Not a signature; a signature over something else; a number above the modulus.
    for answer in [[1; 256], rsa::blind_sign(&[3; 256]), [0xff; 256]] {
        let mut receipt = before.clone();
        let server = Server::start([blind_signature(&answer)]).await;
        let error = signing::confirm(&server.client(), &mut receipt, "token").await;
        assert!(matches!(error, Err(SigningError::Token(_))), "{error:?}");
        assert_eq!(
            receipt.to_bytes(),
            before.to_bytes(),
            "nothing was kept of the lie"
        );
    }
}

#[tokio::test]
async fn a_lying_ledger_gets_no_further() {
    let world = World::new(Shape::Single);
    let before = at(&world, Stage::Confirmed);
    let ledger = journal_signer(world.shape.ledger());
    let foreign = NoteSigner::new(world.shape.ledger(), &[99; 32]).expect("a name");
    let honest = world.promise(PERSON);
    let mut elsewhere = honest.clone();
    elsewhere.petition.0[0] ^= 1;
    let notes = [
        honest.sign(&foreign).expect("a note"),
        world.promise(PERSON + 1).sign(&ledger).expect("a note"),
        elsewhere.sign(&ledger).expect("a note"),
        b"no note".to_vec(),
    ];
    for note in notes {
        let mut receipt = before.clone();
        let server = Server::start([promise(&note)]).await;
        let error = signing::submit(&server.client(), &mut receipt).await;
        let refused = matches!(
            error,
            Err(SigningError::Promise(_) | SigningError::OtherLeaf)
        );
        assert!(refused, "{error:?}");
        assert_eq!(receipt.to_bytes(), before.to_bytes());
    }
    let mut receipt = before.clone();
    let server = Server::start([promise(&honest.sign(&ledger).expect("a note"))]).await;
    let kept = signing::submit(&server.client(), &mut receipt)
        .await
        .expect("a promise");
    assert_eq!(kept, honest);
    assert_eq!(signing::stage(&receipt), Stage::Promised);
}

#[tokio::test]
async fn a_lying_proof_is_not_kept() {
    let world = World::new(Shape::Single);
    let before = at(&world, Stage::Promised);
    let honest = world.inclusion(PERSON);
    let mut elsewhere = honest.clone();
    elsewhere.index ^= 1;
    let mut other_tree = honest.clone();
    other_tree.tree = Tree::Roll;
    for proof in [world.inclusion(PERSON + 1), elsewhere, other_tree] {
        let mut receipt = before.clone();
        let proof = serde_json::to_value(&proof).expect("JSON");
        let server = Server::start([Answer::json(&proof)]).await;
        let error = signing::prove(&server.client(), &mut receipt).await;
        assert!(
            matches!(
                error,
                Err(SigningError::OtherLeaf | SigningError::Receipt(_))
            ),
            "{error:?}"
        );
        assert_eq!(receipt.to_bytes(), before.to_bytes());
    }
    let mut receipt = before.clone();
    let server = Server::start([Answer::problem(404, "not-found")]).await;
    let waiting = signing::prove(&server.client(), &mut receipt)
        .await
        .expect("not yet");
    assert!(waiting.is_none());
    let server = Server::start([Answer::json(&serde_json::to_value(&honest).expect("JSON"))]).await;
    let proven = signing::prove(&server.client(), &mut receipt)
        .await
        .expect("proven");
    assert!(proven.expect("published").owned);
    assert_eq!(receipt.to_bytes(), world.receipt(PERSON).to_bytes());
}

#[tokio::test]
async fn steps_have_an_order() {
    let world = World::new(Shape::Single);
    let server = Server::start([Answer::problem(404, "not-found")]).await;
    let client = server.client();
    let mut begun = at(&world, Stage::Begun);
    assert!(matches!(
        signing::submit(&client, &mut begun).await,
        Err(SigningError::Order(_))
    ));
    let confirmed = at(&world, Stage::Confirmed);
    assert!(matches!(
        signing::withdraw(&client, &confirmed).await,
        Err(SigningError::Order(_))
    ));
    let mut public = begun.public();
    let error = signing::confirm(&client, &mut public, "token").await;
    assert!(matches!(error, Err(SigningError::Order(_))), "{error:?}");
    assert_eq!(server.asked(), [], "nothing was sent");
}

#[test]
fn a_beginning_sends_nothing_and_its_secret_is_new() {
    let world = World::new(Shape::Single);
    let clock = ManualClock::new(0, 1);
    let begin = || {
        let fields = DisclosureFields::default();
        signing::begin(
            &world.petition.manifest,
            "http://localhost",
            &fields,
            &clock,
        )
    };
    let (one, other) = (begin().expect("begun"), begin().expect("begun"));
    assert_eq!(signing::stage(&one), Stage::Begun);
    let secret = |receipt: &Receipt| receipt.private.as_ref().map(|private| private.secret);
    assert_ne!(secret(&one), secret(&other));
    assert!(!format!("{one:?}").contains(&hex::encode(secret(&one).expect("a secret"))));
}
