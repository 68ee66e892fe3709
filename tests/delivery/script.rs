//! `check.html`: what its script says, run by node with as much of a page as it needs. The
//! page itself is opened in a browser by `tests/browser/delivery.test.mjs`.

use undersigned::delivery::unzip;

use crate::made::delivery;

#[test]
fn the_page_needs_nothing_but_itself() {
    for lang in ["en", "ar"] {
        let pack = delivery(lang).pack().expect("a pack");
        let page = unzip(&pack, "check.html", 10 << 20).expect("the page");
        let page = String::from_utf8(page).expect("text");
        let direction = if lang == "ar" { "rtl" } else { "ltr" };
        assert!(page.contains(&format!("<html lang=\"{lang}\" dir=\"{direction}\">")));
        assert!(page.contains("default-src 'none'; script-src 'sha256-"));
        for foreign in [
            " src=",
            "<link",
            "@import",
            "url(",
            "unsafe-inline",
            "unsafe-eval",
        ] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        // The letter's own `<` cannot leave the data.
        assert!(!page.contains("<sleeping>"));
        assert!(page.len() < 300_000, "{} bytes", page.len());
    }
}
