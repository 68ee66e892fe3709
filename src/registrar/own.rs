//! All that is held about a mailbox, for whoever opens it (`spec/own-data.md`).
//!
//! Nothing here names a mailbox in a key, so records are found by their own text, which is
//! opened for that, or by keyed hashes that only this registrar can make.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::address::Address;
use super::held;
use super::mailbox::Entry;
use super::mailer::Queued;
use super::records::{
    HELD, HeldRecord, Kept, Kind, LINKS, Link, LinkKey, MAILS, REQUESTS, Request, STRIKES_DUE,
    expect, until_of,
};
use super::roll::blinded;
use super::strike::due_key;
use super::{Registrar, RegistrarError};
use crate::api::{
    NotLinkable, NotSearched, OWN_DATA, OwnData, OwnEntry, OwnEnvelope, OwnLink, OwnMailbox,
    OwnPetition, OwnRequest, OwnSubscription, WhyNotSearched,
};
use crate::instance::{Petition, TagsError};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::{Strike, index_key};
use crate::store::{Change, Found, StoreError};

/// What a vault record has, by name (`spec/retention.md`, "Vault").
const VAULT_FIELDS: [&str; 7] = [
    "opening.salt",
    "opening.identity",
    "opening.method",
    "opening.day",
    "opening.region",
    "u",
    "proof",
];

/// Where a mailbox's entry is.
enum Searched {
    Found([u8; 32], OwnEntry),
    NotThere,
    Not(WhyNotSearched),
}

/// A link to a mailbox's own data that was opened in time.
pub(super) struct OwnLinkOpened {
    pub(super) key: LinkKey,
    pub(super) kept: Kept<Link>,
    pub(super) email: String,
    pub(super) identity: String,
}

impl Registrar {
    /// Whether this address is one of the mailbox's.
    pub(super) fn is_of(&self, email: &str, identity: &str) -> bool {
        Address::parse(email).is_ok_and(|address| self.rules.identity(&address) == identity)
    }

    /// The link of a token, if it is there and in time.
    pub(super) async fn own_link(
        &self,
        p: PetitionId,
        token: &str,
    ) -> Result<OwnLinkOpened, RegistrarError> {
        self.petition(p)?;
        let key = LinkKey::parse(p, Kind::Data.name(), token)?;
        let load = move |r: &Self| r.kept::<Link>(LINKS, &key.0);
        let kept = self.blocking(load).await?;
        let kept = kept.ok_or(RegistrarError::UnknownLink)?;
        let email = match &kept.record {
            Link::Data { email, expires, .. } if *expires >= self.instance.clock.now() => {
                email.clone()
            }
            _ => return Err(RegistrarError::UnknownLink),
        };
        let identity = self.rules.identity(&Address::parse(&email)?);
        Ok(OwnLinkOpened {
            key,
            kept,
            email,
            identity,
        })
    }

    /// Follow a link to all that is held about its mailbox. It does so once; the link then
    /// only serves to have all of it erased.
    ///
    /// # Errors
    ///
    /// [`RegistrarError::UnknownLink`], also for one that was followed before.
    pub async fn own_data(&self, p: PetitionId, token: &str) -> Result<OwnData, RegistrarError> {
        let link = self.own_link(p, token).await?;
        let Link::Data {
            expires,
            fetched: false,
            ..
        } = link.kept.record
        else {
            return Err(RegistrarError::UnknownLink);
        };
        let _turn = self.locks.lock(&link.identity).await;
        let work = move |r: &Self| {
            let data = r.gather(&link.email, &link.identity)?;
            let mut change = Change::default();
            expect(&mut change, LINKS, &link.key.0, &link.kept);
            let until = until_of(&link.kept.sealed).expect("opened");
            let used = Link::Data {
                email: link.email,
                expires,
                fetched: true,
            };
            r.put_sealed(&mut change, LINKS, &link.key.0, until, &used)?;
            Ok((change, data))
        };
        let (change, data) = self.blocking(work).await?;
        match self.commit(change).await? {
            Ok(()) => {
                metrics::counter!("undersigned_own_data_total").increment(1);
                Ok(data)
            }
            // Fetched, or forgotten, meanwhile.
            Err(_) => Err(RegistrarError::UnknownLink),
        }
    }

    fn gather(&self, email: &str, identity: &str) -> Result<OwnData, RegistrarError> {
        let sent = self.sent_to(identity)?;
        let mailbox = OwnMailbox {
            email: email.to_owned(),
            identity: identity.to_owned(),
            mails_today: self.mails_to_mailbox_today(identity)?,
            mails_sent: sent.into_iter().map(|(_, until)| until).collect(),
            suppressed: self.is_suppressed(identity)?,
            no_invitations: self.is_uninvited(identity)?,
        };
        let requests = self.requests_of(identity)?;
        let mails = self.mails_of(identity)?;
        let mut data = OwnData {
            format: OWN_DATA.to_owned(),
            service: self.instance.keys.origin().to_owned(),
            made: self.instance.clock.now(),
            mailbox,
            petitions: Vec::new(),
            not_searched: Vec::new(),
            not_linkable: NotLinkable::ALL.to_vec(),
        };
        for petition in self.instance.petitions.all() {
            let p = petition.manifest.id();
            let mut own = self.gather_of(&petition, identity, &mut data.not_searched)?;
            let of_p = requests.iter().filter(|(_, request)| request.petition == p);
            own.requests
                .extend(of_p.map(|(_, request)| shown(request.clone(), None)));
            let of_p = mails.iter().filter(|(_, mail)| mail.petition() == Some(p));
            own.mails = of_p.map(|(_, mail)| mail.clone().seen()).collect();
            let something = own.roll.is_some()
                || own.invited
                || !own.requests.is_empty()
                || !own.links.is_empty()
                || !own.subscriptions.is_empty()
                || !own.invitations.is_empty()
                || !own.mails.is_empty();
            if something {
                data.petitions.push(own);
            }
        }
        Ok(data)
    }

    /// What is kept by petition.
    fn gather_of(
        &self,
        petition: &Petition,
        identity: &str,
        not_searched: &mut Vec<NotSearched>,
    ) -> Result<OwnPetition, RegistrarError> {
        let p = petition.manifest.id();
        let mut own = OwnPetition {
            petition: p.to_string(),
            invited: self.was_invited(p, identity)?,
            ..OwnPetition::default()
        };
        match self.search(petition, identity)? {
            Searched::Found(tag, entry) => {
                own.roll = Some(entry);
                own.audit = self.own_envelope(petition, &tag)?;
            }
            Searched::NotThere => {}
            Searched::Not(why) => not_searched.push(NotSearched {
                petition: p.to_string(),
                why,
            }),
        }
        for indexed in self.indexed(p, identity)? {
            match indexed.entry {
                Entry::Link(kind, link) => {
                    let kept = self.kept::<Link>(LINKS, &link.0)?;
                    own.links
                        .extend(kept.and_then(|kept| unused(kind, kept.record)));
                }
                Entry::Held(id) => {
                    let kept = self.kept::<HeldRecord>(HELD, &held::key(p, &id))?;
                    own.requests.extend(kept.map(|kept| {
                        let mut held = shown(kept.record.request, Some(kept.record.since));
                        held.rule = Some(kept.record.rule);
                        held
                    }));
                }
            }
        }
        let subscriptions = self.subscriptions_of(p, identity)?.into_iter();
        own.subscriptions = subscriptions
            .map(|(_, who)| OwnSubscription {
                email: who.email,
                lang: who.lang,
                token: who.token,
            })
            .collect();
        let invitations = self.invitations_of(p, identity)?.into_iter();
        own.invitations = invitations.map(|(_, invitation)| invitation).collect();
        Ok(own)
    }

    fn search(&self, petition: &Petition, identity: &str) -> Result<Searched, RegistrarError> {
        let p = petition.manifest.id();
        let tag = blinded(petition, identity).and_then(|u| Ok(self.tags.tag(p, &u)?.tag));
        let tag = match tag {
            Ok(tag) => tag,
            Err(RegistrarError::Tags(TagsError::Erased)) => {
                return Ok(Searched::Not(WhyNotSearched::KeysDestroyed));
            }
            Err(RegistrarError::Tags(TagsError::Capped)) => {
                return Ok(Searched::Not(WhyNotSearched::Later));
            }
            Err(error) => return Err(error),
        };
        let store = &self.instance.store;
        let (index, leaf) = match store.find(p, Tree::Roll, &tag)? {
            None => return Ok(Searched::NotThere),
            Some(Found::Published { index, leaf }) => (Some(index), leaf),
            Some(Found::Waiting(waiting)) => (None, waiting.leaf),
        };
        let due = store.get(STRIKES_DUE, &due_key(p, &tag))?;
        let struck = match (due, index) {
            (Some(reason), _) => reason.first().copied(),
            (None, Some(index)) => {
                let found = store.find(p, Tree::Strikes, &index_key(index))?;
                let leaf = found.map(|found| match found {
                    Found::Published { leaf, .. } => leaf,
                    Found::Waiting(waiting) => waiting.leaf,
                });
                let strike = leaf.map(|leaf| Strike::parse(&leaf)).transpose();
                strike
                    .map_err(StoreError::from)?
                    .map(|strike| strike.reason as u8)
            }
            (None, None) => None,
        };
        let entry = OwnEntry {
            index,
            leaf: hex::encode(leaf),
            struck,
        };
        Ok(Searched::Found(tag, entry))
    }

    fn own_envelope(
        &self,
        petition: &Petition,
        tag: &[u8; 32],
    ) -> Result<Option<OwnEnvelope>, RegistrarError> {
        let terms = petition.manifest.terms();
        let Some(audit) = &terms.audit else {
            return Ok(None);
        };
        let region = terms.asks.roll_region;
        let there = |field: &&&str| region || **field != "opening.region";
        let envelope = self.envelope(petition.manifest.id(), tag)?;
        Ok(envelope.map(|envelope| OwnEnvelope {
            auditor: audit.auditor.clone(),
            fields: VAULT_FIELDS
                .iter()
                .filter(there)
                .map(ToString::to_string)
                .collect(),
            envelope: STANDARD.encode(envelope),
        }))
    }

    /// Wishes of a mailbox for a link that the desk has not looked at. Blocking.
    pub(super) fn requests_of(
        &self,
        identity: &str,
    ) -> Result<Vec<(Vec<u8>, Request)>, RegistrarError> {
        let mut found = Vec::new();
        self.each_kept(REQUESTS, &[], |key, _, request: Request| {
            if self.is_of(&request.email, identity) {
                found.push((key.to_vec(), request));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Mails to a mailbox that are in the queue. Blocking.
    pub(super) fn mails_of(
        &self,
        identity: &str,
    ) -> Result<Vec<(Vec<u8>, Queued)>, RegistrarError> {
        let mut found = Vec::new();
        self.each_kept(MAILS, &[], |key, _, queued: Queued| {
            if self.is_of(queued.to(), identity) {
                found.push((key.to_vec(), queued));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

fn shown(request: Request, since: Option<u64>) -> OwnRequest {
    OwnRequest {
        kind: request.kind.name().to_owned(),
        email: request.email,
        region: request.region,
        updates: request.updates,
        lang: request.lang,
        rule: request.rule,
        since,
    }
}

fn unused(kind: Kind, link: Link) -> Option<OwnLink> {
    let (email, region, updates, expires) = match link {
        Link::Open {
            email,
            region,
            updates,
            expires,
            ..
        } => (email, region, updates, expires),
        Link::Removal { email, expires } | Link::Data { email, expires, .. } => {
            (email, None, false, expires)
        }
        Link::Answered { .. } | Link::Spent | Link::Removed => return None,
    };
    Some(OwnLink {
        kind: kind.name().to_owned(),
        email,
        region,
        updates,
        expires,
    })
}
