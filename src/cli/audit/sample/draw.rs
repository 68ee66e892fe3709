//! `undersigned audit sample draw`: fix what is drawn from, then draw.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{policy, read_draw};
use crate::cli::args::Link;
use crate::cli::files::{self, Access, Existing};
use crate::cli::stop::{refused, stop};
use crate::cli::{Clocks, Outcome, output, when};
use crate::client::api::Client;
use crate::client::beacon::{DRAND, Drand, fetch, read_chain, read_round};
use crate::protocol::sample::{Beacon, Chain, Frame, Pinned};

/// Fix what a sample is drawn from, before the beacon's round; draw it, afterwards
///
/// Given the address of a closed petition, it writes down what is drawn from: the final tallies
/// with their proof and the strikes. That has to happen before the round that the manifest
/// announces. Given that file after the round, it adds what the beacon said, and draws.
/// Whoever does the same gets the same entries.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned audit sample draw https://petitions.example.org/0011…eeff      before the round
  undersigned audit sample draw 0011….draw.json                             after it
  undersigned audit sample draw 0011….draw.json --beacon round.json --chain info.json
  curl https://api.drand.sh/<chain hash>/public/<round> > round.json         where there is a network")]
pub(crate) struct DrawArgs {
    /// Address of a closed petition, or the file that was written before the round
    #[arg(value_name = "URL|FILE")]
    source: String,
    /// What the beacon said, as drand serves it, instead of asking a node
    #[arg(long, value_name = "FILE")]
    beacon: Option<PathBuf>,
    /// The beacon's chain, as drand serves it at `/info`; not needed for quicknet
    #[arg(long, value_name = "FILE")]
    chain: Option<PathBuf>,
    /// The drand node to ask
    #[arg(long, value_name = "URL", default_value = DRAND)]
    drand: String,
    /// Which logs and witnesses to trust (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Where the draw goes [default: <id>.draw.json, or the file it came from]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

/// Most bytes of what drand serves.
const DRAND_MAX: usize = 16 * 1024;

pub(super) async fn run(args: DrawArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let (mut draw, target, existing) = if args.source.contains("://") {
        let link = Link::parse(&args.source)?;
        let client = Client::new(&link.server, clock.clone())?;
        let draw = client.draw(link.petition).await?;
        if draw.manifest()?.id() != link.petition {
            return Err(refused("the service gave another petition", ""));
        }
        let name = PathBuf::from(format!("{}.draw.json", &link.petition.to_string()[..12]));
        (draw, args.output.clone().unwrap_or(name), Existing::Keep)
    } else {
        let path = PathBuf::from(&args.source);
        let draw = read_draw(&path)?;
        match &args.output {
            Some(output) => (draw, output.clone(), Existing::Keep),
            None => (draw, path, Existing::Replace),
        }
    };
    let policy = policy(args.policy.as_deref(), &draw.manifest()?)?;
    let frame = draw
        .frame(&policy)
        .map_err(|error| refused(error.to_string(), ""))?;
    let chain = chain(&args, &frame).await?;
    let due = chain.time_of(frame.audit().round)?;
    let (drawn, message) = if args.beacon.is_none() && clock.now() < due {
        if due <= frame.latest {
            return Err(refused("the round is not after the head", ""));
        }
        let message = format!(
            "Fixed what is drawn from: {} of {} entries. The round is due at {}; then run\n\n  \
             undersigned audit sample draw {}",
            frame.sample,
            output::number(frame.remaining()),
            when::rfc3339(due),
            target.display()
        );
        (None, message)
    } else {
        let value = value(&args, &frame).await?;
        let drawn = draw
            .complete(Beacon { chain, value }, &policy, &Drand)
            .map_err(|error| {
                let advice = "fix what is drawn from before the round: with this command, given the \
                              petition's address";
                refused(error.to_string(), advice)
            })?;
        let message = format!(
            "Drew {} of {} entries by round {} ({}); seed {}",
            drawn.entries.len(),
            output::number(drawn.frame.remaining()),
            drawn.frame.audit().round,
            when::rfc3339(drawn.round_time),
            hex::encode(drawn.seed.0)
        );
        (Some(drawn), message)
    };
    files::write(&target, &draw.to_bytes(), Access::Public, existing)?;
    if args.json {
        output::json(&serde_json::json!({
            "petition": frame.manifest.id(),
            "draw": target,
            "remaining": frame.remaining(),
            "sample": frame.sample,
            "round": frame.audit().round,
            "round_time": due,
            "seed": drawn.as_ref().map(|drawn| hex::encode(drawn.seed.0)),
            "entries": drawn.map(|drawn| drawn.entries),
        }))?;
    } else {
        output::line(message)?;
        output::line(format!("Written to {}", target.display()))?;
    }
    Ok(Outcome::Done)
}

fn pinned(frame: &Frame) -> anyhow::Result<Pinned> {
    Ok(Pinned::parse(&frame.audit().beacon)?)
}

async fn chain(args: &DrawArgs, frame: &Frame) -> anyhow::Result<Chain> {
    let pinned = pinned(frame)?;
    let chain = match &args.chain {
        Some(path) => read(path, read_chain)?,
        None if Chain::quicknet().hash() == pinned.0 => Chain::quicknet(),
        None => read_chain(&fetch(&args.drand, &pinned.0, "info").await?)?,
    };
    if chain.hash() == pinned.0 {
        return Ok(chain);
    }
    Err(refused("this is not the chain that the manifest names", ""))
}

async fn value(
    args: &DrawArgs,
    frame: &Frame,
) -> anyhow::Result<crate::protocol::sample::RoundValue> {
    let path = format!("public/{}", frame.audit().round);
    match &args.beacon {
        Some(file) => read(file, read_round),
        None => Ok(read_round(
            &fetch(&args.drand, &pinned(frame)?.0, &path).await?,
        )?),
    }
}

fn read<T>(
    path: &Path,
    parse: fn(&[u8]) -> Result<T, crate::client::beacon::DrandError>,
) -> anyhow::Result<T> {
    parse(&files::read(path, DRAND_MAX)?).map_err(|error| {
        stop(
            format!("{}: {error}", path.display()),
            "give it as a drand node serves it",
        )
    })
}
