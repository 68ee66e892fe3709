//! What staff set while the service runs: blocked domains and limits, kept in the store;
//! and what they see of who asks (`spec/mail.md`, "At run time").

use std::collections::BTreeSet;
use std::sync::RwLock;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::records::{BLOCKS, SETTINGS};
use super::rules::Standing;
use super::{Registrar, RegistrarError};
use crate::config::LimitsConfig;
use crate::protocol::ids::PetitionId;
use crate::store::Change;

/// Where the limits are kept.
const LIMITS: &[u8] = b"request-limits";

/// Limits on requests that can change while the service runs. See `LimitsConfig`, whose
/// values they begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestLimits {
    /// Requests a minute from one network, before further ones are held.
    pub requests_per_minute: u32,
    /// The same in five minutes.
    pub requests_per_five_minutes: u32,
    /// Requests an hour from one domain that is no known provider.
    pub requests_per_domain_hour: u32,
    /// Pending links of one mailbox for one petition.
    pub mails_per_mailbox: u32,
    /// Mails to one mailbox a day, over all petitions.
    pub mails_per_mailbox_day: u32,
}

impl RequestLimits {
    pub(super) fn of(config: &LimitsConfig) -> Self {
        Self {
            requests_per_minute: config.requests_per_minute,
            requests_per_five_minutes: config.requests_per_five_minutes,
            requests_per_domain_hour: config.requests_per_domain_hour,
            mails_per_mailbox: config.mails_per_mailbox,
            mails_per_mailbox_day: config.mails_per_mailbox_day,
        }
    }
}

/// How often a mail domain asked within an hour.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Trend {
    /// When the hour began, Unix seconds.
    pub hour: u64,
    /// The part after the `@`.
    pub domain: String,
    /// Requests, at least 20.
    pub requests: u64,
}

/// Domains blocked at run time.
#[derive(Default)]
pub(super) struct Blocks(RwLock<BTreeSet<String>>);

impl Blocks {
    /// Whether the domain, or one above it, is blocked.
    fn has(&self, domain: &str) -> bool {
        let blocked = self.0.read().expect("no holder panics");
        let mut rest = Some(domain);
        while let Some(name) = rest {
            if blocked.contains(name) {
                return true;
            }
            rest = name.split_once('.').map(|(_, above)| above);
        }
        false
    }
}

impl Registrar {
    /// Read what staff have set. Blocking; before anybody asks.
    pub(super) fn load_staff_settings(&self) -> Result<(), RegistrarError> {
        let store = &self.instance.store;
        if let Some(record) = store.get(SETTINGS, LIMITS)? {
            let limits = serde_json::from_slice(&record);
            let limits = limits.map_err(|_| RegistrarError::Sealed("not limits"))?;
            self.limits.set(limits);
        }
        self.each(BLOCKS, &[], |key, _| {
            let name = String::from_utf8(key.to_vec()).ok();
            let mut blocked = self.blocks.0.write().expect("no holder panics");
            blocked.extend(name);
            Ok(())
        })
    }

    /// What lists and staff say of an address's domain.
    pub(super) fn standing(&self, address: &Address) -> Standing {
        if self.blocks.has(address.domain()) {
            Standing::Blocked
        } else {
            self.rules.standing(address)
        }
    }

    /// Domains blocked at run time, sorted. Those of the operator's file are not among them.
    pub fn blocks(&self) -> Vec<String> {
        let blocked = self.blocks.0.read().expect("no holder panics");
        blocked.iter().cloned().collect()
    }

    /// Block a domain and those below it, from now on and after restarts.
    pub async fn block(&self, domain: &str) -> Result<(), RegistrarError> {
        let domain = parse_domain(domain)?;
        let mut change = Change::default();
        change
            .put
            .push((BLOCKS, domain.clone().into_bytes(), vec![1]));
        self.to_the_end(|r| async move {
            r.commit_expecting_nothing(change).await?;
            r.blocks.0.write().expect("no holder panics").insert(domain);
            Ok(())
        })
        .await
    }

    /// Block it no longer. What the operator's file blocks stays blocked.
    pub async fn unblock(&self, domain: &str) -> Result<(), RegistrarError> {
        let domain = parse_domain(domain)?;
        let mut change = Change::default();
        change.delete.push((BLOCKS, domain.clone().into_bytes()));
        self.to_the_end(|r| async move {
            r.commit_expecting_nothing(change).await?;
            let mut blocked = r.blocks.0.write().expect("no holder panics");
            blocked.remove(&domain);
            Ok(())
        })
        .await
    }

    /// The limits in force.
    pub fn request_limits(&self) -> RequestLimits {
        self.limits.get()
    }

    /// Set the limits, from now on and after restarts. None may be 0.
    pub async fn set_request_limits(&self, limits: RequestLimits) -> Result<(), RegistrarError> {
        let all = [
            limits.requests_per_minute,
            limits.requests_per_five_minutes,
            limits.requests_per_domain_hour,
            limits.mails_per_mailbox,
            limits.mails_per_mailbox_day,
        ];
        if all.contains(&0) {
            return Err(RegistrarError::Limits);
        }
        let record = serde_json::to_vec(&limits).expect("numbers always encode");
        let mut change = Change::default();
        change.put.push((SETTINGS, LIMITS.to_vec(), record));
        self.to_the_end(|r| async move {
            r.commit_expecting_nothing(change).await?;
            r.limits.set(limits);
            Ok(())
        })
        .await
    }

    /// Which mail domains asked 20 times or more within an hour, newest hour first, for at
    /// most so many hours (48 are kept, in memory only). Fewer are counted nowhere else.
    pub fn trends(&self, p: PetitionId, hours: u64) -> Result<Vec<Trend>, RegistrarError> {
        self.petition(p)?;
        Ok(self.limits.trends(p, hours))
    }
}

/// A domain as addresses have it.
fn parse_domain(domain: &str) -> Result<String, RegistrarError> {
    let address = Address::parse(&format!("x@{}", domain.trim()))?;
    Ok(address.domain().to_owned())
}
