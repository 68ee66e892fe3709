//! By which rules a witness judges a request.

use super::AddCheckpoint;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::empty_root;
use crate::tlog::note::{KeyType, Note, NoteError, NoteSignature, VerifiedNote, VerifierKey};
use crate::tlog::proof::{ProofError, verify_consistency};
use crate::tlog::size::TreeSize;

/// Why nobody trusted vouches for a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No trusted key signed, or a signature by one does not verify.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// There are extension lines, and none of the signatures covers them: anyone could
    /// have written them.
    #[error("no signature by a trusted key covers the extension lines")]
    Extension,
}

/// Why a signed checkpoint is not cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The old size is above the checkpoint's.
    #[error("the old size {old} is above the checkpoint's size {size}")]
    Shrinks {
        /// The size that the witness is taken to know.
        old: TreeSize,
        /// The checkpoint's.
        size: TreeSize,
    },
    /// The witness knows another size.
    #[error("the latest cosigned checkpoint has size {0}")]
    Conflict(TreeSize),
    /// The checkpoint is not shown to continue the one that the witness cosigned.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl AddCheckpoint {
    /// Check the log's signatures with the keys that are trusted for its origin. Returns
    /// the first by each of them: at least one.
    pub fn verify(&self, keys: &[&VerifierKey]) -> Result<Vec<NoteSignature>, SignatureError> {
        let verified = if self.extension().is_empty() {
            vec![self.note().verify(keys)?]
        } else {
            self.verify_extended(keys)?
        };
        let signed = |key: &VerifierKey| verified.iter().any(|note| note.is_signed_by(key));
        let line = |key: &VerifierKey| {
            let mut lines = self.note().signatures().iter();
            lines.find(|line| (line.name(), line.id()) == (key.name(), key.id()))
        };
        let keys = keys.iter().filter(|key| signed(key));
        Ok(keys.filter_map(|key| line(key).cloned()).collect())
    }

    /// A note signature covers all lines, a cosignature by the log the first three
    /// (tlog-cosignature, "ML-DSA-44 signed message").
    fn verify_extended(&self, keys: &[&VerifierKey]) -> Result<Vec<VerifiedNote>, SignatureError> {
        let (whole, bare): (Vec<&VerifierKey>, Vec<&VerifierKey>) = keys
            .iter()
            .partition(|key| key.key_type() == KeyType::Ed25519);
        let signatures = self.note().signatures().to_vec();
        let text = self.checkpoint().to_string();
        let verified = if_signed(Note::new(&text, signatures)?.verify(&bare))?;
        match if_signed(self.note().verify(&whole))? {
            Some(covering) => Ok([Some(covering), verified].into_iter().flatten().collect()),
            None if verified.is_some() => Err(SignatureError::Extension),
            None => Err(NoteError::Unsigned.into()),
        }
    }

    /// Check that the checkpoint continues the latest one that the witness cosigned for
    /// this log; `None` if it never did. The checks stand in the order of tlog-witness.
    pub fn continues(&self, latest: Option<&Checkpoint>) -> Result<(), RuleError> {
        let Checkpoint { size, root, .. } = self.checkpoint();
        if self.old() > *size {
            return Err(RuleError::Shrinks {
                old: self.old(),
                size: *size,
            });
        }
        let (known, known_root) = match latest {
            Some(latest) => (latest.size, latest.root),
            None => (TreeSize(0), empty_root()),
        };
        if self.old() != known {
            return Err(RuleError::Conflict(known));
        }
        verify_consistency(known, &known_root, *size, root, self.proof())?;
        Ok(())
    }
}

fn if_signed(verified: Result<VerifiedNote, NoteError>) -> Result<Option<VerifiedNote>, NoteError> {
    match verified {
        Ok(verified) => Ok(Some(verified)),
        Err(NoteError::Unsigned) => Ok(None),
        Err(error) => Err(error),
    }
}
