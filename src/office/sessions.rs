//! Sessions: a cookie names one and proves it with a secret that changes while it is
//! used. Whoever comes with a secret that was replaced long ago has a copy of somebody's
//! cookie, or somebody has a copy of theirs: that session ends.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::records::{Kept, SESSIONS, expect};
use super::{Account, AccountId, Action, Office, OfficeError, Role};
use crate::clock::random;
use crate::protocol::domain;
use crate::store::Change;

/// Seconds without a request after which a session is over.
const IDLE: u64 = 12 * 3600;
/// Seconds after which it is over in any case.
const ABSOLUTE: u64 = 14 * 86_400;
/// Seconds after which the secret is replaced at the next request.
const ROTATE: u64 = 1800;
/// Seconds that the replaced secret still works: pages load several things at once.
const GRACE: u64 = 60;
/// Seconds between two notes that a session is in use.
const NOTED: u64 = 300;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    account: AccountId,
    generation: u32,
    #[serde(with = "hex::serde")]
    secret: [u8; 32],
    #[serde(with = "hex::serde")]
    replaced: [u8; 32],
    rotated: u64,
    seen: u64,
    ends: u64,
}

/// What a browser keeps: session id and secret.
#[derive(Clone)]
pub struct Cookie {
    id: [u8; 16],
    secret: [u8; 32],
}

impl Cookie {
    /// The cookie's value.
    pub fn value(&self) -> String {
        URL_SAFE_NO_PAD.encode([&self.id[..], &self.secret].concat())
    }

    fn parse(value: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        let (id, secret) = bytes.split_first_chunk::<16>()?;
        Some(Self {
            id: *id,
            secret: secret.try_into().ok()?,
        })
    }

    fn hash(&self) -> [u8; 32] {
        domain::hash("undersigned/office-session/v1", &[&self.id, &self.secret])
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub struct Visitor {
    /// Who.
    pub account: AccountId,
    /// Their mailbox.
    pub email: String,
    /// What they may do.
    pub role: Role,
    session: [u8; 16],
}

impl Visitor {
    /// Refuse what the role does not allow.
    pub fn must(&self, action: Action) -> Result<(), OfficeError> {
        if self.role.may(action) {
            Ok(())
        } else {
            Err(OfficeError::Forbidden)
        }
    }
}

/// What a request's cookie is worth.
enum Looked {
    /// Nothing.
    Nobody,
    /// Somebody; the change, if there is one, notes it or replaces the secret.
    Somebody(Box<Visitor>, Change, Option<Cookie>),
    /// The session has to end.
    End(Change),
}

impl Office {
    pub(super) fn new_session(
        &self,
        change: &mut Change,
        id: AccountId,
        account: &Account,
    ) -> Result<Cookie, OfficeError> {
        let cookie = Cookie {
            id: random(self.clock()),
            secret: random(self.clock()),
        };
        let now = self.now();
        let session = Session {
            account: id,
            generation: account.generation,
            secret: cookie.hash(),
            replaced: [0; 32],
            rotated: now,
            seen: now,
            ends: now + ABSOLUTE,
        };
        self.put_until(change, SESSIONS, &cookie.id, session.ends, &session)?;
        Ok(cookie)
    }

    /// Who comes with this cookie, and the cookie that replaces it, if one does.
    pub async fn visitor(
        &self,
        cookie: &str,
    ) -> Result<Option<(Visitor, Option<Cookie>)>, OfficeError> {
        let Some(cookie) = Cookie::parse(cookie) else {
            return Ok(None);
        };
        let looked = self.blocking(move |office| office.look_at(&cookie)).await?;
        match looked {
            Looked::Nobody => Ok(None),
            Looked::End(change) => {
                self.commit_or_leave(change).await?;
                Ok(None)
            }
            Looked::Somebody(visitor, change, fresh) => {
                // Another request of the same page may have replaced the secret first.
                let replaced = self.commit_or_leave(change).await?;
                Ok(Some((*visitor, fresh.filter(|_| replaced))))
            }
        }
    }

    async fn commit_or_leave(&self, change: Change) -> Result<bool, OfficeError> {
        match self.commit(change).await {
            Ok(()) => Ok(true),
            Err(OfficeError::Busy) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn look_at(&self, cookie: &Cookie) -> Result<Looked, OfficeError> {
        let Some(kept) = self.kept_until::<Session>(SESSIONS, &cookie.id)? else {
            return Ok(Looked::Nobody);
        };
        let session = &kept.record;
        let now = self.now();
        let hash = cookie.hash();
        let is = |secret: &[u8; 32]| verify_slices_are_equal(&hash, secret).is_ok();
        let current = is(&session.secret);
        let lately = is(&session.replaced) && now <= session.rotated + GRACE;
        let account = self.account(session.account)?;
        let account = account.filter(|account| account.record.generation == session.generation);
        let in_time = now <= session.ends && now <= session.seen + IDLE;
        let Some(account) = account.filter(|_| in_time && (current || lately)) else {
            return Ok(Looked::End(ending(&cookie.id, &kept)));
        };
        let visitor = Box::new(Visitor {
            account: session.account,
            email: account.record.email,
            role: account.record.role,
            session: cookie.id,
        });
        let rotates = current && now > session.rotated + ROTATE;
        if !rotates && now <= session.seen + NOTED {
            return Ok(Looked::Somebody(visitor, Change::default(), None));
        }
        let mut next = session.clone();
        next.seen = now;
        let fresh = rotates.then(|| Cookie {
            id: cookie.id,
            secret: random(self.clock()),
        });
        if let Some(fresh) = &fresh {
            next.replaced = session.secret;
            next.secret = fresh.hash();
            next.rotated = now;
        }
        let mut change = Change::default();
        expect(&mut change, SESSIONS, &cookie.id, &kept);
        self.put_until(&mut change, SESSIONS, &cookie.id, next.ends, &next)?;
        Ok(Looked::Somebody(visitor, change, fresh))
    }

    /// End this session.
    pub async fn sign_out(&self, visitor: &Visitor) -> Result<(), OfficeError> {
        let mut change = Change::default();
        change.delete.push((SESSIONS, visitor.session.to_vec()));
        self.commit(change).await
    }
}

fn ending(id: &[u8; 16], kept: &Kept<Session>) -> Change {
    let mut change = Change::default();
    expect(&mut change, SESSIONS, id, kept);
    change.delete.push((SESSIONS, id.to_vec()));
    change
}
