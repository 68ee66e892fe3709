//! Mails to organisers, staff and sponsors. A wish for one is durable before the answer, and
//! the letter before it is let go: it leaves through the registrar's queue
//! (`spec/mail.md`, "Queue"). Everything about an address happens after the answer, so that
//! asking for a link tells nobody whether there is an account.

use std::sync::atomic::Ordering;

use maud::html;
use serde::{Deserialize, Serialize};

use super::links::SIGN_IN;
use super::records::{WANTED, expect};
use super::{AccountId, Office, OfficeError, Role, accounts};
use crate::clock::random;
use crate::registrar::mailer::{Body, Posted, Written};
use crate::store::Change;

/// Wishes that may wait.
const WANTED_MAX: usize = 10_000;
/// Wishes looked at in one go.
const PAGE: usize = 100;
/// Links to one mailbox in an hour.
const LINKS_PER_HOUR: u32 = 6;
/// Mailboxes remembered for that.
const REMEMBERED: usize = 100_000;

/// Somebody typed this address to sign in.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    email: String,
}

/// A letter in plain words.
pub(super) struct Letter {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) words: String,
    pub(super) link: String,
    pub(super) after: String,
    /// When the link is over, Unix seconds.
    pub(super) until: u64,
}

impl Letter {
    fn written(self) -> Written {
        let Self {
            to,
            subject,
            words,
            link,
            after,
            until,
        } = self;
        let html = html! {
            p { (words) }
            p { a href=(link) { (link) } }
            p { (after) }
        };
        Written {
            to,
            body: Body {
                subject,
                text: format!("{words}\n\n{link}\n\n{after}\n"),
                html: html.into_string(),
                enclosed: None,
                ticket: None,
            },
            until,
        }
    }
}

impl Office {
    /// Somebody wants a link to sign in. The answer is the same for every address; the wish
    /// is durable when it comes.
    pub async fn ask_to_sign_in(&self, typed: &str) -> Result<(), OfficeError> {
        let email = accounts::address(typed)?;
        if self.wishes.load(Ordering::SeqCst) >= WANTED_MAX {
            return Err(OfficeError::Busy);
        }
        let work = move |office: &Self| {
            let mut change = Change::default();
            let key: [u8; 16] = random(office.clock());
            let until = office.now() + SIGN_IN;
            office.put_until(&mut change, WANTED, &key, until, &Wanted { email })?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await?;
        self.wishes.fetch_add(1, Ordering::SeqCst);
        self.wished.notify_one();
        Ok(())
    }

    /// Put a letter into a change. After the commit, tell the registrar's queue of it.
    pub(super) fn post(&self, change: &mut Change, letter: Letter) -> Result<Posted, OfficeError> {
        Ok(self.registrar.post(change, letter.written())?)
    }

    pub(super) fn invitation_letter(
        &self,
        email: &str,
        role: Role,
        link: &str,
        until: u64,
    ) -> Letter {
        let host = self.instance.keys.origin();
        let can = match role {
            Role::Owner => "You are an owner: you decide who may do what.",
            Role::Moderator => {
                "You are a moderator: you look at drafts and at doubtful \
                                confirmations."
            }
            Role::Viewer => "You are a viewer: you see how petitions fare, and change nothing.",
            Role::Organiser => "You can write a petition and publish it.",
        };
        Letter {
            to: email.to_owned(),
            subject: format!("You are invited to {host}"),
            words: format!("You are invited to the office of {host}. {can}"),
            link: link.to_owned(),
            after: format!(
                "The link works once, within three days. After that, ask for another at \
                 {}/office.",
                self.url
            ),
            until,
        }
    }

    /// Answer the wishes that wait. One that could not be answered waits on.
    pub(super) async fn answer_wishes(&self) -> Result<(), OfficeError> {
        loop {
            let page = self
                .blocking(|office| Ok(office.instance.store.scan(WANTED, &[], None, PAGE)?))
                .await?;
            self.wishes.store(page.len(), Ordering::SeqCst);
            if page.is_empty() {
                return Ok(());
            }
            for (key, _) in page {
                self.answer_wish(key).await?;
            }
        }
    }

    async fn answer_wish(&self, key: Vec<u8>) -> Result<(), OfficeError> {
        let work = move |office: &Self| {
            let mut change = Change::default();
            let wish = match office.kept_until::<Wanted>(WANTED, &key) {
                Ok(wish) => wish,
                Err(OfficeError::Registrar(error)) => {
                    tracing::error!(%error, "a wish for a link is given up");
                    None
                }
                Err(error) => return Err(error),
            };
            change.delete.push((WANTED, key.clone()));
            let Some(wish) = wish else {
                return Ok((change, None)); // its day is over
            };
            expect(&mut change, WANTED, &key, &wish);
            let letter = office.sign_in_letter(&mut change, wish.record.email)?;
            let posted = letter.map(|letter| office.post(&mut change, letter));
            Ok((change, posted.transpose()?))
        };
        let (change, posted) = self.blocking(work).await?;
        self.commit(change).await?;
        if let Some(posted) = posted {
            self.registrar.posted(posted);
        }
        Ok(())
    }

    fn sign_in_letter(
        &self,
        change: &mut Change,
        email: String,
    ) -> Result<Option<Letter>, OfficeError> {
        if !self.may_have_another(&email)? {
            return Ok(None);
        }
        let to: AccountId = match self.account_of(&email)? {
            Some(id) => id,
            None if self.config.open => self.new_account(change, &email, Role::Organiser)?.0,
            None => return Ok(None),
        };
        let link = self.new_link(change, to, SIGN_IN)?;
        let host = self.instance.keys.origin();
        Ok(Some(Letter {
            to: email,
            subject: format!("Sign in to {host}"),
            words: format!("Somebody, probably you, wants to sign in to the office of {host}."),
            link,
            after: "The link works once, within 15 minutes. If it was not you, do nothing."
                .to_owned(),
            until: self.now() + SIGN_IN,
        }))
    }

    /// Whether this mailbox may get another link now.
    pub(super) fn may_have_another(&self, email: &str) -> Result<bool, OfficeError> {
        let key = self.address_key(email)?;
        let hour = self.now() / 3600;
        let mut sent = self.sent.lock().expect("no holder panics");
        if sent.len() >= REMEMBERED {
            sent.retain(|_, (when, _)| *when == hour);
        }
        if sent.len() >= REMEMBERED && !sent.contains_key(&key) {
            return Ok(false);
        }
        let entry = sent.entry(key).or_insert((hour, 0));
        if entry.0 != hour {
            *entry = (hour, 0);
        }
        entry.1 += 1;
        Ok(entry.1 <= LINKS_PER_HOUR)
    }
}
