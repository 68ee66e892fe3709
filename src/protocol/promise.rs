//! Promises: what the ledger owes a signer until publication (`spec/signing.md`).

use super::encoding::{LineError, Lines, parse_decimal};
use super::ids::PetitionId;
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, NoteError, NoteSigner, VerifierKey};

const HEADER: &str = "undersigned/promise/v1";

/// Why bytes are not a promise of this ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromiseError {
    /// Malformed, unsigned or wrongly signed note.
    #[error("note: {0}")]
    Note(#[from] NoteError),
    /// A line is missing, misplaced or malformed.
    #[error(transparent)]
    Line(#[from] LineError),
    /// Made by another ledger than the key's.
    #[error("the promise names origin {0:?}, which is not the signer's name")]
    Origin(String),
}

/// *In the tree by this time, provided that the roll covers it.*
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// The ledger's origin.
    pub origin: String,
    /// Which petition.
    pub petition: PetitionId,
    /// Hash of the signature leaf.
    pub leaf: Hash,
    /// Unix seconds.
    pub by: u64,
}

impl std::fmt::Display for Promise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            origin,
            petition,
            leaf,
            by,
        } = self;
        write!(
            f,
            "{HEADER}\n{origin}\npetition {petition}\nleaf {leaf}\nby {by}\n"
        )
    }
}

impl Promise {
    /// The signed note.
    pub fn sign(&self, signer: &NoteSigner) -> Result<Vec<u8>, PromiseError> {
        let text = self.to_string();
        let signature = signer.sign(&text);
        Ok(Note::new(&text, vec![signature])?.to_bytes())
    }

    /// Parse a note and check that the ledger with this key made it.
    pub fn open(note: &[u8], ledger: &VerifierKey) -> Result<Self, PromiseError> {
        let note = Note::parse(note)?;
        note.verify(&[ledger])?;
        let mut lines = Lines::new(note.text());
        lines.exact(HEADER)?;
        let origin = lines.line("origin")?;
        let petition = lines.parse("petition", |v| v.parse().ok())?;
        let leaf = lines.parse("leaf", |v| v.parse().ok())?;
        let by = lines.parse("by", parse_decimal)?;
        lines.end()?;
        if origin != ledger.name().as_str() {
            return Err(PromiseError::Origin(origin.to_owned()));
        }
        Ok(Self {
            origin: origin.to_owned(),
            petition,
            leaf,
            by,
        })
    }
}
