//! A sample audit from the manifest to the page, through the binary and a running service.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use undersigned::api::problem::Kind;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::manifest::Audit;
use undersigned::protocol::sample::{Chain, Draw, Pinned};

use crate::beacon::{chain, value};
use crate::signing::Signer;
use crate::site::{Setup, Site};
use crate::support::{DAY, OPENS};

/// How many entries are drawn: all of those that are left.
const SAMPLE: u64 = 6;

/// Run the binary in a folder.
async fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_undersigned"));
    command.current_dir(folder).args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output());
    let output = output.await.expect("runs").expect("starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().expect("not killed");
    (code, text(output.stdout), text(output.stderr))
}

/// It succeeds, and prints JSON.
async fn done(folder: &Path, arguments: &[&str]) -> Value {
    let (code, out, err) = run(folder, &[arguments, &["--json"]].concat()).await;
    assert_eq!(code, 0, "{arguments:?}: {out}{err}");
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"))
}

fn info(chain: &Chain) -> Value {
    json!({
        "public_key": hex::encode(&chain.public_key),
        "period": chain.period,
        "genesis_time": chain.genesis,
        "groupHash": hex::encode(chain.group),
        "schemeID": chain.scheme,
        "metadata": { "beaconID": chain.id },
    })
}

/// A closed petition with five signers and two mailboxes that the registrar made up, one of
/// them struck.
async fn closed(key: &Value, round: u64) -> Site {
    let text = |field: &str| key[field].as_str().expect("text").to_owned();
    let hpke = hex::decode(text("hpke_key")).expect("hexadecimal");
    let audit = Audit {
        auditor: text("auditor"),
        hpke_key: hpke.try_into().expect("32 bytes"),
        beacon: Pinned(chain().hash()).text(),
        round,
        vkey: Some(text("vkey")),
        sample: Some(SAMPLE),
    };
    let site = Site::with(Setup {
        terms: Box::new(|terms| terms.audit = Some(audit)),
        ..Setup::default()
    })
    .await;
    for person in 0..5 {
        let leaf = Signer::new(&format!("person{person}@example.org"))
            .leaf(&site)
            .await;
        assert!(site.submit(&leaf).await.status.is_success());
    }
    site.confirm(1).await;
    site.confirm(2).await;
    site.publish_all().await;
    site
}

/// Answer every mail in a folder: with a header more, or from another mailbox.
fn answer_all(mails: &Path, inbox: &Path, header: &str, from: Option<&str>) {
    std::fs::create_dir(inbox).expect("a folder");
    for mail in std::fs::read_dir(mails).expect("mails") {
        let path = mail.expect("a mail").path();
        let bytes = std::fs::read(&path).expect("a mail");
        let mail = mail_parser::MessageParser::new()
            .parse(&bytes)
            .expect("a mail");
        let to = mail.to().and_then(|to| to.first()?.address());
        let from = from.or(to).expect("a mailbox");
        let subject = mail.subject().expect("a subject");
        let answer = format!("From: {from}\r\nSubject: Re: {subject}\r\n{header}\r\nYes.\r\n");
        let name = path.file_name().expect("a name");
        std::fs::write(inbox.join(name), answer).expect("written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_key_to_the_page() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path();
    let write = |name: &str, value: &Value| -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, value.to_string()).expect("written");
        path
    };
    let name = "Institute for Counting";
    let key = done(
        folder,
        &[
            "audit",
            "sample",
            "key",
            "--name",
            name,
            "--after",
            "2027-06-01",
        ],
    )
    .await;
    let round = chain().round_after(OPENS + 60 * DAY).expect("a period");
    let site = closed(&key, round).await;
    let url = site.url(&format!("/{}", site.id));
    let draw = ["audit", "sample", "draw"];

    // Not before it is closed.
    let (code, _, _) = run(folder, &[&draw[..], &[&url]].concat()).await;
    assert_ne!(code, 0);
    site.clock.advance(34 * DAY);
    site.publish_due().await;
    assert!(site.petition().is_closed());
    // Then one of the made-up mailboxes is struck: it is not drawn.
    let roll = site.petition().tallied(Tree::Roll);
    let leaves = site
        .store
        .leaves(undersigned::store::LogId::Tree(site.id, Tree::Roll), 0, 9);
    let tag = undersigned::protocol::domain::hash("test/tag", &[&1_u64.to_be_bytes()]);
    let index = leaves
        .expect("works")
        .iter()
        .position(|leaf| leaf[2..34] == tag);
    let index = index.expect("on the roll") as u64;
    let strikes = format!("/operator{}", site.of("/strikes"));
    let strike = |index: u64| json!({ "target": { "entries": [index] }, "reason": "fraud" });
    assert!(
        site.operate(&strikes, &strike(index))
            .await
            .status
            .is_success()
    );
    site.publish_due().await;

    // Fixed before the round; nothing is drawn yet.
    write("info.json", &info(&chain()));
    let chain_file = ["--chain", "info.json"];
    let fixed = done(
        folder,
        &[&draw[..], &[&url, "-o", "draw.json"], &chain_file].concat(),
    )
    .await;
    assert_eq!(
        (fixed["remaining"].clone(), fixed["seed"].clone()),
        (json!(roll - 1), Value::Null)
    );
    let (code, out, _) = run(folder, &["verify", "draw.json"]).await;
    assert!(code == 1 && out.starts_with("NOT YET"), "{out}");

    // Drawn after it, by the round that was announced and no other.
    let beacon = |round| {
        let value = value(round);
        json!({ "round": round, "signature": hex::encode(value.signature) })
    };
    write("other.json", &beacon(round + 1));
    let other = [
        &draw[..],
        &["draw.json", "--beacon", "other.json"],
        &chain_file,
    ]
    .concat();
    assert_eq!(run(folder, &other).await.0, 1);
    write("round.json", &beacon(round));
    let drawn = [
        &draw[..],
        &["draw.json", "--beacon", "round.json"],
        &chain_file,
    ]
    .concat();
    let drawn = done(folder, &drawn).await;
    let entries = drawn["entries"].as_array().expect("drawn").clone();
    assert_eq!(entries.len() as u64, SAMPLE);
    assert!(!entries.contains(&json!(index)));
    let verified = done(folder, &["verify", "draw.json"]).await;
    assert_eq!(verified["seed"], drawn["seed"]);

    // Opened by the operator alone, for this draw alone.
    let bytes = std::fs::read(folder.join("draw.json")).expect("the draw");
    let openings = format!("/operator{}", site.of("/openings"));
    let mut forged = Draw::parse(&bytes).expect("a draw");
    let answer = site.post(&openings, &forged).await;
    answer.refused(401, Kind::Unauthorised);
    forged.entries.as_mut().expect("drawn").reverse();
    let answer = site.operate(&openings, &forged).await;
    assert_eq!(answer.status, 422, "{}", answer.text());
    let server = site.url("");
    let token = site.folder.path().join("keys/operator.token");
    let token = token.to_str().expect("UTF-8");
    let open = [
        "audit",
        "sample",
        "open",
        "draw.json",
        "-o",
        "opening.json",
        "--server",
        &server,
        "--operator-token-file",
        token,
    ];
    let opened = done(folder, &open).await;
    assert_eq!(opened["records"], 5);
    let opening = std::fs::read_to_string(folder.join("opening.json")).expect("the opening");
    assert!(!opening.contains("person"), "no address is readable");

    // Struck after the draw: that does not help.
    let tag = undersigned::protocol::domain::hash("test/tag", &[&2_u64.to_be_bytes()]);
    let leaves = site
        .store
        .leaves(undersigned::store::LogId::Tree(site.id, Tree::Roll), 0, 9);
    let leaves = leaves.expect("works");
    let at = |i: u64| usize::try_from(i).expect("small");
    let real = entries
        .iter()
        .filter_map(Value::as_u64)
        .find(|i| leaves[at(*i)][2..34] != tag)
        .expect("somebody");
    assert!(
        site.operate(&strikes, &strike(real))
            .await
            .status
            .is_success()
    );
    site.publish_due().await;

    // Everybody is asked. What a machine answers, or somebody else, does not count.
    let sender = "Institute for Counting <audit@institute.example>";
    let ask = [
        "audit",
        "sample",
        "ask",
        "draw.json",
        "opening.json",
        "--from",
        sender,
        "--into",
        "mails",
    ];
    assert_eq!(done(folder, &ask).await["mails"], 5);
    let mails = folder.join("mails/outbox");
    let machine = "Auto-Submitted: auto-replied\r\n";
    answer_all(&mails, &folder.join("machines"), machine, None);
    answer_all(
        &mails,
        &folder.join("others"),
        "",
        Some("somebody@else.example"),
    );
    answer_all(&mails, &folder.join("inbox"), "", None);
    for useless in ["machines", "others", "mails/outbox"] {
        let output = format!("{}.audited", useless.replace('/', "-"));
        let report = [
            "audit",
            "sample",
            "report",
            "draw.json",
            "opening.json",
            "-o",
            &output,
            "--server",
            &server,
            "--answers",
            useless,
        ];
        assert_eq!(
            done(folder, &report).await["counts"]["word"],
            4,
            "{useless}"
        );
    }
    let keys = site.folder.path().join("keys/records");
    let vault = || {
        let files = std::fs::read_dir(&keys).into_iter().flatten();
        let names = files.map(|file| file.expect("a file").file_name());
        names
            .filter(|n| n.to_string_lossy().starts_with("vault-"))
            .count()
    };
    assert_eq!(vault(), 1);
    let report = [
        "audit",
        "sample",
        "report",
        "draw.json",
        "opening.json",
        "-o",
        "report.audited",
        "--server",
        &server,
        "--answers",
        "inbox",
        "--post",
    ];
    let reported = done(folder, &report).await;
    let counts = json!({
        "proven": 4, "word": 0, "unopened": 1, "wrong": 0, "repeated": 0, "struck": 1,
    });
    assert_eq!(reported["counts"], counts);
    // Everybody was looked at: two of six are bad, and five signed.
    let believed = &reported["bounds"][1];
    assert_eq!(
        believed["most_bad"],
        json!({ "evidence": 2, "registrars_word": 2 })
    );
    assert_eq!(
        believed["at_least"],
        json!({ "evidence": 2, "registrars_word": 2 })
    );
    let verify = ["verify", "report.audited", "--draw", "draw.json"];
    assert_eq!(done(folder, &verify).await["counts"], counts);
    let (code, _, _) = run(folder, &["verify", "report.audited"]).await;
    assert_eq!(code, 2);
    let text = std::fs::read_to_string(folder.join("report.audited")).expect("the report");
    assert!(!text.contains('@') && !text.contains("person"));
    let forged = text.replace("\nword 0\n", "\nword 1\n");
    std::fs::write(folder.join("forged.audited"), forged).expect("written");
    let (code, _, _) = run(folder, &["verify", "forged.audited", "--draw", "draw.json"]).await;
    assert_eq!(code, 1);

    // Said in the journal, shown on the pages, and fine for who replays it.
    let said = site.petition().audited().expect("in the journal");
    assert_eq!(said.counts.proven, 4);
    for page in [format!("/{}", site.id), format!("/{}/record", site.id)] {
        let page = site.get_file(&page).await.text();
        assert!(page.contains(name) && page.contains("at least 2"), "{page}");
    }
    let state = folder.join("state");
    let state = state.to_str().expect("UTF-8");
    let (code, out, err) = run(folder, &["audit", &server, "--state", state]).await;
    // The service's clock is months ahead of the auditor's: nothing but times is wrong.
    assert!(code <= 1, "{out}{err}");
    assert!(!out.contains("R23") && !out.contains("R5 "), "{out}");

    // What was kept for the audit goes at the next look.
    site.clock.advance(DAY);
    for _ in 0..1000 {
        if vault() == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(vault(), 0);
}

#[tokio::test]
async fn a_petition_without_an_auditor_says_so() {
    let site = Site::new().await;
    let page = site.get_file(&format!("/{}", site.id)).await.text();
    assert!(page.contains("this petition has no auditor"));
}
