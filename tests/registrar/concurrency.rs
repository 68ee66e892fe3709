//! Many at once.

use std::sync::Arc;

use undersigned::config::{Config, LimitsConfig, MailConfig};
use undersigned::registrar::RegistrarError;

use crate::transport::token;
use crate::world::{ORIGIN, Setup, URL, World};

/// Enough mails for everybody.
fn generous() -> Setup {
    Setup {
        config: Config {
            origin: ORIGIN.to_owned(),
            url: URL.to_owned(),
            limits: LimitsConfig {
                mails_per_mailbox: 1000,
                mails_per_mailbox_day: 1000,
                ..LimitsConfig::default()
            },
            mail: MailConfig {
                per_second: 10_000,
                per_domain_minute: 10_000,
                ..MailConfig::default()
            },
            ..Config::default()
        },
        ..Setup::default()
    }
}

/// A hundred ways to write one mailbox.
fn aliases() -> Vec<String> {
    let names = ["adalove", "ada.love", "a.dalove", "ADALOVE", "adal.ove"];
    let domains = ["gmail.com", "googlemail.com"];
    let mut aliases = Vec::new();
    for tag in 0..10 {
        for name in names {
            for domain in domains {
                aliases.push(format!("{name}+{tag}@{domain}"));
            }
        }
    }
    aliases
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_aliases_at_once_get_one_token() {
    let w = Arc::new(World::with(generous()).await.running());
    let aliases = aliases();
    assert_eq!(aliases.len(), 100);
    for alias in &aliases {
        w.ask(alias).await.expect("accepted");
    }
    w.until(|w| w.postbox.mails().len() == 100).await;
    let links: Vec<String> = w
        .postbox
        .mails()
        .iter()
        .map(|m| token(m, "confirm"))
        .collect();
    let tasks: Vec<_> = links
        .into_iter()
        .enumerate()
        .map(|(number, link)| {
            let w = w.clone();
            tokio::spawn(async move {
                let signer = w.signer(number as u64);
                let outcome = w.confirm(&link, signer.blinded()).await;
                outcome.map(|answer| signer.check(&answer))
            })
        })
        .collect();
    let mut tokens = 0;
    for task in tasks {
        match task.await.expect("no panic") {
            Ok(()) => tokens += 1,
            Err(error) => assert!(matches!(error, RegistrarError::AlreadyConfirmed), "{error}"),
        }
    }
    assert_eq!((tokens, w.roll()), (1, 1));
    assert_eq!(w.store.count("registrar/mailboxes"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_impatient_signer_gets_one_answer_many_times() {
    let w = Arc::new(World::with(generous()).await.running());
    let link = w.link("ada@example.org").await;
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (w, link) = (w.clone(), link.clone());
            tokio::spawn(async move { w.confirm(&link, w.signer(1).blinded()).await })
        })
        .collect();
    let mut answers = std::collections::BTreeSet::new();
    for task in tasks {
        answers.insert(task.await.expect("no panic").expect("an answer"));
    }
    assert_eq!((answers.len(), w.roll()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_mailboxes_at_once_get_a_token_each_on_disk() {
    let setup = Setup {
        on_disk: true,
        ..generous()
    };
    let w = Arc::new(World::with(setup).await.running());
    let tasks: Vec<_> = (0..40)
        .map(|number| {
            let w = w.clone();
            tokio::spawn(async move {
                let link = w.link(&format!("signer{number}@example.org")).await;
                let signer = w.signer(number);
                signer.check(&w.confirm(&link, signer.blinded()).await.expect("an answer"));
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    assert_eq!(w.roll(), 40);
}
