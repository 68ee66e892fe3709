//! Floor 2: how a mail leaves (`spec/mail.md`, "Transport"): by SMTP, or as a file
//! for development.
//!
//! In scope: envelope, headers, encryption, what a server's refusal or report means. Out
//! of scope: what a mail says, queueing, limits (`registrar/`).

mod bounce;
mod folder;
mod message;
mod sender_check;
mod smtp;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

pub use bounce::{Report, read_report};
pub use sender_check::{Dns, Finding, Records, SenderCheck, State, SystemDns, check_sender};

use crate::clock::Clock;
use crate::config::Config;

/// A mail to one address.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Letters and digits; becomes the left half of the Message-ID, so that a mail
    /// sent twice is seen to be one.
    pub id: String,
    /// `local@domain`, ASCII.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same in HTML.
    pub html: String,
    /// Where one POST ends the subscription (RFC 8058).
    pub unsubscribe: Option<String>,
    /// A file that goes with it.
    pub attachment: Option<Attachment>,
}

/// A file in a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name: ASCII, for instance `petition.zip`.
    pub name: String,
    /// Its type, for instance `application/zip`.
    pub content_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mail(…)")
    }
}

/// Why a mail did not leave. Carries no word of the server: it may name the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// The server refuses this mail for good (5xx to recipient or content).
    #[error("refused for good with {0}")]
    Refused(u16),
    /// There is no such mailbox, or it is closed (5xx to recipient).
    #[error("no such mailbox: {0}")]
    NoMailbox(u16),
    /// The server wants this mail later (4xx to recipient or content).
    #[error("refused for now with {0}")]
    Later(u16),
    /// No server, or none that takes mail from us: nothing that this mail could help.
    #[error("no mail can leave: {0}")]
    Unreachable(Trouble),
    /// The mail breaks a rule of its own (an address or header that cannot be written).
    #[error("not a mail that can be written")]
    Malformed,
}

/// What keeps all mail from leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The connection cannot be made, broke, or answers no SMTP.
    #[error("no connection")]
    Connection,
    /// No encryption, or a certificate that is not good for this host.
    #[error("no acceptable encryption")]
    Tls,
    /// User or password refused, or no common mechanism.
    #[error("the server does not accept the user")]
    Login,
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The server does not take mail from this sender, or is closing (its code).
    #[error("the server takes no mail from this sender now: {0}")]
    Sender(u16),
    /// The outbox folder cannot be written.
    #[error("the outbox folder cannot be written")]
    Folder,
}

/// A delivery in progress.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), Undelivered>> + Send + 'a>>;

/// Takes mails one by one; many may be under way at once.
pub trait Transport: Send + Sync + 'static {
    /// Hand the mail over. On `Ok` the next server has taken responsibility for it.
    fn send<'a>(&'a self, mail: &'a Mail) -> Sending<'a>;
}

/// Why mail cannot be set up. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// `mail.from` is not an address.
    #[error("mail.from is not of the form `name <local@domain>`: {0}")]
    From(String),
    /// Plain SMTP would send links through the open.
    #[error(
        "mail.smtp.tls = \"none\" is for a loopback address only, not for {0:?}: use \"starttls\""
    )]
    Plain(String),
    /// A password without a user, or a user without a password.
    #[error("mail.smtp.user and mail.smtp.password_file belong together")]
    Credentials,
    /// The password file is readable by others than its owner.
    #[error(
        "{0} is readable by others: run `chmod 600` on it, and replace the password if others may have read it"
    )]
    Exposed(PathBuf),
    /// A file or folder cannot be used.
    #[error("{path}: {source}")]
    Io {
        /// Which one.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Encryption cannot be set up.
    #[error("mail.smtp: TLS cannot be set up: {0}")]
    Tls(String),
}

/// The transport that the configuration asks for: SMTP, or `.eml` files in
/// `<data>/outbox`.
pub fn transport(config: &Config, clock: Arc<dyn Clock>) -> Result<Arc<dyn Transport>, MailError> {
    let writer = message::Writer::new(&config.mail.from, clock)?;
    match &config.mail.smtp {
        Some(smtp) => Ok(Arc::new(smtp::Smtp::new(smtp, &config.origin, writer)?)),
        None => Ok(Arc::new(folder::Folder::new(
            config.data.join("outbox"),
            writer,
        )?)),
    }
}
