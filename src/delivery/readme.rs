//! The texts without pictures: `README.txt`, `letter.txt`, the mail.

use super::{Delivery, moment};
use crate::lang::Language;

/// The count with its unit: `2,727 signatures`.
pub(super) fn counted(delivery: &Delivery) -> String {
    let lang = delivery.words();
    let count = delivery.verified.totals.count();
    let arguments = [("n", count.into()), ("count", lang.number(count).into())];
    lang.format("delivery-count", &arguments).into_owned()
}

fn organiser(delivery: &Delivery) -> &str {
    &delivery.verified.manifest.terms().organiser.name
}

pub(super) fn subject(delivery: &Delivery) -> String {
    let arguments = [
        ("count", counted(delivery).into()),
        ("title", one_line(delivery.title()).into()),
    ];
    delivery
        .words()
        .format("delivery-mail-subject", &arguments)
        .into_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `link`: where it can be downloaded, and until when; otherwise it is attached.
pub(super) fn mail_text(delivery: &Delivery, link: Option<(&str, u64)>) -> String {
    let arguments = [
        ("organiser", organiser(delivery).into()),
        ("title", one_line(delivery.title()).into()),
        ("count", counted(delivery).into()),
        ("time", moment(delivery.verified.as_of).into()),
    ];
    let lang = delivery.words();
    let intro = lang.format("delivery-mail-text", &arguments);
    match link {
        None => format!("{intro}\n\n{}\n", lang.text("delivery-mail-attached")),
        Some((link, until)) => {
            let until = [("until", moment(until).into())];
            let words = lang.format("delivery-mail-linked", &until);
            format!("{intro}\n\n{words}\n\n{link}\n")
        }
    }
}

/// The letter in every language that it has.
pub(super) fn letter_text(delivery: &Delivery) -> String {
    let terms = delivery.verified.manifest.terms();
    let letters = terms.title.iter().map(|title| {
        let letter = terms.letter.iter().find(|letter| letter.lang == title.lang);
        let letter = letter.map_or("", |letter| letter.text.as_str());
        format!("[{}]\n\n{}\n\n{letter}\n", title.lang, title.text)
    });
    let recipients = terms.recipients.join("\n");
    let letters: Vec<String> = letters.collect();
    format!(
        "{recipients}\n\n{}\n\n{}",
        organiser(delivery),
        letters.join("\n\n")
    )
}

pub(super) fn readme(delivery: &Delivery) -> String {
    let lang = delivery.words();
    let intro = [
        ("title", delivery.title().into()),
        ("organiser", organiser(delivery).into()),
    ];
    let count = [
        ("count", counted(delivery).into()),
        ("time", moment(delivery.verified.as_of).into()),
    ];
    let record = [("url", delivery.record_url().into())];
    let mut files = vec![
        entry(lang, "letter.pdf", "delivery-readme-pdf"),
        entry(lang, "letter.txt", "delivery-readme-text"),
        entry(lang, "check.html", "delivery-readme-html"),
        entry(lang, "attestation.txt", "delivery-readme-attestation"),
        entry(lang, "pack.json", "delivery-readme-pack"),
    ];
    if delivery.signers.is_some() {
        files.push(entry(lang, "signers.csv", "delivery-readme-csv"));
    }
    format!(
        "{}\n{}\n\n{}\n\n{}\n\n{}\n\n{}\n",
        lang.format("delivery-readme-intro", &intro),
        lang.format("delivery-readme-count", &count),
        lang.text("delivery-readme-files"),
        files.join("\n"),
        lang.text("delivery-readme-check"),
        lang.format("delivery-readme-record", &record),
    )
}

fn entry(lang: &Language, name: &str, id: &str) -> String {
    format!("{name}\n    {}", lang.text(id))
}
