//! What stands between a draft and the public: staff and sponsors.

use crate::browser::House;
use crate::drafts::{TITLE, drawn, filled, published, signed, version, written};
use crate::support::{ORIGIN, organiser};

#[tokio::test]
async fn staff_send_back_and_approve_and_organisers_publish() {
    let house = House::new().await;
    let moderator = house
        .signed_in("moderator@staff.example", "moderator")
        .await;
    let viewer = house.signed_in("viewer@staff.example", "viewer").await;
    let writer = house.signed_in("writer@friends.example", "organiser").await;
    let other = house.signed_in("other@friends.example", "organiser").await;
    let path = written(&writer).await;
    // Not approved: not to be fixed, and nobody else's business.
    let number = version(&writer.page(&format!("{path}/edit")).await);
    let vkey = organiser().vkey().to_string();
    let draw = [("version", &*number), ("vkeys", &*vkey)];
    assert_eq!(
        writer.post(&format!("{path}/draw"), &draw).await.status,
        409
    );
    for browser in [&moderator, &viewer, &other] {
        assert_eq!(browser.get(&path).await.status, 404);
    }
    writer.done(&format!("{path}/submit"), &[]).await;
    assert!(moderator.page("/office/queue").await.contains(TITLE));
    assert!(viewer.page(&path).await.contains(TITLE));
    assert!(!viewer.page(&path).await.contains("/verdict"));
    assert_eq!(other.get(&path).await.status, 404);
    // Back with a reason, which is needed.
    let verdict = format!("{path}/verdict");
    let seen = version(&moderator.page(&path).await);
    let back = |reason| {
        [
            ("version", &*seen),
            ("verdict", "return"),
            ("reason", reason),
        ]
    };
    assert_eq!(moderator.post(&verdict, &back(" ")).await.status, 422);
    for browser in [&viewer, &writer, &other] {
        assert_eq!(browser.post(&verdict, &back("No.")).await.status, 403);
    }
    moderator.done(&verdict, &back("Say which bus.")).await;
    let mail = house
        .site
        .letter_to("writer@friends.example", "Say which bus.")
        .await;
    assert!(mail.contains(&format!("https://{ORIGIN}{path}")));
    assert!(writer.page(&path).await.contains("Say which bus."));
    // Changed while the reviewer reads: that verdict is about other words.
    writer.done(&format!("{path}/submit"), &[]).await;
    let seen = version(&moderator.page(&path).await);
    let edit = format!("{path}/edit");
    let number = version(&writer.page(&edit).await);
    writer.done(&edit, &filled(&number, "Keep bus 7")).await;
    writer.done(&format!("{path}/submit"), &[]).await;
    let approve = [("version", &*seen), ("verdict", "approve")];
    assert_eq!(moderator.post(&verdict, &approve).await.status, 409);
    let seen = version(&moderator.page(&path).await);
    let approve = [("version", &*seen), ("verdict", "approve")];
    moderator.done(&verdict, &approve).await;
    assert!(!moderator.page("/office/queue").await.contains("Keep bus 7"));
    house
        .site
        .letter_to("writer@friends.example", "was approved")
        .await;
    // Approved means these words: any change takes it back.
    let number = version(&writer.page(&edit).await);
    writer.done(&edit, &filled(&number, "Keep bus 8")).await;
    let number = version(&writer.page(&edit).await);
    let draw = [("version", &*number), ("vkeys", &*vkey)];
    assert_eq!(
        writer.post(&format!("{path}/draw"), &draw).await.status,
        409
    );
    writer.done(&format!("{path}/submit"), &[]).await;
    let seen = version(&moderator.page(&path).await);
    moderator
        .done(&verdict, &[("version", &*seen), ("verdict", "approve")])
        .await;
    let text = drawn(&writer, &path).await;
    let note = signed(&text, &organiser());
    let led = writer
        .done(&format!("{path}/publish"), &[("note", &note)])
        .await;
    assert!(writer.page(&led).await.contains("Keep bus 8"));
    assert_eq!(other.get(&led).await.status, 404);
    assert!(viewer.page(&led).await.contains("Keep bus 8"));
    // The log has it, for owners.
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let log = owner.page("/office/log").await;
    for words in ["approved draft", "sent back draft", "Say which bus."] {
        assert!(log.contains(words), "{words}");
    }
}

#[tokio::test]
async fn an_office_without_approval_lets_organisers_publish() {
    let house = House::with(|config| config.office.approval = false).await;
    let writer = house.signed_in("writer@friends.example", "organiser").await;
    published(&writer).await;
}

#[tokio::test]
async fn sponsors_stand_for_words() {
    let house = House::with(|config| {
        config.office.approval = false;
        config.office.sponsors = 2;
    })
    .await;
    let writer = house.signed_in("writer@friends.example", "organiser").await;
    let path = written(&writer).await;
    let page = writer.page(&path).await;
    let (_, rest) = page.split_once("/office/sponsor/").expect("a link");
    let share = format!(
        "/office/sponsor/{}",
        rest.split('<').next().expect("its end")
    );
    let number = version(&writer.page(&format!("{path}/edit")).await);
    let vkey = organiser().vkey().to_string();
    let draw = [("version", &*number), ("vkeys", &*vkey)];
    let draw_path = format!("{path}/draw");
    assert_eq!(writer.post(&draw_path, &draw).await.status, 409);
    let stranger = house.stranger();
    assert!(stranger.page(&share).await.contains(TITLE));
    let wrong = format!("{}x", &share[..share.len() - 1]);
    assert_eq!(stranger.get(&wrong).await.status, 404);
    let sponsor = async |address: &'static str| {
        let asked = stranger.post(&share, &[("email", address)]).await;
        assert_eq!(asked.status, 200);
        let mail = house
            .site
            .letter_to(address, "/office/sponsor/confirm/")
            .await;
        let (_, link) = mail
            .split_once(&format!("https://{ORIGIN}"))
            .expect("a link");
        let link = link.split_whitespace().next().expect("a path").to_owned();
        stranger.page(&link).await;
        stranger.page(&link).await;
        let confirmed = stranger.post(&link, &[]).await;
        assert_eq!(confirmed.status, 200);
        assert_eq!(stranger.post(&link, &[]).await.status, 404, "it works once");
    };
    sponsor("one@friends.example").await;
    assert!(writer.page(&path).await.contains("1 of 2"));
    sponsor("two@friends.example").await;
    let page = writer.page(&path).await;
    assert!(page.contains("2 of 2"));
    assert!(
        !page.contains("one@friends.example"),
        "who they are stays theirs"
    );
    writer.done(&draw_path, &draw).await;
    // Other words have no sponsors yet.
    let edit = format!("{path}/edit");
    let number = version(&writer.page(&edit).await);
    writer.done(&edit, &filled(&number, "Something else")).await;
    assert!(writer.page(&path).await.contains("0 of 2"));
    sponsor("three@friends.example").await;
    sponsor("four@friends.example").await;
    let text = drawn(&writer, &path).await;
    let note = signed(&text, &organiser());
    writer
        .done(&format!("{path}/publish"), &[("note", &note)])
        .await;
    // It is open: those who stood for these words get a link to sign, and the draft is gone.
    for address in ["three@friends.example", "four@friends.example"] {
        house
            .site
            .letter_to(address, "You stood for this petition")
            .await;
    }
    assert_eq!(writer.get(&path).await.status, 404);
    let written = house.site.mails();
    assert!(
        !written
            .iter()
            .any(|(to, text)| to == "one@friends.example" && text.contains("You stood for")),
        "they stood for other words"
    );
}
