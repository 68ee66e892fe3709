//! What staff do about the roll, and that none of it shows who anybody is.

use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::StrikeReason;

use crate::browser::House;
use crate::drafts::{published, written};
use crate::log::Log;
use crate::signers::{ask, confirm};

fn at(house: &House, rest: &str) -> String {
    format!("/office/petitions/{}{rest}", house.site.id)
}

fn code(reason: StrikeReason) -> String {
    (reason as u8).to_string()
}

#[tokio::test]
async fn held_confirmations_are_released_or_refused_with_a_reason() {
    let house = House::with(|config| config.limits.requests_per_minute = 1).await;
    let moderator = house
        .signed_in("moderator@staff.example", "moderator")
        .await;
    for address in [
        "one@signers.example",
        "two@signers.example",
        "three@signers.example",
    ] {
        ask(&house, address).await;
    }
    let path = at(&house, "/held");
    let ids = loop {
        let page = moderator.page(&path).await;
        let ids: Vec<String> = page
            .split("name=\"held\" value=\"")
            .skip(1)
            .map(|rest| rest[..32].to_owned())
            .collect();
        assert!(
            !page.contains("@signers.example"),
            "nobody sees whose they are"
        );
        if ids.len() == 2 {
            break ids;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    };
    let verdict =
        |verdict, reason| vec![("held", &*ids[0]), ("verdict", verdict), ("reason", reason)];
    for wrong in [
        verdict("release", ""),
        verdict("perhaps", "It looks fine."),
        vec![("verdict", "release"), ("reason", "It looks fine.")],
    ] {
        assert_eq!(moderator.post(&path, &wrong).await.status, 422);
    }
    moderator
        .done(&path, &verdict("release", "A library."))
        .await;
    moderator.done(&path, &verdict("release", "Again.")).await;
    let refuse = [
        ("held", &*ids[1]),
        ("verdict", "refuse"),
        ("reason", "A machine."),
    ];
    moderator.done(&path, &refuse).await;
    assert!(moderator.page(&path).await.contains("None."));
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let log = owner.page("/office/log").await;
    for words in [
        "released 1 held",
        "A library.",
        "refused 1 held",
        "A machine.",
    ] {
        assert!(log.contains(words), "{words}");
    }
}

#[tokio::test]
async fn strikes_are_looked_at_first_and_tell_nothing_about_a_mailbox() {
    let house = House::new().await;
    let moderator = house
        .signed_in("moderator@staff.example", "moderator")
        .await;
    confirm(&house, "ada@signers.example").await;
    house.site.sign(0..3).await;
    house.site.publish_all().await;
    let path = at(&house, "/strikes");
    let fraud = code(StrikeReason::Fraud);
    let by_number = |then, entries| {
        vec![
            ("entries", entries),
            ("code", &*fraud),
            ("reason", "A list that was bought."),
            ("then", then),
        ]
    };
    let preview = moderator.post(&path, &by_number("preview", "0, 2")).await;
    assert_eq!(preview.status, 200, "{}", preview.text());
    assert!(preview.text().contains("Strike 2 entries"));
    assert_eq!(house.site.petition().tallied(Tree::Strikes), 0);
    for wrong in ["", "x", "1,-2", "99"] {
        let answer = moderator.post(&path, &by_number("preview", wrong)).await;
        assert!(
            answer.status.is_client_error(),
            "{wrong:?}: {}",
            answer.status
        );
    }
    assert_eq!(
        moderator
            .post(&path, &by_number("strike", "0"))
            .await
            .status,
        422,
        "not sure"
    );
    let mut sure = by_number("strike", "0");
    sure.push(("sure", "yes"));
    moderator.done(&path, &sure).await;
    house.site.publish_all().await;
    assert_eq!(house.site.petition().tallied(Tree::Strikes), 1);
    // By mailbox: on the roll or not, struck or not, the answer is one.
    let asked = code(StrikeReason::SignersRequest);
    let mut answers = Vec::new();
    for mailbox in [
        "ada@signers.example",
        "nobody@signers.example",
        "ada@signers.example",
    ] {
        let fields = [
            ("mailbox", mailbox),
            ("code", &*asked),
            ("reason", "They wrote to us."),
            ("sure", "yes"),
            ("then", "mailbox"),
        ];
        let answer = moderator.post(&path, &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answers.push(answer.text());
        house.site.publish_all().await;
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert!(!answers[0].contains("ada"));
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let log = owner.page("/office/log").await;
    assert!(log.contains("A list that was bought.") && log.contains("They wrote to us."));
    assert!(!log.contains("@signers.example"));
}

#[tokio::test]
async fn domains_are_blocked_and_limits_set_with_a_reason() {
    let house = House::new().await;
    let moderator = house
        .signed_in("moderator@staff.example", "moderator")
        .await;
    let viewer = house.signed_in("viewer@staff.example", "viewer").await;
    let path = "/office/limits";
    let block = |then, domain, reason| vec![("then", then), ("domain", domain), ("reason", reason)];
    for wrong in [
        block("block", "spam.example", ""),
        block("block", "somebody@spam.example", "Spam."),
        block("block", "", "Spam."),
        block("ban", "spam.example", "Spam."),
    ] {
        assert_eq!(moderator.post(path, &wrong).await.status, 422, "{wrong:?}");
    }
    moderator
        .done(path, &block("block", "spam.example", "Spam."))
        .await;
    assert!(viewer.page(path).await.contains("spam.example"));
    moderator
        .done(path, &block("unblock", "spam.example", "It was not."))
        .await;
    assert!(!viewer.page(path).await.contains("spam.example"));
    let mut limits = vec![
        ("then", "limits"),
        ("reason", "A wave."),
        ("requests_per_minute", "3"),
        ("requests_per_five_minutes", "9"),
        ("requests_per_domain_hour", "70"),
        ("mails_per_mailbox", "2"),
        ("mails_per_mailbox_day", "4321"),
    ];
    moderator.done(path, &limits).await;
    assert!(viewer.page(path).await.contains("4321"));
    limits[2].1 = "0";
    assert_eq!(moderator.post(path, &limits).await.status, 422);
    assert!(
        viewer
            .page(&at(&house, "/trends"))
            .await
            .contains("Nothing stands out.")
    );
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let log = owner.page("/office/log").await;
    for words in [
        "blocked spam.example",
        "unblocked spam.example",
        "set the limits",
        "A wave.",
    ] {
        assert!(log.contains(words), "{words}");
    }
}

/// Files below a folder, but for mails and keys.
fn stored(folder: &std::path::Path, found: &mut Vec<Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_owned();
        if path.is_dir() {
            if name != "outbox" && name != "keys" {
                stored(&path, found);
            }
        } else {
            found.push(std::fs::read(path).expect("a file"));
        }
    }
}

#[tokio::test]
async fn addresses_stay_where_they_belong() {
    use tracing_subscriber::util::SubscriberInitExt as _;
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish()
        .init();
    let house = House::on_disk(|config| config.office.open = true).await;
    let owner = house.signed_in("staff.canary@staff.example", "owner").await;
    let writer = house
        .signed_in("writer.canary@friends.example", "organiser")
        .await;
    confirm(&house, "signer.canary@signers.example").await;
    let draft = written(&writer).await;
    writer.done(&format!("{draft}/submit"), &[]).await;
    let petition = published(&owner).await;
    house
        .stranger()
        .post(
            "/office/sign-in",
            &[("email", "asking.canary@friends.example")],
        )
        .await;
    house.site.mail_to("asking.canary@friends.example").await;
    house.site.publish_all().await;

    // No page of the office shows anything of a signer.
    let theirs = format!("/office/petitions/{petition}");
    for path in [
        "/office".to_owned(),
        "/office/log".to_owned(),
        "/office/people".to_owned(),
        "/office/queue".to_owned(),
        draft.clone(),
        at(&house, ""),
        at(&house, "/updates"),
        at(&house, "/held"),
        at(&house, "/strikes"),
        theirs.clone(),
    ] {
        let page = owner.page(&path).await;
        assert!(!page.contains("signer.canary"), "{path}");
    }
    // Nothing public, no log line and no file shows anybody of the office.
    let mut public = vec![
        ("the home page", house.stranger().page("/").await),
        ("the petitions", house.site.get("/petitions").await.text()),
        (
            "the manifest",
            house
                .site
                .get(&format!("/petitions/{petition}/manifest"))
                .await
                .text(),
        ),
        (
            "the journal",
            house.site.get_file("/tile/entries/000.p/3").await.text(),
        ),
    ];
    let address = house.site.server.metrics_addr().expect("configured");
    let metrics = reqwest::get(format!("http://{address}/metrics"))
        .await
        .expect("an answer");
    public.push(("metrics", metrics.text().await.expect("text")));
    let cookie = owner.cookie().expect("signed in");
    let written = String::from_utf8(log.bytes()).expect("text");
    assert!(
        written.contains("/office/drafts/{id}"),
        "requests are logged by template"
    );
    public.push(("the log", written));
    for needle in ["canary", &cookie, "office/sign-in/"] {
        for (place, text) in &public {
            let text = text.replace("office/sign-in/{token}", "");
            assert!(!text.contains(needle), "{needle} stands in {place}");
        }
    }
    let mut files = Vec::new();
    stored(house.site.folder.path(), &mut files);
    assert!(files.len() > 3, "the walk found the store");
    for bytes in files {
        let found = bytes.windows(6).any(|window| window == b"canary");
        assert!(!found, "an address stands in the store unsealed");
    }
}
