//! `undersigned witness add-log`: one more log in the list.

use anyhow::Context as _;
use clap::Args;

use super::DataArgs;
use crate::cli::stop::stop;
use crate::cli::{Outcome, files, output};
use crate::tlog::note::VerifierKey;
use crate::witness::{LIST_MAX, LogList, append};

/// Add a log to the witness's list
///
/// The list is a file of the public witness network's format (logs/v0), `logs` in the
/// witness's folder. A second key for the same origin is trusted as well: one signature by
/// either is enough. A running witness reads the list when it starts.
#[derive(Args)]
#[command(after_help = "\
Examples:
  undersigned witness add-log petitions.example.org+1a2b3c4d+AT…
  undersigned witness add-log sum.golang.org+033de0ae+Ac4… --origin 'go.sum database tree'")]
pub(crate) struct AddLogArgs {
    /// The log's public key
    #[arg(value_name = "VKEY")]
    vkey: String,
    /// The first line of its checkpoints, where that is not the key's name
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    #[command(flatten)]
    data: DataArgs,
}

pub(super) fn run(args: &AddLogArgs) -> anyhow::Result<Outcome> {
    let key: VerifierKey = args.vkey.parse().map_err(|error| {
        stop(
            format!("this is not a log's public key: {error}"),
            "it is one word, name+id+base64",
        )
    })?;
    if !args.data.data.exists() {
        return Err(stop(
            format!("there is no folder {}", args.data.data.display()),
            "begin with `undersigned witness keygen`, or name the folder with --data",
        ));
    }
    let path = args.data.logs();
    let text = if path.exists() {
        let bytes = files::read(&path, LIST_MAX)?;
        Some(String::from_utf8(bytes).with_context(|| format!("{}", path.display()))?)
    } else {
        None
    };
    let mut list = match &text {
        Some(text) => {
            LogList::parse(text.as_bytes()).with_context(|| format!("{}", path.display()))?
        }
        None => LogList::default(),
    };
    let origin = args.origin.as_deref();
    let said = origin.unwrap_or(key.name().as_str());
    if !list.add(key.clone(), origin)? {
        output::line(format!("{said:?} has this key already"))?;
        return Ok(Outcome::Done);
    }
    let text = append(text.as_deref(), &key, origin);
    files::write(
        &path,
        text.as_bytes(),
        files::Access::Public,
        files::Existing::Replace,
    )?;
    output::line(format!("Added {said:?} to {}", path.display()))?;
    Ok(Outcome::Done)
}
