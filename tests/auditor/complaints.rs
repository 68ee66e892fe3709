//! `undersigned complain`, against mirrors of ledgers that kept a promise and did not.

use std::path::PathBuf;
use std::process::Command;

use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::evidence::{Evidence, Fact};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::promise::Promise;
use undersigned::protocol::receipt::{Private, Receipt};
use undersigned::protocol::tally::Cover;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::NoteSigner;

use crate::forger::{DAY, Forger, OPENS, Petition, journal_signers, journal_vkeys, keys};
use crate::run::proven;

/// When promises of these tests are due.
const BY: u64 = OPENS + 5 * DAY;

/// What a run gave.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A folder in which the command runs.
pub(crate) struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder }
    }

    fn serve(&self, name: &str, forger: &Forger) {
        forger.files().write(&self.path(name));
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, receipt: &Receipt) {
        std::fs::write(self.path(name), receipt.to_bytes()).expect("written");
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_undersigned"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .output()
            .expect("started");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Ran {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    fn ends(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(code), "{}{}", ran.out, ran.err);
        ran
    }
}

/// A receipt with a promise by this key, and no proof.
pub(crate) fn promised(
    manifest: &undersigned::protocol::manifest::Manifest,
    leaf: &[u8],
    by: u64,
    ledger: &NoteSigner,
) -> Receipt {
    let promise = Promise {
        origin: ledger.vkey().name().as_str().to_owned(),
        petition: manifest.id(),
        leaf: leaf_hash(leaf),
        by,
    };
    let private = Private {
        secret: [1; 32],
        disclosure: "{}".to_owned(),
    };
    let note = promise.sign(ledger).expect("a promise");
    let begun = Receipt::begin(manifest, None, private).public();
    Receipt {
        leaf: Some(to_base64(leaf)),
        promise: Some(String::from_utf8(note).expect("text")),
        ..begun
    }
}

/// The receipt of signer `n`.
fn receipt(petition: &Petition, n: u32, by: u64) -> Receipt {
    let origin = petition.manifest.keeper(Tree::Signatures);
    let leaf = keys::signature(&petition.manifest, n).to_bytes();
    promised(&petition.manifest, &leaf, by, &journal_signers(origin).0)
}

/// Three sign; a fourth is on the roll and left out. The head is from long after.
fn left_out() -> (Forger, Petition) {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    forger.batch(&petition, Tree::Roll, vec![petition.roll(3)]);
    forger.tally(&petition);
    // Somebody else's petition goes on behind the last tally.
    let other = Petition::new("other", "a.example", "a.example");
    forger.publish(&other);
    forger.sign(&other, 0..2);
    forger.time = OPENS + 10 * DAY;
    (forger, petition)
}

#[test]
fn a_broken_promise_becomes_evidence() {
    let (forger, petition) = left_out();
    let home = Home::new();
    home.serve("mirror", &forger);
    home.write("my.receipt.json", &receipt(&petition, 3, BY));
    let complain = ["complain", "my.receipt.json", "--url", "mirror"];
    let ran = home.ends(0, &complain);
    assert!(
        ran.out.starts_with("BROKEN  a.example broke a promise: "),
        "{}",
        ran.out
    );
    let bytes = std::fs::read(home.path("my.receipt.evidence.json")).expect("written");
    let evidence = Evidence::parse(&bytes).expect("evidence");
    let Fact::BrokenPromise {
        by,
        tally,
        signatures,
        roll,
        ..
    } = proven(&evidence, "a.example").fact
    else {
        panic!("a broken promise");
    };
    assert_eq!((by, tally, signatures, roll), (BY, 2, 3, 4));
    let key = journal_vkeys("a.example")[0].to_string();
    let verify = ["verify", "my.receipt.evidence.json", "--vkey", &key];
    let ran = home.ends(0, &verify);
    assert!(
        ran.out.starts_with("PROVEN  a.example broke a promise"),
        "{}",
        ran.out
    );
    let other = journal_vkeys("c.example")[0].to_string();
    let verify = ["verify", "my.receipt.evidence.json", "--vkey", &other];
    let ran = home.ends(1, &verify);
    assert!(
        ran.out.starts_with("NOT PROVEN  evidence: policy: "),
        "{}",
        ran.out
    );
    // What was written is not written over; another name does.
    home.ends(2, &complain);
    let json = [
        &complain[..],
        &["-o", "second.json", "--json", "--vkey", &key],
    ]
    .concat();
    let ran = home.ends(0, &json);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(json["outcome"], "broken");
    assert_eq!(json["proven"]["roll"], 4);
    assert_eq!(
        std::fs::read(home.path("second.json")).expect("written"),
        bytes
    );
}

#[test]
fn a_promise_that_was_kept_is_proven_to_be() {
    let (forger, petition) = left_out();
    let home = Home::new();
    home.serve("mirror", &forger);
    // Kept before it is due, and long after.
    for by in [BY, u64::from(u32::MAX)] {
        home.write("r.json", &receipt(&petition, 1, by));
        let complain = ["complain", "r.json", "--url", "mirror"];
        let ran = home.ends(3, &complain);
        assert!(ran.out.starts_with("KEPT  signature #"), "{}", ran.out);
        assert!(
            ran.out.contains("the proof is in the receipt now"),
            "{}",
            ran.out
        );
        home.ends(0, &["verify", "r.json"]);
        let ran = home.ends(3, &complain);
        assert!(ran.out.contains("has the proof already"), "{}", ran.out);
    }
    assert!(!home.path("r.evidence.json").exists());
}

#[test]
fn what_is_no_breach_is_said_and_nothing_is_written() {
    let (forger, petition) = left_out();
    let home = Home::new();
    home.serve("mirror", &forger);
    let mut early = forger.clone();
    early.time = BY;
    home.serve("early", &early);
    let (mut full, _) = Forger::with_petition();
    full.sign(&petition, 0..3);
    full.time = OPENS + 10 * DAY;
    home.serve("full", &full);
    let mut none = Forger::new("a.example");
    none.publish(&petition);
    none.time = OPENS + 10 * DAY;
    home.serve("none", &none);
    let late = u64::from(u32::MAX);
    let cases = [
        (
            "mirror",
            late,
            4,
            "NOT YET DUE  the ledger has until ",
            "not-due",
        ),
        ("full", BY, 5, "NOT COVERED  due since ", "not-covered"),
        ("none", BY, 5, "NOT COVERED  due since ", "not-covered"),
        ("none", late, 4, "NOT YET DUE", "not-due"),
        (
            "early",
            BY,
            6,
            "NO LATER CHECKPOINT  due since ",
            "no-later-head",
        ),
    ];
    for (mirror, by, code, says, outcome) in cases {
        home.write("r.json", &receipt(&petition, 3, by));
        let complain = ["complain", "r.json", "--url", mirror];
        let ran = home.ends(code, &complain);
        assert!(ran.out.starts_with(says), "{}", ran.out);
        let ran = home.ends(code, &[&complain[..], &["--json"]].concat());
        let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(json["outcome"], outcome);
        assert!(!home.path("r.evidence.json").exists());
    }
}

#[test]
fn who_cannot_look_accuses_nobody() {
    let (forger, petition) = left_out();
    let home = Home::new();
    home.serve("mirror", &forger);
    // Nothing was promised; a promise about somebody else's leaf.
    let mut begun = receipt(&petition, 3, BY);
    begun.promise = None;
    home.write("begun.json", &begun);
    home.ends(2, &["complain", "begun.json", "--url", "mirror"]);
    let mut other = receipt(&petition, 3, BY);
    other.promise = receipt(&petition, 1, BY).promise;
    home.write("other.json", &other);
    home.ends(1, &["complain", "other.json", "--url", "mirror"]);
    // A journal that is not the ledger's, leaves that are not those of the tally, no files.
    let mut stranger = forger.clone();
    stranger.origin = "b.example".to_owned();
    home.serve("stranger", &stranger);
    let mut files = forger.files();
    let prefix = format!("{}/signatures/", petition.id());
    files.0.retain(|path, _| !path.starts_with(&prefix));
    files.write(&home.path("without"));
    home.write("r.json", &receipt(&petition, 3, BY));
    for mirror in ["stranger", "without", "nowhere"] {
        let ran = home.ends(2, &["complain", "r.json", "--url", mirror]);
        assert!(ran.err.starts_with("error: "), "{}", ran.err);
    }
    let key = journal_vkeys("c.example")[0].to_string();
    home.ends(
        2,
        &["complain", "r.json", "--url", "mirror", "--vkey", &key],
    );
    assert!(!home.path("r.evidence.json").exists());
}

#[test]
fn hash_tiles_that_lie_hide_nothing() {
    let (forger, petition) = left_out();
    let home = Home::new();
    let mut files = forger.files();
    let path = format!("{}/signatures/tile/0/000.p/3", petition.id());
    let tile = files.0.get_mut(&path).expect("a tile");
    tile[0] ^= 1;
    files.write(&home.path("mirror"));
    home.write("r.json", &receipt(&petition, 3, BY));
    home.ends(0, &["complain", "r.json", "--url", "mirror"]);
    home.write("kept.json", &receipt(&petition, 0, BY));
    home.ends(3, &["complain", "kept.json", "--url", "mirror"]);
}

#[test]
fn a_ledger_under_another_instances_roll() {
    let petition = Petition::new("petition", "registrar.example", "ledger.example");
    let mut registrar = Forger::new("registrar.example");
    registrar.publish(&petition);
    let roll = (0..4).map(|n| petition.roll(n)).collect();
    registrar.batch(&petition, Tree::Roll, roll);
    let index = registrar.tally(&petition);
    let cover = |size: usize| Cover {
        origin: "registrar.example".to_owned(),
        index,
        roll: undersigned::protocol::tally::TreeHead {
            size: size as u64,
            root: crate::forger::root(&registrar.trees[&(petition.id(), Tree::Roll)][..size]),
        },
    };
    let ledger = |size| {
        let mut ledger = Forger::new("ledger.example");
        ledger.publish(&petition);
        let leaves = (0..3).map(|n| petition.signature(n)).collect();
        ledger.batch(&petition, Tree::Signatures, leaves);
        let tally = ledger.next_tally(&petition, Some(cover(size)));
        ledger.tally_as(&petition, &tally.to_string());
        ledger.time = OPENS + 10 * DAY;
        ledger
    };
    let home = Home::new();
    home.serve("registrar", &registrar);
    home.serve("room", &ledger(4));
    home.serve("none", &ledger(3));
    home.write("r.json", &receipt(&petition, 3, BY));
    home.ends(5, &["complain", "r.json", "--url", "none"]);
    // Without a witness nobody says when the registrar published the larger roll.
    let both = [
        "complain",
        "r.json",
        "--url",
        "none",
        "--registrar",
        "registrar",
    ];
    home.ends(5, &both);
    home.ends(0, &["complain", "r.json", "--url", "room"]);
    let bytes = std::fs::read(home.path("r.evidence.json")).expect("written");
    proven(
        &Evidence::parse(&bytes).expect("evidence"),
        "ledger.example",
    );
}
