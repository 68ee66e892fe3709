//! Invitations from the organiser to people who agreed to get one (`spec/mail.md`,
//! "Invitations"): one mail a mailbox and petition, whose link confirms.
//!
//! The organiser learns how many addresses were taken, and nothing that depends on what is
//! known about a mailbox: what is skipped is skipped later, and silently.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::address::Address;
use super::mailbox::Entry;
use super::mailer::{Class, Letter, MailId};
use super::records::{
    INVITATION_STOPS, INVITATION_TEXTS, INVITATIONS, INVITED, Kept, Kind, LINKS, Link, LinkKey,
    MAILBOXES, UNINVITED, expect, token_text,
};
use super::request::must_be_open;
use super::rules::Standing;
use super::sealed::Purpose;
use super::subscriptions::key_of;
use super::{Registrar, RegistrarError};
use crate::api::OwnInvitation;
use crate::clock::random;
use crate::instance::Petition;
use crate::protocol::ids::PetitionId;
use crate::store::{Change, Expect};

/// Most addresses in one go.
const AT_ONCE_MAX: u64 = 20_000;
/// Most invitations to a petition.
const PETITION_MAX: u64 = 200_000;
/// Longest text, bytes. The store keeps small records.
const TEXT_MAX: usize = 2000;
/// Addresses in one change, and looked at in one go.
const PAGE: usize = 200;
/// No further invitation while so many mails are queued.
const QUEUED_MAX: usize = 1000;

const INVITED_LABEL: &str = "undersigned registrar invited mailboxes v1";
const UNINVITED_LABEL: &str = "undersigned registrar mailboxes never to invite v1";

/// The organiser's words in an invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvitationText {
    /// BCP 47 tag, lower case; ours around it are in this language if there are any.
    pub lang: String,
    /// Plain text, 1 to 2,000 bytes.
    pub text: String,
}

/// What came of a list of addresses. Says nothing about any mailbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Invited {
    /// Addresses taken: each gets a mail, unless there is a reason against it.
    pub taken: u64,
    /// Not an address to write to.
    pub malformed: u64,
    /// Another name of a mailbox that is on this list before.
    pub twice: u64,
    /// Beyond what may be invited.
    pub too_many: u64,
}

/// Somebody to invite.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Invitation {
    email: String,
    /// Not any more after that.
    expires: u64,
}

/// petition ‖ batch ‖ random.
const KEY_LEN: usize = 64;

impl Registrar {
    /// Invite people. Returns when the list is durable; mails follow as fast as the limits
    /// allow, behind all links.
    ///
    /// # Errors
    ///
    /// `NotOpen`, `Closed`; [`RegistrarError::Region`] where the roll needs a region, which
    /// an invitation cannot know; [`RegistrarError::InvitationText`].
    pub async fn invite(
        &self,
        p: PetitionId,
        addresses: Vec<String>,
        text: &InvitationText,
    ) -> Result<Invited, RegistrarError> {
        let petition = self.petition(p)?;
        must_be_open(petition.phase(self.instance.clock.now()))?;
        if petition.manifest.terms().asks.roll_region {
            return Err(RegistrarError::Region);
        }
        let control = |c: char| c.is_control() && c != '\n';
        let words = &text.text;
        if words.trim().is_empty() || words.len() > TEXT_MAX || words.chars().any(control) {
            return Err(RegistrarError::InvitationText);
        }
        self.storage_left().await?;
        let batch: [u8; 16] = random(&*self.instance.clock);
        let text = serde_json::to_vec(text).expect("texts always encode");
        let work = move |r: &Self| r.sort_out(&petition, batch, text, &addresses);
        let (changes, invited) = self.blocking(work).await?;
        self.to_the_end(move |r| async move {
            for change in changes {
                r.commit_expecting_nothing(change).await?;
            }
            Ok(())
        })
        .await?;
        metrics::counter!("undersigned_invitations_total").increment(invited.taken);
        Ok(invited)
    }

    /// How many addresses are not looked at yet. Blocking.
    pub fn invitations_waiting(&self, p: PetitionId) -> Result<u64, RegistrarError> {
        self.petition(p)?;
        self.count(INVITATIONS, p.as_bytes())
    }

    /// What a list becomes: by itself, and by nothing that is known about its mailboxes.
    fn sort_out(
        &self,
        petition: &Petition,
        batch: [u8; 16],
        text: Vec<u8>,
        addresses: &[String],
    ) -> Result<(Vec<Change>, Invited), RegistrarError> {
        let p = petition.manifest.id();
        let until = self.pending_until(petition);
        let before = self.count(INVITATIONS, p.as_bytes())? + self.count(INVITED, p.as_bytes())?;
        let mut invited = Invited::default();
        let mut seen = HashSet::new();
        let mut first = Change::default();
        let texts_key = [p.as_bytes(), &batch[..]].concat();
        first.put.push((INVITATION_TEXTS, texts_key, text));
        let mut changes = vec![first];
        for typed in addresses {
            if invited.taken >= AT_ONCE_MAX || before + invited.taken >= PETITION_MAX {
                invited.too_many += 1;
                continue;
            }
            let Ok(address) = Address::parse(typed.trim()) else {
                invited.malformed += 1;
                continue;
            };
            if !seen.insert(self.rules.identity(&address)) {
                invited.twice += 1;
                continue;
            }
            let record = Invitation {
                email: address.to_string(),
                expires: until,
            };
            let random: [u8; 16] = random(&*self.instance.clock);
            let key = [p.as_bytes(), &batch[..], &random].concat();
            if changes.last().is_none_or(|c| c.put.len() >= PAGE) {
                changes.push(Change::default());
            }
            let change = changes.last_mut().expect("just made");
            self.put_sealed(change, INVITATIONS, &key, until, &record)?;
            invited.taken += 1;
        }
        if invited.taken == 0 {
            changes.clear();
        }
        Ok((changes, invited))
    }

    /// Look at the next invitations, if there is room in the queue.
    pub(super) async fn go_on_with_invitations(&self) -> Result<(), RegistrarError> {
        if self.outbox.open() >= QUEUED_MAX {
            return Ok(());
        }
        let page = self
            .blocking(|r| Ok(r.instance.store.scan(INVITATIONS, &[], None, PAGE)?))
            .await?;
        let mut under_way = JoinSet::new();
        for (key, _) in page {
            let me = self.arc();
            under_way.spawn(async move { me.look_at_invitation(key).await });
        }
        let mut outcome = Ok(());
        while let Some(finished) = under_way.join_next().await {
            outcome = outcome.and(super::joined(finished));
        }
        outcome
    }

    /// Make one invitation a mail, or drop it. Exactly once: the invitation goes in the
    /// change that has its effect.
    async fn look_at_invitation(&self, key: Vec<u8>) -> Result<(), RegistrarError> {
        let load = {
            let key = key.clone();
            move |r: &Self| match r.kept::<Invitation>(INVITATIONS, &key) {
                Err(error @ RegistrarError::Sealed(_)) => {
                    tracing::error!(%error, "an invitation is dropped: its record is damaged");
                    Ok(None)
                }
                other => other,
            }
        };
        let Some(kept) = self.blocking(load).await? else {
            let mut change = Change::default();
            change.delete.push((INVITATIONS, key));
            return self.commit_expecting_nothing(change).await;
        };
        let address = Address::parse(&kept.record.email)?;
        let identity = self.rules.identity(&address);
        let domain = address.domain().to_owned();
        let _turn = self.locks.lock(&identity).await;
        let work = move |r: &Self| r.invitation(&key, &kept, &address, &identity);
        let (change, mail) = self.blocking(work).await?;
        // A conflict: dealt with already.
        if self.commit(change).await?.is_ok()
            && let Some((mail, batch)) = mail
        {
            let now = self.instance.clock.now();
            self.outbox.push_of(Some(batch), mail, &domain, now);
        }
        Ok(())
    }

    #[allow(clippy::type_complexity)]
    fn invitation(
        &self,
        key: &[u8],
        kept: &Kept<Invitation>,
        address: &Address,
        identity: &str,
    ) -> Result<(Change, Option<(MailId, [u8; 16])>), RegistrarError> {
        const DAMAGED: RegistrarError = RegistrarError::Sealed("not an invitation");
        if key.len() != KEY_LEN {
            return Err(DAMAGED);
        }
        let p = PetitionId(key[..32].try_into().map_err(|_| DAMAGED)?);
        let batch: [u8; 16] = key[32..48].try_into().map_err(|_| DAMAGED)?;
        let petition = self.petition(p)?;
        let mut change = Change::default();
        expect(&mut change, INVITATIONS, key, kept);
        change.delete.push((INVITATIONS, key.to_vec()));
        let standing = self.standing(address);
        let invited = self.invited_key(p, identity)?;
        let now = self.instance.clock.now();
        let skip = kept.record.expires < now
            || matches!(standing, Standing::Blocked | Standing::Disposable)
            || must_be_open(petition.phase(now)).is_err()
            || self.instance.store.get(INVITED, &invited)?.is_some()
            || self.is_suppressed(identity)?
            || self.is_uninvited(identity)?
            || !self.count_mail_today(&mut change, identity)?;
        if skip {
            return Ok((change, None));
        }
        change
            .expect
            .push((INVITED, invited.clone(), Expect::Absent));
        change.put.push((INVITED, invited, vec![1]));
        let mail = self.issue_invitation(&mut change, &petition, batch, address, identity)?;
        Ok((change, Some((mail, batch))))
    }

    fn issue_invitation(
        &self,
        change: &mut Change,
        petition: &Arc<Petition>,
        batch: [u8; 16],
        address: &Address,
        identity: &str,
    ) -> Result<MailId, RegistrarError> {
        let p = petition.manifest.id();
        let clock = &*self.instance.clock;
        let (token, stop) = (token_text(&random(clock)), token_text(&random(clock)));
        let link = LinkKey::parse(p, Kind::Confirm.name(), &token)?;
        let expires = self.pending_until(petition);
        let text = self.invitation_text(p, &batch)?;
        let lang = text.ok_or(RegistrarError::Sealed("no text"))?.lang;
        let record = Link::Open {
            email: address.to_string(),
            region: None,
            updates: false,
            lang: lang.clone(),
            expires,
            released: false,
            held: false,
        };
        self.put_sealed(change, LINKS, &link.0, expires, &record)?;
        let entry = Entry::Link(Kind::Confirm, link);
        let index = self.index_key(p, identity, expires, entry)?;
        change.put.push((MAILBOXES, index, vec![1]));
        let never = self.uninvited_key(identity)?;
        change
            .put
            .push((INVITATION_STOPS, key_of(p, &stop)?, never));
        let letter = Letter::Invite {
            token,
            stop,
            expires,
            batch,
        };
        let to = address.to_string();
        self.queue_mail(change, Class::Bulk, petition, &to, &lang, letter)
    }

    /// Invitations of a mailbox that were not looked at yet. Blocking.
    pub(super) fn invitations_of(
        &self,
        p: PetitionId,
        identity: &str,
    ) -> Result<Vec<(Vec<u8>, OwnInvitation)>, RegistrarError> {
        let mut found = Vec::new();
        self.each_kept(INVITATIONS, p.as_bytes(), |key, _, record: Invitation| {
            if self.is_of(&record.email, identity) {
                let Invitation { email, expires } = record;
                found.push((key.to_vec(), OwnInvitation { email, expires }));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Whether a mailbox had an invitation to a petition. Blocking.
    pub(super) fn was_invited(
        &self,
        p: PetitionId,
        identity: &str,
    ) -> Result<bool, RegistrarError> {
        if !self.petition_keys.has(Purpose::Invitations, p) {
            return Ok(false);
        }
        let key = self.invited_key(p, identity)?;
        Ok(self.instance.store.get(INVITED, &key)?.is_some())
    }

    fn invited_key(&self, p: PetitionId, identity: &str) -> Result<Vec<u8>, RegistrarError> {
        let parts = [identity.as_bytes()];
        let mac = self
            .petition_keys
            .mac(Purpose::Invitations, p, INVITED_LABEL, &parts)?;
        Ok([p.as_bytes(), &mac[..]].concat())
    }

    fn uninvited_key(&self, identity: &str) -> Result<Vec<u8>, RegistrarError> {
        let parts = [identity.as_bytes()];
        let mac = self.petition_keys.lasting_mac(UNINVITED_LABEL, &parts)?;
        Ok(mac.to_vec())
    }

    /// Whether a mailbox wants no invitations. Blocking.
    pub(super) fn is_uninvited(&self, identity: &str) -> Result<bool, RegistrarError> {
        let key = self.uninvited_key(identity)?;
        Ok(self.instance.store.get(UNINVITED, &key)?.is_some())
    }

    /// Where a way out of invitations leads: into the list of those never to invite.
    pub(super) fn end_invitations(
        &self,
        change: &mut Change,
        way_out: &[u8],
    ) -> Result<(), RegistrarError> {
        if let Some(never) = self.instance.store.get(INVITATION_STOPS, way_out)? {
            change.put.push((UNINVITED, never, vec![1]));
        }
        Ok(())
    }

    /// The organiser's words; `None` when they are gone.
    pub(super) fn invitation_text(
        &self,
        p: PetitionId,
        batch: &[u8; 16],
    ) -> Result<Option<InvitationText>, RegistrarError> {
        let key = [p.as_bytes(), &batch[..]].concat();
        let record = self.instance.store.get(INVITATION_TEXTS, &key)?;
        let parse = |record: Vec<u8>| serde_json::from_slice(&record);
        let text = record.map(parse).transpose();
        text.map_err(|_| RegistrarError::Sealed("not an invitation"))
    }
}
