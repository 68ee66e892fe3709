//! Several JavaScript modules as one script, for a page that must work without a network.
//!
//! Not a bundler for everything: our own modules import by name, on one line each, and
//! say `export` where they declare. Whatever else a module contains is kept as it is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Why modules cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// A module that another imports is not there.
    #[error("{from} imports {path}, which is missing")]
    Missing {
        /// The importing module.
        from: String,
        /// The module that is missing.
        path: String,
    },
    /// Modules import each other in a circle.
    #[error("{0} imports itself, by way of others")]
    Circle(String),
    /// A line that begins with `import` or `export`, in no form that is known here.
    #[error("{path}, line {line}: unknown form of import or export")]
    Form {
        /// The module.
        path: String,
        /// Counted from 1.
        line: usize,
    },
}

/// One script from the module `entry` and all that it imports. Each module is a function
/// that is called once and gives what it exports, so that no two names can meet.
pub fn bundle(entry: &str, read: &dyn Fn(&str) -> Option<String>) -> Result<String, BundleError> {
    let mut bundle = Bundle {
        read,
        numbers: BTreeMap::new(),
        open: Vec::new(),
        script: String::from("\"use strict\";\n"),
    };
    bundle.add(entry, entry)?;
    Ok(bundle.script)
}

struct Bundle<'a> {
    read: &'a dyn Fn(&str) -> Option<String>,
    /// Modules written, by their path.
    numbers: BTreeMap<String, usize>,
    /// Modules being written.
    open: Vec<String>,
    script: String,
}

impl Bundle<'_> {
    /// Write a module after those that it imports. Returns its number.
    fn add(&mut self, path: &str, from: &str) -> Result<usize, BundleError> {
        if let Some(number) = self.numbers.get(path) {
            return Ok(*number);
        }
        if self.open.iter().any(|open| open == path) {
            return Err(BundleError::Circle(path.to_owned()));
        }
        let Some(text) = (self.read)(path) else {
            return Err(BundleError::Missing {
                from: from.to_owned(),
                path: path.to_owned(),
            });
        };
        self.open.push(path.to_owned());
        let mut body = String::new();
        let mut exports = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let form = || BundleError::Form {
                path: path.to_owned(),
                line: at + 1,
            };
            if line.starts_with("import ") || line.starts_with("import{") {
                let (names, target) = import(line).ok_or_else(form)?;
                let number = self.add(&join(path, target), path)?;
                let names: Vec<String> = names
                    .iter()
                    .map(|(own, other)| renamed(other, own))
                    .collect();
                write_line(
                    &mut body,
                    &format!("const {{ {} }} = m{number};", names.join(", ")),
                );
            } else if let Some(rest) = line.strip_prefix("export {") {
                let names = rest.trim_end().strip_suffix("};").ok_or_else(form)?;
                let names = list(names).ok_or_else(form)?;
                exports.extend(names.iter().map(|(outer, own)| renamed(outer, own)));
            } else if let Some(rest) = line.strip_prefix("export ") {
                let name = declared(rest).ok_or_else(form)?;
                exports.push(name.to_owned());
                write_line(&mut body, rest);
            } else {
                write_line(&mut body, line);
            }
        }
        self.open.pop();
        let number = self.numbers.len();
        self.numbers.insert(path.to_owned(), number);
        write!(
            self.script,
            "// {path}\nconst m{number} = (() => {{\n{body}return {{ {} }};\n}})();\n",
            exports.join(", ")
        )
        .expect("a String takes any text");
        Ok(number)
    }
}

fn write_line(body: &mut String, line: &str) {
    body.push_str(line);
    body.push('\n');
}

/// `key: value`, or one name where they are the same.
fn renamed(key: &str, value: &str) -> String {
    if key == value {
        key.to_owned()
    } else {
        format!("{key}: {value}")
    }
}

/// `import { a, b as c } from "./x.js";`: pairs of the name here and the name there.
fn import(line: &str) -> Option<(Vec<(&str, &str)>, &str)> {
    let rest = line
        .strip_prefix("import")?
        .trim_start()
        .strip_prefix('{')?;
    let (names, rest) = rest.split_once('}')?;
    let target = rest.trim().strip_prefix("from")?.trim();
    let target = target.strip_suffix(';').unwrap_or(target).trim();
    let target = target.strip_prefix('"')?.strip_suffix('"')?;
    let relative = target.starts_with("./") || target.starts_with("../");
    relative.then_some((list(names)?, target))
}

/// `a, b as c`: pairs of the last name and the first.
fn list(names: &str) -> Option<Vec<(&str, &str)>> {
    let names = names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    names
        .map(|name| {
            let (first, last) = name.split_once(" as ").unwrap_or((name, name));
            let (first, last) = (first.trim(), last.trim());
            (is_name(first) && is_name(last)).then_some((last, first))
        })
        .collect()
}

fn is_name(name: &str) -> bool {
    let letter = |c: char| c.is_alphabetic() || c == '_' || c == '$';
    name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
}

/// The name that a declaration after `export` declares.
fn declared(rest: &str) -> Option<&str> {
    let forms = ["async function ", "function ", "const ", "class "];
    let rest = forms.iter().find_map(|form| rest.strip_prefix(form))?;
    let rest = rest.trim_start_matches(['*', ' ']);
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
    Some(&rest[..end?]).filter(|name| is_name(name))
}

/// A path relative to the module at `from`.
fn join(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files<'a>(files: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |path| {
            let file = files.iter().find(|(name, _)| *name == path);
            file.map(|(_, text)| (*text).to_owned())
        }
    }

    #[test]
    fn modules_come_before_those_that_import_them() {
        let read = files(&[
            (
                "a/main.js",
                "import { one, two as zwei } from \"./b/two.js\";\nimport { one as eins } from \"../one.js\";\nconsole.log(one, zwei, eins);\n",
            ),
            (
                "a/b/two.js",
                "import { one } from \"../../one.js\";\nexport { one };\nexport async function two() {}\n",
            ),
            (
                "one.js",
                "/** @param {import(\"x\").y} z */\nexport const one = 1;\nexport class C {}\nfunction f() {}\nexport { f as g };\n",
            ),
        ]);
        let script = bundle("a/main.js", &read).expect("a script");
        let expected = "\"use strict\";\n\
            // one.js\nconst m0 = (() => {\n/** @param {import(\"x\").y} z */\nconst one = 1;\n\
            class C {}\nfunction f() {}\nreturn { one, C, g: f };\n})();\n\
            // a/b/two.js\nconst m1 = (() => {\nconst { one } = m0;\nasync function two() {}\n\
            return { one, two };\n})();\n\
            // a/main.js\nconst m2 = (() => {\nconst { one, two: zwei } = m1;\n\
            const { one: eins } = m0;\nconsole.log(one, zwei, eins);\nreturn {  };\n})();\n";
        assert_eq!(script, expected);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let form = |line: &str| {
            let text = format!("\n{line}\n");
            bundle("m.js", &|path| (path == "m.js").then(|| text.clone()))
        };
        for line in [
            "import x from \"./x.js\";",
            "import * as x from \"./x.js\";",
            "import { a } from \"https://elsewhere.example/x.js\";",
            "import { a } from 'x';",
            "import { a,",
            "export default 1;",
            "export * from \"./x.js\";",
            "export { a",
            "export let a = 1;",
        ] {
            let refused = form(line).expect_err(line);
            assert!(
                matches!(refused, BundleError::Form { line: 2, .. }),
                "{line}: {refused}"
            );
        }
        let missing = form("import { a } from \"./x.js\";").expect_err("missing");
        assert!(matches!(missing, BundleError::Missing { .. }));
    }

    #[test]
    fn circles_are_refused() {
        let read = files(&[
            (
                "a.js",
                "import { b } from \"./b.js\";\nexport const a = 1;\n",
            ),
            (
                "b.js",
                "import { a } from \"./a.js\";\nexport const b = 1;\n",
            ),
        ]);
        let circle = bundle("a.js", &read).expect_err("a circle");
        assert_eq!(circle, BundleError::Circle("a.js".to_owned()));
    }
}
