//! `undersigned list`: the organiser's list of those who handed over what they filled in.

mod export;
mod key;

use clap::Subcommand;

use super::{Clocks, Outcome};

pub(crate) use key::{public, read_or_make};

/// Make the key of the organiser's list, and open the list, as the organiser
#[derive(Subcommand)]
pub(crate) enum ListCommand {
    Key(key::KeyArgs),
    Export(export::ExportArgs),
}

pub(super) async fn run(command: ListCommand, clock: Clocks) -> anyhow::Result<Outcome> {
    match command {
        ListCommand::Key(args) => key::run(&args, &clock),
        ListCommand::Export(args) => export::run(args, clock).await,
    }
}
