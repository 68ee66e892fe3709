//! Domain-separated hashing (`spec/bytes.md`, "H").

use sha2::{Digest, Sha256};

/// `H(dom, p…) = SHA-256(u8 len(dom) ‖ dom ‖ for each p: u32be len(p) ‖ p)`.
///
/// Every part is length-prefixed, so two different lists of parts never hash
/// the same bytes.
///
/// # Panics
///
/// When `dom` is longer than 255 bytes or a part longer than 2³² − 1: domains
/// are constants of this crate, parts are bounded by their parsers.
pub fn hash(dom: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut h = Sha256::new();
    h.update([u8::try_from(dom.len()).expect("a domain is at most 255 bytes")]);
    h.update(dom.as_bytes());
    for part in parts {
        h.update(
            u32::try_from(part.len())
                .expect("a part is below 4 GiB")
                .to_be_bytes(),
        );
        h.update(part);
    }
    h.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::hash;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(hash("a", &[b"bc", b"d"]), hash("a", &[b"b", b"cd"]));
        assert_ne!(hash("ab", &[b"c"]), hash("a", &[b"bc"]));
        assert_ne!(hash("a", &[]), hash("a", &[b""]));
    }
}
