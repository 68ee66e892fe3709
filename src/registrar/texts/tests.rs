//! Every letter in every language, as snapshots, and what must hold in all of them.

use super::*;

const EXPIRES: u64 = 1_800_619_200;
const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

fn text(lang: &str, text: &str) -> Localized {
    Localized {
        lang: lang.to_owned(),
        text: text.to_owned(),
    }
}

fn titles() -> Vec<Localized> {
    vec![
        text("de", "Der Nachtzug bleibt"),
        text("en", "Keep the night\ntrain <b>&"),
        text("es-mx", "Que siga el tren nocturno"),
        text("ar", "أبقوا قطار الليل"),
    ]
}

fn about(titles: &[Localized]) -> About<'_> {
    About {
        petition: PetitionId([7; 32]),
        titles,
        organiser: "Friends of the night train",
        url: "https://petitions.example",
        appeals: Some("appeals@petitions.example"),
    }
}

const OWN: (&str, &str) = (
    "We were heard",
    "The council answered { $link }.\n\nRead <on>,\nplease.\n",
);

/// Every kind of letter, by its name in the snapshots.
fn letters() -> Vec<(&'static str, Letter)> {
    let token = || TOKEN.to_owned();
    let confirm = |updates| Letter::Confirm {
        token: token(),
        updates,
        expires: EXPIRES,
    };
    vec![
        ("confirm", confirm(false)),
        ("confirm-updates", confirm(true)),
        (
            "remove",
            Letter::Remove {
                token: token(),
                expires: EXPIRES,
            },
        ),
        (
            "data",
            Letter::Data {
                token: token(),
                expires: EXPIRES,
            },
        ),
        (
            "invite",
            Letter::Invite {
                token: token(),
                stop: token(),
                expires: EXPIRES,
                batch: [1; 16],
            },
        ),
        ("subscribed", Letter::Subscribed { token: token() }),
        (
            "struck",
            Letter::Struck {
                token: token(),
                duplicate: false,
            },
        ),
        (
            "struck-duplicate",
            Letter::Struck {
                token: token(),
                duplicate: true,
            },
        ),
        (
            "update",
            Letter::Update {
                token: token(),
                id: [1; 16],
            },
        ),
    ]
}

fn words(titles: &[Localized], lang: &str, letter: &Letter) -> Words {
    compose(&about(titles), lang, letter, Some(OWN))
}

#[test]
fn every_letter_in_every_language() {
    let titles = titles();
    for language in lang::all() {
        for (name, letter) in letters() {
            let Words {
                subject,
                text,
                html,
                unsubscribe,
            } = words(&titles, language.tag, &letter);
            let unsubscribe = unsubscribe.unwrap_or_default();
            insta::assert_snapshot!(
                format!("{name}.{}", language.tag),
                format!("Subject: {subject}\nList-Unsubscribe: {unsubscribe}\n\n{text}\n{html}")
            );
        }
    }
}

#[test]
fn every_letter_says_what_it_must() {
    let titles = titles();
    for language in lang::all() {
        for (name, letter) in letters() {
            let words = words(&titles, language.tag, &letter);
            let whole = format!("{name}.{}\n{}\n{}", language.tag, words.text, words.html);
            let named = words.text.contains("Friends of the night train");
            assert!(named || name.starts_with("struck"), "{whole}");
            let links = words.text.lines().filter(|l| l.ends_with(TOKEN)).count();
            assert!(links >= 1, "the link stands alone: {whole}");
            assert!(
                !words.text.contains('{') || ["update", "invite"].contains(&name),
                "{whole}"
            );
            assert_eq!(words.html.matches("<html lang").count(), 1);
            let direction = format!("<body dir=\"{}\">", language.direction);
            assert!(words.html.contains(&direction), "{whole}");
            assert!(!words.html.contains("<b>") && !words.html.contains("<on>"));
            assert!(!words.subject.contains('\n') && !words.subject.is_empty());
            if language.tag != "en" {
                let english = lang::language("en").text("mail-command-line");
                assert!(!words.text.contains(&*english), "{whole}");
            }
        }
    }
}

#[test]
fn the_reader_gets_the_best_language_there_is() {
    let all = titles();
    let german = [text("de", "Der Nachtzug bleibt")];
    let letter = &letters()[0].1;
    for (titles, lang, starts, title) in [
        (&all[..], "es", "Alguien", "Que siga el tren nocturno"),
        (&all, "es-mx", "Alguien", "Que siga el tren nocturno"),
        (&all, "de", "Somebody", "Der Nachtzug bleibt"),
        (&all, "fr", "Somebody", "Keep the night train <b>&"),
        (&german, "ar", "كتب", "Der Nachtzug bleibt"),
        (&german, "de", "Somebody", "Der Nachtzug bleibt"),
        (&all[2..], "fr", "Alguien", "Que siga el tren nocturno"),
    ] {
        let words = words(titles, lang, letter);
        assert!(words.text.starts_with(starts), "{lang}: {}", words.text);
        assert_eq!(words.text.lines().nth(2), Some(title), "{lang}");
    }
}

#[test]
fn values_cannot_turn_a_sentence_around_or_be_filled_in_again() {
    let titles = [text("en", "a \u{202e}{ $until }\u{2069} title")];
    let mut about = about(&titles);
    about.organiser = "\u{2068}x{ $service }\r\nBcc: y";
    let words = compose(&about, "ar", &letters()[0].1, None);
    assert!(words.text.contains("\na { $until } title\n"));
    assert!(words.text.contains("\u{2068}x{ $service } Bcc: y\u{2069}"));
    let opened = words.html.matches("<bdi>").count();
    assert!(opened > 0 && opened == words.html.matches("</bdi>").count());
    assert!(!words.html.contains(['\u{2068}', '\u{2069}', '\u{202e}']));
}

#[test]
fn dates_are_utc_and_never_panic() {
    for (tag, seconds, text) in [
        ("en", 0, "1 January 1970, 00:00 UTC"),
        ("en", 1_800_000_000, "15 January 2027, 08:00 UTC"),
        ("es", 1_800_000_000, "15 de enero de 2027, 08:00 UTC"),
        (
            "ar",
            1_800_000_000,
            "١٥ يناير ٢٠٢٧، الساعة ٠٨:٠٠ بالتوقيت العالمي",
        ),
        ("en", u64::MAX, "30 December 9999, 22:00 UTC"),
    ] {
        assert_eq!(date(lang::language(tag), seconds), text);
    }
}
