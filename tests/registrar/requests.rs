//! Asking for a link: one answer for all.

use undersigned::api::ConfirmationRequest;
use undersigned::config::{Config, LimitsConfig};
use undersigned::protocol::manifest::{Ask, Localized};
use undersigned::registrar::RegistrarError;

use crate::world::{DAY, Setup, TITLE, URL, World, network};

/// How many records of which length each space got from one request.
async fn trace(w: &World, email: &str) -> Vec<usize> {
    let before = w.store.written().len();
    w.ask(email).await.expect("one answer for all");
    w.store.written()[before..].iter().map(Vec::len).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_leaves_the_same_trace_whatever_is_known_of_the_mailbox() {
    let mut w = World::new().await;
    w.set_lists("[block]\ndomains = [\"bad.example\"]\n");
    let mut w = w.restarted().await.running();
    w.sign("confirmed@ok.example").await;
    w.link("pending00@ok.example").await;
    for _ in 0..10 {
        w.ask("too-often@ok.example").await.expect("accepted");
    }
    w.settled().await;
    // Nobody works at the desk: what is written now is written before the answer.
    w.stop().await;
    let traces = [
        trace(&w, "confirmed@ok.example").await,
        trace(&w, "pending00@ok.example").await,
        trace(&w, "too-often@ok.example").await,
        trace(&w, "brand-new@ok.example").await,
        trace(&w, "blocked0@bad.example").await,
    ];
    for trace in &traces {
        assert_eq!(trace, &traces[0]);
    }
    assert_eq!(traces[0].len(), 3, "space, key and value of one record");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_gets_five_mails_for_one_petition_and_asks_no_tag() {
    let w = World::new().await.running();
    for alias in ["a.b@gmail.com", "ab@gmail.com", "ab+1@googlemail.com"]
        .iter()
        .cycle()
        .take(12)
    {
        w.ask(alias).await.expect("accepted");
    }
    w.settled().await;
    assert_eq!(w.postbox.mails().len(), 5);
    assert_eq!(w.tags.asked.load(std::sync::atomic::Ordering::SeqCst), 0);
    // When the pending period is over, it can begin again.
    w.clock.advance(8 * DAY);
    w.link("ab@gmail.com").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_has_a_share_of_mails_a_day_and_confirming_does_not_renew_it() {
    let w = World::with(Setup {
        config: Config {
            limits: LimitsConfig {
                mails_per_mailbox: 5,
                mails_per_mailbox_day: 7,
                ..LimitsConfig::default()
            },
            ..Setup::default().config
        },
        ..Setup::default()
    })
    .await
    .running();
    for _ in 0..6 {
        w.ask("ada@example.org").await.expect("accepted");
    }
    w.settled().await;
    assert_eq!(w.postbox.mails().len(), 5);
    let link = crate::transport::token(&w.postbox.mails()[0], "confirm");
    w.confirm(&link, w.signer(1).blinded())
        .await
        .expect("an answer");
    for _ in 0..6 {
        w.ask("ada@example.org").await.expect("accepted");
    }
    w.settled().await;
    assert_eq!(w.postbox.mails().len(), 7);
    w.clock.advance(DAY);
    w.link("ada@example.org").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_request_alone_shows_is_said_at_once() {
    let w = World::with(Setup {
        terms: |t| {
            t.asks.region = Ask::Required;
            t.asks.roll_region = true;
        },
        ..Setup::default()
    })
    .await;
    let ask = |email: &str, region: Option<&str>| {
        let request = ConfirmationRequest {
            email: email.to_owned(),
            updates: false,
            region: region.map(str::to_owned),
            lang: None,
        };
        let (registrar, id) = (w.registrar.clone(), w.id);
        async move {
            registrar
                .request_confirmation(id, &request, network())
                .await
        }
    };
    for email in [
        "",
        "ada",
        "ada@example.org, bob@example.org",
        "ada@example.org\r\nBcc: x@example.org",
    ] {
        assert!(matches!(
            ask(email, Some("North")).await,
            Err(RegistrarError::Address)
        ));
    }
    let long = "x".repeat(101);
    for region in [
        None,
        Some(""),
        Some(" North"),
        Some("No\nrth"),
        Some(&*long),
    ] {
        assert!(matches!(
            ask("ada@example.org", region).await,
            Err(RegistrarError::Region)
        ));
    }
    ask("ada@example.org", Some("North"))
        .await
        .expect("accepted");
    let plain = World::new().await;
    let request = ConfirmationRequest {
        region: Some("North".to_owned()),
        ..World::request("ada@example.org")
    };
    assert!(matches!(
        plain
            .registrar
            .request_confirmation(plain.id, &request, network())
            .await,
        Err(RegistrarError::Region)
    ));
    let unknown = undersigned::protocol::ids::PetitionId([9; 32]);
    assert!(matches!(
        plain
            .registrar
            .request_confirmation(unknown, &request, network())
            .await,
        Err(RegistrarError::UnknownPetition)
    ));
    assert_eq!(plain.store.count("registrar/requests"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_says_what_it_is_about_in_the_wished_language() {
    let w = World::with(Setup {
        terms: |t| {
            t.title.push(Localized {
                lang: "de".to_owned(),
                text: "Rettet den <Nachtzug>\nund {link}".to_owned(),
            });
            t.letter.push(Localized {
                lang: "de".to_owned(),
                text: "Wir bitten darum.".to_owned(),
            });
        },
        ..Setup::default()
    })
    .await
    .running();
    let request = ConfirmationRequest {
        lang: Some("DE".to_owned()),
        updates: true,
        ..World::request("Ada.L+x@Example.ORG")
    };
    w.registrar
        .request_confirmation(w.id, &request, network())
        .await
        .expect("accepted");
    w.ask("bob@example.org").await.expect("accepted");
    w.settled().await;
    let [mail] = &w.postbox.to("Ada.L+x@example.org")[..] else {
        panic!("one mail, to the address as typed")
    };
    assert_eq!(
        mail.subject,
        "Confirm your signature: Rettet den <Nachtzug> und {link}"
    );
    assert!(mail.text.contains("Rettet den <Nachtzug> und {link}\n"));
    assert!(mail.text.contains("Friends of the night train"));
    assert!(mail.text.contains("ask for updates"));
    assert!(mail.html.contains("Rettet den &lt;Nachtzug&gt; und {link}"));
    assert_eq!(mail.unsubscribe, None);
    let link = format!("\n{URL}/{}/confirm/", w.id);
    assert!(mail.text.contains(&link), "one slash: {}", mail.text);
    let bob = &w.postbox.to("bob@example.org")[0];
    assert!(bob.text.contains(TITLE));
    assert!(bob.text.contains("You will get no other mail"));
}
