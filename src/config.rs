//! Floor 2: how an instance is set up (`spec/operating.md`).
//!
//! A TOML file; every field has a default that is right for a first try on one's
//! own machine.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file does not parse. Says where.
    #[error("{path}: {detail}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        detail: String,
    },
}

/// An instance's configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The instance's name for life: `host[:port]`.
    pub origin: String,
    /// Where browsers reach it; stands in mails.
    pub url: String,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Where metrics are served; nothing else is there. None: no metrics.
    pub metrics: Option<SocketAddr>,
    /// The data folder.
    pub data: PathBuf,
    /// A second place for the last signed heads, on another disk than `data`.
    pub heads_copy: Option<PathBuf>,
    /// Networks of proxies whose `X-Forwarded-For` counts, as CIDR.
    pub trusted_proxies: Vec<String>,
    /// How mail leaves.
    pub mail: MailConfig,
    /// Who cosigns the journal; None: nobody.
    pub witnesses: Option<WitnessesConfig>,
    /// Limits against abuse.
    pub limits: LimitsConfig,
    /// Who may write petitions here, and who looks at them first.
    pub office: OfficeConfig,
    /// Confirmations stop when less than so many bytes are free.
    pub keep_free_bytes: u64,
    /// What to put up with in a damaged data folder.
    pub recovery: RecoveryConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            origin: "localhost:8080".to_owned(),
            url: "http://localhost:8080".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics: None,
            data: PathBuf::from("undersigned-data"),
            heads_copy: None,
            trusted_proxies: Vec::new(),
            mail: MailConfig::default(),
            witnesses: None,
            limits: LimitsConfig::default(),
            office: OfficeConfig::default(),
            keep_free_bytes: 512 << 20,
            recovery: RecoveryConfig::default(),
        }
    }
}

impl Config {
    /// Read a TOML file.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Io {
            path: path.to_owned(),
            source,
        })?;
        toml::from_str(&text).map_err(|e| ConfigError::Malformed {
            path: path.to_owned(),
            detail: e.to_string(),
        })
    }
}

/// What to put up with in a damaged data folder (`spec/storage.md`). For one start, by
/// an operator who has read what the last one said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecoveryConfig {
    /// Go on although leaves and records accepted since the last publication are lost.
    pub accept_lost_waiting: bool,
    /// Go on although records are lost.
    pub accept_lost_state: bool,
    /// Go on without the folder's anchor: the journal was compared with what witnesses have
    /// seen.
    pub trust_folder: bool,
}

/// Who cosigns the journal (`spec/publication.md`, "Cosignatures").
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessesConfig {
    /// C2SP tlog-policy file: this journal, its witnesses with their addresses, a quorum.
    pub policy: PathBuf,
    /// How long a publication waits for the quorum before it is shown without, milliseconds.
    #[serde(default = "deadline")]
    pub deadline_ms: u64,
}

fn deadline() -> u64 {
    2000
}

/// How mail leaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// Sender of all mails.
    pub from: String,
    /// Whom those may write to whose entry was struck: an address that stands in letters.
    pub appeals: Option<String>,
    /// The selector under which the mail server signs (DKIM), for `check-mail`.
    pub dkim_selector: Option<String>,
    /// SMTP server; None: `.eml` files in `<data>/outbox`, for development.
    pub smtp: Option<SmtpConfig>,
    /// Most mails a second, over all destinations.
    pub per_second: u32,
    /// Most mails a minute to one destination domain.
    pub per_domain_minute: u32,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            from: "undersigned <noreply@localhost>".to_owned(),
            appeals: None,
            dkim_selector: None,
            smtp: None,
            per_second: 50,
            per_domain_minute: 600,
        }
    }
}

/// An SMTP server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmtpConfig {
    /// Host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Transport security.
    pub tls: SmtpTls,
    /// User name, if the server asks.
    #[serde(default)]
    pub user: Option<String>,
    /// File with the password, mode 0600.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// PEM file of a certificate authority to trust besides the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// Transport security of an SMTP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// STARTTLS, required.
    Starttls,
    /// TLS from the first byte.
    Implicit,
    /// Plain; refused unless the host is a loopback address.
    None,
}

/// Limits against abuse. All are per petition where a petition is involved.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Confirmation requests a minute from one network, before further ones are held.
    pub requests_per_minute: u32,
    /// The same in five minutes.
    pub requests_per_five_minutes: u32,
    /// Mails to one mailbox for one petition.
    pub mails_per_mailbox: u32,
    /// Mails to one mailbox a day, over all petitions.
    pub mails_per_mailbox_day: u32,
    /// Confirmation requests an hour from one mail domain that is not a well-known
    /// provider, before further ones are held.
    pub requests_per_domain_hour: u32,
    /// Confirmations that wait for review, over all petitions, before further doubtful
    /// ones are turned away.
    pub held_max: usize,
    /// TOML file of domains to block, to allow and to take for disposable
    /// (`spec/mail.md`, "Lists").
    pub domain_lists: Option<PathBuf>,
    /// Requests a second from one network to any endpoint, before 429.
    pub http_per_second: u32,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            requests_per_minute: 10,
            requests_per_five_minutes: 30,
            mails_per_mailbox: 5,
            mails_per_mailbox_day: 10,
            requests_per_domain_hour: 500,
            held_max: 100_000,
            domain_lists: None,
            http_per_second: 200,
        }
    }
}

/// Who may write petitions here, and who looks at them first (`spec/office.md`).
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OfficeConfig {
    /// Anybody may sign in and write a draft; otherwise staff invite organisers.
    pub open: bool,
    /// Staff approve a draft before it can be published.
    pub approval: bool,
    /// A draft needs so many sponsors before it can be published.
    pub sponsors: u32,
}

impl Default for OfficeConfig {
    fn default() -> Self {
        Self {
            open: false,
            approval: true,
            sponsors: 0,
        }
    }
}
