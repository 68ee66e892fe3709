//! Where each glyph of a line stands, for drawings that set their own text.

use resvg::usvg::{Node, Tree};

use super::svg::{self, Place, Style};
use super::{Direction, PictureError, fonts};

/// A glyph of one of our fonts.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedGlyph {
    /// Its number in the font.
    pub id: u16,
    /// From the line's left end.
    pub x: f32,
    /// Below the base line.
    pub y: f32,
    /// Which part of [`PlacedLine::text`] it stands for. Glyphs that stand for the same
    /// letters have the same part.
    pub part: std::ops::Range<usize>,
}

/// A line, from left to right.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlacedLine {
    /// Its glyphs.
    pub glyphs: Vec<PlacedGlyph>,
    /// Its letters, in the order of its glyphs: not the order in which they are read,
    /// where they run to the left.
    pub text: String,
    /// Its width.
    pub width: f32,
}

/// Shape a line: letters joined, runs in their directions.
pub fn place(line: &str, style: Style, direction: Direction) -> Result<PlacedLine, PictureError> {
    let mut parts = String::new();
    let place = Place::Left(0.0, 0.0);
    svg::text(&mut parts, place, style, direction, line);
    let tree = Tree::from_str(&svg::drawing(1.0, 1.0, &parts), &fonts::options())?;
    let mut placed = PlacedLine::default();
    let Some(Node::Text(text)) = tree.root().children().first() else {
        return Ok(placed);
    };
    placed.width = text.bounding_box().width();
    // The first glyphs of a left-to-right cluster and the last of a right-to-left one come
    // without a text: they belong to the glyph beside them that has it.
    let mut waiting = 0;
    for glyph in text
        .layouted()
        .iter()
        .flat_map(|span| &span.positioned_glyphs)
    {
        if !glyph.text.is_empty() && glyph.text.chars().all(is_isolate) {
            continue;
        }
        let at = glyph.transform();
        let begin = placed.text.len();
        let before = placed.glyphs.last().map(|glyph| glyph.part.clone());
        let joins_left = before.as_ref().is_some_and(|part| {
            Direction::of_text(&placed.text[part.clone()]) == Direction::RightToLeft
        });
        let part = match before {
            Some(part) if glyph.text.is_empty() && joins_left && waiting == 0 => part,
            _ => {
                placed.text.push_str(&glyph.text);
                begin..placed.text.len()
            }
        };
        placed.glyphs.push(PlacedGlyph {
            id: glyph.id.0,
            x: at.tx,
            y: at.ty,
            part: part.clone(),
        });
        if part.is_empty() {
            waiting += 1;
        } else if waiting > 0 {
            let first = placed.glyphs.len() - 1 - waiting;
            for glyph in &mut placed.glyphs[first..] {
                glyph.part = part.clone();
            }
            waiting = 0;
        }
    }
    Ok(placed)
}

fn is_isolate(c: char) -> bool {
    matches!(c, '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style {
        size: 20.0,
        bold: false,
        fill: "#000",
    };

    fn placed(line: &str, direction: Direction) -> PlacedLine {
        place(line, STYLE, direction).expect("a line")
    }

    #[test]
    fn glyphs_go_from_left_to_right() {
        let line = placed("fine & \"well\"", Direction::LeftToRight);
        assert_eq!(line.text, "fine & \"well\"");
        assert!(line.glyphs.windows(2).all(|pair| pair[0].x < pair[1].x));
        let last = line.glyphs.last().expect("a glyph");
        assert!(last.x < line.width && line.width < 200.0);
    }

    #[test]
    fn every_glyph_stands_for_something() {
        for (line, direction) in [
            ("قطارًا لِلَّيْل (line 7)!", Direction::RightToLeft),
            ("e\u{301}tude ﬁ office", Direction::LeftToRight),
            ("Да, й и ё", Direction::LeftToRight),
        ] {
            let placed = placed(line, direction);
            let letters = |text: &str| {
                let mut letters: Vec<char> = text.chars().collect();
                letters.sort_unstable();
                letters
            };
            assert_eq!(letters(&placed.text), letters(line), "{line}");
            assert!(
                placed.glyphs.iter().all(|glyph| !glyph.part.is_empty()),
                "{placed:?}"
            );
        }
    }
}
