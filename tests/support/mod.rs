//! An instance with a petition, without mail: roll entries and tokens are made directly
//! with the registrar's keys.
#![allow(dead_code, unreachable_pub)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ed25519_dalek::{Signer as _, SigningKey};
use rsa::BoxedUint;
use rsa::hazmat::rsa_decrypt_and_check;
use undersigned::clock::{Clock, ManualClock};
use undersigned::instance::{Instance, Petition, Publisher, PublisherHandle, Take};
use undersigned::keys::{InstanceKeys, PetitionKeyStore};
use undersigned::ledger::Ledger;
use undersigned::protocol::blind::pss_encode;
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{PetitionSignature, RollEntry, Strike, StrikeReason, Withdrawal};
use undersigned::protocol::manifest::{
    Ask, Asks, FORMAT, LedgerKeys, Localized, Manifest, Organiser, Publication, RegistrarKeys,
    Retention, Terms,
};
use undersigned::protocol::{domain, statement, withdrawal};
use undersigned::store::{Change, MemoryStore, Refused, Store, Waiting};
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::note::NoteSigner;

pub const ORIGIN: &str = "petitions.example.org";
pub const OPENS: u64 = 1_800_000_000;
pub const DAY: u64 = 86_400;

/// Another one each time, so that no two worlds share keys.
pub fn seed() -> u64 {
    static SEED: AtomicU64 = AtomicU64::new(0);
    SEED.fetch_add(1, Ordering::Relaxed)
}

pub fn organiser() -> NoteSigner {
    NoteSigner::new("organiser.example.org", &[3; 32]).expect("a name")
}

/// Terms over keys that this instance contributes.
pub fn terms(instance: &InstanceKeys, keys: &PetitionKeyStore, publication: Publication) -> Terms {
    let registrar = keys.new_registrar().expect("keys can be made");
    let ledger = keys.new_ledger().expect("keys can be made");
    let public = |seed: &[u8; 32]| SigningKey::from_bytes(seed).verifying_key().to_bytes();
    let vkeys: Vec<String> = instance.vkeys().iter().map(ToString::to_string).collect();
    let text = |text: &str| {
        vec![Localized {
            lang: "en".into(),
            text: text.into(),
        }]
    };
    Terms {
        format: FORMAT.into(),
        title: text("Keep the night train"),
        letter: text("We ask you to keep the night train."),
        recipients: vec!["The council".into()],
        organiser: Organiser {
            name: "Friends of the night train".into(),
            vkeys: vec![organiser().vkey().to_string()],
        },
        opens: OPENS,
        confirm_until: OPENS + 30 * DAY,
        submit_until: OPENS + 33 * DAY,
        withdraw_until: OPENS + 60 * DAY,
        goal: Some(1000),
        asks: Asks {
            name: Ask::Optional,
            region: Ask::No,
            comment: Ask::Optional,
            updates: true,
            roll_region: false,
            share: None,
        },
        registrar: RegistrarKeys {
            origin: instance.origin().into(),
            vkeys: vkeys.clone(),
            roll: public(&registrar.roll_seed),
            strikes: public(&registrar.strikes_seed),
            strike_key: registrar.strike.verifying_key().to_bytes(),
            token_key: registrar.token_public.der().to_vec(),
            identity_key_commitment: registrar.identity.get().expect("new").commitment(),
        },
        ledger: LedgerKeys {
            origin: instance.origin().into(),
            vkeys,
            signatures: public(&ledger.signatures_seed),
            withdrawals: public(&ledger.withdrawals_seed),
            tag_key: ledger.tag.get().expect("new").public(),
        },
        email_rules: 1,
        publication,
        retention: Retention {
            pending_days: 7,
            network_hours: 24,
            vault_days: 90,
        },
        audit: None,
    }
}

/// A world of one instance with one open petition.
pub struct World {
    pub clock: Arc<ManualClock>,
    pub store: Arc<dyn Store>,
    pub instance: Arc<Instance>,
    pub ledger: Arc<Ledger>,
    pub publisher: PublisherHandle,
    pub id: PetitionId,
    pub folder: tempfile::TempDir,
}

impl World {
    pub async fn new(publication: Publication) -> Self {
        Self::on(Arc::new(MemoryStore::new()), publication).await
    }

    pub async fn on(store: Arc<dyn Store>, publication: Publication) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::new(OPENS, seed()));
        let instance = open(store.clone(), folder.path(), clock.clone());
        let publisher = run(&instance);
        let terms = terms(&instance.keys, &instance.petition_keys, publication);
        let manifest = Manifest::new(&terms).expect("a manifest");
        let note = statement::sign(&statement::published(&manifest), &organiser());
        publisher
            .state(note.expect("text"))
            .await
            .expect("published");
        let ledger = Ledger::open(instance.clone());
        Self {
            clock,
            store,
            instance,
            ledger,
            publisher,
            id: manifest.id(),
            folder,
        }
    }

    /// What a restarted process has: the same store and keys, all else anew.
    pub fn restart(self) -> Self {
        let Self {
            clock,
            store,
            id,
            folder,
            ..
        } = self;
        let instance = open(store.clone(), folder.path(), clock.clone());
        let publisher = run(&instance);
        let ledger = Ledger::open(instance.clone());
        Self {
            clock,
            store,
            instance,
            ledger,
            publisher,
            id,
            folder,
        }
    }

    pub fn petition(&self) -> Arc<Petition> {
        self.instance.petitions.get(&self.id).expect("published")
    }

    /// Publish what is due; how many leaves came out.
    pub async fn publish_due(&self) -> u64 {
        self.publisher
            .publish(Take::Due)
            .await
            .expect("a publication")
            .leaves
    }

    /// Publish all that waits; how many leaves came out.
    pub async fn publish_all(&self) -> u64 {
        self.publisher
            .publish(Take::All)
            .await
            .expect("a publication")
            .leaves
    }

    /// Put the `n`th mailbox onto the roll.
    pub async fn confirm(&self, n: u64) {
        let entry = RollEntry {
            tag: domain::hash("test/tag", &[&n.to_be_bytes()]),
            commitment: domain::hash("test/commitment", &[&n.to_be_bytes()]),
        };
        self.accept(Tree::Roll, entry.to_bytes())
            .await
            .expect("a fresh tag");
    }

    pub async fn accept(&self, tree: Tree, leaf: Vec<u8>) -> Result<(), Refused> {
        let waiting = Waiting::new(leaf, self.clock.now());
        let change = Change {
            accept: vec![(self.id, tree, waiting)],
            ..Change::default()
        };
        self.instance
            .committer
            .commit(change)
            .await
            .expect("the store works")
    }

    /// The `n`th signer's leaf, with a token, whether or not a mailbox was confirmed.
    pub fn signature(&self, n: u64) -> PetitionSignature {
        self.signature_with(n, [7; 32])
    }

    pub fn signature_with(&self, n: u64, commitment: [u8; 32]) -> PetitionSignature {
        let pk = key(n).verifying_key().to_bytes();
        signature(&self.petition(), pk, commitment)
    }

    /// Confirm and submit the signers of `range`. Returns the leaves.
    pub async fn sign(&self, range: std::ops::Range<u64>) -> Vec<Vec<u8>> {
        let mut leaves = Vec::new();
        for n in range {
            self.confirm(n).await;
            let leaf = self.signature(n).to_bytes();
            self.ledger.submit(self.id, &leaf).await.expect("accepted");
            leaves.push(leaf);
        }
        leaves
    }

    /// Index of a published signature leaf.
    pub fn index_of(&self, leaf: &[u8]) -> u64 {
        let promised = self
            .ledger
            .promised(self.id, &leaf_hash(leaf))
            .expect("the store works");
        promised.expect("known").index.expect("published")
    }

    /// The `n`th signer takes the signature at `index` back.
    pub fn withdrawal(&self, n: u64, leaf: &[u8], index: u64) -> Vec<u8> {
        let message = withdrawal::message(self.id, &leaf_hash(leaf), index);
        let signature = key(n).sign(&message).to_bytes();
        Withdrawal { index, signature }.to_bytes()
    }

    /// A strike of roll entry `index`.
    pub fn strike(&self, index: u64, roll_leaf: &Hash) -> Vec<u8> {
        let reason = StrikeReason::SignersRequest;
        let message = withdrawal::strike_message(self.id, roll_leaf, index, reason);
        let signature = self.petition().registrar.strike.sign(&message).to_bytes();
        Strike {
            index,
            reason,
            signature,
        }
        .to_bytes()
    }

    /// Sizes of the four trees in the last tally.
    pub fn sizes(&self) -> [u64; 4] {
        Tree::ALL.map(|tree| self.petition().tallied(tree))
    }
}

fn open(store: Arc<dyn Store>, folder: &std::path::Path, clock: Arc<ManualClock>) -> Arc<Instance> {
    let keys = InstanceKeys::open(folder, ORIGIN, &*clock).expect("keys");
    let petition_keys = PetitionKeyStore::new(folder.join("petitions"), clock.clone());
    Instance::open(store, keys, petition_keys, clock).expect("an instance")
}

fn run(instance: &Arc<Instance>) -> PublisherHandle {
    let (publisher, handle) = Publisher::new(instance.clone());
    tokio::spawn(publisher.on_request_only().run(std::future::pending()));
    handle
}

/// The `n`th signer's key.
pub fn key(n: u64) -> SigningKey {
    SigningKey::from_bytes(&domain::hash("test/key", &[&n.to_be_bytes()]))
}

/// A leaf with a token for exactly this key and commitment.
pub fn signature(petition: &Petition, pk: [u8; 32], commitment: [u8; 32]) -> PetitionSignature {
    let input = petition.manifest.token().input(&pk, &commitment);
    let encoded = BoxedUint::from_be_slice(&pss_encode(&input, &[5; 48]), 2048).expect("2048 bit");
    let signed = rsa_decrypt_and_check(&petition.registrar.token, None::<&mut NoRng>, &encoded)
        .expect("below the modulus")
        .to_be_bytes();
    let mut authenticator = [0; 256];
    authenticator[256 - signed.len()..].copy_from_slice(&signed);
    PetitionSignature {
        pk,
        commitment,
        authenticator,
    }
}

/// A randomness that is never asked for.
pub struct NoRng;

impl rsa::rand_core::TryRng for NoRng {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        unreachable!("not blinded")
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        unreachable!("not blinded")
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        unreachable!("not blinded")
    }
}

impl rsa::rand_core::TryCryptoRng for NoRng {}
