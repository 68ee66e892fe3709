//! `undersigned follow`: watch somebody else's instance (`spec/follow.md`).

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Args;

use super::audit::source;
use super::service::{LogFormat, StopSignals};
use super::stop::stop;
use super::{Clocks, Outcome, output};
use crate::client::webhook::Webhook;
use crate::door::TrustedProxies;
use crate::follower::{
    FollowDoors, FollowError, FollowOptions, FollowServer, Follower, Standing, deliver_all,
};

/// Watch somebody else's service: replay it as it grows, mirror it, cosign it, raise alerts
///
/// Fetches everything that the service publishes, checks every rule of spec/replay.md as
/// `undersigned audit` does, keeps a copy and serves it at the same paths, so that it can be
/// audited in turn. With a name, it cosigns what it replayed: as <name>/mirror (all entries are
/// held and served) and as <name>/replayer (every rule holds). A broken rule ends that for good,
/// until somebody has looked and gives --resume once. Whatever is wrong is logged, shown at
/// /healthz and /metrics, and posted to the webhook.
#[derive(Args)]
#[allow(clippy::struct_excessive_bools)] // switches of a command line
#[command(after_help = "\
Examples:
  undersigned follow https://petitions.example.org --policy trusted.policy
  undersigned follow https://petitions.example.org --vkey petitions.example.org+1a2b3c4d+AT… \\
      --name watch.example.net --listen 127.0.0.1:8082 --webhook https://chat.example.net/hook
  undersigned follow https://petitions.example.org --compare https://other.example.com
  undersigned follow https://petitions.example.org --once

Without --vkey or --policy, the first look takes the journal's keys from the journal itself.
Runs until SIGINT or SIGTERM; killed at any moment, it goes on where it was. With --once:
0 every rule holds, 1 deviations, 2 could not look (everywhere), 130 interrupted. RUST_LOG sets
what is logged.")]
pub(crate) struct FollowArgs {
    /// Address of a service, or a folder with its public files
    #[arg(value_name = "URL")]
    source: String,
    /// The follower's folder: mirror, keys, evidence
    #[arg(long, value_name = "FOLDER", default_value = "follow-data")]
    state: PathBuf,
    /// Cosign under this name, an address without a scheme; keys are made the first time
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Policy that names the journal; its witnesses are watched, too (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// A key that must have signed the journal; may be given several times
    #[arg(long, value_name = "KEY", conflicts_with = "policy")]
    vkey: Vec<String>,
    /// Where to serve the mirror
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8082")]
    listen: SocketAddr,
    /// Where to serve metrics; without it, nowhere
    #[arg(long, value_name = "ADDRESS")]
    metrics: Option<SocketAddr>,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 30,
          value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Raise an alert if the journal does not grow for so many seconds
    #[arg(long, value_name = "SECONDS")]
    expect: Option<u64>,
    /// Post alerts to this address, as JSON
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// Another follower or mirror of the same journal; may be given several times
    #[arg(long, value_name = "URL")]
    compare: Vec<String>,
    /// Look once, serve nothing, and end
    #[arg(long)]
    once: bool,
    /// End at the first alert: with 1 if a rule is broken, with 2 otherwise
    #[arg(long, conflicts_with = "once")]
    exit_on_alert: bool,
    /// Cosign again, if every rule holds by now: somebody has looked at the deviations
    #[arg(long)]
    resume: bool,
    /// Threads that check [default: one for each core]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    jobs: usize,
    /// Network of proxies whose X-Forwarded-For counts, as CIDR; may be given several times
    #[arg(long, value_name = "NETWORK")]
    trusted_proxy: Vec<String>,
    /// Requests a second from one network, 0 for no limit
    #[arg(long, value_name = "N", default_value_t = 100)]
    per_second: u32,
    /// Allow http:// to another machine, where others can change what is read
    #[arg(long)]
    insecure_http: bool,
    /// How to log
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    log: LogFormat,
}

/// Looks in a row that have to fail before a running follower says so.
const PATIENCE: u32 = 3;

impl FollowArgs {
    fn options(&self) -> anyhow::Result<FollowOptions> {
        let policy = self.policy.as_deref();
        Ok(FollowOptions {
            state: self.state.clone(),
            name: self.name.clone(),
            keys: super::verify::read_keys(&self.vkey)?,
            policy: policy.map(super::verify::read_policy).transpose()?,
            jobs: self.jobs,
            expect: self.expect,
            patience: if self.once { 1 } else { PATIENCE },
            resume: self.resume,
        })
    }

    fn doors(&self, webhook: Option<Webhook>) -> anyhow::Result<FollowDoors> {
        Ok(FollowDoors {
            listen: self.listen,
            metrics: self.metrics,
            proxies: TrustedProxies::parse(&self.trusted_proxy)?,
            per_second: self.per_second,
            every: Some(Duration::from_secs(self.every)),
            webhook,
        })
    }
}

pub(super) async fn run(args: FollowArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    args.log.init();
    let signals = StopSignals::new()?;
    let options = args.options()?;
    let webhook = args.webhook.as_deref().map(Webhook::new).transpose()?;
    let open = |name: &String| source::open(name, args.insecure_http, &clock);
    let source = open(&args.source)?;
    let peers = args.compare.iter().map(open).collect::<Result<_, _>>()?;
    let opening = move || Follower::open(source, peers, options, clock);
    let follower = tokio::task::spawn_blocking(opening).await?;
    let follower = follower.map_err(|error| advice(&error))?;
    if args.once {
        once(follower, webhook, signals).await
    } else {
        daemon(&args, follower, webhook, signals).await
    }
}

async fn once(
    mut follower: Follower,
    webhook: Option<Webhook>,
    mut signals: StopSignals,
) -> anyhow::Result<Outcome> {
    if webhook.is_some() {
        follower.keep_alerts();
    }
    let stopping = follower.stop_flag();
    let work = tokio::task::spawn_blocking(move || (follower.look(), follower));
    tokio::pin!(work);
    let (standing, follower) = tokio::select! {
        done = &mut work => done?,
        () = signals.next() => {
            stopping.store(true, Ordering::SeqCst);
            work.await?
        }
    };
    if let Some(webhook) = &webhook {
        deliver_all(&follower, webhook).await?;
    }
    // It holds a runtime of its own, which must not end in one of ours.
    tokio::task::spawn_blocking(move || drop(follower)).await?;
    match standing {
        Standing::Fine => {
            output::line("FINE  every rule holds")?;
            Ok(Outcome::Done)
        }
        Standing::Deviations => {
            output::line("DEVIATIONS  this journal breaks rules of spec/replay.md")?;
            Ok(Outcome::No)
        }
        Standing::Stopped => Ok(Outcome::Interrupted),
        Standing::Waiting | Standing::CouldNotLook => Err(stop(
            "not everything could be looked at",
            "run it again: what was verified is not verified again",
        )),
    }
}

async fn daemon(
    args: &FollowArgs,
    follower: Follower,
    webhook: Option<Webhook>,
    mut signals: StopSignals,
) -> anyhow::Result<Outcome> {
    let vkeys: Vec<String> = follower.vkeys().iter().map(ToString::to_string).collect();
    let server = FollowServer::start(follower, args.doors(webhook)?).await?;
    let mut said = format!(
        "Following {}\n  mirror         http://{}",
        args.source,
        server.addr()
    );
    if let Some(metrics) = server.metrics_addr() {
        let _ = write!(said, "\n  metrics        http://{metrics}/metrics");
    }
    if !vkeys.is_empty() {
        let _ = write!(said, "\n  cosigns at     http://{}/replayer", server.addr());
        for vkey in vkeys {
            let _ = write!(said, "\n  key            {vkey}");
        }
    }
    if let Err(error) = output::line(said) {
        // Nobody reads it; that is no reason not to follow.
        tracing::warn!(%error, "cannot say on standard output where the follower listens");
    }
    let alert = tokio::select! {
        alert = server.alerted(), if args.exit_on_alert => Some(alert),
        () = signals.next() => None,
    };
    eprintln!("Stopping: what was verified is kept. A second signal stops at once.");
    tokio::select! {
        () = server.stop() => {}
        () = signals.next() => {}
    }
    match alert {
        None => Ok(Outcome::Done),
        Some(kind) if kind.accuses() => Ok(Outcome::No),
        Some(kind) => Err(stop(
            format!("an alert was raised: {}", kind.name()),
            "the log says more; nobody is accused",
        )),
    }
}

fn advice(error: &FollowError) -> anyhow::Error {
    let advice = match error {
        FollowError::Locked(_) => {
            "stop the other process first, or name another folder with --state"
        }
        FollowError::OtherName { .. } => {
            "leave --name out, or name another folder with --state: keys keep their name for life"
        }
        FollowError::Cosigner(_) => {
            "nothing is cosigned, since it could contradict what was. Repair the disk and its files; \
             never restore an older copy: if it is lost, begin another follower, under a new name"
        }
        FollowError::Damaged { .. } => {
            "repair the disk and its files, or begin anew in another folder"
        }
        FollowError::Io { .. } => "look at the folder's owner and permissions, and at the disk",
        _ => "",
    };
    stop(error.to_string(), advice)
}
