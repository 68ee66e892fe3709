//! Accounts: a mailbox and a role. There are no passwords.

use serde::{Deserialize, Serialize};

use super::records::{ACCOUNTS, ADDRESSES, Kept, expect};
use super::roles::Role;
use super::{Office, OfficeError, Visitor};
use crate::clock::random;
use crate::registrar::Address;
use crate::store::{Change, Expect};

/// The key that hashes addresses.
const INDEX_KEY: &str = "addresses";
const INDEX: &str = "undersigned office address index v1";
/// Accounts read at once.
const PAGE: usize = 1000;

/// Names an account; random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AccountId(#[serde(with = "hex::serde")] pub [u8; 16]);

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl std::str::FromStr for AccountId {
    type Err = OfficeError;

    fn from_str(text: &str) -> Result<Self, OfficeError> {
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id).map_err(|_| OfficeError::Unknown)?;
        Ok(Self(id))
    }
}

impl AccountId {
    fn key_name(self) -> String {
        format!("account-{self}")
    }
}

/// Somebody who may sign in.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The mailbox that sign-in links go to.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Since when, Unix seconds.
    pub since: u64,
    /// Sessions of an earlier generation are over.
    pub(super) generation: u32,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({})", self.role.name())
    }
}

/// An address as it is kept: what is typed, trimmed, if mail can go there.
pub(super) fn address(typed: &str) -> Result<String, OfficeError> {
    let address = Address::parse(typed.trim()).map_err(|_| OfficeError::Address)?;
    Ok(address.to_string())
}

impl Office {
    /// The keyed hash by which an address is found. Upper and lower case are one mailbox.
    pub(super) fn address_key(&self, email: &str) -> Result<[u8; 32], OfficeError> {
        let lower = email.to_ascii_lowercase();
        Ok(self.keys.mac(INDEX_KEY, INDEX, &[lower.as_bytes()])?)
    }

    pub(super) fn account(&self, id: AccountId) -> Result<Option<Kept<Account>>, OfficeError> {
        self.kept(&id.key_name(), ACCOUNTS, &id.0)
    }

    /// The account of an address. Blocking.
    pub(super) fn account_of(&self, email: &str) -> Result<Option<AccountId>, OfficeError> {
        let key = self.address_key(email)?;
        let id = self.instance.store.get(ADDRESSES, &key)?;
        Ok(id.and_then(|id| id.try_into().ok()).map(AccountId))
    }

    /// All accounts, by id. Blocking.
    pub fn accounts(&self) -> Result<Vec<(AccountId, Account)>, OfficeError> {
        let mut accounts = Vec::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let store = &self.instance.store;
            let page = store.scan(ACCOUNTS, &[], after.as_deref(), PAGE)?;
            let Some((last, _)) = page.last() else {
                return Ok(accounts);
            };
            after = Some(last.clone());
            for (key, sealed) in page {
                let Ok(id) = key[..].try_into().map(AccountId) else {
                    continue;
                };
                let kept = self.opened::<Account>(&id.key_name(), ACCOUNTS, &id.0, sealed)?;
                accounts.extend(kept.map(|kept| (id, kept.record)));
            }
        }
    }

    /// The address of an account; `None` if it is gone. Blocking.
    pub fn email_of(&self, id: AccountId) -> Result<Option<String>, OfficeError> {
        Ok(self.account(id)?.map(|kept| kept.record.email))
    }

    pub(super) fn new_account(
        &self,
        change: &mut Change,
        email: &str,
        role: Role,
    ) -> Result<(AccountId, Account), OfficeError> {
        let id = AccountId(random(self.clock()));
        let account = Account {
            email: email.to_owned(),
            role,
            since: self.now(),
            generation: 0,
        };
        let key = self.address_key(email)?.to_vec();
        change.expect.push((ADDRESSES, key.clone(), Expect::Absent));
        change.put.push((ADDRESSES, key, id.0.to_vec()));
        self.put(change, &id.key_name(), ACCOUNTS, &id.0, &account)?;
        Ok((id, account))
    }

    /// Let somebody in. `by`: who does it; the operator where that is nobody. Returns the
    /// account and a link that signs in once within three days; it is mailed as well.
    pub async fn invite(
        &self,
        typed: &str,
        role: Role,
        by: Option<&Visitor>,
    ) -> Result<(AccountId, String), OfficeError> {
        let _turn = self.people.lock().await;
        let email = address(typed)?;
        let by = by.cloned();
        let work = move |office: &Self| {
            let mut change = Change::default();
            let known = office.account_of(&email)?;
            let id = match known {
                // The operator may hand a new link to somebody who is known in this role.
                Some(id) if by.is_none() => {
                    let kept = office.account(id)?.ok_or(OfficeError::Busy)?;
                    if kept.record.role != role {
                        let record = Account {
                            role,
                            ..kept.record.clone()
                        };
                        expect(&mut change, ACCOUNTS, &id.0, &kept);
                        office.put(&mut change, &id.key_name(), ACCOUNTS, &id.0, &record)?;
                    }
                    id
                }
                Some(_) => return Err(OfficeError::Known),
                None => office.new_account(&mut change, &email, role)?.0,
            };
            let what = format!("invited {id} as {}", role.name());
            office.log(&mut change, by.as_ref(), &what, "")?;
            let lifetime = super::links::INVITATION;
            let link = office.new_link(&mut change, id, lifetime)?;
            let until = office.now() + lifetime;
            let letter = office.invitation_letter(&email, role, &link, until);
            let posted = office.post(&mut change, letter)?;
            Ok((change, id, link, posted))
        };
        let (change, id, link, posted) = self.blocking(work).await?;
        self.commit(change).await?;
        self.registrar.posted(posted);
        Ok((id, link))
    }

    /// Change what somebody may do. Their sessions end.
    pub async fn set_role(
        &self,
        id: AccountId,
        role: Role,
        by: &Visitor,
    ) -> Result<(), OfficeError> {
        let _turn = self.people.lock().await;
        let by = by.clone();
        let work = move |office: &Self| {
            let kept = office.account(id)?.ok_or(OfficeError::Unknown)?;
            office.owner_stays(id, &kept.record, Some(role))?;
            let record = Account {
                role,
                generation: kept.record.generation + 1,
                ..kept.record.clone()
            };
            let mut change = Change::default();
            expect(&mut change, ACCOUNTS, &id.0, &kept);
            office.put(&mut change, &id.key_name(), ACCOUNTS, &id.0, &record)?;
            let what = format!("made {id} {}", role.name());
            office.log(&mut change, Some(&by), &what, "")?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await
    }

    /// Remove an account: record, address and key. What it wrote stays.
    pub async fn remove_account(&self, id: AccountId, by: &Visitor) -> Result<(), OfficeError> {
        let _turn = self.people.lock().await;
        let by = by.clone();
        let work = move |office: &Self| {
            let kept = office.account(id)?.ok_or(OfficeError::Unknown)?;
            office.owner_stays(id, &kept.record, None)?;
            let mut change = Change::default();
            expect(&mut change, ACCOUNTS, &id.0, &kept);
            change.delete.push((ACCOUNTS, id.0.to_vec()));
            let key = office.address_key(&kept.record.email)?;
            change.delete.push((ADDRESSES, key.to_vec()));
            office.log(&mut change, Some(&by), &format!("removed {id}"), "")?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await?;
        let destroy = move |office: &Self| Ok(office.keys.destroy(&id.key_name())?);
        self.blocking(destroy).await.map(|_| ())
    }

    fn owner_stays(
        &self,
        id: AccountId,
        account: &Account,
        then: Option<Role>,
    ) -> Result<(), OfficeError> {
        if account.role != Role::Owner || then == Some(Role::Owner) {
            return Ok(());
        }
        let owner =
            |(other, account): &(AccountId, Account)| *other != id && account.role == Role::Owner;
        if self.accounts()?.iter().any(owner) {
            Ok(())
        } else {
            Err(OfficeError::LastOwner)
        }
    }

    /// End all sessions of an account.
    pub async fn sign_out_everywhere(&self, visitor: &Visitor) -> Result<(), OfficeError> {
        let id = visitor.account;
        let work = move |office: &Self| {
            let kept = office.account(id)?.ok_or(OfficeError::Unknown)?;
            let record = Account {
                generation: kept.record.generation + 1,
                ..kept.record.clone()
            };
            let mut change = Change::default();
            expect(&mut change, ACCOUNTS, &id.0, &kept);
            office.put(&mut change, &id.key_name(), ACCOUNTS, &id.0, &record)?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await
    }
}
