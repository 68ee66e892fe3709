//! Keys that are destroyed before the file that they stand in (`spec/keys.md`, "Destroying").

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use super::file::{self, KeyFileError, io_error};

/// Hexadecimal digits of a key.
const DIGITS: usize = 64;

/// A key that may be gone, or go while the service runs.
pub struct Erasable<K>(RwLock<Option<Arc<K>>>);

impl Erasable<[u8; 32]> {
    /// What stands in a key file: zeroes where a key was.
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self::of((bytes != [0; 32]).then_some(bytes))
    }
}

impl<K> Erasable<K> {
    fn of(key: Option<K>) -> Self {
        Self(RwLock::new(key.map(Arc::new)))
    }

    /// The key; `None` once it is destroyed.
    pub fn get(&self) -> Option<Arc<K>> {
        self.0.read().expect("no writer panics").clone()
    }

    /// Drop it from memory. Its file is another matter.
    pub fn forget(&self) {
        *self.0.write().expect("no writer panics") = None;
    }
}

impl<K: Copy> Erasable<K> {
    pub(super) fn map<T>(self, map: impl FnOnce(K) -> T) -> Erasable<T> {
        Erasable::of(self.get().map(|key| map(*key)))
    }

    pub(super) fn try_map<T, E>(
        self,
        map: impl FnOnce(K) -> Result<T, E>,
    ) -> Result<Erasable<T>, E> {
        let mapped = self.get().map(|key| map(*key)).transpose()?;
        Ok(Erasable::of(mapped))
    }
}

fn marker(path: &Path) -> PathBuf {
    path.with_extension("erasing")
}

/// Overwrite the key named `field` in a key file with zeroes, in place, so that no other
/// copy of it is left behind. The intent is durable before: who is killed half-way through
/// goes on in [`finish`].
pub(super) fn erase(path: &Path, field: &str) -> Result<(), KeyFileError> {
    let marker = marker(path);
    let folder = path.parent().expect("key files are in a folder");
    let mark = || -> io::Result<()> {
        File::create(&marker)?.sync_all()?;
        File::open(folder)?.sync_all()
    };
    mark().map_err(io_error(&marker))?;
    finish(path, field)
}

/// Go on with what was begun.
pub(super) fn finish(path: &Path, field: &str) -> Result<(), KeyFileError> {
    let marker = marker(path);
    if !marker.exists() {
        return Ok(());
    }
    let Some(text) = file::read_bytes(path)? else {
        return Err(KeyFileError::Missing(path.display().to_string()));
    };
    let at = place(&text, field).ok_or_else(|| KeyFileError::Malformed {
        path: path.to_owned(),
        detail: format!("no {field}"),
    })?;
    let overwrite = || -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.write_all_at(&[b'0'; DIGITS], at as u64)?;
        file.sync_all()
    };
    overwrite().map_err(io_error(path))?;
    fs::remove_file(&marker).map_err(io_error(&marker))
}

/// Where the digits of a field begin.
fn place(text: &[u8], field: &str) -> Option<usize> {
    let name = format!("\"{field}\"");
    let found = |needle: &[u8], from: usize| {
        let rest = text.get(from..)?;
        let at = rest.windows(needle.len()).position(|w| w == needle)?;
        Some(from + at + needle.len())
    };
    let start = found(b"\"", found(name.as_bytes(), 0)?)?;
    let digits = text.get(start..start + DIGITS)?;
    let whole = digits.iter().all(u8::is_ascii_hexdigit) && text.get(start + DIGITS) == Some(&b'"');
    whole.then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_and_its_neighbours_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.key");
        let key = "ab".repeat(32);
        let text = format!(
            "{{\n  \"one\": \"{key}\",\n  \"two\": \"{}\"\n}}",
            "cd".repeat(32)
        );
        file::create_bytes(&path, text.as_bytes()).expect("written");
        finish(&path, "one").expect("nothing was begun");
        assert_eq!(fs::read_to_string(&path).expect("text"), text);
        for _ in 0..2 {
            erase(&path, "one").expect("erased");
            let now = fs::read_to_string(&path).expect("text");
            assert_eq!(now, text.replace(&key, &"0".repeat(64)));
        }
        // Half of it was overwritten when the power went.
        let torn = text.replace(&key, &("0".repeat(20) + &key[20..]));
        fs::write(&path, torn).expect("written");
        fs::write(marker(&path), "").expect("written");
        finish(&path, "one").expect("goes on");
        let now = fs::read_to_string(&path).expect("text");
        assert_eq!(now, text.replace(&key, &"0".repeat(64)));
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1);
        assert!(erase(&path, "three").is_err());
    }
}
