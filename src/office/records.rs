//! What is kept, where, and under which key (`spec/office.md`, "Records").

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Office, OfficeError};
use crate::registrar::kept::context;
pub(super) use crate::registrar::kept::{Kept, expect};
use crate::registrar::sealed::{DAY, PeriodKeys};
use crate::store::{Change, Space};

/// Accounts. Key: id. Sealed under a key of the account's own.
pub(super) const ACCOUNTS: Space = Space("office/accounts");
/// Which account an address has. Key: keyed hash of the address; value: id.
pub(super) const ADDRESSES: Space = Space("office/addresses");
/// One-time links. Key: hash of the token. Sealed until a day.
pub(super) const LINKS: Space = Space("office/links");
/// Invitations to organise together. Key: draft or petition ‖ hash of the link's token.
/// Sealed until a day.
pub(super) const JOINS: Space = Space("office/joins");
/// Wishes for a link to sign in. Key: random. Sealed until a day.
pub(super) const WANTED: Space = Space("office/wanted");
/// Links to packs. Key: hash of the token. Sealed until a day.
pub(super) const PACKS: Space = Space("office/packs");
/// Packs that were sent. Key: petition ‖ newest first ‖ random. Sealed until a day.
pub(super) const SHIPMENTS: Space = Space("office/shipments");
/// Sessions. Key: their id. Sealed until a day.
pub(super) const SESSIONS: Space = Space("office/sessions");
/// What staff did. Key: time ‖ random. Sealed under the log's key.
pub(super) const LOG: Space = Space("office/log");

/// Drafts. Key: id. Sealed under a key of the draft's own.
pub(super) const DRAFTS: Space = Space("office/drafts");
/// What drafts said before. Key: id ‖ version. Sealed under the same key.
pub(super) const VERSIONS: Space = Space("office/versions");
/// Who writes which draft. Key: account ‖ draft; no value.
pub(super) const DRAFTS_OF: Space = Space("office/drafts-of");
/// Drafts that wait for staff. Key: since when ‖ draft; no value.
pub(super) const QUEUE: Space = Space("office/queue");
/// Sponsors. Key: draft ‖ keyed hash of the address. Sealed under the draft's key.
pub(super) const SPONSORS: Space = Space("office/sponsors");
/// For which petition keys were contributed. Key: the roll's public key; value: petition.
pub(super) const DRAWN: Space = Space("office/drawn");
/// Who looks after which petition. Key: account ‖ petition; no value.
pub(super) const PETITIONS_OF: Space = Space("office/petitions-of");
/// Who looks after which petition. Key: petition ‖ account; no value.
pub(super) const ORGANISERS_OF: Space = Space("office/organisers-of");

/// Published drafts whose sponsors are to be invited. Key: petition ‖ draft; no value.
pub(super) const SETTLING: Space = Space("office/settling");

/// Spaces whose values begin with the day on which they are to be gone.
const BY_DAY: [Space; 6] = [LINKS, SESSIONS, JOINS, WANTED, PACKS, SHIPMENTS];
/// Records deleted in one go.
const PAGE: usize = 1000;

impl Office {
    /// Read a record sealed under a named key. Blocking.
    pub(super) fn kept<T: DeserializeOwned>(
        &self,
        name: &str,
        space: Space,
        key: &[u8],
    ) -> Result<Option<Kept<T>>, OfficeError> {
        let Some(sealed) = self.instance.store.get(space, key)? else {
            return Ok(None);
        };
        self.opened(name, space, key, sealed)
    }

    /// Open a record that was read already.
    pub(super) fn opened<T: DeserializeOwned>(
        &self,
        name: &str,
        space: Space,
        key: &[u8],
        sealed: Vec<u8>,
    ) -> Result<Option<Kept<T>>, OfficeError> {
        let record = self.keys.unseal(name, &context(space, key), &sealed)?;
        Ok(record.map(|record| Kept { sealed, record }))
    }

    /// Add a record sealed under a named key to a change.
    pub(super) fn put(
        &self,
        change: &mut Change,
        name: &str,
        space: Space,
        key: &[u8],
        record: &impl Serialize,
    ) -> Result<(), OfficeError> {
        let sealed = self.keys.seal(name, &context(space, key), record)?;
        change.put.push((space, key.to_vec(), sealed));
        Ok(())
    }

    /// Read a record that is kept until a day. Blocking.
    pub(super) fn kept_until<T: DeserializeOwned>(
        &self,
        space: Space,
        key: &[u8],
    ) -> Result<Option<Kept<T>>, OfficeError> {
        Ok(self.periods.kept(&*self.instance.store, space, key)?)
    }

    /// Add a record to a change that is to be gone after the day of `until`.
    pub(super) fn put_until(
        &self,
        change: &mut Change,
        space: Space,
        key: &[u8],
        until: u64,
        record: &impl Serialize,
    ) -> Result<(), OfficeError> {
        Ok(self.periods.put(change, space, key, until, record)?)
    }

    /// Destroy the keys of days that are over; the change deletes what they sealed.
    /// Blocking.
    pub(super) fn forgettable(&self) -> Result<Change, OfficeError> {
        self.periods.destroy_expired()?;
        let today = self.now() / DAY;
        let mut change = Change::default();
        for space in BY_DAY {
            let mut after: Option<Vec<u8>> = None;
            while change.delete.len() < PAGE {
                let page = self
                    .instance
                    .store
                    .scan(space, &[], after.as_deref(), PAGE)?;
                let Some((last, _)) = page.last() else { break };
                after = Some(last.clone());
                let over = |value: &[u8]| PeriodKeys::day_of(value).is_some_and(|day| day < today);
                let gone = page.into_iter().filter(|(_, value)| over(value));
                change.delete.extend(gone.map(|(key, _)| (space, key)));
            }
        }
        Ok(change)
    }
}
