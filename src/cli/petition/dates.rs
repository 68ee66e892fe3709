//! `undersigned petition extend` and `close`: the organiser moves the dates.

use std::path::PathBuf;

use clap::Args;

use crate::api::Petition;
use crate::cli::args::PetitionArgs;
use crate::cli::stop::{refused, stop};
use crate::cli::{Clocks, Outcome, organiser_key, output, when};
use crate::protocol::statement::{self, DateChange, Dates};

/// Move a petition's dates back: more time to sign
///
/// Dates that are not given keep their distance to `confirm until`.
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned petition extend http://localhost:8080/<id> --confirm-until 'in 60 days'

Moments: `now`, `in 30 days`, `2026-10-01` (its first moment, UTC), or RFC 3339.")]
pub(crate) struct ExtendArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// The organiser's key
    #[arg(long, value_name = "FILE", default_value = "organiser.key")]
    key: PathBuf,
    /// Last moment to confirm a mailbox
    #[arg(long, value_name = "WHEN", value_parser = when::check)]
    confirm_until: Option<String>,
    /// Last moment to hand in a signature
    #[arg(long, value_name = "WHEN", value_parser = when::check)]
    submit_until: Option<String>,
    /// Last moment to take a signature back
    #[arg(long, value_name = "WHEN", value_parser = when::check)]
    withdraw_until: Option<String>,
    /// Print the new dates as JSON
    #[arg(long)]
    json: bool,
}

/// Close a petition earlier than it said
///
/// Whoever has confirmed a mailbox by then keeps as much time to hand in the signature
/// as before. The count becomes final when that time is over.
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned petition close http://localhost:8080/<id> --at 'in 2 days'")]
pub(crate) struct CloseArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// The organiser's key
    #[arg(long, value_name = "FILE", default_value = "organiser.key")]
    key: PathBuf,
    /// Last moment to confirm a mailbox
    #[arg(long, value_name = "WHEN", default_value = "in 1 minute", value_parser = when::check)]
    at: String,
    /// Print the new dates as JSON
    #[arg(long)]
    json: bool,
}

fn in_force(petition: &Petition) -> Dates {
    Dates {
        confirm_until: petition.confirm_until,
        submit_until: petition.submit_until,
        withdraw_until: petition.withdraw_until,
    }
}

/// The later dates: given ones, and for the others the same distance as before.
fn later(args: &ExtendArgs, old: &Dates, now: u64) -> anyhow::Result<Dates> {
    let given = |date: &Option<String>| date.as_deref().map(|d| when::parse(d, now)).transpose();
    let confirm_until = given(&args.confirm_until)?.unwrap_or(old.confirm_until);
    let shift = confirm_until.saturating_sub(old.confirm_until);
    let new = Dates {
        confirm_until,
        submit_until: given(&args.submit_until)?.unwrap_or(old.submit_until + shift),
        withdraw_until: given(&args.withdraw_until)?.unwrap_or(old.withdraw_until + shift),
    };
    if new == *old {
        return Err(stop(
            "no date would change",
            "give at least --confirm-until",
        ));
    }
    if !new.extends(old) {
        return Err(refused(
            format!(
                "these dates do not extend the ones in force ({})",
                describe(old)
            ),
            "extending moves no date forward, and their order stays; to end earlier, use \
             `undersigned petition close`",
        ));
    }
    Ok(new)
}

/// The earlier dates: what lies between confirming and handing in stays as long.
fn earlier(at: u64, old: &Dates) -> anyhow::Result<Dates> {
    let new = Dates {
        confirm_until: at,
        submit_until: at.saturating_add(old.submit_until.saturating_sub(old.confirm_until)),
        withdraw_until: old.withdraw_until,
    };
    if !new.shortens(old) {
        return Err(refused(
            format!(
                "this is not earlier than the dates in force ({})",
                describe(old)
            ),
            "give an earlier --at, or use `undersigned petition extend`",
        ));
    }
    Ok(new)
}

fn describe(dates: &Dates) -> String {
    format!(
        "confirm until {}, submit until {}, withdraw until {}",
        when::rfc3339(dates.confirm_until),
        when::rfc3339(dates.submit_until),
        when::rfc3339(dates.withdraw_until)
    )
}

pub(super) async fn extend(args: ExtendArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let new = |old: &Dates, now| later(&args, old, now);
    change(
        &args.petition,
        &args.key,
        args.json,
        DateChange::Later,
        new,
        &clock,
    )
    .await
}

pub(super) async fn close(args: CloseArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let new = |old: &Dates, now| earlier(when::parse(&args.at, now)?, old);
    change(
        &args.petition,
        &args.key,
        args.json,
        DateChange::Earlier,
        new,
        &clock,
    )
    .await
}

async fn change(
    petition: &PetitionArgs,
    key: &std::path::Path,
    json: bool,
    change: DateChange,
    new: impl Fn(&Dates, u64) -> anyhow::Result<Dates>,
    clock: &Clocks,
) -> anyhow::Result<Outcome> {
    let (client, id) = petition.resolve(clock)?;
    let manifest = client.manifest(id).await?;
    let organiser = organiser_key::of(key, &manifest)?;
    let dates = new(&in_force(&client.petition(id).await?), clock.now())?;
    let note = statement::sign(&statement::dated(id, change, &dates), &organiser)?;
    client.state(String::from_utf8(note)?).await?;
    if json {
        output::json(&serde_json::json!({ "petition": id, "dates": dates }))?;
    } else {
        output::line(format!("In the journal: {}", describe(&dates)))?;
    }
    Ok(Outcome::Done)
}
