//! `undersigned guard`: who asks how often, blocked domains and limits, while the service runs.

use clap::{Args, Subcommand};

use super::args::{OperatorArgs, PetitionArgs, ServerArgs};
use super::{Clocks, Outcome, output, when};
use crate::api::Limits;

/// See who asks how often, block domains and set limits, as the operator
///
/// What is set here holds at once and after a restart, before what the configuration says.
#[derive(Subcommand)]
pub(crate) enum GuardCommand {
    /// Mail domains that asked for at least 20 links within an hour
    Trends(TrendsArgs),
    /// List the domains that are blocked
    Blocks(BlocksArgs),
    /// Block a domain and all below it
    Block(BlockArgs),
    /// End that
    Unblock(BlockArgs),
    /// Show the limits on requests, or set some of them
    Limits(LimitsArgs),
}

#[derive(Args)]
#[command(after_help = "Example:\n  undersigned guard trends http://localhost:8080/<id>")]
pub(crate) struct TrendsArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = "Example:\n  undersigned guard blocks")]
pub(crate) struct BlocksArgs {
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = "Example:\n  undersigned guard block crowd.example")]
pub(crate) struct BlockArgs {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    domain: String,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    operator: OperatorArgs,
}

#[derive(Args)]
#[command(after_help = "Example:\n  undersigned guard limits --requests-per-minute 5")]
pub(crate) struct LimitsArgs {
    /// Requests a minute from one network, before further ones are held
    #[arg(long, value_name = "N")]
    requests_per_minute: Option<u32>,
    /// The same in five minutes
    #[arg(long, value_name = "N")]
    requests_per_five_minutes: Option<u32>,
    /// Requests an hour from one mail domain that is no known provider
    #[arg(long, value_name = "N")]
    requests_per_domain_hour: Option<u32>,
    /// Links to one mailbox for one petition
    #[arg(long, value_name = "N")]
    mails_per_mailbox: Option<u32>,
    /// Mails to one mailbox a day
    #[arg(long, value_name = "N")]
    mails_per_mailbox_day: Option<u32>,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: GuardCommand, clock: Clocks) -> anyhow::Result<Outcome> {
    match command {
        GuardCommand::Trends(args) => trends(args, &clock).await,
        GuardCommand::Blocks(args) => blocks(args, &clock).await,
        GuardCommand::Block(args) => block(args, true, &clock).await,
        GuardCommand::Unblock(args) => block(args, false, &clock).await,
        GuardCommand::Limits(args) => limits(args, &clock).await,
    }
}

async fn trends(args: TrendsArgs, clock: &Clocks) -> anyhow::Result<Outcome> {
    let (client, id) = args.petition.resolve(clock)?;
    let trends = args.operator.authorise(client)?.trends(id).await?;
    if args.json {
        output::json(&trends.items)?;
        return Ok(Outcome::Done);
    }
    if trends.items.is_empty() {
        eprintln!("Nothing stands out.");
    }
    for trend in &trends.items {
        output::line(format!(
            "{}  {}  {}",
            when::rfc3339(trend.hour),
            output::number(trend.requests),
            trend.domain
        ))?;
    }
    Ok(Outcome::Done)
}

async fn blocks(args: BlocksArgs, clock: &Clocks) -> anyhow::Result<Outcome> {
    let client = args.operator.authorise(args.server.client(clock)?)?;
    let blocks = client.blocks().await?;
    if args.json {
        output::json(&blocks.domains)?;
        return Ok(Outcome::Done);
    }
    if blocks.domains.is_empty() {
        eprintln!("No domain is blocked here; the operator's file may name some.");
    }
    for domain in &blocks.domains {
        output::line(domain)?;
    }
    Ok(Outcome::Done)
}

async fn block(args: BlockArgs, blocked: bool, clock: &Clocks) -> anyhow::Result<Outcome> {
    let client = args.operator.authorise(args.server.client(clock)?)?;
    client.block(&args.domain, blocked).await?;
    let done = if blocked {
        "Blocked"
    } else {
        "Not blocked here any more"
    };
    output::line(format!("{done}: {}", args.domain))?;
    Ok(Outcome::Done)
}

async fn limits(args: LimitsArgs, clock: &Clocks) -> anyhow::Result<Outcome> {
    let client = args.operator.authorise(args.server.client(clock)?)?;
    let before = client.limits().await?;
    let or = |given: Option<u32>, before| given.unwrap_or(before);
    let limits = Limits {
        requests_per_minute: or(args.requests_per_minute, before.requests_per_minute),
        requests_per_five_minutes: or(
            args.requests_per_five_minutes,
            before.requests_per_five_minutes,
        ),
        requests_per_domain_hour: or(
            args.requests_per_domain_hour,
            before.requests_per_domain_hour,
        ),
        mails_per_mailbox: or(args.mails_per_mailbox, before.mails_per_mailbox),
        mails_per_mailbox_day: or(args.mails_per_mailbox_day, before.mails_per_mailbox_day),
    };
    if limits != before {
        client.set_limits(&limits).await?;
    }
    if args.json {
        output::json(&limits)?;
        return Ok(Outcome::Done);
    }
    for (name, number) in [
        ("requests per minute", limits.requests_per_minute),
        (
            "requests per five minutes",
            limits.requests_per_five_minutes,
        ),
        (
            "requests per domain and hour",
            limits.requests_per_domain_hour,
        ),
        ("mails per mailbox", limits.mails_per_mailbox),
        ("mails per mailbox and day", limits.mails_per_mailbox_day),
    ] {
        output::line(format!("{name:<29} {}", output::number(number.into())))?;
    }
    Ok(Outcome::Done)
}
