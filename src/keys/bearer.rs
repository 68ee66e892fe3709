//! Bearer tokens: one line of text in a file, to be read by people and programs.

use std::path::Path;

use zeroize::Zeroizing;

use super::file::{self, KeyFileError};
use crate::clock::{Clock, random};

/// Digits of a token: 32 random bytes.
const DIGITS: usize = 64;

/// The token in the file at `path`, made on first use.
pub fn bearer_token(path: &Path, clock: &dyn Clock) -> Result<Zeroizing<String>, KeyFileError> {
    let bytes = if let Some(bytes) = file::read_bytes(path)? {
        bytes
    } else {
        let token = Zeroizing::new(random::<32>(clock));
        let line = Zeroizing::new(format!("{}\n", hex::encode(*token)).into_bytes());
        file::create_bytes(path, &line)?;
        line
    };
    let text = std::str::from_utf8(&bytes)
        .unwrap_or_default()
        .trim_ascii_end();
    if text.len() < DIGITS || text.bytes().any(|byte| !byte.is_ascii_graphic()) {
        return Err(KeyFileError::Malformed {
            path: path.to_owned(),
            detail: "one line of at least 64 visible characters".to_owned(),
        });
    }
    Ok(Zeroizing::new(text.to_owned()))
}
