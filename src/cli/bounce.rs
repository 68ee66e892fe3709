//! `undersigned bounce`: hand delivery reports to the service.

use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;

use super::args::{OperatorArgs, ServerArgs};
use super::{Clocks, Outcome, files, output};
use crate::api::BounceOutcome;

/// More than a report that the service takes; what is above is what came back.
const REPORT_MAX: usize = 180_000;

/// Hand delivery reports to the service, as the operator
///
/// A report (RFC 3464) that says that there is no such mailbox stops all mail to it. For
/// a mail server's pipe, or a folder of reports. No address is printed or logged.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned bounce < report.eml
  undersigned bounce Maildir/new/*
  undersigned bounce --write-again a@example.org")]
pub(crate) struct BounceArgs {
    /// Reports, a file each; standard input if there is none
    #[arg(value_name = "FILE")]
    reports: Vec<PathBuf>,
    /// Write to this mailbox again, instead
    #[arg(long, value_name = "ADDRESS", conflicts_with = "reports")]
    write_again: Option<String>,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    operator: OperatorArgs,
}

fn standard_input() -> std::io::Result<Vec<u8>> {
    let mut report = Vec::new();
    let mut input = std::io::stdin().lock();
    input
        .by_ref()
        .take(REPORT_MAX as u64)
        .read_to_end(&mut report)?;
    // Who pipes it in must not see it break.
    std::io::copy(&mut input, &mut std::io::sink())?;
    Ok(report)
}

pub(super) async fn run(args: BounceArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    let client = args.operator.authorise(args.server.client(&clock)?)?;
    if let Some(email) = args.write_again {
        client.write_again(email).await?;
        output::line("The service writes to this mailbox if there is reason to.")?;
        return Ok(Outcome::Done);
    }
    let mut reports = Vec::new();
    if args.reports.is_empty() {
        reports.push(tokio::task::spawn_blocking(standard_input).await??);
    }
    for path in &args.reports {
        let mut report = files::read(path, 16 << 20)?;
        report.truncate(REPORT_MAX);
        reports.push(report);
    }
    for report in reports {
        output::line(match client.bounce(report).await? {
            BounceOutcome::Stopped => "Stopped: there is no such mailbox; it gets no more mail.",
            BounceOutcome::NotPermanent => "Nothing to do: the mailbox may be there.",
            BounceOutcome::Unknown => "Nothing to do: about no mail of the last seven days.",
            BounceOutcome::NotAReport => "Nothing to do: not a delivery report.",
        })?;
    }
    Ok(Outcome::Done)
}
