//! What a service that is killed owes: letters that were asked for, and not sent yet.

use crate::service::{Service, link};
use crate::support::Home;

#[test]
fn a_letter_that_was_asked_for_survives_a_kill() {
    let home = Home::new();
    let (port, mail) = (Service::port(), Service::port());
    // Nobody answers there: no mail leaves.
    let config = format!(
        "origin = \"localhost:{port}\"\nurl = \"http://localhost:{port}\"\n\
         [mail.smtp]\nhost = \"127.0.0.1\"\nport = {mail}\ntls = \"none\"\n"
    );
    home.write("nowhere.toml", config);
    let service = Service::start_with(&home, port, &["--config", "nowhere.toml"]);
    home.done(&[
        "office",
        "invite",
        "--server",
        &service.url,
        "--role",
        "owner",
        "owner@staff.example",
    ]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let asked = client
        .post(format!("{}/office/sign-in", service.url))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("email=owner%40staff.example");
    let answer = runtime.block_on(asked.send()).expect("an answer");
    assert_eq!(answer.status(), 200);
    service.kill();

    let service = Service::start(&home, port);
    let mut links: Vec<String> = (0..2)
        .map(|_| link(&home, "owner@staff.example", "sign-in"))
        .collect();
    links.dedup();
    assert_eq!(links.len(), 2, "the invitation, and the link asked for");
    let page = runtime.block_on(client.get(&links[0]).send());
    assert_eq!(page.expect("a page").status(), 200);
    // What guards the roll, without a browser.
    let guard = |arguments: &[&str]| {
        let mut all = vec!["guard"];
        all.extend(arguments);
        all.extend(["--server", &service.url]);
        home.done(&all).out
    };
    guard(&["block", "Crowd.example"]);
    assert_eq!(guard(&["blocks"]), "crowd.example\n");
    guard(&["unblock", "crowd.example"]);
    assert_eq!(guard(&["blocks"]), "");
    let limits = guard(&["limits", "--requests-per-minute", "5", "--json"]);
    assert!(limits.contains("\"requests_per_minute\": 5"), "{limits}");
    assert_eq!(guard(&["limits", "--json"]), limits);
    service.stop();
}
