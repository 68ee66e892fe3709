//! What is done with foreign bytes, once for the fuzzer and for the tests: no parser panics,
//! what parses prints the same again, and nothing that verifies panics on what parsed.
//!
//! Where a target takes several things, zero bytes stand between them: no text format has any.

use std::sync::LazyLock;

use undersigned::protocol::attestation::{self, Attestation};
use undersigned::protocol::commitment::Disclosure;
use undersigned::protocol::evidence::Evidence;
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{PetitionSignature, RollEntry, Strike, Withdrawal, unique_key};
use undersigned::protocol::list::{self, ListPage, SharedRecord};
use undersigned::protocol::manifest::Manifest;
use undersigned::protocol::promise::Promise;
use undersigned::protocol::receipt::Receipt;
use undersigned::protocol::sample::{BeaconCheck, Chain, Draw, Opening, RoundValue};
use undersigned::protocol::statement::Statement;
use undersigned::protocol::tally::Tally;
use undersigned::protocol::token::TokenKey;
use undersigned::protocol::withdrawal::{verify_strike, verify_withdrawal};
use undersigned::tlog::bundle;
use undersigned::tlog::checkpoint::{Checkpoint, CheckpointError};
use undersigned::tlog::hash::{HASH_LEN, Hash, leaf_hash};
use undersigned::tlog::note::{Note, NoteSignature, NoteSigner, VerifierKey};
use undersigned::tlog::policy::Policy;
use undersigned::tlog::proof::{verify_consistency, verify_inclusion};
use undersigned::tlog::size::{LeafIndex, TreeSize};
use undersigned::tlog::tile::{Tile, TilePath};
use undersigned::tlog::tlog_proof::TlogProof;
use undersigned::tlog::witness::{AddCheckpoint, parse_size_body, size_body};

/// One target.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: &[(&str, Target)] = &[
    ("attestation", attestation),
    ("bundle", bundle),
    ("checkpoint", checkpoint),
    ("disclosure", disclosure),
    ("draw", draw),
    ("evidence", evidence),
    ("leaf", leaf),
    ("list", list),
    ("manifest", manifest),
    ("note", note),
    ("opening", opening),
    ("policy", policy),
    ("promise", promise),
    ("proof", proof),
    ("quorum", quorum),
    ("receipt", receipt),
    ("statement", statement),
    ("tally", tally),
    ("tile-path", tile_path),
    ("tlog-proof", tlog_proof),
    ("token-key", token_key),
    ("vkey", vkey),
    ("witness", witness),
];

/// Run the target with this name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    let (_, target) = target.unwrap_or_else(|| panic!("there is no target {name}"));
    target(bytes);
}

/// The parts between the first zero bytes, if there are so many.
fn parts<const N: usize>(bytes: &[u8]) -> Option<[&[u8]; N]> {
    let parts: Vec<&[u8]> = bytes.splitn(N, |byte| *byte == 0).collect();
    parts.try_into().ok()
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// That a value prints as the text that it was parsed from.
fn same(printed: impl std::fmt::Display, text: &str) {
    assert_eq!(printed.to_string(), text);
}

/// Keys, one a line; lines that are none are passed over.
fn keys(lines: &[u8]) -> Vec<VerifierKey> {
    let lines = text(lines).unwrap_or_default().lines().take(16);
    lines.filter_map(|line| line.parse().ok()).collect()
}

/// `vkeys 0 note`, or a note.
fn note(bytes: &[u8]) {
    let [known, bytes] = parts(bytes).unwrap_or([b"", bytes]);
    if let Ok(lines) = NoteSignature::parse_lines(bytes) {
        let printed = lines.iter().map(ToString::to_string);
        let printed: Vec<String> = printed.chain([String::new()]).collect();
        assert_eq!(printed.join("\n").as_bytes(), bytes);
    }
    let Ok(note) = Note::parse(bytes) else { return };
    assert_eq!(note.to_bytes(), bytes);
    let again = Note::new(note.text(), note.signatures().to_vec());
    assert_eq!(again.as_ref(), Ok(&note));
    let known = keys(known);
    if let Ok(verified) = note.verify(&known.iter().collect::<Vec<_>>()) {
        assert_eq!(verified.text(), note.text());
        assert!(!verified.signatures().is_empty());
        assert!(verified.signatures().len() <= note.signatures().len());
    }
}

fn vkey(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Ok(key) = text.parse::<VerifierKey>() {
        same(&key, text);
        let again = VerifierKey::new(key.name().as_str(), key.key_type(), key.public_key());
        assert_eq!(again, Ok(key));
    }
    if let Ok(signer) = text.parse::<NoteSigner>() {
        assert_eq!(signer.to_secret_text().as_str(), text);
    }
}

fn checkpoint(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let plain = Checkpoint::parse(text);
    match Checkpoint::parse_extended(text) {
        Ok((head, extension)) => {
            same(format!("{head}{extension}"), text);
            match plain {
                Ok(plain) => assert!(plain == head && extension.is_empty()),
                Err(CheckpointError::Extension) => assert!(!extension.is_empty()),
                Err(other) => panic!("{other}"),
            }
        }
        Err(_) => assert!(plain.is_err()),
    }
    let size = parse_size_body(bytes);
    if let (Some(size), true) = (size, bytes.ends_with(b"\n")) {
        assert_eq!(size_body(size), text);
    }
}

fn tile_path(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Ok(path) = text.parse::<TilePath>() {
        same(path, text);
    }
}

/// Two bytes of width, then a bundle or a tile.
fn bundle(bytes: &[u8]) {
    let Some((width, bytes)) = bytes.split_first_chunk() else {
        return;
    };
    let width = u16::from_be_bytes(*width);
    if let Ok(entries) = bundle::parse(bytes, width) {
        assert_eq!(entries.len(), usize::from(width));
        assert_eq!(bundle::encode(&entries).as_deref(), Ok(bytes));
    }
    if let Ok(tile) = Tile::parse(bytes, width) {
        assert_eq!((tile.width(), tile.to_bytes().as_slice()), (width, bytes));
        for height in 0..9 {
            let _ = tile.subtree(height, width >> height);
        }
    }
}

/// Two numbers, two roots, and hashes: a proof of inclusion or of consistency.
fn proof(bytes: &[u8]) {
    let mut rest = bytes;
    let mut number = || {
        let (number, after) = rest.split_first_chunk::<8>()?;
        rest = after;
        Some(u64::from_be_bytes(*number))
    };
    let (Some(first), Some(second)) = (number(), number()) else {
        return;
    };
    let mut hashes = rest.as_chunks::<HASH_LEN>().0.iter().copied().map(Hash);
    let (Some(one), Some(other)) = (hashes.next(), hashes.next()) else {
        return;
    };
    let path: Vec<Hash> = hashes.take(200).collect();
    let included = verify_inclusion(&one, LeafIndex(first), TreeSize(second), &path, &other);
    assert!(included.is_err() || (first < second && path.len() < 65));
    let consistent = verify_consistency(TreeSize(first), &one, TreeSize(second), &other, &path);
    if consistent.is_ok() {
        assert!(first < second || (first == second && one == other && path.is_empty()));
        // Nothing can be left out, and nothing added.
        let more = [path.as_slice(), &[one]].concat();
        let more = verify_consistency(TreeSize(first), &one, TreeSize(second), &other, &more);
        assert!(more.is_err());
    }
}

fn policy(bytes: &[u8]) {
    static SAMPLE: LazyLock<Note> = LazyLock::new(|| {
        let root = leaf_hash(b"sample");
        let text = format!("log.example\n1\n{root}\n");
        let signer = NoteSigner::new("log.example", &[1; 32]).expect("a key");
        Note::new(&text, vec![signer.sign(&text)]).expect("a note")
    });
    if let Ok(policy) = Policy::parse(bytes) {
        let _ = policy.verify(&SAMPLE);
        assert!(policy.logs().len() <= 256 && policy.witnesses().len() <= 256);
        if policy.witnesses().is_empty() {
            assert!(!policy.requires_witnesses());
        }
    }
}

/// `policy 0 note`.
fn quorum(bytes: &[u8]) {
    let Some([policy, note]) = parts(bytes) else {
        return;
    };
    let (Ok(policy), Ok(note)) = (Policy::parse(policy), Note::parse(note)) else {
        return;
    };
    if let Ok(witnessed) = policy.verify(&note) {
        same(witnessed.checkpoint(), note.text());
        assert!(!witnessed.log_keys().is_empty());
        assert!(!policy.requires_witnesses() || !witnessed.witnesses().is_empty());
    }
}

/// `policy 0 leaf 0 proof`, or a proof.
fn tlog_proof(bytes: &[u8]) {
    let [policy, leaf, bytes] = parts(bytes).unwrap_or([b"", b"", bytes]);
    let Some(text) = text(bytes) else { return };
    let Ok(proof) = text.parse::<TlogProof>() else {
        return;
    };
    same(&proof, text);
    if let Ok(policy) = Policy::parse(policy) {
        let _ = proof.verify(&leaf_hash(leaf), &policy);
    }
}

/// `vkeys 0 latest checkpoint 0 request`, or a request.
fn witness(bytes: &[u8]) {
    let [known, latest, bytes] = parts(bytes).unwrap_or([b"", b"", bytes]);
    let Ok(request) = AddCheckpoint::parse(bytes) else {
        return;
    };
    assert_eq!(request.to_string().as_bytes(), bytes);
    let (old, proof, note) = (request.old(), request.proof(), request.note());
    let again = AddCheckpoint::new(old, proof.to_vec(), note.clone());
    assert_eq!(again.as_ref(), Ok(&request));
    let whole = format!("{}{}", request.checkpoint(), request.extension());
    assert_eq!(whole, note.text());
    let known = keys(known);
    if let Ok(signatures) = request.verify(&known.iter().collect::<Vec<_>>()) {
        assert!((1..=known.len()).contains(&signatures.len()));
        assert!(
            signatures
                .iter()
                .all(|line| note.signatures().contains(line))
        );
    }
    let latest = text(latest).and_then(|text| Checkpoint::parse(text).ok());
    for latest in [None, latest.as_ref()] {
        if request.continues(latest).is_ok() {
            let known = latest.map_or(TreeSize(0), |latest| latest.size);
            assert!(old == known && known <= request.checkpoint().size);
        }
    }
}

fn manifest(bytes: &[u8]) {
    let Ok(manifest) = Manifest::parse(bytes) else {
        return;
    };
    assert_eq!(manifest.bytes(), bytes);
    assert_eq!(manifest.id(), PetitionId::of(bytes));
    let again = Manifest::new(manifest.terms()).expect("terms that were accepted");
    let parsed = Manifest::parse(again.bytes()).expect("what we write we read");
    assert_eq!(parsed.bytes(), again.bytes());
    for tree in Tree::ALL {
        let key = manifest.tree_vkey(tree).to_string();
        assert!(key.parse::<VerifierKey>().is_ok());
        let origin = manifest.tree_origin(tree);
        assert!(origin.starts_with(manifest.keeper(tree)) && !origin.contains(char::is_control));
    }
    let _ = manifest.pinned_policy();
}

fn token_key(bytes: &[u8]) {
    if let Ok(key) = TokenKey::parse(bytes) {
        assert_eq!(key.der(), bytes);
        let _ = key.verify(b"message", &[0xff; 256]);
        assert!(TokenKey::from_modulus(key.modulus()).is_ok());
    }
}

fn disclosure(bytes: &[u8]) {
    let Ok(disclosure) = Disclosure::parse(bytes) else {
        return;
    };
    assert_eq!(disclosure.as_bytes(), bytes);
    let again = Disclosure::new(&disclosure.fields()).map(|again| again.fields());
    assert!(again.is_ok_and(|again| again == disclosure.fields()));
}

fn leaf(bytes: &[u8]) {
    let petition = PetitionId([7; 32]);
    for tree in Tree::ALL {
        assert!(unique_key(tree, bytes).is_err() || bytes.len() == tree.leaf_len());
    }
    if let Ok(leaf) = PetitionSignature::parse(bytes) {
        assert_eq!(leaf.to_bytes(), bytes);
        let _ = verify_withdrawal(petition, &leaf, &WITHDRAWAL);
    }
    if let Ok(leaf) = RollEntry::parse(bytes) {
        assert_eq!(leaf.to_bytes(), bytes);
    }
    if let Ok(leaf) = Withdrawal::parse(bytes) {
        assert_eq!(leaf.to_bytes(), bytes);
        let _ = verify_withdrawal(petition, &SIGNATURE, &leaf);
    }
    if let Ok(leaf) = Strike::parse(bytes) {
        assert_eq!(leaf.to_bytes(), bytes);
        let _ = verify_strike(petition, &SIGNATURE.pk, &leaf_hash(b"roll"), &leaf);
    }
}

/// Leaves that the others are checked with.
static SIGNATURE: LazyLock<PetitionSignature> = LazyLock::new(|| {
    let mut bytes = vec![9; Tree::Signatures.leaf_len()];
    bytes[..2].copy_from_slice(&[1, 1]);
    PetitionSignature::parse(&bytes).expect("a leaf")
});
static WITHDRAWAL: LazyLock<Withdrawal> = LazyLock::new(|| {
    let mut bytes = vec![9; Tree::Withdrawals.leaf_len()];
    bytes[..2].copy_from_slice(&[1, 2]);
    Withdrawal::parse(&bytes).expect("a leaf")
});

fn tally(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Ok(tally) = Tally::parse(text) {
        same(&tally, text);
        let totals = tally.totals();
        assert!(totals.count() <= totals.ceiling() && totals.ceiling() <= totals.signatures);
    }
}

/// `manifest 0 key of the journal 0 statement`, or a statement.
fn statement(bytes: &[u8]) {
    let [manifest, keeper, bytes] = parts(bytes).unwrap_or([b"", b"", bytes]);
    let Ok(statement) = Statement::parse(bytes) else {
        return;
    };
    let _ = statement.petition();
    let keeper = text(keeper).and_then(|key| key.parse::<VerifierKey>().ok());
    let (Ok(manifest), Some(keeper)) = (Manifest::parse(manifest), keeper) else {
        return;
    };
    let _ = statement.verify(&manifest, &keeper);
}

/// The text of a promise, or a whole one. Signed by a key of ours, any text gets past the
/// check of the signature.
fn promise(bytes: &[u8]) {
    static LEDGER: LazyLock<NoteSigner> =
        LazyLock::new(|| NoteSigner::new("petitions.example.org", &[b'p'; 32]).expect("a key"));
    let _ = Promise::open(bytes, &LEDGER.vkey());
    let text = Note::parse(bytes).map(|note| note.text().to_owned());
    let text = text.ok().or_else(|| text_of(bytes));
    let Some(text) = text else { return };
    let Ok(note) = Note::new(&text, vec![LEDGER.sign(&text)]) else {
        return;
    };
    if let Ok(promise) = Promise::open(&note.to_bytes(), &LEDGER.vkey()) {
        same(&promise, &text);
    }
}

fn text_of(bytes: &[u8]) -> Option<String> {
    text(bytes).map(str::to_owned)
}

/// A page of an organiser's list; and what its records and addresses may say once open.
fn list(bytes: &[u8]) {
    let _ = list::read_address(bytes);
    if let Ok(record) = SharedRecord::parse(bytes) {
        assert_eq!(SharedRecord::parse(&record.to_bytes()), Ok(record));
    }
    let Ok(page) = ListPage::parse(bytes) else {
        return;
    };
    let printed = page.to_bytes();
    assert_eq!(ListPage::parse(&printed), Ok(page.clone()));
    if let Ok(page) = page.verify(None) {
        let record = SharedRecord {
            salt: [0; 32],
            disclosure: "{}".to_owned(),
            address: None,
        };
        for entry in page.entries() {
            assert!(page.check(entry, &record).is_err(), "opens anything");
        }
    }
}

fn receipt(bytes: &[u8]) {
    let Ok(receipt) = Receipt::parse(bytes) else {
        return;
    };
    let printed = receipt.to_bytes();
    let again = Receipt::parse(&printed).map(|again| again.to_bytes());
    assert_eq!(again, Ok(printed));
    let _ = receipt.signature();
    assert!(Receipt::parse(&receipt.public().to_bytes()).is_ok_and(|half| half.private.is_none()));
    if let Ok(manifest) = receipt.manifest() {
        let _ = receipt.verify(&manifest.pinned_policy());
    }
}

/// `policy 0 evidence`, or evidence that is checked against the keys it names.
fn evidence(bytes: &[u8]) {
    let [policy, bytes] = parts(bytes).unwrap_or([b"", bytes]);
    let Ok(evidence) = Evidence::parse(bytes) else {
        return;
    };
    assert_eq!(Evidence::parse(&evidence.to_file()).as_ref(), Ok(&evidence));
    let pinned = evidence.manifest().ok().flatten();
    let pinned = pinned.map(|manifest| manifest.pinned_policy());
    for policy in Policy::parse(policy).ok().into_iter().chain(pinned) {
        if let Ok(proven) = evidence.verify(&policy) {
            let known = |key: &VerifierKey| policy.logs().iter().any(|log| log.key == *key);
            assert!(proven.keys.iter().any(known), "nobody unknown is accused");
        }
    }
}

/// Signed once more by the organiser of the test petitions, changed numbers get past the
/// check of the signature.
fn attestation(bytes: &[u8]) {
    static ORGANISER: LazyLock<NoteSigner> =
        LazyLock::new(|| NoteSigner::new("organiser.example.org", &[1; 32]).expect("a key"));
    let Ok(found) = Attestation::parse(bytes) else {
        return;
    };
    let policy = found.manifest().pinned_policy();
    let _ = found.verify(&policy);
    let note = Note::parse(bytes).expect("an attestation is a note");
    let signed = attestation::sign(note.text(), &ORGANISER).expect("it was signed before");
    let again = Attestation::parse(&signed).expect("the same text");
    if let Ok(verified) = again.verify(&policy) {
        assert!(verified.totals.count() <= verified.totals.ceiling());
    }
}

/// Takes any signature, so that what comes after it is reached.
struct AnyBeacon;

impl BeaconCheck for AnyBeacon {
    fn is_signed(&self, _: &Chain, _: &RoundValue) -> bool {
        true
    }
}

fn draw(bytes: &[u8]) {
    let Ok(draw) = Draw::parse(bytes) else {
        return;
    };
    assert_eq!(Draw::parse(&draw.to_bytes()).as_ref(), Ok(&draw));
    let Ok(manifest) = draw.manifest() else {
        return;
    };
    let policy = manifest.pinned_policy();
    if let Ok(drawn) = draw.verify(&policy, &AnyBeacon) {
        assert!(drawn.entries.len() as u64 <= drawn.frame.remaining());
        assert!(drawn.round_time > drawn.frame.latest);
    }
    if let Some(beacon) = draw.beacon.clone() {
        let _ = draw.clone().complete(beacon, &policy, &AnyBeacon);
    }
}

fn opening(bytes: &[u8]) {
    if let Ok(opening) = Opening::parse(bytes) {
        assert_eq!(Opening::parse(&opening.to_bytes()), Ok(opening));
    }
}
