//! A mailbox that wants to be forgotten by a petition (`spec/retention.md`, "Being forgotten").
//!
//! One change takes all of it. What shows a name is kept under its leaf and leads to no
//! mailbox: taking it back needs the receipt, and asking for that here would tell the service
//! which leaf belongs to which mailbox.

use super::held;
use super::mailbox::Entry;
use super::own::OwnLinkOpened;
use super::records::{
    HELD, INVITATIONS, LINKS, MAILBOXES, MAILS, REQUESTS, SENT, SUBSCRIPTIONS, VAULT, expect,
};
use super::{Registrar, RegistrarError, vault};
use crate::api::Forgotten;
use crate::instance::{Petition, TagsError};
use crate::protocol::ids::PetitionId;
use crate::protocol::leaf::StrikeReason;
use crate::store::Change;

impl Registrar {
    /// Follow a link to a mailbox's own data, and erase what this petition holds of it.
    ///
    /// # Errors
    ///
    /// [`RegistrarError::UnknownLink`]; [`RegistrarError::Busy`] when something about the
    /// mailbox happened meanwhile: try again.
    pub async fn forget(&self, p: PetitionId, token: &str) -> Result<Forgotten, RegistrarError> {
        let petition = self.petition(p)?;
        let link = self.own_link(p, token).await?;
        let _turn = self.locks.lock(&link.identity).await;
        let work = move |r: &Self| r.forgetting(&petition, &link);
        let (change, forgotten) = self.blocking(work).await?;
        match self.commit(change).await? {
            Ok(()) => {
                metrics::counter!("undersigned_forgotten_total").increment(1);
                tracing::info!(
                    struck = forgotten.struck,
                    "a mailbox was forgotten at its wish"
                );
                Ok(forgotten)
            }
            Err(_) => Err(RegistrarError::Busy),
        }
    }

    fn forgetting(
        &self,
        petition: &Petition,
        link: &OwnLinkOpened,
    ) -> Result<(Change, Forgotten), RegistrarError> {
        let p = petition.manifest.id();
        let identity = &*link.identity;
        let mut change = Change::default();
        expect(&mut change, LINKS, &link.key.0, &link.kept);
        change.delete.push((LINKS, link.key.0.to_vec()));
        for indexed in self.indexed(p, identity)? {
            change.delete.push((MAILBOXES, indexed.key));
            match indexed.entry {
                Entry::Link(_, other) if other == link.key => {}
                Entry::Link(_, other) => change.delete.push((LINKS, other.0.to_vec())),
                Entry::Held(id) => change.delete.push((HELD, held::key(p, &id))),
            }
        }
        for (key, request) in self.requests_of(identity)? {
            if request.petition == p {
                change.delete.push((REQUESTS, key));
            }
        }
        for (key, mail) in self.mails_of(identity)? {
            if mail.petition() == Some(p) {
                change.delete.push((MAILS, key));
            }
        }
        let sent = self.sent_to(identity)?.into_iter();
        change.delete.extend(sent.map(|(key, _)| (SENT, key)));
        let subscriptions = self.subscriptions_of(p, identity)?.into_iter();
        let places = subscriptions.map(|(key, _)| (SUBSCRIPTIONS, key));
        change.delete.extend(places);
        let invitations = self.invitations_of(p, identity)?.into_iter();
        change
            .delete
            .extend(invitations.map(|(key, _)| (INVITATIONS, key)));
        let struck = self.forget_entry(&mut change, petition, identity)?;
        Ok((change, Forgotten { struck }))
    }

    /// Erase the auditor's record of the entry. Nobody can check that entry any more, so it
    /// is struck in the same change. Whether it is.
    fn forget_entry(
        &self,
        change: &mut Change,
        petition: &Petition,
        identity: &str,
    ) -> Result<bool, RegistrarError> {
        let p = petition.manifest.id();
        if petition.manifest.terms().audit.is_none() {
            return Ok(false);
        }
        let entry = match self.on_roll(petition, identity) {
            Ok(entry) => entry,
            Err(RegistrarError::NotOnRoll | RegistrarError::Tags(TagsError::Erased)) => {
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        let place = vault::key(p, &entry.tag);
        if self.instance.store.get(VAULT, &place)?.is_none() {
            return Ok(false);
        }
        change.delete.push((VAULT, place));
        if self.may_be_removed(petition).is_err() {
            // After withdraw-until the count stands, and the auditor finds an entry that
            // nobody can open.
            return Ok(false);
        }
        self.strike_entry(change, petition, &entry, StrikeReason::Erasure)?;
        Ok(true)
    }
}
