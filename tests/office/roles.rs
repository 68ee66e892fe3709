//! Who may do what: each role, each page and form.

use reqwest::StatusCode;

use crate::browser::{Browser, House};
use crate::drafts::{published, written};

const ROLES: [&str; 4] = ["owner", "moderator", "viewer", "organiser"];

/// A path, whether it is a form, and who may: owner, moderator, viewer, organiser.
/// `{own}` is a petition of the organiser's, `{other}` somebody else's, `{draft}` another
/// organiser's draft that waits for review.
const MATRIX: &[(&str, bool, [bool; 4])] = &[
    ("/office", false, [true; 4]),
    ("/office/account", false, [true; 4]),
    ("/office/people", false, OWNER),
    ("/office/people", true, OWNER),
    (
        "/office/people/00000000000000000000000000000000/role",
        true,
        OWNER,
    ),
    (
        "/office/people/00000000000000000000000000000000/remove",
        true,
        OWNER,
    ),
    ("/office/log", false, OWNER),
    ("/office/queue", false, STAFF),
    ("/office/limits", false, STAFF),
    ("/office/limits", true, GUARDS),
    ("{own}/trends", false, STAFF),
    ("/office/drafts", true, [true, true, false, true]),
    ("{draft}", false, STAFF),
    ("{draft}/preview", false, STAFF),
    ("{draft}/edit", true, OWNER),
    ("{draft}/submit", true, OWNER),
    ("{draft}/draw", true, OWNER),
    ("{draft}/publish", true, OWNER),
    ("{draft}/verdict", true, GUARDS),
    ("{draft}/delete", true, OWNER),
    ("{own}", false, [true; 4]),
    ("{own}/updates", false, OWNS),
    ("{own}/updates", true, OWNS),
    ("{own}/say/extend", false, OWNS),
    ("{own}/say/attest", true, OWNS),
    ("{own}/text", true, OWNS),
    ("{own}/statements", true, OWNS),
    ("{own}/held", false, GUARDS),
    ("{own}/held", true, GUARDS),
    ("{own}/strikes", false, GUARDS),
    ("{own}/strikes", true, GUARDS),
    ("{own}/list", false, OWNS),
    ("{own}/list/sealed", false, OWNS),
    ("{other}/list/sealed", false, OWNER),
    ("{own}/invitations", false, OWNS),
    ("{own}/invitations", true, OWNS),
    ("{other}/invitations", true, OWNER),
    ("{own}/withhold", false, OWNER),
    ("{own}/withhold", true, OWNER),
    ("{other}", false, STAFF),
    ("{other}/updates", false, OWNER),
    ("{other}/updates", true, OWNER),
    ("{other}/say/close", false, OWNER),
    ("{other}/say/deliver", true, OWNER),
    ("{other}/text", true, OWNER),
    ("{other}/statements", true, OWNER),
    ("{other}/held", true, GUARDS),
    ("{other}/strikes", true, GUARDS),
];
const OWNER: [bool; 4] = [true, false, false, false];
const GUARDS: [bool; 4] = [true, true, false, false];
const STAFF: [bool; 4] = [true, true, true, false];
const OWNS: [bool; 4] = [true, false, false, true];

async fn people(house: &House) -> [Browser<'_>; 4] {
    [
        house.signed_in("owner@staff.example", ROLES[0]).await,
        house.signed_in("moderator@staff.example", ROLES[1]).await,
        house.signed_in("viewer@staff.example", ROLES[2]).await,
        house.signed_in("organiser@friends.example", ROLES[3]).await,
    ]
}

#[tokio::test]
async fn each_role_may_what_the_table_says_and_nothing_else() {
    let house = House::with(|config| config.office.approval = false).await;
    let browsers = people(&house).await;
    let writer = house.signed_in("writer@friends.example", "organiser").await;
    let draft = written(&writer).await;
    writer.done(&format!("{draft}/submit"), &[]).await;
    let own = published(&browsers[3]).await;
    for (template, form, may) in MATRIX {
        let path = template
            .replace("{draft}", &draft)
            .replace("{own}", &format!("/office/petitions/{own}"))
            .replace("{other}", &format!("/office/petitions/{}", house.site.id));
        // What is sent says nothing, so that whoever may do it is told so, and nothing changes.
        for (at, browser) in browsers.iter().enumerate() {
            let answer = if *form {
                browser.post(&path, &[]).await
            } else {
                browser.get(&path).await
            };
            let refused = answer.status == StatusCode::FORBIDDEN
                || (answer.status == StatusCode::NOT_FOUND && !template.contains("000"));
            assert_eq!(
                !refused, may[at],
                "{} {template}: {}",
                ROLES[at], answer.status
            );
            assert!(
                !answer.status.is_server_error(),
                "{template}: {}",
                answer.text()
            );
        }
        let stranger = house.stranger();
        let answer = if *form {
            stranger.post(&path, &[]).await
        } else {
            stranger.get(&path).await
        };
        let expected = if *form { 401 } else { 303 };
        assert_eq!(
            answer.status.as_u16(),
            expected,
            "{template} without a session"
        );
    }
}

async fn account_of(owner: &Browser<'_>, email: &str) -> String {
    let page = owner.page("/office/people").await;
    let (_, rest) = page.split_once(email).expect("listed");
    let (_, rest) = rest.split_once("/office/people/").expect("a form");
    rest[..32].to_owned()
}

#[tokio::test]
async fn owners_let_in_change_and_remove_and_the_last_one_stays() {
    let house = House::new().await;
    let [owner, moderator, ..] = people(&house).await;
    let id = account_of(&owner, "moderator@staff.example").await;
    owner
        .done(&format!("/office/people/{id}/role"), &[("role", "viewer")])
        .await;
    assert_eq!(
        moderator.get("/office").await.status,
        303,
        "a session of another role is over"
    );
    let own = account_of(&owner, "owner@staff.example").await;
    for (path, fields) in [
        (
            format!("/office/people/{own}/role"),
            vec![("role", "viewer")],
        ),
        (format!("/office/people/{own}/remove"), vec![]),
    ] {
        let answer = owner.post(&path, &fields).await;
        assert_eq!(answer.status, 409, "{path}");
    }
    owner
        .done(&format!("/office/people/{id}/remove"), &[])
        .await;
    let page = owner.page("/office/people").await;
    assert!(!page.contains("moderator@staff.example"));
    let again = owner
        .post(
            "/office/people",
            &[("email", "Viewer@Staff.example"), ("role", "owner")],
        )
        .await;
    assert_eq!(again.status, 409, "an address has one account");
    owner
        .done(
            "/office/people",
            &[("email", "second@staff.example"), ("role", "owner")],
        )
        .await;
    owner
        .done(&format!("/office/people/{own}/role"), &[("role", "viewer")])
        .await;
    assert_eq!(owner.get("/office/people").await.status, 303);
    let second = house.stranger();
    let mail = house.site.mail_to("second@staff.example").await;
    let (_, link) = mail
        .split_once("https://petitions.example.org")
        .expect("a link");
    second
        .done(link.split_whitespace().next().expect("a path"), &[])
        .await;
    let log = second.page("/office/log").await;
    for line in [
        "invited",
        "made",
        "removed",
        "the operator",
        "owner@staff.example",
    ] {
        assert!(log.contains(line), "{line}");
    }
}
