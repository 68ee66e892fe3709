//! The canary: what people give us is nowhere in clear, neither in the store nor in
//! what is logged.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use undersigned::api::{ConfirmationRequest, StrikeRequest, StrikeTarget};
use undersigned::keys::envelope;
use undersigned::mail::Undelivered;
use undersigned::protocol::leaf::StrikeReason;
use undersigned::protocol::manifest::{Ask, Audit};
use undersigned::registrar::Bounce;

use crate::log::Log;
use crate::transport::token;
use crate::world::{Setup, World};

pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window.eq_ignore_ascii_case(needle))
}

/// What all tests of this binary log; each adds to what is searched.
fn log() -> Log {
    static LOG: OnceLock<Log> = OnceLock::new();
    LOG.get_or_init(|| {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(log.clone())
            .finish();
        tracing::subscriber::set_global_default(subscriber).expect("nobody else sets one");
        log
    })
    .clone()
}

/// All files below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_written_or_logged_in_clear() {
    let walked = walk(false).await;
    let written = walked.world.store.written();
    assert!(
        written.len() > 100,
        "the walk through all paths left traces"
    );
    for needle in &walked.needles {
        for record in &written {
            assert!(!contains(record, needle), "{} in the store", show(needle));
        }
        let logged = log().bytes();
        assert!(!contains(&logged, needle), "{} in the log", show(needle));
        for error in &walked.errors {
            assert!(
                !contains(error.as_bytes(), needle),
                "{} in {error}",
                show(needle)
            );
        }
    }
    let logged = String::from_utf8(log().bytes()).expect("text");
    assert!(
        logged.contains("held for review"),
        "the log was listened to"
    );
    for needle in ["example.org", "gmail.com"] {
        assert!(
            !logged.contains(needle),
            "{needle} in the log of another test"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_in_a_file_in_clear() {
    let walked = walk(true).await;
    let files = files(walked.world.folder.path());
    let title = crate::world::TITLE.as_bytes();
    let found = |path: &PathBuf| contains(&std::fs::read(path).expect("readable"), title);
    assert!(
        files.iter().any(found),
        "what is public is in clear, and found"
    );
    for path in files {
        let bytes = std::fs::read(&path).expect("readable");
        for needle in &walked.needles {
            let shown = show(needle);
            assert!(!contains(&bytes, needle), "{shown} in {}", path.display());
        }
        let name = path.display().to_string();
        assert!(!name.contains("canary"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_was_invited_is_named_in_clear() {
    log();
    let w = World::new().await.running();
    let guest = "canary-guest@canary-domain.example";
    w.invite(&[guest, "canary no address"]).await;
    w.invitations_through().await;
    let mail = &w.postbox.to(guest)[0];
    let (link, way_out) = (token(mail, "confirm"), token(mail, "unsubscribe"));
    let out = w.registrar.unsubscribe(w.id, &way_out).await;
    out.expect("out");
    w.invite(&[guest]).await;
    w.invitations_through().await;
    let written = w.store.written();
    assert!(written.len() > 20);
    let raw = |token: &str| URL_SAFE_NO_PAD.decode(token).expect("a token");
    for needle in [
        &b"canary"[..],
        link.as_bytes(),
        way_out.as_bytes(),
        &raw(&link),
        &raw(&way_out),
    ] {
        let found = written.iter().any(|record| contains(record, needle));
        assert!(
            !found && !contains(&log().bytes(), needle),
            "{}",
            show(needle)
        );
    }
}

fn show(needle: &[u8]) -> String {
    String::from_utf8_lossy(needle).into_owned()
}

struct Walked {
    world: World,
    /// What must not be found, and a part of every address.
    needles: Vec<Vec<u8>>,
    errors: Vec<String>,
}

/// Take some people through every path.
async fn walk(on_disk: bool) -> Walked {
    log();
    let w = World::with(Setup {
        terms: |t| {
            t.asks.region = Ask::Required;
            t.asks.roll_region = true;
            t.asks.share = Some(crate::shares::list_key());
            t.audit = Some(Audit {
                auditor: "An auditor".to_owned(),
                hpke_key: envelope::public(&[11; 32]).expect("a key"),
                beacon: "a beacon".to_owned(),
                round: 1,
                vkey: None,
                sample: None,
            });
        },
        on_disk,
        ..Setup::default()
    })
    .await;
    let address: IpAddr = "198.51.100.213".parse().expect("an address");
    let (registrar, id) = (w.registrar.clone(), w.id);
    let ask = |email: &str| {
        let request = ConfirmationRequest {
            email: email.to_owned(),
            updates: true,
            region: Some("Canary-Region".to_owned()),
            lang: Some("en".to_owned()),
        };
        let registrar = registrar.clone();
        async move { registrar.request_confirmation(id, &request, address).await }
    };
    // Through every path: sent, put off, refused, held, confirmed, removed, struck.
    w.postbox.refuse_next(Undelivered::Later(450));
    ask("canary-one+x@canary-domain.example")
        .await
        .expect("accepted");
    let w = w.running();
    w.until(|w| w.postbox.attempts().len() == 1).await;
    w.clock.advance(60);
    w.settled().await;
    w.postbox.refuse_next(Undelivered::Refused(550));
    ask("canary-two@canary-domain.example")
        .await
        .expect("accepted");
    w.settled().await;
    // Not there, by the server's answer and by a report.
    w.postbox.refuse_next(Undelivered::NoMailbox(550));
    ask("canary-gone@canary-domain.example")
        .await
        .expect("accepted");
    w.settled().await;
    ask("canary-moved@canary-domain.example")
        .await
        .expect("accepted");
    w.settled().await;
    let mail = &w.postbox.to("canary-moved@canary-domain.example")[0];
    let report = crate::bounces::report(&mail.id, "canary-moved@canary-domain.example");
    let bounce = w.registrar.bounce(report.as_bytes()).await;
    assert_eq!(bounce.expect("taken"), Bounce::Stopped);
    w.registrar
        .write_again("canary-gone@canary-domain.example")
        .await
        .expect("undone");
    for n in 0..12 {
        ask(&format!("canary-crowd{n}@canary-domain.example"))
            .await
            .expect("accepted");
    }
    w.settled().await;
    assert!(
        !w.registrar
            .held(w.id, None, 100)
            .expect("listed")
            .is_empty()
    );
    let confirm = token(
        &w.postbox.to("canary-one+x@canary-domain.example")[0],
        "confirm",
    );
    let signer = w.signer(1);
    let answer = w
        .registrar
        .confirm(w.id, &confirm, signer.blinded(), address)
        .await;
    signer.check(&answer.expect("an answer"));
    w.settled().await;
    let unsubscribe = token(
        &w.postbox.to("canary-one+x@canary-domain.example")[1],
        "unsubscribe",
    );
    let remove = w.removal_link("canary-one+x@canary-domain.example").await;
    w.publish().await;
    w.registrar.remove(w.id, &remove).await.expect("struck");
    w.registrar
        .unsubscribe(w.id, &unsubscribe)
        .await
        .expect("out");
    let opening = w.disclosed(7, "Canary Name").await;
    let handed = crate::disclosures::copy(&opening);
    w.registrar
        .disclose(w.id, opening, true)
        .await
        .expect("shown");
    w.publish().await;
    let address = w.sealed_address(&handed.leaf, "canary-supporter@canary-domain.example");
    w.registrar
        .share(w.id, handed, Some(address))
        .await
        .expect("on the list");
    let target = StrikeTarget::Mailbox("canary-nobody@canary-domain.example".to_owned());
    let strike = StrikeRequest {
        target,
        reason: StrikeReason::Fraud,
        preview: false,
    };
    let refusal = w
        .registrar
        .strike(w.id, &strike)
        .await
        .expect_err("not on the roll");
    let errors = [
        format!("{refusal} {refusal:?}"),
        format!("{:?}", ask("canary@no address").await),
        format!("{:?}", w.registrar.write_again("canary@no").await),
        format!("{:?}", w.confirm("canary-token", signer.blinded()).await),
        format!("{:?}", w.postbox.mails()),
        format!("{:?}", w.registrar.disclosures(w.id).expect("listed")),
    ];

    let raw = |token: &str| URL_SAFE_NO_PAD.decode(token).expect("a token");
    let needles: Vec<Vec<u8>> = [
        &b"canary"[..],
        b"198.51.100.213",
        b"c63364d5",
        confirm.as_bytes(),
        remove.as_bytes(),
        unsubscribe.as_bytes(),
        &raw(&confirm),
        &raw(&remove),
        &raw(&unsubscribe),
        hex::encode(raw(&confirm)).as_bytes(),
    ]
    .map(<[u8]>::to_vec)
    .into();
    Walked {
        world: w,
        needles,
        errors: errors.into(),
    }
}
