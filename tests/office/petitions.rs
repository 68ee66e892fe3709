//! Looking after a petition: what the organiser says of it, and to whom it writes.

use serde_json::Value;
use undersigned::api::{AttestationEntry, Page};
use undersigned::protocol::attestation::Attestation;
use undersigned::protocol::saying::Saying;
use undersigned::tlog::note::NoteSigner;

use crate::browser::{Browser, House};
use crate::drafts::signed;
use crate::signers::confirm;
use crate::support::{OPENS, organiser};

fn at(house: &House, rest: &str) -> String {
    format!("/office/petitions/{}{rest}", house.site.id)
}

/// The exact text that a page asks to be signed, as its download gives it.
async fn text_of(browser: &Browser<'_>, house: &House, page: &str) -> String {
    let (_, rest) = page.split_once("aria-hidden=\"true\"").expect("the text");
    let (_, rest) = rest.split_once('>').expect("the text");
    // The first line break after the tag belongs to the page.
    let (shown, _) = rest[1..].split_once("</textarea>").expect("its end");
    let shown = shown
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let crlf = shown.replace('\n', "\r\n");
    let file = browser.post(&at(house, "/text"), &[("text", &crlf)]).await;
    assert_eq!(file.status, 200, "{}", file.text());
    assert!(file.header("content-disposition").contains("attachment"));
    assert_eq!(file.text(), shown);
    shown
}

async fn said(house: &House, browser: &Browser<'_>, kind: &str, fields: &[(&str, &str)]) {
    let drawn = browser
        .post(&at(house, &format!("/say/{kind}")), fields)
        .await;
    assert_eq!(drawn.status, 200, "{kind}: {}", drawn.text());
    let text = text_of(browser, house, &drawn.text()).await;
    let stranger = NoteSigner::new("organiser.example.org", &[9; 32]).expect("a name");
    let forged = signed(&text, &stranger);
    let path = at(house, "/statements");
    let refused = browser.post(&path, &[("note", &forged)]).await;
    assert_eq!(refused.status, 422, "{kind}: {}", refused.text());
    let note = signed(&text, &organiser());
    browser.done(&path, &[("note", &note)]).await;
}

#[tokio::test]
async fn what_an_organiser_says_stands_in_the_journal() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let early = owner.post(&at(&house, "/say/attest"), &[]).await;
    assert_eq!(early.status, 409, "nothing is published yet");
    house.site.sign(0..3).await;
    house.site.publish_all().await;

    said(&house, &owner, "attest", &[]).await;
    let path = house.site.of("/attestations");
    let listed: Page<AttestationEntry> = house.site.get(&path).await.json();
    assert_eq!(listed.items[0].count, 3);
    let attestation = Attestation::parse(listed.items[0].attestation.as_bytes()).expect("parses");
    let policy = house.site.petition().manifest.pinned_policy();
    let verified = attestation.verify(&policy).expect("holds");
    assert_eq!(verified.totals.count(), 3);

    let before = house.site.petition().dates();
    let later = [
        ("confirm_until", "2027-03-20T12:00"),
        ("submit_until", "2027-03-27T12:00"),
        ("withdraw_until", "2027-05-01T12:00"),
    ];
    said(&house, &owner, "extend", &later).await;
    let dates = house.site.petition().dates();
    assert!(dates.confirm_until > before.confirm_until);
    let back = [("confirm_until", "2027-03-19T12:00"), later[1], later[2]];
    let refused = owner.post(&at(&house, "/say/extend"), &back).await;
    assert_eq!(refused.status, 422);

    let newest = house
        .site
        .petition()
        .tally()
        .expect("a tally")
        .0
        .to_string();
    said(&house, &owner, "goal", &[("goal", "12000")]).await;
    assert_eq!(house.site.petition().goal(), Some(12_000));
    let no_goal = owner.post(&at(&house, "/say/goal"), &[("goal", "0")]).await;
    assert_eq!(no_goal.status, 422);
    let delivered = [
        ("on", "2027-01-15T08:00"),
        ("to", "The \"council\" & others"),
        ("tally", &*newest),
        ("remark", "In the rain.\r\n\r\nThey smiled."),
    ];
    said(&house, &owner, "deliver", &delivered).await;
    let answered = [
        ("on", "2027-01-15T08:00"),
        ("by", "The council"),
        ("lang", "en"),
        ("link", ""),
        ("answer", "It stays."),
    ];
    said(&house, &owner, "answer", &answered).await;
    let sayings = house.site.petition().sayings();
    let Saying::Delivered { tally, remark, .. } = &sayings[1].saying else {
        panic!("{sayings:?}");
    };
    assert_eq!(
        *tally,
        house.site.petition().tally().map(|(index, _)| index)
    );
    assert_eq!(remark, "In the rain.\n\nThey smiled.");
    let page = owner.page(&at(&house, "")).await;
    assert!(page.contains("Delivered to") && page.contains("Answered by"));

    said(
        &house,
        &owner,
        "close",
        &[("confirm_until", "2027-01-16T08:00")],
    )
    .await;
    let closed: Value = house.site.get(&house.site.of("")).await.json();
    assert_eq!(closed["confirm_until"], OPENS + 86_400);
}

#[tokio::test]
async fn what_is_not_to_be_signed_is_no_download() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    for text in [
        "",
        "hello",
        "petitions.example.org\n5\nabc\n",
        "undersigned/closed/v1\nx\n",
    ] {
        let answer = owner.post(&at(&house, "/text"), &[("text", text)]).await;
        assert_eq!(answer.status, 422, "{text:?}");
    }
    // Of another petition.
    let other = House::new().await;
    let text = Saying::Answered {
        on: OPENS,
        by: "The council".into(),
        lang: "en".into(),
        link: None,
        answer: "No.".into(),
    }
    .text(other.site.id)
    .expect("keeps the rules");
    let note = signed(&text, &organiser());
    let answer = owner
        .post(&at(&house, "/statements"), &[("note", &note)])
        .await;
    assert_eq!(answer.status, 422);
}

#[tokio::test]
async fn supporters_are_invited_once_and_only_totals_come_back() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let path = at(&house, "/invitations");
    let list = "mail\r\nada.canary@friends.example\r\nAda.Canary@FRIENDS.example\r\nno@address\r\n";
    let mut fields = vec![
        ("addresses", list),
        ("lang", "en"),
        ("text", "You asked us to tell you."),
    ];
    assert_eq!(
        owner.post(&path, &fields).await.status,
        422,
        "without their consent"
    );
    fields.push(("consent", "yes"));
    let done = owner.post(&path, &fields).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert!(
        done.text().contains("1 addresses were taken"),
        "{}",
        done.text()
    );
    assert!(!done.text().contains("canary"));
    let nobody = [
        ("addresses", "nobody"),
        ("lang", "en"),
        ("text", "x"),
        ("consent", "yes"),
    ];
    assert_eq!(owner.post(&path, &nobody).await.status, 422);
    let mail = house.site.mail_to("ada.canary@friends.example").await;
    assert!(mail.contains("You asked us to tell you."));
    // The way out says what it leads out of.
    let token = house.site.token_in(&mail, "unsubscribe");
    let way_out = format!("/{}/unsubscribe/{token}", house.site.id);
    let page = house.site.get_file(&way_out).await.text();
    assert!(page.contains("Send me no more invitations"), "{page}");
    let form = "application/x-www-form-urlencoded";
    let click = house.site.http.post(house.site.url(&way_out));
    let click = click
        .header("content-type", form)
        .body("List-Unsubscribe=One-Click");
    let done = house.site.send(click).await;
    assert!(
        done.text().contains("<h1>No more invitations</h1>"),
        "{}",
        done.text()
    );
    let log = owner.page("/office/log").await;
    assert!(log.contains("invited 1 people") && !log.contains("canary"));
}

#[tokio::test]
async fn updates_are_looked_at_and_then_sent_to_those_who_asked() {
    let house = House::new().await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    let reader = "reader.canary@signers.example";
    confirm(&house, reader).await;
    let path = at(&house, "/updates");
    let page = owner.page(&path).await;
    assert!(page.contains("1 people asked"), "{page}");
    let update = |then| {
        vec![
            ("lang", "en"),
            ("subject", "We were heard"),
            ("text", "The council answered.\r\n\r\nRead on."),
            ("then", then),
        ]
    };
    let preview = owner.post(&path, &update("preview")).await;
    assert_eq!(preview.status, 200);
    assert!(preview.text().contains("would go to 1 people"));
    assert_eq!(
        owner.post(&path, &update("send")).await.status,
        422,
        "not sure"
    );
    let empty = [
        ("lang", "en"),
        ("subject", ""),
        ("text", ""),
        ("then", "preview"),
    ];
    assert_eq!(owner.post(&path, &empty).await.status, 422);
    let mut sure = update("send");
    sure.push(("sure", "yes"));
    owner.done(&path, &sure).await;
    house.site.letter_to(reader, "Read on.").await;
    let page = owner.page(&path).await;
    assert!(page.contains("We were heard"));
    assert!(!page.contains("canary"), "nobody sees who they are");
}
