//! The names of all logs that were ever cosigned: what tells a new log from a lost file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Result as IoResult};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::Latest;
use crate::witness::{Damage, StateError};

/// Hexadecimal digits of a name.
const NAME_LEN: usize = 64;
/// Bytes of a line.
const LINE: usize = NAME_LEN + 1;

/// Whether this is the lower-case hexadecimal form of a SHA-256.
pub(super) fn is_name(text: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == NAME_LEN && text.bytes().all(digit)
}

/// The file of names, and what it holds.
pub(super) struct Known {
    file: File,
    /// Bytes that count; what stands behind them was never answered for.
    length: u64,
    names: BTreeSet<String>,
}

impl Known {
    /// Open the file and compare it with the checkpoints that there are.
    pub(super) fn open(path: &Path, latest: &BTreeMap<String, Latest>) -> Result<Self, StateError> {
        let file = OpenOptions::new().read(true).write(true).open(path);
        let mut file = match file {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return Err(StateError::Missing(path.to_owned()));
            }
            Err(e) => return Err(StateError::io(path)(e)),
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(StateError::io(path))?;
        // A line that was being written when the process was killed.
        bytes.truncate(bytes.len() / LINE * LINE);
        let mut known = Self {
            file,
            length: bytes.len() as u64,
            names: BTreeSet::new(),
        };
        for line in bytes.chunks(LINE) {
            let line = std::str::from_utf8(line).ok();
            let name = line.and_then(|line| line.strip_suffix('\n'));
            let name = name.filter(|name| is_name(name));
            let name = name.ok_or_else(|| StateError::Damaged {
                path: path.to_owned(),
                damage: Damage::Name,
            })?;
            if !latest.contains_key(name) {
                let lost = path.with_file_name("checkpoints").join(name);
                return Err(StateError::Missing(lost));
            }
            known.names.insert(name.to_owned());
        }
        for name in latest.keys() {
            known.add(name).map_err(StateError::io(path))?;
        }
        Ok(known)
    }

    /// Add a name, durably, unless it is there.
    pub(super) fn add(&mut self, name: &str) -> IoResult<()> {
        if self.names.contains(name) {
            return Ok(());
        }
        let line = format!("{name}\n");
        self.file.write_all_at(line.as_bytes(), self.length)?;
        self.file.sync_all()?;
        self.length += line.len() as u64;
        self.names.insert(name.to_owned());
        Ok(())
    }
}
