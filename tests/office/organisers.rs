//! Two who organise one petition: inviting, joining, acting, leaving.

use undersigned::tlog::note::NoteSigner;

use crate::browser::{Browser, House};
use crate::drafts::{TITLE, drawn, filled, signed, version, written};
use crate::support::{ORIGIN, organiser};

const SECOND: &str = "second.canary@friends.example";

fn link_in(mail: &str) -> String {
    let prefix = format!("https://{ORIGIN}");
    let found = mail
        .split_whitespace()
        .find_map(|word| word.strip_prefix(&prefix));
    found.expect("a link").to_owned()
}

/// Somebody who was invited takes the invitation.
async fn joined<'a>(house: &'a House, mail: &str, led: &str) -> Browser<'a> {
    let link = link_in(mail);
    let token = link.rsplit('/').next().expect("a token").to_owned();
    let browser = house.stranger();
    let page = browser.page(&link).await;
    assert!(page.contains(SECOND) && !page.contains(&token));
    assert_eq!(browser.done(&link, &[]).await, led);
    assert_eq!(browser.post(&link, &[]).await.status, 404, "it works once");
    browser
}

/// The hidden field of this name in a page, of the form after `near`.
fn hidden(page: &str, near: &str, name: &str) -> String {
    let (_, rest) = page.split_once(near).expect("the card");
    let (_, rest) = rest
        .split_once(&format!("name=\"{name}\" value=\""))
        .expect("a field");
    rest.split('"').next().expect("a value").to_owned()
}

#[tokio::test]
async fn two_write_one_draft_and_look_after_the_petition() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let first = house.signed_in("first@friends.example", "organiser").await;
    let other = house.signed_in("other@friends.example", "organiser").await;
    let path = written(&first).await;
    let together = format!("{path}/organisers");
    let invite = [("email", SECOND)];
    assert_eq!(other.post(&together, &invite).await.status, 404);
    assert_eq!(other.get(&together).await.status, 404);
    first.done(&together, &invite).await;
    assert!(first.page(&together).await.contains(SECOND));
    let mail = house.site.letter_to(SECOND, "together").await;
    assert!(mail.contains(TITLE) && mail.contains("first@friends.example"));
    let second = joined(&house, &mail, &path).await;

    // The second writes, and has a key of the own beside the draft.
    let edit = format!("{path}/edit");
    let at = version(&second.page(&edit).await);
    second.done(&edit, &filled(&at, "Keep both buses")).await;
    let own = NoteSigner::new("second.example.org", &[5; 32]).expect("a name");
    let vkey = own.vkey().to_string();
    let key = format!("{path}/key");
    assert_eq!(second.post(&key, &[("vkey", "no key")]).await.status, 422);
    second.done(&key, &[("vkey", &vkey)]).await;
    assert!(second.page(&path).await.contains("1 of 2 organisers"));
    second.done(&format!("{path}/submit"), &[]).await;
    let at = version(&owner.page(&path).await);
    let verdict = [("version", &*at), ("verdict", "approve")];
    owner.done(&format!("{path}/verdict"), &verdict).await;
    let page = first.page(&path).await;
    assert!(
        page.contains(&vkey),
        "the form begins with the keys beside it"
    );
    let at = version(&page);
    let both = format!("{vkey}\r\n{}", organiser().vkey());
    let keys = [("version", &*at), ("vkeys", &*both)];
    first.done(&format!("{path}/draw"), &keys).await;

    // A third is invited to the draft, and comes when it is a petition.
    let third = "third@friends.example";
    first.done(&together, &[("email", third)]).await;
    let invitation = link_in(&house.site.letter_to(third, "together").await);
    let text = second.get(&format!("{path}/statement")).await.text();
    let note = signed(&text, &own);
    let led = second
        .done(&format!("{path}/publish"), &[("note", &note)])
        .await;
    assert_eq!(house.stranger().done(&invitation, &[]).await, led);
    for browser in [&first, &second] {
        assert!(browser.page("/office").await.contains(&led));
        assert!(browser.page(&led).await.contains("Updates"));
    }
    assert_eq!(other.get(&led).await.status, 404);

    let together = format!("{led}/organisers");
    let page = first.page(&together).await;
    for address in ["first@friends.example", SECOND, third] {
        assert!(page.contains(address), "{address}");
    }
    // Each may take another off, and then that one is out.
    let account = hidden(&page, SECOND, "account");
    let gone = [("account", &*account)];
    assert_eq!(
        other
            .post(&format!("{together}/remove"), &gone)
            .await
            .status,
        404
    );
    first.done(&format!("{together}/remove"), &gone).await;
    assert_eq!(second.get(&led).await.status, 404);
    assert!(!second.page("/office").await.contains(&led));
    let log = owner.page("/office/log").await;
    for line in ["invited an organiser of", "organises draft", "off petition"] {
        assert!(log.contains(line), "{line}");
    }
    assert!(!log.contains("canary"));
}

#[tokio::test]
async fn invitations_can_be_taken_back_and_one_organiser_stays() {
    let house = House::new().await;
    let first = house.signed_in("first@friends.example", "organiser").await;
    let path = written(&first).await;
    let together = format!("{path}/organisers");
    let alone = first.page(&together).await;
    assert!(!alone.contains("Leave"));
    first.done(&together, &[("email", SECOND)]).await;
    let link = link_in(&house.site.letter_to(SECOND, "together").await);
    let page = first.page(&together).await;
    let id = hidden(&page, SECOND, "invitation");
    first
        .done(&format!("{together}/revoke"), &[("invitation", &id)])
        .await;
    assert!(!first.page(&together).await.contains(SECOND));
    assert_eq!(house.stranger().get(&link).await.status, 404);
    assert_eq!(house.stranger().post(&link, &[]).await.status, 404);

    // At most eight, with those who are invited.
    for n in 1..8 {
        let email = format!("friend{n}@friends.example");
        first.done(&together, &[("email", &email)]).await;
    }
    let ninth = [("email", "ninth@friends.example")];
    assert_eq!(first.post(&together, &ninth).await.status, 409);
    // An invitation that is over makes room.
    house.site.clock.advance(3 * 86_400 + 1);
    let first = house.signed_in("first@friends.example", "organiser").await;
    first.done(&together, &ninth).await;
}

#[tokio::test]
async fn whoever_only_looks_on_does_not_join_and_a_removed_key_leaves_the_draft() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    house.signed_in("viewer@staff.example", "viewer").await;
    let path = written(&owner).await;
    let together = format!("{path}/organisers");
    owner
        .done(&together, &[("email", "viewer@staff.example")])
        .await;
    let mail = house.site.letter_to("viewer@staff.example", "together");
    let link = link_in(&mail.await);
    assert_eq!(house.stranger().post(&link, &[]).await.status, 409);

    owner.done(&together, &[("email", SECOND)]).await;
    let mail = house.site.letter_to(SECOND, "together").await;
    let second = joined(&house, &mail, &path).await;
    let vkey = organiser().vkey().to_string();
    second
        .done(&format!("{path}/key"), &[("vkey", &vkey)])
        .await;
    assert!(owner.page(&path).await.contains(&vkey));
    let account = hidden(&owner.page(&together).await, SECOND, "account");
    let remove = format!("{together}/remove");
    // Oneself, too; then nobody is left to go.
    assert_eq!(
        second.done(&remove, &[("account", &account)]).await,
        "/office"
    );
    assert_eq!(second.get(&path).await.status, 404);
    assert!(!owner.page(&path).await.contains(&vkey));
    drawn(&owner, &path).await;
}
