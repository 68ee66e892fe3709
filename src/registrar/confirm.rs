//! Following a confirmation link: one roll entry and one blind signature for each
//! mailbox (`spec/signing.md`, step 3).
//!
//! The roll leaf and the hash of the blinded message become durable in one change, and
//! only then is the private key used. So a crash anywhere leaves either an unused link
//! or one whose answer can be had again, with the same blinded message.

use std::net::IpAddr;
use std::sync::Arc;

use super::address::Address;
use super::blind_signer::BlindSigner;
use super::held;
use super::limits::Counted;
use super::mailbox::{Entry, Indexed};
use super::records::{
    HELD, Kept, Kind, LINKS, Link, LinkKey, MAILBOXES, Request, expect, until_of,
};
use super::request::must_be_open;
use super::rules::Standing;
use super::{Registrar, RegistrarError};
use crate::clock::random;
use crate::instance::{Petition, Phase};
use crate::protocol::commitment::RollOpening;
use crate::protocol::domain;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::RollEntry;
use crate::protocol::token::NK;
use crate::store::{Change, Refused, Waiting};

/// How often a confirmation starts over because the link changed meanwhile. Each time
/// somebody else got further with it.
const ATTEMPTS: usize = 8;

/// A confirmation under way.
#[derive(Clone)]
struct Confirmation {
    petition: Arc<Petition>,
    link: LinkKey,
    /// Hash of the blinded message.
    blinded: [u8; 32],
}

/// Where one attempt got.
enum Step {
    /// The mailbox is on the roll with this blinded message.
    Enrolled,
    /// The link changed meanwhile.
    Again,
}

impl Registrar {
    /// Follow a link: put the mailbox onto the roll and blind-sign. A retry with the same
    /// blinded message gets the same answer until the pending period is over.
    ///
    /// # Errors
    ///
    /// [`RegistrarError::UnknownLink`]: no such link, or expired.
    /// [`RegistrarError::LinkUsed`]: used with another blinded message.
    /// [`RegistrarError::AlreadyConfirmed`]: the mailbox has its token by another link.
    /// [`RegistrarError::Held`]: waits for review; try the link again later.
    pub async fn confirm(
        &self,
        p: PetitionId,
        token: &str,
        blinded: &[u8; NK],
        network: IpAddr,
    ) -> Result<[u8; NK], RegistrarError> {
        let petition = self.petition(p)?;
        BlindSigner::check(&petition, blinded)?;
        let confirmation = Confirmation {
            petition: petition.clone(),
            link: LinkKey::parse(p, Kind::Confirm.name(), token)?,
            blinded: domain::hash("undersigned/blinded/v1", &[p.as_bytes(), blinded]),
        };
        self.to_the_end(|r| async move { r.enrol(&confirmation, network).await })
            .await?;
        self.signer.sign(petition, *blinded).await
    }

    /// Until the mailbox is on the roll with this blinded message.
    async fn enrol(
        &self,
        confirmation: &Confirmation,
        network: IpAddr,
    ) -> Result<(), RegistrarError> {
        let mut network = Some(network);
        for _ in 0..ATTEMPTS {
            match self.step(confirmation, &mut network).await? {
                Step::Enrolled => return Ok(()),
                Step::Again => {}
            }
        }
        Err(RegistrarError::Busy)
    }

    /// One attempt. `network` is taken when it has been counted.
    async fn step(
        &self,
        confirmation: &Confirmation,
        network: &mut Option<IpAddr>,
    ) -> Result<Step, RegistrarError> {
        let link = confirmation.link;
        let load = move |r: &Self| r.kept::<Link>(LINKS, &link.0);
        let seen = self
            .blocking(load)
            .await?
            .ok_or(RegistrarError::UnknownLink)?;
        let now = self.instance.clock.now();
        let petition = &confirmation.petition;
        let email = match &seen.record {
            Link::Answered { blinded, own } => {
                return match (petition.phase(now), own) {
                    // Tokens have become useless.
                    (Phase::Closed, _) => Err(RegistrarError::Closed),
                    _ if *blinded == confirmation.blinded => Ok(Step::Enrolled),
                    (_, true) => Err(RegistrarError::LinkUsed),
                    (_, false) => Err(RegistrarError::AlreadyConfirmed),
                };
            }
            Link::Spent => return Err(RegistrarError::AlreadyConfirmed),
            Link::Removal { .. } | Link::Removed | Link::Data { .. } => {
                return Err(RegistrarError::UnknownLink);
            }
            Link::Open { expires, .. } if *expires < now => {
                return Err(RegistrarError::UnknownLink);
            }
            Link::Open { email, .. } => email,
        };
        // Held until the leaf is durable: what was begun in time is in the final tally.
        let (_admission, phase) = petition.admit(now).ok_or(RegistrarError::Closed)?;
        must_be_open(phase)?;
        self.storage_left().await?;
        let address = Address::parse(email)?;
        if self.standing(&address) == Standing::Blocked {
            // Blocked since the link was sent.
            return Err(RegistrarError::UnknownLink);
        }
        let identity = self.rules.identity(&address);
        let _turn = self.locks.lock(&identity).await;
        // Others may have had their turn before: look again before asking for a tag.
        let load = move |r: &Self| r.kept::<Link>(LINKS, &link.0);
        match self.blocking(load).await? {
            Some(same) if same.sealed == seen.sealed => {}
            _ => return Ok(Step::Again),
        }
        if let Some(rule) = self.doubt_link(confirmation, &seen.record, network)? {
            return self.hold_link(confirmation, seen, identity, rule).await;
        }
        self.put_on_roll(confirmation, seen, identity).await
    }

    fn doubt_link(
        &self,
        confirmation: &Confirmation,
        link: &Link,
        network: &mut Option<IpAddr>,
    ) -> Result<Option<&'static str>, RegistrarError> {
        match link {
            Link::Open { held: true, .. } => Err(RegistrarError::Held),
            Link::Open { released: true, .. } => Ok(None),
            _ => Ok(network.take().and_then(|network| {
                let p = confirmation.petition.manifest.id();
                self.limits.network(p, Counted::Confirmation, network)
            })),
        }
    }

    async fn hold_link(
        &self,
        confirmation: &Confirmation,
        seen: Kept<Link>,
        identity: String,
        rule: &'static str,
    ) -> Result<Step, RegistrarError> {
        let confirmation = confirmation.clone();
        let work = move |r: &Self| r.hold_link_change(&confirmation, &seen, &identity, rule);
        let change = self.blocking(work).await?;
        match self.commit(change).await? {
            Ok(()) => {
                self.one_held_more();
                tracing::info!("a confirmation is held for review");
                Err(RegistrarError::Held)
            }
            Err(_) => Ok(Step::Again),
        }
    }

    fn hold_link_change(
        &self,
        confirmation: &Confirmation,
        seen: &Kept<Link>,
        identity: &str,
        rule: &str,
    ) -> Result<Change, RegistrarError> {
        let p = confirmation.petition.manifest.id();
        let link = confirmation.link;
        let mut held = seen.record.clone();
        let Link::Open {
            email,
            region,
            updates,
            lang,
            held: flag,
            ..
        } = &mut held
        else {
            return Err(RegistrarError::UnknownLink);
        };
        *flag = true;
        let request = Request {
            petition: p,
            kind: Kind::Confirm,
            email: email.clone(),
            region: region.clone(),
            updates: *updates,
            lang: lang.clone(),
            rule: None,
            released: false,
        };
        let mut change = Change::default();
        expect(&mut change, LINKS, &link.0, seen);
        let until = until_of(&seen.sealed).expect("opened");
        self.put_sealed(&mut change, LINKS, &link.0, until, &held)?;
        let petition = &confirmation.petition;
        self.hold(&mut change, petition, identity, rule, request, Some(link))?;
        Ok(change)
    }

    async fn put_on_roll(
        &self,
        confirmation: &Confirmation,
        seen: Kept<Link>,
        identity: String,
    ) -> Result<Step, RegistrarError> {
        let seen = Arc::new(seen);
        let work = {
            let (confirmation, seen) = (confirmation.clone(), seen.clone());
            let identity = identity.clone();
            move |r: &Self| r.enrolment(&confirmation, &seen, &identity)
        };
        let (change, welcome) = self.blocking(work).await?;
        match self.commit(change).await? {
            Ok(()) => {
                metrics::counter!("undersigned_confirmations_total").increment(1);
                if let Some((mail, domain)) = welcome {
                    self.outbox.push(mail, &domain, self.instance.clock.now());
                }
                Ok(Step::Enrolled)
            }
            Err(Refused::Conflict(_)) => Ok(Step::Again),
            Err(Refused::Duplicate { .. }) => {
                let confirmation = confirmation.clone();
                let work = move |r: &Self| r.spending(&confirmation, &seen, &identity);
                let change = self.blocking(work).await?;
                match self.commit(change).await? {
                    Ok(()) => Err(RegistrarError::AlreadyConfirmed),
                    Err(_) => Ok(Step::Again),
                }
            }
        }
    }

    /// The change that confirms: roll leaf, answer-ability, and the end of all that was
    /// pending about the mailbox.
    fn enrolment(
        &self,
        confirmation: &Confirmation,
        seen: &Kept<Link>,
        identity: &str,
    ) -> Result<(Change, Option<super::subscriptions::Welcome>), RegistrarError> {
        let Link::Open {
            email,
            region,
            updates,
            lang,
            ..
        } = &seen.record
        else {
            return Err(RegistrarError::UnknownLink);
        };
        let petition = &confirmation.petition;
        let p = petition.manifest.id();
        let clock = &*self.instance.clock;
        let u = super::roll::blinded(petition, identity)?;
        let tag = self.tags.tag(p, &u)?;
        let opening = RollOpening {
            salt: random(clock),
            identity: identity.to_owned(),
            method: "link".to_owned(),
            day: u32::try_from(clock.now() / super::sealed::DAY).unwrap_or(u32::MAX),
            region: region.clone(),
        };
        let leaf = RollEntry {
            tag: tag.tag,
            commitment: opening.commit(p),
        }
        .to_bytes();
        let mut change = Change::default();
        let answered = |own| Link::Answered {
            blinded: confirmation.blinded,
            own,
        };
        self.use_up(&mut change, confirmation, seen, identity, answered)?;
        self.keep_for_auditor(&mut change, petition, &leaf, &opening, &u, &tag)?;
        let welcome = if *updates {
            Some(self.subscribe(&mut change, petition, email, lang)?)
        } else {
            None
        };
        let waiting = Waiting::new(leaf, clock.now());
        change.accept.push((p, Tree::Roll, waiting));
        Ok((change, welcome))
    }

    /// The mailbox was on the roll already: nothing of it is kept here any longer.
    fn spending(
        &self,
        confirmation: &Confirmation,
        seen: &Kept<Link>,
        identity: &str,
    ) -> Result<Change, RegistrarError> {
        let mut change = Change::default();
        self.use_up(&mut change, confirmation, seen, identity, |_| Link::Spent)?;
        Ok(change)
    }

    /// Replace this link, and all others of the mailbox, by what they answer from now
    /// on; forget what else was pending.
    fn use_up(
        &self,
        change: &mut Change,
        confirmation: &Confirmation,
        seen: &Kept<Link>,
        identity: &str,
        becomes: impl Fn(bool) -> Link,
    ) -> Result<(), RegistrarError> {
        let p = confirmation.petition.manifest.id();
        let link = confirmation.link;
        let until = self.pending_until(&confirmation.petition);
        expect(change, LINKS, &link.0, seen);
        self.put_sealed(change, LINKS, &link.0, until, &becomes(true))?;
        for Indexed { key, entry } in self.indexed(p, identity)? {
            match entry {
                Entry::Link(Kind::Confirm, other) => {
                    change.delete.push((MAILBOXES, key));
                    if other == link {
                        continue;
                    }
                    let kept = self.kept::<Link>(LINKS, &other.0)?;
                    let open = kept.filter(|k| matches!(k.record, Link::Open { .. }));
                    if let Some(kept) = open {
                        expect(change, LINKS, &other.0, &kept);
                        self.put_sealed(change, LINKS, &other.0, until, &becomes(false))?;
                    }
                }
                Entry::Held(id) => {
                    change.delete.push((MAILBOXES, key));
                    change.delete.push((HELD, held::key(p, &id)));
                }
                Entry::Link(Kind::Remove | Kind::Data, _) => {}
            }
        }
        Ok(())
    }
}
