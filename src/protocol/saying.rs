//! What is said of a petition's public life and does not touch the count: that it was
//! delivered, that somebody answered, that its text was taken down, that a key was destroyed,
//! that the people behind it were audited, what its goal is now (`spec/journal.md`, "Public
//! life").

use super::encoding::{LineError, Lines, parse_decimal};
use super::erased::ErasedKey;
use super::ids::{PetitionId, parse_hex32};
use super::manifest_rules::{forbidden, language, line};
use super::sample::Report;

const DELIVERED: &str = "undersigned/delivered/v1";
const ANSWERED: &str = "undersigned/answered/v1";
const WITHHELD: &str = "undersigned/withheld/v1";
const ERASED: &str = "undersigned/erased/v1";
const OPENED: &str = "undersigned/opened/v1";
/// The first line of the report of a sample audit.
pub const AUDITED: &str = "undersigned/audited/v1";
const GOAL: &str = "undersigned/goal/v1";

/// Longest name, law or authority, characters.
const LINE_MAX: usize = 200;
/// Longest remark or reason, characters.
const REMARK_MAX: usize = 2000;
/// Longest answer, characters.
const ANSWER_MAX: usize = 20_000;
/// Longest link, bytes.
const LINK_MAX: usize = 500;

/// Something said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saying {
    /// By the organiser: it was handed over.
    Delivered {
        /// When, Unix seconds.
        on: u64,
        /// To whom: one line.
        to: String,
        /// Journal index of the tally whose numbers were handed over.
        tally: Option<u64>,
        /// How it went; may be empty.
        remark: String,
    },
    /// By the organiser: somebody answered.
    Answered {
        /// When, Unix seconds.
        on: u64,
        /// Who: one line.
        by: String,
        /// Language of the answer.
        lang: String,
        /// Where it can be read.
        link: Option<String>,
        /// The answer.
        answer: String,
    },
    /// By the journal's keeper: a law demands that the text is no longer shown here.
    Withheld {
        /// Since when, Unix seconds.
        on: u64,
        /// Who demanded it: one line.
        authority: String,
        /// By which law: one line.
        law: String,
        /// Why.
        reason: String,
    },
    /// By the journal's keeper: a key was destroyed, and with it what it opened.
    Erased {
        /// When, Unix seconds.
        on: u64,
        /// Which key.
        key: ErasedKey,
    },
    /// By the journal's keeper: the auditor was given the records of a draw.
    Opened {
        /// When, Unix seconds.
        on: u64,
        /// The draw's seed.
        draw: [u8; 32],
        /// How many entries have a record.
        records: u64,
    },
    /// By the auditor: the report of the sample audit.
    Audited(Box<Report>),
    /// By the organiser: how many signatures are the goal from now on.
    Goal {
        /// When, Unix seconds.
        on: u64,
        /// How many; above 0.
        goal: u64,
    },
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// With an organiser key.
    Organiser,
    /// With the journal's Ed25519 key.
    Keeper,
    /// With the key of `audit.vkey`.
    Auditor,
}

/// First lines, and who says such a thing.
const KINDS: [(&str, Speaker); 7] = [
    (DELIVERED, Speaker::Organiser),
    (ANSWERED, Speaker::Organiser),
    (GOAL, Speaker::Organiser),
    (WITHHELD, Speaker::Keeper),
    (ERASED, Speaker::Keeper),
    (OPENED, Speaker::Keeper),
    (AUDITED, Speaker::Auditor),
];

/// Who says things of this kind; `None` if it is no such kind.
pub(super) fn speaker(kind: &str) -> Option<Speaker> {
    let known = KINDS.iter().find(|(header, _)| *header == kind);
    known.map(|(_, speaker)| *speaker)
}

/// Text as a JSON string in its one spelling, so that it stands on one line.
fn quoted(value: &str, least: usize, most: usize) -> Option<String> {
    let text: String = serde_json::from_str(value).ok()?;
    let fits = (least..=most).contains(&text.chars().count()) && !text.chars().any(forbidden);
    (fits && quote(&text) == value).then_some(text)
}

fn quote(text: &str) -> String {
    serde_json::to_string(text).expect("strings always encode")
}

fn a_line(value: &str) -> Option<String> {
    line(value, LINE_MAX).then(|| value.to_owned())
}

#[expect(
    clippy::option_option,
    reason = "`none` is a value; a failure to parse is not"
)]
fn or_none<T>(value: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<Option<T>> {
    if value == "none" {
        Some(None)
    } else {
        parse(value).map(Some)
    }
}

fn link(value: &str) -> Option<String> {
    let web = value.starts_with("https://") || value.starts_with("http://");
    let plain = value.bytes().all(|byte| byte.is_ascii_graphic());
    (web && plain && value.len() <= LINK_MAX).then(|| value.to_owned())
}

impl Saying {
    /// Parse the lines of a statement of this kind.
    pub(super) fn parse(kind: &str, text: &str) -> Result<Option<(PetitionId, Self)>, LineError> {
        let mut lines = Lines::new(text);
        let Some((header, _)) = KINDS.into_iter().find(|(header, _)| *header == kind) else {
            return Ok(None);
        };
        lines.exact(header)?;
        let petition = lines.parse("petition", |v| v.parse().ok())?;
        if header == AUDITED {
            let report = Report::parse(&mut lines, petition)?;
            lines.end()?;
            return Ok(Some((petition, Self::Audited(Box::new(report)))));
        }
        let on = lines.parse("on", parse_decimal)?;
        let saying = match header {
            DELIVERED => Self::Delivered {
                on,
                to: lines.parse("to", a_line)?,
                tally: lines.parse("tally", |v| or_none(v, parse_decimal))?,
                remark: lines.parse("remark", |v| quoted(v, 0, REMARK_MAX))?,
            },
            ANSWERED => Self::Answered {
                on,
                by: lines.parse("by", a_line)?,
                lang: lines.parse("lang", |v| language(v).then(|| v.to_owned()))?,
                link: lines.parse("link", |v| or_none(v, link))?,
                answer: lines.parse("answer", |v| quoted(v, 1, ANSWER_MAX))?,
            },
            ERASED => {
                let what = lines.value("what")?;
                let key = lines.parse("key", |v| ErasedKey::parse(what, v))?;
                Self::Erased { on, key }
            }
            OPENED => Self::Opened {
                on,
                draw: lines.parse("draw", parse_hex32)?,
                records: lines.parse("records", parse_decimal)?,
            },
            GOAL => Self::Goal {
                on,
                goal: lines.parse("goal", |v| parse_decimal(v).filter(|goal| *goal > 0))?,
            },
            _ => Self::Withheld {
                on,
                authority: lines.parse("authority", a_line)?,
                law: lines.parse("law", a_line)?,
                reason: lines.parse("reason", |v| quoted(v, 1, REMARK_MAX))?,
            },
        };
        lines.end()?;
        Ok(Some((petition, saying)))
    }

    /// The first line of a statement that says this.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Delivered { .. } => DELIVERED,
            Self::Answered { .. } => ANSWERED,
            Self::Withheld { .. } => WITHHELD,
            Self::Erased { .. } => ERASED,
            Self::Opened { .. } => OPENED,
            Self::Audited(_) => AUDITED,
            Self::Goal { .. } => GOAL,
        }
    }

    /// Who says this.
    pub fn speaker(&self) -> Speaker {
        speaker(self.kind()).expect("all kinds are in the table")
    }

    /// When it happened, Unix seconds.
    pub fn on(&self) -> u64 {
        match self {
            Self::Delivered { on, .. }
            | Self::Answered { on, .. }
            | Self::Withheld { on, .. }
            | Self::Erased { on, .. }
            | Self::Opened { on, .. }
            | Self::Goal { on, .. } => *on,
            Self::Audited(report) => report.on,
        }
    }

    /// The text of a statement that says this of a petition, to be signed. `None` where a
    /// value breaks a rule.
    pub fn text(&self, petition: PetitionId) -> Option<String> {
        let kind = self.kind();
        let rest = match self {
            Self::Delivered {
                on,
                to,
                tally,
                remark,
            } => format!(
                "on {on}\nto {to}\ntally {}\nremark {}\n",
                tally.map_or_else(|| "none".to_owned(), |tally| tally.to_string()),
                quote(remark)
            ),
            Self::Answered {
                on,
                by,
                lang,
                link,
                answer,
            } => format!(
                "on {on}\nby {by}\nlang {lang}\nlink {}\nanswer {}\n",
                link.as_deref().unwrap_or("none"),
                quote(answer)
            ),
            Self::Withheld {
                on,
                authority,
                law,
                reason,
            } => format!(
                "on {on}\nauthority {authority}\nlaw {law}\nreason {}\n",
                quote(reason)
            ),
            Self::Erased { on, key } => format!("on {on}\n{key}"),
            Self::Opened { on, draw, records } => {
                format!("on {on}\ndraw {}\nrecords {records}\n", hex::encode(draw))
            }
            Self::Audited(report) => report.lines(),
            Self::Goal { on, goal } => format!("on {on}\ngoal {goal}\n"),
        };
        let text = format!("{kind}\npetition {petition}\n{rest}");
        let parsed = Self::parse(kind, &text).ok()??;
        (parsed == (petition, self.clone())).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_breaks_a_rule_has_no_text() {
        let p = PetitionId([7; 32]);
        let answered = |by: &str, lang: &str, link: Option<&str>, answer: &str| {
            Saying::Answered {
                on: 1,
                by: by.to_owned(),
                lang: lang.to_owned(),
                link: link.map(str::to_owned),
                answer: answer.to_owned(),
            }
            .text(p)
        };
        assert!(answered("The council", "en", None, "No.\n\n\"Never\".").is_some());
        assert!(answered("The council", "en", Some("https://a.example/x"), "No.").is_some());
        for (by, lang, link, answer) in [
            ("", "en", None, "No."),
            ("a\nb", "en", None, "No."),
            (" a", "en", None, "No."),
            ("a", "EN", None, "No."),
            ("a", "en", Some("none"), "No."),
            ("a", "en", Some("javascript:alert(1)"), "No."),
            ("a", "en", Some("https://a.example/ x"), "No."),
            ("a", "en", None, ""),
            ("a", "en", None, "\u{202e}No."),
            ("a", "en", None, "bell \u{7}"),
        ] {
            assert_eq!(
                answered(by, lang, link, answer),
                None,
                "{by:?} {lang} {link:?}"
            );
        }
        let long = "x".repeat(20_001);
        assert_eq!(answered("a", "en", None, &long), None);
    }

    #[test]
    fn a_goal_is_above_zero() {
        let text = |goal| Saying::Goal { on: 1, goal }.text(PetitionId([7; 32]));
        assert!(text(1).is_some() && text((1 << 63) - 1).is_some());
        assert_eq!((text(0), text(1 << 63)), (None, None));
    }

    #[test]
    fn text_has_one_spelling() {
        assert_eq!(quoted(r#""a\nb""#, 1, 9).as_deref(), Some("a\nb"));
        for other in [
            r#""a\u000ab""#,
            r#" "a""#,
            r#""\u0061""#,
            "a",
            r#""\/""#,
            "5",
        ] {
            assert_eq!(quoted(other, 1, 9), None, "{other}");
        }
    }
}
