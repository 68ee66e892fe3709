//! Floor 3: the registrar confirms mailboxes and blind-signs one token for each
//! (`spec/signing.md`).
//!
//! The only module that touches personal data. What it keeps of a person is sealed
//! (`sealed`), and none of it outlives confirmation unless the manifest names an
//! auditor or the signer asked for updates (`spec/retention.md`).

mod address;
mod appeals;
mod backlog;
mod blind_signer;
mod bounces;
mod confirm;
mod desk;
mod disclosures;
pub(crate) mod enclosures;
mod erasures;
mod error;
mod forget;
mod held;
mod housekeeping;
mod invitations;
pub(crate) mod kept;
mod limits;
mod mailbox;
pub(crate) mod mailer;
mod names;
mod openings;
mod own;
mod published;
mod records;
mod request;
mod roll;
pub mod rules;
pub(crate) mod sealed;
mod shares;
mod staff;
mod strike;
mod subscriptions;
mod texts;
mod trends;
mod updates;
mod vault;

use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Weak};

use tokio::sync::watch;
use tokio::task::JoinSet;

pub use address::Address;
pub use bounces::Bounce;
pub use disclosures::{Disclosure, Opening};
pub use error::RegistrarError;
pub use invitations::{InvitationText, Invited};
pub use mailer::MailFate;
pub use openings::IDENTITY_KEY_INFO;
pub use published::{PublishedUpdate, UpdateProgress};
pub use shares::Shared;
pub use staff::{RequestLimits, Trend};
pub use updates::{Update, UpdateError, UpdateText};
pub use vault::{VAULT_INFO, VaultRecord};

use crate::clock::random;
use crate::config::{Config, LimitsConfig};
use crate::instance::{Instance, InstanceError, Petition, Tags};
use crate::mail;
use crate::protocol::ids::PetitionId;
use crate::store::{Change, Refused};

/// The registrar of an instance.
pub struct Registrar {
    instance: Arc<Instance>,
    tags: Arc<dyn Tags>,
    config: LimitsConfig,
    keep_free_bytes: u64,
    /// Where browsers reach the service; no slash at its end.
    url: String,
    /// Where to write to who was struck.
    appeals: Option<String>,
    rules: rules::Rules,
    periods: sealed::PeriodKeys,
    /// Keys of the hashes of mailboxes that are not there, by the last day of each.
    suppressions: sealed::PeriodKeys,
    petition_keys: sealed::PetitionKeys,
    limits: limits::Limits,
    blocks: staff::Blocks,
    locks: mailbox::MailboxLocks,
    signer: blind_signer::BlindSigner,
    desk: backlog::Backlog,
    outbox: mailer::Outbox,
    /// What signers show to everybody, as it was last looked up.
    names: names::PublicNames,
    enclosures: enclosures::Enclosures,
    /// How many confirmations wait for review; at times counted anew.
    held_open: AtomicUsize,
    /// Itself, for work on threads that may block.
    me: Weak<Self>,
}

impl Registrar {
    /// A registrar on this instance. Reads rules and keys, and puts what waits in the
    /// store back onto its desk; does nothing before [`Registrar::run`]. Blocking.
    pub fn open(
        instance: Arc<Instance>,
        tags: Arc<dyn Tags>,
        transport: Arc<dyn mail::Transport>,
        config: &Config,
    ) -> Result<Arc<Self>, RegistrarError> {
        let clock = instance.clock.clone();
        let keys = config.data.join("keys");
        let periods = sealed::PeriodKeys::open(keys.join("periods"), clock.clone())?;
        let suppressions = sealed::PeriodKeys::open(keys.join("suppressed"), clock.clone())?;
        let petition_keys = sealed::PetitionKeys::open(keys.join("records"), clock.clone())?;
        let rules = rules::Rules::load(config.limits.domain_lists.as_deref())?;
        let registrar = Arc::new_cyclic(|me| Self {
            tags,
            config: config.limits.clone(),
            keep_free_bytes: config.keep_free_bytes,
            url: config.url.trim_end_matches('/').to_owned(),
            appeals: config.mail.appeals.clone(),
            rules,
            periods,
            suppressions,
            petition_keys,
            limits: limits::Limits::new(staff::RequestLimits::of(&config.limits), clock.clone()),
            blocks: staff::Blocks::default(),
            locks: mailbox::MailboxLocks::new(random(&*clock)),
            signer: blind_signer::BlindSigner::new(clock.clone()),
            desk: backlog::Backlog::default(),
            outbox: mailer::Outbox::new(transport, &config.mail, &*clock),
            names: names::PublicNames::default(),
            enclosures: enclosures::Enclosures::new(config.data.join("enclosures")),
            held_open: AtomicUsize::new(0),
            me: me.clone(),
            instance,
        });
        registrar.load_staff_settings()?;
        registrar.load_requests()?;
        registrar.load_mails()?;
        registrar.count_held()?;
        Ok(registrar)
    }

    /// Answer what comes after the answer: make links, send mails, strike what is due,
    /// forget what is over. Returns soon after `stop` becomes true; what waits stays.
    pub async fn run(self: Arc<Self>, stop: watch::Receiver<bool>) {
        let mut tasks = JoinSet::new();
        tasks.spawn(self.clone().work_at_desk(stop.clone()));
        tasks.spawn(self.clone().send_mails(stop.clone()));
        tasks.spawn(self.keep_house(stop));
        while let Some(ended) = tasks.join_next().await {
            if ended.is_err_and(|e| e.is_panic()) {
                tracing::error!("a part of the registrar panicked; restart the service");
            }
        }
    }

    fn petition(&self, p: PetitionId) -> Result<Arc<Petition>, RegistrarError> {
        let petition = self.instance.petitions.get(&p);
        petition.ok_or(RegistrarError::UnknownPetition)
    }

    /// Whether confirmations may go on: while there is room for them on the device, and
    /// mail leaves.
    async fn storage_left(&self) -> Result<(), RegistrarError> {
        self.backlog_left()?;
        let free = self
            .blocking(|r| Ok(r.instance.store.free_space()?))
            .await?;
        match free {
            Some(free) if free < self.keep_free_bytes => Err(RegistrarError::StorageLow),
            _ => Ok(()),
        }
    }

    fn backlog_left(&self) -> Result<(), RegistrarError> {
        if self.desk.open() + self.outbox.open() < mailer::BACKLOG_MAX {
            Ok(())
        } else {
            Err(RegistrarError::StorageLow)
        }
    }

    fn arc(&self) -> Arc<Self> {
        self.me.upgrade().expect("the caller holds it")
    }

    /// Do something on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, RegistrarError> + Send + 'static,
    ) -> Result<T, RegistrarError> {
        let me = self.arc();
        joined(tokio::task::spawn_blocking(move || work(&me)).await)
    }

    /// Do something to its end, also when the caller goes away: a connection that breaks
    /// must not leave a commit without what belongs after it.
    async fn to_the_end<T: Send + 'static, F>(
        &self,
        work: impl FnOnce(Arc<Self>) -> F,
    ) -> Result<T, RegistrarError>
    where
        F: Future<Output = Result<T, RegistrarError>> + Send + 'static,
    {
        joined(tokio::spawn(work(self.arc())).await)
    }

    async fn commit(&self, change: Change) -> Result<Result<(), Refused>, RegistrarError> {
        Ok(self.instance.committer.commit(change).await?)
    }

    /// Commit a change without conditions or leaves, which cannot be refused.
    async fn commit_expecting_nothing(&self, change: Change) -> Result<(), RegistrarError> {
        debug_assert!(change.expect.is_empty() && change.accept.is_empty());
        match self.commit(change).await? {
            Ok(()) => Ok(()),
            Err(refused) => unreachable!("no condition in this change: {refused}"),
        }
    }
}

fn joined<T>(
    outcome: Result<Result<T, RegistrarError>, tokio::task::JoinError>,
) -> Result<T, RegistrarError> {
    match outcome {
        Ok(outcome) => outcome,
        // A bug of ours stays a panic; only the caller's task ends with it.
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(InstanceError::Stopping.into()),
        },
    }
}
