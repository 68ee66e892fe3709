//! Files: read with a limit, written whole or not at all.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::Context as _;
use zeroize::Zeroizing;

use super::stop::stop;

/// Who may read a file that is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its owner only.
    Secret,
    /// As the umask says.
    Public,
}

/// What to do with a file that is already there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Leave it alone and fail.
    Keep,
    /// Put the new one in its place.
    Replace,
}

/// Write a file so that at any moment the old one or the new one is there, whole, and
/// on the device when this returns.
pub(crate) fn write(
    path: &Path,
    bytes: &[u8],
    access: Access,
    existing: Existing,
) -> anyhow::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mode = match access {
        Access::Secret => 0o600,
        Access::Public => 0o644,
    };
    let put = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new()
            .prefix(".undersigned-")
            .permissions(std::fs::Permissions::from_mode(mode))
            .tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        match existing {
            Existing::Keep => file.persist_noclobber(path),
            Existing::Replace => file.persist(path),
        }
        .map_err(|e| e.error)?;
        std::fs::File::open(folder)?.sync_all()
    };
    match put() {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Err(stop(
            format!("{} exists, and is left as it is", path.display()),
            "move it away, or name another file",
        )),
        result => result.with_context(|| format!("cannot write {}", path.display())),
    }
}

/// Read a file of at most `max` bytes.
pub(crate) fn read(path: &Path, max: usize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read {}", path.display()))?;
    if bytes.len() > max {
        return Err(stop(
            format!("{} has more than {max} bytes", path.display()),
            "such a file cannot be what this command reads: is it the right one?",
        ));
    }
    Ok(bytes)
}

/// Read a file that its owner alone can read.
pub(crate) fn read_secret(path: &Path, max: usize) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    if is_exposed(path)? {
        return Err(stop(
            format!("{} holds a secret and others can read it", path.display()),
            format!(
                "run `chmod 600 {}`; replace the secret if others may have read it",
                path.display()
            ),
        ));
    }
    read(path, max).map(Zeroizing::new)
}

/// Whether others than its owner can read a file.
pub(crate) fn is_exposed(path: &Path) -> anyhow::Result<bool> {
    let metadata =
        std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(metadata.permissions().mode() & 0o077 != 0)
}
