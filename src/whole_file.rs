//! Files that are whole at any moment: as they were before, or as they are to be.

use std::fs::File;
use std::io::{Result, Write as _};
use std::path::Path;

/// How the names of files begin that are being written. One is left by a process that was
/// killed; nothing rests on it.
pub(crate) const UNFINISHED: &str = ".unfinished-";

/// Put a file in its place, readable by its owner alone. At any moment the old one or the new
/// one is there, whole, and the new one is on the device when this returns.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().expect("a file in a folder");
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    File::open(folder)?.sync_all()
}
