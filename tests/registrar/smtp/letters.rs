//! All kinds of letters, in all languages, through a real server and back into parts.

use std::sync::Arc;

use mail_parser::{HeaderValue, Message, MessageParser};
use undersigned::api::{ConfirmationRequest, RemovalRequest, StrikeRequest, StrikeTarget};
use undersigned::clock::ManualClock;
use undersigned::config::SmtpTls;
use undersigned::lang::{self, Language};
use undersigned::mail;
use undersigned::protocol::leaf::StrikeReason;
use undersigned::registrar::{InvitationText, Update, UpdateText};

use super::server::{Arrived, Security, Server};
use super::{config, smtp};
use crate::world::{OPENS, Setup, World, network};

/// Mails to an address so far.
pub(super) fn to(server: &Server, address: &str) -> Vec<Arrived> {
    let arrived = server.arrived().into_iter();
    arrived.filter(|mail| mail.to == address).collect()
}

pub(super) fn parsed(mail: &Arrived) -> Message<'_> {
    MessageParser::new()
        .parse(&mail.content)
        .expect("a message")
}

/// The link in a message's text: its last part.
pub(super) fn link(message: &Message<'_>, kind: &str) -> String {
    let text = message.body_text(0).expect("a text part");
    let marker = format!("/{kind}/");
    let line = text.lines().find(|line| line.contains(&marker));
    let (_, token) = line.expect("a link").split_once(&marker).expect("found");
    token.trim_end().to_owned()
}

fn header(message: &Message<'_>, name: &'static str) -> Option<String> {
    match message.header_raw(name) {
        Some(raw) => Some(raw.trim().to_owned()),
        None => match message.header(name) {
            Some(HeaderValue::Text(text)) => Some(text.to_string()),
            _ => None,
        },
    }
}

/// The last of so many mails to an address, once they are there.
async fn arrived(w: &World, server: &Server, address: &str, count: usize) -> Arrived {
    w.until(|_| to(server, address).len() == count).await;
    to(server, address).pop().expect("just counted")
}

/// Confirm in a language and ask for updates: two mails.
async fn subscribe(w: &World, server: &Server, language: &Language) {
    let address = format!("signer-{}@example.org", language.tag);
    let request = ConfirmationRequest {
        updates: true,
        lang: Some(language.tag.to_owned()),
        ..World::request(&address)
    };
    let asked = w.registrar.request_confirmation(w.id, &request, network());
    asked.await.expect("accepted");
    let mail = arrived(w, server, &address, 1).await;
    let token = link(&parsed(&mail), "confirm");
    w.confirm(&token, w.signer(1).blinded())
        .await
        .expect("an answer");
    arrived(w, server, &address, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_letter_arrives_whole_in_every_language() {
    let server = Server::start(Security::Plain, false);
    let config = config(smtp(&server, SmtpTls::None));
    let transport = mail::transport(&config, Arc::new(ManualClock::new(OPENS, 1)));
    let setup = Setup {
        config,
        ..Setup::default()
    };
    let w = World::with_transport(setup, Some(transport.expect("loopback")))
        .await
        .running();
    let arrived = async |address: &str, count| arrived(&w, &server, address, count).await;
    let texts = lang::all().iter().map(|language| UpdateText {
        lang: language.tag.to_owned(),
        subject: format!("Größe «{}» 夜", language.name),
        text: format!("{}\n.\n..\n\nتمّ", language.name),
    });
    let update = Update::new(texts.collect()).expect("good");

    for language in lang::all() {
        subscribe(&w, &server, language).await;
    }
    w.registrar.send_update(w.id, &update).await.expect("noted");
    for language in lang::all() {
        let address = format!("signer-{}@example.org", language.tag);
        arrived(&address, 3).await;
        let request = RemovalRequest {
            email: address.clone(),
            lang: Some(language.tag.to_owned()),
        };
        let asked = w.registrar.request_removal(w.id, &request, network());
        asked.await.expect("accepted");
        arrived(&address, 4).await;

        let mails = to(&server, &address);
        let subjects = ["confirm", "subscribed", "", "remove"];
        for (mail, kind) in mails.iter().zip(subjects) {
            let message = parsed(mail);
            let subject = message.subject().expect("a subject");
            let begins = match kind {
                "" => format!("Größe «{}» 夜", language.name),
                kind => {
                    let title = crate::world::TITLE.into();
                    let id = format!("mail-{kind}-subject");
                    language.format(&id, &[("title", title)]).into_owned()
                }
            };
            assert_eq!(subject, begins);
            let html = message.body_html(0).expect("an HTML part");
            assert!(html.contains(&format!("<body dir=\"{}\">", language.direction)));
            assert!(html.contains(crate::world::TITLE));
            let text = message.body_text(0).expect("a text part");
            assert!(text.contains(crate::world::TITLE));
            assert_eq!(message.attachment_count(), 0);
            assert!(
                mail.content.split(|b| *b == b'\n').all(|l| l.len() <= 998),
                "RFC 5322, section 2.1.1"
            );

            // RFC 8058 in what goes to subscribers, and nowhere else.
            let one_click = header(&message, "List-Unsubscribe-Post");
            let way_out = header(&message, "List-Unsubscribe");
            if matches!(kind, "subscribed" | "") {
                let token = link(&message, "unsubscribe");
                let url = format!("<{}/{}/unsubscribe/{token}>", crate::world::URL, w.id);
                assert_eq!(way_out.as_deref(), Some(&*url));
                assert_eq!(one_click.as_deref(), Some("List-Unsubscribe=One-Click"));
            } else {
                assert_eq!((way_out, one_click), (None, None));
                link(&message, kind);
            }
        }
        let text = parsed(&mails[2]).body_text(0).expect("text").into_owned();
        let wanted = format!("{}\n.\n..\n\nتمّ", language.name);
        assert!(text.replace("\r\n", "\n").contains(&wanted), "{text}");
    }
}

/// A letter of this kind in this language: its subject, its way out, and what it must say.
fn says(mail: &Arrived, kind: &str, language: &lang::Language, words: &[&str]) {
    let message = parsed(mail);
    let title = crate::world::TITLE.into();
    let subject = language.format(&format!("mail-{kind}-subject"), &[("title", title)]);
    assert_eq!(message.subject(), Some(&*subject));
    let text = message.body_text(0).expect("a text part");
    let html = message.body_html(0).expect("an HTML part");
    for words in words {
        assert!(text.contains(words) && html.contains(words), "{words}");
    }
    assert!(html.contains(&format!("<body dir=\"{}\">", language.direction)));
    let one_click = header(&message, "List-Unsubscribe-Post");
    assert_eq!(one_click.as_deref(), Some("List-Unsubscribe=One-Click"));
    let way_out = header(&message, "List-Unsubscribe").expect("a way out");
    assert!(way_out.contains(&link(&message, "unsubscribe")));
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_and_letters_about_strikes_arrive_in_every_language() {
    const APPEALS: &str = "appeals@petitions.example";
    let server = Server::start(Security::Plain, false);
    let mut config = config(smtp(&server, SmtpTls::None));
    config.mail.appeals = Some(APPEALS.to_owned());
    let transport = mail::transport(&config, Arc::new(ManualClock::new(OPENS, 1)));
    let setup = Setup {
        config,
        ..Setup::default()
    };
    let w = World::with_transport(setup, Some(transport.expect("loopback")))
        .await
        .running();
    let arrived = async |address: &str, count| arrived(&w, &server, address, count).await;
    for language in lang::all() {
        let friend = format!("friend-{}@example.org", language.tag);
        let words = format!("Größe «{}» 夜", language.name);
        let text = InvitationText {
            lang: language.tag.to_owned(),
            text: words.clone(),
        };
        let invited = w.registrar.invite(w.id, vec![friend.clone()], &text).await;
        assert_eq!(invited.expect("taken").taken, 1);
        let mail = arrived(&friend, 1).await;
        says(&mail, "invite", language, &[crate::world::TITLE, &words]);
        link(&parsed(&mail), "confirm");

        subscribe(&w, &server, language).await;
    }
    w.publish().await;
    for (n, language) in lang::all().iter().enumerate() {
        let signer = format!("signer-{}@example.org", language.tag);
        let request = StrikeRequest {
            target: StrikeTarget::Mailbox(signer.clone()),
            reason: [StrikeReason::Fraud, StrikeReason::DuplicatePerson][n % 2],
            preview: false,
        };
        w.registrar.strike(w.id, &request).await.expect("struck");
        let mail = arrived(&signer, 3).await;
        says(&mail, "struck", language, &[crate::world::TITLE, APPEALS]);
    }
}
