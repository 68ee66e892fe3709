//! Parts of drawings, as SVG.

use std::fmt::Write as _;

use super::Direction;

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Size of the letters.
    pub size: f32,
    /// Bold, or regular.
    pub bold: bool,
    /// A colour, as SVG writes it. Ours, never a stranger's.
    pub fill: &'static str,
}

/// A drawing of this size.
pub fn drawing(width: f32, height: f32, parts: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">{parts}</svg>"
    )
}

/// Where a line of text is put, on its base line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Its left end.
    Left(f32, f32),
    /// Its right end.
    Right(f32, f32),
}

impl Place {
    /// Where a line that begins at `x` is put, when lines run in this direction.
    pub fn begin(direction: Direction, x: f32, y: f32) -> Self {
        match direction {
            Direction::LeftToRight => Self::Left(x, y),
            Direction::RightToLeft => Self::Right(x, y),
        }
    }
}

/// One line of text.
pub fn text(parts: &mut String, place: Place, style: Style, direction: Direction, line: &str) {
    let (x, y, anchor) = match place {
        Place::Left(x, y) => (x, y, "start"),
        Place::Right(x, y) => (x, y, "end"),
    };
    let weight = if style.bold { "bold" } else { "normal" };
    write!(
        parts,
        "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" font-size=\"{}\" \
         font-weight=\"{weight}\" fill=\"{}\">{}</text>",
        style.size,
        style.fill,
        content(line, direction),
    )
    .expect("a String takes any text");
}

/// A text as an element's content: escaped, and in its direction. The renderer takes
/// every line to run to the right, unless an isolate around it says otherwise.
pub(super) fn content(line: &str, direction: Direction) -> String {
    let mut content = String::with_capacity(line.len() + 8);
    let rtl = direction == Direction::RightToLeft;
    if rtl {
        content.push('\u{2067}');
    }
    for c in line.chars().filter(|c| drawable(*c)) {
        match c {
            '&' => content.push_str("&amp;"),
            '<' => content.push_str("&lt;"),
            '>' => content.push_str("&gt;"),
            '"' => content.push_str("&quot;"),
            '\'' => content.push_str("&#39;"),
            c if c.is_whitespace() && c != '\u{a0}' => content.push(' '),
            c => content.push(c),
        }
    }
    if rtl {
        content.push('\u{2069}');
    }
    content
}

/// Not a control character, not an order to turn the text around, and allowed in XML.
fn drawable(c: char) -> bool {
    !matches!(c, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        | '\u{fff9}'..='\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_strangers_write_stays_text() {
        let style = Style {
            size: 10.0,
            bold: false,
            fill: "#000",
        };
        let mut parts = String::new();
        let line = "</text><script x='\"'>&\u{0}\u{202e}\u{2069}\u{fffe}\n end";
        text(
            &mut parts,
            Place::Left(0.0, 0.0),
            style,
            Direction::LeftToRight,
            line,
        );
        let drawing = drawing(10.0, 10.0, &parts);
        let document = resvg::usvg::roxmltree::Document::parse(&drawing).expect("XML");
        let elements = document
            .descendants()
            .filter(resvg::usvg::roxmltree::Node::is_element);
        assert_eq!(elements.count(), 2);
        let said = document.descendants().find_map(|node| {
            let is_text = node.is_element() && node.tag_name().name() == "text";
            is_text.then(|| node.text()).flatten()
        });
        assert_eq!(said, Some("</text><script x='\"'>&  end"));
    }
}
