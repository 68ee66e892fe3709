//! Mailboxes that are not there, and are not written to any more (`spec/mail.md`,
//! "Bounces"). Kept as keyed hashes whose keys are destroyed after half a year.
//!
//! A report proves that it is about a mail of ours by the mail's Message-ID, which is
//! random and was in no other place; so nobody stops somebody else's mail.

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::mailer::{Fate, MailId, Queued, Ticket};
use super::records::{SENT, SUBSCRIPTIONS, SUPPRESSED, until_of};
use super::sealed::DAY;
use super::{Registrar, RegistrarError};
use crate::mail;
use crate::protocol::domain;
use crate::store::Change;

const LABEL: &str = "undersigned registrar suppressed mailboxes v1";
/// Days that share a key: each lookup makes a hash for every key there is.
const PERIOD_DAYS: u64 = 30;
/// After so many further periods a mailbox may be written to again.
const PERIODS: u64 = 6;
/// A report comes within so many days, or is not understood any more.
const REPORT_DAYS: u64 = 7;

/// What became of a delivery report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounce {
    /// The mailbox is not written to any more.
    Stopped,
    /// About a mail of ours, but the mailbox is there.
    NotPermanent,
    /// About no mail that was sent during the last days.
    Unknown,
    /// Not a delivery report.
    NotAReport,
}

/// What is kept of a mail that was sent.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    /// The key under which the mailbox would be suppressed.
    #[serde(with = "hex::serde")]
    mailbox: Vec<u8>,
    /// The subscription that ends with it.
    #[serde(with = "hex::serde")]
    subscription: Vec<u8>,
    /// Where it is written what became of the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket: Option<Ticket>,
}

/// Where a mail that was sent is kept: its id is in the mail and nowhere else.
fn sent_key(id: &[u8]) -> [u8; 32] {
    domain::hash("undersigned/message/v1", &[id])
}

impl Registrar {
    /// Where a mailbox that is suppressed from now on is kept.
    fn suppression_key(&self, identity: &str) -> Result<Vec<u8>, RegistrarError> {
        let today = self.instance.clock.now() / DAY;
        let last = (today / PERIOD_DAYS + PERIODS + 1) * PERIOD_DAYS - 1;
        let mac = self.suppressions.mac(last, LABEL, &[identity.as_bytes()])?;
        Ok([&last.to_be_bytes()[..], &mac].concat())
    }

    /// All places where a suppressed mailbox can be.
    fn suppression_keys(&self, identity: &str) -> Vec<Vec<u8>> {
        let today = self.instance.clock.now() / DAY;
        let days = self.suppressions.days().into_iter();
        days.filter(|day| *day >= today)
            .filter_map(|day| {
                let parts = [identity.as_bytes()];
                let mac = self.suppressions.existing_mac(day, LABEL, &parts)?;
                Some([&day.to_be_bytes()[..], &mac].concat())
            })
            .collect()
    }

    /// Whether a mailbox is not to be written to. Blocking.
    pub(super) fn is_suppressed(&self, identity: &str) -> Result<bool, RegistrarError> {
        for key in self.suppression_keys(identity) {
            if self.instance.store.get(SUPPRESSED, &key)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Remember a mail that was sent, for a report about it, in the change that takes it
    /// out of the queue. Blocking.
    pub(super) fn note_sent(
        &self,
        change: &mut Change,
        id: MailId,
        queued: &Queued,
    ) -> Result<(), RegistrarError> {
        let sent = self.traces(queued)?;
        let until = self.instance.clock.now() + REPORT_DAYS * DAY;
        self.put_sealed(change, SENT, &sent_key(&id.0[1..]), until, &sent)
    }

    /// Stop all mail to the mailbox that a mail did not get to. Blocking.
    pub(super) fn stop_mail(
        &self,
        change: &mut Change,
        queued: &Queued,
    ) -> Result<(), RegistrarError> {
        suppress(change, self.traces(queued)?);
        metrics::counter!("undersigned_bounces_total", "by" => "answer").increment(1);
        tracing::info!("a mailbox is not there; it gets no more mail");
        Ok(())
    }

    /// Marks of mails sent to a mailbox, and the last moment of each. Blocking.
    pub(super) fn sent_to(&self, identity: &str) -> Result<Vec<(Vec<u8>, u64)>, RegistrarError> {
        let places = self.suppression_keys(identity);
        let mut found = Vec::new();
        self.each_kept(SENT, &[], |key, sealed, record: Sent| {
            if places.contains(&record.mailbox) {
                found.push((key.to_vec(), until_of(sealed).unwrap_or_default()));
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn traces(&self, queued: &Queued) -> Result<Sent, RegistrarError> {
        let identity = self.rules.identity(&Address::parse(queued.to())?);
        Ok(Sent {
            mailbox: self.suppression_key(&identity)?,
            subscription: queued.subscription()?.unwrap_or_default(),
            ticket: queued.written().and_then(|body| body.ticket),
        })
    }

    /// Take a delivery report (RFC 3464), a whole message. One that says that there is no
    /// such mailbox stops all mail to it, and ends the subscription that the mail was for.
    pub async fn bounce(&self, report: &[u8]) -> Result<Bounce, RegistrarError> {
        let Some(report) = mail::read_report(report) else {
            return Ok(Bounce::NotAReport);
        };
        let mut id = [0; 16];
        if hex::decode_to_slice(&report.mail, &mut id).is_err() {
            return Ok(Bounce::Unknown);
        }
        let key = sent_key(&id);
        let load = move |r: &Self| r.kept::<Sent>(SENT, &key);
        let Some(kept) = self.blocking(load).await? else {
            return Ok(Bounce::Unknown);
        };
        if !report.no_mailbox {
            return Ok(Bounce::NotPermanent);
        }
        let mut change = Change::default();
        if let Some(ticket) = kept.record.ticket {
            self.note_fate(&mut change, ticket, Fate::Bounced);
        }
        suppress(&mut change, kept.record);
        self.commit_expecting_nothing(change).await?;
        metrics::counter!("undersigned_bounces_total", "by" => "report").increment(1);
        tracing::info!("a report says that a mailbox is not there; it gets no more mail");
        Ok(Bounce::Stopped)
    }

    /// Write to a mailbox again, whatever was said about it.
    pub async fn write_again(&self, typed: &str) -> Result<(), RegistrarError> {
        let identity = self.rules.identity(&Address::parse(typed)?);
        let mut change = Change::default();
        for key in self.suppression_keys(&identity) {
            change.delete.push((SUPPRESSED, key));
        }
        self.commit_expecting_nothing(change).await
    }
}

fn suppress(change: &mut Change, sent: Sent) {
    change.put.push((SUPPRESSED, sent.mailbox, vec![1]));
    if !sent.subscription.is_empty() {
        change.delete.push((SUBSCRIPTIONS, sent.subscription));
    }
}
