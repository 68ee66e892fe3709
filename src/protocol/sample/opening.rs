//! The opening: the drawn entries' sealed records, for the auditor alone, and what an opened
//! entry must fit (`spec/audit-sample.md`, "Opening").

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::draw::VerifiedDraw;
use super::pick::Seed;
use crate::protocol::commitment::RollOpening;
use crate::protocol::encoding::{self, from_json};
use crate::protocol::ids::PetitionId;
use crate::protocol::leaf::RollEntry;
use crate::protocol::manifest::Manifest;
use crate::protocol::tag::{IdentityKey, VRF_PROOF_LEN, verify_tag};
use crate::tlog::hash::{Hash, leaf_hash};
use crate::tlog::proof::verify_inclusion;
use crate::tlog::size::{LeafIndex, TreeSize};

/// The value of `format`.
pub const OPENING: &str = "undersigned/opening/v1";
/// Most bytes of an opening.
pub const OPENING_MAX: usize = 64 << 20;

/// Why bytes are not the opening of a draw.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// Longer than [`OPENING_MAX`] bytes.
    #[error("an opening has at most {OPENING_MAX} bytes, got {0}")]
    TooLong(usize),
    /// Not JSON of this shape.
    #[error("not an opening: {0}")]
    Json(String),
    /// `format` names another version.
    #[error("opening format {0:?} is unknown")]
    Format(String),
    /// It opens another draw.
    #[error("this opens another draw")]
    OtherDraw,
    /// An entry that was not drawn, or one that comes twice.
    #[error("entry {0} was not drawn, or comes twice")]
    Entry(u64),
}

/// One drawn entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Roll index.
    pub index: u64,
    /// The roll leaf, base64.
    #[serde(with = "encoding::base64_bytes")]
    pub leaf: Vec<u8>,
    /// RFC 6962 inclusion proof in the roll that was drawn from.
    pub path: Vec<Hash>,
    /// The record sealed to the auditor, base64; empty where there is none.
    #[serde(with = "encoding::base64_bytes")]
    pub envelope: Vec<u8>,
}

/// An opening, unchecked. Readable to nobody but the auditor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// [`OPENING`].
    pub format: String,
    /// Which petition.
    pub petition: PetitionId,
    /// The draw's seed, hexadecimal.
    #[serde(with = "hex::serde")]
    pub draw: [u8; 32],
    /// kI, sealed to the auditor, base64.
    #[serde(with = "encoding::base64_bytes")]
    pub identity_key: Vec<u8>,
    /// The entries.
    pub records: Vec<Record>,
}

/// A drawn entry, as the opening shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened<'a> {
    /// Roll index.
    pub index: u64,
    /// The leaf, proven to be on the roll, and the sealed record. `None`: no answer.
    pub record: Option<(RollEntry, &'a Record)>,
}

impl Opening {
    /// Parse an opening.
    pub fn parse(bytes: &[u8]) -> Result<Self, OpeningError> {
        if bytes.len() > OPENING_MAX {
            return Err(OpeningError::TooLong(bytes.len()));
        }
        let opening: Self = from_json(bytes).map_err(OpeningError::Json)?;
        if opening.format != OPENING {
            return Err(OpeningError::Format(opening.format));
        }
        Ok(opening)
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("strings and numbers encode");
        bytes.push(b'\n');
        bytes
    }

    /// The drawn entries in the order drawn. One that is missing, without a record, or not
    /// proven to be on the roll is unanswered: that is for the count, not an error.
    pub fn of(&self, draw: &VerifiedDraw) -> Result<Vec<Opened<'_>>, OpeningError> {
        if self.petition != draw.frame.manifest.id() || Seed(self.draw) != draw.seed {
            return Err(OpeningError::OtherDraw);
        }
        let mut records = HashMap::new();
        for record in &self.records {
            if records.insert(record.index, record).is_some() {
                return Err(OpeningError::Entry(record.index));
            }
        }
        let mut opened = Vec::with_capacity(draw.entries.len());
        for index in &draw.entries {
            let record = records.remove(index).filter(|r| !r.envelope.is_empty());
            let record = record.and_then(|record| {
                let roll = &draw.frame.roll;
                verify_inclusion(
                    &leaf_hash(&record.leaf),
                    LeafIndex(*index),
                    TreeSize(roll.size),
                    &record.path,
                    &roll.root,
                )
                .ok()?;
                Some((RollEntry::parse(&record.leaf).ok()?, record))
            });
            opened.push(Opened {
                index: *index,
                record,
            });
        }
        match records.keys().next() {
            Some(index) => Err(OpeningError::Entry(*index)),
            None => Ok(opened),
        }
    }
}

/// Why an opened entry is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// kI is not the one that the manifest's commitment is to.
    #[error("the identity key is not the one in the manifest")]
    Key,
    /// The opening does not give the leaf's commitment.
    #[error("the opening does not open the leaf")]
    Commitment,
    /// `u` is not what kI gives for the identity.
    #[error("the blinded identity does not follow from the identity")]
    Identity,
    /// The leaf's tag is not the one that the VRF proof proves.
    #[error("the tag does not follow from the blinded identity")]
    Tag,
}

/// Check an opened entry against its roll leaf: Cr, and the tag from kI to `u` to the
/// VRF proof.
pub fn check_entry(
    manifest: &Manifest,
    key: &IdentityKey,
    leaf: &RollEntry,
    opening: &RollOpening,
    u: &[u8; 32],
    proof: &[u8],
) -> Result<(), Flaw> {
    let p = manifest.id();
    if key.commitment() != manifest.terms().registrar.identity_key_commitment {
        return Err(Flaw::Key);
    }
    if opening.commit(p) != leaf.commitment {
        return Err(Flaw::Commitment);
    }
    if key.blind_identity(p, &opening.identity) != *u {
        return Err(Flaw::Identity);
    }
    let proof: &[u8; VRF_PROOF_LEN] = proof.try_into().map_err(|_| Flaw::Tag)?;
    match verify_tag(&manifest.terms().ledger.tag_key, u, proof) {
        Ok(tag) if tag == leaf.tag => Ok(()),
        _ => Err(Flaw::Tag),
    }
}
