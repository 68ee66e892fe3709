//! What is kept, where, and under which key (`spec/retention.md`, "Records").

use serde::{Deserialize, Serialize};

pub(super) use super::kept::{Kept, context, expect};
use super::sealed::PeriodKeys;
use super::{Registrar, RegistrarError};
use crate::protocol::domain;
use crate::protocol::ids::PetitionId;
use crate::store::{Change, Space};

/// Requests for a link, not yet looked at. Key: random.
pub(super) const REQUESTS: Space = Space("registrar/requests");
/// Links. Key: hash of petition, kind and token.
pub(super) const LINKS: Space = Space("registrar/links");
/// Which links a mailbox has. Key: day ‖ keyed hash ‖ kind ‖ link; no value.
pub(super) const MAILBOXES: Space = Space("registrar/mailboxes");
/// Mails to a mailbox today. Key: day ‖ keyed hash; value: a count.
pub(super) const MAILBOX_DAYS: Space = Space("registrar/mailbox-days");
/// Confirmations that wait for review. Key: petition ‖ id.
pub(super) const HELD: Space = Space("registrar/held");
/// Roll entries to strike once they are published. Key: petition ‖ tag.
pub(super) const STRIKES_DUE: Space = Space("registrar/strikes-due");
/// Records for the auditor. Key: petition ‖ tag.
pub(super) const VAULT: Space = Space("registrar/vault");
/// Addresses for updates. Key: petition ‖ hash of the unsubscribe token.
pub(super) const SUBSCRIPTIONS: Space = Space("registrar/subscriptions");
/// Texts of updates. Key: petition ‖ id ‖ number.
pub(super) const UPDATES: Space = Space("registrar/updates");
/// How far updates have got. Key: petition ‖ id.
pub(super) const UPDATES_GOING: Space = Space("registrar/updates-going");
/// Texts of updates for the petition's page. Key: petition ‖ newest first ‖ id ‖ number.
pub(super) const UPDATES_PUBLISHED: Space = Space("registrar/updates-published");
/// How many an update has reached. Key: petition ‖ id.
pub(super) const UPDATES_REACHED: Space = Space("registrar/updates-reached");
/// Updates that are through. Key: day to forget the text ‖ petition ‖ id; no value.
pub(super) const UPDATES_DONE: Space = Space("registrar/updates-done");
/// The mail queue. Key: class ‖ random.
pub(super) const MAILS: Space = Space("registrar/mails");
/// What became of letters of the office. Key: day ‖ random; value: a code ‖ a time.
pub(super) const FATES: Space = Space("registrar/mail-fates");

/// What signers show of themselves. Key: petition ‖ leaf hash.
pub(super) const DISCLOSURES: Space = Space("registrar/disclosures");
/// The organiser's list. Key: petition ‖ leaf hash.
pub(super) const SHARES: Space = Space("registrar/shares");
/// Addresses to invite. Key: petition ‖ batch ‖ random.
pub(super) const INVITATIONS: Space = Space("registrar/invitations");
/// What organisers say in invitations. Key: petition ‖ batch.
pub(super) const INVITATION_TEXTS: Space = Space("registrar/invitation-texts");
/// Mailboxes that had an invitation. Key: petition ‖ keyed hash.
pub(super) const INVITED: Space = Space("registrar/invited");
/// Ways out of invitations. Key: petition ‖ hash of the token; value: a key of [`UNINVITED`].
pub(super) const INVITATION_STOPS: Space = Space("registrar/invitation-stops");
/// Mailboxes that want no invitations. Key: keyed hash.
pub(super) const UNINVITED: Space = Space("registrar/uninvited");
/// Domains blocked at run time. Key: the domain.
pub(super) const BLOCKS: Space = Space("registrar/blocks");
/// What staff set at run time. Key: its name.
pub(super) const SETTINGS: Space = Space("registrar/settings");
/// Mails that were sent. Key: hash of the id in the Message-ID.
pub(super) const SENT: Space = Space("registrar/sent");
/// Keys to destroy, until the journal says that they are. Key: petition ‖ name.
pub(super) const ERASURES: Space = Space("registrar/erasures");
/// Mailboxes that are not written to. Key: day ‖ keyed hash.
pub(super) const SUPPRESSED: Space = Space("registrar/suppressed");

/// All spaces whose values are sealed under the key of a day, which they begin with.
pub(super) const BY_DAY_IN_VALUE: [Space; 6] = [REQUESTS, LINKS, HELD, MAILS, SENT, INVITATIONS];
/// All spaces whose keys begin with a petition, whose records say nothing of signers, and
/// go with the petition's data. Those that do say something go with their keys (`erasures`).
pub(super) const PUBLIC_BY_PETITION: [Space; 3] =
    [UPDATES_PUBLISHED, UPDATES_REACHED, INVITATION_TEXTS];
/// All spaces whose keys begin with a day.
pub(super) const BY_DAY_IN_KEY: [Space; 4] = [MAILBOXES, MAILBOX_DAYS, SUPPRESSED, FATES];

/// Records looked at in one go.
const PAGE: usize = 500;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// Confirm the mailbox.
    Confirm,
    /// Strike its roll entry.
    Remove,
    /// See what is held about it, or have that erased.
    Data,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Remove => "remove",
            Self::Data => "data",
        }
    }
}

/// Somebody's wish for a link.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub(super) petition: PetitionId,
    pub(super) kind: Kind,
    /// As typed, the domain in lower-case ASCII.
    pub(super) email: String,
    pub(super) region: Option<String>,
    pub(super) updates: bool,
    pub(super) lang: String,
    /// The rule that holds it for review, until released.
    pub(super) rule: Option<String>,
    /// A reviewer has let it pass; limits on networks and domains are over for it.
    pub(super) released: bool,
}

/// What stands behind a link. Its states after use name nobody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Link {
    /// Not used yet.
    Open {
        /// As typed.
        email: String,
        region: Option<String>,
        updates: bool,
        lang: String,
        /// Works until then, Unix seconds.
        expires: u64,
        released: bool,
        /// Waits for review since it was opened.
        held: bool,
    },
    /// The mailbox has its token: the answer to this blinded message, and to no other.
    Answered {
        #[serde(with = "hex::serde")]
        blinded: [u8; 32],
        /// This very link was used, and not another one of the same mailbox.
        own: bool,
    },
    /// The mailbox had its token before; this link never gives one.
    Spent,
    /// An unused removal link.
    Removal {
        /// As typed.
        email: String,
        expires: u64,
    },
    /// The removal was done.
    Removed,
    /// A link to all that is held about the mailbox.
    Data {
        /// As typed.
        email: String,
        expires: u64,
        /// It was fetched; once is all.
        fetched: bool,
    },
}

/// A confirmation that waits for review.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeldRecord {
    pub(super) since: u64,
    pub(super) rule: String,
    pub(super) request: Request,
    /// The link, when it was opened already and held then.
    pub(super) link: Option<LinkKey>,
}

/// The hash of a link's token, its petition and its kind. The token itself is in the
/// mail and nowhere else.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LinkKey(#[serde(with = "hex::serde")] pub(super) [u8; 32]);

impl LinkKey {
    /// The key of a token as it stands in a link. Another petition's or another
    /// kind's token has another key, and so is unknown.
    pub(super) fn parse(p: PetitionId, kind: &str, token: &str) -> Result<Self, RegistrarError> {
        use base64::Engine as _;
        let mut bytes = [0; 32];
        let length = base64::engine::general_purpose::URL_SAFE_NO_PAD
            .decode_slice(token, &mut bytes)
            .map_err(|_| RegistrarError::UnknownLink)?;
        if length != 32 {
            return Err(RegistrarError::UnknownLink);
        }
        Ok(Self(domain::hash(
            "undersigned/link/v1",
            &[p.as_bytes(), kind.as_bytes(), &bytes],
        )))
    }
}

/// A token as it stands in a link: 32 bytes, base64url without padding.
pub(super) fn token_text(token: &[u8; 32]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(token)
}

impl Registrar {
    /// Read and open a record sealed under a day's key. Blocking. `None` when there is
    /// none, or its day is over.
    pub(super) fn kept<T: serde::de::DeserializeOwned>(
        &self,
        space: Space,
        key: &[u8],
    ) -> Result<Option<Kept<T>>, RegistrarError> {
        self.periods.kept(&*self.instance.store, space, key)
    }

    /// Look at all records of a space whose keys begin with `prefix`. Blocking.
    pub(super) fn each(
        &self,
        space: Space,
        prefix: &[u8],
        mut look: impl FnMut(&[u8], &[u8]) -> Result<(), RegistrarError>,
    ) -> Result<(), RegistrarError> {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let store = &self.instance.store;
            let page = store.scan(space, prefix, after.as_deref(), PAGE)?;
            let Some((last, _)) = page.last() else {
                return Ok(());
            };
            after = Some(last.clone());
            for (key, record) in &page {
                look(key, record)?;
            }
        }
    }

    /// How many records of a space have keys that begin with `prefix`. Blocking.
    pub(super) fn count(&self, space: Space, prefix: &[u8]) -> Result<u64, RegistrarError> {
        let mut count = 0;
        self.each(space, prefix, |_, _| {
            count += 1;
            Ok(())
        })?;
        Ok(count)
    }

    /// [`Registrar::each`] for records sealed under days' keys. One that is damaged is passed over:
    /// whoever uses it says so.
    pub(super) fn each_kept<T: serde::de::DeserializeOwned>(
        &self,
        space: Space,
        prefix: &[u8],
        mut look: impl FnMut(&[u8], &[u8], T) -> Result<(), RegistrarError>,
    ) -> Result<(), RegistrarError> {
        self.each(space, prefix, |key, sealed| {
            match self.periods.unseal(&context(space, key), sealed) {
                Ok(Some(record)) => look(key, sealed, record),
                Ok(None) | Err(RegistrarError::Sealed(_)) => Ok(()),
                Err(error) => Err(error),
            }
        })
    }

    /// Add a sealed record to a change.
    pub(super) fn put_sealed(
        &self,
        change: &mut Change,
        space: Space,
        key: &[u8],
        until: u64,
        record: &impl Serialize,
    ) -> Result<(), RegistrarError> {
        self.periods.put(change, space, key, until, record)
    }
}

/// The day at whose end a sealed record is erased, in Unix seconds of its last moment.
pub(super) fn until_of(sealed: &[u8]) -> Option<u64> {
    PeriodKeys::day_of(sealed).map(|day| (day + 1) * super::sealed::DAY - 1)
}
