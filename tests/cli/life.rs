//! A petition's life, from the draft to its close, with the binary alone.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::service::{Service, link, until};
use crate::support::Home;

const OPERATOR: [&str; 2] = [
    "--operator-token-file",
    "undersigned-data/keys/operator.token",
];

/// Draw up and publish the example with publication `prompt`; returns its address.
pub(crate) fn publish(home: &Home, service: &Service) -> String {
    let example = home.done(&["petition", "new", "--example"]).out;
    home.write("draft.toml", example.replace("\"batched\"", "\"prompt\""));
    let server = ["--server", &service.url];
    let new = home.done(
        &[
            &["petition", "new", "draft.toml", "-o", "m.json"],
            &server[..],
        ]
        .concat(),
    );
    assert!(new.out.contains("Satya Nadella, Microsoft"), "{}", new.out);
    assert!(
        new.out.contains("cannot change once\npublished"),
        "{}",
        new.out
    );
    let published = home
        .done(&[&["petition", "publish", "m.json", "--json"], &server[..]].concat())
        .json();
    let url = published["url"].as_str().expect("an address").to_owned();
    assert_eq!(
        url,
        format!(
            "{}/{}",
            service.url,
            published["petition"].as_str().expect("an id")
        )
    );
    url
}

/// Sign with everything given; returns what `--json` says.
pub(crate) fn sign(home: &Home, url: &str, address: &str, receipt: &str) -> Value {
    let begun = [
        "sign",
        url,
        "--email",
        address,
        "-o",
        receipt,
        "--updates",
        "--json",
    ];
    let begun = home.done(&begun);
    assert_eq!(begun.json()["stage"], "begun");
    let link = link(home, address, "confirm");
    home.done(&[
        "sign", "--resume", receipt, "--link", &link, "--wait", "--json",
    ])
    .json()
}

fn mode(home: &Home, name: &str) -> u32 {
    std::fs::metadata(home.path(name))
        .expect("is there")
        .permissions()
        .mode()
        & 0o777
}

/// Wait until the checked count is this.
fn count_is(home: &Home, url: &str, count: u64, ceiling: u64) {
    let mut last = Value::Null;
    until(&format!("a count of {count}"), || {
        last = home.done(&["petition", "status", url, "--json"]).json();
        (last["count"] == count && last["ceiling"] == ceiling).then_some(())
    });
}

#[test]
fn from_draft_to_close() {
    let home = Home::new();
    let service = Service::start(&home, Service::port());
    let url = publish(&home, &service);
    assert_eq!(mode(&home, "organiser.key"), 0o600);

    // A second manifest is not drawn up over the first, nor a second key made.
    let key = home.read("organiser.key");
    let again = home.run(&[
        "petition",
        "new",
        "draft.toml",
        "-o",
        "m.json",
        "--server",
        &service.url,
    ]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("m.json exists"), "{}", again.err);
    // Publishing twice changes nothing.
    home.done(&["petition", "publish", "m.json", "--server", &service.url]);
    let list = home
        .done(&["petition", "list", "--server", &service.url, "--json"])
        .json();
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    assert_eq!(home.read("organiser.key"), key);

    // Three sign; each keeps a receipt that only its owner can read.
    for n in 0..3 {
        let receipt = format!("{n}.json");
        let signed = sign(&home, &url, &format!("signer{n}@example.org"), &receipt);
        assert_eq!(signed["stage"], "proven");
        assert_eq!(mode(&home, &receipt), 0o600);
        let verified = home.done(&["verify", &receipt, "--json"]).json();
        assert_eq!(
            (&verified["valid"], &verified["owned"]),
            (&Value::Bool(true), &Value::Bool(true))
        );
        assert_eq!(verified["index"], signed["index"]);
        // The promise was kept, and nobody can say otherwise.
        assert_eq!(home.run(&["complain", &receipt]).code, 3);
    }
    count_is(&home, &url, 3, 3);
    updates(&home, &url);

    // One withdraws; saying so again changes nothing.
    let gone = home
        .done(&["withdraw", "0.json", "--wait", "--json"])
        .json();
    assert_eq!(gone["published"], true);
    home.done(&["withdraw", "0.json"]);
    count_is(&home, &url, 2, 2);

    // One lost the receipt and asks for removal by mail.
    home.done(&["remove", &url, "--email", "signer1@example.org"]);
    let removal = link(&home, "signer1@example.org", "remove");
    let wrong = home.run(&["unsubscribe", &removal]);
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("this link is for `remove`"),
        "{}",
        wrong.err
    );
    home.done(&["remove", "--link", &removal]);
    count_is(&home, &url, 1, 2);

    own_data(&home, &url);

    // The operator looks before striking.
    let strike = [
        "strike",
        &url,
        "--mailbox",
        "signer2@example.org",
        "--reason",
        "erasure",
    ];
    let preview = home
        .done(&[&strike[..], &OPERATOR, &["--preview", "--json"]].concat())
        .json();
    assert_eq!(
        (&preview["count_now"], &preview["count_then"]),
        (&1.into(), &0.into())
    );
    count_is(&home, &url, 1, 2);
    assert_eq!(
        home.run(&strike).code,
        0,
        "the default is where the service keeps the token"
    );
    count_is(&home, &url, 0, 2);
    let again = home.run(&[&strike[..], &OPERATOR].concat());
    assert_eq!(again.code, 1, "{}", again.whole());

    attest(&home, &url);
    audit(&home, &service.url);
    close(&home, &url);
    service.stop();
}

/// Write to those who asked for updates; one of them has enough.
fn updates(home: &Home, url: &str) {
    let welcome = link(home, "signer0@example.org", "unsubscribe");
    home.write("news.txt", "An answer\n\nThere is an answer.\n");
    let update = ["petition", "update", url, "--text", "en=news.txt", "--json"];
    let subscribers = |ran: &crate::support::Ran| ran.json()["subscribers"].as_u64();
    assert_eq!(
        subscribers(&home.done(&[&update[..], &["--preview"]].concat())),
        Some(3)
    );
    let unasked = home.run(&update);
    assert_eq!(unasked.code, 2, "nothing is sent unless somebody says so");
    home.done(&["unsubscribe", &welcome]);
    assert_eq!(
        subscribers(&home.done(&[&update[..], &["--yes"]].concat())),
        Some(2)
    );
    // Each mail has the way out; the welcome went before it.
    for _ in ["welcome", "update"] {
        link(home, "signer1@example.org", "unsubscribe");
    }
    home.write("news.txt", "One line only\n");
    let short = home.run(&update);
    assert_eq!(short.code, 2);
    assert!(short.err.contains("one line only"), "{}", short.err);
}

fn audit(home: &Home, service: &str) {
    let report = home
        .done(&["audit", service, "--state", "seen", "--json"])
        .json();
    assert_eq!(report["verdict"], "fine", "{report}");
    let petition = &report["petitions"][0];
    let figures = [
        "roll",
        "signatures",
        "withdrawals",
        "strikes",
        "count",
        "ceiling",
    ];
    assert_eq!(
        figures.map(|figure| petition[figure].as_u64()),
        [3, 3, 1, 2, 0, 2].map(Some)
    );
    // The next run goes on from there.
    let again = home
        .done(&["audit", service, "--state", "seen", "--json"])
        .json();
    assert_eq!(
        (&again["verdict"], &again["work"]["leaves"]),
        (&"fine".into(), &0.into())
    );
}

fn attest(home: &Home, url: &str) {
    let attested = home
        .done(&["attest", url, "-o", "count.attestation", "--post", "--json"])
        .json();
    assert_eq!(
        (&attested["count"], &attested["ceiling"]),
        (&0.into(), &2.into())
    );
    let verified = home.done(&["verify", "count.attestation"]);
    assert!(
        verified
            .out
            .contains("has at least 0, at most 2 signatures"),
        "{}",
        verified.out
    );
    // Somebody else's key does not speak for the organiser.
    let other = Home::new();
    other.write(
        "draft.toml",
        other.done(&["petition", "new", "--example"]).out,
    );
    std::fs::copy(home.path("organiser.key"), other.path("own.key")).expect("copied");
    let text = String::from_utf8(home.read("organiser.key")).expect("text");
    let foreign = undersigned::tlog::note::NoteSigner::new("somebody-else", &[3; 32]);
    let foreign = foreign.expect("a key").to_secret_text();
    assert_ne!(text.trim(), foreign.as_str());
    home.write("foreign.key", foreign.as_bytes());
    let exposed = home.run(&["attest", url, "--key", "foreign.key"]);
    assert_eq!(exposed.code, 2, "{}", exposed.whole());
    assert!(
        exposed.err.contains("chmod 600 foreign.key"),
        "{}",
        exposed.err
    );
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(home.path("foreign.key"), private).expect("changed");
    let foreign = home.run(&["attest", url, "--key", "foreign.key"]);
    assert_eq!(foreign.code, 1, "{}", foreign.whole());
    assert!(
        foreign
            .err
            .contains("does not speak for this petition's organiser"),
        "{}",
        foreign.err
    );
}

fn close(home: &Home, url: &str) {
    let sooner = home.run(&["petition", "extend", url, "--confirm-until", "in 1 day"]);
    assert_eq!(sooner.code, 1, "{}", sooner.whole());
    let before = home.done(&["petition", "status", url, "--json"]).json();
    home.done(&["petition", "extend", url, "--confirm-until", "in 100 days"]);
    home.done(&["petition", "goal", url, "5000"]);
    assert_eq!(home.run(&["petition", "goal", url, "0"]).code, 2);
    let status = home.done(&["petition", "status", url, "--json"]).json();
    assert_eq!(status["goal"], 5000);
    let later = home.done(&["petition", "status", url, "--json"]).json();
    assert!(later["submit_until"].as_u64() > before["submit_until"].as_u64());
    home.done(&["petition", "close", url, "--at", "in 2 seconds"]);
    until("the close", || {
        let status = home.done(&["petition", "status", url, "--json"]).json();
        (status["phase"] == "closing").then_some(())
    });
    let late = home.run(&["sign", url, "--email", "late@example.org", "--json"]);
    assert_eq!(late.code, 1, "{}", late.whole());
    assert!(late.err.contains("it is closing"), "{}", late.err);
    assert!(
        late.err.contains("next: signing is open from"),
        "{}",
        late.err
    );
}

/// Somebody sees what is held about the mailbox, and has it erased.
fn own_data(home: &Home, url: &str) {
    home.done(&["my-data", url, "--email", "curious@example.org"]);
    let data = link(home, "curious@example.org", "data");
    home.done(&["my-data", "--link", &data, "--output", "my-data.json"]);
    let text = std::fs::read(home.path("my-data.json")).expect("written");
    let own: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(own["format"], "undersigned/own-data/v1");
    assert_eq!(own["mailbox"]["identity"], "mailto:curious@example.org");
    let again = home.run(&["my-data", "--link", &data]);
    assert_eq!(again.code, 1, "{}", again.err);
    let kept = home.run(&["my-data", "--link", &data, "--output", "my-data.json"]);
    assert!(kept.err.contains("left as it is"), "{}", kept.err);
    home.done(&["my-data", "--link", &data, "--forget"]);
}

#[test]
fn who_hands_something_over_is_on_the_organisers_list_until_it_is_taken_back() {
    let home = Home::new();
    let service = Service::start(&home, Service::port());
    let example = home.done(&["petition", "new", "--example"]).out;
    let draft = example.replace("share = false", "share = true");
    let server = ["--server", &service.url];
    let prompt = draft.replace("\"batched\"", "\"prompt\"");
    home.write("draft.toml", prompt);
    let new = ["petition", "new", "draft.toml", "-o", "m.json"];
    home.done(&[&new, &server[..]].concat());
    assert_eq!(mode(&home, "organiser.list.key"), 0o600);
    let published =
        home.done(&[&["petition", "publish", "m.json", "--json"], &server[..]].concat());
    let url = published.json()["url"]
        .as_str()
        .expect("an address")
        .to_owned();
    let public = home.done(&["list", "key"]).out;
    let manifest = String::from_utf8(home.read("m.json")).expect("text");
    assert!(manifest.contains(&format!("\"share\":\"{}\"", public.trim())));

    for (n, name) in ["Ada", "Bob", "=Cyd"].iter().enumerate() {
        let (email, receipt) = (format!("{n}@example.org"), format!("{n}.json"));
        let begun = [
            "sign", &url, "--email", &email, "-o", &receipt, "--name", name, "--yes",
        ];
        home.done(&begun);
        let link = link(&home, &email, "confirm");
        home.done(&["sign", "--resume", &receipt, "--link", &link, "--wait"]);
    }
    let address = "ada.writes@example.org";
    home.done(&["share", "0.json", "--address", address]);
    home.done(&["share", "1.json"]);
    home.done(&["share", "2.json"]);
    home.done(&["share", "2.json"]);
    let export = [&["list", "export", &url, "-o", "list.csv"], &OPERATOR[..]].concat();
    home.done(&export);
    assert_eq!(mode(&home, "list.csv"), 0o600);
    let table = || String::from_utf8(home.read("list.csv")).expect("UTF-8");
    let rows = |table: &str| table.lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    let has = |table: &str, start: &str| rows(table).iter().any(|row| row.starts_with(start));
    assert_eq!(rows(&table()).len(), 3, "{}", table());
    assert!(
        has(&table(), "Ada,,,ada.writes@example.org,"),
        "{}",
        table()
    );
    assert!(
        has(&table(), "Bob,,,,") && has(&table(), "'=Cyd,,,,"),
        "{}",
        table()
    );

    home.done(&["share", "1.json", "--take-back"]);
    home.done(&["withdraw", "2.json", "--wait"]);
    home.done(&export);
    assert_eq!(rows(&table()).len(), 1, "{}", table());

    // Another key opens nothing, and says so.
    home.done(&["list", "key", "--list-key", "other.key"]);
    let with_other = [&export[..], &["--list-key", "other.key"]].concat();
    let ran = home.run(&with_other);
    assert_eq!(ran.code, 1, "{}", ran.whole());
    assert!(
        ran.err.contains("does not open with this key"),
        "{}",
        ran.err
    );
    assert_eq!(rows(&table()).len(), 0);

    // What is not published, or of a petition without a list, is refused.
    let plain = publish_plain(&home, &service);
    sign(&home, &plain, "eve@example.org", "eve.json");
    let ran = home.run(&["share", "eve.json"]);
    assert_eq!(ran.code, 1, "{}", ran.whole());
    assert!(ran.err.contains("keeps no list"), "{}", ran.err);
}

/// A petition without a list beside one that has been published from this folder.
fn publish_plain(home: &Home, service: &Service) -> String {
    std::fs::remove_file(home.path("m.json")).expect("there");
    publish(home, service)
}
