//! Sponsors: people who stand for a draft before it is public. Each has confirmed a
//! mailbox. Their addresses are kept until the petition opens, and then handed to the
//! registrar, who writes to them as to anybody who was invited.

use serde::{Deserialize, Serialize};

use super::drafts::{Draft, DraftId, State};
use super::letters::Letter;
use super::links::{self, hash};
use super::records::{LINKS, SPONSORS, expect};
use super::{Office, OfficeError, accounts};
use crate::store::Change;

/// Seconds that a sponsor's link works.
const LIFETIME: u64 = 7 * 86_400;
/// Most sponsors of a draft: it is not a petition yet.
pub(super) const SPONSORS_MAX: usize = 1000;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    draft: DraftId,
    email: String,
    #[serde(with = "hex::serde")]
    text: [u8; 32],
    expires: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sponsor {
    pub(super) email: String,
    #[serde(with = "hex::serde")]
    pub(super) text: [u8; 32],
}

fn key(draft: DraftId, mailbox: &[u8; 32]) -> Vec<u8> {
    [&draft.0[..], mailbox].concat()
}

impl Office {
    /// How many sponsors stand for a draft's present words. Blocking.
    pub fn sponsors(&self, id: DraftId, draft: &Draft) -> Result<u64, OfficeError> {
        let text = draft.content.text_hash();
        let mut count = 0;
        let store = &self.instance.store;
        for (key, sealed) in store.scan(SPONSORS, &id.0, None, SPONSORS_MAX)? {
            let kept = self.opened::<Sponsor>(&id.key_name(), SPONSORS, &key, sealed)?;
            count += u64::from(kept.is_some_and(|kept| kept.record.text == text));
        }
        Ok(count)
    }

    /// The draft behind the link that its organiser hands to sponsors. Blocking.
    pub fn shared(&self, id: DraftId, token: &str) -> Result<Draft, OfficeError> {
        let draft = self.kept_draft(id)?.record;
        let open = !matches!(draft.state, State::Published { .. });
        if open && hash("sponsor", token)? == draft.share {
            Ok(draft)
        } else {
            Err(OfficeError::Link)
        }
    }

    /// Somebody wants to sponsor a draft: a letter goes to that mailbox. The answer tells
    /// nobody whether it is a sponsor already.
    pub async fn ask_to_sponsor(
        &self,
        id: DraftId,
        token: String,
        typed: &str,
    ) -> Result<(), OfficeError> {
        let email = accounts::address(typed)?;
        let work = move |office: &Self| {
            let draft = office.shared(id, &token)?;
            if !office.may_have_another(&email)? {
                return Ok(None);
            }
            let (text, key) = links::token(office, "sponsor-mail");
            let expires = office.now() + LIFETIME;
            let asked = Asked {
                draft: id,
                email: email.clone(),
                text: draft.content.text_hash(),
                expires,
            };
            let mut change = Change::default();
            office.put_until(&mut change, LINKS, &key, expires, &asked)?;
            let title = draft.content.title();
            let letter = Letter {
                to: email,
                subject: "Do you stand for this petition?".to_owned(),
                words: format!(
                    "Somebody, probably you, wants to be a sponsor of a petition that is not \
                     public yet: \u{201c}{title}\u{201d}. Sponsors help it through review. When it opens, \
                     you get a link to sign it."
                ),
                link: format!("{}/office/sponsor/confirm/{text}", office.url),
                after: "The link works once, within a week. If it was not you, do nothing."
                    .to_owned(),
                until: expires,
            };
            let posted = office.post(&mut change, letter)?;
            Ok(Some((change, posted)))
        };
        if let Some((change, posted)) = self.blocking(work).await? {
            self.commit(change).await?;
            self.registrar.posted(posted);
        }
        Ok(())
    }

    /// The title of the draft that a sponsor's link is about. Does nothing else.
    pub async fn sponsored_title(&self, token: String) -> Result<String, OfficeError> {
        let work = move |office: &Self| {
            let key = hash("sponsor-mail", &token)?;
            let kept = office.kept_until::<Asked>(LINKS, &key)?;
            let kept = kept.filter(|kept| kept.record.expires >= office.now());
            let asked = kept.ok_or(OfficeError::Link)?.record;
            Ok(office
                .kept_draft(asked.draft)?
                .record
                .content
                .title()
                .to_owned())
        };
        self.blocking(work).await
    }

    /// Use a sponsor's link up: the mailbox stands for the words that it was asked about.
    pub async fn sponsor(&self, token: String) -> Result<(), OfficeError> {
        let work = move |office: &Self| {
            let link = hash("sponsor-mail", &token)?;
            let kept = office.kept_until::<Asked>(LINKS, &link)?;
            let kept = kept.filter(|kept| kept.record.expires >= office.now());
            let kept = kept.ok_or(OfficeError::Link)?;
            let asked = &kept.record;
            let draft = office.kept_draft(asked.draft)?.record;
            if matches!(draft.state, State::Published { .. }) {
                return Err(OfficeError::NotNow(
                    "this petition is public: sign it there",
                ));
            }
            let store = &office.instance.store;
            let id = asked.draft;
            if store.scan(SPONSORS, &id.0, None, SPONSORS_MAX)?.len() >= SPONSORS_MAX {
                return Err(OfficeError::NotNow(
                    "this draft has all the sponsors it can have",
                ));
            }
            let mut change = Change::default();
            expect(&mut change, LINKS, &link, &kept);
            change.delete.push((LINKS, link.to_vec()));
            let sponsor = Sponsor {
                email: asked.email.clone(),
                text: asked.text,
            };
            let key = key(id, &office.address_key(&asked.email)?);
            office.put(&mut change, &id.key_name(), SPONSORS, &key, &sponsor)?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await
    }
}
