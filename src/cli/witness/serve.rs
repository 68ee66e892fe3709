//! `undersigned witness serve`: cosign until told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;

use super::{DataArgs, state_stop};
use crate::cli::service::{LogFormat, StopSignals};
use crate::cli::stop::stop;
use crate::cli::{Clocks, Outcome, files};
use crate::door::TrustedProxies;
use crate::keys::WitnessKeys;
use crate::witness::{LIST_MAX, LogList, Witness, WitnessOptions, WitnessServer};

/// Cosign the checkpoints of the logs in the list
///
/// Serves POST <prefix>/add-checkpoint for logs and GET <prefix>/<origin hash>/checkpoint
/// for monitors. Without --prefix, both stand at the root.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned witness serve
  undersigned witness serve --listen 127.0.0.1:9000 --trusted-proxy 127.0.0.1
  undersigned witness serve --logs network.list --logs witness-data/logs

Stops on SIGINT and SIGTERM. What was cosigned is on disk before it is answered. RUST_LOG
sets what is logged, for instance RUST_LOG=undersigned=debug.")]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    data: DataArgs,
    /// List of logs (logs/v0); may be given several times [default: `logs` in the folder]
    #[arg(long, value_name = "FILE")]
    logs: Vec<PathBuf>,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
    /// Path before /add-checkpoint, such as /witness
    #[arg(
        long,
        value_name = "PATH",
        default_value = "",
        hide_default_value = true
    )]
    prefix: String,
    /// Network of proxies whose X-Forwarded-For counts, as CIDR; may be given several times
    #[arg(long, value_name = "NETWORK")]
    trusted_proxy: Vec<String>,
    /// Requests a second from one network, 0 for no limit
    #[arg(long, value_name = "N", default_value_t = 20)]
    per_second: u32,
    /// How to log
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    log: LogFormat,
}

fn list(path: &Path) -> anyhow::Result<LogList> {
    let bytes = files::read(path, LIST_MAX)?;
    LogList::parse(&bytes).with_context(|| format!("{}", path.display()))
}

fn lists(args: &ServeArgs) -> anyhow::Result<LogList> {
    let mut paths = args.logs.clone();
    if paths.is_empty() {
        paths.push(args.data.logs());
        if !paths[0].exists() {
            return Err(stop(
                format!("there is no list of logs at {}", paths[0].display()),
                "add one with `undersigned witness add-log`, or name a list with --logs",
            ));
        }
    }
    let mut logs = LogList::default();
    for path in paths {
        let more = list(&path)?;
        logs.merge(more)
            .with_context(|| format!("{} and the lists before it", path.display()))?;
    }
    Ok(logs)
}

fn open(args: &ServeArgs, clock: Clocks) -> anyhow::Result<Witness> {
    let key = args.data.key();
    if !key.exists() {
        return Err(stop(
            format!("there is no witness's key at {}", key.display()),
            "begin with `undersigned witness keygen`, or name the folder with --data",
        ));
    }
    let keys = WitnessKeys::read(&key)?;
    let state = args.data.state();
    Witness::open(&state, keys, lists(args)?, clock).map_err(|error| state_stop(&error))
}

pub(super) async fn run(args: ServeArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    args.log.init();
    let signals = StopSignals::new()?;
    let options = WitnessOptions {
        listen: args.listen,
        prefix: args.prefix.clone(),
        proxies: TrustedProxies::parse(&args.trusted_proxy)?,
        per_second: args.per_second,
    };
    let prefix = args.prefix.clone();
    let opening = clock.clone();
    let witness = tokio::task::spawn_blocking(move || open(&args, opening)).await??;
    let server = WitnessServer::start(Arc::new(witness), options, clock).await?;
    let said = describe(&server, &prefix);
    signals.serve(said, async || server.stop().await).await;
    Ok(Outcome::Done)
}

fn describe(server: &WitnessServer, prefix: &str) -> String {
    let witness = server.witness();
    let [ed25519, ml_dsa] = witness.vkeys();
    let logs = match witness.logs().len() {
        1 => "1 log".to_owned(),
        count => format!("{count} logs"),
    };
    format!(
        "{} witnesses {logs}\n  listening on   http://{}{prefix}/add-checkpoint\n  \
         Ed25519        {ed25519}\n  ML-DSA-44      {ml_dsa}",
        ed25519.name(),
        server.addr(),
    )
}
