//! Floor 4: the command line, one file per subcommand (`spec/cli.md`).

mod args;
mod attest;
mod audit;
mod bounce;
mod check_mail;
mod complain;
mod count;
mod deliver;
mod demo;
mod files;
mod follow;
mod guard;
mod held;
mod list;
mod mail;
mod my_data;
mod office;
mod organiser_key;
mod output;
mod petition;
mod prompt;
mod remove;
mod serve;
mod service;
mod share;
mod sign;
mod stop;
mod strike;
mod unsubscribe;
mod verify;
mod when;
mod withdraw;
mod witness;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::clock::{Clock, SystemClock};

/// Petitions whose count anyone can check and whose signers nobody can see.
#[derive(Parser)]
#[command(name = "undersigned", version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  undersigned serve                                   run a service on this machine
  undersigned petition new --example > draft.toml     begin a petition
  undersigned sign http://localhost:8080/<id>         sign one
  undersigned verify my.receipt.json                  check a receipt, offline
  undersigned audit http://localhost:8080             replay everything a service published

Exit codes: 0 done, or the check holds; 1 refused, or the check does not hold;
2 could not try (usage, file, network); 130 interrupted.";

#[derive(Subcommand)]
enum Command {
    Serve(serve::ServeArgs),
    #[command(subcommand)]
    Petition(petition::PetitionCommand),
    Sign(sign::SignArgs),
    Withdraw(withdraw::WithdrawArgs),
    Share(share::ShareArgs),
    Unsubscribe(unsubscribe::UnsubscribeArgs),
    Remove(remove::RemoveArgs),
    MyData(my_data::MyDataArgs),
    Verify(verify::VerifyArgs),
    Complain(complain::ComplainArgs),
    Attest(attest::AttestArgs),
    Deliver(deliver::DeliverArgs),
    #[command(subcommand)]
    List(list::ListCommand),
    Audit(audit::AuditArgs),
    Follow(follow::FollowArgs),
    Strike(strike::StrikeArgs),
    #[command(subcommand)]
    Held(held::HeldCommand),
    #[command(subcommand)]
    Guard(guard::GuardCommand),
    Bounce(bounce::BounceArgs),
    CheckMail(check_mail::CheckMailArgs),
    #[command(subcommand)]
    Office(office::OfficeCommand),
    #[command(subcommand)]
    Witness(witness::WitnessCommand),
    Demo(demo::DemoArgs),
}

/// What came of a command that could be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Done, or the check holds.
    Done,
    /// The check does not hold.
    No,
    /// Something else is the case, which has an exit code of its own.
    Other(u8),
    /// Ctrl-C ended it.
    Interrupted,
}

/// What every command gets: time and randomness.
pub(crate) type Clocks = Arc<dyn Clock>;

async fn dispatch(command: Command, clock: Clocks) -> anyhow::Result<Outcome> {
    match command {
        Command::Serve(args) => serve::run(args, clock).await,
        Command::Petition(command) => petition::run(command, clock).await,
        Command::Sign(args) => sign::run(args, clock).await,
        Command::Withdraw(args) => withdraw::run(args, clock).await,
        Command::Share(args) => share::run(args, clock).await,
        Command::Unsubscribe(args) => unsubscribe::run(args, clock).await,
        Command::Remove(args) => remove::run(args, clock).await,
        Command::MyData(args) => my_data::run(args, clock).await,
        Command::Verify(args) => verify::run(&args),
        Command::Complain(args) => complain::run(args, clock).await,
        Command::Attest(args) => attest::run(args, clock).await,
        Command::Deliver(args) => deliver::run(args, clock).await,
        Command::List(command) => list::run(command, clock).await,
        Command::Audit(args) => audit::run(args, clock).await,
        Command::Follow(args) => follow::run(args, clock).await,
        Command::Strike(args) => strike::run(args, clock).await,
        Command::Held(command) => held::run(command, clock).await,
        Command::Guard(command) => guard::run(command, clock).await,
        Command::Office(command) => office::run(command, clock).await,
        Command::Bounce(args) => bounce::run(args, clock).await,
        Command::CheckMail(args) => check_mail::run(args).await,
        Command::Witness(command) => witness::run(command, clock).await,
        Command::Demo(args) => demo::run(args, clock).await,
    }
}

/// Parse the arguments, run the command, say what went wrong.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return stop::report(&anyhow::Error::from(error)),
    };
    // A service, a follower and a witness end their work when they are told to stop, an audit remembers
    // what it has verified, the demo cleans up. Everything else keeps what it has in files
    // that are always whole, and may stop at once.
    let ends_by_itself = match &cli.command {
        Command::Serve(_) | Command::Audit(_) | Command::Follow(_) | Command::Demo(_) => true,
        Command::Witness(command) => command.ends_by_itself(),
        _ => false,
    };
    let code = runtime.block_on(async {
        let run = dispatch(cli.command, Arc::new(SystemClock));
        if ends_by_itself {
            return run.await;
        }
        tokio::select! {
            result = run => result,
            _ = tokio::signal::ctrl_c() => Ok(Outcome::Interrupted),
        }
    });
    // A question that nobody answers must not keep the process alive.
    runtime.shutdown_background();
    match code {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Ok(Outcome::Other(code)) => ExitCode::from(code),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(error) => stop::report(&error),
    }
}
