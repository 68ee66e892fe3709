//! Proofs that stand alone (C2SP tlog-proof): index, path and cosigned checkpoint of
//! one entry, in one text.

use std::fmt;
use std::str::FromStr;

use super::hash::Hash;
use super::note::{NOTE_MAX, Note, NoteError};
use super::policy::{Policy, PolicyError, WitnessedCheckpoint};
use super::proof::{ProofError, verify_inclusion};
use super::size::LeafIndex;
use super::text::{from_base64, to_base64};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Most hashes of a path: sizes are below 2⁶³.
pub const PATH_MAX: usize = 63;
/// Most bytes of a proof.
pub const TLOG_PROOF_MAX: usize = NOTE_MAX + 100_000;

/// Why text is not a proof, or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlogProofError {
    /// Longer than [`TLOG_PROOF_MAX`] bytes.
    #[error("a proof has at most {TLOG_PROOF_MAX} bytes, got {0}")]
    TooLong(usize),
    /// The first line is not that of version 1.
    #[error("a proof begins with {HEADER}")]
    Header,
    /// The extra data is empty or not base64.
    #[error("extra data is not empty and in standard base64")]
    Extra,
    /// No index line, or not a canonical decimal.
    #[error("an index line holds a decimal without leading zeroes")]
    Index,
    /// A line of the path is not a hash, or there are too many, or no blank line ends them.
    #[error("a path is at most {PATH_MAX} hashes, one a line, before a blank line")]
    Path,
    /// The checkpoint is not a note.
    #[error("checkpoint: {0}")]
    Note(#[from] NoteError),
    /// The policy does not accept the checkpoint.
    #[error("policy: {0}")]
    Policy(#[from] PolicyError),
    /// The path does not lead to the checkpoint's root.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// A proof, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    index: LeafIndex,
    path: Vec<Hash>,
    note: Note,
    extra: Option<Vec<u8>>,
}

impl TlogProof {
    /// The proof of the entry at `index` in the log whose checkpoint `note` is. `extra` is
    /// not authenticated; empty is the same as none.
    pub fn new(index: LeafIndex, path: Vec<Hash>, note: Note, extra: Option<Vec<u8>>) -> Self {
        Self {
            index,
            path,
            note,
            extra: extra.filter(|extra| !extra.is_empty()),
        }
    }

    /// Index of the entry. Believe it only after [`TlogProof::verify`].
    pub fn index(&self) -> LeafIndex {
        self.index
    }

    /// The inclusion proof, from the leaf's sibling up.
    pub fn path(&self) -> &[Hash] {
        &self.path
    }

    /// The signed checkpoint.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Extra data, which nothing authenticates.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// Check that the policy accepts the checkpoint and that the entry with this leaf
    /// hash is in its tree ("Verifying a tlog proof", steps 2 to 4).
    pub fn verify(
        &self,
        leaf_hash: &Hash,
        policy: &Policy,
    ) -> Result<WitnessedCheckpoint, TlogProofError> {
        let witnessed = policy.verify(&self.note)?;
        let head = witnessed.checkpoint();
        verify_inclusion(leaf_hash, self.index, head.size, &self.path, &head.root)?;
        Ok(witnessed)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path
            .iter()
            .try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.note)
    }
}

/// Takes the next line, without its newline, off `rest`.
fn next_line<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let (line, after) = rest.split_once('\n')?;
    *rest = after;
    Some(line)
}

/// Takes the path and the blank line after it off `rest`.
fn parse_path(rest: &mut &str) -> Option<Vec<Hash>> {
    let mut path = Vec::new();
    loop {
        match next_line(rest)? {
            "" => return Some(path),
            _ if path.len() == PATH_MAX => return None,
            hash => path.push(hash.parse().ok()?),
        }
    }
}

impl FromStr for TlogProof {
    type Err = TlogProofError;

    fn from_str(text: &str) -> Result<Self, TlogProofError> {
        if text.len() > TLOG_PROOF_MAX {
            return Err(TlogProofError::TooLong(text.len()));
        }
        let mut rest = text;
        if next_line(&mut rest) != Some(HEADER) {
            return Err(TlogProofError::Header);
        }
        let mut line = next_line(&mut rest).ok_or(TlogProofError::Index)?;
        let mut extra = None;
        if let Some(base64) = line.strip_prefix("extra ") {
            let bytes = from_base64(base64).filter(|bytes| !bytes.is_empty());
            extra = Some(bytes.ok_or(TlogProofError::Extra)?);
            line = next_line(&mut rest).ok_or(TlogProofError::Index)?;
        }
        let index = line
            .strip_prefix("index ")
            .and_then(|index| index.parse().ok());
        let index = index.ok_or(TlogProofError::Index)?;
        let path = parse_path(&mut rest).ok_or(TlogProofError::Path)?;
        let note = Note::parse(rest.as_bytes())?;
        Ok(Self {
            index,
            path,
            note,
            extra,
        })
    }
}
