//! `undersigned petition goal`: the organiser names another goal.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::PetitionArgs;
use crate::cli::stop::stop;
use crate::cli::{Clocks, Outcome, organiser_key, output};
use crate::protocol::saying::Saying;
use crate::protocol::statement;

/// Name another goal: how many signatures you hope for
///
/// The petition's page shows the goal that was named last; the others stay in the record.
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned petition goal http://localhost:8080/<id> 5000")]
pub(crate) struct GoalArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// How many signatures
    #[arg(value_name = "NUMBER")]
    goal: Option<u64>,
    /// The organiser's key
    #[arg(long, value_name = "FILE", default_value = "organiser.key")]
    key: PathBuf,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: GoalArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let (client, id) = args.petition.resolve(&clock)?;
    let goal = args.goal.unwrap_or_default();
    let saying = Saying::Goal {
        on: clock.now(),
        goal,
    };
    let text = saying.text(id).ok_or_else(|| {
        stop(
            "a goal is above zero",
            "name how many signatures you hope for",
        )
    })?;
    let manifest = client.manifest(id).await?;
    let organiser = organiser_key::of(&args.key, &manifest)?;
    let note = statement::sign(&text, &organiser)?;
    client.state(String::from_utf8(note)?).await?;
    if args.json {
        output::json(&serde_json::json!({ "petition": id, "goal": goal }))?;
    } else {
        let goal = output::number(goal);
        output::line(format!("In the journal: the goal is {goal} signatures."))?;
    }
    Ok(Outcome::Done)
}
