//! The house rules that a machine can check (`spec/architecture.md`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules and their floors. Twice the number in the specification, so that 2½ is 5.
const FLOORS: &[(&str, u8)] = &[
    ("tlog", 0),
    ("protocol", 2),
    ("api", 4),
    ("clock", 4),
    ("config", 4),
    ("door", 4),
    ("keys", 4),
    ("lang", 4),
    ("lock", 4),
    ("whole_file", 4),
    ("picture", 4),
    ("store", 4),
    ("mail", 4),
    ("client", 4),
    ("instance", 5),
    ("registrar", 6),
    ("ledger", 6),
    ("auditor", 6),
    ("delivery", 6),
    ("witness", 6),
    ("follower", 7),
    ("office", 7),
    ("http", 8),
    ("web", 8),
    ("cli", 8),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the package") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// The modules below `src/` that a file names with `crate::…`.
fn imports(text: &str) -> Vec<&str> {
    text.split("crate::")
        .skip(1)
        .map(|rest| {
            rest.split(|c: char| !(c.is_alphanumeric() || c == '_'))
                .next()
                .unwrap_or_default()
        })
        .collect()
}

#[test]
fn imports_point_down_only() {
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    assert!(files.len() > 50, "the walk found the sources");
    let mut seen = 0;
    for path in files {
        let relative = path.strip_prefix(root().join("src")).expect("below src");
        let module = relative
            .iter()
            .next()
            .and_then(|p| p.to_str())
            .expect("UTF-8 names");
        let module = module.strip_suffix(".rs").unwrap_or(module);
        if matches!(module, "lib" | "main") {
            continue;
        }
        let own = floors
            .get(module)
            .unwrap_or_else(|| panic!("src/{module} is missing in the table of floors"));
        let text = fs::read_to_string(&path).expect("a source file");
        for import in imports(&text) {
            let Some(other) = floors.get(import) else {
                continue;
            };
            seen += 1;
            assert!(
                import == module
                    || other < own
                    || (*own == 4 && other == own)
                    || (*own == 8 && other == own),
                "{}: floor of `{module}` must not import `{import}`",
                relative.display()
            );
        }
    }
    assert!(seen > 100, "the scan found the imports");
}

#[test]
fn every_specification_is_listed() {
    let index = fs::read_to_string(root().join("spec/README.md")).expect("the index");
    for entry in fs::read_dir(root().join("spec")).expect("the folder") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("UTF-8 names");
        assert!(
            name == "README.md" || index.contains(&format!("]({name}")),
            "spec/{name} is not in spec/README.md"
        );
    }
    for name in index
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        assert!(
            root().join("spec").join(name).exists(),
            "spec/README.md lists {name}, which is missing"
        );
    }
}

#[test]
fn source_files_have_one_subject() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        rust_files(&root().join(folder), &mut files);
    }
    for path in files {
        let lines = fs::read_to_string(&path)
            .expect("a source file")
            .lines()
            .count();
        assert!(
            lines <= 600,
            "{} has {lines} lines: redesign the room",
            path.display()
        );
    }
}

/// `office/` is not in the list: it holds the addresses of organisers and staff, and of
/// sponsors until their petition opens. Those of signers stay with the registrar.
#[test]
fn only_the_registrar_touches_personal_data() {
    let mut files = Vec::new();
    for folder in ["ledger", "instance", "store", "auditor", "tlog", "protocol"] {
        rust_files(&root().join("src").join(folder), &mut files);
    }
    for path in files {
        let text = code(&fs::read_to_string(&path).expect("a source file"));
        let text = text.replace("email_rules", ""); // a manifest names a version of them
        for word in ["email", "IpAddr"] {
            assert!(!text.contains(word), "{} speaks of {word}", path.display());
        }
    }
}

/// The text without comments.
fn code(text: &str) -> String {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}
