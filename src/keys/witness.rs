//! A witness's keys (`spec/witness.md`).

use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::file::{self, KeyFileError};
use crate::clock::{Clock, random};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::cosignature::{Ed25519Cosigner, MlDsaCosigner};
use crate::tlog::note::{KeyError, NoteSignature, VerifierKey};

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[zeroize(skip)]
    witness: String,
    #[serde(with = "hex::serde")]
    ed25519_seed: [u8; 32],
    #[serde(with = "hex::serde")]
    ml_dsa_44_seed: [u8; 32],
}

/// The keys that speak for a witness: Ed25519 (0x04) and ML-DSA-44 (0x06), under one name.
pub struct WitnessKeys {
    ed25519: Ed25519Cosigner,
    ml_dsa: MlDsaCosigner,
    stored: Stored,
}

impl WitnessKeys {
    /// New keys under this name, not in a file yet.
    pub fn new(name: &str, clock: &dyn Clock) -> Result<Self, KeyError> {
        Self::of(Stored {
            witness: name.to_owned(),
            ed25519_seed: random(clock),
            ml_dsa_44_seed: random(clock),
        })
    }

    fn of(stored: Stored) -> Result<Self, KeyError> {
        Ok(Self {
            ed25519: Ed25519Cosigner::new(&stored.witness, &stored.ed25519_seed)?,
            ml_dsa: MlDsaCosigner::new(&stored.witness, &stored.ml_dsa_44_seed)?,
            stored,
        })
    }

    /// Write the keys into a new file; an existing one is never replaced. The file's folder
    /// becomes its owner's alone.
    pub fn create(&self, path: &Path) -> Result<(), KeyFileError> {
        file::create(path, &self.stored)
    }

    /// Read a key file.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let Some(stored) = file::read::<Stored>(path)? else {
            return Err(KeyFileError::Io {
                path: path.to_owned(),
                source: std::io::ErrorKind::NotFound.into(),
            });
        };
        Self::of(stored).map_err(|e| KeyFileError::Malformed {
            path: path.to_owned(),
            detail: e.to_string(),
        })
    }

    /// Ed25519, then ML-DSA-44.
    pub fn vkeys(&self) -> [VerifierKey; 2] {
        [self.ed25519.vkey(), self.ml_dsa.vkey()]
    }

    /// Cosign with both, in that order. `extension` is the checkpoint's extension lines,
    /// `now` Unix seconds.
    ///
    /// # Panics
    /// If `now` is not below 2⁶³.
    pub fn cosign(&self, checkpoint: &Checkpoint, extension: &str, now: u64) -> [NoteSignature; 2] {
        [
            self.ed25519.sign_extended(checkpoint, extension, now),
            self.ml_dsa.sign(checkpoint, now),
        ]
    }
}
