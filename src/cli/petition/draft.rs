//! The organiser's draft: a TOML file, from which a manifest is made.

use serde::Deserialize;

use crate::api::ContributedKeys;
use crate::cli::stop::refused;
use crate::cli::when;
use crate::protocol::manifest::{
    Ask, Asks, Audit, FORMAT, ListKey, Localized, Manifest, Organiser, Publication, Retention,
    Terms,
};
use crate::tlog::note::VerifierKey;

/// Seconds in a day.
const DAY: u64 = 86_400;
/// Between the last confirmation and the last token, unless the draft says otherwise.
const SUBMIT_AFTER: u64 = 7 * DAY;
/// Between the last token and the last withdrawal, unless the draft says otherwise.
const WITHDRAW_AFTER: u64 = 30 * DAY;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    recipients: Vec<String>,
    goal: Option<u64>,
    #[serde(default = "batched")]
    publication: Publication,
    organiser: DraftOrganiser,
    dates: DraftDates,
    #[serde(default)]
    asks: DraftAsks,
    #[serde(default)]
    retention: DraftRetention,
    audit: Option<Audit>,
    text: Vec<DraftText>,
}

fn batched() -> Publication {
    Publication::Batched
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftText {
    lang: String,
    title: String,
    letter: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftOrganiser {
    name: String,
    /// Keys that may speak for the organiser besides the one of `--key`.
    #[serde(default)]
    vkeys: Vec<String>,
}

/// A moment as text, or as a date of TOML's own.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Moment {
    Text(String),
    Toml(toml::value::Datetime),
}

impl Moment {
    fn resolve(&self, field: &str, now: u64) -> anyhow::Result<u64> {
        let text = match self {
            Self::Text(text) => text.clone(),
            Self::Toml(date) => date.to_string(),
        };
        when::parse(&text, now)
            .map_err(|error| refused(format!("dates.{field}: {error}"), when::FORMS))
    }
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftDates {
    opens: Option<Moment>,
    confirm_until: Moment,
    submit_until: Option<Moment>,
    withdraw_until: Option<Moment>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DraftAsks {
    name: Ask,
    region: Ask,
    comment: Ask,
    updates: bool,
    roll_region: bool,
    /// Whether the organiser keeps a list.
    share: bool,
}

impl Default for DraftAsks {
    fn default() -> Self {
        Self {
            name: Ask::Optional,
            region: Ask::No,
            comment: Ask::Optional,
            updates: true,
            roll_region: false,
            share: false,
        }
    }
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DraftRetention {
    pending_days: u32,
    network_hours: u32,
    vault_days: u32,
}

impl Default for DraftRetention {
    fn default() -> Self {
        Self {
            pending_days: 7,
            network_hours: 24,
            vault_days: 90,
        }
    }
}

impl Draft {
    pub(crate) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }

    pub(crate) fn title(&self) -> &str {
        self.text.first().map_or("", |text| &text.title)
    }

    pub(crate) fn organiser(&self) -> &str {
        &self.organiser.name
    }

    /// Whether the organiser keeps a list of those who hand it what they filled in.
    pub(crate) fn keeps_list(&self) -> bool {
        self.asks.share
    }

    /// The same with another publication policy.
    pub(crate) fn published(mut self, publication: Publication) -> Self {
        self.publication = publication;
        self
    }

    /// Check everything that can be checked before keys are contributed.
    pub(crate) fn check(&self, now: u64) -> anyhow::Result<()> {
        let list = self.keeps_list().then_some(ListKey([0; 32]));
        Ok(self
            .terms(now, None, list, ContributedKeys::nobody())?
            .check_words()?)
    }

    /// The manifest, with these keys.
    pub(crate) fn manifest(
        &self,
        now: u64,
        organiser: &VerifierKey,
        list: Option<ListKey>,
        keys: ContributedKeys,
    ) -> anyhow::Result<Manifest> {
        Ok(Manifest::new(&self.terms(
            now,
            Some(organiser),
            list,
            keys,
        )?)?)
    }

    fn terms(
        &self,
        now: u64,
        organiser: Option<&VerifierKey>,
        list: Option<ListKey>,
        keys: ContributedKeys,
    ) -> anyhow::Result<Terms> {
        let d = &self.dates;
        let resolve = |field, date: &Option<Moment>, otherwise| match date {
            Some(date) => date.resolve(field, now),
            None => Ok(otherwise),
        };
        let opens = resolve("opens", &d.opens, now)?;
        let confirm_until = d.confirm_until.resolve("confirm_until", now)?;
        let otherwise = confirm_until.saturating_add(SUBMIT_AFTER);
        let submit_until = resolve("submit_until", &d.submit_until, otherwise)?;
        let otherwise = submit_until.saturating_add(WITHDRAW_AFTER);
        let withdraw_until = resolve("withdraw_until", &d.withdraw_until, otherwise)?;
        let localized = |text: fn(&DraftText) -> &str| {
            let texts = self.text.iter().map(|t| Localized {
                lang: t.lang.clone(),
                text: text(t).replace("\r\n", "\n").trim().to_owned(),
            });
            texts.collect()
        };
        let mut vkeys: Vec<String> = organiser.iter().map(ToString::to_string).collect();
        vkeys.extend(
            self.organiser
                .vkeys
                .iter()
                .filter(|k| !vkeys.contains(k))
                .cloned()
                .collect::<Vec<_>>(),
        );
        Ok(Terms {
            format: FORMAT.to_owned(),
            title: localized(|t| &t.title),
            letter: localized(|t| &t.letter),
            recipients: self.recipients.clone(),
            organiser: Organiser {
                name: self.organiser.name.clone(),
                vkeys,
            },
            opens,
            confirm_until,
            submit_until,
            withdraw_until,
            goal: self.goal,
            asks: Asks {
                name: self.asks.name,
                region: self.asks.region,
                comment: self.asks.comment,
                updates: self.asks.updates,
                roll_region: self.asks.roll_region,
                share: list,
            },
            registrar: keys.registrar,
            ledger: keys.ledger,
            email_rules: 1,
            publication: self.publication,
            retention: Retention {
                pending_days: self.retention.pending_days,
                network_hours: self.retention.network_hours,
                vault_days: self.retention.vault_days,
            },
            audit: self.audit.clone(),
        })
    }
}
