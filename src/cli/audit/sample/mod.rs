//! `undersigned audit sample`: audit the people behind the roll (`spec/audit-sample.md`).

mod answers;
mod ask;
mod draw;
mod key;
mod look;
mod open;
mod report;

use std::path::Path;

pub(crate) use report::{bounds, words};

use clap::{Args, Subcommand};

use crate::cli::stop::{refused, stop};
use crate::cli::{Clocks, Outcome, files};
use crate::client::beacon::Drand;
use crate::protocol::manifest::Manifest;
use crate::protocol::sample::{DRAW_MAX, Draw, VerifiedDraw};
use crate::tlog::policy::Policy;

/// Audit the people behind a petition, without publishing one name
///
/// An auditor whom the manifest names looks at roll entries that public randomness has drawn,
/// in confidence, and reports in numbers how many of the roll can be bad. Three steps, on
/// different machines and days: draw (anyone), open (the service's operator), report (the auditor).
#[derive(Args)]
pub(crate) struct SampleArgs {
    #[command(subcommand)]
    command: SampleCommand,
}

#[derive(Subcommand)]
enum SampleCommand {
    Key(key::KeyArgs),
    Draw(draw::DrawArgs),
    Open(open::OpenArgs),
    Ask(ask::AskArgs),
    Report(report::ReportArgs),
}

pub(super) async fn run(args: SampleArgs, clock: Clocks) -> anyhow::Result<Outcome> {
    match args.command {
        SampleCommand::Key(args) => key::run(&args, &clock),
        SampleCommand::Draw(args) => draw::run(args, clock).await,
        SampleCommand::Open(args) => open::run(args, clock).await,
        SampleCommand::Ask(args) => ask::run(args, clock).await,
        SampleCommand::Report(args) => report::run(args, clock).await,
    }
}

/// A draw file.
fn read_draw(path: &Path) -> anyhow::Result<Draw> {
    Draw::parse(&files::read(path, DRAW_MAX)?).map_err(|error| {
        stop(
            format!("{}: {error}", path.display()),
            "give a file that `undersigned audit sample draw` wrote",
        )
    })
}

/// Whose word counts: a policy file's, or that of the keys in the manifest.
fn policy(file: Option<&Path>, manifest: &Manifest) -> anyhow::Result<Policy> {
    match file {
        Some(path) => crate::cli::verify::read_policy(path),
        None => Ok(manifest.pinned_policy()),
    }
}

/// A draw that holds.
fn verified(draw: &Draw, policy: &Policy) -> anyhow::Result<VerifiedDraw> {
    draw.verify(policy, &Drand)
        .map_err(|error| refused(format!("the draw does not hold: {error}"), ""))
}
