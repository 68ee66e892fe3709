//! The file operations that durability rests on, few enough to be replaced by a
//! simulation that fails or loses any one of them.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

/// A folder tree on some device. Paths are absolute or relative to the working folder.
pub trait Files: Send + Sync + 'static {
    /// Open an existing file for reading and writing.
    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>>;
    /// Create a file that only its owner may read, or empty an existing one.
    fn create(&self, path: &Path) -> io::Result<Arc<dyn File>>;
    /// Give a file another name, replacing what has that name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Remove a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Names in a folder, unordered; none where there is no folder.
    fn list(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// Create a folder, and those above it, that only its owner may enter.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;
    /// Make creations, renames and removals in a folder durable.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
    /// Bytes that may still be written to the device of this folder.
    fn free_space(&self, folder: &Path) -> io::Result<Option<u64>>;
}

/// An open file. Offsets are absolute; there is no position.
#[allow(clippy::len_without_is_empty)]
pub trait File: Send + Sync + 'static {
    /// Length in bytes.
    fn len(&self) -> io::Result<u64>;
    /// Fill `bytes` from an offset; an error when the file ends before.
    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()>;
    /// Write all of `bytes` at an offset.
    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()>;
    /// Cut, or extend with zeroes.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// Make content and length durable on the device.
    fn sync(&self) -> io::Result<()>;
}

/// The operating system's files.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemFiles;

impl Files for SystemFiles {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        let file = fs::OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Arc::new(file))
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn File>> {
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        Ok(Arc::new(options.mode(0o600).open(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        match fs::read_dir(folder) {
            Ok(entries) => entries
                .map(|entry| {
                    let name = entry?.file_name();
                    name.into_string().map_err(|name| {
                        io::Error::other(format!("{} is not a name of ours", name.display()))
                    })
                })
                .collect(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(e) => Err(e),
        }
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        fs::File::open(folder)?.sync_all()
    }

    fn free_space(&self, folder: &Path) -> io::Result<Option<u64>> {
        let stat = rustix::fs::statvfs(folder)?;
        Ok(Some(stat.f_bavail.saturating_mul(stat.f_frsize)))
    }
}

impl File for fs::File {
    fn len(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.read_exact_at(bytes, at)
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, at)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        fs::File::set_len(self, len)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
