//! The organiser's list: what signers hand to the organiser alone (`spec/list.md`).
//!
//! Records are sealed elsewhere; here is what they say, and what is checked once they are
//! open.

use serde::{Deserialize, Serialize};

use super::commitment::{Disclosure, DisclosureFields, commit};
use super::encoding::{base64_bytes, from_json};
use super::ids::{PetitionId, Tree};
use super::inclusion::{InclusionError, JournaledTally, VerifiedTally};
use super::leaf::{LeafError, PetitionSignature};
use super::manifest::{Manifest, ManifestError};
use crate::tlog::hash::{Hash, leaf_hash};
use crate::tlog::policy::Policy;
use crate::tlog::proof::{ProofError, verify_inclusion};
use crate::tlog::size::{LeafIndex, TreeSize};

/// The value of `format`.
pub const FORMAT: &str = "undersigned/list/v1";
/// HPKE `info` of records; `aad` is [`place`].
pub const RECORD_INFO: &[u8] = b"undersigned/list/v1";
/// HPKE `info` of addresses; `aad` is [`place`].
pub const ADDRESS_INFO: &[u8] = b"undersigned/list-address/v1";
/// Bytes of an address before it is sealed, whatever its own length.
pub const ADDRESS_PADDED: usize = 256;
/// Bytes of a sealed address: encapsulated key, ciphertext, tag.
pub const ADDRESS_SEALED: usize = 32 + ADDRESS_PADDED + 16;

/// Why a list, or an entry of it, is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Not JSON of this shape.
    #[error("not a list: {0}")]
    Json(String),
    /// `format` names another version.
    #[error("list format {0:?} is unknown")]
    Format(String),
    /// The manifest does not hold.
    #[error("manifest: {0}")]
    Manifest(#[from] ManifestError),
    /// The tally does not hold.
    #[error(transparent)]
    Tally(#[from] InclusionError),
    /// The leaf is no signature.
    #[error("leaf: {0}")]
    Leaf(#[from] LeafError),
    /// The leaf is not in the tree of the tally.
    #[error("tree proof: {0}")]
    Included(#[from] ProofError),
    /// The plain text of the record is not one.
    #[error("the record is damaged: {0}")]
    Record(String),
    /// The opening is of another commitment.
    #[error("salt and disclosure do not open the commitment of the signature")]
    Opening,
}

/// What an envelope is bound to: `P ‖ leaf hash`.
pub fn place(petition: PetitionId, leaf: &Hash) -> Vec<u8> {
    [petition.as_bytes(), &leaf.0[..]].concat()
}

/// The plain text of a record.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedRecord {
    /// Opens the commitment, together with the disclosure. Hexadecimal.
    #[serde(with = "hex::serde")]
    pub salt: [u8; 32],
    /// The exact text that the commitment covers.
    pub disclosure: String,
    /// An address, sealed by the signer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<SealedAddress>,
}

/// An address that only the organiser opens. Base64.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedAddress(#[serde(with = "base64_bytes")] pub Vec<u8>);

impl std::fmt::Debug for SharedRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedRecord(…)")
    }
}

impl SharedRecord {
    /// As JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("records always encode")
    }

    /// What an opened envelope says.
    pub fn parse(bytes: &[u8]) -> Result<Self, ListError> {
        from_json(bytes).map_err(ListError::Record)
    }
}

/// An address filled up to a length that tells nothing; `None` where it is too long or empty.
pub fn pad_address(address: &str) -> Option<[u8; ADDRESS_PADDED]> {
    let mut padded = [0; ADDRESS_PADDED];
    let fits = !address.is_empty() && address.len() < ADDRESS_PADDED && !address.contains('\0');
    padded
        .get_mut(..address.len())
        .filter(|_| fits)?
        .copy_from_slice(address.as_bytes());
    Some(padded)
}

/// The address in a sealed one's plain text; `None` if there is none. It is what somebody
/// wrote, and may be anything.
pub fn read_address(padded: &[u8]) -> Option<String> {
    if padded.len() != ADDRESS_PADDED {
        return None;
    }
    let end = padded.iter().position(|byte| *byte == 0)?;
    let (address, rest) = padded.split_at(end);
    let plain = rest.iter().all(|byte| *byte == 0) && !address.is_empty();
    let text = std::str::from_utf8(address).ok().filter(|_| plain)?;
    (!text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// One signature on the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListEntry {
    /// The signature leaf, base64.
    #[serde(with = "base64_bytes")]
    pub leaf: Vec<u8>,
    /// Its index in the tree.
    pub index: u64,
    /// RFC 6962 inclusion proof in the tree of the tally.
    pub path: Vec<Hash>,
    /// The sealed record, base64.
    #[serde(with = "base64_bytes")]
    pub envelope: Vec<u8>,
}

/// A page of the list. Each holds all that it takes to check it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListPage {
    /// [`FORMAT`].
    pub format: String,
    /// The manifest's exact text.
    pub manifest: String,
    /// The petition's tally.
    pub tally: String,
    /// A C2SP tlog-proof of it.
    pub proof: String,
    /// By leaf hash.
    pub entries: Vec<ListEntry>,
    /// The `after` of the next page: a leaf hash, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A page whose petition and tally hold. Comes from [`ListPage::verify`] only.
pub struct VerifiedPage {
    manifest: Manifest,
    tally: VerifiedTally,
    size: u64,
    root: Hash,
    entries: Vec<ListEntry>,
}

impl ListPage {
    /// Parse strictly.
    pub fn parse(bytes: &[u8]) -> Result<Self, ListError> {
        let page: Self = from_json(bytes).map_err(ListError::Json)?;
        if page.format == FORMAT {
            Ok(page)
        } else {
            Err(ListError::Format(page.format))
        }
    }

    /// As JSON.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("pages always encode")
    }

    /// Check petition and tally; without a policy, against the keys that the manifest pins.
    pub fn verify(self, policy: Option<&Policy>) -> Result<VerifiedPage, ListError> {
        let manifest = Manifest::parse(self.manifest.as_bytes())?;
        let journaled = JournaledTally {
            tally: self.tally,
            proof: self.proof,
        };
        let pinned = manifest.pinned_policy();
        let tally = journaled.verify(&manifest, Tree::Signatures, policy.unwrap_or(&pinned))?;
        let head = tally.head(Tree::Signatures)?;
        let (size, root) = (head.size, head.root);
        Ok(VerifiedPage {
            manifest,
            tally,
            size,
            root,
            entries: self.entries,
        })
    }
}

impl VerifiedPage {
    /// The petition.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The tally, as of which the entries are checked.
    pub fn tally(&self) -> &VerifiedTally {
        &self.tally
    }

    /// The entries, none of them checked.
    pub fn entries(&self) -> &[ListEntry] {
        &self.entries
    }

    /// What a signer handed over: the leaf is in the tree, and the record opens it.
    pub fn check(
        &self,
        entry: &ListEntry,
        record: &SharedRecord,
    ) -> Result<DisclosureFields, ListError> {
        verify_inclusion(
            &leaf_hash(&entry.leaf),
            LeafIndex(entry.index),
            TreeSize(self.size),
            &entry.path,
            &self.root,
        )?;
        let signature = PetitionSignature::parse(&entry.leaf)?;
        let disclosure = Disclosure::parse(record.disclosure.as_bytes())
            .map_err(|error| ListError::Record(error.to_string()))?;
        if commit(self.manifest.id(), &record.salt, &disclosure) == signature.commitment {
            Ok(disclosure.fields())
        } else {
            Err(ListError::Opening)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_come_back_and_nothing_else_does() {
        let padded = pad_address("ada@example.org").expect("fits");
        assert_eq!(read_address(&padded).as_deref(), Some("ada@example.org"));
        let longest = "a".repeat(255);
        let padded_longest = pad_address(&longest).expect("fits");
        assert_eq!(read_address(&padded_longest), Some(longest.clone()));
        for none in ["", "a\0b", &format!("{longest}a")] {
            assert_eq!(pad_address(none), None, "{none:?}");
        }
        let changed = |at: usize, byte: u8| {
            let mut bytes = padded;
            bytes[at] = byte;
            bytes
        };
        for none in [
            &changed(0, 0)[..],
            &changed(255, 1),
            &changed(0, b'\n'),
            &changed(0, 0xff),
            &padded[..255],
            &[b'a'; ADDRESS_PADDED],
        ] {
            assert_eq!(read_address(none), None);
        }
    }
}
