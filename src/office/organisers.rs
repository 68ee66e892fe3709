//! Organisers of one draft or petition: each may invite another, who gets a link; each may
//! take another off, as long as one stays (`spec/office.md`, "Organisers").

use serde::{Deserialize, Serialize};

use super::drafts::{DraftId, State, of_key};
use super::letters::Letter;
use super::links::{INVITATION, hash, token};
use super::publish::petition_key;
use super::records::{DRAFTS_OF, JOINS, LINKS, ORGANISERS_OF, PETITIONS_OF, expect};
use super::sessions::Cookie;
use super::{AccountId, Action, Office, OfficeError, Role, Visitor, accounts};
use crate::protocol::ids::PetitionId;
use crate::store::Change;

/// Organisers of one draft or petition, with those who are invited: as many as there can be
/// keys in a manifest.
const ORGANISERS_MAX: usize = 8;

/// What is organised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A petition that is not public yet.
    Draft(DraftId),
    /// One that is.
    Petition(PetitionId),
}

impl Subject {
    fn key(&self) -> Vec<u8> {
        match self {
            Self::Draft(id) => [&[1], &id.0[..]].concat(),
            Self::Petition(id) => [&[2], &id.0[..]].concat(),
        }
    }

    fn join_key(&self, link: &[u8; 32]) -> Vec<u8> {
        [&self.key()[..], link].concat()
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Draft(id) => write!(f, "draft {id}"),
            Self::Petition(id) => write!(f, "petition {id}"),
        }
    }
}

/// Somebody who was invited and has not come yet.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Join {
    subject: Subject,
    email: String,
    expires: u64,
}

/// An invitation that is open.
pub struct OpenInvitation {
    /// Names it, to take it back.
    pub id: String,
    /// To which mailbox.
    pub email: String,
    /// Until when, Unix seconds.
    pub expires: u64,
}

/// Who looks after a draft or petition.
pub struct Organisers {
    /// Accounts, with their addresses; none where the account is gone.
    pub here: Vec<(AccountId, Option<String>)>,
    /// Invitations that are open.
    pub invited: Vec<OpenInvitation>,
}

/// What an invitation says before it is taken.
pub struct Joining {
    /// The petition's title.
    pub title: String,
    /// Which mailbox it signs in.
    pub email: String,
}

pub(super) fn organiser_key(petition: PetitionId, account: AccountId) -> Vec<u8> {
    [petition.as_bytes(), &account.0[..]].concat()
}

impl Office {
    fn may_organise(&self, subject: Subject, by: &Visitor) -> Result<(), OfficeError> {
        match subject {
            Subject::Draft(id) => self.own_draft(id, by).map(|_| ()),
            Subject::Petition(id) => self.may_act(id, by),
        }
    }

    fn organisers_of(&self, subject: Subject) -> Result<Vec<AccountId>, OfficeError> {
        match subject {
            Subject::Draft(id) => Ok(self.kept_draft(id)?.record.organisers),
            Subject::Petition(id) => {
                let store = &self.instance.store;
                let all = store.scan(ORGANISERS_OF, id.as_bytes(), None, ORGANISERS_MAX)?;
                let account = |(key, _): (Vec<u8>, Vec<u8>)| key.get(32..)?.try_into().ok();
                Ok(all.into_iter().filter_map(account).map(AccountId).collect())
            }
        }
    }

    fn joins(&self, subject: Subject) -> Result<Vec<(Vec<u8>, Join)>, OfficeError> {
        let store = &self.instance.store;
        let mut joins = Vec::new();
        for (key, _) in store.scan(JOINS, &subject.key(), None, 100)? {
            let kept = self.kept_until::<Join>(JOINS, &key)?;
            let open = kept.filter(|kept| kept.record.expires >= self.now());
            joins.extend(open.map(|kept| (key, kept.record)));
        }
        Ok(joins)
    }

    fn subject_title(&self, subject: Subject) -> Result<String, OfficeError> {
        match subject {
            Subject::Draft(id) => Ok(self.kept_draft(id)?.record.content.title().to_owned()),
            Subject::Petition(id) => {
                let petition = self.instance.petitions.get(&id);
                let petition = petition.ok_or(OfficeError::Unknown)?;
                Ok(petition.manifest.terms().title[0].text.clone())
            }
        }
    }

    /// Who looks after it, for somebody who does. Blocking.
    pub fn organisers(&self, subject: Subject, by: &Visitor) -> Result<Organisers, OfficeError> {
        self.may_organise(subject, by)?;
        let mut here = Vec::new();
        for account in self.organisers_of(subject)? {
            here.push((account, self.email_of(account)?));
        }
        let invited = self.joins(subject)?.into_iter();
        let invited = invited.map(|(key, join)| OpenInvitation {
            id: hex::encode(&key[key.len() - 32..]),
            email: join.email,
            expires: join.expires,
        });
        Ok(Organisers {
            here,
            invited: invited.collect(),
        })
    }

    /// Invite somebody by mail. Whoever has the mailbox may then organise with the others.
    pub async fn invite_organiser(
        &self,
        subject: Subject,
        typed: &str,
        by: &Visitor,
    ) -> Result<(), OfficeError> {
        let email = accounts::address(typed)?;
        let by = by.clone();
        let work = move |office: &Self| {
            office.may_organise(subject, &by)?;
            let (here, open) = (office.organisers_of(subject)?, office.joins(subject)?);
            if here.len() + open.len() >= ORGANISERS_MAX {
                let words = "eight organise it, with those who are invited: that is the most";
                return Err(OfficeError::NotNow(words));
            }
            if let Some(account) = office.account_of(&email)?
                && here.contains(&account)
            {
                return Err(OfficeError::NotNow("they organise it already"));
            }
            if !office.may_have_another(&email)? {
                let words = "this mailbox has had enough links for now: try again in an hour";
                return Err(OfficeError::NotNow(words));
            }
            let (text, link) = token(office, "join");
            let expires = office.now() + INVITATION;
            let join = Join {
                subject,
                email: email.clone(),
                expires,
            };
            let mut change = Change::default();
            office.put_until(&mut change, LINKS, &link, expires, &join)?;
            let key = subject.join_key(&link);
            office.put_until(&mut change, JOINS, &key, expires, &join)?;
            let what = format!("invited an organiser of {subject}");
            office.log(&mut change, Some(&by), &what, "")?;
            let title = office.subject_title(subject)?;
            let letter = Letter {
                to: email,
                subject: "You are invited to organise a petition".to_owned(),
                words: format!(
                    "{} asks you to organise the petition \u{201c}{title}\u{201d} together, at {}.",
                    by.email,
                    office.instance.keys.origin()
                ),
                link: format!("{}/office/join/{text}", office.url),
                after: "The link works once, within three days. If you do not want that, do \
                        nothing."
                    .to_owned(),
                until: expires,
            };
            let posted = office.post(&mut change, letter)?;
            Ok((change, posted))
        };
        let (change, posted) = self.blocking(work).await?;
        self.commit(change).await?;
        self.registrar.posted(posted);
        Ok(())
    }

    /// Take an invitation back that nobody has taken yet.
    pub async fn revoke_organiser(
        &self,
        subject: Subject,
        id: &str,
        by: &Visitor,
    ) -> Result<(), OfficeError> {
        let mut link = [0; 32];
        hex::decode_to_slice(id, &mut link).map_err(|_| OfficeError::Unknown)?;
        let by = by.clone();
        let work = move |office: &Self| {
            office.may_organise(subject, &by)?;
            let key = subject.join_key(&link);
            let kept = office.kept_until::<Join>(JOINS, &key)?;
            let kept = kept.ok_or(OfficeError::Unknown)?;
            let mut change = Change::default();
            expect(&mut change, JOINS, &key, &kept);
            change.delete.push((JOINS, key));
            change.delete.push((LINKS, link.to_vec()));
            let what = format!("took back an invitation to organise {subject}");
            office.log(&mut change, Some(&by), &what, "")?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await
    }

    /// What an invitation is about. Does nothing else.
    pub async fn joining(&self, token: String) -> Result<Joining, OfficeError> {
        let work = move |office: &Self| {
            let kept = office.kept_until::<Join>(LINKS, &hash("join", &token)?)?;
            let kept = kept.filter(|kept| kept.record.expires >= office.now());
            let join = kept.ok_or(OfficeError::Link)?.record;
            Ok(Joining {
                title: office.subject_title(join.subject)?,
                email: join.email,
            })
        };
        self.blocking(work).await
    }

    /// Take an invitation: the mailbox's account, a new one where there is none, organises
    /// from now on, and is signed in.
    pub async fn join(&self, token: String) -> Result<(Subject, Cookie), OfficeError> {
        let _turn = self.people.lock().await;
        let work = move |office: &Self| {
            let link = hash("join", &token)?;
            let kept = office.kept_until::<Join>(LINKS, &link)?;
            let kept = kept.filter(|kept| kept.record.expires >= office.now());
            let kept = kept.ok_or(OfficeError::Link)?;
            let subject = kept.record.subject;
            let mut change = Change::default();
            expect(&mut change, LINKS, &link, &kept);
            change.delete.push((LINKS, link.to_vec()));
            change.delete.push((JOINS, subject.join_key(&link)));
            let email = &kept.record.email;
            let (id, account) = match office.account_of(email)? {
                Some(id) => (id, office.account(id)?.ok_or(OfficeError::Busy)?.record),
                None => office.new_account(&mut change, email, Role::Organiser)?,
            };
            if !account.role.may(Action::Organise) {
                let words = "your role here is to look on: ask an owner for another one first";
                return Err(OfficeError::NotNow(words));
            }
            office.add_organiser(&mut change, subject, id)?;
            let cookie = office.new_session(&mut change, id, &account)?;
            let what = format!("{id} organises {subject} from now on");
            office.log(&mut change, None, &what, "")?;
            Ok((change, subject, cookie))
        };
        let (change, subject, cookie) = self.blocking(work).await?;
        self.commit(change).await.map_err(|error| match error {
            OfficeError::Busy => OfficeError::Link,
            other => other,
        })?;
        Ok((subject, cookie))
    }

    fn add_organiser(
        &self,
        change: &mut Change,
        subject: Subject,
        account: AccountId,
    ) -> Result<(), OfficeError> {
        match subject {
            Subject::Petition(petition) => {
                let key = petition_key(account, petition);
                change.put.push((PETITIONS_OF, key, vec![1]));
                let key = organiser_key(petition, account);
                change.put.push((ORGANISERS_OF, key, vec![1]));
            }
            Subject::Draft(id) => {
                let kept = self.kept_draft(id)?;
                let mut draft = kept.record.clone();
                if draft.organisers.contains(&account) {
                    return Ok(());
                }
                draft.organisers.push(account);
                let state = draft.state.clone();
                self.put_draft(change, id, &kept, draft, state)?;
                change.put.push((DRAFTS_OF, of_key(account, id), vec![1]));
            }
        }
        Ok(())
    }

    /// Take somebody off; also oneself. One stays. A key of theirs that stands in a petition
    /// keeps its power.
    pub async fn remove_organiser(
        &self,
        subject: Subject,
        account: AccountId,
        by: &Visitor,
    ) -> Result<(), OfficeError> {
        let _turn = self.people.lock().await;
        let by = by.clone();
        let work = move |office: &Self| {
            office.may_organise(subject, &by)?;
            let here = office.organisers_of(subject)?;
            if !here.contains(&account) {
                return Err(OfficeError::Unknown);
            }
            if here.len() == 1 {
                return Err(OfficeError::NotNow("the last organiser stays"));
            }
            let mut change = Change::default();
            match subject {
                Subject::Petition(petition) => {
                    let key = petition_key(account, petition);
                    change.delete.push((PETITIONS_OF, key));
                    let key = organiser_key(petition, account);
                    change.delete.push((ORGANISERS_OF, key));
                }
                Subject::Draft(id) => {
                    let kept = office.kept_draft(id)?;
                    let mut draft = kept.record.clone();
                    draft.organisers.retain(|other| *other != account);
                    draft.keys.retain(|key| key.account != account);
                    let state = draft.state.clone();
                    office.put_draft(&mut change, id, &kept, draft, state)?;
                    change.delete.push((DRAFTS_OF, of_key(account, id)));
                }
            }
            let what = format!("took {account} off {subject}");
            office.log(&mut change, Some(&by), &what, "")?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await
    }

    /// Put one's own public key beside a draft, for when its text is fixed; an empty one
    /// takes it away.
    pub async fn set_key(&self, id: DraftId, vkey: &str, by: &Visitor) -> Result<(), OfficeError> {
        let vkey = vkey.trim().to_owned();
        if !vkey.is_empty() && vkey.parse::<crate::tlog::note::VerifierKey>().is_err() {
            let words = "this is not a public key: it begins with a name and a plus sign";
            return Err(OfficeError::Invalid(words.to_owned()));
        }
        let by = by.clone();
        let work = move |office: &Self| {
            let kept = office.own_draft(id, &by)?;
            if matches!(kept.record.state, State::Published { .. }) {
                return Err(OfficeError::NotNow("this draft is published"));
            }
            let mut draft = kept.record.clone();
            draft.keys.retain(|key| key.account != by.account);
            if !vkey.is_empty() {
                let account = by.account;
                draft.keys.push(OrganiserKey { account, vkey });
            }
            let mut change = Change::default();
            let state = draft.state.clone();
            office.put_draft(&mut change, id, &kept, draft, state)?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await
    }

    /// Open invitations to a draft become those to its petition.
    pub(super) fn carry_invitations(
        &self,
        change: &mut Change,
        draft: DraftId,
        petition: PetitionId,
    ) -> Result<(), OfficeError> {
        for (key, mut join) in self.joins(Subject::Draft(draft))? {
            let link: [u8; 32] = key[key.len() - 32..].try_into().expect("a hash at its end");
            join.subject = Subject::Petition(petition);
            change.delete.push((JOINS, key));
            self.put_until(change, LINKS, &link, join.expires, &join)?;
            let key = join.subject.join_key(&link);
            self.put_until(change, JOINS, &key, join.expires, &join)?;
        }
        Ok(())
    }
}

/// An organiser's public key, beside a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganiserKey {
    /// Whose.
    pub account: AccountId,
    /// The key, `<name>+<hash>+<key>`.
    pub vkey: String,
}
