//! The mail queue: durable and sealed in the store, scheduled in memory
//! (`spec/mail.md`, "Queue").
//!
//! A mail enters in the change that makes its link and leaves in one of its own after
//! a server took it; so it is sent at least once, under the same Message-ID.

mod schedule;
mod send;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::records::MAILS;
use super::{Registrar, RegistrarError};
use crate::clock::{Clock, random};
use crate::config::MailConfig;
use crate::instance::Petition;
use crate::mail::Transport;
use crate::protocol::ids::PetitionId;
use crate::store::Change;
use schedule::Schedule;

/// Who waits for a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Class {
    /// Somebody in front of a screen, for a link.
    Wanted = 0,
    /// Nobody in particular. Goes when nothing of the other class can.
    Bulk = 1,
}

/// A mail's key in the store: class ‖ random 16. Says nothing about when or to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct MailId(pub(super) [u8; 17]);

impl MailId {
    fn class(self) -> usize {
        usize::from(self.0[0].min(1))
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
    /// Updates will come; how to end that.
    Subscribed { token: String },
    /// An update from the organiser.
    Update {
        token: String,
        #[serde(with = "hex::serde")]
        id: [u8; 16],
    },
}

/// A mail in the queue.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Queued {
    petition: PetitionId,
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

    /// How many are queued or under way.
    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Age of the oldest queued mail in seconds.
    pub(super) fn oldest(&self, now: u64) -> u64 {
        let oldest = self.schedule().oldest();
        oldest.map_or(0, |since| now.saturating_sub(since))
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
            Letter::Confirm { expires, .. } | Letter::Remove { expires, .. } => expires,
            Letter::Subscribed { .. } | Letter::Update { .. } => self.pending_until(petition),
        };
        let queued = Queued {
            petition: petition.manifest.id(),
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
