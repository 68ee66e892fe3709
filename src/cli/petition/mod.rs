//! `undersigned petition`: what organisers do.

mod dates;
mod draft;
mod goal;
mod invite;
mod list;
mod new;
mod publish;
mod status;
mod update;

use clap::Subcommand;

use super::{Clocks, Outcome};

pub(crate) use draft::Draft;
pub(crate) use new::EXAMPLE;
pub(crate) use publish::publish;

/// Draw up a petition, publish it, watch it, change its dates, write to signers
#[derive(Subcommand)]
pub(crate) enum PetitionCommand {
    New(new::NewArgs),
    Publish(publish::PublishArgs),
    Status(status::StatusArgs),
    Extend(dates::ExtendArgs),
    Close(dates::CloseArgs),
    Goal(goal::GoalArgs),
    List(list::ListArgs),
    Update(update::UpdateArgs),
    Invite(invite::InviteArgs),
}

pub(crate) async fn run(command: PetitionCommand, clock: Clocks) -> anyhow::Result<Outcome> {
    match command {
        PetitionCommand::New(args) => new::run(args, clock).await,
        PetitionCommand::Publish(args) => publish::run(args, clock).await,
        PetitionCommand::Status(args) => status::run(args, clock).await,
        PetitionCommand::Extend(args) => dates::extend(args, clock).await,
        PetitionCommand::Close(args) => dates::close(args, clock).await,
        PetitionCommand::Goal(args) => goal::run(args, clock).await,
        PetitionCommand::List(args) => list::run(args, clock).await,
        PetitionCommand::Invite(args) => invite::run(args, clock).await,
        PetitionCommand::Update(args) => update::run(args, clock).await,
    }
}
