//! Runs `tests/browser/`: pages in a real browser, and the JavaScript halves of the formats.
//! Needs node, npm and Chromium; without them it skips, except where every check is required.

use std::path::Path;
use std::process::Command;

fn runs(program: &str) -> bool {
    let tried = Command::new(program).arg("--version").output();
    tried.is_ok_and(|output| output.status.success())
}

fn npm(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command
        .args(arguments)
        .current_dir(folder)
        .env("UNDERSIGNED_BIN", env!("CARGO_BIN_EXE_undersigned"));
    command
}

#[test]
fn every_browser_test_passes() {
    let chromium = std::env::var("UNDERSIGNED_CHROMIUM");
    let chromium = chromium.as_deref().unwrap_or("/usr/bin/chromium");
    let missing: Vec<&str> = ["node", "npm", chromium]
        .into_iter()
        .filter(|program| !runs(program))
        .collect();
    if !missing.is_empty() {
        assert!(
            std::env::var_os("UNDERSIGNED_CI").is_none(),
            "missing: {missing:?}"
        );
        eprintln!("skipped: the tests in tests/browser need {missing:?}");
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    let install = [
        "install",
        "--silent",
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
    ];
    let installed = npm(&folder, &install).status().expect("npm runs");
    assert!(installed.success(), "npm install failed");
    let passed = npm(&folder, &["test"]).status().expect("npm runs");
    assert!(passed.success(), "a browser test failed");
}
