//! One signature line: `— name base64(key id ‖ signature)`.

use std::fmt;
use std::str::FromStr;

use super::{KeyId, KeyName, NOTE_MAX, NoteError, parse};
use crate::tlog::text::{from_base64, to_base64};

/// A signature as it stands under a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    name: KeyName,
    id: KeyId,
    signature: Vec<u8>,
}

impl NoteSignature {
    pub(in crate::tlog) fn new(name: KeyName, id: KeyId, signature: Vec<u8>) -> Self {
        Self {
            name,
            id,
            signature,
        }
    }

    /// Parse signature lines alone, each with its newline: the answer of a witness
    /// (tlog-witness, "add-checkpoint").
    pub fn parse_lines(bytes: &[u8]) -> Result<Vec<Self>, NoteError> {
        if bytes.len() > NOTE_MAX {
            return Err(NoteError::TooLong(bytes.len()));
        }
        parse::signatures(std::str::from_utf8(bytes).map_err(|_| NoteError::Utf8)?)
    }

    /// The name of the key that it claims to be by.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of that key.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The bytes after the key id.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.0, self.signature.as_slice()].concat();
        write!(f, "— {} {}", self.name, to_base64(&bytes))
    }
}

impl FromStr for NoteSignature {
    type Err = NoteError;

    /// A line without its newline.
    fn from_str(line: &str) -> Result<Self, NoteError> {
        const MALFORMED: NoteError = NoteError::Signature(1);
        let rest = line.strip_prefix("— ").ok_or(MALFORMED)?;
        let (name, base64) = rest.split_once(' ').ok_or(MALFORMED)?;
        let name = name.parse()?;
        let bytes = from_base64(base64).ok_or(MALFORMED)?;
        let (id, signature) = bytes.split_first_chunk::<4>().ok_or(MALFORMED)?;
        if signature.is_empty() {
            return Err(MALFORMED);
        }
        Ok(Self {
            name,
            id: KeyId(*id),
            signature: signature.to_vec(),
        })
    }
}
