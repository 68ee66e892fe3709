//! Cookies: their flags, their changes, their end; and requests that others forge.

use reqwest::header::SET_COOKIE;

use crate::browser::{House, NAME};

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;

#[tokio::test]
async fn the_cookie_is_for_this_host_and_for_no_script() {
    let house = House::new().await;
    let link = house.invitation("owner@staff.example", "owner").await;
    let browser = house.stranger();
    let entered = browser.post(&link, &[]).await;
    let set = entered.header("set-cookie");
    let mut parts = set.split("; ");
    let pair = parts.next().expect("a pair");
    assert!(pair.starts_with(&format!("{NAME}=")));
    let mut flags: Vec<&str> = parts.collect();
    flags.sort_unstable();
    assert_eq!(flags, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
    // Nothing else sets one.
    for path in ["/", "/office/sign-in", "/api/v1/petitions"] {
        let answer = house.stranger().get(path).await;
        assert!(!answer.headers.contains_key(SET_COOKIE), "{path}");
    }
    let page = browser.get("/office").await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "strict-origin");
    assert_eq!(page.header("x-robots-tag"), "noindex");
}

#[tokio::test]
async fn on_plain_http_the_cookie_has_another_name() {
    let house = House::with(|config| config.url = "http://localhost:8080".to_owned()).await;
    let link = house
        .site
        .operate(
            "/operator/office",
            &serde_json::json!({ "email": "owner@staff.example", "role": "owner" }),
        )
        .await
        .json::<serde_json::Value>();
    let link = link["link"].as_str().expect("a link");
    let path = link.strip_prefix("http://localhost:8080").expect("ours");
    let request = house
        .site
        .http
        .post(house.site.url(path))
        .header("sec-fetch-site", "same-origin");
    let response = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
        .execute(request.build().expect("a request"))
        .await
        .expect("an answer");
    let set = response.headers()[SET_COOKIE].to_str().expect("text");
    assert!(set.starts_with("session="), "{set}");
    assert!(!set.contains("Secure"));
}

#[tokio::test]
async fn secrets_rotate_and_an_old_one_ends_the_session() {
    let house = House::new().await;
    let browser = house.signed_in("owner@staff.example", "owner").await;
    let first = browser.cookie().expect("signed in");
    house.site.clock.advance(29 * MINUTE);
    browser.page("/office").await;
    assert_eq!(browser.cookie().as_ref(), Some(&first), "not yet");
    house.site.clock.advance(2 * MINUTE);
    browser.page("/office").await;
    let second = browser.cookie().expect("still signed in");
    assert_ne!(second, first);
    // What the page loads at the same time still comes with the old secret.
    let meanwhile = house.stranger();
    meanwhile.set_cookie(Some(first.clone()));
    meanwhile.page("/office").await;
    browser.page("/office").await;
    // A copy that comes later is a copy.
    house.site.clock.advance(2 * MINUTE);
    let thief = house.stranger();
    thief.set_cookie(Some(first));
    assert_eq!(thief.get("/office").await.status, 303);
    assert_eq!(
        browser.get("/office").await.status,
        303,
        "whose copy it is, nobody knows: both are out"
    );
}

#[tokio::test]
async fn sessions_end_when_idle_and_after_two_weeks() {
    let house = House::new().await;
    let browser = house.signed_in("owner@staff.example", "owner").await;
    house.site.clock.advance(11 * HOUR);
    browser.page("/office").await;
    house.site.clock.advance(12 * HOUR + 1);
    assert_eq!(browser.get("/office").await.status, 303);

    let browser = house.signed_in("owner@staff.example", "owner").await;
    let mut hours = 0;
    while browser.get("/office").await.status == 200 {
        house.site.clock.advance(6 * HOUR);
        hours += 6;
        assert!(hours <= 15 * 24, "it never ends");
    }
    assert!(hours >= 14 * 24, "after {hours} hours");
}

#[tokio::test]
async fn signing_out_ends_this_session_or_all() {
    let house = House::new().await;
    let one = house.signed_in("owner@staff.example", "owner").await;
    let two = house.signed_in("owner@staff.example", "owner").await;
    let three = house.signed_in("owner@staff.example", "owner").await;
    let copy = one.cookie();
    one.done("/office/sign-out", &[]).await;
    assert_eq!(one.cookie(), None, "the browser forgets it");
    one.set_cookie(copy);
    assert_eq!(one.get("/office").await.status, 303);
    two.page("/office").await;
    let copy = two.cookie();
    two.done("/office/sign-out-everywhere", &[]).await;
    two.set_cookie(copy);
    assert_eq!(two.get("/office").await.status, 303);
    assert_eq!(three.get("/office").await.status, 303);
}

#[tokio::test]
async fn what_is_no_cookie_of_ours_is_nobody() {
    let house = House::new().await;
    let browser = house.signed_in("owner@staff.example", "owner").await;
    let good = browser.cookie().expect("signed in");
    for value in [
        "",
        "x",
        "AAAA",
        &good[1..],
        &format!("{good}A"),
        &good.to_uppercase(),
    ] {
        let forger = house.stranger();
        forger.set_cookie(Some(value.to_owned()));
        assert_eq!(forger.get("/office").await.status, 303, "{value:?}");
    }
    browser.page("/office").await;
}

#[tokio::test]
async fn forged_requests_do_nothing() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let invite: &[(&str, &str)] = &[("email", "mallory@evil.example"), ("role", "owner")];
    let elsewhere: [&[(&str, &str)]; 7] = [
        &[],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://petitions.example.org"),
        ],
    ];
    for headers in elsewhere {
        for path in ["/office/people", "/office/sign-out", "/office/sign-in"] {
            let answer = owner.post_from(path, invite, headers).await;
            assert_eq!(answer.status, 403, "{path} {headers:?}");
        }
    }
    let people = owner.page("/office/people").await;
    assert!(!people.contains("mallory"));
    // Browsers that say where from need no Origin.
    let ours = owner
        .post_from(
            "/office/people",
            invite,
            &[("sec-fetch-site", "same-origin")],
        )
        .await;
    assert_eq!(ours.status, 303);
}
