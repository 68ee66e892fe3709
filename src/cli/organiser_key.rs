//! The organiser's key: a file with a standard note signer key, mode 0600.

use std::path::Path;

use super::stop::stop;
use super::{Clocks, files};
use crate::clock::random;
use crate::protocol::manifest::Manifest;
use crate::tlog::note::NoteSigner;

/// Read a key file.
pub(crate) fn read(path: &Path) -> anyhow::Result<NoteSigner> {
    if !path.exists() {
        return Err(stop(
            format!("there is no key file {}", path.display()),
            "name the key that `undersigned petition new` made, with --key",
        ));
    }
    let bytes = files::read_secret(path, 4096)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
    text.parse().map_err(|error| {
        stop(
            format!("{} is not a note signer key: {error}", path.display()),
            "such a file holds one line, PRIVATE+KEY+name+id+base64",
        )
    })
}

/// Read a key file, or make it. Returns whether it was made.
pub(crate) fn read_or_make(
    path: &Path,
    name: &str,
    clock: &Clocks,
) -> anyhow::Result<(NoteSigner, bool)> {
    if path.exists() {
        return Ok((read(path)?, false));
    }
    let signer = NoteSigner::new(name, &random(&**clock))?;
    let mut text = signer.to_secret_text();
    text.push('\n');
    files::write(
        path,
        text.as_bytes(),
        files::Access::Secret,
        files::Existing::Keep,
    )?;
    Ok((signer, true))
}

/// A key that speaks for the organiser of this petition.
pub(crate) fn of(path: &Path, manifest: &Manifest) -> anyhow::Result<NoteSigner> {
    let signer = read(path)?;
    if manifest.organiser_vkeys().contains(&signer.vkey()) {
        return Ok(signer);
    }
    Err(super::stop::refused(
        format!(
            "the key in {} does not speak for this petition's organiser",
            path.display()
        ),
        format!("use one of {}", names(manifest)),
    ))
}

fn names(manifest: &Manifest) -> String {
    let names = manifest
        .organiser_vkeys()
        .iter()
        .map(|k| format!("{}+{}", k.name(), k.id()));
    names.collect::<Vec<_>>().join(", ")
}
