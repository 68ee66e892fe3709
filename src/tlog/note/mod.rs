//! Signed notes (C2SP signed-note): a text and the signatures under it.

mod key;
mod name;
mod parse;
mod signature;
mod signer;
mod verify;

pub use key::{KeyError, KeyId, KeyType, VerifierKey};
pub use name::KeyName;
pub use signature::NoteSignature;
pub use signer::NoteSigner;
pub use verify::{VerifiedNote, VerifiedSignature};

/// Most bytes of a note. The format leaves the limit to verifiers; an attestation,
/// which carries a manifest and two proofs, fits.
pub const NOTE_MAX: usize = 1_000_000;
/// Most signatures under a note. Verifiers must accept at least 16.
pub const SIGNATURES_MAX: usize = 100;

/// Why bytes are not a signed note, or why a note is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`NOTE_MAX`] bytes.
    #[error("a note has at most {NOTE_MAX} bytes, got {0}")]
    TooLong(usize),
    /// Not UTF-8.
    #[error("a note is UTF-8 text")]
    Utf8,
    /// A control character other than newline.
    #[error("control character 0x{0:02x} in a note")]
    Control(u8),
    /// The text does not end in a newline.
    #[error("the text of a note ends in a newline")]
    Text,
    /// No blank line between text and signatures.
    #[error("no blank line before the signatures")]
    Separator,
    /// None, or more than [`SIGNATURES_MAX`].
    #[error("a note has 1 to {SIGNATURES_MAX} signatures, got {0}")]
    Count(usize),
    /// Not `— name base64`.
    #[error("signature line {0} is malformed")]
    Signature(usize),
    /// A key is malformed.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Two different keys given to verify with share name and id.
    #[error("two known keys are named {0} and have the same id")]
    Ambiguous(KeyName),
    /// A signature by a known key does not verify.
    #[error("the signature of {name} ({id}) does not verify")]
    Invalid {
        /// Name of the key.
        name: KeyName,
        /// Its id.
        id: KeyId,
    },
    /// None of the known keys signed.
    #[error("not signed by any known key")]
    Unsigned,
}

/// A text with the signatures under it, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// A note with this text, which ends in a newline, and 1 to 100 signatures.
    pub fn new(text: &str, signatures: Vec<NoteSignature>) -> Result<Self, NoteError> {
        parse::check_text(text)?;
        if !(1..=SIGNATURES_MAX).contains(&signatures.len()) {
            return Err(NoteError::Count(signatures.len()));
        }
        let note = Self {
            text: text.to_owned(),
            signatures,
        };
        let length = note.to_bytes().len();
        if length > NOTE_MAX {
            Err(NoteError::TooLong(length))
        } else {
            Ok(note)
        }
    }

    /// Parse a note: exact bytes, at most [`NOTE_MAX`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        let (text, signatures) = parse::note(bytes)?;
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// The same text with more signatures under it: what a witness's answer is used for.
    pub fn with_signatures(&self, more: Vec<NoteSignature>) -> Result<Self, NoteError> {
        let signatures = self.signatures.iter().cloned().chain(more).collect();
        Self::new(&self.text, signatures)
    }

    /// The exact bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    /// The text with its final newline, without the blank line. Ignore it unless the note is verified.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, verified or not.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Verify with the keys that the caller knows. At least one must have signed; a
    /// signature that claims to be by one of them and does not verify refuses the whole
    /// note; signatures by others are ignored (signed-note, "Signatures"). A cosignature
    /// (0x04, 0x06) verifies only where the text is a checkpoint.
    pub fn verify(&self, known: &[&VerifierKey]) -> Result<VerifiedNote, NoteError> {
        verify::verify(self, known)
    }
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}
