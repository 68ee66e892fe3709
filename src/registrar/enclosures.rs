//! Files that are too large for the store: packs on their way to recipients. Sealed under the
//! key of the day on which they are to be gone; `<data>/enclosures`, one a file.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::sealed::DAY;
use super::{Registrar, RegistrarError};
use crate::clock::random;
use crate::whole_file;

/// Names a file; random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EnclosureId(#[serde(with = "hex::serde")] [u8; 16]);

impl EnclosureId {
    fn context(self) -> Vec<u8> {
        [b"registrar/enclosures\0".as_slice(), &self.0].concat()
    }
}

/// The folder of sealed files.
pub(super) struct Enclosures(PathBuf);

impl Enclosures {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    fn path(&self, id: EnclosureId) -> PathBuf {
        self.0.join(hex::encode(id.0))
    }

    /// Written whole, durable, then seen under its name.
    fn write(&self, id: EnclosureId, sealed: &[u8]) -> std::io::Result<()> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.0)?;
        whole_file::replace(&self.path(id), sealed)
    }

    /// Delete the files whose day is over, and what a crash left half written.
    fn sweep(&self, today: u64) -> std::io::Result<u64> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(error),
        };
        let mut deleted = 0;
        for entry in entries {
            let path = entry?.path();
            let mut day = [0; 8];
            let read = fs::File::open(&path)?.read_exact(&mut day);
            // One without a whole day was never finished; it is written within moments.
            if read.is_err() || u64::from_be_bytes(day) < today {
                fs::remove_file(&path)?;
                deleted += 1;
            }
        }
        Ok(deleted)
    }
}

impl Registrar {
    /// Keep a file, sealed, until the end of the day of `until`. Durable when it returns.
    /// Blocking.
    pub(crate) fn enclose(&self, bytes: &[u8], until: u64) -> Result<EnclosureId, RegistrarError> {
        let id = EnclosureId(random(&*self.instance.clock));
        let sealed = self.periods.seal_bytes(until, &id.context(), bytes)?;
        self.enclosures
            .write(id, &sealed)
            .map_err(RegistrarError::Enclosure)?;
        Ok(id)
    }

    /// What is in a file; `None` once it is gone. Blocking.
    pub(crate) fn enclosed(&self, id: EnclosureId) -> Result<Option<Vec<u8>>, RegistrarError> {
        match fs::read(self.enclosures.path(id)) {
            Ok(sealed) => self.periods.unseal_bytes(&id.context(), &sealed),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(RegistrarError::Enclosure(error)),
        }
    }

    /// Delete a file. Blocking. One that stays is gone with its day.
    pub(crate) fn discard(&self, id: EnclosureId) {
        match fs::remove_file(self.enclosures.path(id)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a sealed file cannot be deleted; its key is destroyed in time");
            }
            _ => {}
        }
    }

    /// Delete the files whose keys are destroyed. Blocking.
    pub(super) fn sweep_enclosures(&self) -> Result<u64, RegistrarError> {
        let today = self.instance.clock.now() / DAY;
        self.enclosures
            .sweep(today)
            .map_err(RegistrarError::Enclosure)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::sealed::PeriodKeys;
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn a_file_is_whole_and_goes_with_its_day() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::new(10 * DAY, 1));
        let keys = PeriodKeys::open(folder.path().join("keys"), clock).expect("opens");
        let enclosures = Enclosures::new(folder.path().join("enclosures"));
        assert_eq!(enclosures.sweep(10).expect("nothing yet"), 0);
        let bytes: Vec<u8> = (0..=255).cycle().take(70_000).collect();
        for (n, day) in [(1, 10), (2, 12)] {
            let id = EnclosureId([n; 16]);
            let sealed = keys
                .seal_bytes(day * DAY, &id.context(), &bytes)
                .expect("seals");
            enclosures.write(id, &sealed).expect("written");
        }
        let path = enclosures.path(EnclosureId([2; 16]));
        let sealed = fs::read(&path).expect("it is there");
        let opened = |id: u8| keys.unseal_bytes(&EnclosureId([id; 16]).context(), &sealed);
        assert_eq!(opened(2).expect("opens"), Some(bytes));
        assert!(opened(1).is_err(), "it opens under its own name only");
        fs::write(folder.path().join("enclosures/half.tmp"), b"abc").expect("written");
        assert_eq!(enclosures.sweep(11).expect("sweeps"), 2);
        assert!(path.exists());
        assert_eq!(enclosures.sweep(13).expect("sweeps"), 1);
    }
}
