//! An instance with one open petition, its registrar, and people who sign.

use std::net::IpAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ed25519_dalek::SigningKey;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use undersigned::api::{ConfirmationRequest, RemovalRequest};
use undersigned::clock::ManualClock;
use undersigned::config::Config;
use undersigned::instance::{
    Instance, Petition, ProvenTag, Publisher, PublisherHandle, Tags, TagsError, Take,
};
use undersigned::keys::{InstanceKeys, PetitionKeyStore};
use undersigned::mail::Transport;
use undersigned::protocol::commitment::{Disclosure, DisclosureFields};
use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::manifest::{
    Ask, Asks, FORMAT, LedgerKeys, Localized, Manifest, Organiser, Publication, RegistrarKeys,
    Retention, Terms,
};
use undersigned::protocol::signer::{SignerSecret, Signing};
use undersigned::protocol::statement;
use undersigned::registrar::{Registrar, RegistrarError};
use undersigned::store::Store;
use undersigned::store::disk::{DiskStore, Options};
use undersigned::tlog::note::NoteSigner;

use crate::store::TestStore;
use crate::transport::{Postbox, token};

pub(crate) const ORIGIN: &str = "petitions.example";
pub(crate) const URL: &str = "https://petitions.example";
pub(crate) const TITLE: &str = "Keep the night train";
/// Noon of some day.
pub(crate) const OPENS: u64 = 1_800_014_400;
pub(crate) const DAY: u64 = 86_400;

/// A network of its own for each request, so that limits do not interfere.
pub(crate) fn network() -> IpAddr {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let bits = u32::try_from(NEXT.fetch_add(1, Ordering::Relaxed)).expect("few");
    IpAddr::V4((0x0a00_0000 + bits).into())
}

/// The ledger's half of tags, with a count of the questions.
pub(crate) struct TestTags {
    instance: Arc<Instance>,
    pub(crate) asked: AtomicUsize,
    pub(crate) down: AtomicUsize,
}

impl Tags for TestTags {
    fn tag(&self, petition: PetitionId, u: &[u8; 32]) -> Result<ProvenTag, TagsError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let down = self.down.load(Ordering::SeqCst);
        if down > 0 {
            self.down.store(down - 1, Ordering::SeqCst);
            return Err(TagsError::Unavailable("planned by the test".to_owned()));
        }
        let found = self.instance.petitions.get(&petition);
        let petition = found.ok_or(TagsError::UnknownPetition)?;
        let key = petition.ledger.tag.get().ok_or(TagsError::Erased)?;
        let (tag, proof) = key.tag(u);
        Ok(ProvenTag { tag, proof })
    }

    fn erase(&self, petition: PetitionId) -> Result<(), TagsError> {
        let found = self.instance.petitions.get(&petition);
        let petition = found.ok_or(TagsError::UnknownPetition)?;
        petition.ledger.tag.forget();
        let erased = self.instance.petition_keys.erase_tag(&petition.manifest);
        erased.map_err(|error| TagsError::Unavailable(error.to_string()))
    }
}

/// A registrar's keys take a second to make: one set for all worlds, copied into each.
fn stock(folder: &Path) {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let made = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::new(0, 77));
        let keys = PetitionKeyStore::new(made.path().to_owned(), clock);
        keys.new_registrar().expect("keys");
        made
    });
    let to = folder.join("stock");
    std::fs::create_dir_all(&to).expect("a folder");
    for entry in std::fs::read_dir(made.path().join("registrar")).expect("a folder") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}

/// What a world begins with.
pub(crate) struct Setup {
    pub(crate) config: Config,
    pub(crate) terms: fn(&mut Terms),
    /// Keep the store in files below the world's folder.
    pub(crate) on_disk: bool,
}

impl Default for Setup {
    fn default() -> Self {
        let config = Config {
            origin: ORIGIN.to_owned(),
            url: format!("{URL}/"),
            ..Config::default()
        };
        Self {
            config,
            terms: |_| {},
            on_disk: false,
        }
    }
}

pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<TestStore>,
    pub(crate) instance: Arc<Instance>,
    publisher: PublisherHandle,
    pub(crate) tags: Arc<TestTags>,
    pub(crate) postbox: Arc<Postbox>,
    pub(crate) registrar: Arc<Registrar>,
    pub(crate) id: PetitionId,
    pub(crate) folder: Arc<TempDir>,
    config: Config,
    running: Option<(watch::Sender<bool>, JoinHandle<()>)>,
}

fn terms(instance: &InstanceKeys, keys: &PetitionKeyStore) -> Terms {
    let registrar = keys.new_registrar().expect("keys");
    let ledger = keys.new_ledger().expect("keys");
    let public = |seed: &[u8; 32]| SigningKey::from_bytes(seed).verifying_key().to_bytes();
    let vkeys: Vec<String> = instance.vkeys().iter().map(ToString::to_string).collect();
    let text = |text: &str| Localized {
        lang: "en".to_owned(),
        text: text.to_owned(),
    };
    Terms {
        format: FORMAT.to_owned(),
        title: vec![text(TITLE)],
        letter: vec![text("We ask you to keep the night train.")],
        recipients: vec!["The council".to_owned()],
        organiser: Organiser {
            name: "Friends of the night train".to_owned(),
            vkeys: vec![organiser().vkey().to_string()],
        },
        opens: OPENS,
        confirm_until: OPENS + 30 * DAY,
        submit_until: OPENS + 33 * DAY,
        withdraw_until: OPENS + 60 * DAY,
        goal: None,
        asks: Asks {
            name: Ask::Optional,
            region: Ask::Optional,
            comment: Ask::Optional,
            updates: true,
            roll_region: false,
            share: None,
        },
        registrar: RegistrarKeys {
            origin: ORIGIN.to_owned(),
            vkeys: vkeys.clone(),
            roll: public(&registrar.roll_seed),
            strikes: public(&registrar.strikes_seed),
            strike_key: registrar.strike.verifying_key().to_bytes(),
            token_key: registrar.token_public.der().to_vec(),
            identity_key_commitment: registrar.identity.get().expect("new").commitment(),
        },
        ledger: LedgerKeys {
            origin: ORIGIN.to_owned(),
            vkeys,
            signatures: public(&ledger.signatures_seed),
            withdrawals: public(&ledger.withdrawals_seed),
            tag_key: ledger.tag.get().expect("new").public(),
        },
        email_rules: 1,
        publication: Publication::Batched,
        retention: Retention {
            pending_days: 7,
            network_hours: 24,
            vault_days: 90,
        },
        audit: None,
    }
}

fn organiser() -> NoteSigner {
    NoteSigner::new("organiser.example", &[3; 32]).expect("a name")
}

fn open_instance(store: Arc<dyn Store>, folder: &Path, clock: Arc<ManualClock>) -> Arc<Instance> {
    let keys = InstanceKeys::open(&folder.join("keys"), ORIGIN, &*clock).expect("keys");
    let petition_keys = PetitionKeyStore::new(folder.join("keys/petitions"), clock.clone());
    Instance::open(store, keys, petition_keys, clock).expect("an instance")
}

fn run_publisher(instance: &Arc<Instance>) -> PublisherHandle {
    let (publisher, handle) = Publisher::new(instance.clone());
    tokio::spawn(publisher.on_request_only().run(std::future::pending()));
    handle
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    /// An open petition at noon of its first day; the registrar does not run yet.
    pub(crate) async fn with(setup: Setup) -> Self {
        Self::with_transport(setup, None).await
    }

    /// The same with another transport than the postbox.
    pub(crate) async fn with_transport(
        setup: Setup,
        transport: Option<Arc<dyn Transport>>,
    ) -> Self {
        static SEED: AtomicU64 = AtomicU64::new(1000);
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let seed = SEED.fetch_add(1, Ordering::Relaxed);
        let clock = Arc::new(ManualClock::new(OPENS, seed));
        let store = if setup.on_disk {
            let options = Options::new(folder.path(), clock.clone());
            TestStore::on(Arc::new(DiskStore::open(&options).expect("a store")))
        } else {
            TestStore::new()
        };
        let store = Arc::new(store);
        stock(&folder.path().join("keys/petitions"));
        let instance = open_instance(store.clone(), folder.path(), clock.clone());
        let mut terms = terms(&instance.keys, &instance.petition_keys);
        (setup.terms)(&mut terms);
        let manifest = Manifest::new(&terms).expect("a manifest");
        let note = statement::sign(&statement::published(&manifest), &organiser());
        let publisher = run_publisher(&instance);
        publisher
            .state(note.expect("text"))
            .await
            .expect("published");
        let config = Config {
            data: folder.path().to_owned(),
            ..setup.config
        };
        let tags = Arc::new(TestTags {
            instance: instance.clone(),
            asked: AtomicUsize::new(0),
            down: AtomicUsize::new(0),
        });
        let postbox = Arc::new(Postbox::default());
        let transport = transport.unwrap_or_else(|| postbox.clone());
        let registrar = Registrar::open(instance.clone(), tags.clone(), transport, &config);
        Self {
            clock,
            store,
            instance,
            publisher,
            tags,
            postbox,
            registrar: registrar.expect("a registrar"),
            id: manifest.id(),
            folder,
            config,
            running: None,
        }
    }

    /// Let the registrar run.
    #[must_use]
    pub(crate) fn running(mut self) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(self.registrar.clone().run(stopped));
        self.running = Some((stop, task));
        self
    }

    /// Let the registrar stop.
    pub(crate) async fn stop(&mut self) {
        if let Some((stop, task)) = self.running.take() {
            stop.send(true).expect("it listens");
            task.await.expect("it ends without a panic");
        }
    }

    /// Give the operator's lists; they are read at the next start.
    pub(crate) fn set_lists(&mut self, text: &str) {
        let path = self.folder.path().join("lists.toml");
        std::fs::write(&path, text).expect("written");
        self.config.limits.domain_lists = Some(path);
    }

    /// What a restarted process finds: the same store, keys and postbox, all else anew.
    pub(crate) async fn restarted(mut self) -> Self {
        self.stop().await;
        let store: Arc<dyn Store> = self.store.clone();
        self.instance = open_instance(store, self.folder.path(), self.clock.clone());
        self.publisher = run_publisher(&self.instance);
        self.tags = Arc::new(TestTags {
            instance: self.instance.clone(),
            asked: AtomicUsize::new(0),
            down: AtomicUsize::new(0),
        });
        self.registrar = Registrar::open(
            self.instance.clone(),
            self.tags.clone(),
            self.postbox.clone(),
            &self.config,
        )
        .expect("a registrar");
        self
    }

    pub(crate) fn petition(&self) -> Arc<Petition> {
        self.instance.petitions.get(&self.id).expect("published")
    }

    /// Publish all that waits.
    pub(crate) async fn publish(&self) {
        self.publisher.publish(Take::All).await.expect("published");
    }

    pub(crate) fn request(email: &str) -> ConfirmationRequest {
        ConfirmationRequest {
            email: email.to_owned(),
            updates: false,
            region: None,
            lang: None,
        }
    }

    /// Ask for a link from a network of its own.
    pub(crate) async fn ask(&self, email: &str) -> Result<(), RegistrarError> {
        let request = Self::request(email);
        self.registrar
            .request_confirmation(self.id, &request, network())
            .await
    }

    pub(crate) async fn ask_removal(&self, email: &str) -> Result<(), RegistrarError> {
        let request = RemovalRequest {
            email: email.to_owned(),
            lang: None,
        };
        self.registrar
            .request_removal(self.id, &request, network())
            .await
    }

    pub(crate) async fn confirm(
        &self,
        token: &str,
        blinded: &[u8; 256],
    ) -> Result<[u8; 256], RegistrarError> {
        self.registrar
            .confirm(self.id, token, blinded, network())
            .await
    }

    /// Ask for a link, and return the token that comes by mail.
    pub(crate) async fn link(&self, email: &str) -> String {
        let before = self.postbox.to(email).len();
        self.ask(email).await.expect("accepted");
        self.mail_number(email, before).await
    }

    async fn mail_number(&self, email: &str, number: usize) -> String {
        self.until(|w| w.postbox.to(email).len() > number).await;
        token(&self.postbox.to(email)[number], "confirm")
    }

    /// Confirm a mailbox from the request to the checked token.
    pub(crate) async fn sign(&self, email: &str) -> Signer {
        let signer = self.signer(email.len() as u64);
        let link = self.link(email).await;
        let answer = self
            .confirm(&link, signer.blinded())
            .await
            .expect("an answer");
        signer.check(&answer);
        signer
    }

    /// Somebody who signs; the same number makes the same secret.
    pub(crate) fn signer(&self, number: u64) -> Signer {
        let petition = self.petition();
        let fields = DisclosureFields::default();
        let disclosure = Disclosure::new(&fields).expect("short");
        let mut secret = [5; 32];
        secret[..8].copy_from_slice(&number.to_be_bytes());
        let context = petition.manifest.token();
        let signing = Signing::new(&SignerSecret(secret), self.id, context, &disclosure);
        Signer {
            signing: signing.expect("blinds"),
            petition,
        }
    }

    /// Roll leaves that wait or are published.
    pub(crate) fn roll(&self) -> usize {
        let (waiting, _) = self
            .store
            .waiting_count(self.id, Tree::Roll)
            .expect("memory");
        let log = undersigned::store::LogId::Tree(self.id, Tree::Roll);
        let published = self
            .store
            .head(log)
            .expect("memory")
            .map_or(0, |h| h.head.size);
        usize::try_from(waiting + published).expect("small")
    }

    /// Wait until something holds. It has to come; how fast does not matter.
    pub(crate) async fn until(&self, holds: impl Fn(&Self) -> bool) {
        for _ in 0..6000 {
            if holds(self) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("it never came to hold");
    }

    /// Wait until no request and no mail is open.
    pub(crate) async fn settled(&self) {
        self.until(|w| {
            w.store.count("registrar/requests") == 0 && w.store.count("registrar/mails") == 0
        })
        .await;
    }
}

/// Somebody with a secret.
pub(crate) struct Signer {
    signing: Signing,
    petition: Arc<Petition>,
}

impl Signer {
    pub(crate) fn blinded(&self) -> &[u8; 256] {
        self.signing.blinded_message()
    }

    /// The answer is a token over this very signing.
    pub(crate) fn check(&self, answer: &[u8; 256]) {
        let context = self.petition.manifest.token();
        let leaf = self.signing.finish(context, answer).expect("a token");
        context.verify(&leaf).expect("the token verifies");
    }
}
