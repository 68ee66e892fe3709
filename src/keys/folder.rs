//! A folder of small symmetric keys that come and go.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::file::{self, KeyFileError, io_error};

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(with = "hex::serde")]
    key: [u8; 32],
}

/// Keys by name, one file each.
pub struct KeyFolder {
    folder: PathBuf,
}

impl KeyFolder {
    /// Keys in `folder`, which need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.key"))
    }

    /// The key of this name, if there is one. One that was overwritten, and whose file was
    /// about to go when the process was killed, goes now.
    pub fn read(&self, name: &str) -> Result<Option<[u8; 32]>, KeyFileError> {
        let path = self.path(name);
        let Some(bytes) = file::read_bytes(&path)? else {
            return Ok(None);
        };
        if bytes.iter().all(|byte| *byte == 0) {
            fs::remove_file(&path).map_err(io_error(&path))?;
            return Ok(None);
        }
        let stored: Stored = file::parse(&path, &bytes)?;
        Ok(Some(stored.key))
    }

    /// Store a new key, durably.
    pub fn create(&self, name: &str, key: &[u8; 32]) -> Result<(), KeyFileError> {
        file::create(&self.path(name), &Stored { key: *key })
    }

    /// The names of all keys.
    pub fn list(&self) -> Result<Vec<String>, KeyFileError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(io_error(&self.folder)(e)),
        };
        Ok(entries
            .filter_map(|entry| {
                let path = entry.ok()?.path();
                let is_key = path.extension().is_some_and(|e| e == "key");
                is_key
                    .then(|| path.file_stem()?.to_str().map(str::to_owned))
                    .flatten()
            })
            .collect())
    }

    /// Overwrite a key in place, then remove its file.
    pub fn destroy(&self, name: &str) -> Result<(), KeyFileError> {
        let path = self.path(name);
        overwrite(&path).map_err(io_error(&path))
    }
}

fn overwrite(path: &Path) -> std::io::Result<()> {
    let length = usize::try_from(fs::metadata(path)?.len()).unwrap_or(usize::MAX);
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.write_all(&vec![0; length])?;
    file.sync_all()?;
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_overwritten_is_gone_whatever_became_of_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = KeyFolder::new(folder.path().to_owned());
        keys.create("one", &[7; 32]).expect("made");
        assert_eq!(keys.read("one").expect("read"), Some([7; 32]));
        let path = keys.path("one");
        let length = fs::read(&path).expect("read").len();
        fs::write(&path, vec![0; length]).expect("written");
        assert_eq!(keys.list().expect("listed"), ["one"]);
        assert_eq!(keys.read("one").expect("read"), None);
        assert_eq!(keys.list().expect("listed"), [""; 0]);
    }
}
