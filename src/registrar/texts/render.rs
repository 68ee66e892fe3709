//! A letter's paragraphs as plain text and as modest HTML.

use std::fmt::Write as _;

use crate::lang::Language;

/// First strong isolate, pop directional isolate (UAX 9): a name of the other direction
/// does not turn the sentence around it.
const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

/// A paragraph.
pub(super) enum Block {
    /// Ours; values in it are [`isolated`].
    Words(String),
    /// The petition's title.
    Own(String),
    /// The organiser's text, in any direction.
    Text(String),
    /// A link, alone.
    Link(String),
}

/// A value that stands in one of our sentences.
pub(super) fn isolated(text: &str) -> String {
    format!("{}{text}{}", ISOLATE[0], ISOLATE[1])
}

/// Text on one line, without marks that turn what follows around: a title may have both.
pub(super) fn one_line(text: &str) -> String {
    let is_bidi = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.replace(is_bidi, "")
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Paragraphs with empty lines between them. Isolates stay where the letter runs from
/// right to left; elsewhere they would only show up in old programs.
pub(super) fn plain(blocks: &[Block], language: &Language) -> String {
    let paragraph = |block: &Block| match block {
        Block::Words(text) if language.direction == "ltr" => text.replace(ISOLATE, ""),
        Block::Words(text) | Block::Own(text) | Block::Text(text) | Block::Link(text) => {
            text.clone()
        }
    };
    let paragraphs: Vec<String> = blocks.iter().map(paragraph).collect();
    paragraphs.join("\n\n") + "\n"
}

/// The same as HTML: no style from elsewhere, no image, no link but ours.
pub(super) fn html(blocks: &[Block], language: &Language, subject: &str) -> String {
    let mut body = String::new();
    for block in blocks {
        let written = match block {
            Block::Words(text) => {
                let text = escape(text)
                    .replace(ISOLATE[0], "<bdi>")
                    .replace(ISOLATE[1], "</bdi>");
                writeln!(body, "<p>{text}</p>")
            }
            Block::Own(text) => {
                let text = escape(text);
                writeln!(body, "<p dir=\"auto\"><strong>{text}</strong></p>")
            }
            Block::Text(text) => text
                .split("\n\n")
                .map(str::trim)
                .filter(|paragraph| !paragraph.is_empty())
                .try_for_each(|paragraph| {
                    let text = escape(paragraph).replace('\n', "<br>\n");
                    writeln!(body, "<p dir=\"auto\">{text}</p>")
                }),
            Block::Link(link) => {
                let link = escape(link);
                writeln!(body, "<p><a href=\"{link}\" dir=\"ltr\">{link}</a></p>")
            }
        };
        written.expect("strings take everything");
    }
    let (tag, direction) = (language.tag, language.direction);
    format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\" dir=\"{direction}\">\n\
         <head><meta charset=\"utf-8\"><title>{}</title></head>\n\
         <body dir=\"{direction}\">\n{body}</body>\n</html>\n",
        escape(subject)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
