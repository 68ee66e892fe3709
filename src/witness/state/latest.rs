//! The latest checkpoint of one log: a note with the log's signatures and our
//! cosignatures. In its file a line with format and checksum stands before it.

use sha2::{Digest as _, Sha256};

use crate::keys::WitnessKeys;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{Note, NoteError, NoteSignature};
use crate::tlog::witness::{AddCheckpoint, origin_hash};
use crate::witness::Damage;

/// What a file begins with, before the hexadecimal SHA-256 of the note.
const HEADER: &str = "undersigned/witness-checkpoint/v1 ";

/// A checkpoint that was cosigned.
pub(in crate::witness) struct Latest {
    checkpoint: Checkpoint,
    time: u64,
    note: Vec<u8>,
    cosignatures: Vec<u8>,
}

/// Signature lines as an answer has them.
fn lines(signatures: &[NoteSignature]) -> Vec<u8> {
    let lines = signatures.iter().map(|line| format!("{line}\n"));
    lines.collect::<String>().into_bytes()
}

impl Latest {
    /// Cosign a checkpoint at `now`, Unix seconds, under the log's signatures that were verified.
    pub(in crate::witness) fn cosign(
        request: &AddCheckpoint,
        verified: Vec<NoteSignature>,
        keys: &WitnessKeys,
        now: u64,
    ) -> Result<Self, NoteError> {
        let cosignatures = keys.cosign(request.checkpoint(), request.extension(), now);
        let answer = lines(&cosignatures);
        let signatures = verified.into_iter().chain(cosignatures).collect();
        Ok(Self {
            checkpoint: request.checkpoint().clone(),
            time: now,
            note: Note::new(request.note().text(), signatures)?.to_bytes(),
            cosignatures: answer,
        })
    }

    /// The file's bytes.
    pub(super) fn to_file(&self) -> Vec<u8> {
        let checksum = hex::encode(Sha256::digest(&self.note));
        [format!("{HEADER}{checksum}\n").as_bytes(), &self.note].concat()
    }

    /// Parse the file `name`. Both cosignatures have to be exactly what the keys give.
    pub(super) fn parse(bytes: &[u8], name: &str, keys: &WitnessKeys) -> Result<Self, Damage> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (header, bytes) = bytes.split_at(end.map_or(bytes.len(), |end| end + 1));
        let checksum = hex::encode(Sha256::digest(bytes));
        if header != format!("{HEADER}{checksum}\n").as_bytes() {
            return Err(Damage::Checksum);
        }
        let note = Note::parse(bytes)?;
        let (checkpoint, extension) = Checkpoint::parse_extended(note.text())?;
        if origin_hash(&checkpoint.origin) != name {
            return Err(Damage::OtherLog);
        }
        let (_, cosignatures) = note
            .signatures()
            .split_last_chunk::<2>()
            .ok_or(Damage::Cosignature)?;
        let time = cosignatures[0].signature().first_chunk::<8>();
        let time = u64::from_be_bytes(*time.ok_or(Damage::Cosignature)?);
        let time = Some(time).filter(|time| *time < 1 << 63);
        let time = time.ok_or(Damage::Cosignature)?;
        if keys.cosign(&checkpoint, extension, time) != *cosignatures {
            return Err(Damage::Cosignature);
        }
        let cosignatures = lines(cosignatures);
        Ok(Self {
            time,
            note: bytes.to_vec(),
            cosignatures,
            checkpoint,
        })
    }

    pub(in crate::witness) fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// When it was cosigned, Unix seconds.
    pub(in crate::witness) fn time(&self) -> u64 {
        self.time
    }

    /// The exact bytes that are stored and served.
    pub(in crate::witness) fn note(&self) -> &[u8] {
        &self.note
    }

    /// Our signature lines: the answer to whoever submitted it.
    pub(in crate::witness) fn cosignatures(&self) -> &[u8] {
        &self.cosignatures
    }

    pub(in crate::witness) fn origin_hash(&self) -> String {
        origin_hash(&self.checkpoint.origin)
    }
}
