//! `undersigned audit` as people and scripts run it.

use std::path::{Path, PathBuf};
use std::process::Command;

use undersigned::protocol::ids::Tree;
use undersigned::tlog::hash::leaf_hash;

use crate::forger::{Forger, Petition, journal_vkeys};

/// What a run gave.
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

/// A folder with public files, and one in which the command runs.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new(forger: &Forger) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        forger.files().write(&folder.path().join("mirror"));
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn serve(&self, forger: &Forger) {
        std::fs::remove_dir_all(self.path("mirror")).expect("removes");
        forger.files().write(&self.path("mirror"));
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_undersigned"))
            .arg("audit")
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("XDG_CACHE_HOME", self.path("cache"))
            .output()
            .expect("started");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Ran {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

fn signed() -> (Forger, Petition) {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    let struck = leaf_hash(&forger.tree(&petition, Tree::Roll)[1]);
    let strike = petition.strike(&struck, 1);
    forger.batch(&petition, Tree::Strikes, vec![strike]);
    forger.tally(&petition);
    (forger, petition)
}

#[test]
fn a_fine_instance_ends_with_0_and_a_line_for_each_petition() {
    let (forger, petition) = signed();
    let home = Home::new(&forger);
    let ran = home.run(&["mirror"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.out);
    assert!(lines[0].starts_with("journal a.example (mirror): 3 entries, root "));
    let id = petition.id().to_string();
    let numbers =
        "at least 2, at most 3 signatures as of 2023-11-14T23:15:00Z (R 3, S 3, W 0, X 1)";
    assert_eq!(
        lines[1],
        format!("petition {}… \"petition\": {numbers}", &id[..12])
    );
    assert!(lines[2].starts_with("FINE "));
    assert!(
        ran.err
            .contains("NOTE: this first run took the journal's keys")
    );
    assert!(
        home.path("cache/undersigned/audit/a.example/journal")
            .is_dir()
    );
    let again = home.run(&["mirror"]);
    assert_eq!(again.code, Some(0));
    assert_eq!(again.err, "", "nothing to say the second time");
    assert!(again.out.contains("this run: 0 entries, 0 leaves"));
}

#[test]
fn deviations_end_with_1_and_a_line_for_each() {
    let (mut forger, petition) = signed();
    let mut bad = petition.signature(3);
    bad[90] ^= 1;
    forger.batch(&petition, Tree::Roll, vec![petition.roll(3)]);
    forger.batch(&petition, Tree::Signatures, vec![bad]);
    forger.tally(&petition);
    let home = Home::new(&forger);
    let [key, _] = journal_vkeys("a.example");
    let ran = home.run(&["mirror", "--vkey", &key.to_string()]);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    let line = format!(
        "DEVIATION  R15 petition {} signatures leaf 3: the token does not verify under the \
         petition's token key\n",
        petition.id()
    );
    assert!(ran.out.contains(&line), "{}", ran.out);
    assert_eq!(ran.err, "", "keys were given");
}

#[test]
fn what_cannot_be_looked_at_ends_with_2() {
    let (forger, petition) = signed();
    let home = Home::new(&forger);
    let path = format!("mirror/{}/roll/tile/entries/000.p/3", petition.id());
    std::fs::remove_file(home.path(&path)).expect("removes");
    let ran = home.run(&["mirror"]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("\nNOT LOOKED AT  petition "),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("\nCOULD NOT LOOK "), "{}", ran.out);
    std::fs::remove_file(home.path("mirror/checkpoint")).expect("removes");
    for arguments in [
        &["mirror"][..],
        &["nowhere"],
        &["ftp://a.example"],
        &["http://192.0.2.1"],
        &["mirror", "--vkey", "nonsense"],
        &["mirror", "--policy", "nowhere"],
        &["mirror", "--petition", "00"],
        &["mirror", "--registrar", "nowhere"],
        &["http://127.0.0.1:9", "--registrar", "nowhere"],
        &[],
    ] {
        let ran = home.run(arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}{}", ran.out, ran.err);
        assert_eq!(ran.out, "", "{arguments:?}");
        assert!(ran.err.contains("error: "), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn the_report_is_json_on_demand() {
    let (mut forger, petition) = signed();
    let before = forger.clone();
    forger.sign(&petition, 3..4);
    let home = Home::new(&forger);
    let state = home.path("state").display().to_string();
    let json = |code: i32| -> serde_json::Value {
        let ran = home.run(&["mirror", "--json", "--state", &state]);
        assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
        serde_json::from_str(&ran.out).expect("JSON alone")
    };
    let report = json(0);
    assert_eq!(report["verdict"], "fine");
    assert_eq!(report["key_trust"], "first-use");
    assert_eq!(
        report["petitions"][0]["petition"],
        petition.id().to_string()
    );
    assert_eq!(report["petitions"][0]["roll"], 4);
    assert_eq!(report["petitions"][0]["count"], 3);
    assert_eq!(report["work"]["leaves"], 9);
    home.serve(&before);
    let report = json(1);
    assert_eq!(report["verdict"], "deviations");
    let deviation = &report["deviations"][0];
    assert_eq!(deviation["rule"], "R2");
    assert_eq!(deviation["fault"], "rolled-back");
    assert_eq!(
        (&deviation["seen"], &deviation["served"]),
        (&4.into(), &3.into())
    );
    let evidence = report["evidence"][0].as_str().expect("a folder");
    assert!(Path::new(evidence).join("served.checkpoint").is_file());
}

#[test]
fn two_instances_are_reported_together() {
    let petition = Petition::new("petition", "b.example", "a.example");
    let (mut ledger, mut registrar) = (Forger::new("a.example"), Forger::new("b.example"));
    ledger.publish(&petition);
    registrar.publish(&petition);
    registrar.batch(&petition, Tree::Roll, vec![petition.roll(0)]);
    registrar.tally(&petition);
    let home = Home::new(&ledger);
    registrar.files().write(&home.path("other"));
    let ran = home.run(&["mirror", "--registrar", "other", "--jobs", "1"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("journal a.example"));
    assert!(ran.out.contains("journal b.example"));
    let ran = home.run(&["mirror", "--registrar", "other", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON alone");
    assert_eq!(report["registrar"]["petitions"][0]["roll"], 1);
}

#[test]
fn evidence_is_written_and_said() {
    let (mut forger, petition) = signed();
    let mut leaf = petition.signature(4);
    leaf[300] ^= 1;
    forger.batch(&petition, Tree::Roll, vec![petition.roll(4)]);
    forger.tree(&petition, Tree::Signatures).push(leaf);
    forger.tally(&petition);
    // And a tally that changes nothing, which no file shows.
    forger.tally(&petition);
    let home = Home::new(&forger);
    let audit = ["mirror", "--evidence", "shown"];
    let ran = home.run(&audit);
    assert_eq!(ran.code, Some(1), "{}{}", ran.out, ran.err);
    let lines: Vec<&str> = ran.out.lines().collect();
    let [.., file, why] = lines[..] else {
        panic!("{}", ran.out);
    };
    let file = file.strip_prefix("EVIDENCE   ").expect("a file");
    assert!(file.starts_with("shown/R15-"), "{file}");
    assert!(why.starts_with("NO EVIDENCE  R8 petition "), "{why}");
    let json = home.run(&[&audit[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["shown"][0]["file"], file);
    assert_eq!(json["shown"][1]["rule"], "R8");
    let names = std::fs::read_dir(home.path("shown")).expect("a folder");
    assert_eq!(names.count(), 1, "the same name in every run");
    let key = journal_vkeys("a.example")[0].to_string();
    let verified = Command::new(env!("CARGO_BIN_EXE_undersigned"))
        .args(["verify", file, "--vkey", &key])
        .current_dir(home.folder.path())
        .output()
        .expect("started");
    assert!(verified.status.success());
    // Where nothing is wrong there is nothing to show.
    let (fine, _) = signed();
    let home = Home::new(&fine);
    assert_eq!(home.run(&audit).code, Some(0));
    assert!(!home.path("shown").exists());
}
