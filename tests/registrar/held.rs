//! Limits, and what is held for review.

use std::net::IpAddr;

use undersigned::config::{Config, LimitsConfig};
use undersigned::registrar::RegistrarError;

use crate::transport::token;
use crate::world::{Setup, World, network};

fn strict() -> Setup {
    Setup {
        config: Config {
            limits: LimitsConfig {
                requests_per_minute: 2,
                requests_per_five_minutes: 4,
                requests_per_domain_hour: 3,
                ..LimitsConfig::default()
            },
            ..Setup::default().config
        },
        ..Setup::default()
    }
}

const OFFICE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

impl World {
    async fn ask_from(&self, email: &str, network: IpAddr) {
        let request = World::request(email);
        let outcome = self
            .registrar
            .request_confirmation(self.id, &request, network)
            .await;
        outcome.expect("never refused");
    }

    fn held_rules(&self) -> Vec<String> {
        let held = self.registrar.held(self.id, None, 100).expect("listed");
        held.into_iter().map(|h| h.rule).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_behind_one_address_are_held_and_released_one_by_one() {
    let w = World::with(strict()).await.running();
    for n in 0..5 {
        w.ask_from(&format!("signer{n}@gmail.com"), OFFICE).await;
        w.until(|w| w.store.count("registrar/requests") == 0).await;
        w.clock.advance(1);
    }
    w.settled().await;
    assert_eq!(w.postbox.mails().len(), 2, "two a minute");
    assert_eq!(w.held_rules(), ["network-minute"; 3]);
    let held = w.registrar.held(w.id, None, 2).expect("listed");
    let rest = w
        .registrar
        .held(w.id, Some(&held[1].id), 2)
        .expect("listed");
    assert_eq!((held.len(), rest.len()), (2, 1));
    assert!(held[0].since < held[1].since && held[1].since < rest[0].since);

    w.registrar
        .judge_held(w.id, &held[0].id, true)
        .await
        .expect("released");
    w.registrar
        .judge_held(w.id, &held[1].id, false)
        .await
        .expect("refused");
    w.settled().await;
    let mails = w.postbox.to("signer2@gmail.com");
    assert_eq!(mails.len(), 1, "the released one");
    assert!(w.postbox.to("signer3@gmail.com").is_empty());
    let signer = w.signer(1);
    // From the busy network once more: the reviewer's word counts.
    for _ in 0..4 {
        let link = token(&mails[0], "confirm");
        let answer = w
            .registrar
            .confirm(w.id, &link, signer.blinded(), OFFICE)
            .await;
        signer.check(&answer.expect("an answer"));
    }
    for judged in &held {
        for release in [true, false] {
            assert!(matches!(
                w.registrar.judge_held(w.id, &judged.id, release).await,
                Err(RegistrarError::UnknownHeld)
            ));
        }
    }
    assert_eq!(w.held_rules().len(), 1);
    assert_eq!(w.roll(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_is_held_once_and_forgotten_when_it_confirms() {
    let w = World::with(strict()).await.running();
    let link = w.link("a.da@gmail.com").await;
    for _ in 0..2 {
        w.ask_from("ada@gmail.com", OFFICE).await;
    }
    for alias in ["ada+1@gmail.com", "ada+2@gmail.com", "ada+3@googlemail.com"] {
        w.ask_from(alias, OFFICE).await;
        w.until(|w| w.store.count("registrar/requests") == 0).await;
    }
    assert_eq!(w.held_rules().len(), 1);
    w.confirm(&link, w.signer(1).blinded())
        .await
        .expect("an answer");
    assert!(w.held_rules().is_empty());
    assert_eq!(w.store.count("registrar/mailboxes"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_that_anyone_can_use_are_held_and_busy_unknown_ones() {
    let w = World::with(strict()).await.running();
    w.ask("ada@mailinator.com").await.expect("accepted");
    for n in 0..5 {
        w.ask(&format!("signer{n}@village.example"))
            .await
            .expect("accepted");
        w.ask(&format!("signer{n}@gmail.com"))
            .await
            .expect("accepted");
    }
    w.settled().await;
    let mut rules = w.held_rules();
    rules.sort_unstable();
    assert_eq!(rules, ["disposable-domain", "domain-hour", "domain-hour"]);
    assert_eq!(
        w.postbox.mails().len(),
        8,
        "three from the village, five from the provider"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn links_opened_in_a_crowd_are_held_and_work_after_release() {
    let w = World::with(strict()).await.running();
    let mut links = Vec::new();
    for n in 0..4 {
        links.push(w.link(&format!("signer{n}@gmail.com")).await);
    }
    for (n, link) in links.iter().enumerate() {
        let signer = w.signer(n as u64);
        let outcome = w
            .registrar
            .confirm(w.id, link, signer.blinded(), OFFICE)
            .await;
        match outcome {
            Ok(answer) if n < 2 => signer.check(&answer),
            Err(RegistrarError::Held) if n >= 2 => {}
            other => panic!("{n}: {other:?}"),
        }
    }
    assert_eq!(w.roll(), 2);
    let held = w.registrar.held(w.id, None, 10).expect("listed");
    assert_eq!(held.len(), 2);
    // Held stays held, from anywhere, and is listed once.
    let outcome = w
        .registrar
        .confirm(w.id, &links[2], w.signer(2).blinded(), network())
        .await;
    assert!(matches!(outcome, Err(RegistrarError::Held)));
    assert_eq!(w.registrar.held(w.id, None, 10).expect("listed").len(), 2);

    for judged in &held {
        w.registrar
            .judge_held(w.id, &judged.id, judged.id == held[0].id)
            .await
            .expect("judged");
    }
    let mut outcomes = Vec::new();
    for n in [2, 3] {
        let signer = w.signer(n);
        let link = &links[usize::try_from(n).expect("small")];
        let outcome = w
            .registrar
            .confirm(w.id, link, signer.blinded(), OFFICE)
            .await;
        outcomes.push(match outcome {
            Ok(answer) => {
                signer.check(&answer);
                "confirmed"
            }
            Err(RegistrarError::UnknownLink) => "forgotten",
            Err(other) => panic!("{other}"),
        });
    }
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["confirmed", "forgotten"]);
    w.settled().await;
    assert_eq!(
        w.postbox.mails().len(),
        5,
        "the released one got a mail that says so by its link"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_bounded_and_others_go_on() {
    let mut setup = strict();
    setup.config.limits.held_max = 2;
    let w = World::with(setup).await.running();
    for n in 0..4 {
        w.ask_from(&format!("signer{n}@gmail.com"), OFFICE).await;
        w.until(|w| w.store.count("registrar/requests") == 0).await;
    }
    let full = |w: &World| {
        let (registrar, id) = (w.registrar.clone(), w.id);
        async move {
            let request = World::request("late@gmail.com");
            registrar.request_confirmation(id, &request, OFFICE).await
        }
    };
    assert!(matches!(full(&w).await, Err(RegistrarError::StorageLow)));
    w.link("elsewhere@gmail.com").await;
    // The same after a restart, until a reviewer makes room.
    let w = w.restarted().await.running();
    for n in 4..6 {
        w.ask_from(&format!("signer{n}@gmail.com"), OFFICE).await;
    }
    assert!(matches!(full(&w).await, Err(RegistrarError::StorageLow)));
    let held = w.registrar.held(w.id, None, 1).expect("listed");
    w.registrar
        .judge_held(w.id, &held[0].id, false)
        .await
        .expect("refused");
    full(&w).await.expect("room for one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_blocked_later_gets_no_mail_and_its_links_end() {
    let mut w = World::new().await.running();
    let link = w.link("ada@bad.example").await;
    w.set_lists("[block]\ndomains = [\"bad.example\"]\n");
    let w = w.restarted().await.running();
    w.ask("bob@bad.example").await.expect("one answer for all");
    w.settled().await;
    assert!(w.postbox.to("bob@bad.example").is_empty());
    assert!(matches!(
        w.confirm(&link, w.signer(1).blinded()).await,
        Err(RegistrarError::UnknownLink)
    ));
    w.sign("cyd@good.example").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_that_are_none_are_unknown() {
    let w = World::new().await;
    for id in ["", "xyz", "00", &"0".repeat(32), &"0".repeat(64), "../../x"] {
        assert!(matches!(
            w.registrar.judge_held(w.id, id, true).await,
            Err(RegistrarError::UnknownHeld)
        ));
    }
    assert!(matches!(
        w.registrar.held(w.id, Some("xyz"), 10),
        Err(RegistrarError::UnknownHeld)
    ));
}
