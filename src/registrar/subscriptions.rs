//! Addresses of those who asked for updates, until they unsubscribe or the petition's
//! records go (`spec/retention.md`, "Subscriptions").

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::mailer::{Class, Letter, MailId};
use super::records::{INVITATION_STOPS, LinkKey, SUBSCRIPTIONS, context, token_text};
use super::sealed::Purpose;
use super::{Registrar, RegistrarError};
use crate::clock::random;
use crate::instance::Petition;
use crate::protocol::ids::PetitionId;
use crate::store::Change;

/// The kind in the hash of an unsubscribe token.
const KIND: &str = "unsubscribe";

/// Somebody who wants updates.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subscription {
    pub(super) email: String,
    pub(super) lang: String,
    /// Stands in every update, so it has to be kept.
    pub(super) token: String,
}

/// The first mail to a subscriber, and the domain that it goes to.
pub(super) type Welcome = (MailId, String);

/// Where the subscription of a way out is kept.
pub(super) fn key_of(p: PetitionId, token: &str) -> Result<Vec<u8>, RegistrarError> {
    let link = LinkKey::parse(p, KIND, token)?;
    Ok([p.as_bytes(), &link.0[..]].concat())
}

impl Registrar {
    /// Subscribe in the change that confirms, and say so in a mail that has the way out.
    pub(super) fn subscribe(
        &self,
        change: &mut Change,
        petition: &Petition,
        email: &str,
        lang: &str,
    ) -> Result<Welcome, RegistrarError> {
        let p = petition.manifest.id();
        let token = token_text(&random(&*self.instance.clock));
        let key = key_of(p, &token)?;
        let record = Subscription {
            email: email.to_owned(),
            lang: lang.to_owned(),
            token: token.clone(),
        };
        let place = context(SUBSCRIPTIONS, &key);
        let sealed = self
            .petition_keys
            .seal(Purpose::Subscriptions, p, &place, &record)?;
        change.put.push((SUBSCRIPTIONS, key, sealed));
        let letter = Letter::Subscribed { token };
        let mail = self.queue_mail(change, Class::Bulk, petition, email, lang, letter)?;
        let domain = Address::parse(email)?.domain().to_owned();
        Ok((mail, domain))
    }

    /// Open a subscriber's record; `None` when its key is gone.
    pub(super) fn subscription(
        &self,
        p: PetitionId,
        key: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Subscription>, RegistrarError> {
        let place = context(SUBSCRIPTIONS, key);
        self.petition_keys
            .unseal(Purpose::Subscriptions, p, &place, sealed)
    }

    /// A mailbox's subscriptions. Blocking.
    pub(super) fn subscriptions_of(
        &self,
        p: PetitionId,
        identity: &str,
    ) -> Result<Vec<(Vec<u8>, Subscription)>, RegistrarError> {
        let mut found = Vec::new();
        self.each(SUBSCRIPTIONS, p.as_bytes(), |key, sealed| {
            match self.subscription(p, key, sealed) {
                Ok(Some(who)) if self.is_of(&who.email, identity) => {
                    found.push((key.to_vec(), who));
                    Ok(())
                }
                Ok(_) | Err(RegistrarError::Sealed(_)) => Ok(()),
                Err(error) => Err(error),
            }
        })?;
        Ok(found)
    }

    /// Whether a way out is one of invitations, and not of updates. Who has the link knows
    /// it from the mail. Blocking.
    pub fn ends_invitations(&self, p: PetitionId, token: &str) -> Result<bool, RegistrarError> {
        let Ok(key) = key_of(p, token) else {
            // Of another form, and no way out of anything.
            return Ok(false);
        };
        let store = &self.instance.store;
        Ok(store.get(INVITATION_STOPS, &key)?.is_some())
    }

    /// Whether a way out still leads out of something.
    pub(super) fn is_subscribed(&self, p: PetitionId, token: &str) -> Result<bool, RegistrarError> {
        let key = key_of(p, token)?;
        Ok(self.instance.store.get(SUBSCRIPTIONS, &key)?.is_some())
    }

    /// End a subscription, or all invitations if that is where the way out is from. Says the same for a token that was used before: mail programs
    /// repeat the click, and strangers learn nothing.
    pub async fn unsubscribe(&self, p: PetitionId, token: &str) -> Result<(), RegistrarError> {
        self.petition(p)?;
        let key = key_of(p, token)?;
        let work = move |r: &Self| {
            let mut change = Change::default();
            r.end_invitations(&mut change, &key)?;
            change.delete.push((SUBSCRIPTIONS, key));
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit_expecting_nothing(change).await
    }
}
