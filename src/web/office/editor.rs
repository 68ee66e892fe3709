//! The form in which a draft is written, and what it says back.

use maud::{Markup, html};

use super::form::Fields;
use super::words;
use crate::office::{Content, Draft, DraftId, DraftText, OfficeError};
use crate::protocol::manifest::{Ask, Publication, Retention};

/// Languages in one draft, as many as a manifest may have.
const LANGUAGES_MAX: usize = 60;

/// The whole form. `version` is what the text was written on top of.
pub(super) fn form(id: DraftId, version: u64, content: &Content) -> Markup {
    html! {
        form #draft method="post" action=(format!("/office/drafts/{id}/edit")) {
            input type="hidden" name="version" value=(version);
            (texts(&content.texts))
            (people(content))
            (dates(content))
            (asks(content))
            (rules(content))
            div.row {
                button type="submit" { "Save" }
                button.quiet type="submit" name="then" value="edit" { "Save and go on writing" }
                button.quiet type="submit" name="then" value="preview" { "Save and look at it" }
            }
        }
    }
}

fn field(name: &str, label: &str, hint: &str, input: &Markup) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            @if !hint.is_empty() { span.hint #(format!("{name}-hint")) { (hint) } }
            (input)
        }
    }
}

fn texts(texts: &[DraftText]) -> Markup {
    let empty = DraftText::default();
    let spare = (texts.len() < LANGUAGES_MAX).then_some(&empty);
    html! {
        fieldset {
            legend { h2 { "Title and letter" } }
            p.hint {
                "People sign exactly these words; they can never be changed once published. The \
                 first language is for readers of all others."
            }
            @for (at, text) in texts.iter().chain(spare).enumerate() {
                div.language {
                    @if at == texts.len() { h3 { "Another language" } }
                    (field(&format!("lang-{at}"), "Language", "Its short name, as in en, es, ar, pt-br.", &html! {
                        input #(format!("lang-{at}")) name="lang" value=(text.lang) maxlength="35"
                            autocapitalize="none" spellcheck="false";
                    }))
                    (field(&format!("title-{at}"), "Title", "What is asked for, in a line.", &html! {
                        input #(format!("title-{at}")) name="title" value=(text.title)
                            maxlength="200" dir="auto" lang=[tag(text)];
                    }))
                    (field(&format!("letter-{at}"), "Letter", "To the recipients. An empty line begins a new paragraph.", &html! {
                        textarea.letter-text #(format!("letter-{at}")) name="letter" maxlength="20000"
                            dir="auto" lang=[tag(text)] { "\n" (text.letter) }
                    }))
                }
            }
        }
    }
}

fn tag(text: &DraftText) -> Option<&str> {
    Some(text.lang.as_str()).filter(|tag| !tag.is_empty())
}

fn people(content: &Content) -> Markup {
    html! {
        fieldset {
            legend { h2 { "Who asks whom" } }
            (field("recipients", "Recipients", "One a line.", &html! {
                textarea #recipients name="recipients" { "\n" (content.recipients.join("\n")) }
            }))
            (field("organiser", "Organiser", "The name that signers see.", &html! {
                input #organiser name="organiser" value=(content.organiser) maxlength="200";
            }))
        }
    }
}

fn dates(content: &Content) -> Markup {
    let moment = |name: &str, label: &str, hint: &str, value: Option<u64>| {
        let value = value.map(words::field).unwrap_or_default();
        field(
            name,
            label,
            hint,
            &html! { input #(name) name=(name) type="datetime-local" value=(value); },
        )
    };
    html! {
        fieldset {
            legend { h2 { "Dates" } }
            p.hint { "All in UTC. They can be changed later, within limits and for all to see." }
            div.grid {
                (moment("opens", "Opens", "Empty: as soon as it is published.", content.opens))
                (moment("confirm_until", "Last moment to sign", "", content.confirm_until))
                (moment("submit_until", "Late signatures until",
                    "For those who confirmed in time. Empty: a week later.", content.submit_until))
                (moment("withdraw_until", "Taking back until", "Empty: a month later.",
                    content.withdraw_until))
                (field("goal", "Goal", "How many you hope for. May stay empty.", &html! {
                    input #goal name="goal" inputmode="numeric" pattern="[0-9]*"
                        value=(content.goal.map(|goal| goal.to_string()).unwrap_or_default());
                }))
            }
        }
    }
}

fn ask_name(ask: Ask) -> &'static str {
    match ask {
        Ask::No => "no",
        Ask::Optional => "optional",
        Ask::Required => "required",
    }
}

fn asks(content: &Content) -> Markup {
    let choice = |name: &str, label: &str, chosen: Ask| {
        let options = [
            (Ask::No, "not asked"),
            (Ask::Optional, "may be given"),
            (Ask::Required, "must be given"),
        ];
        field(
            name,
            label,
            "",
            &html! {
                select #(name) name=(name) {
                    @for (ask, words) in options {
                        option value=(ask_name(ask)) selected[ask == chosen] { (words) }
                    }
                }
            },
        )
    };
    let a = &content.asks;
    html! {
        fieldset {
            legend { h2 { "What the form asks" } }
            p.hint {
                "Names, regions and comments are sealed into each signature: neither you nor this \
                 service can read them. Ask for little."
            }
            div.grid {
                (choice("ask_name", "Name", a.name))
                (choice("ask_region", "Region", a.region))
                (choice("ask_comment", "Comment", a.comment))
            }
            (check("updates", "Offer updates by e-mail", a.updates))
            (check("share", "Let signers hand you what they filled in, sealed to a key of yours (a list)",
                content.share))
            (check("roll_region", "Note the region on the roll as well (it must be given then)",
                a.roll_region))
        }
    }
}

fn check(name: &str, label: &str, ticked: bool) -> Markup {
    html! {
        div.check {
            input #(name) name=(name) type="checkbox" value="yes" checked[ticked];
            label for=(name) { (label) }
        }
    }
}

fn rules(content: &Content) -> Markup {
    let number = |name: &str, label: &str, value: u32, max: u32| {
        field(
            name,
            label,
            "",
            &html! {
                input #(name) name=(name) type="number" min="1" max=(max) value=(value);
            },
        )
    };
    let options = [
        (
            Publication::Batched,
            "batched",
            "in batches of 64, or every hour",
        ),
        (
            Publication::Private,
            "private",
            "in batches of 256, or once a day: hides best when somebody signed",
        ),
        (
            Publication::Prompt,
            "prompt",
            "every second: anyone can see when somebody signed; for tests only",
        ),
    ];
    let r = &content.retention;
    html! {
        details {
            summary { "How signatures are published, and how long things are kept" }
            (field("publication", "Signatures become public", "", &html! {
                select #publication name="publication" {
                    @for (policy, name, words) in options {
                        option value=(name) selected[policy == content.publication] { (words) }
                    }
                }
            }))
            div.grid {
                (number("pending_days", "Days that a link in a mail works", r.pending_days, 30))
                (number("network_hours", "Hours that traces of network addresses are kept",
                    r.network_hours, 72))
                (number("vault_days", "Days that addresses for updates are kept after the end",
                    r.vault_days, 730))
            }
        }
    }
}

/// What the form says. Empty languages and lines are left out.
pub(super) fn read(fields: &Fields) -> Result<Content, OfficeError> {
    let invalid = |words: String| OfficeError::Invalid(words);
    let [langs, titles, letters] = ["lang", "title", "letter"].map(|name| fields.all(name));
    if langs.len() != titles.len()
        || langs.len() != letters.len()
        || langs.len() > LANGUAGES_MAX + 1
    {
        return Err(invalid(
            "the form did not arrive as this page sends it".to_owned(),
        ));
    }
    let texts = langs.into_iter().zip(titles).zip(letters);
    let texts = texts.map(|((lang, title), letter)| DraftText {
        lang: lang.to_ascii_lowercase(),
        title,
        letter,
    });
    let moment = |name: &str, label: &str| match fields.get(name) {
        text if text.is_empty() => Ok(None),
        text => words::parse(&text)
            .map(Some)
            .ok_or_else(|| invalid(format!("{label}: write it as 2027-01-31T18:00"))),
    };
    let number = |name: &str, label: &str| {
        let text = fields.get(name);
        let number = text.parse::<u32>();
        number.map_err(|_| invalid(format!("{label}: a whole number is expected")))
    };
    let goal = match fields.get("goal") {
        text if text.is_empty() => None,
        text => Some(
            text.parse::<u64>()
                .ok()
                .filter(|goal| *goal < 1 << 53)
                .ok_or_else(|| invalid("goal: a whole number is expected".to_owned()))?,
        ),
    };
    let defaults = Content::default();
    let mut asks = defaults.asks;
    asks.name = ask(&fields.get("ask_name"))?;
    asks.region = ask(&fields.get("ask_region"))?;
    asks.comment = ask(&fields.get("ask_comment"))?;
    asks.updates = fields.has("updates");
    asks.roll_region = fields.has("roll_region");
    Ok(Content {
        texts: texts
            .filter(|text| !(text.title.is_empty() && text.letter.is_empty()))
            .collect(),
        recipients: lines(&fields.get("recipients")),
        organiser: fields.get("organiser"),
        opens: moment("opens", "opens")?,
        confirm_until: moment("confirm_until", "last moment to sign")?,
        submit_until: moment("submit_until", "late signatures until")?,
        withdraw_until: moment("withdraw_until", "taking back until")?,
        goal,
        asks,
        share: fields.has("share"),
        publication: match &*fields.get("publication") {
            "batched" => Publication::Batched,
            "private" => Publication::Private,
            "prompt" => Publication::Prompt,
            _ => return Err(invalid("publication: choose one".to_owned())),
        },
        retention: Retention {
            pending_days: number("pending_days", "days that a link works")?,
            network_hours: number("network_hours", "hours that traces are kept")?,
            vault_days: number("vault_days", "days that addresses are kept")?,
        },
    })
}

fn ask(name: &str) -> Result<Ask, OfficeError> {
    [Ask::No, Ask::Optional, Ask::Required]
        .into_iter()
        .find(|ask| ask_name(*ask) == name)
        .ok_or_else(|| OfficeError::Invalid("say of each question whether it is asked".to_owned()))
}

/// The lines of a text, without empty ones.
pub(super) fn lines(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A notice about the first rule that a draft breaks, if it breaks one.
pub(super) fn problem(draft: &Draft, now: u64) -> Option<Markup> {
    let problem = draft.content.problem(now)?;
    Some(html! {
        div.notice.warn {
            h2 { "Not ready yet" }
            p { (problem) "." }
        }
    })
}
