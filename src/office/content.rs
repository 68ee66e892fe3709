//! What a draft says, and the terms that follow from it.

use serde::{Deserialize, Serialize};

use super::OfficeError;
use crate::api::ContributedKeys;
use crate::protocol::manifest::{
    Ask, Asks, FORMAT, ListKey, Localized, ManifestError, Organiser, Publication, Retention, Terms,
};

/// Seconds in a day.
const DAY: u64 = 86_400;
/// Between the last confirmation and the last token, unless the draft says otherwise.
const SUBMIT_AFTER: u64 = 7 * DAY;
/// Between the last token and the last withdrawal, unless the draft says otherwise.
const WITHDRAW_AFTER: u64 = 30 * DAY;
/// Most bytes of a draft as it is kept: no manifest is longer than 60,000.
const BYTES_MAX: usize = 150_000;

/// Title and letter in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DraftText {
    /// BCP 47 tag, lower case.
    pub lang: String,
    /// The title.
    pub title: String,
    /// The letter.
    pub letter: String,
}

/// What a draft says. It may still break rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// In each language.
    pub texts: Vec<DraftText>,
    /// To whom the letter goes.
    pub recipients: Vec<String>,
    /// Who asks.
    pub organiser: String,
    /// Signing opens, Unix seconds; at publication where there is none.
    pub opens: Option<u64>,
    /// Last moment to confirm a mailbox.
    pub confirm_until: Option<u64>,
    /// Last moment to hand in a token; a week later where there is none.
    pub submit_until: Option<u64>,
    /// Last moment to take a signature back; a month later where there is none.
    pub withdraw_until: Option<u64>,
    /// How many signatures the organiser hopes for.
    pub goal: Option<u64>,
    /// What the form asks.
    pub asks: Asks,
    /// Whether the organiser keeps a list of those who hand over what they filled in.
    #[serde(default)]
    pub share: bool,
    /// When waiting leaves are published.
    pub publication: Publication,
    /// How long what is kept is kept.
    pub retention: Retention,
}

impl Default for Content {
    fn default() -> Self {
        Self {
            texts: vec![DraftText {
                lang: "en".to_owned(),
                ..DraftText::default()
            }],
            recipients: Vec::new(),
            organiser: String::new(),
            opens: None,
            confirm_until: None,
            submit_until: None,
            withdraw_until: None,
            goal: None,
            asks: Asks {
                name: Ask::Optional,
                region: Ask::No,
                comment: Ask::Optional,
                updates: true,
                roll_region: false,
                share: None,
            },
            share: false,
            publication: Publication::Batched,
            retention: Retention {
                pending_days: 7,
                network_hours: 24,
                vault_days: 90,
            },
        }
    }
}

impl Content {
    /// The title in the first language; empty if there is none yet.
    pub fn title(&self) -> &str {
        self.texts.first().map_or("", |text| &text.title)
    }

    /// What signers would sign, hashed: a sponsor stands for a text, not for a draft.
    pub(super) fn text_hash(&self) -> [u8; 32] {
        let text = (&self.texts, &self.recipients, &self.organiser);
        let bytes = serde_json::to_vec(&text).expect("texts always encode");
        *blake3::hash(&bytes).as_bytes()
    }

    /// Whether it can be kept, whatever rules it breaks.
    pub(super) fn fits(&self) -> Result<(), OfficeError> {
        let bytes = serde_json::to_vec(self).expect("drafts always encode");
        if bytes.len() <= BYTES_MAX {
            return Ok(());
        }
        Err(OfficeError::Invalid(format!(
            "a draft has at most {BYTES_MAX} bytes, and this has {}",
            bytes.len()
        )))
    }

    /// The first rule that it breaks, if it were published now.
    pub fn problem(&self, now: u64) -> Option<ManifestError> {
        if self.confirm_until.is_some_and(|until| until <= now) {
            return Some(ManifestError::Field {
                field: "confirm_until",
                rule: "lies in the future",
            });
        }
        let list = self.share.then_some(ListKey([0; 32]));
        self.terms(now, Vec::new(), list, ContributedKeys::nobody())
            .check_words()
            .err()
    }

    /// The terms, with these keys.
    pub fn terms(
        &self,
        now: u64,
        vkeys: Vec<String>,
        list: Option<ListKey>,
        keys: ContributedKeys,
    ) -> Terms {
        let localized = |text: fn(&DraftText) -> &str| {
            let texts = self.texts.iter().map(|t| Localized {
                lang: t.lang.clone(),
                text: text(t).to_owned(),
            });
            texts.collect()
        };
        let opens = self.opens.unwrap_or(now);
        let confirm_until = self.confirm_until.unwrap_or(0);
        let submit_until = self
            .submit_until
            .unwrap_or(confirm_until.saturating_add(SUBMIT_AFTER));
        let withdraw_until = self
            .withdraw_until
            .unwrap_or(submit_until.saturating_add(WITHDRAW_AFTER));
        Terms {
            format: FORMAT.to_owned(),
            title: localized(|text| &text.title),
            letter: localized(|text| &text.letter),
            recipients: self.recipients.clone(),
            organiser: Organiser {
                name: self.organiser.clone(),
                vkeys,
            },
            opens,
            confirm_until,
            submit_until,
            withdraw_until,
            goal: self.goal,
            asks: Asks {
                share: list,
                ..self.asks.clone()
            },
            registrar: keys.registrar,
            ledger: keys.ledger,
            email_rules: 1,
            publication: self.publication,
            retention: self.retention,
            audit: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn good() -> Content {
        Content {
            texts: vec![DraftText {
                lang: "en".to_owned(),
                title: "Keep the night train".to_owned(),
                letter: "We ask you to keep it.".to_owned(),
            }],
            recipients: vec!["The council".to_owned()],
            organiser: "Friends".to_owned(),
            confirm_until: Some(NOW + 30 * DAY),
            ..Content::default()
        }
    }

    #[test]
    fn what_can_be_published_has_no_problem() {
        assert_eq!(good().problem(NOW), None);
        let field = |content: &Content| match content.problem(NOW) {
            Some(ManifestError::Field { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(&Content::default()), "title");
        let mut draft = good();
        draft.confirm_until = Some(NOW);
        assert_eq!(field(&draft), "confirm_until");
        let mut draft = good();
        draft.recipients.clear();
        assert_eq!(field(&draft), "recipients");
        let mut draft = good();
        draft.texts[0].title = "x".repeat(201);
        assert_eq!(field(&draft), "title");
    }

    #[test]
    fn dates_that_are_not_given_follow() {
        let terms = good().terms(NOW, Vec::new(), None, ContributedKeys::nobody());
        assert_eq!(terms.opens, NOW);
        assert_eq!(terms.submit_until, NOW + 37 * DAY);
        assert_eq!(terms.withdraw_until, NOW + 67 * DAY);
    }

    #[test]
    fn a_sponsor_stands_for_the_words_and_not_for_dates() {
        let mut draft = good();
        let before = draft.text_hash();
        draft.goal = Some(5);
        draft.confirm_until = None;
        assert_eq!(draft.text_hash(), before);
        draft.texts[0].letter.push('!');
        assert_ne!(draft.text_hash(), before);
    }
}
