//! What mails say. A translation is one more table of texts beside [`ENGLISH`].
//!
//! Nothing that a stranger typed is repeated to a mailbox (region, language, name), so
//! nobody can use these mails to say something to others.

use super::mailer::Letter;
use super::updates::UpdateText;
use crate::protocol::manifest::{Localized, Manifest};

/// The texts of one language. `{…}` are filled in; [`FIELDS`] lists them.
struct Texts {
    confirm_subject: &'static str,
    confirm: &'static str,
    with_updates: &'static str,
    without_updates: &'static str,
    remove_subject: &'static str,
    remove: &'static str,
    subscribed_subject: &'static str,
    subscribed: &'static str,
    update_subject: &'static str,
    update: &'static str,
}

/// What texts may have filled in. `{link}` stands on a line of its own.
#[cfg(test)]
const FIELDS: [&str; 8] = [
    "title",
    "organiser",
    "link",
    "until",
    "updates",
    "service",
    "subject",
    "text",
];

const ENGLISH: Texts = Texts {
    confirm_subject: "Confirm your signature: {title}",
    confirm: "\
Somebody, probably you, gave this address in order to sign this petition:

{title}

{organiser} asks for signatures to it at {service}.

To sign, open this link and do what the page says:

{link}

Opening it signs nothing yet. The link works until {until}.
{updates}

What happens then: your mailbox is counted once, under a code that nobody \
else can read. Your signature is made on your own device; who signed does not become public. \
You get a receipt with which you can check at any time that your signature is counted, \
and take it back.

Confirmed already? Then the link says so, and nothing is counted twice.

Signing from the command line? Copy the whole link and paste it there.

You did not ask for this? Then ignore this mail: nothing is signed, and the request \
is forgotten after {until}.
",
    with_updates: "By signing you also ask for updates about this petition by e-mail.",
    without_updates: "You will get no other mail about it.",
    remove_subject: "Take your entry back: {title}",
    remove: "\
Somebody, probably you, asked to have this mailbox's entry struck from the roll of this petition:

{title}

{organiser} asks for signatures to it at {service}.

If you have confirmed this petition with this mailbox and want to be counted no longer, \
open this link and do what the page says:

{link}

The link works until {until}. A struck entry cannot be put back, and this mailbox cannot sign \
this petition again. If you still have your receipt, you can take your signature back with it instead.

Doing this from the command line? Copy the whole link and paste it there.

You did not ask for this? Then ignore this mail: nothing happens, and the request \
is forgotten after {until}.
",
    subscribed_subject: "You get updates: {title}",
    subscribed: "\
You have confirmed this petition and asked for updates about it:

{title}

{organiser} asks for signatures to it at {service}, and may write to you about it. \
Your address is kept for that only, and is not given to anybody.

To end that at any time, open this link:

{link}
",
    update_subject: "{subject}",
    update: "\
{organiser} writes to you about this petition, because you asked for updates:

{title}

{text}

To get no more of these, open this link:

{link}
",
};

/// The texts in a language. English until there are others.
fn texts(_lang: &str) -> &'static Texts {
    &ENGLISH
}

/// A mail's words.
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) unsubscribe: Option<String>,
}

/// Longest title in a subject, characters.
const SUBJECT_TITLE_MAX: usize = 120;

/// Write a letter about a petition. `url` is where browsers reach the service, without
/// a slash at its end.
pub(super) fn compose(
    manifest: &Manifest,
    lang: &str,
    url: &str,
    letter: &Letter,
    update: Option<&UpdateText>,
) -> Words {
    let texts = texts(lang);
    let terms = manifest.terms();
    let id = manifest.id();
    let link = |kind: &str, token: &str| format!("{url}/{id}/{kind}/{token}");
    let (subject, body, link, until, updates) = match letter {
        Letter::Confirm {
            token,
            updates,
            expires,
        } => (
            texts.confirm_subject,
            texts.confirm,
            link("confirm", token),
            Some(*expires),
            if *updates {
                texts.with_updates
            } else {
                texts.without_updates
            },
        ),
        Letter::Remove { token, expires } => (
            texts.remove_subject,
            texts.remove,
            link("remove", token),
            Some(*expires),
            "",
        ),
        Letter::Subscribed { token } => (
            texts.subscribed_subject,
            texts.subscribed,
            link("unsubscribe", token),
            None,
            "",
        ),
        Letter::Update { token, .. } => (
            texts.update_subject,
            texts.update,
            link("unsubscribe", token),
            None,
            "",
        ),
    };
    let title = one_line(in_language(&terms.title, lang));
    let organiser = one_line(&terms.organiser.name);
    let until = until.map(date).unwrap_or_default();
    let service = one_line(url);
    let value = |field: &str| match field {
        "title" => Some(title.as_str()),
        "organiser" => Some(organiser.as_str()),
        "link" => Some(link.as_str()),
        "until" => Some(until.as_str()),
        "updates" => Some(updates),
        "service" => Some(service.as_str()),
        "subject" => update.map(|update| &*update.subject),
        "text" => update.map(|update| update.text.trim()),
        _ => None,
    };
    let short: String = title.chars().take(SUBJECT_TITLE_MAX).collect();
    let subject_value = |field: &str| match field {
        "title" => Some(short.as_str()),
        other => value(other),
    };
    let text = fill(body, value);
    let html = html(&text, &link);
    Words {
        subject: fill(subject, subject_value),
        html,
        text,
        unsubscribe: match letter {
            Letter::Subscribed { .. } | Letter::Update { .. } => Some(link),
            Letter::Confirm { .. } | Letter::Remove { .. } => None,
        },
    }
}

fn in_language<'a>(texts: &'a [Localized], lang: &str) -> &'a str {
    let found = texts.iter().find(|text| text.lang == lang);
    &found.unwrap_or(&texts[0]).text
}

/// Text on one line: a title may have line breaks.
fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Put values in the places of `{field}`. Values are not looked at again, so a title
/// with braces in it is just a title.
fn fill<'a>(text: &str, value: impl Fn(&str) -> Option<&'a str>) -> String {
    let mut filled = String::with_capacity(text.len() + 256);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (field, after) = after.split_once('}').expect("texts close what they open");
        filled.push_str(value(field).expect("texts name known fields only"));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// The same text as modest HTML: paragraphs, and the link as a link.
fn html(text: &str, link: &str) -> String {
    let paragraphs: String = text
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| {
            if paragraph == link {
                let link = escape(link);
                format!("<p><a href=\"{link}\">{link}</a></p>\n")
            } else {
                format!("<p>{}</p>\n", escape(paragraph).replace('\n', "<br>\n"))
            }
        })
        .collect();
    format!("<!DOCTYPE html>\n<html><body>\n{paragraphs}</body></html>\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// `2027-01-15 08:00 UTC`, from Unix seconds.
fn date(seconds: u64) -> String {
    let time = i64::try_from(seconds)
        .ok()
        .and_then(|s| jiff::Timestamp::from_second(s).ok());
    time.unwrap_or(jiff::Timestamp::MAX)
        .strftime("%Y-%m-%d %H:%M UTC")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<&str> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| Some(rest.split_once('}')?.0))
            .collect()
    }

    #[test]
    fn every_text_fills_in_what_it_must_and_nothing_else() {
        let t = &ENGLISH;
        for subject in [t.confirm_subject, t.remove_subject, t.subscribed_subject] {
            assert_eq!(fields(subject), ["title"]);
        }
        for (text, must) in [
            (
                t.confirm,
                &["title", "organiser", "link", "until", "updates", "service"][..],
            ),
            (
                t.remove,
                &["title", "organiser", "link", "until", "service"],
            ),
            (t.subscribed, &["title", "organiser", "link", "service"]),
            (t.update, &["title", "organiser", "link", "text"]),
        ] {
            let fields = fields(text);
            assert!(must.iter().all(|field| fields.contains(field)));
            assert!(fields.iter().all(|field| FIELDS.contains(field)));
            assert!(text.contains("\n\n{link}\n"), "the link stands alone");
        }
        assert_eq!(fields(t.update_subject), ["subject"]);
        for text in [t.confirm, t.remove] {
            assert!(text.contains("command line"));
            assert!(text.contains("did not ask"));
        }
        assert!(fields(t.with_updates).is_empty() && fields(t.without_updates).is_empty());
    }

    #[test]
    fn values_are_not_filled_in_again() {
        let value = |field: &str| (field == "title").then_some("{link} {x");
        assert_eq!(fill("a {title} b", value), "a {link} {x b");
    }

    #[test]
    fn html_shows_text_as_text() {
        let html = html(
            "A <b>title</b> & \"more\"\n\nhttps://x.example/a?b&c\n",
            "https://x.example/a?b&c",
        );
        assert!(html.contains("<p>A &lt;b&gt;title&lt;/b&gt; &amp; &quot;more&quot;</p>"));
        assert!(html.contains("<a href=\"https://x.example/a?b&amp;c\">"));
    }

    #[test]
    fn dates_are_utc_and_never_panic() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00 UTC"),
            (1_800_000_000, "2027-01-15 08:00 UTC"),
            (u64::MAX, "9999-12-30 22:00 UTC"),
        ] {
            assert_eq!(date(seconds), text);
        }
    }
}
