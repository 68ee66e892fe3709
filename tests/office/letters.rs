//! Every letter of the office, word for word.

use crate::browser::House;
use crate::drafts::{filled, version, written};

/// The text without what differs each time: tokens and ids of drafts.
fn plain(text: &str) -> String {
    let part = |part: &str| {
        let (word, rest) = part.split_at(part.find(char::is_whitespace).unwrap_or(part.len()));
        let hex = word.len() == 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
        match word.len() {
            _ if hex => format!("<draft>{rest}"),
            43 => format!("<token>{rest}"),
            _ => part.to_owned(),
        }
    };
    let parts: Vec<String> = text.replace("\r\n", "\n").split('/').map(part).collect();
    parts.join("/")
}

#[tokio::test]
async fn every_letter_says_what_it_says() {
    let house = House::with(|config| config.office.sponsors = 1).await;
    let owner = house.signed_in("owner@staff.example", "owner").await;
    for role in ["moderator", "viewer", "organiser"] {
        let email = format!("{role}@staff.example");
        owner
            .done("/office/people", &[("email", &email), ("role", role)])
            .await;
    }
    let writer = house.signed_in("writer@friends.example", "organiser").await;
    let ask = [("email", "owner@staff.example")];
    house.stranger().post("/office/sign-in", &ask).await;
    let path = written(&writer).await;
    let page = writer.page(&path).await;
    let (_, share) = page.split_once("/office/sponsor/").expect("the link");
    let share = share.split('<').next().expect("its end");
    let sponsor = [("email", "sponsor@friends.example")];
    let link = format!("/office/sponsor/{share}");
    house.stranger().post(&link, &sponsor).await;
    let mail = house.site.mail_to("sponsor@friends.example").await;
    let (_, token) = mail.split_once("/office/sponsor/confirm/").expect("a link");
    let token = token.split_whitespace().next().expect("a token");
    let confirm = format!("/office/sponsor/confirm/{token}");
    assert_eq!(house.stranger().post(&confirm, &[]).await.status, 200);
    for verdict in ["return", "approve"] {
        writer.done(&format!("{path}/submit"), &[]).await;
        let at = version(&owner.page(&path).await);
        let fields = [
            ("version", &*at),
            ("verdict", verdict),
            ("reason", "So it is."),
        ];
        owner.done(&format!("{path}/verdict"), &fields).await;
        if verdict == "return" {
            let edit = format!("{path}/edit");
            let at = version(&writer.page(&edit).await);
            writer.done(&edit, &filled(&at, crate::drafts::TITLE)).await;
        }
    }
    let invite = [("email", "second@friends.example")];
    writer.done(&format!("{path}/organisers"), &invite).await;
    house.site.all_mails_are_out().await;
    let mails = house.site.mails().into_iter();
    let mut letters: Vec<String> = mails
        .map(|(to, text)| format!("To: {to}\n\n{}", plain(&text)))
        .collect();
    letters.sort();
    insta::assert_snapshot!(letters.join("\n----\n"));
}
