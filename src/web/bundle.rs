//! The scripts of pages, each with all that it imports in one file: fewer bytes and one
//! request (`spec/site.md`, "Scripts").

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::assets::{names, text};
use crate::delivery;
use crate::http::gzip;

/// A joined script.
pub(super) struct Bundle {
    pub(super) code: String,
    pub(super) gzip: Vec<u8>,
}

/// By the script's path below `assets/`, as in `js/pages/petition.js`.
static BUNDLES: LazyLock<BTreeMap<String, Bundle>> = LazyLock::new(|| {
    let pages = names().filter(|name| name.starts_with("js/pages/"));
    let read = |path: &str| text(path).map(|source| without_comments(&source));
    pages
        .map(|name| {
            let code = delivery::bundle(&name, &read);
            let code = code.unwrap_or_else(|error| panic!("{error}"));
            let gzip = gzip(code.as_bytes());
            (name, Bundle { code, gzip })
        })
        .collect()
});

/// The script of a page with all that it imports.
pub(super) fn bundle(entry: &str) -> Option<&'static Bundle> {
    BUNDLES.get(entry)
}

/// Comments that fill whole lines are for who reads the sources. Licences (`/*!`) stay.
fn without_comments(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut comment = false;
    for line in source.lines() {
        let start = line.trim_start();
        comment |= start.starts_with("/**");
        if comment || start.starts_with("//") {
            comment = comment && !start.ends_with("*/");
        } else {
            code.extend([line, "\n"]);
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_script_joins() {
        assert!(BUNDLES.len() >= 4, "the scripts were found");
        for (entry, Bundle { code, .. }) in &*BUNDLES {
            for line in code.lines() {
                let module = line.starts_with("import ") || line.starts_with("export ");
                assert!(!module, "{entry}: {line}");
            }
        }
        let check = &bundle("js/pages/check.js").expect("there").code;
        assert_eq!(check.matches("// js/protocol/bytes.js\n").count(), 1);
        assert!(check.contains("The MIT License"), "licences stay");
        assert!(!check.contains("@param"), "comments do not");
    }

    #[test]
    fn code_behind_a_comment_stays() {
        let source = "/** A.\n * @type {B} */\nlet a = 1; // why\n// no\n  /** c */\nb(`x`);\n";
        assert_eq!(without_comments(source), "let a = 1; // why\nb(`x`);\n");
    }
}
