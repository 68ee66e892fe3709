//! How much room a folder takes.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Bytes that all files below `folder` take on the device.
pub(super) fn allocated(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            allocated(&entry.path())?
        } else {
            metadata.blocks() * 512
        };
    }
    Ok(bytes)
}
