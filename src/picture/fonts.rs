//! The fonts that are compiled in: `DejaVu` Sans, for Latin, Cyrillic, Greek and Arabic.
//! None comes from the machine, so that a picture is the same everywhere.

use std::sync::{Arc, LazyLock};

use resvg::usvg::{Options, fontdb};

/// The family's name, as a drawing names it.
pub const FAMILY: &str = "DejaVu Sans";

/// The regular face's file.
pub fn regular() -> &'static [u8] {
    dejavu::sans::regular()
}

/// The bold face's file.
pub fn bold() -> &'static [u8] {
    dejavu::sans::bold()
}

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for bytes in [regular(), bold()] {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
    }
    Arc::new(fonts)
});

/// How drawings are read.
pub fn options() -> Options<'static> {
    Options {
        font_family: FAMILY.to_owned(),
        fontdb: FONTS.clone(),
        ..Options::default()
    }
}
