//! `undersigned witness`: cosign the checkpoints of other people's logs (`spec/witness.md`).

mod add_log;
mod keygen;
mod serve;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::stop::stop;
use super::{Clocks, Outcome};
use crate::witness::StateError;

/// Cosign other people's logs, so that they cannot show two people two histories
///
/// A witness remembers the latest checkpoint of each log in its list and cosigns the next one
/// only with a proof that the log did nothing but grow. It speaks C2SP tlog-witness
/// (add-checkpoint and the monitors' GET; the optional sign-subtree is left out) for any log,
/// with an Ed25519 and an ML-DSA-44 cosignature. Begin with `keygen`, then `add-log`, then
/// `serve`.
#[derive(Subcommand)]
pub(crate) enum WitnessCommand {
    Keygen(keygen::KeygenArgs),
    AddLog(add_log::AddLogArgs),
    Serve(serve::ServeArgs),
}

impl WitnessCommand {
    /// Whether it ends its work itself when it is told to stop.
    pub(super) fn ends_by_itself(&self) -> bool {
        matches!(self, Self::Serve(_))
    }
}

/// Where everything is.
#[derive(Args, Clone)]
struct DataArgs {
    /// The witness's folder: keys, list of logs, and state
    #[arg(long, value_name = "FOLDER", default_value = "witness-data")]
    data: PathBuf,
}

impl DataArgs {
    fn key(&self) -> PathBuf {
        self.data.join("keys/witness.key")
    }

    fn logs(&self) -> PathBuf {
        self.data.join("logs")
    }

    fn state(&self) -> PathBuf {
        self.data.join("state")
    }
}

pub(super) async fn run(command: WitnessCommand, clock: Clocks) -> anyhow::Result<Outcome> {
    match command {
        WitnessCommand::Keygen(args) => keygen::run(&args, &*clock),
        WitnessCommand::AddLog(args) => add_log::run(&args),
        WitnessCommand::Serve(args) => serve::run(args, clock).await,
    }
}

/// The error with advice. None of it is to begin anew under the same key.
fn state_stop(error: &StateError) -> anyhow::Error {
    let advice = match error {
        StateError::Absent(_) => {
            "a new witness begins with `undersigned witness keygen`. If this one has cosigned \
             before, its state is lost, and with it the right to use its key: begin a new one, \
             under a new name"
        }
        StateError::Exists(_) => "name another folder with --data",
        StateError::Locked(_) => "stop the other process first",
        StateError::Format(_) => "use the version that wrote it, or a later one",
        StateError::OtherWitness(_) => "name the folder that belongs to this key with --data",
        StateError::Stranger(_) => "move it away, if you know what it is",
        StateError::Missing(_) | StateError::Damaged { .. } => {
            "nothing is cosigned, since it could contradict what was. Repair the disk and its \
             files; never restore an older copy, and never delete the state: if it is lost, \
             begin a new witness, under a new name"
        }
        StateError::Io { .. } => "look at the folder's owner and permissions, and at the disk",
    };
    stop(error.to_string(), advice)
}
