//! Floor 3½: what organisers and staff do here: accounts, sessions, drafts, moderation,
//! the staff's log (`spec/office.md`).
//!
//! Holds the addresses of organisers and staff, and of sponsors until their petition
//! opens; never those of signers. All of it is sealed under keys of its own.

mod accounts;
mod content;
mod drafts;
mod error;
mod letters;
mod links;
mod log;
mod moderation;
mod organisers;
pub(crate) mod packs;
mod preview;
mod publish;
mod records;
mod roles;
mod sessions;
mod settle;
mod sponsors;
mod withhold;

use std::collections::HashMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tokio::sync::{Notify, watch};

pub use accounts::{Account, AccountId};
pub use content::{Content, DraftText};
pub use drafts::{Draft, DraftId, State};
pub use error::OfficeError;
pub use log::LogEntry;
pub use moderation::{Needs, reason};
pub use organisers::{Joining, OpenInvitation, OrganiserKey, Organisers, Subject};
pub use packs::{MailWords, Outgoing, PackLink, Shipment};
pub use roles::{Action, Role};
pub use sessions::{Cookie, Visitor};

use crate::clock::Clock;
use crate::config::{Config, OfficeConfig};
use crate::instance::Instance;
use crate::registrar::Registrar;
use crate::registrar::sealed::{NamedKeys, PeriodKeys};
use crate::store::{Change, Refused};

/// The office of an instance.
pub struct Office {
    instance: Arc<Instance>,
    registrar: Arc<Registrar>,
    config: OfficeConfig,
    /// Where browsers reach the service; no slash at its end.
    url: String,
    keys: NamedKeys,
    periods: PeriodKeys,
    /// About how many wish for a link now.
    wishes: AtomicUsize,
    wished: Notify,
    /// Links sent to each mailbox lately, by keyed hash.
    sent: Mutex<HashMap<[u8; 32], (u64, u32)>>,
    /// One change of who may do what at a time: the last owner must stay.
    people: tokio::sync::Mutex<()>,
    me: Weak<Self>,
}

/// How often what is over is deleted.
const TIDY: Duration = Duration::from_mins(10);
/// Wait before wishes that could not be answered are looked at again.
const RETRY: Duration = Duration::from_secs(1);

impl Office {
    /// The office on this instance. Reads its keys; does nothing before [`Office::run`].
    /// Blocking.
    pub fn open(
        instance: Arc<Instance>,
        registrar: Arc<Registrar>,
        config: &Config,
    ) -> Result<Arc<Self>, OfficeError> {
        let keys = config.data.join("keys/office");
        let clock = instance.clock.clone();
        let periods = PeriodKeys::open(keys.join("periods"), clock.clone())?;
        let keys = NamedKeys::open(keys.join("records"), clock)?;
        Ok(Arc::new_cyclic(|me| Self {
            instance,
            registrar,
            config: config.office,
            url: config.url.trim_end_matches('/').to_owned(),
            keys,
            periods,
            wishes: AtomicUsize::new(0),
            wished: Notify::new(),
            sent: Mutex::default(),
            people: tokio::sync::Mutex::default(),
            me: me.clone(),
        }))
    }

    /// Answer wishes for links and forget what is over, until told to stop.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut tidy = tokio::time::interval(TIDY);
        let mut behind = true; // what waited when the service stopped
        loop {
            tokio::select! {
                () = stopped(&mut stop) => return,
                () = self.wished.notified() => {}
                _ = tidy.tick() => self.forget().await,
                () = tokio::time::sleep(RETRY), if behind => {}
            }
            behind = match self.answer_wishes().await {
                Ok(()) => false,
                Err(error) => {
                    tracing::error!(%error, "links to sign in cannot be written; tried again");
                    true
                }
            };
        }
    }

    async fn forget(&self) {
        let outcome = match self.blocking(Self::forgettable).await {
            Ok(change) => self.commit(change).await,
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            tracing::error!(%error, "what is over in the office is not deleted; tried again");
        }
        if let Err(error) = self.settle().await {
            tracing::error!(%error, "sponsors could not be invited; tried again");
        }
    }

    /// How this office is set up.
    pub fn config(&self) -> &OfficeConfig {
        &self.config
    }

    /// Where browsers reach the service; no slash at its end.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn now(&self) -> u64 {
        self.instance.clock.now()
    }

    fn clock(&self) -> &dyn Clock {
        &*self.instance.clock
    }

    fn arc(&self) -> Arc<Self> {
        self.me.upgrade().expect("the caller holds it")
    }

    /// Do something on a thread that may block.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, OfficeError> + Send + 'static,
    ) -> Result<T, OfficeError> {
        let me = self.arc();
        match tokio::task::spawn_blocking(move || work(&me)).await {
            Ok(outcome) => outcome,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(OfficeError::Busy),
            },
        }
    }

    /// Commit; a condition that does not hold means that somebody else was quicker.
    async fn commit(&self, change: Change) -> Result<(), OfficeError> {
        if change == Change::default() {
            return Ok(());
        }
        match self.instance.committer.commit(change).await? {
            Ok(()) => Ok(()),
            Err(Refused::Conflict(_) | Refused::Duplicate { .. }) => Err(OfficeError::Busy),
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}
