//! Making cosignatures.

use ed25519_dalek::Signer as _;
use ml_dsa::{Keypair as _, MlDsa44, Seed};
use zeroize::Zeroizing;

use super::message;
use crate::tlog::checkpoint::{Checkpoint, origin_fits};
use crate::tlog::note::{KeyError, KeyType, NoteSignature, VerifierKey};
use crate::tlog::text::LIMIT;

/// The `timestamped_signature` of `vkey` as a signature line.
fn timestamped(vkey: &VerifierKey, time: u64, signature: &[u8]) -> NoteSignature {
    let bytes = [&time.to_be_bytes(), signature].concat();
    NoteSignature::new(vkey.name().clone(), vkey.id(), bytes)
}

/// What the caller vouches for; every parsed checkpoint and every real clock keeps it.
fn check(checkpoint: &Checkpoint, now: u64) {
    assert!(now < LIMIT, "a cosignature's time is below 2^63");
    assert!(checkpoint.size.0 < LIMIT, "a tree size is below 2^63");
    assert!(
        origin_fits(&checkpoint.origin),
        "an origin has 1 to 255 bytes"
    );
}

/// Cosigns with Ed25519 (0x04). One key serves one cosigner: this format does not
/// commit to the name.
pub struct Ed25519Cosigner {
    key: ed25519_dalek::SigningKey,
    vkey: VerifierKey,
}

impl Ed25519Cosigner {
    /// The key with this name and 32-byte seed.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        let public = key.verifying_key();
        let vkey = VerifierKey::new(name, KeyType::Ed25519Cosignature, public.as_bytes())?;
        Ok(Self { key, vkey })
    }

    /// Cosign: state that at `now` (Unix seconds) this was the largest consistent head of the log.
    ///
    /// # Panics
    /// If `now` or the size is not below 2⁶³, or the origin not 1 to 255 bytes.
    pub fn sign(&self, checkpoint: &Checkpoint, now: u64) -> NoteSignature {
        self.sign_extended(checkpoint, "", now)
    }

    /// The same over a checkpoint with these extension lines, each with its newline: a
    /// witness signs what the log did, and states nothing about them.
    ///
    /// # Panics
    /// As [`Self::sign`].
    pub fn sign_extended(
        &self,
        checkpoint: &Checkpoint,
        extension: &str,
        now: u64,
    ) -> NoteSignature {
        check(checkpoint, now);
        let message = message::ed25519(checkpoint, extension, now);
        timestamped(
            &self.vkey,
            now,
            &self.key.sign(message.as_bytes()).to_bytes(),
        )
    }

    /// The key that verifies.
    pub fn vkey(&self) -> VerifierKey {
        self.vkey.clone()
    }
}

/// Cosigns with ML-DSA-44 (0x06), deterministically (FIPS 204, section 3.4).
pub struct MlDsaCosigner {
    key: ml_dsa::SigningKey<MlDsa44>,
    vkey: VerifierKey,
}

impl MlDsaCosigner {
    /// The key with this name, at most 255 bytes, and 32-byte seed (FIPS 204, algorithm 6).
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let seed = Zeroizing::new(Seed::from(*seed));
        let key = ml_dsa::SigningKey::<MlDsa44>::from_seed(&seed);
        let public = key.verifying_key().encode();
        let vkey = VerifierKey::new(name, KeyType::MlDsa44Cosignature, &public)?;
        Ok(Self { key, vkey })
    }

    /// Cosign: state that at `now` (Unix seconds) this was the largest consistent head of
    /// the log. At 0 it states consistency alone.
    ///
    /// # Panics
    /// If `now` or the size is not below 2⁶³, or the origin not 1 to 255 bytes.
    pub fn sign(&self, checkpoint: &Checkpoint, now: u64) -> NoteSignature {
        check(checkpoint, now);
        let message = message::ml_dsa(self.vkey.name().as_str(), checkpoint, now);
        timestamped(
            &self.vkey,
            now,
            &ml_dsa::Signer::sign(&self.key, &message).encode(),
        )
    }

    /// The key that verifies.
    pub fn vkey(&self) -> VerifierKey {
        self.vkey.clone()
    }
}
