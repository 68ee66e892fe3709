//! Leaves a second of a whole replay, against the bare checks of the same tokens on the
//! same cores, and of a follower that keeps and cosigns it: `cargo bench --bench replay`.

// Only a part of the forger is needed here.
#[allow(dead_code, unused_imports)]
#[path = "../tests/auditor/forger/mod.rs"]
mod forger;

use std::sync::{Arc, LazyLock};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA384};
use divan::Bencher;
use divan::counter::ItemsCount;
use ed25519_dalek::SigningKey;
use rayon::prelude::*;
use undersigned::auditor::{AuditOptions, Trust, Unobserved, Verdict, audit};
use undersigned::clock::ManualClock;
use undersigned::follower::{FollowOptions, Follower, Standing};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::PetitionSignature;
use undersigned::protocol::manifest::Manifest;
use undersigned::protocol::tally::{Tally, TreeHead};
use undersigned::protocol::token::{NK, TokenKey};
use undersigned::tlog::frontier::Frontier;
use undersigned::tlog::hash::{empty_root, leaf_hash};

use forger::files::Files;
use forger::{Forger, OPENS, Petition, keys};

/// Signatures, and as many roll entries.
const SIGNATURES: u32 = 1 << 16;
/// Leaves of a batch, as the default publication policy makes them.
const BATCH: usize = 64;

struct World {
    petition: Petition,
    signatures: Vec<Vec<u8>>,
    files: Files,
}

/// Leaves in the order of publication: in each batch by hash.
fn published(mut leaves: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for batch in leaves.chunks_mut(BATCH) {
        batch.sort_by_key(|leaf| leaf_hash(leaf));
    }
    leaves
}

fn token_key(key: &KeyPair) -> Vec<u8> {
    let n = key.public_key().modulus().big_endian_without_leading_zero();
    let n = n.try_into().expect("2048 bits");
    TokenKey::from_modulus(&n)
        .expect("a modulus")
        .der()
        .to_vec()
}

/// A signature leaf with a real token, made the fast way: not blinded.
fn signature(manifest: &Manifest, key: &KeyPair, n: u32) -> Vec<u8> {
    let pk = SigningKey::from_bytes(&keys::seed(&format!("key {n}")))
        .verifying_key()
        .to_bytes();
    let commitment = keys::seed(&format!("commitment {n}"));
    let input = manifest.token().input(&pk, &commitment);
    let mut authenticator = [0; NK];
    key.sign(
        &RSA_PSS_SHA384,
        &SystemRandom::new(),
        &input,
        &mut authenticator,
    )
    .expect("signs");
    let leaf = PetitionSignature {
        pk,
        commitment,
        authenticator,
    };
    leaf.to_bytes()
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let token_key = token_key(&key);
    let petition = Petition::changed("petition", "a.example", "a.example", |terms| {
        terms.registrar.token_key = token_key;
    });
    let mut forger = Forger::new("a.example");
    forger.publish(&petition);
    let sign = |n: u32| signature(&petition.manifest, &key, n);
    let signatures = (0..SIGNATURES).into_par_iter().map(sign).collect();
    let signatures = published(signatures);
    let roll = published((0..SIGNATURES).map(|n| petition.roll(n)).collect());
    let (mut signed, mut confirmed) = (Frontier::new(), Frontier::new());
    let empty = TreeHead {
        size: 0,
        root: empty_root(),
    };
    let head = |frontier: &Frontier| TreeHead {
        size: frontier.size().0,
        root: frontier.root(),
    };
    let mut previous = None;
    for (roll, signatures) in roll.chunks(BATCH).zip(signatures.chunks(BATCH)) {
        for leaf in roll {
            confirmed.push(leaf_hash(leaf));
        }
        for leaf in signatures {
            signed.push(leaf_hash(leaf));
        }
        let heads = [
            (Tree::Roll, head(&confirmed)),
            (Tree::Strikes, empty),
            (Tree::Signatures, head(&signed)),
            (Tree::Withdrawals, empty),
        ];
        let tally = Tally::new(petition.id(), OPENS + 60, previous, &heads, None);
        forger
            .journal
            .push(tally.expect("a tally").to_string().into_bytes());
        previous = Some(forger.journal.len() as u64 - 1);
    }
    for (tree, leaves) in [(Tree::Roll, roll), (Tree::Signatures, signatures.clone())] {
        forger.served.insert((petition.id(), tree), leaves.len());
        forger.trees.insert((petition.id(), tree), leaves);
    }
    World {
        files: forger.files(),
        petition,
        signatures,
    }
});

/// The tokens alone.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn bare_token_checks(bencher: Bencher) {
    let world = &*WORLD;
    let token = world.petition.manifest.token();
    bencher.counter(ItemsCount::new(SIGNATURES)).bench(|| {
        world.signatures.par_iter().all(|leaf| {
            let leaf = PetitionSignature::parse(leaf).expect("a leaf");
            token.verify(&leaf).is_ok()
        })
    });
}

/// Everything: both trees, journal, tiles, state on disk. Counted in signatures.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn whole_replay(bencher: Bencher) {
    let world = &*WORLD;
    let state = || tempfile::tempdir().expect("a folder");
    bencher
        .counter(ItemsCount::new(SIGNATURES))
        .with_inputs(state)
        .bench_refs(|state| {
            let options = AuditOptions {
                state: state.path().to_owned(),
                fresh: false,
                petition: None,
                trust: Trust::default(),
                jobs: 0,
            };
            let clock = ManualClock::new(OPENS + 3600, 1);
            let report = audit(&world.files, &options, &clock, &Unobserved).expect("an audit");
            assert_eq!(report.verdict, Verdict::Fine);
            report
        });
}

/// The same by a follower: leaves and entries are kept as well, and both identities cosign.
/// The ratio to `whole_replay` is what a mirror costs.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn whole_follow(bencher: Bencher) {
    let world = &*WORLD;
    let state = || tempfile::tempdir().expect("a folder");
    bencher
        .counter(ItemsCount::new(SIGNATURES))
        .with_inputs(state)
        .bench_refs(|state| {
            let options = FollowOptions {
                state: state.path().to_owned(),
                name: Some("watch.example".to_owned()),
                keys: Vec::new(),
                policy: None,
                jobs: 0,
                expect: None,
                patience: 1,
                resume: false,
            };
            let clock = Arc::new(ManualClock::new(OPENS + 3600, 1));
            let source = Box::new(world.files.clone());
            let mut follower =
                Follower::open(source, Vec::new(), options, clock).expect("a follower");
            assert_eq!(follower.look(), Standing::Fine);
        });
}

fn main() {
    divan::main();
}
