//! Which logs a witness serves: a list in the format of the public witness network
//! (`logs/v0`), so that lists published there can be used as they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::tlog::note::{KeyError, VerifierKey};

/// Most bytes of a list: a hundred thousand logs with Ed25519 keys fit.
pub const LIST_MAX: usize = 32 << 20;
/// Most keys of one log.
const KEYS_MAX: usize = 16;
const HEADER: &str = "logs/v0";
const NONE: &str = "none";

/// What is wrong with a line of a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
    /// More than [`LIST_MAX`] bytes.
    #[error("a list has at most {LIST_MAX} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("a list is UTF-8 text")]
    Utf8,
    /// The last line does not end in a newline: the file may have been cut short.
    #[error("the last line does not end in a newline")]
    Unterminated,
    /// The first line is another one.
    #[error("a list begins with the line {HEADER}")]
    Header,
    /// None of the words that a line begins with.
    #[error("a line begins with vkey, origin, bastion, qpd or contact")]
    Keyword,
    /// A line that describes a log stands before the first `vkey`, or a second time.
    #[error("a log is one line `vkey`, then at most one of origin, bastion, qpd, contact each")]
    Order,
    /// A key does not parse.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// An origin is empty or has control characters.
    #[error("an origin is `none` or a line of a checkpoint")]
    Origin,
    /// A log with more than sixteen keys.
    #[error("a log has at most {KEYS_MAX} keys")]
    TooManyKeys,
    /// Two different keys of one log with one name and id: no signature could tell them apart.
    #[error("another key of this log has this name and id")]
    Ambiguous,
}

/// Why text is not a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {fault}")]
pub struct ListError {
    /// One-based number of the line.
    pub line: usize,
    /// What is wrong there.
    pub fault: ListFault,
}

/// Logs by origin, each with the keys that are trusted for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogList {
    logs: BTreeMap<String, Vec<VerifierKey>>,
}

/// A log that is being described.
struct Item {
    line: usize,
    key: VerifierKey,
    origin: Option<String>,
    said: Vec<String>,
}

impl LogList {
    /// Parse a list.
    pub fn parse(bytes: &[u8]) -> Result<Self, ListError> {
        let at = |line, fault| ListError { line, fault };
        if bytes.len() > LIST_MAX {
            return Err(at(1, ListFault::TooLong));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| at(1, ListFault::Utf8))?;
        let mut list = Self::default();
        let mut header = false;
        let mut item: Option<Item> = None;
        let mut last = 1;
        for (line, text) in (1..).zip(text.split_inclusive('\n')) {
            last = line;
            let text = text.strip_suffix('\n');
            let text = text.ok_or_else(|| at(line, ListFault::Unterminated))?;
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            if !header {
                if text != HEADER {
                    return Err(at(line, ListFault::Header));
                }
                header = true;
            } else if let Some(key) = text.strip_prefix("vkey ") {
                list.finish(item.take())?;
                item = Some(Item {
                    line,
                    key: key.parse().map_err(|e: KeyError| at(line, e.into()))?,
                    origin: None,
                    said: Vec::new(),
                });
            } else {
                let fault = describe(item.as_mut(), text);
                fault.map_err(|fault| at(line, fault))?;
            }
        }
        if !header {
            return Err(at(last, ListFault::Header));
        }
        list.finish(item)?;
        Ok(list)
    }

    fn finish(&mut self, item: Option<Item>) -> Result<(), ListError> {
        let Some(Item {
            line, key, origin, ..
        }) = item
        else {
            return Ok(());
        };
        let added = self.add(key, origin.as_deref());
        added.map_err(|fault| ListError { line, fault })?;
        Ok(())
    }

    /// Add a key. The log's origin is the key's name unless another one is given. Returns
    /// whether it was new.
    pub fn add(&mut self, key: VerifierKey, origin: Option<&str>) -> Result<bool, ListFault> {
        let origin = origin.unwrap_or(key.name().as_str());
        if origin.is_empty() || origin.bytes().any(|byte| byte < 0x20) {
            return Err(ListFault::Origin);
        }
        let keys = self.logs.entry(origin.to_owned()).or_default();
        if keys.contains(&key) {
            return Ok(false);
        }
        if keys.len() == KEYS_MAX {
            return Err(ListFault::TooManyKeys);
        }
        let same = |other: &VerifierKey| (other.name(), other.id()) == (key.name(), key.id());
        if keys.iter().any(same) {
            return Err(ListFault::Ambiguous);
        }
        keys.push(key);
        Ok(true)
    }

    /// Take in another list. Logs that are in both are the same log.
    pub fn merge(&mut self, other: Self) -> Result<(), ListFault> {
        for (origin, keys) in other.logs {
            for key in keys {
                self.add(key, Some(&origin))?;
            }
        }
        Ok(())
    }

    /// The keys that are trusted for this origin.
    pub fn keys(&self, origin: &str) -> Option<&[VerifierKey]> {
        self.logs.get(origin).map(Vec::as_slice)
    }

    /// Origins and their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[VerifierKey])> {
        let logs = self.logs.iter();
        logs.map(|(origin, keys)| (origin.as_str(), keys.as_slice()))
    }

    /// How many logs there are.
    pub fn len(&self) -> usize {
        self.logs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }
}

/// A line below `vkey`.
fn describe(item: Option<&mut Item>, text: &str) -> Result<(), ListFault> {
    let (word, value) = text.split_once(' ').ok_or(ListFault::Keyword)?;
    if !matches!(word, "origin" | "bastion" | "qpd" | "contact") {
        return Err(ListFault::Keyword);
    }
    let item = item.ok_or(ListFault::Order)?;
    if item.said.iter().any(|said| said == word) {
        return Err(ListFault::Order);
    }
    item.said.push(word.to_owned());
    if word == "origin" && value != NONE {
        item.origin = Some(value.to_owned());
    }
    Ok(())
}

/// The lines that add a log to the text of a list; with `None`, to an empty one.
pub fn append(list: Option<&str>, key: &VerifierKey, origin: Option<&str>) -> String {
    let mut text = list.map_or_else(|| format!("{HEADER}\n"), str::to_owned);
    let origin = origin.unwrap_or(NONE);
    write!(text, "\nvkey {key}\norigin {origin}\n").expect("memory takes any text");
    text
}
