//! The desk looks at requests after they were answered: is the address blocked, has
//! the mailbox had its share of mails, is there a doubt? Then it makes a link and
//! queues the mail, or holds the request, or drops it (`spec/signing.md`, step 1).

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::address::Address;
use super::held;
use super::mailbox::Entry;
use super::mailer::{Class, Letter, MailId};
use super::records::{
    HELD, HeldRecord, Kept, Kind, LINKS, Link, LinkKey, MAILBOXES, REQUESTS, Request, expect,
    token_text,
};
use super::request::must_be_open;
use super::rules::Standing;
use super::{Registrar, RegistrarError};
use crate::clock::random;
use crate::instance::Petition;
use crate::store::{Change, Refused};

/// What the desk made of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// A link is on its way.
    Mailed(MailId),
    /// It waits for review.
    Held,
    /// The mailbox has had its share of mails, or has a request in review already.
    Enough,
    /// There is no such mailbox, a server has said.
    Bounced,
    /// The operator blocks this domain.
    Blocked,
    /// The petition has closed meanwhile.
    Late,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::Mailed(_) => "mailed",
            Self::Held => "held",
            Self::Enough => "enough",
            Self::Bounced => "bounced",
            Self::Blocked => "blocked",
            Self::Late => "late",
        }
    }
}

/// Requests looked at at once.
const AT_ONCE: usize = 64;
/// Wait before a request that met trouble is looked at again.
const RETRY: Duration = Duration::from_secs(1);

impl Registrar {
    /// Look at requests until told to stop.
    pub(super) async fn work_at_desk(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut under_way = JoinSet::new();
        loop {
            while under_way.len() < AT_ONCE
                && let Some(key) = self.desk.pop()
            {
                let registrar = self.clone();
                under_way.spawn(async move { registrar.look_at_or_put_back(key).await });
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(finished) = under_way.join_next() => {
                    if finished.is_err() {
                        tracing::error!("looking at a request panicked; it stays until the next start");
                    }
                }
                () = self.desk.arrived.notified(), if under_way.len() < AT_ONCE => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn look_at_or_put_back(&self, key: [u8; 16]) {
        match self.look_at(key).await {
            Ok(()) => self.desk.done(),
            Err(error @ RegistrarError::Sealed(_)) => {
                tracing::error!(%error, "a request is dropped: its record is damaged");
                self.desk.done();
            }
            Err(error) => {
                tracing::error!(%error, "a request could not be looked at; tried again");
                tokio::time::sleep(RETRY).await;
                self.desk.put_back(key);
            }
        }
    }

    /// Put what the store holds onto the desk. Blocking; before anybody works there.
    pub(super) fn load_requests(&self) -> Result<(), RegistrarError> {
        self.each(REQUESTS, &[], |key, _| {
            if let Ok(key) = key.try_into() {
                self.desk.push(key);
            }
            Ok(())
        })
    }

    /// Look at one request. Exactly once: the request goes in the change that has its
    /// effect.
    pub(super) async fn look_at(&self, key: [u8; 16]) -> Result<(), RegistrarError> {
        let load = move |r: &Self| r.kept::<Request>(REQUESTS, &key);
        let Some(kept) = self.blocking(load).await? else {
            return Ok(());
        };
        let address = Address::parse(&kept.record.email)?;
        let identity = self.rules.identity(&address);
        let domain = address.domain().to_owned();
        let _turn = self.locks.lock(&identity).await;
        let decide = move |r: &Self| r.decide(key, &kept, &address, &identity);
        let (change, verdict) = self.blocking(decide).await?;
        match self.commit(change).await? {
            Ok(()) => {}
            // Dealt with already.
            Err(Refused::Conflict(_)) => return Ok(()),
            Err(refused @ Refused::Duplicate { .. }) => {
                unreachable!("no leaf in this change: {refused}")
            }
        }
        metrics::counter!("undersigned_link_requests_judged_total", "verdict" => verdict.name())
            .increment(1);
        match verdict {
            Verdict::Mailed(id) => self.outbox.push(id, &domain, self.instance.clock.now()),
            Verdict::Held => {
                self.one_held_more();
                tracing::info!("a request is held for review");
            }
            Verdict::Enough | Verdict::Bounced | Verdict::Blocked | Verdict::Late => {}
        }
        Ok(())
    }

    fn decide(
        &self,
        key: [u8; 16],
        kept: &Kept<Request>,
        address: &Address,
        identity: &str,
    ) -> Result<(Change, Verdict), RegistrarError> {
        let request = &kept.record;
        let mut change = Change::default();
        expect(&mut change, REQUESTS, &key, kept);
        change.delete.push((REQUESTS, key.to_vec()));
        let verdict = self.verdict(&mut change, request, address, identity)?;
        Ok((change, verdict))
    }

    fn verdict(
        &self,
        change: &mut Change,
        request: &Request,
        address: &Address,
        identity: &str,
    ) -> Result<Verdict, RegistrarError> {
        let petition = self.petition(request.petition)?;
        let in_time = match request.kind {
            Kind::Confirm => must_be_open(petition.phase(self.instance.clock.now())),
            Kind::Remove => self.may_be_removed(&petition),
            // Whatever became of the petition.
            Kind::Data => Ok(()),
        };
        if in_time.is_err() {
            return Ok(Verdict::Late);
        }
        if self.standing(address) == Standing::Blocked {
            return Ok(Verdict::Blocked);
        }
        if self.is_suppressed(identity)? {
            return Ok(Verdict::Bounced);
        }
        let entries = self.indexed(request.petition, identity)?;
        if let Some(rule) = request.rule.as_ref().filter(|_| !request.released) {
            if entries.iter().any(|e| matches!(e.entry, Entry::Held(_))) {
                return Ok(Verdict::Enough);
            }
            self.hold(change, &petition, identity, rule, request.clone(), None)?;
            return Ok(Verdict::Held);
        }
        let links = entries
            .iter()
            .filter(|e| matches!(e.entry, Entry::Link(kind, _) if kind == request.kind))
            .count();
        if links >= self.limits.get().mails_per_mailbox as usize
            || !self.count_mail_today(change, identity)?
        {
            return Ok(Verdict::Enough);
        }
        self.issue(change, &petition, identity, request)
    }

    /// Make a link and the mail that carries it.
    fn issue(
        &self,
        change: &mut Change,
        petition: &Petition,
        identity: &str,
        request: &Request,
    ) -> Result<Verdict, RegistrarError> {
        let p = request.petition;
        let token: [u8; 32] = random(&*self.instance.clock);
        let text = token_text(&token);
        let link = LinkKey::parse(p, request.kind.name(), &text)?;
        let expires = self.pending_until(petition);
        let record = match request.kind {
            Kind::Confirm => Link::Open {
                email: request.email.clone(),
                region: request.region.clone(),
                updates: request.updates,
                lang: request.lang.clone(),
                expires,
                released: request.released,
                held: false,
            },
            Kind::Remove => Link::Removal {
                email: request.email.clone(),
                expires,
            },
            Kind::Data => Link::Data {
                email: request.email.clone(),
                expires,
                fetched: false,
            },
        };
        self.put_sealed(change, LINKS, &link.0, expires, &record)?;
        let entry = Entry::Link(request.kind, link);
        let index = self.index_key(p, identity, expires, entry)?;
        change.put.push((MAILBOXES, index, vec![1]));
        let letter = match request.kind {
            Kind::Confirm => Letter::Confirm {
                token: text,
                updates: request.updates,
                expires,
            },
            Kind::Remove => Letter::Remove {
                token: text,
                expires,
            },
            Kind::Data => Letter::Data {
                token: text,
                expires,
            },
        };
        let mail = self.queue_mail(
            change,
            Class::Wanted,
            petition,
            &request.email,
            &request.lang,
            letter,
        )?;
        Ok(Verdict::Mailed(mail))
    }

    /// Put a request, or a link that was opened, up for review.
    pub(super) fn hold(
        &self,
        change: &mut Change,
        petition: &Petition,
        identity: &str,
        rule: &str,
        request: Request,
        link: Option<LinkKey>,
    ) -> Result<(), RegistrarError> {
        let p = request.petition;
        let since = self.instance.clock.now();
        let until = self.pending_until(petition);
        // In the order in which they came, for the reviewer.
        let mut id: [u8; 16] = random(&*self.instance.clock);
        id[..8].copy_from_slice(&since.to_be_bytes());
        let record = HeldRecord {
            since,
            rule: rule.to_owned(),
            request,
            link,
        };
        let key = held::key(p, &id);
        self.put_sealed(change, HELD, &key, until, &record)?;
        let index = self.index_key(p, identity, until, Entry::Held(id))?;
        change.put.push((MAILBOXES, index, vec![1]));
        Ok(())
    }
}
