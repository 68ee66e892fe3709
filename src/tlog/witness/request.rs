//! The body of a request: old size, consistency proof, blank line, checkpoint.

use std::fmt;

use crate::tlog::checkpoint::{Checkpoint, CheckpointError};
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, NoteError};
use crate::tlog::size::TreeSize;

/// Most hashes of a consistency proof ("MUST NOT send more than 63").
pub const PROOF_MAX: usize = 63;
/// Most bytes of a request: a hundred ML-DSA-44 signatures fit.
pub const REQUEST_MAX: usize = 512 * 1024;

const OLD: &str = "old ";

/// Why bytes are not a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Longer than [`REQUEST_MAX`] bytes.
    #[error("a request has at most {REQUEST_MAX} bytes, got {0}")]
    TooLong(usize),
    /// No blank line after the proof, or what stands before it is not UTF-8.
    #[error("a blank line stands between the proof and the checkpoint")]
    Separator,
    /// The first line is not `old` and a size.
    #[error("the first line is `old` and a decimal below 2^63 without leading zeroes")]
    Old,
    /// A line of the proof is not a hash.
    #[error("proof line {0} is not 32 bytes in standard base64")]
    Hash(usize),
    /// More than [`PROOF_MAX`] hashes.
    #[error("a proof has at most {PROOF_MAX} hashes, got {0}")]
    ProofLength(usize),
    /// The checkpoint is not a note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The note's text is not a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
}

/// A checkpoint to be cosigned, with the proof that its log only grew. Nothing of it is
/// verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: TreeSize,
    proof: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

impl AddCheckpoint {
    /// A request to cosign the checkpoint that `note` is, by a witness that cosigned the
    /// log at `old` leaves last; 0 if never.
    pub fn new(old: TreeSize, proof: Vec<Hash>, note: Note) -> Result<Self, RequestError> {
        if proof.len() > PROOF_MAX {
            return Err(RequestError::ProofLength(proof.len()));
        }
        let (checkpoint, _) = Checkpoint::parse_extended(note.text())?;
        Ok(Self {
            old,
            proof,
            note,
            checkpoint,
        })
    }

    /// Parse a request body.
    pub fn parse(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > REQUEST_MAX {
            return Err(RequestError::TooLong(bytes.len()));
        }
        let split = bytes.windows(2).position(|two| two == b"\n\n");
        let (head, note) = bytes.split_at(split.ok_or(RequestError::Separator)?);
        let head = std::str::from_utf8(head).map_err(|_| RequestError::Separator)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix(OLD));
        let old = old.and_then(|size| size.parse().ok());
        let old = old.ok_or(RequestError::Old)?;
        let count = lines.clone().count();
        if count > PROOF_MAX {
            return Err(RequestError::ProofLength(count));
        }
        let hash = |(line, number): (&str, usize)| {
            let hash = line.parse();
            hash.map_err(|_| RequestError::Hash(number))
        };
        let proof = lines.zip(1..).map(hash).collect::<Result<_, _>>()?;
        Self::new(old, proof, Note::parse(&note[2..])?)
    }

    /// The size that the witness is taken to know.
    pub fn old(&self) -> TreeSize {
        self.old
    }

    /// The proof of consistency from that size.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint as its log signed it, perhaps with signatures of others.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The checkpoint without extension lines.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The extension lines, each with its newline; usually none.
    pub fn extension(&self) -> &str {
        let head = self.checkpoint.to_string().len();
        &self.note.text()[head..]
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{OLD}{}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.note)
    }
}
