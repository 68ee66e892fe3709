//! Key files: written once, whole, readable by their owner only; destroyed by
//! overwriting before the name goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file is readable by others than its owner.
    #[error(
        "{0} is readable by others: run `chmod 600` on it, and replace the key if others may have read it"
    )]
    Exposed(PathBuf),
    /// The file is not of the expected shape.
    #[error("{path} is not a key file of this program: {detail}")]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// Where it differs; never a key byte.
        detail: String,
    },
    /// The key that a manifest pins is not here.
    #[error(
        "no key file for {0}: this instance did not contribute keys to that petition, or they were destroyed"
    )]
    Missing(String),
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

pub(super) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> KeyFileError + '_ {
    move |source| KeyFileError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Write a new key file; an existing one is never replaced.
pub(super) fn create(path: &Path, value: &impl Serialize) -> Result<(), KeyFileError> {
    let text = Zeroizing::new(serde_json::to_vec_pretty(value).expect("keys always encode"));
    create_bytes(path, &text)
}

/// The same with these bytes.
pub(super) fn create_bytes(path: &Path, text: &[u8]) -> Result<(), KeyFileError> {
    let folder = path.parent().expect("key files are in a folder");
    fs::create_dir_all(folder).map_err(io_error(folder))?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(io_error(folder))?;
    let temporary = path.with_extension("tmp");
    let write = || -> io::Result<()> {
        if path.exists() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "a key file exists",
            ));
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)?;
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(io_error(path))
}

/// Read a key file, or `None` where there is none.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, KeyFileError> {
    let text = read_bytes(path)?;
    text.map(|text| parse(path, &text)).transpose()
}

/// What the bytes of a key file hold.
pub(super) fn parse<T: DeserializeOwned>(path: &Path, text: &[u8]) -> Result<T, KeyFileError> {
    serde_json::from_slice(text).map_err(|e| KeyFileError::Malformed {
        path: path.to_owned(),
        detail: format!("line {}, column {}", e.line(), e.column()),
    })
}

/// The bytes of a key file, or `None` where there is none.
pub(super) fn read_bytes(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, KeyFileError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io_error(path)(e)),
    };
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(KeyFileError::Exposed(path.to_owned()));
    }
    let text = fs::read(path).map_err(io_error(path))?;
    Ok(Some(Zeroizing::new(text)))
}
