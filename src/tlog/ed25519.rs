//! Which Ed25519 public keys are accepted. Implementations differ on odd encodings and
//! on points of small order; keys that are neither leave them nothing to differ about.

use ed25519_dalek::VerifyingKey;

/// The key with these bytes, if they are the canonical encoding (RFC 8032, section 5.1.3:
/// y below 2²⁵⁵ − 19) of a point of large order.
pub fn public_key(bytes: &[u8; 32]) -> Option<VerifyingKey> {
    let key = VerifyingKey::from_bytes(bytes).ok()?;
    (is_reduced(bytes) && !key.is_weak()).then_some(key)
}

/// Whether y, little-endian below the sign bit, is below p = 2²⁵⁵ − 19. The encodings
/// that are not end in 30 bytes `ff` and one `7f` or `ff`.
fn is_reduced(bytes: &[u8; 32]) -> bool {
    bytes[0] < 0xed || bytes[1..31].iter().any(|byte| *byte != 0xff) || bytes[31] & 0x7f != 0x7f
}

#[cfg(test)]
mod tests {
    use super::public_key;

    fn y(low: u8, rest: u8, high: u8) -> [u8; 32] {
        let mut bytes = [rest; 32];
        (bytes[0], bytes[31]) = (low, high);
        bytes
    }

    #[test]
    fn small_order_is_refused() {
        for (low, rest, high) in [(0, 0, 0), (0, 0, 0x80), (1, 0, 0), (0xec, 0xff, 0x7f)] {
            assert!(public_key(&y(low, rest, high)).is_none(), "order 1, 2 or 4");
        }
    }

    #[test]
    fn only_the_reduced_encoding_is_accepted() {
        public_key(&y(3, 0, 0)).expect("y = 3 is a point of large order");
        assert!(
            public_key(&y(0xf0, 0xff, 0x7f)).is_none(),
            "y = p + 3 is the same point"
        );
        assert!(
            public_key(&y(0xf0, 0xff, 0xff)).is_none(),
            "and its negative"
        );
    }
}
