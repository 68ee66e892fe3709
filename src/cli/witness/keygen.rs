//! `undersigned witness keygen`: begin a witness.

use clap::Args;

use super::{DataArgs, state_stop};
use crate::cli::stop::stop;
use crate::cli::{Outcome, output};
use crate::clock::Clock;
use crate::keys::WitnessKeys;
use crate::witness;

/// Make a new witness: its keys, and a memory that is empty
///
/// Prints both public keys (vkeys): Ed25519, then ML-DSA-44. Those who trust the witness put
/// one of them, or a group of both, into their policy.
#[derive(Args)]
#[command(after_help = "Example:\n  undersigned witness keygen --name witness.example.org/w1")]
pub(crate) struct KeygenArgs {
    /// The witness's name for life, an address without a scheme
    #[arg(long, value_name = "NAME")]
    name: String,
    #[command(flatten)]
    data: DataArgs,
}

pub(super) fn run(args: &KeygenArgs, clock: &dyn Clock) -> anyhow::Result<Outcome> {
    let path = args.data.key();
    if path.exists() {
        return Err(stop(
            format!("{} exists, and is left as it is", path.display()),
            "a witness keeps its key for life; for a second one, name another folder with --data",
        ));
    }
    let keys = WitnessKeys::new(&args.name, clock)?;
    // The key last: whoever has it has a memory for it.
    witness::create(&args.data.state(), &keys).map_err(|error| state_stop(&error))?;
    keys.create(&path)?;
    for vkey in keys.vkeys() {
        output::line(vkey.to_string())?;
    }
    eprintln!(
        "Keys in {}; keep a copy of them, encrypted.",
        path.display()
    );
    eprintln!("Next: undersigned witness add-log <VKEY>");
    Ok(Outcome::Done)
}
