//! What mails say (`spec/mail.md`, "What a mail is"). The words are in
//! `src/lang/<tag>/mail.ftl`; here is which of them stand in which letter.
//!
//! Nothing that a stranger typed is repeated to a mailbox (region, language, name), so
//! nobody can use these mails to say something to others.

mod render;
#[cfg(test)]
mod tests;

use fluent_bundle::FluentValue;

use super::mailer::{Body, Letter};
use crate::lang::{self, Language};
use crate::protocol::ids::PetitionId;
use crate::protocol::manifest::{Localized, Manifest};
use render::{Block, isolated, one_line};

/// Longest title in a subject, characters.
const SUBJECT_TITLE_MAX: usize = 120;

/// What a letter is about.
pub(super) struct About<'a> {
    pub(super) petition: PetitionId,
    pub(super) titles: &'a [Localized],
    pub(super) organiser: &'a str,
    /// Where browsers reach the service, without a slash at its end.
    pub(super) url: &'a str,
    /// Whom those may write to whose entry was struck.
    pub(super) appeals: Option<&'a str>,
}

impl<'a> About<'a> {
    pub(super) fn new(manifest: &'a Manifest, url: &'a str, appeals: Option<&'a str>) -> Self {
        let terms = manifest.terms();
        Self {
            petition: manifest.id(),
            titles: &terms.title,
            organiser: &terms.organiser.name,
            url,
            appeals,
        }
    }
}

/// A mail's words.
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) unsubscribe: Option<String>,
}

impl Words {
    /// Words that were written elsewhere.
    fn written(body: &Body) -> Self {
        Self {
            subject: body.subject.clone(),
            text: body.text.clone(),
            html: body.html.clone(),
            unsubscribe: None,
        }
    }
}

/// The language whose words a reader gets: the one asked for if the service speaks it,
/// else the first of the petition's that it speaks, else English.
fn letter_language(titles: &[Localized], lang: &str) -> &'static Language {
    let own = || titles.iter().find_map(|title| lang::known(&title.lang));
    lang::known(lang).or_else(own).unwrap_or(&lang::all()[0])
}

/// The best of some texts for a reader: in this very language, in one of the same
/// primary subtag, in the language of the letter, else the first.
fn best<'a>(texts: &'a [Localized], lang: &str, letter: &Language) -> &'a str {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
    let exact = texts.iter().find(|text| text.lang == lang);
    let alike = |tag: &str| texts.iter().find(|t| primary(&t.lang) == primary(tag));
    let found = exact.or_else(|| alike(lang)).or_else(|| alike(letter.tag));
    &found.unwrap_or(&texts[0]).text
}

/// A letter being written.
struct Writer<'a> {
    language: &'static Language,
    organiser: String,
    service: String,
    title: String,
    about: &'a About<'a>,
    blocks: Vec<Block>,
}

impl Writer<'_> {
    fn say(&mut self, id: &str) {
        self.say_until(id, None);
    }

    fn say_until(&mut self, id: &str, until: Option<u64>) {
        let until = until.map(|seconds| date(self.language, seconds));
        let value = |text: &str| FluentValue::from(isolated(text));
        let arguments = [
            ("organiser", value(&self.organiser)),
            ("service", value(&self.service)),
            ("appeals", value(self.about.appeals.unwrap_or_default())),
            ("until", value(until.as_deref().unwrap_or_default())),
        ];
        let text = self.language.format(id, &arguments);
        self.blocks.push(Block::Words(text.into_owned()));
    }

    fn title(&mut self) {
        self.blocks.push(Block::Own(self.title.clone()));
    }

    fn link(&mut self, kind: &str, token: &str) -> String {
        let link = format!("{}/{}/{kind}/{token}", self.about.url, self.about.petition);
        self.blocks.push(Block::Link(link.clone()));
        link
    }

    fn subject(&self, id: &str) -> String {
        let title: String = self.title.chars().take(SUBJECT_TITLE_MAX).collect();
        let arguments = [("title", FluentValue::from(title))];
        self.language.format(id, &arguments).into_owned()
    }
}

/// Write a letter about a petition to a reader of `lang`. `own` is what the organiser
/// says, subject and text, where the letter has it.
pub(super) fn compose(
    about: &About<'_>,
    lang: &str,
    letter: &Letter,
    own: Option<(&str, &str)>,
) -> Words {
    let language = letter_language(about.titles, lang);
    let mut w = Writer {
        language,
        organiser: one_line(about.organiser),
        service: one_line(without_scheme(about.url)),
        title: one_line(best(about.titles, lang, language)),
        about,
        blocks: Vec::new(),
    };
    let (subject, unsubscribe) = match letter {
        Letter::Confirm {
            token,
            updates,
            expires,
        } => {
            w.confirm(token, *updates, *expires);
            (w.subject("mail-confirm-subject"), None)
        }
        Letter::Remove { token, expires } => {
            w.remove(token, *expires);
            (w.subject("mail-remove-subject"), None)
        }
        Letter::Data { token, expires } => {
            w.data(token, *expires);
            (w.subject("mail-data-subject"), None)
        }
        Letter::Invite {
            token,
            stop,
            expires,
            ..
        } => {
            let (_, text) = own.unwrap_or_default();
            let end = w.invite(text, token, stop, *expires);
            (w.subject("mail-invite-subject"), Some(end))
        }
        Letter::Subscribed { token } => {
            let end = w.subscribed(token);
            (w.subject("mail-subscribed-subject"), Some(end))
        }
        Letter::Struck { token, duplicate } => {
            let end = w.struck(token, *duplicate);
            (w.subject("mail-struck-subject"), Some(end))
        }
        Letter::Update { token, .. } => {
            let (subject, text) = own.unwrap_or_default();
            let end = w.update(text, token);
            (one_line(subject), Some(end))
        }
        Letter::Written(body) => return Words::written(body),
    };
    Words {
        text: render::plain(&w.blocks, language),
        html: render::html(&w.blocks, language, &subject),
        subject,
        unsubscribe,
    }
}

impl Writer<'_> {
    fn confirm(&mut self, token: &str, updates: bool, expires: u64) {
        let expires = Some(expires);
        self.say("mail-confirm-why");
        self.title();
        self.say("mail-asked-by");
        self.say("mail-confirm-do");
        self.link("confirm", token);
        self.say_until("mail-confirm-until", expires);
        self.say(if updates {
            "mail-confirm-with-updates"
        } else {
            "mail-confirm-without-updates"
        });
        self.say("mail-confirm-then");
        self.say("mail-confirm-again");
        self.say("mail-command-line");
        self.say_until("mail-confirm-not-you", expires);
    }

    fn remove(&mut self, token: &str, expires: u64) {
        let expires = Some(expires);
        self.say("mail-remove-why");
        self.title();
        self.say("mail-asked-by");
        self.say("mail-remove-do");
        self.link("remove", token);
        self.say_until("mail-remove-until", expires);
        self.say("mail-command-line");
        self.say_until("mail-remove-not-you", expires);
    }

    fn data(&mut self, token: &str, expires: u64) {
        let expires = Some(expires);
        self.say("mail-data-why");
        self.say("mail-data-do");
        self.link("data", token);
        self.say_until("mail-data-until", expires);
        self.say("mail-data-petition");
        self.title();
        self.say("mail-asked-by");
        self.say("mail-command-line");
        self.say_until("mail-data-not-you", expires);
    }

    fn invite(&mut self, text: &str, token: &str, stop: &str, expires: u64) -> String {
        let expires = Some(expires);
        self.say("mail-invite-why");
        self.title();
        self.blocks.push(Block::Text(text.trim().to_owned()));
        self.say("mail-invite-do");
        self.link("confirm", token);
        self.say_until("mail-confirm-until", expires);
        self.say("mail-confirm-then");
        self.say("mail-invite-again");
        self.say("mail-command-line");
        self.say_until("mail-invite-once", expires);
        self.say("mail-invite-stop");
        self.link("unsubscribe", stop)
    }

    fn subscribed(&mut self, token: &str) -> String {
        self.say("mail-subscribed-why");
        self.title();
        self.say("mail-subscribed-then");
        self.say("mail-subscribed-end");
        self.link("unsubscribe", token)
    }

    fn struck(&mut self, token: &str, duplicate: bool) -> String {
        self.say("mail-struck-why");
        self.title();
        self.say(if duplicate {
            "mail-struck-duplicate"
        } else {
            "mail-struck-fraud"
        });
        self.say("mail-struck-then");
        self.say(if self.about.appeals.is_some() {
            "mail-struck-appeal"
        } else {
            "mail-struck-appeal-anywhere"
        });
        self.say("mail-struck-end");
        self.link("unsubscribe", token)
    }

    fn update(&mut self, text: &str, token: &str) -> String {
        self.say("mail-update-why");
        self.title();
        self.blocks.push(Block::Text(text.trim().to_owned()));
        self.say("mail-update-end");
        self.link("unsubscribe", token)
    }
}

fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

/// A time as a language writes it, in UTC, from Unix seconds.
fn date(language: &Language, seconds: u64) -> String {
    let time = i64::try_from(seconds)
        .ok()
        .and_then(|s| jiff::Timestamp::from_second(s).ok());
    let time = jiff::tz::Offset::UTC.to_datetime(time.unwrap_or(jiff::Timestamp::MAX));
    let digits = |text: String| -> FluentValue<'static> {
        let own = |c: char| match c.to_digit(10) {
            Some(digit) => language.number(digit.into()),
            None => c.to_string(),
        };
        text.chars().map(own).collect::<String>().into()
    };
    let arguments = [
        ("day", digits(time.day().to_string())),
        ("month", FluentValue::from(time.month())),
        ("year", digits(time.year().to_string())),
        ("time", digits(time.strftime("%H:%M").to_string())),
    ];
    language.format("mail-date", &arguments).into_owned()
}
