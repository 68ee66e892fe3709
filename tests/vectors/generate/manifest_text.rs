//! Manifests whose texts or numbers break a rule.

use undersigned::protocol::manifest::{Ask, Audit, ListKey, Localized, Terms};

use super::manifest::breaks;
use crate::file::Case;
use crate::world::seed;

/// What people read.
fn texts() -> Vec<Case> {
    let characters = "has text within its limit, without control characters";
    let title = format!("title: {characters}");
    let visible = "1 to 200 visible characters";
    let lang = "a language is a BCP 47 tag in lower case";
    let localized = |lang: &str| Localized {
        lang: lang.to_owned(),
        text: "text".to_owned(),
    };
    let both = |terms: &mut Terms, change: &dyn Fn(&mut Vec<Localized>)| {
        change(&mut terms.title);
        change(&mut terms.letter);
    };
    vec![
        breaks(
            "title-none",
            "At least one language.",
            "title: is given in 1 to 60 languages",
            |t| both(t, &Vec::clear),
        ),
        breaks("title-empty", "A title says something.", &title, |t| {
            t.title[0].text.clear();
        }),
        breaks("title-long", "At most 200 characters.", &title, |t| {
            t.title[0].text = "ü".repeat(201);
        }),
        breaks(
            "letter-long",
            "At most 20,000 characters.",
            &format!("letter: {characters}"),
            |t| t.letter[0].text = "a".repeat(20_001),
        ),
        breaks(
            "letter-control",
            "A control character, escaped.",
            &format!("letter: {characters}"),
            |t| t.letter[0].text.push('\u{7}'),
        ),
        breaks(
            "letter-bidi",
            "A mark that reorders what is read.",
            &format!("letter: {characters}"),
            |t| t.letter[0].text.push('\u{202e}'),
        ),
        breaks(
            "letter-isolate",
            "Another one.",
            &format!("letter: {characters}"),
            |t| t.letter[0].text.push('\u{2066}'),
        ),
        breaks("title-bom", "A mark that is not seen.", &title, |t| {
            t.title[0].text.push('\u{feff}');
        }),
        breaks(
            "language-twice",
            "Each language once.",
            "title: each language once",
            |t| both(t, &|texts| texts[1].lang = "en".to_owned()),
        ),
        breaks(
            "language-upper-case",
            "Lower case.",
            &format!("title: {lang}"),
            |t| both(t, &|texts| texts[0].lang = "EN".to_owned()),
        ),
        breaks(
            "language-empty",
            "Not empty.",
            &format!("title: {lang}"),
            |t| both(t, &|texts| texts[0].lang = String::new()),
        ),
        breaks(
            "languages-differ",
            "Title and letter are in the same languages.",
            "letter: title and letter are in the same languages",
            |t| t.letter[1].lang = "fr".to_owned(),
        ),
        breaks(
            "languages-61",
            "At most 60.",
            "title: is given in 1 to 60 languages",
            |t| {
                both(t, &|texts| {
                    *texts = (0..61u8).map(|i| localized(&format!("x-{i:02}"))).collect();
                });
            },
        ),
        breaks(
            "recipients-none",
            "A letter goes to somebody.",
            "recipients: 1 to 50 recipients",
            |t| t.recipients.clear(),
        ),
        breaks(
            "recipients-51",
            "At most 50.",
            "recipients: 1 to 50 recipients",
            |t| t.recipients = vec!["A".to_owned(); 51],
        ),
        breaks(
            "recipient-two-lines",
            "A recipient is one line.",
            "recipients: a recipient has 1 to 200 visible characters",
            |t| t.recipients[0].push_str("\nA"),
        ),
        breaks(
            "recipient-space",
            "Without spaces around it.",
            "recipients: a recipient has 1 to 200 visible characters",
            |t| t.recipients[0].push(' '),
        ),
        breaks(
            "organiser-name-empty",
            "An organiser has a name.",
            &format!("organiser.name: {visible}"),
            |t| t.organiser.name.clear(),
        ),
        breaks(
            "auditor-empty",
            "An auditor has a name.",
            &format!("audit.auditor: {visible}"),
            |t| {
                t.audit = Some(Audit {
                    auditor: String::new(),
                    hpke_key: seed(9),
                    beacon: "b".to_owned(),
                    round: 1,
                    vkey: None,
                    sample: None,
                });
            },
        ),
        breaks(
            "beacon-empty",
            "A beacon has a name.",
            &format!("audit.beacon: {visible}"),
            |t| {
                t.audit = Some(Audit {
                    auditor: "a".to_owned(),
                    hpke_key: seed(9),
                    beacon: String::new(),
                    round: 1,
                    vkey: None,
                    sample: None,
                });
            },
        ),
    ]
}

/// Numbers and dates.
fn numbers() -> Vec<Case> {
    vec![
        breaks(
            "confirm-before-open",
            "Signing opens before it ends.",
            "confirm_until: is after opens",
            |t| t.confirm_until = t.opens,
        ),
        breaks(
            "submit-not-later",
            "A token confirmed last must still be handed in.",
            "submit_until: is after confirm_until, so that no token is stranded",
            |t| t.submit_until = t.confirm_until,
        ),
        breaks(
            "withdraw-before-submit",
            "Who signs last can still take it back.",
            "withdraw_until: is not before submit_until",
            |t| t.withdraw_until = t.submit_until - 1,
        ),
        breaks(
            "year-10000",
            "Later is a mistake.",
            "withdraw_until: is before the year 10000",
            |t| t.withdraw_until = 253_402_300_800,
        ),
        breaks(
            "goal-zero",
            "A goal is above zero.",
            "goal: a goal is above zero",
            |t| t.goal = Some(0),
        ),
        breaks(
            "roll-region",
            "What stands on the roll must be asked of everybody.",
            "asks.roll_region: needs asks.region to be required",
            |t| (t.asks.roll_region, t.asks.region) = (true, Ask::Optional),
        ),
        breaks(
            "list-of-nothing",
            "A list of those who hand over what they filled in, and nothing is asked.",
            "asks.share: needs a name, a region or a comment to be asked",
            |t| {
                t.asks.share = Some(ListKey([7; 32]));
                (t.asks.name, t.asks.region, t.asks.comment) = (Ask::No, Ask::No, Ask::No);
            },
        ),
        breaks(
            "email-rules",
            "Rules of a version that is not known.",
            "email_rules: version 1 is the only one",
            |t| t.email_rules = 2,
        ),
        breaks(
            "pending-days",
            "1 to 30.",
            "retention.pending_days: 1 to 30 days",
            |t| t.retention.pending_days = 31,
        ),
        breaks(
            "network-hours",
            "1 to 72.",
            "retention.network_hours: 1 to 72 hours",
            |t| t.retention.network_hours = 0,
        ),
        breaks(
            "vault-days",
            "1 to 730.",
            "retention.vault_days: 1 to 730 days",
            |t| t.retention.vault_days = 731,
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    [texts(), numbers()].into_iter().flatten().collect()
}
