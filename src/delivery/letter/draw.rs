//! Pages become a PDF: real text with its language, tagged, with links.

use std::num::NonZeroU16;

use krilla::Document;
use krilla::action::LinkAction;
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Point, Rect, Size, Transform};
use krilla::metadata::{Metadata, TextDirection};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, Tag, TagGroup, TagTree,
};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Data, SerializeSettings};
use krilla_svg::{SurfaceExt as _, SvgSettings};
use resvg::usvg::Tree;

use super::flow::{CODE, HEIGHT, Line, MARGIN, Page, Piece, WIDTH};
use super::{About, Kind, Text};
use crate::delivery::DeliveryError;
use crate::picture::glyphs::{PlacedLine, place};
use crate::picture::svg::Style;
use crate::picture::{Direction, PictureError, fonts};

const FOOTER: Style = Style {
    size: 8.5,
    bold: false,
    fill: "#52605e",
};

struct Drawing<'a> {
    about: &'a About,
    regular: Font,
    bold: Font,
}

/// What of a text has been drawn so far: its number, its look, its marks on the pages.
struct Open {
    number: usize,
    kind: Kind,
    text: String,
    marks: Vec<Identifier>,
    link: Option<Identifier>,
}

#[derive(Clone, Copy)]
enum Side {
    Begin,
    End,
}

/// Draw all pages.
pub(super) fn draw(pages: &[Page], about: &About) -> Result<Vec<u8>, DeliveryError> {
    let bug = |error: &dyn std::fmt::Debug| DeliveryError::Pdf(format!("{error:?}"));
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| bug(&error))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    let font = |bytes: &'static [u8]| {
        Font::new(Data::from(bytes), 0).ok_or_else(|| bug(&"a font of ours cannot be read"))
    };
    let drawing = Drawing {
        about,
        regular: font(fonts::regular())?,
        bold: font(fonts::bold())?,
    };
    document.set_outline(outline(pages));
    let mut tree = TagTree::new().with_lang(Some(about.lang.clone()));
    let mut open: Option<Open> = None;
    for (at, page) in pages.iter().enumerate() {
        drawing.page(
            &mut document,
            page,
            &mut tree,
            &mut open,
            (at + 1, pages.len()),
        )?;
    }
    close(&mut tree, open.take());
    document.set_tag_tree(tree);
    let direction = match about.direction {
        Direction::LeftToRight => TextDirection::LeftToRight,
        Direction::RightToLeft => TextDirection::RightToLeft,
    };
    document.set_metadata(
        Metadata::new()
            .title(about.title.clone())
            .authors(vec![about.author.clone()])
            .language(about.lang.clone())
            .text_direction(direction)
            .creator("undersigned".to_owned())
            .document_id(about.id.clone()),
    );
    document.finish().map_err(|error| bug(&error))
}

/// Title and headings, to jump to.
fn outline(pages: &[Page]) -> Outline {
    let mut outline = Outline::new();
    let mut last = 0;
    for (at, page) in pages.iter().enumerate() {
        for piece in page {
            let Piece::Text {
                number,
                about,
                lines,
            } = piece
            else {
                continue;
            };
            let Some(first) = lines.first().filter(|_| *number != last) else {
                continue;
            };
            last = *number;
            if matches!(about.kind, Kind::Title | Kind::Heading) {
                let top = first.y - 2.0 * first.style.size;
                let target = XyzDestination::new(at, Point::from_xy(0.0, top));
                outline.push_child(OutlineNode::new(about.words.clone(), target));
            }
        }
    }
    outline
}

/// Put a text that is complete into the tree.
fn close(tree: &mut TagTree, open: Option<Open>) {
    let Some(open) = open else { return };
    let level = |n| NonZeroU16::new(n).expect("not zero");
    let mut group = match open.kind {
        Kind::Title => TagGroup::new(Tag::Hn(level(1), Some(open.text))),
        Kind::Heading => TagGroup::new(Tag::Hn(level(2), Some(open.text))),
        _ => TagGroup::new(Tag::P),
    };
    match open.link {
        None => open.marks.into_iter().for_each(|mark| group.push(mark)),
        Some(annotation) => {
            let mut link = TagGroup::new(Tag::Link);
            open.marks.into_iter().for_each(|mark| link.push(mark));
            link.push(annotation);
            group.push(link);
        }
    }
    tree.push(group);
}

impl Drawing<'_> {
    fn page(
        &self,
        document: &mut Document,
        pieces: &Page,
        tree: &mut TagTree,
        open: &mut Option<Open>,
        (page, pages): (usize, usize),
    ) -> Result<(), DeliveryError> {
        let size = Size::from_wh(WIDTH, HEIGHT).expect("A4 has a size");
        let mut sheet = document.start_page_with(PageSettings::new(size));
        let mut links = Vec::new();
        let mut surface = sheet.surface();
        for piece in pieces {
            match piece {
                Piece::Text {
                    number,
                    about,
                    lines,
                } => {
                    let goes_on = open.as_ref().is_some_and(|open| open.number == *number);
                    if !goes_on {
                        close(tree, open.take());
                    }
                    let open = open.get_or_insert_with(|| Open {
                        number: *number,
                        kind: about.kind,
                        text: about.words.clone(),
                        marks: Vec::new(),
                        link: None,
                    });
                    for line in lines {
                        let (mark, area) = self.line(&mut surface, about, line)?;
                        open.marks.push(mark);
                        if let (Some(link), Some(area)) = (&about.link, area) {
                            links.push((*number, link.clone(), area));
                        }
                    }
                }
                Piece::Code { y, svg, alt } => {
                    close(tree, open.take());
                    tree.push(self.code(&mut surface, *y, svg, alt)?);
                }
            }
        }
        self.footer(&mut surface, page, pages)?;
        surface.finish();
        for (number, target, area) in links {
            let action = Target::Action(LinkAction::new(target.clone()).into());
            let annotation = Annotation::new_link(LinkAnnotation::new(area, action), Some(target));
            if let Some(open) = open.as_mut().filter(|open| open.number == number) {
                open.link
                    .get_or_insert(sheet.add_tagged_annotation(annotation));
            }
        }
        sheet.finish();
        Ok(())
    }

    /// The left edge of something this wide, at the side where lines begin or end.
    fn left(&self, width: f32, side: Side) -> f32 {
        match (self.about.direction, side) {
            (Direction::LeftToRight, Side::Begin) | (Direction::RightToLeft, Side::End) => MARGIN,
            _ => WIDTH - MARGIN - width,
        }
    }

    /// Draw a line of text. Returns its mark and where it is.
    fn line(
        &self,
        surface: &mut Surface,
        about: &Text,
        line: &Line,
    ) -> Result<(Identifier, Option<Rect>), DeliveryError> {
        let placed = place(&line.text, line.style, about.direction)?;
        let span = SpanTag::empty().with_lang(about.lang.as_deref());
        let mark = surface.start_tagged(ContentTag::Span(span));
        let x = self.left(placed.width, Side::Begin);
        self.glyphs(surface, (x, line.y), line.style, &placed);
        surface.end_tagged();
        let (size, top) = (line.style.size, line.y - line.style.size);
        Ok((mark, Rect::from_xywh(x, top, placed.width, size * 1.3)))
    }

    fn glyphs(&self, surface: &mut Surface, (x, y): (f32, f32), style: Style, line: &PlacedLine) {
        let font = if style.bold {
            &self.bold
        } else {
            &self.regular
        };
        let Some(first) = line.glyphs.first() else {
            return;
        };
        let next = line.glyphs.iter().skip(1).map(|glyph| glyph.x);
        let ends = next.chain([line.width]);
        let glyphs: Vec<KrillaGlyph> = line
            .glyphs
            .iter()
            .zip(ends)
            .map(|(glyph, end)| {
                let advance = (end - glyph.x) / style.size;
                let id = GlyphId::new(u32::from(glyph.id));
                let raised = -glyph.y / style.size;
                KrillaGlyph::new(id, advance, 0.0, raised, 0.0, glyph.part.clone(), None)
            })
            .collect();
        surface.set_fill(Some(fill(style.fill)));
        surface.set_stroke(None);
        let start = Point::from_xy(x + first.x, y);
        surface.draw_glyphs(start, &glyphs, font.clone(), &line.text, style.size, false);
    }

    fn code(
        &self,
        surface: &mut Surface,
        y: f32,
        svg: &str,
        alt: &str,
    ) -> Result<TagGroup, DeliveryError> {
        let tree = Tree::from_str(svg, &fonts::options()).map_err(PictureError::from)?;
        let size = Size::from_wh(CODE, CODE).expect("a code has a size");
        let mark = surface.start_tagged(ContentTag::Other);
        surface.push_transform(&Transform::from_translate(self.left(CODE, Side::End), y));
        let drawn = surface.draw_svg(&tree, size, SvgSettings::default());
        surface.pop();
        surface.end_tagged();
        drawn.ok_or_else(|| DeliveryError::Pdf("the code was not drawn".to_owned()))?;
        let mut figure = TagGroup::new(Tag::Figure(Some(alt.to_owned())));
        figure.push(mark);
        Ok(figure)
    }

    fn footer(
        &self,
        surface: &mut Surface,
        page: usize,
        pages: usize,
    ) -> Result<(), DeliveryError> {
        let text = (self.about.footer)(page, pages);
        let placed = place(&text, FOOTER, Direction::of_text(&text))?;
        surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(
            ArtifactType::Footer,
        )));
        let x = (WIDTH - placed.width) / 2.0;
        self.glyphs(surface, (x, HEIGHT - 44.0), FOOTER, &placed);
        surface.end_tagged();
        Ok(())
    }
}

/// A colour written as `#rrggbb`.
fn fill(colour: &str) -> Fill {
    let part = |from: usize| {
        let digits = colour.get(from..from + 2).unwrap_or_default();
        u8::from_str_radix(digits, 16).expect("our colours have six digits")
    };
    Fill {
        paint: rgb::Color::new(part(1), part(3), part(5)).into(),
        ..Fill::default()
    }
}
