//! Mails from the organiser to those who asked for updates (`spec/mail.md`, "Updates").
//!
//! The text is stored once. The list of subscribers is walked in pages, as fast as the
//! mail queue drains, and each page's mails and the place reached are one change: so a
//! restart goes on where it stopped, and nobody is written to twice.

use serde::{Deserialize, Serialize};

use super::mailer::{Class, Letter, MailId};
use super::records::{SUBSCRIPTIONS, UPDATES, UPDATES_DONE, UPDATES_GOING};
use super::sealed::DAY;
use super::{Registrar, RegistrarError};
use crate::clock::random;
use crate::protocol::ids::PetitionId;
use crate::store::{Change, Expect};

/// Subscribers written to in one change.
const PAGE: usize = 200;
/// No further page while so many mails are queued: those who wait for a link share the
/// machine with these.
const QUEUED_MAX: usize = 1000;
/// Texts are kept so many days after the last mail was queued; mails live at most 30.
const KEPT_DAYS: u64 = 31;

/// Most languages of an update.
const LANGUAGES_MAX: usize = 60;
/// Longest subject, characters.
const SUBJECT_MAX: usize = 150;
/// Longest text, bytes. The store keeps small records.
const TEXT_MAX: usize = 4000;

/// Why an update cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// None, too many, or one twice.
    #[error("an update is in 1 to 60 languages, each once")]
    Languages,
    /// Empty, too long, or more than a line.
    #[error("a subject is one line of 1 to 150 characters")]
    Subject,
    /// Empty, too long, or with control characters.
    #[error("a text has 1 to 4000 bytes, without control characters but line breaks")]
    Text,
}

/// An update in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateText {
    /// BCP 47 tag, lower case.
    pub lang: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// An update that can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update(Vec<UpdateText>);

impl Update {
    /// Check the texts. The first is for readers of other languages.
    pub fn new(texts: Vec<UpdateText>) -> Result<Self, UpdateError> {
        let mut languages: Vec<&str> = texts.iter().map(|t| &*t.lang).collect();
        languages.sort_unstable();
        languages.dedup();
        if texts.is_empty() || texts.len() > LANGUAGES_MAX || languages.len() != texts.len() {
            return Err(UpdateError::Languages);
        }
        for UpdateText { subject, text, .. } in &texts {
            let length = subject.chars().count();
            if !(1..=SUBJECT_MAX).contains(&length) || subject.chars().any(char::is_control) {
                return Err(UpdateError::Subject);
            }
            let control = |c: char| c.is_control() && c != '\n';
            if text.trim().is_empty() || text.len() > TEXT_MAX || text.chars().any(control) {
                return Err(UpdateError::Text);
            }
        }
        Ok(Self(texts))
    }

    /// The texts, as they were given.
    pub fn texts(&self) -> &[UpdateText] {
        &self.0
    }

    fn in_language(&self, lang: &str) -> &UpdateText {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
        let exact = self.0.iter().find(|text| text.lang == lang);
        let alike = || self.0.iter().find(|t| primary(&t.lang) == primary(lang));
        exact.or_else(alike).unwrap_or(&self.0[0])
    }
}

/// An update's key in the store, before the language: petition ‖ random 16.
pub(super) fn key(p: PetitionId, id: &[u8; 16]) -> Vec<u8> {
    [p.as_bytes(), &id[..]].concat()
}

/// The place reached in the list of subscribers.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Going {
    #[serde(default, with = "hex::serde")]
    after: Vec<u8>,
}

impl Registrar {
    /// Write to all who asked for updates. Returns when the wish is durable; mails follow
    /// as fast as the limits allow, behind all links.
    pub async fn send_update(&self, p: PetitionId, update: &Update) -> Result<(), RegistrarError> {
        self.petition(p)?;
        let id: [u8; 16] = random(&*self.instance.clock);
        let subscribers = self.blocking(move |r| r.subscribers(p)).await?;
        let mut change = Change::default();
        self.publish_update(&mut change, p, &id, update, subscribers);
        for (number, text) in (0_u8..).zip(&update.0) {
            let key = [key(p, &id), vec![number]].concat();
            let record = serde_json::to_vec(text).expect("texts always encode");
            change.put.push((UPDATES, key, record));
        }
        let going = serde_json::to_vec(&Going::default()).expect("always encodes");
        change.put.push((UPDATES_GOING, key(p, &id), going));
        self.commit_expecting_nothing(change).await?;
        metrics::counter!("undersigned_updates_total").increment(1);
        Ok(())
    }

    /// How many would get an update. Blocking.
    pub fn subscribers(&self, p: PetitionId) -> Result<u64, RegistrarError> {
        self.petition(p)?;
        self.count(SUBSCRIPTIONS, p.as_bytes())
    }

    /// Queue the next page of each update that is going on, if there is room.
    pub(super) async fn go_on_with_updates(&self) -> Result<(), RegistrarError> {
        if self.outbox.open() >= QUEUED_MAX {
            return Ok(());
        }
        let going = self
            .blocking(|r| Ok(r.instance.store.scan(UPDATES_GOING, &[], None, 100)?))
            .await?;
        for (key, record) in going {
            let batch = key.last_chunk::<16>().copied();
            self.to_the_end(|r| async move {
                let work = move |r: &Self| r.next_page(&key, record);
                let (change, mails) = r.blocking(work).await?;
                if r.commit(change).await?.is_ok() {
                    let now = r.instance.clock.now();
                    for (mail, domain) in mails {
                        r.outbox.push_of(batch, mail, &domain, now);
                    }
                }
                Ok(())
            })
            .await?;
        }
        Ok(())
    }

    fn next_page(
        &self,
        key: &[u8],
        record: Vec<u8>,
    ) -> Result<(Change, Vec<(MailId, String)>), RegistrarError> {
        const DAMAGED: RegistrarError = RegistrarError::Sealed("not an update");
        let (p, id) = key.split_at_checked(32).ok_or(DAMAGED)?;
        let p = PetitionId(p.try_into().map_err(|_| DAMAGED)?);
        let id: [u8; 16] = id.try_into().map_err(|_| DAMAGED)?;
        let going: Going = serde_json::from_slice(&record).map_err(|_| DAMAGED)?;
        let petition = self.petition(p)?;
        let after = Some(&going.after[..]).filter(|after| !after.is_empty());
        let page = self
            .instance
            .store
            .scan(SUBSCRIPTIONS, p.as_bytes(), after, PAGE)?;
        let mut change = Change::default();
        let expect = (UPDATES_GOING, key.to_vec(), Expect::Value(record));
        change.expect.push(expect);
        let mut mails = Vec::new();
        for (subscriber, sealed) in &page {
            let who = match self.subscription(p, subscriber, sealed) {
                Ok(Some(who)) => who,
                Ok(None) => continue,
                Err(error @ RegistrarError::Sealed(_)) => {
                    tracing::error!(%error, "a subscriber is passed over");
                    continue;
                }
                Err(error) => return Err(error),
            };
            let letter = Letter::Update {
                token: who.token,
                id,
            };
            let mail = self.queue_mail(
                &mut change,
                Class::Bulk,
                &petition,
                &who.email,
                &who.lang,
                letter,
            )?;
            let domain = who.email.rsplit('@').next().unwrap_or_default();
            mails.push((mail, domain.to_owned()));
        }
        self.update_reached(&mut change, key, page.len() as u64, page.is_empty())?;
        if let Some((last, _)) = page.last() {
            let next = Going {
                after: last.clone(),
            };
            let next = serde_json::to_vec(&next).expect("always encodes");
            change.put.push((UPDATES_GOING, key.to_vec(), next));
        } else {
            change.delete.push((UPDATES_GOING, key.to_vec()));
            let day = self.instance.clock.now() / DAY + KEPT_DAYS;
            let done = [&day.to_be_bytes()[..], key].concat();
            change.put.push((UPDATES_DONE, done, vec![1]));
        }
        Ok((change, mails))
    }

    /// An update's words in a language; `None` when it is gone.
    pub(super) fn update_text(
        &self,
        p: PetitionId,
        id: &[u8; 16],
        lang: &str,
    ) -> Result<Option<UpdateText>, RegistrarError> {
        let store = &self.instance.store;
        let records = store.scan(UPDATES, &key(p, id), None, LANGUAGES_MAX)?;
        let texts: Result<Vec<UpdateText>, _> = records
            .iter()
            .map(|(_, record)| serde_json::from_slice(record))
            .collect();
        let texts = texts.map_err(|_| RegistrarError::Sealed("not an update"))?;
        if texts.is_empty() {
            return Ok(None);
        }
        Ok(Some(Update(texts).in_language(lang).clone()))
    }

    /// Delete the texts of updates whose last mail was queued long ago.
    pub(super) async fn forget_updates(&self) -> Result<u64, RegistrarError> {
        let today = self.instance.clock.now() / DAY;
        let change = self
            .blocking(move |r| {
                let store = &r.instance.store;
                let mut change = Change::default();
                for (done, _) in store.scan(UPDATES_DONE, &[], None, 1000)? {
                    let Some((day, key)) = done.split_first_chunk::<8>() else {
                        continue;
                    };
                    if u64::from_be_bytes(*day) >= today {
                        break;
                    }
                    for (text, _) in store.scan(UPDATES, key, None, LANGUAGES_MAX)? {
                        change.delete.push((UPDATES, text));
                    }
                    change.delete.push((UPDATES_DONE, done));
                }
                Ok(change)
            })
            .await?;
        let deleted = change.delete.len() as u64;
        self.commit_expecting_nothing(change).await?;
        Ok(deleted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lang: &str, subject: &str, text: &str) -> UpdateText {
        UpdateText {
            lang: lang.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn an_update_has_words_and_bounds() {
        let good = || text("en", "We were heard", "The council answered.\n\nRead on.");
        assert!(Update::new(vec![good(), text("de", "Gehört", "Der Rat.")]).is_ok());
        let long = "x".repeat(4001);
        for (texts, error) in [
            (vec![], UpdateError::Languages),
            (vec![good(), good()], UpdateError::Languages),
            (vec![text("en", "", "x")], UpdateError::Subject),
            (vec![text("en", "a\nb", "x")], UpdateError::Subject),
            (
                vec![text("en", "a\r\nBcc: x@example.org", "x")],
                UpdateError::Subject,
            ),
            (vec![text("en", &long[..151], "x")], UpdateError::Subject),
            (vec![text("en", "a", " \n")], UpdateError::Text),
            (vec![text("en", "a", "x\u{7}")], UpdateError::Text),
            (vec![text("en", "a", &long)], UpdateError::Text),
        ] {
            assert_eq!(Update::new(texts), Err(error));
        }
    }

    #[test]
    fn who_reads_another_language_gets_the_first() {
        let update = Update::new(vec![text("de", "d", "d"), text("fr", "f", "f")]).expect("good");
        assert_eq!(update.in_language("fr").subject, "f");
        assert_eq!(update.in_language("fr-ca").subject, "f");
        assert_eq!(update.in_language("en").subject, "d");
    }
}
