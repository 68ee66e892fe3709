//! Signing notes with Ed25519 (0x01), and the text form in which such keys are kept.

use std::str::FromStr;

use ed25519_dalek::{Signer as _, SigningKey};
use zeroize::Zeroizing;

use super::key::split;
use super::{KeyError, KeyType, NoteSignature, VerifierKey};
use crate::tlog::text::to_base64;

const PREFIX: &str = "PRIVATE+KEY+";

/// A key that signs notes.
pub struct NoteSigner {
    key: SigningKey,
    vkey: VerifierKey,
}

impl NoteSigner {
    /// The key with this name and 32-byte seed (RFC 8032, section 5.1.5).
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(seed);
        let vkey = VerifierKey::ed25519(name, key.verifying_key().as_bytes())?;
        Ok(Self { key, vkey })
    }

    /// Sign the text of a note, which ends in a newline.
    pub fn sign(&self, text: &str) -> NoteSignature {
        let signature = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        NoteSignature::new(self.vkey.name().clone(), self.vkey.id(), signature)
    }

    /// The key that verifies.
    pub fn vkey(&self) -> VerifierKey {
        self.vkey.clone()
    }

    /// The key as text, `PRIVATE+KEY+name+id+base64(0x01 ‖ seed)`: the form that
    /// other signed-note tools read.
    pub fn to_secret_text(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; 33]);
        bytes[0] = KeyType::Ed25519.byte();
        bytes[1..].copy_from_slice(self.key.as_bytes());
        let base64 = Zeroizing::new(to_base64(bytes.as_slice()));
        Zeroizing::new(format!(
            "{PREFIX}{}+{}+{}",
            self.vkey.name(),
            self.vkey.id(),
            *base64
        ))
    }
}

impl FromStr for NoteSigner {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, stated, bytes) = split(text.strip_prefix(PREFIX).ok_or(KeyError::Shape)?)?;
        let bytes = Zeroizing::new(bytes);
        let (kind, seed) = bytes.split_first().ok_or(KeyError::Shape)?;
        if *kind != KeyType::Ed25519.byte() {
            return Err(KeyError::Type(*kind));
        }
        let seed = seed.try_into().map_err(|_| KeyError::Length {
            expected: 32,
            actual: seed.len(),
        })?;
        let signer = Self::new(name, seed)?;
        let actual = signer.vkey.id();
        if actual == stated {
            Ok(signer)
        } else {
            Err(KeyError::Id { stated, actual })
        }
    }
}

impl std::fmt::Debug for NoteSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NoteSigner({:?})", self.vkey)
    }
}
