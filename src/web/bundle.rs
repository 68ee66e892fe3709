//! All modules that a script needs, in one file: fewer bytes and one request, and a page that
//! is saved or inlined whole. No build step: modules import and export in one plain form
//! (`spec/site.md`, "Scripts"), so that joining them is a matter of lines.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::assets::text;
use crate::http::gzip;

/// A joined script.
pub(super) struct Bundle {
    pub(super) code: String,
    pub(super) gzip: Vec<u8>,
}

/// Every page's script, by its path below `assets/`, as in `js/pages/petition.js`.
static BUNDLES: LazyLock<BTreeMap<String, Bundle>> = LazyLock::new(|| {
    let pages = super::assets::names().filter(|name| name.starts_with("js/pages/"));
    pages
        .map(|name| {
            let code = join(&name);
            let gzip = gzip(code.as_bytes());
            (name, Bundle { code, gzip })
        })
        .collect()
});

/// The script of a page with all that it imports.
pub(super) fn bundle(entry: &str) -> Option<&'static Bundle> {
    BUNDLES.get(entry)
}

/// Modules that are written already, each as a constant that holds what it exports.
#[derive(Default)]
struct Joined {
    numbers: BTreeMap<String, usize>,
    code: String,
}

fn join(entry: &str) -> String {
    let mut joined = Joined::default();
    let (body, _) = joined.read(entry);
    // A block keeps names to themselves, and allows `await`, which a function would not.
    format!("{}{{\n{body}}}\n", joined.code)
}

impl Joined {
    /// Writes what `path` imports; gives its own code and the names that it exports.
    fn read(&mut self, path: &str) -> (String, Vec<String>) {
        let source = text(path).unwrap_or_else(|| panic!("no module {path}"));
        let mut code = String::with_capacity(source.len());
        let mut exported = Vec::new();
        let mut comment = false;
        for line in source.lines() {
            let start = line.trim_start();
            // Licences (`/*!`) stay; other comments are there for who reads the sources.
            comment |= start.starts_with("/**");
            if comment || start.starts_with("//") {
                comment = comment && !start.ends_with("*/");
            } else if let Some(rest) = line.strip_prefix("import ") {
                let (names, from) = import(rest).unwrap_or_else(|| panic!("{path}: {line}"));
                let module = self.module(&resolve(path, from));
                code.extend(["const ", names, " = ", &module, ";\n"]);
            } else if let Some(rest) = line.strip_prefix("export ") {
                if let Some(names) = list(rest) {
                    exported.extend(names);
                } else {
                    let name = declared(rest).unwrap_or_else(|| panic!("{path}: {line}"));
                    exported.push(name.to_owned());
                    code.extend([rest, "\n"]);
                }
            } else {
                code += line;
                code.push('\n');
            }
        }
        (code, exported)
    }

    /// The constant of a module, which is written if it is not there yet.
    fn module(&mut self, path: &str) -> String {
        if let Some(number) = self.numbers.get(path) {
            return format!("module{number}");
        }
        let (code, exported) = self.read(path);
        let number = self.numbers.len();
        self.numbers.insert(path.to_owned(), number);
        let (name, names) = (format!("module{number}"), exported.join(", "));
        let opening = ["// ", path, "\nconst ", &name, " = (() => {\n"];
        let closing = [&code, "return { ", &names, " };\n})();\n"];
        self.code.extend(opening.into_iter().chain(closing));
        name
    }
}

/// `{ a, b } from "./c.js";`
fn import(rest: &str) -> Option<(&str, &str)> {
    let (names, from) = rest.split_once(" from \"")?;
    let plain = names.starts_with("{ ") && names.ends_with(" }") && !names.contains(" as ");
    plain.then_some((names, from.strip_suffix("\";")?))
}

/// `{ a, b };`
fn list(rest: &str) -> Option<Vec<String>> {
    let names = rest.strip_prefix("{ ")?.strip_suffix(" };")?;
    Some(names.split(", ").map(str::to_owned).collect())
}

/// The name in `async function name(`, `const name = ` or `class name `.
fn declared(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix("async ").unwrap_or(rest);
    let (_, rest) = rest.split_once(' ')?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    Some(&rest[..end]).filter(|name| !name.is_empty())
}

/// A path relative to a module's own.
fn resolve(module: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = module.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
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
    fn only_the_plain_forms_are_read() {
        assert_eq!(
            import("{ a, b } from \"./c.js\";"),
            Some(("{ a, b }", "./c.js"))
        );
        assert_eq!(import("* as c from \"./c.js\";"), None);
        assert_eq!(import("{ a as b } from \"./c.js\";"), None);
        assert_eq!(declared("async function a(b) {"), Some("a"));
        assert_eq!(declared("const A_1 = 1;"), Some("A_1"));
        assert_eq!(resolve("js/pages/a.js", "../lib/b.js"), "js/lib/b.js");
    }
}
