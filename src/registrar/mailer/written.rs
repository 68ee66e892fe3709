//! Letters that are written elsewhere in the service (`office/`): they share the queue, its
//! limits and its bounces, behind confirmations and before what many get.

use serde::{Deserialize, Serialize};

use super::{Class, Letter, MailId, Queued};
use crate::clock::random;
use crate::registrar::enclosures::EnclosureId;
use crate::registrar::records::{FATES, MAILS};
use crate::registrar::sealed::DAY;
use crate::registrar::{Registrar, RegistrarError};
use crate::store::Change;

/// A letter, ready to go.
pub(crate) struct Written {
    /// `local@domain`.
    pub(crate) to: String,
    pub(crate) body: Body,
    /// Of no use after that, Unix seconds: given up then.
    pub(crate) until: u64,
}

/// What it says.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    /// One line.
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) enclosed: Option<Enclosed>,
    /// Where it is written what became of the mail.
    pub(crate) ticket: Option<Ticket>,
}

/// A file that goes with it. The sealed copy is deleted when the mail is out of the queue.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enclosed {
    pub(crate) id: EnclosureId,
    pub(crate) name: String,
}

/// Names a mail to whoever wants to know what became of it: the day on which that is
/// forgotten ‖ random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket(#[serde(with = "hex::serde")] pub(crate) [u8; 24]);

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFate {
    /// It waits, or is under way.
    Queued,
    /// A server took it then.
    Sent(u64),
    /// Refused for good, or for so long that its time was over.
    GivenUp(u64),
    /// There is no such mailbox, a server said.
    NoMailbox(u64),
}

const SENT: u8 = 1;
const GIVEN_UP: u8 = 2;
const NO_MAILBOX: u8 = 3;

/// A letter that is in a change; the queue is told of it after the commit.
#[must_use = "tell the queue after the commit"]
pub(crate) struct Posted {
    id: MailId,
    domain: String,
}

impl Registrar {
    /// A ticket that is good until the end of the day of `until`.
    pub(crate) fn ticket(&self, until: u64) -> Ticket {
        let random: [u8; 16] = random(&*self.instance.clock);
        let day = (until / DAY).to_be_bytes();
        let mut ticket = [0; 24];
        ticket[..8].copy_from_slice(&day);
        ticket[8..].copy_from_slice(&random);
        Ticket(ticket)
    }

    /// Queue a letter in a change.
    pub(crate) fn post(
        &self,
        change: &mut Change,
        letter: Written,
    ) -> Result<Posted, RegistrarError> {
        let mut id = MailId([Class::Office as u8; 17]);
        self.instance.clock.fill(&mut id.0[1..]);
        let now = self.instance.clock.now();
        let domain = letter.to.rsplit('@').next().unwrap_or_default().to_owned();
        let queued = Queued {
            petition: None,
            to: letter.to,
            lang: String::new(),
            letter: Letter::Written(Box::new(letter.body)),
            since: now,
            until: letter.until,
            attempts: 0,
            due: now,
        };
        self.put_sealed(change, MAILS, &id.0, letter.until, &queued)?;
        Ok(Posted { id, domain })
    }

    /// The change with this letter is durable: let it go.
    pub(crate) fn posted(&self, posted: Posted) {
        let Posted { id, domain } = posted;
        self.outbox.push(id, &domain, self.instance.clock.now());
    }

    /// What became of a letter. Blocking.
    pub(crate) fn fate(&self, ticket: Ticket) -> Result<MailFate, RegistrarError> {
        let Some(fate) = self.instance.store.get(FATES, &ticket.0)? else {
            return Ok(MailFate::Queued);
        };
        let read = fate
            .split_first()
            .and_then(|(code, at)| Some((*code, u64::from_be_bytes(at.try_into().ok()?))));
        match read {
            Some((SENT, at)) => Ok(MailFate::Sent(at)),
            Some((GIVEN_UP, at)) => Ok(MailFate::GivenUp(at)),
            Some((NO_MAILBOX, at)) => Ok(MailFate::NoMailbox(at)),
            _ => Err(RegistrarError::Sealed("of another version")),
        }
    }

    /// Write down what became of a letter.
    pub(in crate::registrar) fn note_fate(
        &self,
        change: &mut Change,
        ticket: Ticket,
        fate: super::send::Fate,
    ) {
        use super::send::Fate;
        let code = match fate {
            Fate::Sent => SENT,
            Fate::Bounced => NO_MAILBOX,
            Fate::GivenUp | Fate::Moot => GIVEN_UP,
            Fate::Delayed => return,
        };
        let now = self.instance.clock.now().to_be_bytes();
        let value = [&[code][..], &now].concat();
        change.put.push((FATES, ticket.0.to_vec(), value));
    }
}
