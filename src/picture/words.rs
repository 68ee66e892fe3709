//! Text broken into lines by measured width.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use resvg::usvg::{Node, Tree};

use super::svg::{self, Place, Style};
use super::{Direction, PictureError, fonts};

/// How wide each word is, set in this style.
///
/// Fails with the letters that the fonts lack. Signs that are no letters may be missing:
/// an empty box is drawn for them.
pub fn widths(words: &[&str], style: Style) -> Result<Vec<f32>, PictureError> {
    // Reading the font for a text takes longer than the text: each word once.
    let mut distinct: BTreeMap<&str, f32> = words.iter().map(|word| (*word, 0.0)).collect();
    let mut parts = String::new();
    for (at, word) in distinct.keys().enumerate() {
        write!(parts, "<g id=\"w{at}\">").expect("a String takes any text");
        let place = Place::Left(0.0, 0.0);
        svg::text(&mut parts, place, style, Direction::LeftToRight, word);
        parts.push_str("</g>");
    }
    let tree = Tree::from_str(&svg::drawing(1.0, 1.0, &parts), &fonts::options())?;
    let mut measured: BTreeMap<usize, f32> = BTreeMap::new();
    let mut missing = String::new();
    for node in tree.root().children() {
        let Node::Group(group) = node else { continue };
        let at: Option<usize> = group.id().strip_prefix('w').and_then(|at| at.parse().ok());
        let (Some(at), Some(Node::Text(text))) = (at, group.children().first()) else {
            continue;
        };
        measured.insert(at, text.bounding_box().width());
        let glyphs = text
            .layouted()
            .iter()
            .flat_map(|span| &span.positioned_glyphs);
        for glyph in glyphs.filter(|glyph| glyph.id.0 == 0) {
            missing.extend(glyph.text.chars().filter(|c| c.is_alphanumeric()));
        }
    }
    if !missing.is_empty() {
        return Err(PictureError::Letters(missing.chars().take(20).collect()));
    }
    for (at, width) in distinct.values_mut().enumerate() {
        *width = measured.get(&at).copied().unwrap_or_default();
    }
    Ok(words.iter().map(|word| distinct[word]).collect())
}

/// A text in words that have been measured, none of them wider than a line.
#[derive(Clone, Debug)]
pub struct Measured {
    words: Vec<(String, f32)>,
    space: f32,
    style: Style,
    width: f32,
}

impl Measured {
    /// Measure a text for lines of this width. Words that are wider are cut.
    pub fn new(text: &str, style: Style, width: f32) -> Result<Self, PictureError> {
        let all: Vec<&str> = text.split_whitespace().collect();
        let mut measured = widths(&[&all[..], &["x", "x x"]].concat(), style)?;
        let (two, one) = (measured.pop(), measured.pop());
        let space = two.unwrap_or_default() - 2.0 * one.unwrap_or_default();
        let mut words = Vec::new();
        for (word, wide) in all.into_iter().zip(measured) {
            if wide > width {
                words.append(&mut cut(word, style, width)?);
            } else {
                words.push((word.to_owned(), wide));
            }
        }
        Ok(Self {
            words,
            space,
            style,
            width,
        })
    }

    /// As few lines as there can be.
    pub fn lines(&self) -> Vec<String> {
        self.within(self.width)
    }

    /// As few lines, about as wide as each other.
    pub fn balanced(&self) -> Vec<String> {
        let few = self.lines().len();
        let (mut narrow, mut wide) = (0.0, self.width);
        while wide - narrow > 4.0 {
            let middle = f32::midpoint(narrow, wide);
            let fits = self.words.iter().all(|(_, word)| *word <= middle);
            if fits && self.within(middle).len() == few {
                wide = middle;
            } else {
                narrow = middle;
            }
        }
        self.within(wide)
    }

    /// The first lines, and an ellipsis where there would be more.
    pub fn at_most(&self, most: usize) -> Result<Vec<String>, PictureError> {
        let mut lines = self.lines();
        if lines.len() <= most {
            return Ok(self.balanced());
        }
        lines.truncate(most);
        let Some(last) = lines.last_mut() else {
            return Ok(lines);
        };
        loop {
            let shorter = format!("{}…", last.trim_end_matches([' ', ',', ';', ':', '.', '،']));
            if last.is_empty() || widths(&[&shorter], self.style)?[0] <= self.width {
                *last = shorter;
                return Ok(lines);
            }
            match last.rfind(' ') {
                Some(at) => last.truncate(at),
                None => {
                    last.pop();
                }
            }
        }
    }

    fn within(&self, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut used = 0.0;
        for (word, wide) in &self.words {
            if !line.is_empty() && used + self.space + wide > width {
                lines.push(std::mem::take(&mut line));
            }
            if line.is_empty() {
                used = *wide;
            } else {
                line.push(' ');
                used += self.space + wide;
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            lines.push(line);
        }
        lines
    }
}

/// A word in pieces that fit into a line, with their widths.
fn cut(word: &str, style: Style, width: f32) -> Result<Vec<(String, f32)>, PictureError> {
    let letters: Vec<String> = word.chars().map(String::from).collect();
    let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
    // Letters by themselves are no narrower than joined ones.
    let measured = widths(&letters, style)?;
    let mut pieces = vec![(String::new(), 0.0)];
    for (letter, wide) in letters.into_iter().zip(measured) {
        let (piece, used) = pieces.last_mut().expect("there is one");
        if !piece.is_empty() && *used + wide > width {
            pieces.push((letter.to_owned(), wide));
        } else {
            piece.push_str(letter);
            *used += wide;
        }
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style {
        size: 20.0,
        bold: false,
        fill: "#000",
    };

    fn measured(text: &str, width: f32) -> Measured {
        Measured::new(text, STYLE, width).expect("the fonts have these letters")
    }

    fn widths_of(lines: &[String]) -> Vec<f32> {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        widths(&lines, STYLE).expect("widths")
    }

    #[test]
    fn lines_fit_and_lose_nothing() {
        let text = "The quick  brown fox jumps over the lazy dog, всё быстрее, أسرع فأسرع";
        let lines = measured(text, 200.0).lines();
        assert!(lines.len() > 3, "{lines:?}");
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(lines.join(" "), words.join(" "));
        let widths = widths_of(&lines);
        assert!(
            widths.iter().all(|w| *w <= 200.5 && *w > 40.0),
            "{widths:?}"
        );
    }

    #[test]
    fn balanced_lines_are_as_few() {
        let text = measured("Bring back the night train and the early tram", 300.0);
        let (lines, balanced) = (text.lines(), text.balanced());
        assert_eq!(lines.len(), balanced.len());
        assert_eq!(lines.join(" "), balanced.join(" "));
        let shortest = |lines| widths_of(lines).into_iter().fold(f32::MAX, f32::min);
        assert!(
            shortest(&balanced) > shortest(&lines),
            "{lines:?} {balanced:?}"
        );
    }

    #[test]
    fn a_word_longer_than_the_line_is_cut() {
        let word = "Donaudampfschifffahrtsgesellschaftskapitän".repeat(3);
        let lines = measured(&format!("a {word} b"), 150.0).lines();
        assert!(lines.len() > 5, "{lines:?}");
        assert!(widths_of(&lines).iter().all(|w| *w <= 150.5));
        assert_eq!(lines.concat().replace(' ', ""), format!("a{word}b"));
    }

    #[test]
    fn what_is_cut_off_leaves_an_ellipsis() {
        let text = measured(&"one two three, ".repeat(30), 200.0);
        let short = text.at_most(2).expect("lines");
        assert_eq!(short.len(), 2);
        assert!(
            short[1].ends_with('…') && !short[1].ends_with(",…"),
            "{short:?}"
        );
        assert_eq!(text.at_most(1000).expect("lines"), text.balanced());
    }

    #[test]
    fn lacking_letters_are_named_and_lacking_signs_are_not() {
        let error = Measured::new("good 早安", STYLE, 100.0).expect_err("no such letters");
        assert!(error.to_string().contains('早'), "{error}");
        assert_eq!(measured("good \u{1fae0} morning", 1000.0).lines().len(), 1);
    }

    #[test]
    fn nothing_has_no_lines() {
        assert!(measured(" \n ", 100.0).lines().is_empty());
    }
}
