//! The client's half of RSABSSA-SHA384-PSS-Deterministic (RFC 9474), with salt and
//! blinding factor given by the caller (`spec/token.md`).

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{NonZero, Odd, U2048, U4096, Uint};
use sha2::{Digest, Sha384};
use zeroize::Zeroize;

use super::token::{NK, TokenError, TokenKey};

const HASH_LEN: usize = 48;
/// The public exponent of every token key.
const E: u32 = 65_537;
/// Bytes of the PSS salt.
pub const SALT_LEN: usize = 48;
/// Bytes of input to the blinding factor: 128 bits more than the modulus, so that
/// its residue is as good as uniform.
pub const BLIND_LEN: usize = NK + 16;

/// Why a message cannot be blinded or a blind signature finished.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlindError {
    /// The blinding factor shares a divisor with the modulus (does not happen by chance).
    #[error("the blinding factor is not invertible")]
    Factor,
    /// The registrar's answer is not a number below the modulus.
    #[error("the blind signature is out of range")]
    Range,
    /// The unblinded token does not verify: the registrar did not sign this message.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// EMSA-PSS-ENCODE (RFC 8017, section 9.1.1) with SHA-384, MGF1-SHA-384 and
/// emBits = 2047, as a 2048-bit modulus needs.
pub fn pss_encode(message: &[u8], salt: &[u8; SALT_LEN]) -> [u8; NK] {
    let mut em = [0; NK];
    emsa_pss_encode(message, salt, &mut em);
    em
}

/// The same for any salt and a modulus of `em.len()` whole bytes; `em` comes zeroed.
fn emsa_pss_encode(message: &[u8], salt: &[u8], em: &mut [u8]) {
    let h = Sha384::new()
        .chain_update([0; 8])
        .chain_update(Sha384::digest(message))
        .chain_update(salt)
        .finalize();
    let (db, trailer) = em.split_at_mut(em.len() - HASH_LEN - 1);
    let (padding, db_salt) = db.split_at_mut(db.len() - salt.len());
    *padding
        .last_mut()
        .expect("a modulus is longer than two hashes") = 1;
    db_salt.copy_from_slice(salt);
    for (counter, block) in (0_u32..).zip(db.chunks_mut(HASH_LEN)) {
        let mask = Sha384::new()
            .chain_update(h)
            .chain_update(counter.to_be_bytes())
            .finalize();
        for (byte, mask) in block.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
    db[0] &= 0x7f;
    trailer[..HASH_LEN].copy_from_slice(&h);
    trailer[HASH_LEN] = 0xbc;
}

/// `em · r^e` and `r⁻¹`, if r has an inverse.
fn blind_uint<const LIMBS: usize>(
    params: &FixedMontyParams<LIMBS>,
    em: &Uint<LIMBS>,
    r: &Uint<LIMBS>,
) -> Option<(Uint<LIMBS>, Uint<LIMBS>)> {
    let r = FixedMontyForm::new(r, params);
    let inverse = Option::<FixedMontyForm<LIMBS>>::from(r.invert())?;
    let message = FixedMontyForm::new(em, params) * r.pow_bounded_exp(&Uint::<1>::from_u32(E), 17);
    Some((message.retrieve(), inverse.retrieve()))
}

/// `s · r⁻¹`.
fn unblind_uint<const LIMBS: usize>(
    params: &FixedMontyParams<LIMBS>,
    s: &Uint<LIMBS>,
    inverse: &Uint<LIMBS>,
) -> Uint<LIMBS> {
    (FixedMontyForm::new(s, params) * FixedMontyForm::new(inverse, params)).retrieve()
}

/// A blinded message and what its sender must keep to finish the signature.
pub struct Blinded {
    /// What goes to the registrar.
    pub message: [u8; NK],
    inverse: U2048,
    params: FixedMontyParams<{ U2048::LIMBS }>,
}

impl Drop for Blinded {
    fn drop(&mut self) {
        self.inverse.zeroize();
    }
}

fn params(key: &TokenKey) -> FixedMontyParams<{ U2048::LIMBS }> {
    let n = Odd::new(U2048::from_be_slice(key.modulus())).expect("a token key's modulus is odd");
    FixedMontyParams::new_vartime(n)
}

fn to_bytes(x: &U2048) -> [u8; NK] {
    let mut bytes = [0; NK];
    for (chunk, word) in bytes.rchunks_mut(8).zip(x.as_words()) {
        chunk.copy_from_slice(&word.to_be_bytes()[..]);
    }
    bytes
}

/// Blind the encoded message `em` with the factor derived from `factor` modulo n.
///
/// One factor must never meet two messages: derive it from the message
/// (`protocol::signer`).
pub fn blind(
    key: &TokenKey,
    em: &[u8; NK],
    factor: &[u8; BLIND_LEN],
) -> Result<Blinded, BlindError> {
    let params = params(key);
    let mut wide = [0; 2 * NK];
    wide[2 * NK - BLIND_LEN..].copy_from_slice(factor);
    let n: U4096 = params.modulus().get().resize();
    let r: U2048 = U4096::from_be_slice(&wide)
        .rem(&NonZero::new(n).expect("a modulus is not zero"))
        .resize();
    wide.zeroize();
    let em = U2048::from_be_slice(em);
    let (message, inverse) = blind_uint(&params, &em, &r).ok_or(BlindError::Factor)?;
    Ok(Blinded {
        message: to_bytes(&message),
        inverse,
        params,
    })
}

impl Blinded {
    /// Unblind the registrar's answer and check it as a token over `message`.
    pub fn finish(
        &self,
        key: &TokenKey,
        message: &[u8],
        blind_signature: &[u8; NK],
    ) -> Result<[u8; NK], BlindError> {
        let s = U2048::from_be_slice(blind_signature);
        if s >= *self.params.modulus().as_ref() {
            return Err(BlindError::Range);
        }
        let authenticator = to_bytes(&unblind_uint(&self.params, &s, &self.inverse));
        key.verify(message, &authenticator)?;
        Ok(authenticator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_has_the_fixed_parts() {
        let em = pss_encode(b"message", &[7; SALT_LEN]);
        assert_eq!(em[NK - 1], 0xbc);
        assert_eq!(em[0] & 0x80, 0);
    }

    /// The published vectors of RFC 9474 have 4096-bit keys, salts of two lengths and
    /// prepared messages: the same arithmetic at another size. Those of RFC 9578, at our
    /// size, are in `tests/vectors/`.
    #[test]
    fn rfc_9474_comes_out() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/spec/vectors/blind-rsa");
        let mut checked = 0;
        for entry in std::fs::read_dir(folder).expect("the folder of vectors") {
            let text = std::fs::read_to_string(entry.expect("an entry").path()).expect("a vector");
            let field = |key: &str| {
                let line = text
                    .lines()
                    .find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
                line.unwrap_or_else(|| panic!("no field {key}"))
            };
            let number = |key: &str| U4096::from_be_hex(field(key));
            let bytes = |key: &str| hex::decode(field(key)).expect("hexadecimal");
            let params = FixedMontyParams::new_vartime(Odd::new(number("modulus")).expect("odd"));
            let inverse = FixedMontyForm::new(&number("inverse"), &params);
            let r = inverse.invert().expect("invertible").retrieve();
            let mut em = [0; 512];
            emsa_pss_encode(&bytes("message"), &bytes("salt"), &mut em);
            let blinded = blind_uint(&params, &U4096::from_be_slice(&em), &r);
            assert_eq!(blinded, Some((number("blinded"), number("inverse"))));
            let signature = unblind_uint(&params, &number("blind-signature"), &number("inverse"));
            assert_eq!(signature, number("signature"));
            checked += 1;
        }
        assert_eq!(checked, 4);
    }
}
