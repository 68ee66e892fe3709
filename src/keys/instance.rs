//! An instance's own keys: those of its journal.

use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::file::{self, KeyFileError};
use crate::clock::{Clock, random};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::cosignature::MlDsaCosigner;
use crate::tlog::note::{Note, NoteError, NoteSigner, VerifierKey};

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[zeroize(skip)]
    origin: String,
    #[serde(with = "hex::serde")]
    ed25519_seed: [u8; 32],
    #[serde(with = "hex::serde")]
    ml_dsa_44_seed: [u8; 32],
}

/// The keys that speak for an instance: Ed25519 for notes, ML-DSA-44 for
/// cosignatures of its own journal.
pub struct InstanceKeys {
    origin: String,
    signer: NoteSigner,
    cosigner: MlDsaCosigner,
}

impl InstanceKeys {
    /// The keys in `folder`, made for `origin` on first use.
    pub fn open(folder: &Path, origin: &str, clock: &dyn Clock) -> Result<Self, KeyFileError> {
        let path = folder.join("instance.key");
        let malformed = |detail: String| KeyFileError::Malformed {
            path: path.clone(),
            detail,
        };
        let stored: Stored = if let Some(stored) = file::read(&path)? {
            stored
        } else {
            let stored = Stored {
                origin: origin.to_owned(),
                ed25519_seed: random(clock),
                ml_dsa_44_seed: random(clock),
            };
            file::create(&path, &stored)?;
            stored
        };
        if stored.origin != origin {
            return Err(malformed(format!(
                "it belongs to origin {:?}, the service was started as {origin:?}; an origin is \
                 for life: start with the old one, or use a new folder",
                stored.origin
            )));
        }
        let signer =
            NoteSigner::new(origin, &stored.ed25519_seed).map_err(|e| malformed(e.to_string()))?;
        let cosigner = MlDsaCosigner::new(origin, &stored.ml_dsa_44_seed)
            .map_err(|e| malformed(e.to_string()))?;
        Ok(Self {
            origin: origin.to_owned(),
            signer,
            cosigner,
        })
    }

    /// `host[:port]`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Signs promises and statements.
    pub fn signer(&self) -> &NoteSigner {
        &self.signer
    }

    /// Ed25519, then ML-DSA-44, as manifests pin them.
    pub fn vkeys(&self) -> [VerifierKey; 2] {
        [self.signer.vkey(), self.cosigner.vkey()]
    }

    /// The journal's checkpoint, signed with both keys.
    pub fn sign_journal(&self, checkpoint: &Checkpoint, now: u64) -> Result<Vec<u8>, NoteError> {
        let text = checkpoint.to_string();
        let signatures = vec![self.signer.sign(&text), self.cosigner.sign(checkpoint, now)];
        Ok(Note::new(&text, signatures)?.to_bytes())
    }
}
