//! The service of the demo, its petition, and those who run both.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tokio::sync::Mutex;

use super::postbox::Postbox;
use crate::cli::petition::{Draft, EXAMPLE, publish};
use crate::cli::{Clocks, files, organiser_key};
use crate::client::api::Client;
use crate::config::{Config, LimitsConfig, MailConfig, SmtpConfig, SmtpTls};
use crate::http::Server;
use crate::protocol::manifest::{Manifest, Publication};
use crate::tlog::note::NoteSigner;

/// All that the demo runs.
pub(super) struct House {
    /// Where everything is.
    pub(super) folder: PathBuf,
    /// The service's data folder.
    pub(super) data: PathBuf,
    /// Where its mails arrive.
    pub(super) postbox: Postbox,
    /// What anybody can do.
    pub(super) client: Client,
    /// What the operator can do.
    pub(super) operator: Client,
    /// The petition.
    pub(super) manifest: Manifest,
    /// Who asks.
    pub(super) organiser: NoteSigner,
    server: Mutex<Option<Server>>,
}

/// A port that was free a moment ago. The service needs to know it before it listens,
/// because its name for life contains it.
fn free_port() -> std::io::Result<u16> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// All signers come from one address, so the limits against abuse are out of the way.
fn limits() -> LimitsConfig {
    LimitsConfig {
        requests_per_minute: u32::MAX,
        requests_per_five_minutes: u32::MAX,
        requests_per_domain_hour: u32::MAX,
        http_per_second: 1_000_000,
        ..LimitsConfig::default()
    }
}

fn config(data: &Path, port: u16, postbox: &Postbox) -> Config {
    let mail = MailConfig {
        smtp: Some(SmtpConfig {
            host: Ipv4Addr::LOCALHOST.to_string(),
            port: postbox.port(),
            tls: SmtpTls::None,
            user: None,
            password_file: None,
            ca_file: None,
        }),
        per_second: 1_000_000,
        per_domain_minute: 1_000_000,
        ..MailConfig::default()
    };
    Config {
        origin: format!("localhost:{port}"),
        url: format!("http://localhost:{port}"),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        data: data.to_owned(),
        mail,
        limits: limits(),
        ..Config::default()
    }
}

impl House {
    pub(super) async fn open(folder: &Path, clock: &Clocks) -> anyhow::Result<Self> {
        let data = folder.join("data");
        let postbox = Postbox::open().await?;
        let config = config(&data, free_port()?, &postbox);
        let url = config.url.clone();
        let server = Server::start(config, clock.clone()).await?;
        let client = Client::new(&url, clock.clone())?;
        let token = data.join("keys/operator.token");
        let token = files::read_secret(&token, 4096).context("the operator's token")?;
        let operator = client
            .clone()
            .authorised(std::str::from_utf8(&token)?.trim())?;

        let key = folder.join("organiser.key");
        let (organiser, _) = organiser_key::read_or_make(&key, "organiser", clock)?;
        let draft = Draft::parse(EXAMPLE)?.published(Publication::Prompt);
        let keys = operator.contribute_keys().await?;
        let manifest = draft.manifest(clock.now(), &organiser.vkey(), None, keys)?;
        publish(&client, &manifest, &organiser).await?;
        Ok(Self {
            folder: folder.to_owned(),
            data,
            postbox,
            client,
            operator,
            manifest,
            organiser,
            server: Mutex::new(Some(server)),
        })
    }

    /// The petition's address.
    pub(super) fn petition_url(&self) -> String {
        self.client.petition_url(self.manifest.id())
    }

    /// Stop the service; what was acknowledged is on disk.
    pub(super) async fn close(&self) {
        let server = self.server.lock().await.take();
        if let Some(server) = server {
            server.stop().await;
        }
    }
}
