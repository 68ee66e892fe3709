//! A signing that is interrupted after each step, and goes on with the same bytes.

use std::path::Path;

use undersigned::protocol::receipt::Receipt;

use crate::life::{publish, sign};
use crate::service::{Service, link, until};
use crate::support::Home;

fn receipt(home: &Home, name: &str) -> Receipt {
    Receipt::parse(&home.read(name)).expect("a receipt")
}

fn copy(home: &Home, from: &str, to: &str) {
    std::fs::copy(home.path(from), home.path(to)).expect("copied");
}

#[test]
fn every_step_can_be_repeated() {
    let home = Home::new();
    let service = Service::start(&home, Service::port());
    let url = publish(&home, &service);
    let address = "again@example.org";

    // The secret is on disk before anything is sent: also when nothing can be sent.
    let nowhere = home.run(&["sign", "--resume", "nowhere.json", "--email", address]);
    assert_eq!(nowhere.code, 2);
    home.done(&[
        "sign",
        &url,
        "--email",
        address,
        "--receipt",
        "begun.json",
        "--yes",
    ]);
    let begun = receipt(&home, "begun.json");
    assert!(begun.private.is_some() && begun.leaf.is_none());
    let link = link(&home, address, "confirm");

    // Interrupted after the registrar answered, before the answer was kept.
    copy(&home, "begun.json", "lost.json");
    home.done(&["sign", "--resume", "lost.json", "--link", &link]);
    copy(&home, "begun.json", "whole.json");
    home.done(&["sign", "--resume", "whole.json", "--link", &link, "--wait"]);
    let whole = receipt(&home, "whole.json");
    assert_eq!(receipt(&home, "lost.json").leaf, whole.leaf);
    assert!(whole.proof.is_some());

    // After the token was kept, before the signature was handed in.
    let mut confirmed = whole.clone();
    (confirmed.promise, confirmed.proof) = (None, None);
    home.write("confirmed.json", confirmed.to_bytes());
    home.done(&["sign", "--resume", "confirmed.json", "--wait"]);
    same_signing(&whole, &receipt(&home, "confirmed.json"));

    // After the promise.
    let mut promised = whole.clone();
    promised.proof = None;
    home.write("promised.json", promised.to_bytes());
    let unproven = home.run(&["verify", "promised.json"]);
    assert_eq!(unproven.code, 1);
    assert!(unproven.out.starts_with("NOT YET"), "{}", unproven.out);
    home.done(&["sign", "--resume", "promised.json", "--wait"]);
    home.done(&["verify", "promised.json"]);
    // And at the end, with nothing left to do.
    home.done(&["sign", "--resume", "whole.json"]);

    // All that was one signature.
    let status = home.done(&["petition", "status", &url, "--json"]).json();
    assert_eq!(status["totals"]["signatures"], 1);
    assert_eq!(status["waiting"], 0);

    refusals(&home, &url, &link);
    restart(&home, service, &url);
}

/// `after` is `whole`, byte for byte, but for a proof whose tally may be a later one.
fn same_signing(whole: &Receipt, after: &Receipt) {
    let place = |receipt: &Receipt| receipt.proof.as_ref().map(|p| (p.leaf.clone(), p.index));
    assert_eq!(place(whole), place(after));
    let mut expected = whole.clone();
    expected.proof.clone_from(&after.proof);
    assert_eq!(expected.to_bytes(), after.to_bytes());
}

fn refusals(home: &Home, url: &str, used: &str) {
    // The link was used with another secret.
    home.done(&[
        "sign",
        url,
        "--email",
        "x@example.org",
        "--receipt",
        "other.json",
        "--yes",
    ]);
    let other = home.run(&["sign", "--resume", "other.json", "--link", used]);
    assert_eq!(other.code, 1, "{}", other.whole());
    // The mailbox has signed, under another spelling of the address.
    let alias = "again+once.more@example.org";
    home.done(&[
        "sign",
        url,
        "--email",
        alias,
        "--receipt",
        "alias.json",
        "--yes",
    ]);
    // A link that was never sent.
    let (stem, _) = used.rsplit_once('/').expect("a link");
    let unknown = format!("{stem}/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let refused = home.run(&["sign", "--resume", "other.json", "--link", &unknown]);
    assert_eq!(refused.code, 1, "{}", refused.whole());
    assert!(
        refused.err.contains("next: ask for a new one"),
        "{}",
        refused.err
    );
    // The link of another petition.
    let foreign = used.replacen(&url[url.len() - 64..], &"0".repeat(64), 1);
    let refused = home.run(&["sign", "--resume", "other.json", "--link", &foreign]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.err.contains("for another petition"),
        "{}",
        refused.err
    );
    // A receipt is never written over.
    let again = home.run(&["sign", url, "--receipt", "whole.json", "--yes"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("--resume whole.json"), "{}", again.err);
}

/// What was promised survives a restart, and so does what was begun.
fn restart(home: &Home, service: Service, url: &str) {
    let port = service
        .url
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok())
        .expect("a port");
    home.done(&[
        "sign",
        url,
        "--email",
        "late@example.org",
        "--receipt",
        "late.json",
        "--yes",
    ]);
    let link = link(home, "late@example.org", "confirm");
    service.stop();
    let down = home.run(&["sign", "--resume", "late.json", "--link", &link]);
    assert_eq!(down.code, 2, "{}", down.whole());
    assert!(down.err.contains("nothing is lost"), "{}", down.err);
    let service = Service::start(home, port);
    home.done(&["sign", "--resume", "late.json", "--link", &link, "--wait"]);
    home.done(&["verify", "late.json"]);
    let signed = sign(home, url, "after@example.org", "after.json");
    assert_eq!(signed["stage"], "proven");
    until("three signatures", || {
        let status = home.done(&["petition", "status", url, "--json"]).json();
        (status["count"] == 3).then_some(())
    });
    no_address_on_disk(home.path("undersigned-data").as_path());
    service.stop();
}

/// The data folder, apart from the outbox (which holds mails), names nobody.
fn no_address_on_disk(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("listed") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "outbox") {
                no_address_on_disk(&path);
            }
            continue;
        }
        let bytes = std::fs::read(&path).expect("read");
        for address in ["again@example.org", "late@example.org", "after@example.org"] {
            let found = bytes
                .windows(address.len())
                .any(|window| window == address.as_bytes());
            assert!(!found, "{} holds an address", path.display());
        }
    }
}
