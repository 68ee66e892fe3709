//! Which bytes of a receipt, an attestation, a statement or a leaf count: all of them.

use std::sync::LazyLock;

use proptest::prelude::*;
use undersigned::protocol::attestation::{self, Attestation};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::{PetitionSignature, Strike, Withdrawal};
use undersigned::protocol::receipt::Receipt;
use undersigned::protocol::signer;
use undersigned::protocol::statement::{self, Statement};
use undersigned::protocol::withdrawal::{verify_strike, verify_withdrawal};
use undersigned::tlog::bundle;
use undersigned::tlog::frontier::Frontier;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::policy::Policy;

use crate::world::journal::World;
use crate::world::petition::secret;
use crate::world::{journal_signer, organiser, strike_key};
use crate::{SINGLE, SPLIT};

/// What people keep of a world, made once.
struct Files {
    policy: Policy,
    receipt: Vec<u8>,
    attestation: Vec<u8>,
}

static FILES: LazyLock<[Files; 2]> = LazyLock::new(|| [&*SINGLE, &*SPLIT].map(Files::new));

impl Files {
    fn new(world: &World) -> Self {
        let text = world.attestation_text();
        Self {
            policy: world.policy().parse().expect("a policy"),
            receipt: world.receipt(0).to_bytes(),
            attestation: attestation::sign(&text, &organiser()).expect("an attestation"),
        }
    }
}

/// Every byte in turn, changed to `with`, where it is another.
fn each_changed(bytes: &[u8], with: impl Fn(u8) -> u8) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..bytes.len()).map(move |at| {
        let mut changed = bytes.to_vec();
        changed[at] = with(changed[at]);
        (at, changed)
    })
}

fn accepts_receipt(bytes: &[u8], policy: &Policy) -> Option<Receipt> {
    let receipt = Receipt::parse(bytes).ok()?;
    receipt.verify(policy).ok().map(|_| receipt)
}

fn accepts_attestation(bytes: &[u8], policy: &Policy) -> bool {
    Attestation::parse(bytes).is_ok_and(|attestation| attestation.verify(policy).is_ok())
}

#[test]
fn no_beginning_of_a_file_is_a_file() {
    let Files {
        policy,
        receipt,
        attestation,
    } = &FILES[0];
    assert!(accepts_receipt(receipt, policy).is_some() && accepts_attestation(attestation, policy));
    // The last byte of a receipt is a newline after the JSON.
    for end in (0..receipt.len() - 1)
        .step_by(97)
        .chain(receipt.len() - 20..receipt.len() - 1)
    {
        assert!(
            accepts_receipt(&receipt[..end], policy).is_none(),
            "{end} bytes"
        );
    }
    for end in (0..attestation.len()).step_by(97) {
        assert!(
            !accepts_attestation(&attestation[..end], policy),
            "{end} bytes"
        );
    }
    assert!(!accepts_attestation(
        &attestation[..attestation.len() - 1],
        policy
    ));
}

#[test]
fn every_bit_of_a_withdrawal_and_of_its_leaf_counts() {
    let petition = &SINGLE.petition;
    let id = petition.manifest.id();
    let (leaf, index) = petition.signed_by(1);
    let withdrawal = signer::withdraw(&secret(1), id, &leaf, index);
    verify_withdrawal(id, &leaf, &withdrawal).expect("as signed");
    for bit in 0..8 {
        for (at, changed) in each_changed(&withdrawal.to_bytes(), |byte| byte ^ (1 << bit)) {
            let verdict = Withdrawal::parse(&changed).map(|w| verify_withdrawal(id, &leaf, &w));
            assert!(!matches!(verdict, Ok(Ok(()))), "byte {at}, bit {bit}");
        }
    }
    for (at, changed) in each_changed(&leaf.to_bytes(), |byte| byte ^ 0x10) {
        let verdict =
            PetitionSignature::parse(&changed).map(|l| verify_withdrawal(id, &l, &withdrawal));
        assert!(!matches!(verdict, Ok(Ok(()))), "byte {at} of the leaf");
    }
}

#[test]
fn every_bit_of_a_strike_counts() {
    let petition = &SINGLE.petition;
    let (id, key) = (
        petition.manifest.id(),
        strike_key().verifying_key().to_bytes(),
    );
    let roll_leaf = leaf_hash(&petition.leaves(Tree::Roll)[2]);
    for bit in 0..8 {
        for (at, changed) in
            each_changed(&petition.leaves(Tree::Strikes)[0], |byte| byte ^ (1 << bit))
        {
            let verdict = Strike::parse(&changed).map(|s| verify_strike(id, &key, &roll_leaf, &s));
            assert!(!matches!(verdict, Ok(Ok(()))), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn every_byte_of_a_signed_statement_counts() {
    let world = &*SINGLE;
    let manifest = &world.petition.manifest;
    let keeper = journal_signer(world.shape.ledger());
    let closed = statement::sign(&statement::closed(manifest.id(), Some(2)), &keeper);
    for (at, changed) in each_changed(&closed.expect("a statement"), |byte| byte ^ 1) {
        match Statement::parse(&changed) {
            // Of a kind that is not known: it does not touch the count.
            Err(_) | Ok(Statement::Other(_)) => {}
            Ok(statement) => assert!(
                statement.verify(manifest, &keeper.vkey()).is_err(),
                "byte {at}"
            ),
        }
    }
}

#[test]
fn every_byte_of_an_authenticator_counts() {
    let manifest = &SINGLE.petition.manifest;
    let (leaf, _) = SINGLE.petition.signed_by(0);
    for (at, changed) in each_changed(&leaf.to_bytes(), |byte| byte ^ 4) {
        let verdict = PetitionSignature::parse(&changed).map(|leaf| manifest.token().verify(&leaf));
        assert!(!matches!(verdict, Ok(Ok(()))), "byte {at}");
    }
}

/// Check every byte of `bytes`, each changed in one bit, on all cores.
fn every_byte(bytes: &[u8], is_fine: impl Fn(&[u8]) -> bool + Sync) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for core in 0..cores {
            let is_fine = &is_fine;
            scope.spawn(move || {
                for at in (core..bytes.len()).step_by(cores) {
                    // The neighbour in the alphabet and the other case of a letter, by turns.
                    let flip = [0x01, 0x20][at / cores % 2];
                    let mut changed = bytes.to_vec();
                    changed[at] ^= flip;
                    assert!(is_fine(&changed), "byte {at} ^ {flip:#04x}");
                }
            });
        }
    });
}

#[test]
fn every_byte_of_a_receipt_counts() {
    let Files {
        policy, receipt, ..
    } = &FILES[0];
    // What changes a space of the JSON says the same.
    every_byte(receipt, |changed| {
        accepts_receipt(changed, policy).is_none_or(|read| read.to_bytes() == *receipt)
    });
}

#[test]
fn every_byte_of_an_attestation_counts() {
    let Files {
        policy,
        attestation,
        ..
    } = &FILES[0];
    every_byte(attestation, |changed| !accepts_attestation(changed, policy));
}

/// A bundle is accepted if its entries hash to the tree's root.
#[test]
fn every_byte_of_a_bundle_counts() {
    let leaves = SINGLE.petition.leaves(Tree::Signatures);
    let root = |entries: &[&[u8]]| {
        let mut frontier = Frontier::new();
        for entry in entries {
            frontier.push(leaf_hash(entry));
        }
        frontier.root()
    };
    let width = u16::try_from(leaves.len()).expect("a bundle's");
    let bytes = bundle::encode(leaves).expect("a bundle");
    let expected = root(&bundle::parse(&bytes, width).expect("as encoded"));
    every_byte(&bytes, |changed| {
        bundle::parse(changed, width).map_or(true, |entries| root(&entries) != expected)
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A receipt with a changed byte is refused, or says the same: JSON has spaces.
    #[test]
    fn a_byte_of_a_receipt(split: bool, at: prop::sample::Index, byte: u8) {
        let files = &FILES[usize::from(split)];
        let mut changed = files.receipt.clone();
        changed[at.index(files.receipt.len())] = byte;
        if let Some(receipt) = accepts_receipt(&changed, &files.policy) {
            prop_assert_eq!(&receipt.to_bytes(), &files.receipt);
        }
    }

    /// An attestation with a changed byte is refused.
    #[test]
    fn a_byte_of_an_attestation(split: bool, at: prop::sample::Index, flip in 1u8..) {
        let files = &FILES[usize::from(split)];
        let mut changed = files.attestation.clone();
        changed[at.index(files.attestation.len())] ^= flip;
        prop_assert!(!accepts_attestation(&changed, &files.policy));
    }
}
