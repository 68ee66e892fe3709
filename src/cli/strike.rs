//! `undersigned strike`: the operator takes entries off the roll, with a reason.

use clap::{Args, ValueEnum};

use super::args::{OperatorArgs, PetitionArgs};
use super::{Clocks, Outcome, output};
use crate::api::{StrikeRequest, StrikeTarget};
use crate::protocol::leaf::StrikeReason;

/// Strike roll entries, as the operator
///
/// A strike lowers the count at once, never the ceiling, and cannot be undone. Look at
/// what it would do with --preview first.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned strike http://localhost:8080/<id> --entry 17 --reason fraud --preview
  undersigned strike http://localhost:8080/<id> --mailbox a@example.org --reason erasure")]
pub(crate) struct StrikeArgs {
    #[command(flatten)]
    petition: PetitionArgs,
    /// Index of a roll entry; may be given several times
    #[arg(long, value_name = "N", required_unless_present = "mailbox")]
    entry: Vec<u64>,
    /// The mailbox whose entry it is
    #[arg(long, value_name = "ADDRESS", conflicts_with = "entry")]
    mailbox: Option<String>,
    /// Why; stands in the public leaf
    #[arg(long, value_enum)]
    reason: Reason,
    /// Only say what would happen
    #[arg(long)]
    preview: bool,
    #[command(flatten)]
    operator: OperatorArgs,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Reason {
    /// The confirmation was obtained by fraud
    Fraud,
    /// The same person holds another entry
    DuplicatePerson,
    /// The signer asked
    SignersRequest,
    /// The signer's data is to be erased before the audit
    Erasure,
}

impl From<Reason> for StrikeReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Fraud => Self::Fraud,
            Reason::DuplicatePerson => Self::DuplicatePerson,
            Reason::SignersRequest => Self::SignersRequest,
            Reason::Erasure => Self::Erasure,
        }
    }
}

pub(super) async fn run(args: StrikeArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let (client, petition) = args.petition.resolve(&clock)?;
    let client = args.operator.authorise(client)?;
    let request = StrikeRequest {
        target: match args.mailbox {
            Some(mailbox) => StrikeTarget::Mailbox(mailbox),
            None => StrikeTarget::Entries(args.entry),
        },
        reason: args.reason.into(),
        preview: args.preview,
    };
    let answer = client.strike(petition, &request).await?;
    if args.json {
        output::json(&answer)?;
        return Ok(Outcome::Done);
    }
    let entries: Vec<String> = answer
        .entries
        .iter()
        .map(|entry| format!("#{entry}"))
        .collect();
    let (would, entries) = (
        if args.preview {
            "Would strike"
        } else {
            "Struck"
        },
        entries.join(", "),
    );
    output::line(format!(
        "{would} {entries}: the count goes from {} to {}, the ceiling stays {}.",
        output::number(answer.count_now),
        output::number(answer.count_then),
        output::number(answer.ceiling)
    ))?;
    Ok(Outcome::Done)
}
