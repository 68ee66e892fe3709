//! What `undersigned verify` says about evidence.

use std::fmt::Write as _;
use std::path::Path;

use crate::support::Home;

/// A test vector's policy and body.
fn vector(name: &str) -> (String, Vec<u8>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors/evidence");
    let bytes = std::fs::read(folder.join(name)).expect("a vector");
    let end = bytes.windows(2).position(|two| two == b"\n\n");
    let (header, body) = bytes.split_at(end.expect("a header"));
    let header = std::str::from_utf8(header).expect("UTF-8");
    let policy = header.lines().filter_map(|l| l.strip_prefix("policy: "));
    let policy = policy.flat_map(|line| [line, "\n"]).collect();
    (policy, body[2..].to_vec())
}

#[test]
fn evidence_is_proven_or_not() {
    let home = Home::new();
    let mut all = String::new();
    for (name, code) in [
        ("accept-promise-log.txt", 0),
        ("accept-promise-witnesses.txt", 0),
        ("accept-journal-forked.txt", 0),
        ("accept-journal-without-manifest.txt", 0),
        ("accept-tree-shrunk.txt", 0),
        ("accept-leaf-token.txt", 0),
        ("accept-closed-roll-grows.txt", 0),
        ("reject-promise-kept.txt", 1),
        ("reject-promise-not-due.txt", 1),
        ("reject-journal-rollback.txt", 1),
        ("reject-file-format.txt", 1),
        ("reject-file-manifest.txt", 1),
    ] {
        let (policy, body) = vector(name);
        home.write("policy", policy);
        home.write("evidence.json", body);
        let ran = home.run(&["verify", "evidence.json", "--policy", "policy"]);
        assert_eq!(ran.code, code, "{name}: {}", ran.whole());
        writeln!(all, "## {name}\n{}", ran.whole()).expect("a String");
        let json = home.run(&["verify", "evidence.json", "--policy", "policy", "--json"]);
        assert_eq!(json.code, code, "{name}");
        assert_eq!(json.json()["kind"], "evidence", "{name}");
        assert_eq!(json.json()["valid"], code == 0, "{name}");
    }
    insta::assert_snapshot!(all);
}

#[test]
fn who_names_the_keys_is_said() {
    let home = Home::new();
    let (_, body) = vector("accept-promise-log.txt");
    home.write("evidence.json", body);
    let itself = home.run(&["verify", "evidence.json"]);
    let json = home.done(&["verify", "evidence.json", "--json"]);
    let (_, body) = vector("accept-journal-without-manifest.txt");
    home.write("evidence.json", body);
    let nobody = home.run(&["verify", "evidence.json"]);
    assert_eq!((itself.code, nobody.code), (0, 2));
    insta::assert_snapshot!([itself.whole(), json.out, nobody.whole()].join("\n"));
}
