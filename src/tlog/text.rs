//! Text encodings that the C2SP formats share; each value has exactly one spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Sizes, indexes and times stay below 2⁶³ (tlog-cosignature, "Format", for times;
/// what signed 64-bit implementations can hold, for the rest).
pub(super) const LIMIT: u64 = 1 << 63;

/// Standard base64 with padding (RFC 4648, section 4).
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes from standard base64: padded, no stray bits, nothing but its alphabet.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// ASCII decimal without sign or leading zeroes, below [`LIMIT`].
pub(super) fn parse_decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    (digits && canonical)
        .then(|| text.parse().ok())
        .flatten()
        .filter(|n| *n < LIMIT)
}
