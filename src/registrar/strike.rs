//! Striking roll entries (`spec/signing.md`, "Strikes"): at the signer's request by a
//! link, or by the operator with a reason and after a preview.

use ed25519_dalek::Signer as _;

use super::address::Address;
use super::appeals::Letters;
use super::mailbox::Entry;
use super::records::{Kept, Kind, LINKS, Link, LinkKey, MAILBOXES, STRIKES_DUE, expect, until_of};
use super::roll::blinded;
use super::{Registrar, RegistrarError};
use crate::api::{StrikeRequest, StrikeResponse, StrikeTarget};
use crate::instance::Petition;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::{Strike, StrikeReason, unique_key};
use crate::protocol::withdrawal::strike_message;
use crate::store::{Change, Found, LogId, Refused, Waiting};
use crate::tlog::hash::leaf_hash;

/// Queued strikes looked at in one go.
const PAGE: usize = 1000;

/// Where a mailbox is on the roll.
pub(super) struct OnRoll {
    pub(super) tag: [u8; 32],
    /// Its index, once it is published.
    index: Option<u64>,
}

pub(super) fn due_key(p: PetitionId, tag: &[u8; 32]) -> Vec<u8> {
    [p.as_bytes(), &tag[..]].concat()
}

fn strike_when_published(change: &mut Change, p: PetitionId, tag: &[u8; 32], reason: StrikeReason) {
    let record = vec![reason as u8];
    change.put.push((STRIKES_DUE, due_key(p, tag), record));
}

impl Registrar {
    /// Follow a removal link: strike the mailbox's entry, now or when it is published.
    /// Repeated, it says the same.
    ///
    /// # Errors
    ///
    /// [`RegistrarError::UnknownLink`], [`RegistrarError::NotOnRoll`], or `Closed` after
    /// withdraw-until.
    pub async fn remove(&self, p: PetitionId, token: &str) -> Result<(), RegistrarError> {
        let petition = self.petition(p)?;
        let link = LinkKey::parse(p, Kind::Remove.name(), token)?;
        let load = move |r: &Self| r.kept::<Link>(LINKS, &link.0);
        let kept = self
            .blocking(load)
            .await?
            .ok_or(RegistrarError::UnknownLink)?;
        let Link::Removal { email, expires } = &kept.record else {
            return match kept.record {
                Link::Removed => Ok(()),
                _ => Err(RegistrarError::UnknownLink),
            };
        };
        self.may_be_removed(&petition)?;
        if *expires < self.instance.clock.now() {
            return Err(RegistrarError::UnknownLink);
        }
        let identity = self.rules.identity(&Address::parse(email)?);
        let _turn = self.locks.lock(&identity).await;
        let work = move |r: &Self| r.removal(&petition, link, &kept, &identity);
        let change = self.blocking(work).await?;
        match self.commit(change).await? {
            Ok(()) => {
                metrics::counter!("undersigned_removals_total").increment(1);
                Ok(())
            }
            // Struck, or asked for, by somebody else meanwhile: the next try will see it.
            Err(_) => Err(RegistrarError::Busy),
        }
    }

    fn removal(
        &self,
        petition: &Petition,
        link: LinkKey,
        kept: &Kept<Link>,
        identity: &str,
    ) -> Result<Change, RegistrarError> {
        let p = petition.manifest.id();
        let mut change = Change::default();
        expect(&mut change, LINKS, &link.0, kept);
        let until = until_of(&kept.sealed).expect("opened");
        self.put_sealed(&mut change, LINKS, &link.0, until, &Link::Removed)?;
        // The mailbox's other removal links are of no use any more.
        for indexed in self.indexed(p, identity)? {
            if let Entry::Link(Kind::Remove, other) = indexed.entry {
                change.delete.push((MAILBOXES, indexed.key));
                if other != link {
                    self.put_sealed(&mut change, LINKS, &other.0, until, &Link::Removed)?;
                }
            }
        }
        let reason = StrikeReason::SignersRequest;
        let entry = self.on_roll(petition, identity)?;
        self.strike_entry(&mut change, petition, &entry, reason)?;
        Ok(change)
    }

    /// Strike entries, or with `preview` only say what that would do.
    ///
    /// # Errors
    ///
    /// [`RegistrarError::NotStrikable`] names the first entry that is not on the
    /// published roll or is struck; then none is struck.
    pub async fn strike(
        &self,
        p: PetitionId,
        request: &StrikeRequest,
    ) -> Result<StrikeResponse, RegistrarError> {
        let petition = self.petition(p)?;
        let request = request.clone();
        let preview = request.preview;
        let work = {
            let petition = petition.clone();
            move |r: &Self| r.striking(&petition, &request)
        };
        let (change, response, letters) = self.blocking(work).await?;
        if preview || (change.accept.is_empty() && change.put.is_empty()) {
            return Ok(response);
        }
        match self.commit(change).await? {
            Ok(()) => {
                let strikes = response.entries.len() as u64;
                metrics::counter!("undersigned_strikes_total").increment(strikes);
                let now = self.instance.clock.now();
                for (mail, domain) in letters {
                    self.outbox.push(mail, &domain, now);
                }
                Ok(response)
            }
            Err(Refused::Duplicate { existing, .. }) => {
                let (Found::Waiting(Waiting { leaf, .. }) | Found::Published { leaf, .. }) =
                    existing;
                let strike = Strike::parse(&leaf).map_err(crate::store::StoreError::from)?;
                Err(RegistrarError::NotStrikable(strike.index))
            }
            Err(Refused::Conflict(_)) => Err(RegistrarError::Busy),
        }
    }

    fn striking(
        &self,
        petition: &Petition,
        request: &StrikeRequest,
    ) -> Result<(Change, StrikeResponse, Letters), RegistrarError> {
        let p = petition.manifest.id();
        let mut change = Change::default();
        let mut struck = None;
        let mut entries = Vec::new();
        match &request.target {
            StrikeTarget::Entries(wanted) => {
                entries.clone_from(wanted);
                entries.sort_unstable();
                entries.dedup();
            }
            StrikeTarget::Mailbox(typed) => {
                let identity = self.rules.identity(&Address::parse(typed)?);
                let on_roll = self.on_roll(petition, &identity)?;
                struck = Some(identity);
                match on_roll.index {
                    Some(index) => entries.push(index),
                    None => strike_when_published(&mut change, p, &on_roll.tag, request.reason),
                }
            }
        }
        for index in &entries {
            if self.is_struck(p, *index)? {
                return Err(RegistrarError::NotStrikable(*index));
            }
            change
                .accept
                .push(self.strike_leaf(petition, *index, request.reason)?);
        }
        let totals = petition
            .tally()
            .map(|(_, tally)| tally.totals())
            .unwrap_or_default();
        let (waiting, _) = self.instance.store.waiting_count(p, Tree::Strikes)?;
        let queued = self
            .instance
            .store
            .scan(STRIKES_DUE, p.as_bytes(), None, PAGE)?;
        let new = change.accept.len() + change.put.len();
        let mut then = totals;
        then.strikes += waiting + queued.len() as u64 + new as u64;
        let response = StrikeResponse {
            entries,
            count_now: totals.count(),
            count_then: then.count(),
            ceiling: totals.ceiling(),
        };
        let letters = match struck {
            Some(identity) if !request.preview => {
                self.write_of_strike(&mut change, petition, &identity, request.reason)?
            }
            _ => Vec::new(),
        };
        Ok((change, response, letters))
    }

    /// The mailbox's roll entry, found by its tag.
    pub(super) fn on_roll(
        &self,
        petition: &Petition,
        identity: &str,
    ) -> Result<OnRoll, RegistrarError> {
        let p = petition.manifest.id();
        let u = blinded(petition, identity)?;
        let tag = self.tags.tag(p, &u)?.tag;
        let index = match self.instance.store.find(p, Tree::Roll, &tag)? {
            None => return Err(RegistrarError::NotOnRoll),
            Some(Found::Published { index, .. }) => Some(index),
            Some(Found::Waiting(_)) => None,
        };
        Ok(OnRoll { tag, index })
    }

    /// Strike an entry, now or as soon as it is published. Struck already is what was asked
    /// for.
    pub(super) fn strike_entry(
        &self,
        change: &mut Change,
        petition: &Petition,
        entry: &OnRoll,
        reason: StrikeReason,
    ) -> Result<(), RegistrarError> {
        let p = petition.manifest.id();
        match entry.index {
            None => strike_when_published(change, p, &entry.tag, reason),
            Some(index) if self.is_struck(p, index)? => {}
            Some(index) => {
                let leaf = self.strike_leaf(petition, index, reason)?;
                change.accept.push(leaf);
            }
        }
        Ok(())
    }

    pub(super) fn is_struck(&self, p: PetitionId, index: u64) -> Result<bool, RegistrarError> {
        let strike = Strike {
            index,
            reason: StrikeReason::SignersRequest,
            signature: [0; 64],
        };
        let key = unique_key(Tree::Strikes, &strike.to_bytes())
            .map_err(crate::store::StoreError::from)?;
        Ok(self.instance.store.find(p, Tree::Strikes, &key)?.is_some())
    }

    /// A signed strike of a published entry.
    pub(super) fn strike_leaf(
        &self,
        petition: &Petition,
        index: u64,
        reason: StrikeReason,
    ) -> Result<(PetitionId, Tree, Waiting), RegistrarError> {
        let p = petition.manifest.id();
        let log = LogId::Tree(p, Tree::Roll);
        let store = &self.instance.store;
        let size = store.head(log)?.map_or(0, |signed| signed.head.size);
        if index >= size {
            return Err(RegistrarError::NotStrikable(index));
        }
        let leaves = store.leaves(log, index, 1)?;
        let entry = leaves.first().ok_or(RegistrarError::NotStrikable(index))?;
        let message = strike_message(p, &leaf_hash(entry), index, reason);
        let signature = petition.registrar.strike.sign(&message).to_bytes();
        let leaf = Strike {
            index,
            reason,
            signature,
        }
        .to_bytes();
        Ok((
            p,
            Tree::Strikes,
            Waiting::new(leaf, self.instance.clock.now()),
        ))
    }

    /// Strike what was asked for before it was published and is published now.
    pub(super) async fn strike_what_is_due(&self) -> Result<(), RegistrarError> {
        let due = self.blocking(Self::due_strikes).await?;
        for change in due {
            match self.commit(change).await? {
                // A duplicate is struck already; the next round drops the wish.
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    fn due_strikes(&self) -> Result<Vec<Change>, RegistrarError> {
        let store = &self.instance.store;
        let mut changes = Vec::new();
        for (key, reason) in store.scan(STRIKES_DUE, &[], None, PAGE)? {
            let mut change = Change::default();
            change.delete.push((STRIKES_DUE, key.clone()));
            let parsed = <[u8; 64]>::try_from(&key[..]).ok().and_then(|key| {
                let p = PetitionId(key[..32].try_into().ok()?);
                let tag: [u8; 32] = key[32..].try_into().ok()?;
                let reason = StrikeReason::ALL
                    .into_iter()
                    .find(|r| reason == [*r as u8])?;
                Some((p, tag, reason))
            });
            let (p, tag, reason) = parsed.ok_or(RegistrarError::Sealed("not a strike"))?;
            let petition = self.petition(p)?;
            match store.find(p, Tree::Roll, &tag)? {
                Some(Found::Published { index, .. }) => {
                    if !self.is_struck(p, index)? {
                        change
                            .accept
                            .push(self.strike_leaf(&petition, index, reason)?);
                    }
                    changes.push(change);
                }
                Some(Found::Waiting(_)) | None => {}
            }
        }
        Ok(changes)
    }
}
