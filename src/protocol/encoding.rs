//! Text encodings of bytes: strict standard base64 for serde, exact line parsing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Standard base64 with padding.
pub fn to_base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

/// Bytes from canonical standard base64 with padding.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Parse JSON strictly: on top of what `T` refuses, each value must be the one that `T`
/// writes. So an object cannot be a list of its values, hexadecimal is lower case, and an
/// optional key that has no value is left out. Spaces and the order of keys are free.
pub fn from_json<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, String> {
    let parsed: T = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    // Duplicate keys, which a `Value` would hide, are refused by then.
    let given: Value = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
    if serde_json::to_value(&parsed).is_ok_and(|written| written == given) {
        Ok(parsed)
    } else {
        Err(
            "a value is written another way: a list for an object, upper-case hexadecimal, or null"
                .to_owned(),
        )
    }
}

/// Serde: bytes as standard base64.
pub mod base64_bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    /// Write as base64.
    pub fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&super::to_base64(bytes))
    }

    /// Read from base64.
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        super::from_base64(&text).ok_or_else(|| serde::de::Error::custom("not standard base64"))
    }
}

/// A decimal without sign or leading zeroes, below 2⁶³.
pub fn parse_decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    (canonical && !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
        .filter(|n| *n < 1 << 63)
}

/// Reads `key value` lines in a fixed order; every text has exactly one spelling.
pub struct Lines<'a> {
    rest: &'a str,
    line: usize,
}

/// A line is missing, in the wrong place, or has a value that does not parse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected `{expected}`")]
pub struct LineError {
    /// One-based number of the line.
    pub line: usize,
    /// What should stand there.
    pub expected: &'static str,
}

impl<'a> Lines<'a> {
    /// Read `text`, each line of which ends in a newline.
    pub fn new(text: &'a str) -> Self {
        Self {
            rest: text,
            line: 1,
        }
    }

    /// The error that names the current line.
    pub fn error(&self, expected: &'static str) -> LineError {
        LineError {
            line: self.line,
            expected,
        }
    }

    /// The next whole line, without its newline.
    pub fn line(&mut self, expected: &'static str) -> Result<&'a str, LineError> {
        let (line, rest) = self
            .rest
            .split_once('\n')
            .ok_or_else(|| self.error(expected))?;
        self.rest = rest;
        self.line += 1;
        Ok(line)
    }

    /// The next line, which must be exactly `text`.
    pub fn exact(&mut self, text: &'static str) -> Result<(), LineError> {
        let error = self.error(text);
        if self.line(text)? == text {
            Ok(())
        } else {
            Err(error)
        }
    }

    /// The value of the next line, which must be `key value`.
    pub fn value(&mut self, key: &'static str) -> Result<&'a str, LineError> {
        let error = self.error(key);
        self.line(key)?
            .strip_prefix(key)
            .and_then(|v| v.strip_prefix(' '))
            .ok_or(error)
    }

    /// The parsed value of the next line, which must be `key value`.
    pub fn parse<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, LineError> {
        let error = self.error(key);
        parse(self.value(key)?).ok_or(error)
    }

    /// Whether the next line starts with `key` and a space.
    pub fn next_is(&self, key: &str) -> bool {
        self.rest
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with(' '))
    }

    /// All that is left.
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), LineError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.error("nothing more"))
        }
    }
}
