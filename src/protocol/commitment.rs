//! Commitments: to what a signer discloses (C) and to who is on the roll (Cr)
//! (`spec/bytes.md`, "Commitments").

use serde::{Deserialize, Serialize};

use super::domain;
use super::encoding::from_json;
use super::ids::PetitionId;

/// Most bytes of a disclosure.
pub const DISCLOSURE_MAX: usize = 8192;

/// Why bytes are not a disclosure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// Longer than [`DISCLOSURE_MAX`] bytes.
    #[error("a disclosure has at most {DISCLOSURE_MAX} bytes, got {0}")]
    TooLong(usize),
    /// Not a JSON object of the known fields, each a string and at most once.
    #[error("a disclosure is a JSON object with name, region and comment, each optional")]
    Malformed,
}

/// What the signer filled in; each field may stay empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisclosureFields {
    /// The signer's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where the signer lives, as the petition asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// A comment to the recipients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// The statement of a signer, as the exact bytes that the commitment covers.
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosure(Vec<u8>);

impl std::fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Disclosure({} bytes)", self.0.len())
    }
}

impl Disclosure {
    /// Encode the fields as compact JSON.
    pub fn new(fields: &DisclosureFields) -> Result<Self, DisclosureError> {
        Self::parse(&serde_json::to_vec(fields).expect("strings always encode"))
    }

    /// Accept exact bytes, as kept in a receipt.
    pub fn parse(bytes: &[u8]) -> Result<Self, DisclosureError> {
        if bytes.len() > DISCLOSURE_MAX {
            return Err(DisclosureError::TooLong(bytes.len()));
        }
        from_json::<DisclosureFields>(bytes).map_err(|_| DisclosureError::Malformed)?;
        Ok(Self(bytes.to_vec()))
    }

    /// The fields.
    pub fn fields(&self) -> DisclosureFields {
        serde_json::from_slice(&self.0).expect("checked at construction")
    }

    /// The exact bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// `C = H("undersigned/commit/v1", P, salt, disclosure)`.
pub fn commit(petition: PetitionId, salt: &[u8; 32], disclosure: &Disclosure) -> [u8; 32] {
    domain::hash(
        "undersigned/commit/v1",
        &[petition.as_bytes(), salt, disclosure.as_bytes()],
    )
}

/// The opening of a roll entry's commitment: for the auditor's eyes only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollOpening {
    /// Random, 32 bytes, hexadecimal.
    #[serde(with = "hex::serde")]
    pub salt: [u8; 32],
    /// `namespace:identifier`, for instance `mailto:` and the canonical address.
    pub identity: String,
    /// How the identity was confirmed: `link`.
    pub method: String,
    /// Day of confirmation, days since 1970-01-01 (UTC).
    pub day: u32,
    /// The region, if the manifest asks for it on the roll.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl std::fmt::Debug for RollOpening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RollOpening(…)")
    }
}

impl RollOpening {
    /// `Cr = H("undersigned/roll/v1", P, salt, identity, method, day u32, region)`;
    /// without a region the last part is empty.
    pub fn commit(&self, petition: PetitionId) -> [u8; 32] {
        domain::hash(
            "undersigned/roll/v1",
            &[
                petition.as_bytes(),
                &self.salt,
                self.identity.as_bytes(),
                self.method.as_bytes(),
                &self.day.to_be_bytes(),
                self.region.as_deref().unwrap_or_default().as_bytes(),
            ],
        )
    }
}
