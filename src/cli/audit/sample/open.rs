//! `undersigned audit sample open`: hand the drawn records to the auditor, sealed.

use std::path::PathBuf;

use clap::Args;

use super::{policy, read_draw, verified};
use crate::cli::args::{OperatorArgs, ServerArgs};
use crate::cli::files::{self, Access, Existing};
use crate::cli::{Clocks, Outcome, output};

/// Hand the sealed records of a draw to the auditor
///
/// With the operator's token. The service checks the draw, states in its journal that it hands
/// the records out, and gives a file that nobody but the auditor can read.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned audit sample open 0011….draw.json --server https://petitions.example.org
  undersigned audit sample open 0011….draw.json --operator-token-file operator.token -o for-the-auditor.json")]
pub(crate) struct OpenArgs {
    /// The draw
    #[arg(value_name = "FILE")]
    draw: PathBuf,
    /// Where the opening goes [default: <id>.opening.json]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: OpenArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let draw = read_draw(&args.draw)?;
    let manifest = draw.manifest()?;
    let drawn = verified(&draw, &policy(None, &manifest)?)?;
    let client = args.operator.authorise(args.server.client(&clock)?)?;
    let opening = client.open_draw(manifest.id(), &draw).await?;
    let held = opening.records.iter().filter(|r| !r.envelope.is_empty());
    let held = held.count();
    let name = format!("{}.opening.json", &manifest.id().to_string()[..12]);
    let target = args.output.unwrap_or_else(|| PathBuf::from(name));
    files::write(&target, &opening.to_bytes(), Access::Secret, Existing::Keep)?;
    if args.json {
        output::json(&serde_json::json!({
            "petition": manifest.id(),
            "opening": target,
            "drawn": drawn.entries.len(),
            "records": held,
        }))?;
    } else {
        output::line(format!(
            "Handed out {held} of {} records, sealed to {}. Written to {}: send it to the auditor.",
            drawn.entries.len(),
            manifest.terms().audit.as_ref().map_or("", |a| &a.auditor),
            target.display()
        ))?;
    }
    Ok(Outcome::Done)
}
