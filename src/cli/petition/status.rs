//! `undersigned petition status`: where a petition is, with its count checked.

use clap::Args;

use crate::cli::args::PetitionArgs;
use crate::cli::{Clocks, Outcome, count, output, when};

/// Show a petition's phase, dates and count
///
/// The count is checked against the keys in the petition's manifest before it is
/// printed.
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned petition status http://localhost:8080/<id>")]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: StatusArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let (client, id) = args.petition.resolve(&clock)?;
    let manifest = client.manifest(id).await?;
    let petition = client.petition(id).await?;
    let (served, checked) = count::fetch(&client, &manifest).await?;
    let totals = checked.as_ref().map(|c| c.totals).unwrap_or_default();
    let as_of = checked.as_ref().map(|c| c.tally.tally().time);
    if args.json {
        output::json(&serde_json::json!({
            "petition": id,
            "url": client.petition_url(id),
            "phase": petition.phase,
            "opens": petition.opens,
            "confirm_until": petition.confirm_until,
            "submit_until": petition.submit_until,
            "withdraw_until": petition.withdraw_until,
            "goal": petition.goal,
            "count": totals.count(),
            "ceiling": totals.ceiling(),
            "totals": totals,
            "as_of": as_of,
            "waiting": served.waiting,
        }))?;
        return Ok(Outcome::Done);
    }
    let t = manifest.terms();
    output::line(&t.title[0].text)?;
    let line = |name: &str, value: String| output::line(format!("  {name:<15} {value}"));
    line("petition", id.to_string())?;
    line("organiser", t.organiser.name.clone())?;
    line("phase", petition.phase.clone())?;
    line("opens", when::rfc3339(petition.opens))?;
    line("confirm until", when::rfc3339(petition.confirm_until))?;
    line("submit until", when::rfc3339(petition.submit_until))?;
    line("withdraw until", when::rfc3339(petition.withdraw_until))?;
    match as_of {
        Some(as_of) => {
            let least = output::number(totals.count());
            let count = if totals.strikes > 0 {
                format!(
                    "at least {least}, at most {}",
                    output::number(totals.ceiling())
                )
            } else {
                least
            };
            line(
                "count",
                format!("{count} (checked, as of {})", when::rfc3339(as_of)),
            )?;
            line(
                "follows from",
                format!(
                    "R {} confirmed, S {} signed, W {} withdrawn, X {} struck",
                    totals.roll, totals.signatures, totals.withdrawals, totals.strikes
                ),
            )?;
        }
        None => line("count", "0: nothing has been published yet".to_owned())?,
    }
    if let Some(goal) = petition.goal {
        line("goal", output::number(goal))?;
    }
    line("on their way", output::number(served.waiting))?;
    Ok(Outcome::Done)
}
