//! A petition, a signature and its proof, made without a service: the same at every run.

use std::sync::Arc;

use undersigned::clock::ManualClock;
use undersigned::keys::{InstanceKeys, PetitionKeyStore, RegistrarPetitionKeys};
use undersigned::protocol::attestation;
use undersigned::protocol::commitment::{Disclosure, DisclosureFields};
use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::{InclusionProof, JournaledTally};
use undersigned::protocol::manifest::{
    Ask, Asks, FORMAT, LedgerKeys, Localized, Manifest, Organiser, Publication, RegistrarKeys,
    Retention, Terms,
};
use undersigned::protocol::receipt::{Private, Receipt};
use undersigned::protocol::signer::{SignerSecret, Signing};
use undersigned::protocol::statement;
use undersigned::protocol::tally::{Tally, TreeHead};
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::hash::{empty_root, leaf_hash, node_hash};
use undersigned::tlog::note::{Note, NoteSigner};
use undersigned::tlog::size::{LeafIndex, TreeSize};
use undersigned::tlog::tlog_proof::TlogProof;

const ORIGIN: &str = "petitions.example.org";
/// 2026-10-01T00:00:00Z.
const NOW: u64 = 1_790_812_800;

pub(crate) struct World {
    pub(crate) manifest: Manifest,
    pub(crate) receipt: Receipt,
    pub(crate) attestation: Vec<u8>,
    /// The tally as a journal entry, and its bare proof.
    pub(crate) tally: String,
    pub(crate) proof: String,
    /// The journal's Ed25519 and ML-DSA-44 keys.
    pub(crate) vkeys: [String; 2],
}

fn public(seed: [u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(&seed)
        .verifying_key()
        .to_bytes()
}

fn text(text: &str) -> Vec<Localized> {
    vec![Localized {
        lang: "en".to_owned(),
        text: text.to_owned(),
    }]
}

fn manifest(
    instance: &InstanceKeys,
    keys: &PetitionKeyStore,
    organiser: &NoteSigner,
) -> (Manifest, RegistrarPetitionKeys) {
    let registrar = keys.new_registrar().expect("registrar keys");
    let ledger = keys.new_ledger().expect("ledger keys");
    let vkeys: Vec<String> = instance.vkeys().iter().map(ToString::to_string).collect();
    let terms = Terms {
        format: FORMAT.to_owned(),
        title: text("Plant the trees"),
        letter: text("Please plant them."),
        recipients: vec!["The gardener".to_owned()],
        organiser: Organiser {
            name: "Friends of the Park".to_owned(),
            vkeys: vec![organiser.vkey().to_string()],
        },
        opens: NOW - 100,
        confirm_until: NOW + 1000,
        submit_until: NOW + 2000,
        withdraw_until: NOW + 3000,
        goal: None,
        asks: Asks {
            name: Ask::Optional,
            region: Ask::No,
            comment: Ask::No,
            updates: false,
            roll_region: false,
        },
        registrar: RegistrarKeys {
            origin: ORIGIN.to_owned(),
            vkeys: vkeys.clone(),
            roll: public(registrar.roll_seed),
            strikes: public(registrar.strikes_seed),
            strike_key: registrar.strike.verifying_key().to_bytes(),
            token_key: registrar.token_public.der().to_vec(),
            identity_key_commitment: registrar.identity.commitment(),
        },
        ledger: LedgerKeys {
            origin: ORIGIN.to_owned(),
            vkeys,
            signatures: public(ledger.signatures_seed),
            withdrawals: public(ledger.withdrawals_seed),
            tag_key: ledger.tag.public(),
        },
        email_rules: 1,
        publication: Publication::Batched,
        retention: Retention {
            pending_days: 7,
            network_hours: 24,
            vault_days: 90,
        },
        audit: None,
    };
    (Manifest::new(&terms).expect("a manifest"), registrar)
}

fn sign(manifest: &Manifest, registrar: &RegistrarPetitionKeys) -> Receipt {
    let fields = DisclosureFields {
        name: Some("A. Signer".to_owned()),
        ..DisclosureFields::default()
    };
    let disclosure = Disclosure::new(&fields).expect("short");
    let secret = [7; 32];
    let context = manifest.token();
    let signing = Signing::new(&SignerSecret(secret), manifest.id(), context, &disclosure);
    let signing = signing.expect("blinds");
    let message = rsa::BoxedUint::from_be_slice(signing.blinded_message(), 2048).expect("fits");
    let signed = rsa::hazmat::rsa_decrypt_and_check(
        &registrar.token,
        None::<&mut rsa::rand_core::UnwrapErr<getrandom::SysRng>>,
        &message,
    );
    let signed = signed.expect("blind-signs").to_be_bytes();
    let mut answer = [0; 256];
    answer[256 - signed.len()..].copy_from_slice(&signed);
    let leaf = signing.finish(context, &answer).expect("a token");
    let disclosure = String::from_utf8(disclosure.as_bytes().to_vec()).expect("JSON");
    let private = Private { secret, disclosure };
    let mut receipt = Receipt::begin(manifest, None, private);
    receipt.leaf = Some(to_base64(leaf.to_bytes()));
    receipt
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(ManualClock::new(NOW, 1));
        let instance = InstanceKeys::open(folder.path(), ORIGIN, &*clock).expect("keys");
        let keys = PetitionKeyStore::new(folder.path().join("petitions"), clock);
        let organiser = NoteSigner::new("friends-of-the-park", &[9; 32]).expect("a key");
        let (manifest, registrar) = manifest(&instance, &keys, &organiser);
        let mut receipt = sign(&manifest, &registrar);

        // Two signatures, ours the second; the roll holds three.
        let leaf = receipt
            .signature()
            .expect("parses")
            .expect("is there")
            .to_bytes();
        let other = leaf_hash(b"another signature");
        let head = |size, root| TreeHead { size, root };
        let trees = [
            (Tree::Roll, head(3, leaf_hash(b"a roll"))),
            (Tree::Strikes, head(1, leaf_hash(b"a strike"))),
            (
                Tree::Signatures,
                head(2, node_hash(&other, &leaf_hash(&leaf))),
            ),
            (Tree::Withdrawals, head(0, empty_root())),
        ];
        let tally = Tally::new(manifest.id(), NOW, None, &trees, None).expect("a tally");
        let totals = tally.totals();
        let tally = tally.to_string();

        // The journal: published, tally.
        let note = statement::sign(&statement::published(&manifest), &organiser).expect("signs");
        let published = leaf_hash(&note);
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size: TreeSize(2),
            root: node_hash(&published, &leaf_hash(tally.as_bytes())),
        };
        let checkpoint = instance.sign_journal(&checkpoint, NOW).expect("signs");
        let checkpoint = Note::parse(&checkpoint).expect("a note");
        let proof = TlogProof::new(LeafIndex(1), vec![published], checkpoint, None).to_string();
        let journaled = JournaledTally {
            tally: tally.clone(),
            proof: proof.clone(),
        };
        let attested = attestation::text(&manifest, &totals, NOW, &journaled, None);
        receipt.proof = Some(InclusionProof {
            tree: Tree::Signatures,
            leaf,
            index: 1,
            path: vec![other],
            journaled,
        });
        Self {
            receipt,
            attestation: attestation::sign(&attested, &organiser).expect("signs"),
            tally,
            proof,
            vkeys: instance.vkeys().map(|key| key.to_string()),
            manifest,
        }
    }
}
