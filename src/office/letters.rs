//! Mails to organisers and staff. Wanted in memory and written at once: whoever misses
//! one asks again. Everything about an address happens after the answer, so that asking
//! for a link tells nobody whether there is an account.

use std::time::Duration;

use maud::html;

use super::links::SIGN_IN;
use super::{AccountId, Office, OfficeError, Role, accounts};
use crate::clock::random;
use crate::mail::{Mail, Undelivered};
use crate::store::Change;

/// Letters that may wait.
pub(super) const QUEUE: usize = 1000;
/// Links to one mailbox in an hour.
const LINKS_PER_HOUR: u32 = 6;
/// Mailboxes remembered for that.
const REMEMBERED: usize = 100_000;
/// Tries, and the wait between them.
const TRIES: u32 = 4;
const WAIT: Duration = Duration::from_secs(5);

/// A letter to write.
pub(super) enum Wanted {
    /// Somebody typed this address.
    SignIn(String),
    /// Ready to go.
    Letter(Letter),
}

/// A letter in plain words.
pub(super) struct Letter {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) words: String,
    pub(super) link: String,
    pub(super) after: String,
}

impl Office {
    /// Somebody wants a link to sign in. The answer is the same for every address.
    pub fn ask_to_sign_in(&self, typed: &str) -> Result<(), OfficeError> {
        let email = accounts::address(typed)?;
        self.want(Wanted::SignIn(email));
        Ok(())
    }

    pub(super) fn want(&self, wanted: Wanted) {
        if self.letters.try_send(wanted).is_err() {
            tracing::warn!("a letter of the office is dropped: too many wait");
        }
    }

    pub(super) fn send_invitation(&self, email: &str, role: Role, link: &str) {
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
        self.want(Wanted::Letter(Letter {
            to: email.to_owned(),
            subject: format!("You are invited to {host}"),
            words: format!("You are invited to the office of {host}. {can}"),
            link: link.to_owned(),
            after: format!(
                "The link works once, within three days. After that, ask for another at \
                 {}/office.",
                self.url
            ),
        }));
    }

    pub(super) async fn write_letter(&self, wanted: Wanted) {
        let letter = match wanted {
            Wanted::Letter(letter) => Ok(Some(letter)),
            Wanted::SignIn(email) => self.sign_in_letter(email).await,
        };
        match letter {
            Ok(Some(letter)) => {
                let office = self.arc();
                tokio::spawn(async move { office.send(letter).await });
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "a letter of the office cannot be written"),
        }
    }

    async fn sign_in_letter(&self, email: String) -> Result<Option<Letter>, OfficeError> {
        let work = move |office: &Self| {
            if !office.may_have_another(&email)? {
                return Ok(None);
            }
            let mut change = Change::default();
            let id = match office.account_of(&email)? {
                Some(id) => id,
                None if office.config.open => {
                    office.new_account(&mut change, &email, Role::Organiser)?
                }
                None => return Ok(None),
            };
            let to: AccountId = id;
            let link = office.new_link(&mut change, to, SIGN_IN)?;
            let host = office.instance.keys.origin();
            let letter = Letter {
                to: email,
                subject: format!("Sign in to {host}"),
                words: format!("Somebody, probably you, wants to sign in to the office of {host}."),
                link,
                after: "The link works once, within 15 minutes. If it was not you, do nothing."
                    .to_owned(),
            };
            Ok(Some((change, letter)))
        };
        let Some((change, letter)) = self.blocking(work).await? else {
            return Ok(None);
        };
        self.commit(change).await?;
        Ok(Some(letter))
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

    async fn send(&self, letter: Letter) {
        let id: [u8; 16] = random(self.clock());
        let Letter {
            to,
            subject,
            words,
            link,
            after,
        } = letter;
        let html = html! {
            p { (words) }
            p { a href=(link) { (link) } }
            p { (after) }
        };
        let mail = Mail {
            id: hex::encode(id),
            to,
            subject,
            text: format!("{words}\n\n{link}\n\n{after}\n"),
            html: html.into_string(),
            unsubscribe: None,
            attachment: None,
        };
        for attempt in 1..=TRIES {
            match self.transport.send(&mail).await {
                Ok(()) => return,
                Err(refusal @ (Undelivered::Refused(_) | Undelivered::Malformed)) => {
                    tracing::warn!(%refusal, "a letter of the office is given up");
                    return;
                }
                Err(trouble) if attempt == TRIES => {
                    tracing::error!(%trouble, "a letter of the office is given up");
                }
                Err(_) => tokio::time::sleep(WAIT * attempt).await,
            }
        }
    }
}
