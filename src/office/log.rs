//! What staff did: who, what, when, why. Only ever added to; nothing of a signer in it.

use serde::{Deserialize, Serialize};

use super::records::LOG;
use super::{AccountId, Office, OfficeError, Visitor};
use crate::clock::random;
use crate::store::{Change, Expect};

const KEY: &str = "log";

/// One line of the log.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogEntry {
    /// When, Unix seconds.
    pub at: u64,
    /// Who; the operator where that is nobody.
    pub by: Option<AccountId>,
    /// Their address then: the account may be gone.
    pub email: Option<String>,
    /// What.
    pub what: String,
    /// Why, if a reason was asked for.
    pub reason: String,
}

impl Office {
    /// Add a line to a change.
    pub(super) fn log(
        &self,
        change: &mut Change,
        by: Option<&Visitor>,
        what: &str,
        reason: &str,
    ) -> Result<(), OfficeError> {
        let at = self.now();
        let entry = LogEntry {
            at,
            by: by.map(|by| by.account),
            email: by.map(|by| by.email.clone()),
            what: what.to_owned(),
            reason: reason.to_owned(),
        };
        let chance: [u8; 8] = random(self.clock());
        let key = [&at.to_be_bytes()[..], &chance].concat();
        change.expect.push((LOG, key.clone(), Expect::Absent));
        self.put(change, KEY, LOG, &key, &entry)
    }

    /// Write down what somebody is about to do outside the office's own records.
    pub async fn record(
        &self,
        by: &Visitor,
        what: String,
        reason: String,
    ) -> Result<(), OfficeError> {
        let by = by.clone();
        let work = move |office: &Self| {
            let mut change = Change::default();
            office.log(&mut change, Some(&by), &what, &reason)?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await
    }

    /// A page of the log, oldest first: lines after the key `after`, with their keys.
    /// Blocking.
    #[allow(clippy::type_complexity)] // a key and a line
    pub fn log_page(
        &self,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, LogEntry)>, OfficeError> {
        let page = self.instance.store.scan(LOG, &[], after, limit)?;
        let mut entries = Vec::with_capacity(page.len());
        for (key, sealed) in page {
            let kept = self.opened::<LogEntry>(KEY, LOG, &key, sealed)?;
            entries.extend(kept.map(|kept| (key, kept.record)));
        }
        Ok(entries)
    }
}
