//! `letter.pdf`: the letter, the count, how it came about, and how to check it.
//!
//! What it says is put together here, broken into pages in `flow`, and drawn in `draw`,
//! with real text, tagged for screen readers (PDF/UA-1).

mod draw;
mod flow;

use crate::picture::{Direction, qr_svg};

use super::readme::counted;
use super::{Delivery, DeliveryError, moment};

/// A piece of a letter.
enum Block {
    Text(Text),
    /// Room between others.
    Gap(f32),
    /// A QR code of a drawing.
    Code {
        svg: String,
        alt: String,
    },
}

/// A text with one look.
struct Text {
    words: String,
    kind: Kind,
    direction: Direction,
    /// Its language, where it is known.
    lang: Option<String>,
    /// Where a click leads.
    link: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Title,
    Heading,
    Label,
    Body,
    Count,
    Small,
    /// Digests and addresses: as small, and broken anywhere.
    Code,
}

/// What the drawing needs to know besides the blocks.
struct About {
    title: String,
    author: String,
    /// The language of the document.
    lang: String,
    direction: Direction,
    /// `Page 1 of 2`, for page and pages.
    footer: Box<dyn Fn(usize, usize) -> String>,
    /// Names this document among all.
    id: String,
}

/// Draw the letter.
pub fn letter_pdf(delivery: &Delivery) -> Result<Vec<u8>, DeliveryError> {
    let blocks = blocks(delivery)?;
    let lang = delivery.words();
    let about = About {
        title: delivery.title().to_owned(),
        author: delivery.verified.manifest.terms().organiser.name.clone(),
        lang: delivery.tag().to_owned(),
        direction: delivery.direction(),
        footer: Box::new(move |page, pages| {
            let number = |n: usize| lang.number(n as u64).into();
            let arguments = [("page", number(page)), ("pages", number(pages))];
            lang.format("delivery-page", &arguments).into_owned()
        }),
        id: delivery.digest(),
    };
    let pages = flow::flow(blocks)?;
    draw::draw(&pages, &about)
}

fn blocks(delivery: &Delivery) -> Result<Vec<Block>, DeliveryError> {
    let verified = &delivery.verified;
    let terms = verified.manifest.terms();
    let lang = delivery.words();
    let words_direction = Direction::of_language(lang.tag);
    let ours = |kind, text: String| {
        Block::Text(Text {
            words: text,
            kind,
            direction: words_direction,
            lang: Some(lang.tag.to_owned()),
            link: None,
        })
    };
    let name = |text: &str| {
        Block::Text(Text {
            words: text.to_owned(),
            kind: Kind::Body,
            direction: Direction::of_text(text),
            lang: None,
            link: None,
        })
    };
    let theirs = |kind, text: &str| {
        Block::Text(Text {
            words: text.to_owned(),
            kind,
            direction: delivery.direction(),
            lang: Some(delivery.tag().to_owned()),
            link: None,
        })
    };
    let code = |text: String, link: Option<String>| {
        Block::Text(Text {
            words: text,
            kind: Kind::Code,
            direction: Direction::LeftToRight,
            lang: None,
            link,
        })
    };
    let text = |id: &str| lang.text(id).into_owned();

    let mut blocks = vec![ours(Kind::Label, text("delivery-to"))];
    blocks.extend(terms.recipients.iter().map(|recipient| name(recipient)));
    blocks.push(Block::Gap(10.0));
    blocks.push(ours(Kind::Label, text("delivery-from")));
    blocks.push(name(&terms.organiser.name));
    blocks.push(Block::Gap(26.0));
    blocks.push(theirs(Kind::Title, delivery.title()));
    blocks.push(Block::Gap(6.0));
    blocks.push(ours(Kind::Count, counted(delivery)));
    let as_of = [("time", moment(verified.as_of).into())];
    blocks.push(ours(
        Kind::Small,
        lang.format("delivery-as-of", &as_of).into_owned(),
    ));
    blocks.push(Block::Gap(20.0));
    for paragraph in delivery.letter().lines() {
        if paragraph.trim().is_empty() {
            blocks.push(Block::Gap(4.0));
        } else {
            blocks.push(theirs(Kind::Body, paragraph));
            blocks.push(Block::Gap(5.0));
        }
    }
    blocks.push(Block::Gap(16.0));
    blocks.push(ours(Kind::Heading, text("delivery-how-title")));
    for sentence in how(delivery) {
        blocks.push(ours(Kind::Small, sentence));
        blocks.push(Block::Gap(4.0));
    }
    blocks.push(Block::Gap(14.0));
    blocks.push(ours(Kind::Heading, text("delivery-check-title")));
    let url = delivery.record_url();
    blocks.push(Block::Code {
        svg: qr_svg(&url)?,
        alt: text("delivery-qr"),
    });
    blocks.push(ours(Kind::Small, text("delivery-check-open")));
    blocks.push(Block::Gap(4.0));
    blocks.push(ours(Kind::Small, text("delivery-check-code")));
    let (address, _) = url
        .split_once('#')
        .expect("the record's address names the attestation");
    blocks.push(code(address.to_owned(), Some(url.clone())));
    blocks.push(Block::Gap(4.0));
    blocks.push(ours(Kind::Small, text("delivery-check-hash")));
    blocks.push(code(delivery.digest(), None));
    Ok(blocks)
}

/// How the count came about, in sentences.
fn how(delivery: &Delivery) -> Vec<String> {
    let lang = delivery.words();
    let totals = &delivery.verified.totals;
    let number = |n: u64| lang.number(n).into();
    let mailbox = [("roll", number(totals.roll))];
    let back = [
        ("withdrawals", totals.withdrawals.into()),
        ("withdrawals-text", number(totals.withdrawals)),
    ];
    let mut said = vec![
        lang.format("delivery-how-mailbox", &mailbox).into_owned(),
        lang.text("delivery-how-secret").into_owned(),
        lang.format("delivery-how-back", &back).into_owned(),
    ];
    if totals.strikes > 0 {
        let range = [
            ("strikes", totals.strikes.into()),
            ("strikes-text", number(totals.strikes)),
            ("count", number(totals.count())),
            ("ceiling", number(totals.ceiling())),
        ];
        said.push(lang.format("delivery-range", &range).into_owned());
    }
    said.push(lang.text("delivery-how-public").into_owned());
    said.push(lang.text("delivery-how-signed").into_owned());
    said
}
