//! Real conversations with an SMTP server.

mod letters;
mod server;

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use mail_parser::MessageParser;
use undersigned::clock::ManualClock;
use undersigned::config::{Config, MailConfig, SmtpConfig, SmtpTls};
use undersigned::mail::{self, Mail, MailError, Transport, Trouble, Undelivered};

use crate::world::{OPENS, Setup, URL, World};
use server::{PASSWORD, Plan, Security, Server, USER};

fn smtp(server: &Server, tls: SmtpTls) -> SmtpConfig {
    SmtpConfig {
        host: "localhost".to_owned(),
        port: server.port,
        tls,
        user: None,
        password_file: None,
        ca_file: None,
    }
}

fn config(smtp: SmtpConfig) -> Config {
    Config {
        mail: MailConfig {
            from: "Petitions <noreply@petitions.example>".to_owned(),
            smtp: Some(smtp),
            per_second: 10_000,
            per_domain_minute: 10_000,
            ..MailConfig::default()
        },
        url: URL.to_owned(),
        ..Setup::default().config
    }
}

fn transport(smtp: SmtpConfig) -> Result<Arc<dyn Transport>, MailError> {
    mail::transport(&config(smtp), Arc::new(ManualClock::new(OPENS, 1)))
}

fn plain(server: &Server) -> Arc<dyn Transport> {
    transport(smtp(server, SmtpTls::None)).expect("loopback")
}

fn a_mail(number: usize) -> Mail {
    Mail {
        id: format!("mail{number}"),
        to: format!("signer{number}@example.org"),
        subject: "Grüße".to_owned(),
        text: "A line\n.\n..two dots\nand a link\n\nhttps://petitions.example/x\n".to_owned(),
        html: "<p>A line</p>".to_owned(),
        unsubscribe: None,
        attachment: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_arrives_as_it_was_written() {
    let server = Server::start(Security::Plain, false);
    plain(&server).send(&a_mail(1)).await.expect("taken");
    let arrived = server.arrived();
    let [mail] = &arrived[..] else {
        panic!("one mail")
    };
    assert_eq!(
        (&*mail.from, &*mail.to),
        ("noreply@petitions.example", "signer1@example.org")
    );
    let message = MessageParser::new()
        .parse(&mail.content)
        .expect("a message");
    assert_eq!(message.subject(), Some("Grüße"));
    assert_eq!(message.message_id(), Some("mail1@petitions.example"));
    let text = message
        .body_text(0)
        .expect("a text part")
        .replace("\r\n", "\n");
    assert_eq!(text.trim_end(), a_mail(1).text.trim_end());
    assert!(
        message
            .body_html(0)
            .expect("an HTML part")
            .contains("<p>A line</p>")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_mean_what_they_say_at_each_stage() {
    let server = Server::start(Security::Plain, false);
    let transport = plain(&server);
    let sender = |code| Undelivered::Unreachable(Trouble::Sender(code));
    for (plan, meaning) in [
        (Plan::Rcpt(450), Undelivered::Later(450)),
        (Plan::Content(452), Undelivered::Later(452)),
        (Plan::Rcpt(550), Undelivered::NoMailbox(550)),
        (Plan::Rcpt(552), Undelivered::Refused(552)),
        (Plan::Content(554), Undelivered::Refused(554)),
        // About us, not about the mail: no mail may be lost by it.
        (Plan::Mail(550), sender(550)),
        (Plan::Mail(451), sender(451)),
        (Plan::Rcpt(421), sender(421)),
    ] {
        // A connection that was kept gets a second chance on a fresh one.
        server.plan([plan; 2]);
        assert_eq!(transport.send(&a_mail(1)).await, Err(meaning), "{plan:?}");
        server.plan([]);
        while !matches!(transport.send(&a_mail(2)).await, Ok(())) {}
    }
    for code in [554, 421] {
        let fresh = plain(&server);
        server.plan([Plan::Greeting(code)]);
        assert_eq!(fresh.send(&a_mail(1)).await, Err(sender(code)));
        fresh.send(&a_mail(1)).await.expect("the next one is taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_recipient_does_not_cost_the_connection() {
    let server = Server::start(Security::Plain, false);
    let transport = plain(&server);
    server.plan([Plan::Rcpt(550), Plan::Fine, Plan::Rcpt(450), Plan::Fine]);
    for (number, taken) in [(1, false), (2, true), (3, false), (4, true)] {
        assert_eq!(transport.send(&a_mail(number)).await.is_ok(), taken);
    }
    assert_eq!((server.arrived().len(), server.connections()), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn dropped_connections_are_trouble_and_the_next_try_succeeds() {
    let server = Server::start(Security::Plain, false);
    for plan in [
        Plan::DropAtRcpt,
        Plan::DropInContent,
        Plan::DropAfterContent,
    ] {
        let transport = plain(&server);
        server.plan([plan]);
        assert_eq!(
            transport.send(&a_mail(1)).await,
            Err(Undelivered::Unreachable(Trouble::Connection)),
            "{plan:?}"
        );
        transport.send(&a_mail(1)).await.expect("taken");
        // A connection that died while it was kept is replaced without a word.
        server.plan([plan]);
        transport
            .send(&a_mail(2))
            .await
            .expect("taken on another connection");
    }
    let ids: BTreeSet<Option<String>> = server
        .arrived()
        .iter()
        .map(|mail| {
            MessageParser::new()
                .parse(&mail.content)?
                .message_id()
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(ids.len(), 2, "sent more than once, but known by their ids");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_is_trouble() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let server = Server::start(Security::Plain, false);
    let mut config = smtp(&server, SmtpTls::None);
    config.port = closed;
    let outcome = transport(config).expect("loopback").send(&a_mail(1)).await;
    assert_eq!(outcome, Err(Undelivered::Unreachable(Trouble::Connection)));
}

fn trusting(server: &Server, tls: SmtpTls, folder: &Path) -> SmtpConfig {
    let path = folder.join("ca.pem");
    server.write_certificate(&path);
    SmtpConfig {
        ca_file: Some(path),
        ..smtp(server, tls)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn starttls_is_required_and_the_certificate_checked() {
    let folder = tempfile::tempdir().expect("a folder");
    let no_tls = Undelivered::Unreachable(Trouble::Tls);
    let without = Server::start(Security::Plain, false);
    let transport_ = transport(trusting(&without, SmtpTls::Starttls, folder.path()));
    assert_eq!(
        transport_.expect("set up").send(&a_mail(1)).await,
        Err(no_tls)
    );
    assert!(without.arrived().is_empty());

    let server = Server::start(Security::Starttls, false);
    let distrusting = transport(smtp(&server, SmtpTls::Starttls)).expect("set up");
    let refused = distrusting.send(&a_mail(1)).await;
    assert!(
        matches!(
            refused,
            Err(Undelivered::Unreachable(Trouble::Tls | Trouble::Connection))
        ),
        "{refused:?}"
    );
    let other = trusting(&without, SmtpTls::Starttls, folder.path());
    let other = SmtpConfig {
        port: server.port,
        ..other
    };
    assert!(
        transport(other)
            .expect("set up")
            .send(&a_mail(1))
            .await
            .is_err()
    );
    assert!(server.arrived().is_empty());

    let trusted = transport(trusting(&server, SmtpTls::Starttls, folder.path()));
    let trusted = trusted.expect("set up");
    for number in 0..3 {
        trusted.send(&a_mail(number)).await.expect("taken");
    }
    assert!(server.arrived().iter().all(|mail| mail.encrypted));
    assert_eq!(server.arrived().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_over_tls_works_and_a_wrong_one_costs_no_mail() {
    let folder = tempfile::tempdir().expect("a folder");
    let password = folder.path().join("password");
    for (security, tls) in [
        (Security::Starttls, SmtpTls::Starttls),
        (Security::Implicit, SmtpTls::Implicit),
    ] {
        let server = Server::start(security, true);
        let config = SmtpConfig {
            user: Some(USER.to_owned()),
            password_file: Some(password.clone()),
            ..trusting(&server, tls, folder.path())
        };
        let write = |text: &str| {
            std::fs::write(&password, text).expect("written");
            let mode = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(&password, mode).expect("set");
        };
        write("wrong\n");
        let outcome = transport(config.clone())
            .expect("set up")
            .send(&a_mail(1))
            .await;
        assert_eq!(
            outcome,
            Err(Undelivered::Unreachable(Trouble::Login)),
            "{tls:?}"
        );
        write(&format!("{PASSWORD}\n"));
        transport(config)
            .expect("set up")
            .send(&a_mail(1))
            .await
            .expect("taken");
        let mails = server.arrived();
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].user.as_deref(), Some(USER));
        assert!(mails[0].encrypted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_careless_configuration_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(Security::Plain, false);
    let base = || smtp(&server, SmtpTls::None);
    for host in [
        "mail.example.org",
        "192.0.2.1",
        "::2",
        "localhost.example.org",
    ] {
        let config = SmtpConfig {
            host: host.to_owned(),
            ..base()
        };
        assert!(
            matches!(transport(config), Err(MailError::Plain(_))),
            "{host}"
        );
    }
    let password = folder.path().join("password");
    std::fs::write(&password, PASSWORD).expect("written");
    let with_password = || SmtpConfig {
        user: Some(USER.to_owned()),
        password_file: Some(password.clone()),
        ..base()
    };
    for (mode, refused) in [(0o644, true), (0o640, true), (0o600, false)] {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&password, mode).expect("set");
        assert_eq!(
            matches!(transport(with_password()), Err(MailError::Exposed(_))),
            refused
        );
    }
    let half = [
        SmtpConfig {
            user: None,
            ..with_password()
        },
        SmtpConfig {
            password_file: None,
            ..with_password()
        },
    ];
    for config in half {
        assert!(matches!(transport(config), Err(MailError::Credentials)));
    }
    let missing = SmtpConfig {
        password_file: Some(folder.path().join("none")),
        ..with_password()
    };
    assert!(matches!(transport(missing), Err(MailError::Io { .. })));
    let mut nobody = config(base());
    nobody.mail.from = "nobody".to_owned();
    let clock = Arc::new(ManualClock::new(OPENS, 1));
    assert!(matches!(
        mail::transport(&nobody, clock),
        Err(MailError::From(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_mails_become_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config {
        data: folder.path().to_owned(),
        ..Config::default()
    };
    let clock = Arc::new(ManualClock::new(OPENS, 1));
    let transport = mail::transport(&config, clock).expect("a folder");
    transport.send(&a_mail(1)).await.expect("written");
    transport.send(&a_mail(1)).await.expect("once more");
    transport.send(&a_mail(2)).await.expect("another");
    let outbox = folder.path().join("outbox");
    let files: Vec<_> = std::fs::read_dir(&outbox)
        .expect("lists")
        .flatten()
        .collect();
    assert_eq!(files.len(), 2);
    for file in files {
        assert_eq!(
            file.metadata().expect("exists").permissions().mode() & 0o777,
            0o600
        );
        let bytes = std::fs::read(file.path()).expect("readable");
        assert!(
            MessageParser::new()
                .parse(&bytes)
                .expect("a message")
                .subject()
                .is_some()
        );
    }
    let mode = std::fs::metadata(&outbox)
        .expect("exists")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signer_signs_through_a_server_that_fails_in_every_way() {
    let server = Server::start(Security::Plain, false);
    server.plan([
        Plan::Greeting(421),
        Plan::Rcpt(451),
        Plan::DropAfterContent,
        Plan::Content(452),
        Plan::Mail(550),
    ]);
    let config = config(smtp(&server, SmtpTls::None));
    let transport = mail::transport(&config, Arc::new(ManualClock::new(OPENS, 1)));
    let setup = Setup {
        config,
        ..Setup::default()
    };
    let w = World::with_transport(setup, Some(transport.expect("loopback")))
        .await
        .running();
    w.ask("ada@example.org").await.expect("accepted");
    w.until(|w| {
        w.clock.advance(1);
        w.store.count("registrar/requests") == 0 && w.store.count("registrar/mails") == 0
    })
    .await;
    let arrived = server.arrived();
    assert!(!arrived.is_empty());
    let message = MessageParser::new()
        .parse(&arrived[0].content)
        .expect("a message");
    let text = message.body_text(0).expect("a text part");
    let link = text
        .lines()
        .find(|line| line.contains("/confirm/"))
        .expect("a link");
    let token = link.rsplit('/').next().expect("a token");
    let signer = w.signer(1);
    signer.check(&w.confirm(token, signer.blinded()).await.expect("an answer"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_mails_share_few_connections() {
    const MAILS: usize = 500;
    let server = Server::start(Security::Plain, false);
    let config = config(smtp(&server, SmtpTls::None));
    let transport = mail::transport(&config, Arc::new(ManualClock::new(OPENS, 1)));
    let setup = Setup {
        config,
        ..Setup::default()
    };
    let w = World::with_transport(setup, Some(transport.expect("loopback"))).await;
    for number in 0..MAILS {
        w.ask(&format!("signer{number}@gmail.com"))
            .await
            .expect("accepted");
    }
    let w = w.running();
    w.settled().await;
    let arrived = server.arrived();
    let recipients: BTreeSet<&str> = arrived.iter().map(|mail| &*mail.to).collect();
    assert_eq!((arrived.len(), recipients.len()), (MAILS, MAILS));
    assert!(server.connections() < MAILS / 2, "{}", server.connections());
}
