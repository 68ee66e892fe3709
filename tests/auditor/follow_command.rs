//! `undersigned follow` as people and scripts run it, killed again and again.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use undersigned::client::tiles::FolderTiles;
use undersigned::protocol::ids::Tree;

use crate::forger::files::Files;
use crate::forger::{Forger, Petition, journal_vkeys};
use crate::run::{NOW, assert_fine, run, run_in};

/// Where the instance's files are, and a follower's folder.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new(forger: &Forger) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let home = Self { folder };
        home.serve(forger);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Files stay at their paths: what reads them meanwhile meets old ones or new ones.
    fn serve(&self, forger: &Forger) {
        forger.files().write(&self.path("instance"));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let [key, _] = journal_vkeys("a.example");
        let mut command = Command::new(env!("CARGO_BIN_EXE_undersigned"));
        command
            .args(["follow", "instance", "--state", "followed", "--vkey"])
            .arg(key.to_string())
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear();
        command
    }

    /// Look once. Gives the exit code and what was said.
    fn once(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = self.command(&["--once"]);
        let output = command.args(arguments).output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8(said).expect("UTF-8"),
        )
    }

    /// Run until killed. Gives the mirror's address once it says it.
    fn start(&self, arguments: &[&str]) -> (Child, String) {
        let mut command = self.command(&["--listen", "127.0.0.1:0", "--every", "1"]);
        let command = command.args(arguments).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().expect("it starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let mut lines = out.lines().map(|line| line.expect("UTF-8"));
        let address = lines.find_map(|line| {
            let address = line.trim().strip_prefix("mirror ")?.trim().to_owned();
            Some(address)
        });
        (child, address.expect("it says where it listens"))
    }
}

/// Everything that is shown is what the instance serves; checkpoints, the only files that change,
/// may be those that it served before. Returns the journal's size.
fn audit_shown(mirror: &str, served: &[Files]) -> Option<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let get = async |path: &str| {
        let answer = reqwest::get(format!("{mirror}/{path}")).await.ok()?;
        let found = answer.status().is_success();
        let bytes = answer.bytes().await.ok()?;
        found.then(|| bytes.to_vec())
    };
    let newest = served.last().expect("something");
    let fetched = runtime.block_on(async {
        let checkpoint = get("checkpoint").await?;
        for (path, now) in &newest.0 {
            let Some(bytes) = get(path).await else {
                continue;
            };
            if path.ends_with("checkpoint") {
                let was = |files: &Files| files.0.get(path) == Some(&bytes);
                // The follower's cosignatures stand below those of the journal.
                assert!(path == "checkpoint" || served.iter().any(was), "{path}");
            } else {
                assert_eq!(&bytes, now, "{path}");
            }
        }
        Some(checkpoint)
    });
    let checkpoint = String::from_utf8(fetched?).expect("text");
    let size = checkpoint.lines().nth(1).expect("a size");
    Some(size.parse().expect("a size"))
}

/// As many batches as make a look take its time.
fn grown(forger: &mut Forger, petition: &Petition, from: u32, batches: u32) {
    for batch in 0..batches {
        let first = from + batch * 20;
        forger.sign(petition, first..first + 20);
    }
}

#[test]
fn killed_at_any_moment_it_goes_on() {
    let (mut forger, petition) = Forger::with_petition();
    grown(&mut forger, &petition, 0, 10);
    let home = Home::new(&forger);
    let mut served = vec![forger.files()];
    let mut shown = 0;
    for kill in 0..8_u64 {
        let (mut child, mirror) = home.start(&["--name", "watch.example", "--jobs", "1"]);
        // Sooner or later in what the first look of each start does.
        std::thread::sleep(Duration::from_millis(kill * 60));
        let size = audit_shown(&mirror, &served);
        child.kill().expect("killed");
        child.wait().expect("gone");
        let now = size.unwrap_or(0);
        assert!(now >= shown, "what was shown stays: {shown}, then {now}");
        shown = now;
        let from = 200 + u32::try_from(kill).expect("small") * 40;
        grown(&mut forger, &petition, from, 2);
        home.serve(&forger);
        served.push(forger.files());
    }
    let (code, said) = home.once(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("FINE  every rule holds"), "{said}");
    let report = run_in(
        &FolderTiles::new(home.path("instance")),
        &home.path("state"),
        NOW,
    );
    assert_fine(&report);
    // All of it is there at the next start, before anything is looked at.
    std::fs::remove_dir_all(home.path("instance")).expect("removed");
    std::fs::create_dir(home.path("instance")).expect("a folder");
    let (mut child, mirror) = home.start(&[]);
    let size = audit_shown(&mirror, &served);
    assert_eq!(size, Some(forger.journal.len() as u64));
    // SIGTERM ends it by itself.
    let mut kill = Command::new("kill");
    let told = kill.arg("-TERM").arg(child.id().to_string()).status();
    assert!(told.expect("it runs").success());
    assert_eq!(child.wait().expect("gone").code(), Some(0));
}

#[test]
fn looking_once_ends_as_an_audit_does() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    let home = Home::new(&forger);
    assert_eq!(home.once(&["--name", "watch.example"]).0, Some(0));
    let before = forger.clone();
    forger.sign(&petition, 3..4);
    home.serve(&forger);
    assert_eq!(home.once(&[]).0, Some(0));
    let (code, said) = home.once(&["--name", "other.example"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("not of other.example"), "{said}");
    let mut bad = petition.signature(4);
    bad[90] ^= 1;
    forger.batch(&petition, Tree::Roll, vec![petition.roll(4)]);
    forger.batch(&petition, Tree::Signatures, vec![bad]);
    forger.tally(&petition);
    home.serve(&forger);
    assert!(!run(&forger.files(), NOW).deviations.is_empty());
    let (code, said) = home.once(&[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("R15 petition"), "{said}");
    // Also after the files are gone, and after they are as they were: it is halted.
    std::fs::remove_file(home.path("instance/checkpoint")).expect("removed");
    assert_eq!(home.once(&[]).0, Some(1));
    home.serve(&before);
    assert_eq!(home.once(&[]).0, Some(1));
    let fresh = Home::new(&before);
    std::fs::remove_file(fresh.path("instance/checkpoint")).expect("removed");
    let (code, said) = fresh.once(&[]);
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn an_alert_can_end_it() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    let before = forger.clone();
    forger.sign(&petition, 3..4);
    let home = Home::new(&forger);
    assert_eq!(home.once(&[]).0, Some(0));
    home.serve(&before);
    let (mut child, _) = home.start(&["--exit-on-alert"]);
    assert_eq!(child.wait().expect("gone").code(), Some(1));
}
