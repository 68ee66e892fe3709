//! The preview card that other sites show beside a link: 1200 by 630 (Open Graph).

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::Tree;

use super::svg::{self, Place, Style};
use super::words::{self, Measured};
use super::{Direction, PictureError, fonts};

/// Pixels.
pub const CARD_WIDTH: u32 = 1200;
/// Pixels.
pub const CARD_HEIGHT: u32 = 630;

const WIDE: f32 = 1200.0;
const HIGH: f32 = 630.0;
const MARGIN: f32 = 80.0;
const ROOM: f32 = WIDE - 2.0 * MARGIN;
const INK: &str = "#16302e";
const QUIET: &str = "#55706d";
const GREEN: &str = "#1d4e4a";

/// What a card says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardText<'a> {
    /// The petition's title.
    pub title: &'a str,
    /// Who asks.
    pub organiser: &'a str,
    /// The count, with its unit: `2,727 verified signatures`.
    pub count: Option<String>,
    /// What the organiser hopes for: `Goal: 5,000`.
    pub goal_line: Option<String>,
    /// Where its lines begin.
    pub direction: Direction,
}

/// Draw a card, as PNG.
pub fn card(text: &CardText) -> Result<Vec<u8>, PictureError> {
    let tree = Tree::from_str(&drawing(text)?, &fonts::options())?;
    let mut pixels = Pixmap::new(CARD_WIDTH, CARD_HEIGHT).expect("neither side is zero");
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
    pixels
        .encode_png()
        .map_err(|error| PictureError::Encoding(error.to_string()))
}

/// The title's lines, as large as four of them allow.
fn title(text: &str) -> Result<(Vec<String>, Style), PictureError> {
    let style = |size| Style {
        size,
        bold: true,
        fill: INK,
    };
    for (size, most) in [(72.0, 2), (60.0, 3)] {
        let measured = Measured::new(text, style(size), ROOM)?;
        if measured.lines().len() <= most {
            return Ok((measured.balanced(), style(size)));
        }
    }
    let lines = Measured::new(text, style(50.0), ROOM)?.at_most(4)?;
    Ok((lines, style(50.0)))
}

/// A card being drawn.
struct Canvas {
    parts: String,
    /// Which way the card runs.
    direction: Direction,
    /// Where its lines begin.
    begin: f32,
}

impl Canvas {
    fn line(&mut self, y: f32, style: Style, direction: Direction, line: &str) {
        let place = Place::begin(self.direction, self.begin, y);
        svg::text(&mut self.parts, place, style, direction, line);
    }

    /// A text of its own direction, on one line. Returns its width.
    fn one(&mut self, y: f32, style: Style, text: &str) -> Result<f32, PictureError> {
        let lines = Measured::new(text, style, ROOM)?.at_most(1)?;
        let line = lines.first().map_or("", String::as_str);
        self.line(y, style, Direction::of_text(line), line);
        Ok(words::widths(&[line], style)?[0])
    }
}

fn drawing(text: &CardText) -> Result<String, PictureError> {
    let begin = match text.direction {
        Direction::LeftToRight => MARGIN,
        Direction::RightToLeft => WIDE - MARGIN,
    };
    let mut canvas = Canvas {
        parts: format!(
            "<rect width=\"{WIDE}\" height=\"{HIGH}\" fill=\"#fffdf8\"/>\
             <rect width=\"{WIDE}\" height=\"14\" fill=\"{GREEN}\"/>"
        ),
        direction: text.direction,
        begin,
    };
    let quiet = Style {
        size: 32.0,
        bold: false,
        fill: QUIET,
    };
    canvas.one(92.0, quiet, text.organiser)?;

    let (lines, style) = title(text.title)?;
    let mut y = 116.0;
    for line in &lines {
        y += style.size * 1.22;
        canvas.line(y, style, text.direction, line);
    }

    if let Some(count) = &text.count {
        let y = if text.goal_line.is_some() {
            476.0
        } else {
            552.0
        };
        let style = Style {
            size: 46.0,
            bold: true,
            fill: GREEN,
        };
        let wide = canvas.one(y, style, count)?;
        let left = match text.direction {
            Direction::LeftToRight => begin,
            Direction::RightToLeft => begin - wide,
        };
        let underline = rect(left, y + 18.0, wide, 6.0, 3.0, "#f2c14e");
        canvas.parts.push_str(&underline);
    }
    if let Some(goal) = &text.goal_line {
        canvas.one(562.0, quiet, goal)?;
    }
    brand(&mut canvas.parts, WIDE - begin, text.direction);
    Ok(svg::drawing(WIDE, HIGH, &canvas.parts))
}

fn rect(x: f32, y: f32, width: f32, height: f32, round: f32, fill: &str) -> String {
    format!(
        "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\" \
         fill=\"{fill}\"/>"
    )
}

/// The mark and the name, in the corner where no line of the card begins.
fn brand(parts: &mut String, end: f32, direction: Direction) {
    let style = Style {
        size: 28.0,
        bold: true,
        fill: GREEN,
    };
    let (mark, name) = match direction {
        Direction::LeftToRight => (end - 44.0, Place::Right(end - 58.0, 562.0)),
        Direction::RightToLeft => (end, Place::Left(end + 58.0, 562.0)),
    };
    let mark = format!(
        "<g transform=\"translate({mark} 530) scale(1.375)\">\
         <rect width=\"32\" height=\"32\" rx=\"7\" fill=\"{GREEN}\"/>\
         <path d=\"M7 18.5 13 24 25 9\" fill=\"none\" stroke=\"#fff\" stroke-width=\"3.2\" \
         stroke-linecap=\"round\" stroke-linejoin=\"round\"/>\
         <path d=\"M7 28h18\" stroke=\"#f2c14e\" stroke-width=\"2.2\" stroke-linecap=\"round\"/></g>"
    );
    parts.push_str(&mark);
    // The name is Latin whatever the card's language is.
    svg::text(parts, name, style, Direction::LeftToRight, "undersigned");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(title: &str, direction: Direction) -> CardText<'_> {
        CardText {
            title,
            organiser: "Friends of the Night Train",
            count: Some("2,727 verified signatures".to_owned()),
            goal_line: Some("Goal: 5,000".to_owned()),
            direction,
        }
    }

    /// Width, height and how many of the pixels are as dark as the title.
    fn look(png: &[u8]) -> (u32, u32, usize) {
        let pixels = Pixmap::decode_png(png).expect("a PNG");
        let dark = pixels.pixels().iter().filter(|p| p.red() < 60).count();
        (pixels.width(), pixels.height(), dark)
    }

    #[test]
    fn a_card_has_its_size_and_shows_its_title() {
        let few = card(&text("A", Direction::LeftToRight)).expect("a card");
        let many = "Bring back the night train before the winter";
        let many = card(&text(many, Direction::LeftToRight)).expect("a card");
        let (width, height, dark) = look(&few);
        assert_eq!((width, height), (CARD_WIDTH, CARD_HEIGHT));
        assert!(look(&many).2 > dark + 10_000, "{} {dark}", look(&many).2);
        assert!(many.len() < 100_000, "{} bytes", many.len());
    }

    #[test]
    fn the_same_text_is_the_same_picture() {
        let text = text("قطار الليل <&> \"train\"", Direction::RightToLeft);
        assert_eq!(card(&text).expect("a card"), card(&text).expect("a card"));
    }

    #[test]
    fn letters_that_no_font_has_are_an_error() {
        let refused = card(&text("夜行列車", Direction::LeftToRight));
        assert!(matches!(refused, Err(PictureError::Letters(_))));
    }

    /// The title's ink, left and right of the middle.
    #[test]
    fn right_to_left_begins_at_the_right() {
        let png = card(&text("قطار", Direction::RightToLeft)).expect("a card");
        let pixels = Pixmap::decode_png(&png).expect("a PNG");
        let dark = |from: u32| {
            let title = (110..220).flat_map(|y| (from..from + 600).map(move |x| (x, y)));
            title
                .filter(|(x, y)| pixels.pixel(*x, *y).is_some_and(|p| p.red() < 60))
                .count()
        };
        assert!(dark(0) == 0 && dark(600) > 500, "{} {}", dark(0), dark(600));
    }
}
