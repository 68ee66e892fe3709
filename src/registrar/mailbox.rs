//! Which links a mailbox has, without naming it: keyed hashes that die with their day
//! (`spec/retention.md`, "Mailbox index").

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

use super::records::{Kind, LinkKey, MAILBOX_DAYS, MAILBOXES};
use super::sealed::DAY;
use super::{Registrar, RegistrarError};
use crate::protocol::ids::PetitionId;
use crate::store::Change;

const INDEX: &str = "undersigned registrar mailbox index v1";
const PER_DAY: &str = "undersigned registrar mailbox mails per day v1";

/// What the index points at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    /// A link.
    Link(Kind, LinkKey),
    /// A held confirmation, by its id.
    Held([u8; 16]),
}

const CONFIRM: u8 = 1;
const REMOVE: u8 = 2;
const HELD: u8 = 3;
const DATA: u8 = 4;

impl Entry {
    fn to_bytes(self) -> [u8; 33] {
        let mut bytes = [0; 33];
        match self {
            Self::Link(kind, link) => {
                bytes[0] = match kind {
                    Kind::Confirm => CONFIRM,
                    Kind::Remove => REMOVE,
                    Kind::Data => DATA,
                };
                bytes[1..].copy_from_slice(&link.0);
            }
            Self::Held(id) => {
                bytes[0] = HELD;
                bytes[1..17].copy_from_slice(&id);
            }
        }
        bytes
    }

    fn parse(bytes: [u8; 33]) -> Option<Self> {
        let (kind, id) = (bytes[0], &bytes[1..]);
        let link = LinkKey(id.try_into().expect("32 bytes"));
        match kind {
            CONFIRM => Some(Self::Link(Kind::Confirm, link)),
            REMOVE => Some(Self::Link(Kind::Remove, link)),
            DATA => Some(Self::Link(Kind::Data, link)),
            HELD => Some(Self::Held(id[..16].try_into().expect("16 bytes"))),
            _ => None,
        }
    }
}

/// An entry and its key in the store.
pub(super) struct Indexed {
    pub(super) key: Vec<u8>,
    pub(super) entry: Entry,
}

/// More entries of one mailbox are not looked at; limits keep them far below.
const ENTRIES_MAX: usize = 1000;

impl Registrar {
    /// Everything about a mailbox and a petition that has not expired. Blocking.
    pub(super) fn indexed(
        &self,
        p: PetitionId,
        identity: &str,
    ) -> Result<Vec<Indexed>, RegistrarError> {
        let mut found = Vec::new();
        let today = self.instance.clock.now() / DAY;
        for day in self.periods.days().into_iter().filter(|day| *day >= today) {
            let parts: [&[u8]; 2] = [p.as_bytes(), identity.as_bytes()];
            let Some(mac) = self.periods.existing_mac(day, INDEX, &parts) else {
                continue;
            };
            let prefix = [&day.to_be_bytes()[..], &mac].concat();
            let records = self
                .instance
                .store
                .scan(MAILBOXES, &prefix, None, ENTRIES_MAX)?;
            found.extend(records.into_iter().filter_map(|(key, _)| {
                let entry = Entry::parse(key.get(40..)?.try_into().ok()?)?;
                Some(Indexed { key, entry })
            }));
        }
        Ok(found)
    }

    /// The index key of an entry that expires at `until`.
    pub(super) fn index_key(
        &self,
        p: PetitionId,
        identity: &str,
        until: u64,
        entry: Entry,
    ) -> Result<Vec<u8>, RegistrarError> {
        let day = until / DAY;
        let parts: [&[u8]; 2] = [p.as_bytes(), identity.as_bytes()];
        let mac = self.periods.mac(day, INDEX, &parts)?;
        Ok([&day.to_be_bytes()[..], &mac, &entry.to_bytes()].concat())
    }

    /// Count one more mail to this mailbox today, over all petitions; `false` if it has
    /// had its share. Blocking; the caller holds the mailbox's lock.
    pub(super) fn count_mail_today(
        &self,
        change: &mut Change,
        identity: &str,
    ) -> Result<bool, RegistrarError> {
        let day = self.instance.clock.now() / DAY;
        let mac = self.periods.mac(day, PER_DAY, &[identity.as_bytes()])?;
        let key = [&day.to_be_bytes()[..], &mac].concat();
        let sent = self.mails_today(&key)?;
        if sent >= self.limits.get().mails_per_mailbox_day {
            return Ok(false);
        }
        let value = (sent + 1).to_be_bytes().to_vec();
        change.put.push((MAILBOX_DAYS, key, value));
        Ok(true)
    }

    fn mails_today(&self, key: &[u8]) -> Result<u32, RegistrarError> {
        let Some(bytes) = self.instance.store.get(MAILBOX_DAYS, key)? else {
            return Ok(0);
        };
        let bytes = bytes.try_into();
        let bytes = bytes.map_err(|_| RegistrarError::Sealed("not a count"))?;
        Ok(u32::from_be_bytes(bytes))
    }

    /// How many mails this mailbox has had today. Blocking.
    pub(super) fn mails_to_mailbox_today(&self, identity: &str) -> Result<u32, RegistrarError> {
        let day = self.instance.clock.now() / DAY;
        let parts = [identity.as_bytes()];
        let Some(mac) = self.periods.existing_mac(day, PER_DAY, &parts) else {
            return Ok(0);
        };
        self.mails_today(&[&day.to_be_bytes()[..], &mac].concat())
    }
}

/// Locks that make everything about one mailbox happen in turn. A few mailboxes share
/// a lock; nobody can tell which, as the choice is keyed.
pub(super) struct MailboxLocks {
    key: [u8; 32],
    locks: Vec<Arc<Mutex<()>>>,
}

impl MailboxLocks {
    pub(super) fn new(key: [u8; 32]) -> Self {
        let locks = (0..256).map(|_| Arc::default()).collect();
        Self { key, locks }
    }

    pub(super) async fn lock(&self, identity: &str) -> OwnedMutexGuard<()> {
        let hash = blake3::keyed_hash(&self.key, identity.as_bytes());
        let lock = &self.locks[usize::from(hash.as_bytes()[0])];
        lock.clone().lock_owned().await
    }
}
