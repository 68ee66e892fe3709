//! Parsers: no panic on any bytes, and one spelling for each value.

use std::sync::LazyLock;

use proptest::prelude::*;
use undersigned::protocol::attestation::{self, ATTESTATION_MAX, Attestation, AttestationError};
use undersigned::protocol::commitment::Disclosure;
use undersigned::protocol::evidence::Evidence;
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{PetitionSignature, RollEntry, Strike, Withdrawal, unique_key};
use undersigned::protocol::manifest::Manifest;
use undersigned::protocol::promise::Promise;
use undersigned::protocol::receipt::{RECEIPT_MAX, Receipt, ReceiptError};
use undersigned::protocol::statement::Statement;
use undersigned::protocol::tag::verify_tag;
use undersigned::protocol::tally::{Cover, Tally, TreeHead};
use undersigned::protocol::token::TokenKey;
use undersigned::tlog::bundle;
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::hash::Hash;
use undersigned::tlog::note::{Note, NoteSignature, NoteSigner, VerifierKey};
use undersigned::tlog::policy::Policy;
use undersigned::tlog::tile::{Tile, TilePath};
use undersigned::tlog::tlog_proof::TlogProof;

use crate::world::{journal_signer, organiser};
use crate::{SINGLE, SPLIT, edited};

/// Give the bytes to every parser; what parses and prints must print the same.
fn parse_everything(bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(note) = Note::parse(bytes) {
        prop_assert_eq!(note.to_bytes(), bytes);
    }
    if let Ok(manifest) = Manifest::parse(bytes) {
        prop_assert_eq!(manifest.bytes(), bytes);
        prop_assert_eq!(manifest.id(), PetitionId::of(bytes));
    }
    if let Ok(disclosure) = Disclosure::parse(bytes) {
        prop_assert_eq!(disclosure.as_bytes(), bytes);
        let _ = disclosure.fields();
    }
    for tree in Tree::ALL {
        let _ = unique_key(tree, bytes);
    }
    let leaves = [
        PetitionSignature::parse(bytes).map(|leaf| leaf.to_bytes()),
        RollEntry::parse(bytes).map(|leaf| leaf.to_bytes()),
        Withdrawal::parse(bytes).map(|leaf| leaf.to_bytes()),
        Strike::parse(bytes).map(|leaf| leaf.to_bytes()),
    ];
    for leaf in leaves.into_iter().flatten() {
        prop_assert_eq!(leaf, bytes);
    }
    if let Ok(key) = TokenKey::parse(bytes) {
        prop_assert_eq!(key.der(), bytes);
    }
    if let Ok(receipt) = Receipt::parse(bytes) {
        let again = Receipt::parse(&receipt.to_bytes());
        prop_assert_eq!(again.map(|r| r.to_bytes()), Ok(receipt.to_bytes()));
        let _ = receipt.signature();
    }
    if let Ok(evidence) = Evidence::parse(bytes) {
        prop_assert_eq!(Evidence::parse(&evidence.to_file()), Ok(evidence));
    }
    let _ = Attestation::parse(bytes);
    let _ = Statement::parse(bytes);
    let _ = Policy::parse(bytes);
    let _ = NoteSignature::parse_lines(bytes);
    for width in [0, 1, 2, 256, u16::MAX] {
        let _ = bundle::parse(bytes, width);
        let _ = Tile::parse(bytes, width);
    }
    let _ = Promise::open(bytes, &journal_signer("petitions.example.org").vkey());
    std::str::from_utf8(bytes).map_or(Ok(()), parse_text)
}

fn parse_text(text: &str) -> Result<(), TestCaseError> {
    let printed = [
        Tally::parse(text).map(|value| value.to_string()).ok(),
        Checkpoint::parse(text).map(|value| value.to_string()).ok(),
        text.parse::<TlogProof>()
            .map(|value| value.to_string())
            .ok(),
        text.parse::<VerifierKey>()
            .map(|value| value.to_string())
            .ok(),
        text.parse::<NoteSigner>()
            .map(|value| value.to_secret_text().to_string())
            .ok(),
        text.parse::<NoteSignature>()
            .map(|value| value.to_string())
            .ok(),
        text.parse::<TilePath>().map(|value| value.to_string()).ok(),
        text.parse::<PetitionId>()
            .map(|value| value.to_string())
            .ok(),
        text.parse::<Tree>().map(|value| value.to_string()).ok(),
        text.parse::<Hash>().map(|value| value.to_string()).ok(),
    ];
    for printed in printed.into_iter().flatten() {
        prop_assert_eq!(printed, text);
    }
    Ok(())
}

/// One of each of the texts and byte strings that we make.
static SAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut samples = Vec::new();
    for world in [&*SINGLE, &*SPLIT] {
        samples.extend(world.ledger.entries.iter().cloned());
        samples.extend(Tree::ALL.map(|tree| world.petition.leaves(tree)[0].clone()));
        samples.push(world.petition.manifest.bytes().to_vec());
        samples.push(world.petition.manifest.token().key().der().to_vec());
        samples.push(world.receipt(0).to_bytes());
        let text = world.attestation_text();
        samples.push(attestation::sign(&text, &organiser()).expect("an attestation"));
        samples.push(world.policy().into_bytes());
        samples.push(world.ledger.journaled(2).proof.into_bytes());
        samples.push(world.ledger.note().to_bytes());
        samples.push(world.ledger.checkpoint().to_string().into_bytes());
        let signer = journal_signer(world.shape.ledger());
        samples.push(world.promise(0).sign(&signer).expect("a promise"));
        samples.push(signer.vkey().to_string().into_bytes());
        samples.push(signer.to_secret_text().as_bytes().to_vec());
        samples.push(b"tile/entries/x001/x234/067.p/8".to_vec());
        samples.push(br#"{"name":"A","region":"Bern"}"#.to_vec());
    }
    samples
});

fn sample() -> impl Strategy<Value = Vec<u8>> {
    (0..SAMPLES.len()).prop_flat_map(|at| edited(&SAMPLES[at]))
}

#[test]
fn the_samples_themselves() {
    for sample in SAMPLES.iter() {
        parse_everything(sample).expect("one spelling");
    }
}

#[test]
fn files_that_are_too_long() {
    let receipt = Receipt::parse(&vec![b' '; RECEIPT_MAX + 1]).err();
    assert_eq!(receipt, Some(ReceiptError::TooLong(RECEIPT_MAX + 1)));
    let attestation = Attestation::parse(&vec![b'a'; ATTESTATION_MAX + 1]).err();
    assert_eq!(
        attestation,
        Some(AttestationError::TooLong(ATTESTATION_MAX + 1))
    );
}

fn head() -> impl Strategy<Value = TreeHead> {
    (0..(1u64 << 63), any::<[u8; 32]>()).prop_map(|(size, root)| TreeHead {
        size,
        root: Hash(root),
    })
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parse_everything(&bytes)?;
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        parse_everything(text.as_bytes())?;
    }

    #[test]
    fn changed_samples(bytes in sample()) {
        parse_everything(&bytes)?;
    }

    #[test]
    fn tallies_read_back(
        id: [u8; 32], time in 0..(1u64 << 63), previous in prop::option::of(0..(1u64 << 63)),
        heads in prop::array::uniform4(head()), index in 0..(1u64 << 63), shape in 0..3,
    ) {
        let trees: Vec<_> = Tree::ALL.into_iter().zip(heads).collect();
        let cover = Cover { origin: "registrar.example.net".to_owned(), index, roll: heads[0] };
        let (trees, cover) = match shape {
            0 => (&trees[..], None),
            1 => (&trees[..2], None),
            _ => (&trees[2..], Some(cover)),
        };
        // More signatures than the roll has entries is the only way not to be a tally.
        let covered = shape == 1 || heads[2].size <= heads[0].size;
        let tally = Tally::new(PetitionId(id), time, previous, trees, cover);
        prop_assert_eq!(tally.is_ok(), covered);
        if let Ok(tally) = tally {
            let totals = tally.totals();
            prop_assert!(totals.count() <= totals.ceiling() && totals.ceiling() <= totals.signatures);
            prop_assert_eq!(Tally::parse(&tally.to_string()), Ok(tally));
        }
    }

    #[test]
    fn promises_read_back(id: [u8; 32], leaf: [u8; 32], by in 0..(1u64 << 63)) {
        let signer = journal_signer("petitions.example.org");
        let promise = Promise {
            origin: "petitions.example.org".to_owned(), petition: PetitionId(id), leaf: Hash(leaf), by,
        };
        let note = promise.sign(&signer).unwrap();
        prop_assert_eq!(Promise::open(&note, &signer.vkey()), Ok(promise));
    }

    #[test]
    fn tags_of_any_bytes(key: [u8; 32], u: [u8; 32], proof in prop::collection::vec(any::<u8>(), 80)) {
        prop_assert!(verify_tag(&key, &u, &proof.try_into().unwrap()).is_err());
    }
}
