//! Verifier keys (signed-note, "Verifier keys"): `name+hex(key id)+base64(type ‖ key)`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ed25519_dalek::VerifyingKey as Ed25519Key;
use ml_dsa::{EncodedVerifyingKey, MlDsa44, VerifyingKey as MlDsaKey};
use sha2::{Digest as _, Sha256};

use super::KeyName;
use crate::tlog::cosignature::NAME_MAX;
use crate::tlog::ed25519::public_key;
use crate::tlog::text::{from_base64, to_base64};

/// Why text or bytes are not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty, or has spaces, plus signs or control characters.
    #[error("a key name is not empty and has no spaces, plus signs or control characters")]
    Name,
    /// The name is too long for what this type signs (tlog-cosignature, "ML-DSA-44
    /// signed message").
    #[error("the name of a cosigner has at most {NAME_MAX} bytes, got {0}")]
    NameLength(usize),
    /// Not three parts, or one of them does not decode.
    #[error("a key is written as name+id+base64")]
    Shape,
    /// The id is not the one that name, type and key give.
    #[error("the key's id is {actual}, not {stated}")]
    Id {
        /// The id in the text.
        stated: KeyId,
        /// The id that belongs to the key.
        actual: KeyId,
    },
    /// The type is none of those in [`KeyType`].
    #[error("key type 0x{0:02x} is not supported")]
    Type(u8),
    /// The key has another length than its type.
    #[error("a key of this type has {expected} bytes, got {actual}")]
    Length {
        /// Bytes of a key of this type.
        expected: usize,
        /// Bytes given.
        actual: usize,
    },
    /// Not a canonical encoding of an Ed25519 point of large order.
    #[error("not an Ed25519 public key of large order")]
    Point,
}

/// The first four bytes of `SHA-256(name ‖ 0x0A ‖ type ‖ key)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// What a key signs and how (signed-note, "Signature types").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyType {
    /// 0x01: Ed25519 over the text of a note.
    Ed25519,
    /// 0x04: Ed25519 over a time and a checkpoint.
    Ed25519Cosignature,
    /// 0x06: ML-DSA-44 over a time and a checkpoint.
    MlDsa44Cosignature,
}

impl KeyType {
    /// The signature type identifier byte.
    pub fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Ed25519Cosignature => 0x04,
            Self::MlDsa44Cosignature => 0x06,
        }
    }

    fn from_byte(byte: u8) -> Result<Self, KeyError> {
        [
            Self::Ed25519,
            Self::Ed25519Cosignature,
            Self::MlDsa44Cosignature,
        ]
        .into_iter()
        .find(|kind| kind.byte() == byte)
        .ok_or(KeyError::Type(byte))
    }
}

fn key_id(name: &KeyName, kind: KeyType, key: &[u8]) -> KeyId {
    let hasher = Sha256::new()
        .chain_update(name.as_str())
        .chain_update([b'\n', kind.byte()]);
    let digest: [u8; 32] = hasher.chain_update(key).finalize().into();
    KeyId([digest[0], digest[1], digest[2], digest[3]])
}

/// The key behind a [`VerifierKey`], ready for use.
#[derive(Clone)]
pub(super) enum PublicKey {
    Ed25519(Ed25519Key),
    Ed25519Cosignature(Ed25519Key),
    MlDsa44Cosignature(Arc<MlDsaKey<MlDsa44>>),
}

/// A public key with its name and what it signs.
#[derive(Clone)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    bytes: Vec<u8>,
    key: PublicKey,
}

impl VerifierKey {
    /// An Ed25519 note key (0x01).
    pub fn ed25519(name: &str, key: &[u8; 32]) -> Result<Self, KeyError> {
        Self::new(name, KeyType::Ed25519, key)
    }

    /// A key of any supported type from its bytes: 32 for Ed25519, 1312 for ML-DSA-44.
    pub fn new(name: &str, kind: KeyType, bytes: &[u8]) -> Result<Self, KeyError> {
        let name: KeyName = name.parse()?;
        let length = |expected| KeyError::Length {
            expected,
            actual: bytes.len(),
        };
        let ed25519 = || {
            let bytes = bytes.try_into().map_err(|_| length(32))?;
            public_key(bytes).ok_or(KeyError::Point)
        };
        let key = match kind {
            KeyType::Ed25519 => PublicKey::Ed25519(ed25519()?),
            KeyType::Ed25519Cosignature => PublicKey::Ed25519Cosignature(ed25519()?),
            KeyType::MlDsa44Cosignature => {
                if name.as_str().len() > NAME_MAX {
                    return Err(KeyError::NameLength(name.as_str().len()));
                }
                let encoded =
                    EncodedVerifyingKey::<MlDsa44>::try_from(bytes).map_err(|_| length(1312))?;
                PublicKey::MlDsa44Cosignature(Arc::new(MlDsaKey::decode(&encoded)))
            }
        };
        let id = key_id(&name, kind, bytes);
        Ok(Self {
            name,
            id,
            bytes: bytes.to_vec(),
            key,
        })
    }

    /// The key's name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What the key signs and how.
    pub fn key_type(&self) -> KeyType {
        match self.key {
            PublicKey::Ed25519(_) => KeyType::Ed25519,
            PublicKey::Ed25519Cosignature(_) => KeyType::Ed25519Cosignature,
            PublicKey::MlDsa44Cosignature(_) => KeyType::MlDsa44Cosignature,
        }
    }

    /// The public key alone: 32 bytes of Ed25519 or 1312 of ML-DSA-44.
    pub fn public_key(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }
}

impl PartialEq for VerifierKey {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, self.key_type(), &self.bytes) == (&other.name, other.key_type(), &other.bytes)
    }
}

impl Eq for VerifierKey {}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "VerifierKey({}+{} {:?})",
            self.name,
            self.id,
            self.key_type()
        )
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[self.key_type().byte()], self.bytes.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, self.id, to_base64(&bytes))
    }
}

/// Name, id and decoded bytes of `name+id+base64`; the last part may itself hold plus signs.
pub(super) fn split(text: &str) -> Result<(&str, KeyId, Vec<u8>), KeyError> {
    let (name, rest) = text.split_once('+').ok_or(KeyError::Shape)?;
    let (id, base64) = rest.split_once('+').ok_or(KeyError::Shape)?;
    let mut bytes = [0; 4];
    if id.bytes().any(|b| b.is_ascii_uppercase()) || hex::decode_to_slice(id, &mut bytes).is_err() {
        return Err(KeyError::Shape);
    }
    Ok((
        name,
        KeyId(bytes),
        from_base64(base64).ok_or(KeyError::Shape)?,
    ))
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, stated, bytes) = split(text)?;
        let (kind, bytes) = bytes.split_first().ok_or(KeyError::Shape)?;
        let key = Self::new(name, KeyType::from_byte(*kind)?, bytes)?;
        if key.id == stated {
            Ok(key)
        } else {
            Err(KeyError::Id {
                stated,
                actual: key.id,
            })
        }
    }
}
