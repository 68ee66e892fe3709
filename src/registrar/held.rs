//! Confirmations that wait for a person's verdict, before they are on any roll
//! (`spec/mail.md`, "Held").

use std::sync::atomic::Ordering;

use super::address::Address;
use super::mailbox::Entry;
use super::records::{
    HELD, HeldRecord, Kept, LINKS, Link, MAILBOXES, REQUESTS, Request, expect, until_of,
};
use super::{Registrar, RegistrarError};
use crate::api;
use crate::clock::random;
use crate::protocol::ids::PetitionId;
use crate::store::{Change, Refused};

fn parse_id(id: &str) -> Result<[u8; 16], RegistrarError> {
    let mut bytes = [0; 16];
    hex::decode_to_slice(id, &mut bytes).map_err(|_| RegistrarError::UnknownHeld)?;
    Ok(bytes)
}

pub(super) fn key(p: PetitionId, id: &[u8; 16]) -> Vec<u8> {
    [p.as_bytes(), &id[..]].concat()
}

impl Registrar {
    /// What waits for review, oldest first, after the id `after`. Blocking. Says which
    /// rule holds it and since when, and nothing about the person.
    pub fn held(
        &self,
        p: PetitionId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<api::Held>, RegistrarError> {
        self.petition(p)?;
        let after = after.map(parse_id).transpose()?.map(|id| key(p, &id));
        let records = self
            .instance
            .store
            .scan(HELD, p.as_bytes(), after.as_deref(), limit)?;
        let mut held = Vec::with_capacity(records.len());
        for (key, _) in records {
            if let Some(kept) = self.kept::<HeldRecord>(HELD, &key)? {
                held.push(api::Held {
                    id: hex::encode(&key[32..]),
                    since: kept.record.since,
                    rule: kept.record.rule,
                });
            }
        }
        Ok(held)
    }

    /// A reviewer's verdict. Released, a link is mailed, and one that was opened before
    /// works again; refused, all of it is forgotten.
    pub async fn judge_held(
        &self,
        p: PetitionId,
        id: &str,
        release: bool,
    ) -> Result<(), RegistrarError> {
        self.petition(p)?;
        let id = parse_id(id)?;
        let load = move |r: &Self| r.kept::<HeldRecord>(HELD, &key(p, &id));
        let kept = self
            .blocking(load)
            .await?
            .ok_or(RegistrarError::UnknownHeld)?;
        let address = Address::parse(&kept.record.request.email)?;
        let identity = self.rules.identity(&address);
        let _turn = self.locks.lock(&identity).await;
        let request_key: [u8; 16] = random(&*self.instance.clock);
        let work =
            move |r: &Self| r.judge(p, &id, &kept, &identity, release.then_some(request_key));
        let change = self.blocking(work).await?;
        self.to_the_end(move |r| async move {
            match r.commit(change).await? {
                Ok(()) => {
                    r.one_held_less();
                    if release {
                        r.desk.push(request_key);
                    }
                }
                // Judged by somebody else, or confirmed by another link, meanwhile.
                Err(Refused::Conflict(_) | Refused::Duplicate { .. }) => {
                    return Err(RegistrarError::UnknownHeld);
                }
            }
            Ok(())
        })
        .await
    }

    /// Whether one more may be held. Held records are the one thing that a single busy
    /// network could fill the device with.
    pub(super) fn may_hold(&self) -> Result<(), RegistrarError> {
        if self.held_open.load(Ordering::SeqCst) < self.config.held_max {
            Ok(())
        } else {
            Err(RegistrarError::StorageLow)
        }
    }

    pub(super) fn one_held_more(&self) {
        self.held_open.fetch_add(1, Ordering::SeqCst);
    }

    fn one_held_less(&self) {
        let less = |held: usize| Some(held.saturating_sub(1));
        let _ = self
            .held_open
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
    }

    /// Count what is held: expiry and confirmation by another link take some away.
    /// Blocking.
    pub(super) fn count_held(&self) -> Result<(), RegistrarError> {
        let count = self.count(HELD, &[])?;
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.held_open.store(count, Ordering::SeqCst);
        Ok(())
    }

    fn judge(
        &self,
        p: PetitionId,
        id: &[u8; 16],
        held: &Kept<HeldRecord>,
        identity: &str,
        release_as: Option<[u8; 16]>,
    ) -> Result<Change, RegistrarError> {
        let mut change = Change::default();
        expect(&mut change, HELD, &key(p, id), held);
        change.delete.push((HELD, key(p, id)));
        for indexed in self.indexed(p, identity)? {
            let over = match indexed.entry {
                Entry::Held(other) => other == *id,
                Entry::Link(_, link) => release_as.is_none() && held.record.link == Some(link),
            };
            if over {
                change.delete.push((MAILBOXES, indexed.key));
            }
        }
        if let Some(link) = held.record.link
            && let Some(kept) = self.kept::<Link>(LINKS, &link.0)?
            && let Link::Open { .. } = &kept.record
        {
            expect(&mut change, LINKS, &link.0, &kept);
            if release_as.is_some() {
                let until = until_of(&kept.sealed).expect("opened");
                let released = released(kept.record);
                self.put_sealed(&mut change, LINKS, &link.0, until, &released)?;
            } else {
                change.delete.push((LINKS, link.0.to_vec()));
            }
        }
        if let Some(key) = release_as {
            let until = until_of(&held.sealed).expect("opened");
            let request = Request {
                released: true,
                ..held.record.request.clone()
            };
            self.put_sealed(&mut change, REQUESTS, &key, until, &request)?;
        }
        Ok(change)
    }
}

fn released(link: Link) -> Link {
    match link {
        Link::Open {
            email,
            region,
            updates,
            lang,
            expires,
            ..
        } => Link::Open {
            email,
            region,
            updates,
            lang,
            expires,
            released: true,
            held: false,
        },
        other => other,
    }
}
