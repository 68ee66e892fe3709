//! What is said between a log and a witness (C2SP tlog-witness, "add-checkpoint"), and
//! by which rules the witness judges it. Transport and memory are elsewhere.

mod request;
mod rules;

use sha2::{Digest as _, Sha256};

use super::size::TreeSize;
use super::text::parse_decimal;

pub use request::{AddCheckpoint, PROOF_MAX, REQUEST_MAX, RequestError};
pub use rules::{RuleError, SignatureError};

/// `Content-Type` of the answer that states the size which the witness knows.
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// Under which name a witness serves the latest checkpoint of a log ("Monitor Retrieval
/// Mechanism"): the SHA-256 of its origin, 64 lower-case hexadecimal digits.
pub fn origin_hash(origin: &str) -> String {
    hex::encode(Sha256::digest(origin))
}

/// The body of the answer that states the size which the witness knows.
pub fn size_body(size: TreeSize) -> String {
    format!("{size}\n")
}

/// The size that such a body states. Its newline may be missing: what matters is a number
/// to make the next proof for, and a wrong one is refused again.
pub fn parse_size_body(bytes: &[u8]) -> Option<TreeSize> {
    let text = std::str::from_utf8(bytes).ok()?;
    parse_decimal(text.strip_suffix('\n').unwrap_or(text)).map(TreeSize)
}
