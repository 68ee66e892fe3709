//! Names of things: petition ids and the four trees (`spec/bytes.md`).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::domain;

/// Why text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not 64 lower-case hexadecimal digits.
    #[error("a petition id is 64 lower-case hexadecimal digits")]
    PetitionId,
    /// Not the name of one of the four trees.
    #[error("a tree is one of roll, strikes, signatures, withdrawals")]
    Tree,
}

/// The hash of a manifest's exact bytes: `P = H("undersigned/petition/v1", manifest)`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PetitionId(pub [u8; 32]);

impl PetitionId {
    /// The id of the petition with these manifest bytes.
    pub fn of(manifest: &[u8]) -> Self {
        Self(domain::hash("undersigned/petition/v1", &[manifest]))
    }

    /// The id as 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for PetitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for PetitionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PetitionId({self})")
    }
}

impl FromStr for PetitionId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        parse_hex32(text).map(Self).ok_or(IdError::PetitionId)
    }
}

/// 32 bytes from exactly 64 lower-case hexadecimal digits.
pub(crate) fn parse_hex32(text: &str) -> Option<[u8; 32]> {
    let canonical = text.len() == 64 && !text.bytes().any(|b| b.is_ascii_uppercase());
    let mut bytes = [0; 32];
    (canonical && hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(bytes)
}

impl Serialize for PetitionId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PetitionId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One of a petition's four trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tree {
    /// One leaf for each confirmed mailbox; kept by the registrar; its size is R.
    Roll,
    /// One leaf for each roll entry struck; kept by the registrar; its size is X.
    Strikes,
    /// One leaf for each signature; kept by the ledger; its size is S.
    Signatures,
    /// One leaf for each signature taken back; kept by the ledger; its size is W.
    Withdrawals,
}

impl Tree {
    /// All four, in the order in which tallies list them.
    pub const ALL: [Self; 4] = [
        Self::Roll,
        Self::Strikes,
        Self::Signatures,
        Self::Withdrawals,
    ];

    /// The name used in origins, tallies and URLs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Roll => "roll",
            Self::Strikes => "strikes",
            Self::Signatures => "signatures",
            Self::Withdrawals => "withdrawals",
        }
    }

    /// The length of this tree's leaves in bytes (`spec/bytes.md`, "Leaves").
    pub fn leaf_len(self) -> usize {
        match self {
            Self::Roll => super::leaf::ROLL_LEN,
            Self::Strikes => super::leaf::STRIKE_LEN,
            Self::Signatures => super::leaf::SIGNATURE_LEN,
            Self::Withdrawals => super::leaf::WITHDRAWAL_LEN,
        }
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Tree {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::ALL
            .into_iter()
            .find(|t| t.name() == text)
            .ok_or(IdError::Tree)
    }
}
