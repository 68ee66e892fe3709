//! Envelopes to a public key that a manifest names: HPKE (RFC 9180), base mode,
//! DHKEM(X25519, HKDF-SHA256), HKDF-SHA256; for auditors with `ChaCha20Poly1305`
//! (`spec/retention.md`, "Vault"), for organisers, whose browsers have to open them, with
//! AES-256-GCM (`spec/list.md`).

use hpke::aead::{Aead, AesGcm256, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable as _, Kem, OpModeR, OpModeS, Serializable as _};
use zeroize::Zeroizing;

use super::OsRandom;
use crate::clock::Clock;

/// Bytes of the encapsulated key before the ciphertext.
const ENCAPPED: usize = 32;

type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;
type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
type EncappedKey = <X25519HkdfSha256 as Kem>::EncappedKey;

/// Why an envelope cannot be made or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Not an X25519 key that a secret can be shared with.
    #[error("not an X25519 key that records can be sealed to")]
    Key,
    /// Damaged, or sealed to another key, for another purpose or another place.
    #[error("the envelope does not open with this key in this place")]
    Open,
}

/// `enc 32 ‖ ciphertext`: only the holder of the private key opens it, and only with
/// the same `info` (purpose) and `aad` (place).
pub fn seal(
    recipient: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    plain: &[u8],
    clock: &dyn Clock,
) -> Result<Vec<u8>, EnvelopeError> {
    seal_with::<ChaCha20Poly1305>(recipient, info, aad, plain, clock)
}

/// Open an envelope with the recipient's private key.
pub fn open(
    recipient: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    envelope: &[u8],
) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    open_with::<ChaCha20Poly1305>(recipient, info, aad, envelope)
}

/// [`seal`] with AES-256-GCM.
pub fn seal_aes(
    recipient: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    plain: &[u8],
    clock: &dyn Clock,
) -> Result<Vec<u8>, EnvelopeError> {
    seal_with::<AesGcm256>(recipient, info, aad, plain, clock)
}

/// [`open`] with AES-256-GCM.
pub fn open_aes(
    recipient: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    envelope: &[u8],
) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    open_with::<AesGcm256>(recipient, info, aad, envelope)
}

fn seal_with<A: Aead>(
    recipient: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    plain: &[u8],
    clock: &dyn Clock,
) -> Result<Vec<u8>, EnvelopeError> {
    let key = PublicKey::from_bytes(recipient).map_err(|_| EnvelopeError::Key)?;
    let (encapped, sealed) = hpke::single_shot_seal_with_rng::<A, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &key,
        info,
        plain,
        aad,
        &mut OsRandom(clock),
    )
    .map_err(|_| EnvelopeError::Key)?;
    Ok([encapped.to_bytes().as_slice(), &sealed].concat())
}

fn open_with<A: Aead>(
    recipient: &[u8; 32],
    info: &[u8],
    aad: &[u8],
    envelope: &[u8],
) -> Result<Zeroizing<Vec<u8>>, EnvelopeError> {
    let key = PrivateKey::from_bytes(recipient).map_err(|_| EnvelopeError::Key)?;
    let (encapped, sealed) = envelope
        .split_at_checked(ENCAPPED)
        .ok_or(EnvelopeError::Open)?;
    let encapped = EncappedKey::from_bytes(encapped).map_err(|_| EnvelopeError::Open)?;
    hpke::single_shot_open::<A, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &key,
        &encapped,
        info,
        sealed,
        aad,
    )
    .map(Zeroizing::new)
    .map_err(|_| EnvelopeError::Open)
}

/// The public half of a recipient's private key.
pub fn public(private: &[u8; 32]) -> Result<[u8; 32], EnvelopeError> {
    let key = PrivateKey::from_bytes(private).map_err(|_| EnvelopeError::Key)?;
    let public = X25519HkdfSha256::sk_to_pk(&key).to_bytes();
    Ok(public.as_slice().try_into().expect("32 bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    const PRIVATE: [u8; 32] = [9; 32];

    #[test]
    fn only_the_right_key_purpose_and_place_open_it() {
        let clock = ManualClock::new(0, 1);
        let public = public(&PRIVATE).expect("a key");
        let envelope = seal(&public, b"info", b"aad", b"plain", &clock).expect("seals");
        let opened = open(&PRIVATE, b"info", b"aad", &envelope).expect("opens");
        assert_eq!(&opened[..], b"plain");
        assert!(open(&[8; 32], b"info", b"aad", &envelope).is_err());
        assert!(open(&PRIVATE, b"other", b"aad", &envelope).is_err());
        assert!(open(&PRIVATE, b"info", b"other", &envelope).is_err());
        assert!(open_aes(&PRIVATE, b"info", b"aad", &envelope).is_err());
        let other = seal_aes(&public, b"info", b"aad", b"plain", &clock).expect("seals");
        let opened = open_aes(&PRIVATE, b"info", b"aad", &other).expect("opens");
        assert_eq!(&opened[..], b"plain");
        assert!(open_aes(&PRIVATE, b"info", b"other", &other).is_err());
        for at in 0..envelope.len() {
            let mut damaged = envelope.clone();
            damaged[at] ^= 1;
            assert!(
                open(&PRIVATE, b"info", b"aad", &damaged).is_err(),
                "byte {at}"
            );
            assert!(open(&PRIVATE, b"info", b"aad", &envelope[..at]).is_err());
        }
        let again = seal(&public, b"info", b"aad", b"plain", &clock).expect("seals");
        assert_ne!(envelope, again);
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        let clock = ManualClock::new(0, 1);
        assert_eq!(
            seal(&[0; 32], b"", b"", b"", &clock),
            Err(EnvelopeError::Key)
        );
    }
}
