//! `undersigned serve`: run the service until told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::service::{LogFormat, StopSignals};
use super::{Clocks, Outcome, check_mail};
use crate::config::Config;
use crate::http::Server;

/// For an operator who has read what the last start said.
const RECOVERY: &str = "Recovery, for one start";

/// Run the service
///
/// Without any argument it is right for a first try on this machine: data in
/// ./undersigned-data, mails as files in its outbox, address <http://localhost:8080>.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned serve
  undersigned serve --listen 127.0.0.1:9000 --data /tmp/try
  undersigned serve --config serve.toml

Stops on SIGINT and SIGTERM; what was acknowledged is on disk. RUST_LOG sets what is
logged, for instance RUST_LOG=undersigned=debug.")]
pub(crate) struct ServeArgs {
    /// Configuration file, TOML; the other arguments override it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The instance's name for life, host[:port]
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    /// Where browsers reach it; stands in mails
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// The data folder
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Serve metrics here
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Go on although leaves and records accepted since the last publication
    /// are lost
    #[arg(long, help_heading = RECOVERY)]
    accept_lost_waiting: bool,
    /// Go on although records are lost
    #[arg(long, help_heading = RECOVERY)]
    accept_lost_state: bool,
    /// Go on without the folder's anchor: the journal was compared with what witnesses saw
    #[arg(long, help_heading = RECOVERY)]
    trust_folder: bool,
    /// How to log
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    log: LogFormat,
}

fn config(args: &ServeArgs) -> anyhow::Result<Config> {
    let mut config = match &args.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    if let Some(listen) = args.listen {
        config.listen = listen;
        if args.config.is_none() {
            // A first try on another port is reached there.
            config.origin = format!("localhost:{}", listen.port());
            config.url = format!("http://localhost:{}", listen.port());
        }
    }
    if let Some(origin) = &args.origin {
        config.origin.clone_from(origin);
    }
    if let Some(url) = &args.url {
        url.trim_end_matches('/').clone_into(&mut config.url);
    }
    if let Some(data) = &args.data {
        config.data.clone_from(data);
    }
    config.metrics = args.metrics.or(config.metrics);
    let recovery = &mut config.recovery;
    recovery.accept_lost_waiting |= args.accept_lost_waiting;
    recovery.accept_lost_state |= args.accept_lost_state;
    recovery.trust_folder |= args.trust_folder;
    Ok(config)
}

pub(super) async fn run(args: ServeArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    args.log.init();
    let config = config(&args)?;
    let signals = StopSignals::new()?;
    let said = config.clone();
    let server = Server::start(config, clock).await?;
    if said.mail.smtp.is_some() {
        tokio::spawn(check_mail::warn(said.clone()));
    }
    let said = describe(&said, &server);
    signals.serve(said, async || server.stop().await).await;
    Ok(Outcome::Done)
}

fn describe(config: &Config, server: &Server) -> String {
    let mut lines = vec![
        format!(
            "undersigned {} serves {}",
            env!("CARGO_PKG_VERSION"),
            config.origin
        ),
        format!("  listening on   http://{}", server.addr()),
        format!("  reached at     {}", config.url),
        format!("  data           {}", config.data.display()),
    ];
    if config.mail.smtp.is_none() {
        let outbox = config.data.join("outbox");
        lines.push(format!(
            "  mails          become files in {}",
            outbox.display()
        ));
    }
    if let Some(metrics) = server.metrics_addr() {
        lines.push(format!("  metrics        http://{metrics}/metrics"));
    }
    let token = config.data.join("keys/operator.token");
    lines.push(format!("  operator token {}", token.display()));
    lines.push("Begin a petition: undersigned petition new --example > draft.toml".to_owned());
    lines.join("\n")
}
