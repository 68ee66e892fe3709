//! Runs every command of the README's tour, as it stands there.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// The shell commands below "A tour", in order.
fn tour(readme: &str) -> String {
    let (_, tour) = readme.split_once("## A tour").expect("a tour");
    let (tour, _) = tour.split_once("\n## ").expect("a section follows");
    tour.split("```sh\n")
        .skip(1)
        .map(|block| block.split("```").next().expect("a block ends"))
        .collect()
}

/// Options that move the service to a port of its own, and into the background.
fn own_port(port: u16) -> String {
    let host = format!("localhost:{port}");
    format!(" --listen 127.0.0.1:{port} --origin {host} --url http://{host} &\n")
}

#[test]
fn every_command_of_the_tour_works() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(root.join("examples"), folder.path().join("examples"))
        .expect("a link to the examples");
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port();
    let mut script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n".to_owned();
    let mut commands = 0;
    for line in tour(&readme).lines() {
        if line.starts_with("cargo install") {
            continue; // the binary is there already
        }
        commands += 1;
        if line.starts_with("undersigned serve") {
            script += line;
            script += &own_port(port);
            script += "until undersigned petition list > /dev/null 2>&1; do sleep 0.2; done\n";
            continue;
        }
        if line.contains("outbox/") {
            script += "until ls tour/data/outbox/*.eml > /dev/null 2>&1; do sleep 0.2; done\n";
        }
        script += &line.replace("localhost:8080", &format!("localhost:{port}"));
        script.push('\n');
    }
    assert!(commands >= 13, "the tour was found");
    let binary = Path::new(env!("CARGO_BIN_EXE_undersigned"));
    let path = format!(
        "{}:{}",
        binary.parent().expect("a folder").display(),
        std::env::var("PATH").expect("a path")
    );
    let output = Command::new("bash")
        .arg("-c")
        .arg(&script)
        .current_dir(folder.path())
        .env("PATH", path)
        .env("HOME", folder.path())
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .env("UNDERSIGNED_SERVER", format!("http://localhost:{port}"))
        .output()
        .expect("bash runs");
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}\n{out}\n{err}");
    assert_eq!(out.matches("VALID").count(), 3, "{out}\n{err}");
    assert!(out.contains("FINE"), "{out}");
    assert!(out.contains("Taken back"), "{out}");
}
