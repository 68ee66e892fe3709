//! Key names (signed-note, "Format").

use std::fmt;
use std::str::FromStr;

use super::KeyError;

/// The name of a key: not empty, without spaces, plus signs or control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // A note holds no control characters below U+0020, so neither can a name.
        let forbidden = |c: char| c.is_whitespace() || c == '+' || c < '\u{20}';
        if text.is_empty() || text.contains(forbidden) {
            return Err(KeyError::Name);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
