//! Checkpoints (C2SP tlog-checkpoint): origin, size and root of a log, as the text of
//! a note. Verifiers refuse extension lines: ML-DSA-44 cosignatures do not cover them, and
//! nothing here has a use for them. A witness carries those of other people's logs.

use super::hash::Hash;
use super::note::VerifiedNote;
use super::size::TreeSize;

/// Most bytes of an origin: no longer one can be cosigned (tlog-cosignature, "ML-DSA-44
/// signed message").
pub const ORIGIN_MAX: usize = 255;

/// The head of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's identity, 1 to [`ORIGIN_MAX`] bytes without control characters.
    pub origin: String,
    /// Number of leaves.
    pub size: TreeSize,
    /// Root of the tree of those leaves.
    pub root: Hash,
}

/// Why text is not a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Fewer than three lines, or the last without a newline.
    #[error("a checkpoint is three lines, each ending in a newline")]
    Lines,
    /// The origin is empty, too long, or has control characters.
    #[error("an origin has 1 to {ORIGIN_MAX} bytes and no control characters")]
    Origin,
    /// The size is not a canonical decimal below 2⁶³.
    #[error("a tree size is a decimal below 2^63 without leading zeroes")]
    Size,
    /// The root is not the base64 of 32 bytes.
    #[error("a root is 32 bytes in standard base64")]
    Root,
    /// There are extension lines.
    #[error("a checkpoint here has no extension lines")]
    Extension,
    /// An extension line is empty.
    #[error("an extension line is not empty")]
    EmptyExtension,
}

pub(super) fn origin_fits(origin: &str) -> bool {
    (1..=ORIGIN_MAX).contains(&origin.len()) && !origin.bytes().any(|byte| byte < 0x20)
}

/// The first three lines, and what follows them.
fn split(text: &str) -> Result<([&str; 3], &str), CheckpointError> {
    let mut rest = text;
    let mut line = || {
        let (line, after) = rest.split_once('\n').ok_or(CheckpointError::Lines)?;
        rest = after;
        Ok(line)
    };
    let head = [line()?, line()?, line()?];
    if rest.is_empty() || rest.ends_with('\n') {
        Ok((head, rest))
    } else {
        Err(CheckpointError::Lines)
    }
}

impl Checkpoint {
    /// Parse the text of a note.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let (head, extension) = split(text)?;
        if !extension.is_empty() {
            return Err(CheckpointError::Extension);
        }
        Self::of_lines(head)
    }

    /// Parse the text of a note that may have extension lines; they come back as they
    /// stand, each with its newline.
    pub fn parse_extended(text: &str) -> Result<(Self, &str), CheckpointError> {
        let (head, extension) = split(text)?;
        if extension.starts_with('\n') || extension.contains("\n\n") {
            return Err(CheckpointError::EmptyExtension);
        }
        Ok((Self::of_lines(head)?, extension))
    }

    fn of_lines([origin, size, root]: [&str; 3]) -> Result<Self, CheckpointError> {
        if !origin_fits(origin) {
            return Err(CheckpointError::Origin);
        }
        Ok(Self {
            origin: origin.to_owned(),
            size: size.parse().map_err(|_| CheckpointError::Size)?,
            root: root.parse().map_err(|_| CheckpointError::Root)?,
        })
    }

    /// Parse the text of a note that was verified.
    pub fn of(note: &VerifiedNote) -> Result<Self, CheckpointError> {
        Self::parse(note.text())
    }
}

impl std::fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)
    }
}

impl std::str::FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        Self::parse(text)
    }
}
