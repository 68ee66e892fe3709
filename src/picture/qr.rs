//! QR codes.

use qrcode::render::svg::Color;
use qrcode::{EcLevel, QrCode};

/// Too long for a QR code.
#[derive(Debug, thiserror::Error)]
#[error("not a QR code: {0}")]
pub struct QrError(#[from] qrcode::types::QrError);

/// A text as a QR code: a whole SVG document with a quiet zone, one unit a module, dark on
/// white whatever surrounds it.
pub fn qr_svg(text: &str) -> Result<String, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let mut drawing = code.render::<Color>();
    let svg = drawing
        .module_dimensions(1, 1)
        .dark_color(Color("#000"))
        .light_color(Color("#fff"))
        .build();
    let declaration = "<?xml version=\"1.0\" standalone=\"yes\"?>";
    Ok(svg.replacen(declaration, "", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_small_drawing() {
        let svg = qr_svg("https://petitions.example/").expect("a code");
        assert!(svg.starts_with("<svg "), "{svg}");
        assert!(svg.len() < 20_000);
        resvg::usvg::roxmltree::Document::parse(&svg).expect("XML");
    }

    #[test]
    fn a_text_too_long_is_refused() {
        assert!(qr_svg(&"x".repeat(4000)).is_err());
    }
}
