//! `undersigned petition list`: all petitions of a service.

use clap::Args;

use crate::api::{PAGE_MAX, PageQuery};
use crate::cli::args::ServerArgs;
use crate::cli::{Clocks, Outcome, output};

/// List the petitions of a service
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned petition list --server https://petitions.example.org")]
pub(crate) struct ListArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: ListArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let client = args.server.client(&clock)?;
    let mut petitions = Vec::new();
    let mut query = PageQuery {
        after: None,
        limit: Some(PAGE_MAX),
    };
    loop {
        let page = client.petitions(&query).await?;
        petitions.extend(page.items);
        match page.next {
            // The service moves forward or is asked no more.
            Some(next) if Some(&next) != query.after.as_ref() => query.after = Some(next),
            _ => break,
        }
    }
    if args.json {
        output::json(&petitions)?;
        return Ok(Outcome::Done);
    }
    if petitions.is_empty() {
        eprintln!("No petition is published at {} yet.", client.url());
    }
    for petition in &petitions {
        let title = petition.title.first().map_or("", |title| &title.text);
        output::line(format!("{}  {:<9}  {title}", petition.id, petition.phase))?;
    }
    Ok(Outcome::Done)
}
