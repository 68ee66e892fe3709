//! `letter.pdf`, read by a real tool.

use std::io::Write as _;
use std::process::{Command, Stdio};

use undersigned::delivery::letter_pdf;

use crate::made::delivery;

/// The output of a program of poppler's, unless it is not installed.
fn poppler(program: &str, arguments: &[&str], pdf: &[u8]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    let spawned = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut running) = spawned else {
        assert!(
            std::env::var_os("UNDERSIGNED_CI").is_none(),
            "{program} is missing"
        );
        eprintln!("skipped: {program} (poppler-utils) is not installed");
        return None;
    };
    let mut input = running.stdin.take().expect("a pipe");
    input.write_all(pdf).expect("it reads");
    drop(input);
    let output = running.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    // PDF/UA wants this entry, which is of this type; the tool expects it elsewhere.
    let said = said.replace(
        "Syntax Error: Suspects object is wrong type (boolean)\n",
        "",
    );
    assert!(
        output.status.success() && said.is_empty(),
        "{program}: {said}"
    );
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn text_of(pdf: &[u8]) -> Option<String> {
    let text = poppler("pdftotext", &["-enc", "UTF-8", "-", "-"], pdf)?;
    // Marks of direction, which the tool adds around Arabic.
    Some(text.replace(
        ['\u{202a}', '\u{202b}', '\u{202c}', '\u{200e}', '\u{200f}'],
        "",
    ))
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_text_is_text() {
    let delivery = delivery("en");
    let pdf = letter_pdf(&delivery).expect("a letter");
    let Some(text) = text_of(&pdf) else { return };
    let text = words(&text);
    let digest = delivery.digest();
    for said in [
        "Ministry of Transport",
        "Friends of the night train",
        "Keep the night train & its <sleeping> cars",
        "2,727 signatures",
        "as of 2026-01-05 00:00 (UTC)",
        "It is how we visit each other.",
        "3,002 mailboxes were confirmed",
        "2 signatures were taken back and are not counted.",
        "at least 2,727 and at most 2,739 signatures",
        digest.as_str(),
        "Page 1 of",
    ] {
        assert!(text.contains(said), "{said:?} is not in {text}");
    }
}

#[test]
fn without_strikes_there_is_one_number() {
    let manifest = crate::made::manifest(|_| ());
    let attestation = crate::made::attestation(&manifest, [9, 0, 8, 0]);
    let delivery = undersigned::delivery::Delivery::new(&attestation, "https://x.example");
    let pdf = letter_pdf(&delivery.expect("it holds")).expect("a letter");
    let Some(text) = text_of(&pdf) else { return };
    let text = words(&text);
    assert!(
        text.contains("8 signatures") && !text.contains("lower bound"),
        "{text}"
    );
    assert!(
        text.contains("Nobody has taken a signature back."),
        "{text}"
    );
}

#[test]
fn right_to_left_is_read_from_the_right() {
    let pdf = letter_pdf(&delivery("ar")).expect("a letter");
    let Some(text) = text_of(&pdf) else { return };
    let text = words(&text);
    for said in [
        "أبقوا على قطار الليل",
        "line 7",
        "وزارة النقل",
        "Ministry of Transport",
        "٢٬٧٢٧",
    ] {
        assert!(text.contains(said), "{said:?} is not in {text}");
    }
}

#[test]
fn a_long_letter_has_several_pages_and_loses_nothing() {
    let pdf = letter_pdf(&delivery("es")).expect("a letter");
    let Some(text) = text_of(&pdf) else { return };
    let pages = text.matches('\u{c}').count();
    assert!(pages >= 3, "{pages} pages");
    let text = words(&text);
    for n in 1..=14 {
        assert!(
            text.contains(&format!("§{n}. Les pedimos")),
            "paragraph {n}"
        );
    }
    for page in 1..=pages {
        assert!(
            text.contains(&format!("{page} de {pages}")),
            "page {page} of {pages}"
        );
    }
    assert_eq!(text.matches("con el que nos visitamos.").count(), 14 * 9);
}

#[test]
fn the_document_says_what_it_is() {
    let pdf = letter_pdf(&delivery("es")).expect("a letter");
    let Some(info) = poppler("pdfinfo", &["-"], &pdf) else {
        return;
    };
    for (key, value) in [
        ("Title:", "Que siga el tren nocturno"),
        ("Author:", "Friends of the night train"),
        ("Tagged:", "yes"),
        ("Page size:", "(A4)"),
        ("JavaScript:", "no"),
        ("Encrypted:", "no"),
    ] {
        let line = info
            .lines()
            .find(|line| line.starts_with(key))
            .unwrap_or("");
        assert!(line.contains(value), "{key} {info}");
    }
    let fonts = poppler("pdffonts", &["-"], &pdf).expect("poppler is here");
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert!(
        !rows.is_empty() && rows.iter().all(|row| row.contains("DejaVuSans")),
        "{fonts}"
    );
    assert!(
        rows.iter().all(|row| row.contains("yes yes yes")),
        "embedded, a part, with its letters: {fonts}"
    );
    let structure = poppler("pdfinfo", &["-struct", "-"], &pdf).expect("poppler is here");
    assert!(
        structure.contains("H1") && structure.contains("H2") && structure.contains("Figure"),
        "{structure}"
    );
}
