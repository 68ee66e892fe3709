//! The files in `examples/`.

use std::path::{Path, PathBuf};

use undersigned::config::Config;

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
}

#[test]
fn the_configuration_lists_every_setting_with_its_default() {
    let default = format!("{:#?}", Config::default());
    let read = Config::read(&example("serve.toml")).expect("it parses");
    assert_eq!(format!("{read:#?}"), default);
    let text = std::fs::read_to_string(example("serve.toml")).expect("read");
    let uncommented = text.replace("\n# ", "\n");
    let mut settings = 0;
    // `name: value` in the debug output: every field there is.
    for line in default.lines() {
        let Some((name, _)) = line.trim().split_once(": ") else {
            continue;
        };
        let written = [
            format!("\n{name} = "),
            format!("\n[{name}]"),
            format!("\n[mail.{name}]"),
        ];
        assert!(
            written.iter().any(|form| uncommented.contains(form)),
            "{name} is missing"
        );
        settings += 1;
    }
    assert!(settings > 15, "{settings}");
}

#[test]
fn what_is_commented_out_in_it_is_a_setting_too() {
    let text = std::fs::read_to_string(example("serve.toml")).expect("read");
    let keys = [
        "metrics =",
        "heads_copy =",
        "[mail.smtp]",
        "host =",
        "port =",
        "tls =",
        "user =",
        "password_file =",
        "ca_file =",
        "domain_lists =",
        "appeals =",
        "dkim_selector =",
        "[witnesses]",
        "policy =",
        "deadline_ms =",
    ];
    let enabled: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest) if keys.iter().any(|key| rest.starts_with(key)) => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("all.toml");
    std::fs::write(&path, enabled).expect("written");
    let config = Config::read(&path).unwrap_or_else(|e| panic!("{e}"));
    assert!(config.metrics.is_some() && config.heads_copy.is_some());
    let smtp = config.mail.smtp.expect("a server");
    assert!(smtp.user.is_some() && smtp.ca_file.is_some());
    assert!(config.limits.domain_lists.is_some());
    assert!(config.mail.appeals.is_some() && config.witnesses.is_some());
}
