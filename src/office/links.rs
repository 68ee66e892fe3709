//! Links that sign somebody in: mailed, good once, kept as a hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::records::{Kept, LINKS, expect};
use super::sessions::Cookie;
use super::{AccountId, Office, OfficeError};
use crate::clock::random;
use crate::protocol::domain;
use crate::store::Change;

/// Seconds that a link works which somebody asked for.
pub(super) const SIGN_IN: u64 = 15 * 60;
/// Seconds that an invitation works.
pub(super) const INVITATION: u64 = 3 * 86_400;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    account: AccountId,
    expires: u64,
}

/// The hash under which a token is kept, bound to its purpose.
pub(super) fn hash(purpose: &str, token: &str) -> Result<[u8; 32], OfficeError> {
    let mut bytes = [0; 32];
    let length = URL_SAFE_NO_PAD
        .decode_slice(token, &mut bytes)
        .map_err(|_| OfficeError::Link)?;
    if length != 32 {
        return Err(OfficeError::Link);
    }
    let parts: [&[u8]; 2] = [purpose.as_bytes(), &bytes];
    Ok(domain::hash("undersigned/office-link/v1", &parts))
}

/// A new token as it stands in a link, and its hash.
pub(super) fn token(office: &Office, purpose: &str) -> (String, [u8; 32]) {
    let text = URL_SAFE_NO_PAD.encode(random::<32>(office.clock()));
    let hash = hash(purpose, &text).expect("it was just written");
    (text, hash)
}

impl Office {
    /// A link that signs this account in once. Gives its address.
    pub(super) fn new_link(
        &self,
        change: &mut Change,
        account: AccountId,
        lifetime: u64,
    ) -> Result<String, OfficeError> {
        let (text, key) = token(self, "sign-in");
        let expires = self.now() + lifetime;
        let link = Link { account, expires };
        self.put_until(change, LINKS, &key, expires, &link)?;
        Ok(format!("{}/office/sign-in/{text}", self.url))
    }

    fn link(&self, token: &str) -> Result<([u8; 32], Kept<Link>), OfficeError> {
        let key = hash("sign-in", token)?;
        let kept = self.kept_until::<Link>(LINKS, &key)?;
        let kept = kept.filter(|kept| kept.record.expires >= self.now());
        Ok((key, kept.ok_or(OfficeError::Link)?))
    }

    /// Whom a link would sign in. Opening it does no more than ask this.
    pub async fn whose_link(&self, token: String) -> Result<String, OfficeError> {
        let work = move |office: &Self| {
            let (_, kept) = office.link(&token)?;
            let account = office.account(kept.record.account)?;
            Ok(account.ok_or(OfficeError::Link)?.record.email)
        };
        self.blocking(work).await
    }

    /// Use a link up: a new session. Of two that try at once, one gets it.
    pub async fn sign_in(&self, token: String) -> Result<Cookie, OfficeError> {
        let work = move |office: &Self| {
            let (key, kept) = office.link(&token)?;
            let id = kept.record.account;
            let account = office.account(id)?.ok_or(OfficeError::Link)?;
            let mut change = Change::default();
            expect(&mut change, LINKS, &key, &kept);
            change.delete.push((LINKS, key.to_vec()));
            let cookie = office.new_session(&mut change, id, &account.record)?;
            Ok((change, cookie))
        };
        let (change, cookie) = self.blocking(work).await?;
        self.commit(change).await.map_err(|error| match error {
            OfficeError::Busy => OfficeError::Link,
            other => other,
        })?;
        Ok(cookie)
    }
}
