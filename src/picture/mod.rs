//! Floor 2: pictures with words in them. Preview cards as PNG, QR codes as SVG, and text
//! measured and broken into lines with the fonts that are compiled in.
//!
//! Every picture is an SVG first. What strangers wrote reaches it through [`svg::text`]
//! alone, which escapes it.

mod card;
pub mod fonts;
pub mod glyphs;
mod qr;
pub mod svg;
pub mod words;

pub use card::{CARD_HEIGHT, CARD_WIDTH, CardText, card};
pub use qr::{QrError, qr_svg};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Our fonts lack letters that the text needs.
    #[error("the fonts have no {0:?}")]
    Letters(String),
    /// What we drew is not a drawing: a bug of ours.
    #[error("drawing: {0}")]
    Drawing(#[from] resvg::usvg::Error),
    /// The picture could not be written.
    #[error("encoding: {0}")]
    Encoding(String),
}

/// Which way a line of text begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Latin, Cyrillic, Greek and most others.
    LeftToRight,
    /// Arabic, Hebrew.
    RightToLeft,
}

impl Direction {
    /// Of a text in this language (BCP 47).
    pub fn of_language(tag: &str) -> Self {
        let subtags: Vec<&str> = tag.split('-').collect();
        let script = subtags.iter().skip(1).find(|subtag| subtag.len() == 4);
        let rtl = match script {
            Some(script) => ["arab", "hebr", "thaa", "syrc", "nkoo", "adlm"]
                .iter()
                .any(|rtl| script.eq_ignore_ascii_case(rtl)),
            None => [
                "ar", "he", "iw", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb", "syr", "nqo",
                "arc", "ks",
            ]
            .iter()
            .any(|rtl| subtags[0].eq_ignore_ascii_case(rtl)),
        };
        if rtl {
            Self::RightToLeft
        } else {
            Self::LeftToRight
        }
    }

    /// Of a text whose language nobody told: as its first letter runs.
    pub fn of_text(text: &str) -> Self {
        match text.chars().find(|c| c.is_alphabetic()) {
            Some('\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}') => {
                Self::RightToLeft
            }
            _ => Self::LeftToRight,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_a_direction() {
        for (tag, rtl) in [
            ("en", false),
            ("es-mx", false),
            ("ar", true),
            ("AR-eg", true),
            ("az-arab", true),
            ("az-arab-ir", true),
            ("pa", false),
            ("fa-latn", false),
            ("arn", false),
            ("ckb", true),
        ] {
            let expected = if rtl {
                Direction::RightToLeft
            } else {
                Direction::LeftToRight
            };
            assert_eq!(Direction::of_language(tag), expected, "{tag}");
        }
    }

    #[test]
    fn texts_have_a_direction() {
        assert_eq!(Direction::of_text("٢٬٧٢٧ توقيع"), Direction::RightToLeft);
        assert_eq!(Direction::of_text("2,727 names"), Direction::LeftToRight);
        assert_eq!(Direction::of_text("3 (ב)"), Direction::RightToLeft);
        assert_eq!(Direction::of_text("12"), Direction::LeftToRight);
    }
}
