//! The mail queue: durable and sealed in the store, scheduled in memory
//! (`spec/mail.md`, "Queue").
//!
//! A mail enters in the change that makes its link and leaves in one of its own after
//! a server took it; so it is sent at least once, under the same Message-ID.

mod schedule;
mod send;
mod written;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::records::MAILS;
use super::subscriptions::key_of;
use super::{Registrar, RegistrarError};
use crate::api::OwnMail;
use crate::clock::{Clock, random};
use crate::config::MailConfig;
use crate::instance::Petition;
use crate::mail::Transport;
use crate::protocol::ids::PetitionId;
use crate::store::Change;
use schedule::Schedule;
pub(super) use send::Fate;
pub use written::MailFate;
pub(crate) use written::{Body, Enclosed, Posted, Ticket, Written};

/// Who waits for a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Class {
    /// Somebody in front of a screen, for a link.
    Wanted = 0,
    /// Organisers, staff, sponsors, recipients of packs.
    Office = 1,
    /// Nobody in particular. Goes when nothing of the other classes can.
    Bulk = 2,
}

/// A mail's key in the store: class ‖ random 16. Says nothing about when or to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct MailId(pub(super) [u8; 17]);

impl Class {
    /// The first goes first.
    pub(super) const ALL: [Self; 3] = [Self::Wanted, Self::Office, Self::Bulk];

    /// In metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Wanted => "link",
            Self::Office => "office",
            Self::Bulk => "bulk",
        }
    }
}

impl MailId {
    fn class(self) -> usize {
        usize::from(self.0[0]).min(Class::ALL.len() - 1)
    }
}

/// What a mail says.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Letter {
    /// A confirmation link.
    Confirm {
        token: String,
        updates: bool,
        expires: u64,
    },
    /// A removal link.
    Remove { token: String, expires: u64 },
    /// A link to what is held about the mailbox.
    Data { token: String, expires: u64 },
    /// An invitation, with a confirmation link and a way out.
    Invite {
        token: String,
        stop: String,
        expires: u64,
        #[serde(with = "hex::serde")]
        batch: [u8; 16],
    },
    /// Updates will come; how to end that.
    Subscribed { token: String },
    /// The operator struck the entry; how to object.
    Struck {
        token: String,
        /// The same person holds another entry.
        duplicate: bool,
    },
    /// An update from the organiser.
    Update {
        token: String,
        #[serde(with = "hex::serde")]
        id: [u8; 16],
    },
    /// Written elsewhere: a letter of the office.
    Written(Box<Body>),
}

/// A mail in the queue.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Queued {
    /// What it is about; none for what is written elsewhere.
    petition: Option<PetitionId>,
    to: String,
    lang: String,
    letter: Letter,
    /// When it was queued, Unix seconds.
    since: u64,
    /// Given up then.
    until: u64,
    attempts: u32,
    /// Not before then.
    due: u64,
}

impl Queued {
    /// What it is about; none for what is written elsewhere.
    pub(super) fn petition(&self) -> Option<PetitionId> {
        self.petition
    }

    /// What whoever it goes to may see of it.
    pub(super) fn seen(self) -> OwnMail {
        OwnMail {
            kind: self.letter.kind().to_owned(),
            to: self.to,
            lang: self.lang,
            since: self.since,
            until: self.until,
            attempts: self.attempts,
        }
    }

    /// Whom it goes to.
    pub(super) fn to(&self) -> &str {
        &self.to
    }

    /// Where the subscription that it belongs to is kept.
    pub(super) fn subscription(&self) -> Result<Option<Vec<u8>>, RegistrarError> {
        match (&self.letter, self.petition) {
            (
                Letter::Subscribed { token }
                | Letter::Update { token, .. }
                | Letter::Struck { token, .. },
                Some(petition),
            ) => key_of(petition, token).map(Some),
            _ => Ok(None),
        }
    }

    /// What it says, if it was written elsewhere.
    pub(super) fn written(&self) -> Option<&Body> {
        match &self.letter {
            Letter::Written(body) => Some(body),
            _ => None,
        }
    }
}

/// More open mails and requests than this, and no further request is taken.
pub(super) const BACKLOG_MAX: usize = 500_000;

/// The queue's state in memory: keys and keyed hashes of domains, no address.
pub(super) struct Outbox {
    transport: Arc<dyn Transport>,
    schedule: Mutex<Schedule>,
    /// Sent, but not yet out of the store: not to be sent again.
    sent: Mutex<HashSet<MailId>>,
    /// Queued or under way.
    open: AtomicUsize,
    batches: Mutex<Batches>,
    pub(super) arrived: Notify,
}

impl Outbox {
    pub(super) fn new(
        transport: Arc<dyn Transport>,
        config: &MailConfig,
        clock: &dyn Clock,
    ) -> Self {
        Self {
            transport,
            schedule: Mutex::new(Schedule::new(config, random(clock))),
            sent: Mutex::default(),
            open: AtomicUsize::new(0),
            batches: Mutex::default(),
            arrived: Notify::new(),
        }
    }

    fn schedule(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().expect("no holder panics")
    }

    /// A mail that is in the store now.
    pub(super) fn push(&self, id: MailId, domain: &str, now: u64) {
        self.open.fetch_add(1, Ordering::SeqCst);
        self.schedule().push(id, domain, now, now);
        self.arrived.notify_one();
    }

    /// The same, as one of a batch (an update's id).
    pub(super) fn push_of(&self, batch: Option<[u8; 16]>, id: MailId, domain: &str, now: u64) {
        if let Some(batch) = batch {
            self.batches().join(batch, id);
        }
        self.push(id, domain, now);
    }

    /// A mail that is dealt with and out of the store.
    fn forget(&self, id: MailId) {
        self.schedule().forget(id);
        self.batches().leave(id);
        self.open.fetch_sub(1, Ordering::SeqCst);
    }

    fn batches(&self) -> MutexGuard<'_, Batches> {
        self.batches.lock().expect("no holder panics")
    }

    /// How many of a batch are queued or under way.
    pub(super) fn waiting_of(&self, batch: &[u8; 16]) -> u64 {
        let batches = self.batches();
        batches.waiting.get(batch).copied().unwrap_or_default()
    }

    /// How many are queued or under way.
    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Age of a class's oldest queued mail in seconds.
    pub(super) fn oldest(&self, class: Class, now: u64) -> u64 {
        let oldest = self.schedule().oldest(class);
        oldest.map_or(0, |since| now.saturating_sub(since))
    }
}

/// Which queued mails belong together.
#[derive(Default)]
struct Batches {
    of: HashMap<MailId, [u8; 16]>,
    waiting: HashMap<[u8; 16], u64>,
}

impl Batches {
    fn join(&mut self, batch: [u8; 16], id: MailId) {
        if self.of.insert(id, batch).is_none() {
            *self.waiting.entry(batch).or_default() += 1;
        }
    }

    fn leave(&mut self, id: MailId) {
        let Some(batch) = self.of.remove(&id) else {
            return;
        };
        if let Some(waiting) = self.waiting.get_mut(&batch) {
            *waiting -= 1;
            if *waiting == 0 {
                self.waiting.remove(&batch);
            }
        }
    }
}

impl Letter {
    /// What it is, in a word.
    fn kind(&self) -> &'static str {
        match self {
            Self::Confirm { .. } => "confirm",
            Self::Remove { .. } => "remove",
            Self::Data { .. } => "data",
            Self::Invite { .. } => "invite",
            Self::Subscribed { .. } => "subscribed",
            Self::Struck { .. } => "struck",
            Self::Update { .. } => "update",
            Self::Written(_) => "office",
        }
    }

    /// What it is one of many of.
    fn batch(&self) -> Option<[u8; 16]> {
        match self {
            Self::Update { id, .. } => Some(*id),
            Self::Invite { batch, .. } => Some(*batch),
            Self::Confirm { .. }
            | Self::Remove { .. }
            | Self::Data { .. }
            | Self::Subscribed { .. }
            | Self::Struck { .. }
            | Self::Written(_) => None,
        }
    }
}

impl Registrar {
    /// Queue a mail in a change. After the commit, tell the outbox of it.
    pub(super) fn queue_mail(
        &self,
        change: &mut Change,
        class: Class,
        petition: &Petition,
        to: &str,
        lang: &str,
        letter: Letter,
    ) -> Result<MailId, RegistrarError> {
        let mut id = MailId([class as u8; 17]);
        self.instance.clock.fill(&mut id.0[1..]);
        let now = self.instance.clock.now();
        let until = match letter {
            Letter::Confirm { expires, .. }
            | Letter::Remove { expires, .. }
            | Letter::Data { expires, .. }
            | Letter::Invite { expires, .. } => expires,
            Letter::Subscribed { .. }
            | Letter::Update { .. }
            | Letter::Struck { .. }
            | Letter::Written(_) => self.pending_until(petition),
        };
        let queued = Queued {
            petition: Some(petition.manifest.id()),
            to: to.to_owned(),
            lang: lang.to_owned(),
            letter,
            since: now,
            until,
            attempts: 0,
            due: now,
        };
        self.put_sealed(change, MAILS, &id.0, until, &queued)?;
        Ok(id)
    }
}
