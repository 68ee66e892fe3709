//! Blocks become lines, and lines pages.

use super::{Block, Kind, Text};
use crate::picture::PictureError;
use crate::picture::svg::Style;
use crate::picture::words::Measured;

/// A4, in points.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;
pub(super) const MARGIN: f32 = 68.0;
const TOP: f32 = 72.0;
/// Below this, the footer.
const BOTTOM: f32 = HEIGHT - 84.0;
/// Side of the QR code.
pub(super) const CODE: f32 = 118.0;
const ROOM: f32 = WIDTH - 2.0 * MARGIN;

/// A line of text on a page.
pub(super) struct Line {
    /// Its base line, from the page's top.
    pub(super) y: f32,
    pub(super) style: Style,
    pub(super) text: String,
}

/// What stands on a page.
pub(super) enum Piece {
    /// A text, or the part of it that is on this page. Parts of one text have its number.
    Text {
        number: usize,
        about: Text,
        lines: Vec<Line>,
    },
    Code {
        y: f32,
        svg: String,
        alt: String,
    },
}

pub(super) type Page = Vec<Piece>;

/// The look of a kind, and the distance between its lines.
fn look(kind: Kind) -> (Style, f32) {
    let (size, bold, fill, leading) = match kind {
        Kind::Title => (21.0, true, "#16302e", 27.0),
        Kind::Heading => (13.0, true, "#16302e", 20.0),
        Kind::Label => (9.0, false, "#52605e", 14.0),
        Kind::Body => (11.0, false, "#1b2524", 17.0),
        Kind::Count => (16.0, true, "#17534d", 24.0),
        Kind::Small => (9.5, false, "#1b2524", 14.5),
        Kind::Code => (8.5, false, "#1b2524", 13.0),
    };
    (Style { size, bold, fill }, leading)
}

struct Flow {
    pages: Vec<Page>,
    y: f32,
    /// Down to here, a code stands at the end of the lines.
    beside: f32,
}

impl Flow {
    fn page(&mut self) -> &mut Page {
        self.pages.last_mut().expect("there is always a page")
    }

    /// Begin a new page unless this much has room on the present one.
    fn need(&mut self, height: f32) {
        if self.y + height > BOTTOM {
            self.pages.push(Page::new());
            self.y = TOP;
            self.beside = 0.0;
        }
    }
}

/// Lay the blocks out. A heading stays with what follows it, and no page begins with the
/// last line of a paragraph, or ends with its first.
pub(super) fn flow(blocks: Vec<Block>) -> Result<Vec<Page>, PictureError> {
    let mut flow = Flow {
        pages: vec![Page::new()],
        y: TOP,
        beside: 0.0,
    };
    let mut number = 0;
    for block in blocks {
        match block {
            Block::Gap(height) => {
                if flow.y > TOP {
                    flow.y += height;
                }
            }
            Block::Code { svg, alt } => {
                flow.need(CODE * 1.2);
                let y = flow.y;
                flow.page().push(Piece::Code { y, svg, alt });
                flow.beside = y + CODE;
            }
            Block::Text(about) => {
                number += 1;
                text(&mut flow, number, &about)?;
            }
        }
    }
    Ok(flow.pages)
}

fn text(flow: &mut Flow, number: usize, about: &Text) -> Result<(), PictureError> {
    let (style, leading) = look(about.kind);
    let room = if flow.y < flow.beside {
        ROOM - CODE - 18.0
    } else {
        ROOM
    };
    let measured = Measured::new(&about.words, style, room)?;
    let lines = match about.kind {
        Kind::Title => measured.balanced(),
        _ => measured.lines(),
    };
    let follows = match about.kind {
        Kind::Heading => CODE * 1.2,
        Kind::Label => 20.0,
        Kind::Title => 80.0,
        _ => 0.0,
    };
    let few = lines.len() <= 3;
    let whole: f32 = lines.iter().map(|_| leading).sum();
    flow.need(if few { whole + follows } else { 2.0 * leading });
    let mut part = Vec::new();
    let count = lines.len();
    for (at, line) in lines.into_iter().enumerate() {
        // The last two lines stay together.
        let height = if at + 2 == count {
            2.0 * leading
        } else {
            leading
        };
        if flow.y + height > BOTTOM && !part.is_empty() {
            let lines = std::mem::take(&mut part);
            flow.page().push(piece(number, about, lines));
            flow.need(f32::MAX);
        }
        flow.y += leading;
        let y = flow.y - (leading - style.size) / 2.0 - style.size * 0.15;
        part.push(Line {
            y,
            style,
            text: line,
        });
    }
    if !part.is_empty() {
        flow.page().push(piece(number, about, part));
    }
    Ok(())
}

fn piece(number: usize, about: &Text, lines: Vec<Line>) -> Piece {
    Piece::Text {
        number,
        about: Text {
            words: about.words.clone(),
            kind: about.kind,
            direction: about.direction,
            lang: about.lang.clone(),
            link: about.link.clone(),
        },
        lines,
    }
}
