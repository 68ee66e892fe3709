//! Links that sign in.

use crate::browser::House;
use crate::support::ORIGIN;

fn link_in(mail: &str) -> String {
    let (_, rest) = mail
        .split_once(&format!("https://{ORIGIN}"))
        .expect("a link");
    rest.split_whitespace().next().expect("a path").to_owned()
}

#[tokio::test]
async fn opening_a_link_does_nothing_and_its_button_signs_in_once() {
    let house = House::new().await;
    let link = house.invitation("owner@staff.example", "owner").await;
    let token = link.rsplit('/').next().expect("a token").to_owned();
    let browser = house.stranger();
    for _ in 0..3 {
        let page = browser.page(&link).await;
        assert!(page.contains("owner@staff.example"));
        assert!(!page.contains(&token), "the page repeats the token");
    }
    assert_eq!(browser.cookie(), None);
    let entered = browser.post(&link, &[]).await;
    assert_eq!(entered.status, 303);
    assert_eq!(entered.header("location"), "/office");
    let office = browser.page("/office/account").await;
    assert!(office.contains("owner@staff.example"));
    // Used up, for everybody.
    let other = house.stranger();
    assert_eq!(other.get(&link).await.status, 404);
    assert_eq!(other.post(&link, &[]).await.status, 404);
    assert_eq!(other.cookie(), None);
}

#[tokio::test]
async fn of_two_who_use_a_link_at_once_one_is_signed_in() {
    let house = House::new().await;
    let link = house.invitation("owner@staff.example", "owner").await;
    let (one, two) = (house.stranger(), house.stranger());
    let (first, second) = tokio::join!(one.post(&link, &[]), two.post(&link, &[]));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 404]);
}

#[tokio::test]
async fn links_expire() {
    let house = House::new().await;
    let invitation = house.invitation("owner@staff.example", "owner").await;
    let browser = house.stranger();
    browser
        .post("/office/sign-in", &[("email", "Owner@staff.example")])
        .await;
    // Another mail of the invitation is in the outbox as well.
    let asked = house
        .site
        .letter_to("Owner@staff.example", "15 minutes")
        .await;
    let asked = link_in(&asked);
    assert_eq!(browser.get(&asked).await.status, 200);
    house.site.clock.advance(15 * 60 + 1);
    assert_eq!(browser.get(&asked).await.status, 404);
    assert_eq!(browser.post(&asked, &[]).await.status, 404);
    assert_eq!(browser.get(&invitation).await.status, 200);
    house.site.clock.advance(3 * 86_400);
    assert_eq!(browser.post(&invitation, &[]).await.status, 404);
}

#[tokio::test]
async fn the_answer_is_the_same_for_every_address() {
    let house = House::new().await;
    house.invitation("owner@staff.example", "owner").await;
    house.site.mail_to("owner@staff.example").await;
    let browser = house.stranger();
    let known = browser
        .post("/office/sign-in", &[("email", "owner@staff.example")])
        .await;
    let unknown = browser
        .post("/office/sign-in", &[("email", "nobody@staff.example")])
        .await;
    assert_eq!(known.status, 200);
    assert_eq!(unknown.status, 200);
    assert_eq!(known.text(), unknown.text());
    let names = |answer: &crate::site::Answer| {
        let names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
        names
    };
    assert_eq!(names(&known), names(&unknown));
    let wrong = browser
        .post("/office/sign-in", &[("email", "not an address")])
        .await;
    assert_eq!(wrong.status, 422);
    while house.site.mails().len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let to: Vec<String> = house.site.mails().into_iter().map(|mail| mail.0).collect();
    assert_eq!(to, ["owner@staff.example", "owner@staff.example"]);
}

#[tokio::test]
async fn an_open_office_lets_organisers_in() {
    let house = House::with(|config| config.office.open = true).await;
    let browser = house.stranger();
    browser
        .post("/office/sign-in", &[("email", "new@friends.example")])
        .await;
    let mail = house.site.mail_to("new@friends.example").await;
    browser.done(&link_in(&mail), &[]).await;
    assert!(browser.page("/office/account").await.contains("organiser"));
}

#[tokio::test]
async fn a_mailbox_gets_no_more_than_its_share_of_links() {
    let house = House::with(|config| config.office.open = true).await;
    let browser = house.stranger();
    let ask = || browser.post("/office/sign-in", &[("email", "much@friends.example")]);
    for _ in 0..20 {
        assert_eq!(ask().await.status, 200);
    }
    house.site.all_mails_are_out().await;
    let mails = house.site.mails();
    assert_eq!(mails.len(), 6);
    assert!(mails.iter().all(|mail| mail.0 == "much@friends.example"));
}
