//! The private key of an organiser's list: a file of one line, mode 0600 (`spec/list.md`).

use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use crate::cli::files::{self, Access, Existing};
use crate::cli::stop::stop;
use crate::cli::{Clocks, Outcome, output};
use crate::clock::random;
use crate::keys::envelope;
use crate::protocol::manifest::ListKey;

const PREFIX: &str = "PRIVATE+LIST+";

/// Make the key of a list, or show the public half of one
///
/// The public half goes into the petition, where the office asks for it. The file opens
/// the list; nobody can open it without.
#[derive(Args)]
#[command(after_help = "\
Example:
  undersigned list key --list-key organiser.list.key")]
pub(crate) struct KeyArgs {
    /// The key of the list; made if there is none
    #[arg(long, value_name = "FILE", default_value = "organiser.list.key")]
    list_key: PathBuf,
}

pub(super) fn run(args: &KeyArgs, clock: &Clocks) -> anyhow::Result<Outcome> {
    let (key, made) = read_or_make(&args.list_key, clock)?;
    if made {
        eprintln!(
            "Made the key of the list: {}. Keep it safe, and a copy elsewhere.",
            args.list_key.display()
        );
    }
    output::line(hex::encode(public(&key)?.0))?;
    Ok(Outcome::Done)
}

/// Read a key file.
pub(super) fn read(path: &Path) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    if !path.exists() {
        return Err(stop(
            format!("there is no key file {}", path.display()),
            "name the key that was made for the list, with --list-key",
        ));
    }
    let bytes = files::read_secret(path, 4096)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
    let mut key = Zeroizing::new([0; 32]);
    let digits = text.strip_prefix(PREFIX).unwrap_or_default();
    hex::decode_to_slice(digits, &mut *key).map_err(|_| {
        stop(
            format!("{} is not the key of a list", path.display()),
            "such a file holds one line, PRIVATE+LIST+ and 64 hexadecimal digits",
        )
    })?;
    Ok(key)
}

/// Read a key file, or make it. Returns whether it was made.
pub(crate) fn read_or_make(
    path: &Path,
    clock: &Clocks,
) -> anyhow::Result<(Zeroizing<[u8; 32]>, bool)> {
    if path.exists() {
        return Ok((read(path)?, false));
    }
    let key = Zeroizing::new(random(&**clock));
    let text = Zeroizing::new(format!("{PREFIX}{}\n", hex::encode(*key)));
    files::write(path, text.as_bytes(), Access::Secret, Existing::Keep)?;
    Ok((key, true))
}

/// The half that stands in the petition.
pub(crate) fn public(key: &[u8; 32]) -> anyhow::Result<ListKey> {
    Ok(ListKey(envelope::public(key)?))
}
