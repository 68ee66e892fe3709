//! The four kinds of leaf, each of a fixed length (`spec/bytes.md`, "Leaves").

use serde::{Deserialize, Serialize};

use super::ids::Tree;

/// Bytes of a signature leaf.
pub const SIGNATURE_LEN: usize = 322;
/// Bytes of a roll leaf.
pub const ROLL_LEN: usize = 66;
/// Bytes of a withdrawal leaf.
pub const WITHDRAWAL_LEN: usize = 74;
/// Bytes of a strike leaf.
pub const STRIKE_LEN: usize = 75;

const VERSION: u8 = 1;

/// Why bytes are not a leaf of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeafError {
    /// Too short or too long.
    #[error("a {tree} leaf has {expected} bytes, got {actual}")]
    Length {
        /// The tree the bytes were read for.
        tree: Tree,
        /// Its leaf length.
        expected: usize,
        /// What came.
        actual: usize,
    },
    /// The first byte is not a version this code knows.
    #[error("leaf version {0} is unknown")]
    Version(u8),
    /// The second byte names another kind of leaf.
    #[error("leaf kind {actual} does not belong into the {tree} tree")]
    Kind {
        /// The tree the bytes were read for.
        tree: Tree,
        /// The kind byte found.
        actual: u8,
    },
    /// The reason code of a strike is not assigned.
    #[error("strike reason {0} is not assigned")]
    Reason(u8),
}

/// A person's signature: `01 01 ‖ pk 32 ‖ C 32 ‖ authenticator 256`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PetitionSignature {
    /// A fresh Ed25519 public key, one per signature.
    pub pk: [u8; 32],
    /// Commitment to what the signer disclosed or not.
    pub commitment: [u8; 32],
    /// The blind-signed token's authenticator (RFC 9578 type 0x0002).
    pub authenticator: [u8; 256],
}

/// A confirmed mailbox: `01 03 ‖ tag 32 ‖ Cr 32`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RollEntry {
    /// Same mailbox, same petition: same tag.
    pub tag: [u8; 32],
    /// Commitment to the identity, opened to an auditor only.
    pub commitment: [u8; 32],
}

/// A signature taken back by its signer: `01 02 ‖ index u64 ‖ Ed25519 signature 64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Index in the `signatures` tree.
    pub index: u64,
    /// By the signature's own key.
    pub signature: [u8; 64],
}

/// Why the registrar strikes a roll entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum StrikeReason {
    /// The confirmation was obtained by fraud.
    Fraud = 1,
    /// The same person holds another entry.
    DuplicatePerson = 2,
    /// The signer asked, after confirming the mailbox again.
    SignersRequest = 3,
    /// The signer's data is to be erased before the audit.
    Erasure = 4,
}

impl StrikeReason {
    /// All assigned reasons, in the order of their codes.
    pub const ALL: [Self; 4] = [
        Self::Fraud,
        Self::DuplicatePerson,
        Self::SignersRequest,
        Self::Erasure,
    ];

    fn from_code(code: u8) -> Result<Self, LeafError> {
        Self::ALL
            .into_iter()
            .find(|r| *r as u8 == code)
            .ok_or(LeafError::Reason(code))
    }
}

/// A roll entry struck: `01 04 ‖ roll index u64 ‖ reason u8 ‖ Ed25519 signature 64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strike {
    /// Index in the `roll` tree.
    pub index: u64,
    /// Why.
    pub reason: StrikeReason,
    /// By the registrar's strike key.
    pub signature: [u8; 64],
}

fn body<const N: usize>(tree: Tree, kind: u8, bytes: &[u8]) -> Result<&[u8; N], LeafError> {
    let leaf: &[u8; N] = bytes.try_into().map_err(|_| LeafError::Length {
        tree,
        expected: N,
        actual: bytes.len(),
    })?;
    if leaf[0] != VERSION {
        return Err(LeafError::Version(leaf[0]));
    }
    if leaf[1] != kind {
        return Err(LeafError::Kind {
            tree,
            actual: leaf[1],
        });
    }
    Ok(leaf)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N]
        .try_into()
        .expect("the caller checked the length")
}

impl PetitionSignature {
    /// Parse exactly [`SIGNATURE_LEN`] bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        let b = body::<SIGNATURE_LEN>(Tree::Signatures, 1, bytes)?;
        Ok(Self {
            pk: array(b, 2),
            commitment: array(b, 34),
            authenticator: array(b, 66),
        })
    }

    /// The leaf's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        [
            &[VERSION, 1][..],
            &self.pk,
            &self.commitment,
            &self.authenticator,
        ]
        .concat()
    }
}

impl RollEntry {
    /// Parse exactly [`ROLL_LEN`] bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        let b = body::<ROLL_LEN>(Tree::Roll, 3, bytes)?;
        Ok(Self {
            tag: array(b, 2),
            commitment: array(b, 34),
        })
    }

    /// The leaf's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        [&[VERSION, 3][..], &self.tag, &self.commitment].concat()
    }
}

impl Withdrawal {
    /// Parse exactly [`WITHDRAWAL_LEN`] bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        let b = body::<WITHDRAWAL_LEN>(Tree::Withdrawals, 2, bytes)?;
        Ok(Self {
            index: u64::from_be_bytes(array(b, 2)),
            signature: array(b, 10),
        })
    }

    /// The leaf's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        [
            &[VERSION, 2][..],
            &self.index.to_be_bytes(),
            &self.signature,
        ]
        .concat()
    }
}

impl Strike {
    /// Parse exactly [`STRIKE_LEN`] bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, LeafError> {
        let b = body::<STRIKE_LEN>(Tree::Strikes, 4, bytes)?;
        Ok(Self {
            index: u64::from_be_bytes(array(b, 2)),
            reason: StrikeReason::from_code(b[10])?,
            signature: array(b, 11),
        })
    }

    /// The leaf's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        [
            &[VERSION, 4][..],
            &self.index.to_be_bytes(),
            &[self.reason as u8],
            &self.signature,
        ]
        .concat()
    }
}

/// An index as the unique key of the leaf that names it.
pub(crate) fn index_key(index: u64) -> [u8; 32] {
    let mut key = [0; 32];
    key[24..].copy_from_slice(&index.to_be_bytes());
    key
}

/// What may occur only once in a tree: `pk` of a signature, `tag` of a roll
/// entry, the index (as the last eight of 32 bytes) that a withdrawal or strike names.
pub fn unique_key(tree: Tree, leaf: &[u8]) -> Result<[u8; 32], LeafError> {
    Ok(match tree {
        Tree::Roll => RollEntry::parse(leaf)?.tag,
        Tree::Strikes => index_key(Strike::parse(leaf)?.index),
        Tree::Signatures => PetitionSignature::parse(leaf)?.pk,
        Tree::Withdrawals => index_key(Withdrawal::parse(leaf)?.index),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> [(Tree, Vec<u8>); 4] {
        let signature = PetitionSignature {
            pk: [1; 32],
            commitment: [2; 32],
            authenticator: [3; 256],
        };
        let roll = RollEntry {
            tag: [4; 32],
            commitment: [5; 32],
        };
        let withdrawal = Withdrawal {
            index: 6,
            signature: [7; 64],
        };
        let strike = Strike {
            index: 8,
            reason: StrikeReason::Erasure,
            signature: [9; 64],
        };
        [
            (Tree::Signatures, signature.to_bytes()),
            (Tree::Roll, roll.to_bytes()),
            (Tree::Withdrawals, withdrawal.to_bytes()),
            (Tree::Strikes, strike.to_bytes()),
        ]
    }

    #[test]
    fn one_byte_short_long_or_of_another_version_is_refused() {
        for (tree, leaf) in samples() {
            assert_eq!(leaf.len(), tree.leaf_len());
            unique_key(tree, &leaf).expect("a sample parses");
            let short = &leaf[..leaf.len() - 1];
            assert!(matches!(
                unique_key(tree, short),
                Err(LeafError::Length { .. })
            ));
            let long = [&leaf[..], &[0]].concat();
            assert!(matches!(
                unique_key(tree, &long),
                Err(LeafError::Length { .. })
            ));
            let mut version = leaf.clone();
            version[0] = 2;
            assert_eq!(unique_key(tree, &version), Err(LeafError::Version(2)));
            let mut kind = leaf.clone();
            kind[1] = 5;
            assert_eq!(
                unique_key(tree, &kind),
                Err(LeafError::Kind { tree, actual: 5 })
            );
        }
    }

    #[test]
    fn unassigned_reasons_are_refused() {
        let (_, mut leaf) = samples()[3].clone();
        leaf[10] = 0;
        assert_eq!(Strike::parse(&leaf), Err(LeafError::Reason(0)));
        leaf[10] = 5;
        assert_eq!(Strike::parse(&leaf), Err(LeafError::Reason(5)));
    }
}
