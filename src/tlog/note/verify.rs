//! Verifying notes (signed-note, "Signatures").

use ed25519_dalek::{Signature, VerifyingKey as Ed25519Key};

use super::key::PublicKey;
use super::{Note, NoteError, VerifierKey};
use crate::tlog::cosignature;

/// A signature that verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedSignature {
    /// The key that made it.
    pub key: VerifierKey,
    /// The time that a cosignature states, Unix seconds; `None` for a plain signature
    /// and for a cosignature that makes no statement about time.
    pub time: Option<u64>,
}

/// A note that at least one known key signed. Comes from [`Note::verify`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedNote {
    text: String,
    signatures: Vec<VerifiedSignature>,
}

impl VerifiedNote {
    /// The text that was signed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures that verified, in the order of the note. A key can have made more than one.
    pub fn signatures(&self) -> &[VerifiedSignature] {
        &self.signatures
    }

    /// Whether this key signed.
    pub fn is_signed_by(&self, key: &VerifierKey) -> bool {
        self.signatures
            .iter()
            .any(|signature| signature.key == *key)
    }
}

/// The known key with a signature's name and id.
fn find<'a>(
    known: &[&'a VerifierKey],
    signature: &super::NoteSignature,
) -> Result<Option<&'a VerifierKey>, NoteError> {
    let mut found: Option<&VerifierKey> = None;
    for key in known {
        if key.id() == signature.id() && key.name() == signature.name() {
            if found.is_some_and(|other| other != *key) {
                return Err(NoteError::Ambiguous(key.name().clone()));
            }
            found = Some(key);
        }
    }
    Ok(found)
}

fn verify_ed25519(public: &Ed25519Key, text: &str, signature: &[u8]) -> Option<()> {
    let signature = Signature::from_bytes(signature.try_into().ok()?);
    public.verify_strict(text.as_bytes(), &signature).ok()
}

/// The signature with the time that it states, if it verifies.
fn check(key: &VerifierKey, text: &str, signature: &[u8]) -> Option<VerifiedSignature> {
    let time = match key.key() {
        PublicKey::Ed25519(public) => {
            verify_ed25519(public, text, signature)?;
            None
        }
        PublicKey::Ed25519Cosignature(public) => {
            Some(cosignature::verify_ed25519(public, text, signature)?)
        }
        PublicKey::MlDsa44Cosignature(public) => Some(cosignature::verify_ml_dsa(
            public,
            key.name(),
            text,
            signature,
        )?),
    };
    // 0 states nothing about time (tlog-cosignature, "ML-DSA-44 signed message").
    let time = time.filter(|time| *time != 0);
    Some(VerifiedSignature {
        key: key.clone(),
        time,
    })
}

pub(super) fn verify(note: &Note, known: &[&VerifierKey]) -> Result<VerifiedNote, NoteError> {
    let mut signatures = Vec::new();
    for signature in &note.signatures {
        let Some(key) = find(known, signature)? else {
            continue;
        };
        let verified = check(key, &note.text, signature.signature());
        let invalid = || NoteError::Invalid {
            name: key.name().clone(),
            id: key.id(),
        };
        signatures.push(verified.ok_or_else(invalid)?);
    }
    if signatures.is_empty() {
        return Err(NoteError::Unsigned);
    }
    Ok(VerifiedNote {
        text: note.text.clone(),
        signatures,
    })
}
