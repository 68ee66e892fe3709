//! `undersigned held`: the operator reviews confirmations that a rule held.

use clap::{Args, Subcommand};

use super::args::{OperatorArgs, PetitionArgs};
use super::stop::stop;
use super::{Clocks, Outcome, output, when};
use crate::api::{HeldVerdict, PAGE_MAX, PageQuery};
use crate::client::api::Client;
use crate::protocol::ids::PetitionId;

/// Review confirmations that wait, as the operator
///
/// A rule against abuse held them before they entered the roll. The list says which rule
/// and since when, and nothing about the person.
#[derive(Subcommand)]
pub(crate) enum HeldCommand {
    /// List what waits
    List(ListArgs),
    /// Let confirmations onto the roll: their links work again
    Release(VerdictArgs),
    /// Drop confirmations
    Refuse(VerdictArgs),
}

#[derive(Args)]
#[command(after_help = "Example:\n  undersigned held list http://localhost:8080/<id>")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
#[command(after_help = "Example:\n  undersigned held release http://localhost:8080/<id> <HELD>")]
pub(crate) struct VerdictArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// The ids from `held list`
    #[arg(value_name = "HELD")]
    held: Vec<String>,
    #[command(flatten)]
    operator: OperatorArgs,
}

pub(super) async fn run(command: HeldCommand, clock: Clocks) -> anyhow::Result<Outcome> {
    match command {
        HeldCommand::List(args) => list(args, &clock).await,
        HeldCommand::Release(args) => judge(args, true, &clock).await,
        HeldCommand::Refuse(args) => judge(args, false, &clock).await,
    }
}

fn client(
    petition: &PetitionArgs,
    operator: &OperatorArgs,
    clock: &Clocks,
) -> anyhow::Result<(Client, PetitionId)> {
    let (client, id) = petition.resolve(clock)?;
    Ok((operator.authorise(client)?, id))
}

async fn list(args: ListArgs, clock: &Clocks) -> anyhow::Result<Outcome> {
    let (client, id) = client(&args.petition, &args.operator, clock)?;
    let mut held = Vec::new();
    let mut query = PageQuery {
        after: None,
        limit: Some(PAGE_MAX),
    };
    loop {
        let page = client.held(id, &query).await?;
        held.extend(page.items);
        match page.next {
            Some(next) if Some(&next) != query.after.as_ref() => query.after = Some(next),
            _ => break,
        }
    }
    if args.json {
        output::json(&held)?;
        return Ok(Outcome::Done);
    }
    if held.is_empty() {
        eprintln!("Nothing waits for review.");
    }
    for item in &held {
        output::line(format!(
            "{}  since {}  {}",
            item.id,
            when::rfc3339(item.since),
            item.rule
        ))?;
    }
    Ok(Outcome::Done)
}

async fn judge(args: VerdictArgs, release: bool, clock: &Clocks) -> anyhow::Result<Outcome> {
    if args.held.is_empty() {
        return Err(stop(
            "no confirmation is named",
            "take its id from `undersigned held list`",
        ));
    }
    let (client, id) = client(&args.petition, &args.operator, clock)?;
    for held in &args.held {
        client.judge(id, held, HeldVerdict { release }).await?;
        output::line(format!(
            "{} {held}",
            if release { "Released" } else { "Refused" }
        ))?;
    }
    Ok(Outcome::Done)
}
