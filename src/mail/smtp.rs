//! SMTP, on connections that are kept open.
//!
//! lettre speaks the protocol; the stages are driven here, because a 5xx means
//! different things at each: at the greeting, at AUTH or at MAIL it is about us and
//! must not cost anybody a mail, at RCPT or after the content it is about this mail.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use zeroize::Zeroizing;

use super::bounce::says_no_mailbox;
use super::message::{Writer, Written};
use super::{Mail, MailError, Sending, Transport, Trouble, Undelivered};
use crate::config::{SmtpConfig, SmtpTls};

/// For connecting, encrypting and logging in.
const CONNECT: Duration = Duration::from_secs(30);
/// For one mail; RFC 5321, section 4.5.3.2 allows a server more, but a link is wanted now.
const DELIVER: Duration = Duration::from_mins(2);
/// Idle connections that are kept.
const PARKED_MAX: usize = 64;

/// An SMTP server.
pub(super) struct Smtp {
    host: String,
    port: u16,
    security: SmtpTls,
    tls: Option<TlsParameters>,
    credentials: Option<Credentials>,
    hello: ClientId,
    writer: Writer,
    parked: Mutex<Vec<AsyncSmtpConnection>>,
}

impl Smtp {
    pub(super) fn new(
        config: &SmtpConfig,
        origin: &str,
        writer: Writer,
    ) -> Result<Self, MailError> {
        if config.tls == SmtpTls::None && !is_loopback(&config.host) {
            return Err(MailError::Plain(config.host.clone()));
        }
        let tls = match config.tls {
            SmtpTls::None => None,
            SmtpTls::Starttls | SmtpTls::Implicit => Some(tls_parameters(config)?),
        };
        let host = origin.split(':').next().unwrap_or_default();
        let hello = if host.contains('.') {
            ClientId::Domain(host.to_owned())
        } else {
            ClientId::default()
        };
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            security: config.tls,
            tls,
            credentials: credentials(config)?,
            hello,
            writer,
            parked: Mutex::default(),
        })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Undelivered> {
        let implicit = self
            .tls
            .clone()
            .filter(|_| self.security == SmtpTls::Implicit);
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(CONNECT), &self.hello, implicit, None)
                .await
                .map_err(|e| about_us(&e, Trouble::Connection))?;
        if self.security == SmtpTls::Starttls {
            let tls = self.tls.clone().expect("made in `new`");
            if !connection.can_starttls() {
                return Err(Undelivered::Unreachable(Trouble::Tls));
            }
            connection
                .starttls(tls, &self.hello)
                .await
                .map_err(|e| about_us(&e, Trouble::Tls))?;
        }
        if let Some(credentials) = &self.credentials {
            connection
                .auth(DEFAULT_MECHANISMS, credentials)
                .await
                .map_err(|e| about_us(&e, Trouble::Login))?;
        }
        Ok(connection)
    }

    fn unpark(&self) -> Option<AsyncSmtpConnection> {
        self.parked.lock().expect("no holder panics").pop()
    }

    fn park(&self, connection: AsyncSmtpConnection) {
        let mut parked = self.parked.lock().expect("no holder panics");
        if parked.len() < PARKED_MAX && !connection.has_broken() {
            parked.push(connection);
        }
    }

    async fn deliver(&self, written: &Written) -> Result<(), Undelivered> {
        // A parked connection may have died since; only a fresh one's word counts.
        while let Some(connection) = self.unpark() {
            match self.converse(connection, written).await {
                Err(Undelivered::Unreachable(_)) => {}
                outcome => return outcome,
            }
        }
        let connection = tokio::time::timeout(CONNECT, self.connect())
            .await
            .map_err(|_| Undelivered::Unreachable(Trouble::Timeout))??;
        self.converse(connection, written).await
    }

    async fn converse(
        &self,
        mut connection: AsyncSmtpConnection,
        written: &Written,
    ) -> Result<(), Undelivered> {
        let from = MailFrom::new(Some(written.from.clone()), Vec::new());
        connection
            .command(from)
            .await
            .map_err(|e| about_us(&e, Trouble::Connection))?;
        let to = Rcpt::new(written.to.clone(), Vec::new());
        if let Err(error) = connection.command(to).await {
            let refusal = about_mailbox(&error);
            let refused = !matches!(refusal, Undelivered::Unreachable(_));
            if refused && connection.command(Rset).await.is_ok() {
                self.park(connection);
            }
            return Err(refusal);
        }
        // After a refusal from here on the connection is given up: servers differ in
        // what state they are in then.
        connection.command(Data).await.map_err(|e| about_mail(&e))?;
        connection
            .message(&written.bytes)
            .await
            .map_err(|e| about_mail(&e))?;
        self.park(connection);
        Ok(())
    }
}

impl Transport for Smtp {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a> {
        Box::pin(async move {
            let written = self.writer.write(mail)?;
            tokio::time::timeout(DELIVER, self.deliver(&written))
                .await
                .unwrap_or(Err(Undelivered::Unreachable(Trouble::Timeout)))
        })
    }
}

/// An error before a recipient was named.
fn about_us(error: &Error, otherwise: Trouble) -> Undelivered {
    Undelivered::Unreachable(match error.status().map(u16::from) {
        Some(530 | 534 | 535 | 538) => Trouble::Login,
        Some(454) => otherwise,
        Some(code) => Trouble::Sender(code),
        None if error.is_tls() => Trouble::Tls,
        None if error.is_timeout() => Trouble::Timeout,
        // lettre's own complaint: no common mechanism, or no encryption offered.
        None if error.is_client() => otherwise,
        None => match otherwise {
            Trouble::Login => Trouble::Connection,
            other => other,
        },
    })
}

/// An error that answers the recipient's name. What the server says is looked at for its
/// enhanced code only.
fn about_mailbox(error: &Error) -> Undelivered {
    use std::error::Error as _;
    match about_mail(error) {
        Undelivered::Refused(code) => {
            let said = error.source().map(ToString::to_string).unwrap_or_default();
            if says_no_mailbox(code, &said) {
                Undelivered::NoMailbox(code)
            } else {
                Undelivered::Refused(code)
            }
        }
        other => other,
    }
}

/// An error after a recipient was named.
fn about_mail(error: &Error) -> Undelivered {
    match error.status().map(u16::from) {
        // The server closes: RFC 5321, section 3.8.
        Some(421) => Undelivered::Unreachable(Trouble::Sender(421)),
        // It wants a login first: our configuration.
        Some(530) => Undelivered::Unreachable(Trouble::Login),
        Some(code @ 500..) => Undelivered::Refused(code),
        Some(code) => Undelivered::Later(code),
        None => Undelivered::Unreachable(Trouble::Connection),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> MailError + '_ {
    move |source| MailError::Io {
        path: path.to_owned(),
        source,
    }
}

fn tls_parameters(config: &SmtpConfig) -> Result<TlsParameters, MailError> {
    let tls = |e: Error| MailError::Tls(e.to_string());
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(path) = &config.ca_file {
        let pem = fs::read(path).map_err(io_error(path))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(tls)?);
    }
    builder.build().map_err(tls)
}

fn credentials(config: &SmtpConfig) -> Result<Option<Credentials>, MailError> {
    let (user, path) = match (&config.user, &config.password_file) {
        (None, None) => return Ok(None),
        (Some(user), Some(path)) => (user, path),
        _ => return Err(MailError::Credentials),
    };
    let metadata = fs::metadata(path).map_err(io_error(path))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(MailError::Exposed(path.clone()));
    }
    let password = Zeroizing::new(fs::read_to_string(path).map_err(io_error(path))?);
    Ok(Some(Credentials::new(
        user.clone(),
        password.trim_end_matches(['\r', '\n']).to_owned(),
    )))
}
