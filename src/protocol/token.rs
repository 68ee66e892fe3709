//! The token in a signature leaf: RFC 9578 type 0x0002 with a derived nonce
//! (`spec/token.md`).

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PSS_2048_8192_SHA384};
use sha2::{Digest, Sha256};

use super::domain;
use super::ids::PetitionId;
use super::leaf::PetitionSignature;

/// Bytes of an RSA-2048 modulus, of an authenticator and of a blinded message.
pub const NK: usize = 256;
/// RFC 9578 token type: publicly verifiable, blind RSA 2048.
pub const TOKEN_TYPE: [u8; 2] = [0x00, 0x02];
/// Bytes of `token_type ‖ nonce ‖ challenge_digest ‖ token_key_id`.
pub const TOKEN_INPUT_LEN: usize = 98;

/// The only accepted frame of a token key: `SubjectPublicKeyInfo` with
/// id-RSASSA-PSS, SHA-384, MGF1-SHA-384, salt 48 (RFC 9578, section 6.5), around
/// a 2048-bit modulus, which follows these bytes, and the exponent 65537.
const DER_PREFIX: &[u8] = &[
    0x30, 0x82, 0x01, 0x52, 0x30, 0x3d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x0a, 0x30, 0x30, 0xa0, 0x0d, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
    0x02, 0x02, 0xa1, 0x1a, 0x30, 0x18, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01,
    0x08, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0xa2, 0x03,
    0x02, 0x01, 0x30, 0x03, 0x82, 0x01, 0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01,
    0x00,
];
const DER_SUFFIX: &[u8] = &[0x02, 0x03, 0x01, 0x00, 0x01];
/// `RSAPublicKey` (PKCS #1) around the same modulus, as the verifier wants it.
const PKCS1_PREFIX: &[u8] = &[0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00];

/// Why bytes are not a token key, or a token does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not the one DER encoding that RFC 9578 gives a 2048-bit key with e = 65537.
    #[error("not an RFC 9578 token key (2048 bit, RSASSA-PSS SHA-384, salt 48, e = 65537)")]
    Key,
    /// The host of the registrar or ledger does not fit the challenge.
    #[error("an issuer or origin name has 1 to 65535 bytes")]
    Name,
    /// The authenticator is not a signature of this token key over this signing.
    #[error("the authenticator does not verify under the petition's token key")]
    Authenticator,
}

/// A petition's token key: the public half of the registrar's blind-signing key.
#[derive(Clone)]
pub struct TokenKey {
    der: Vec<u8>,
    id: [u8; 32],
    verifier: ParsedPublicKey,
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenKey({})", hex::encode(self.id))
    }
}

impl TokenKey {
    /// The key with this modulus, 2048 bits, big-endian. The exponent is 65537.
    pub fn from_modulus(n: &[u8; NK]) -> Result<Self, TokenError> {
        if n[0] & 0x80 == 0 || n[NK - 1] & 1 == 0 {
            return Err(TokenError::Key);
        }
        let verifier = ParsedPublicKey::new(
            &RSA_PSS_2048_8192_SHA384,
            [PKCS1_PREFIX, n, DER_SUFFIX].concat(),
        )
        .map_err(|_| TokenError::Key)?;
        let der = [DER_PREFIX, n, DER_SUFFIX].concat();
        Ok(Self {
            id: Sha256::digest(&der).into(),
            der,
            verifier,
        })
    }

    /// Parse the RFC 9578 DER encoding; any other encoding of a key is refused.
    pub fn parse(der: &[u8]) -> Result<Self, TokenError> {
        let n: &[u8; NK] = der
            .strip_prefix(DER_PREFIX)
            .and_then(|rest| rest.strip_suffix(DER_SUFFIX))
            .and_then(|n| n.try_into().ok())
            .ok_or(TokenError::Key)?;
        Self::from_modulus(n)
    }

    /// The RFC 9578 DER encoding.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// `token_key_id`: SHA-256 of the DER encoding.
    pub fn id(&self) -> &[u8; 32] {
        &self.id
    }

    /// The modulus, big-endian.
    pub fn modulus(&self) -> &[u8; NK] {
        self.der[DER_PREFIX.len()..DER_PREFIX.len() + NK]
            .try_into()
            .expect("a constructed key has this length")
    }

    /// RSASSA-PSS (SHA-384, salt 48) over `message`.
    pub fn verify(&self, message: &[u8], authenticator: &[u8; NK]) -> Result<(), TokenError> {
        self.verifier
            .verify_sig(message, authenticator)
            .map_err(|_| TokenError::Authenticator)
    }
}

/// What every token of a petition has in common: the challenge and the key.
#[derive(Clone, Debug)]
pub struct TokenContext {
    petition: PetitionId,
    challenge_digest: [u8; 32],
    key: TokenKey,
}

impl TokenContext {
    /// The context of petition `petition`, whose registrar and ledger have these
    /// origins (`host[:port]`).
    pub fn new(
        petition: PetitionId,
        registrar: &str,
        ledger: &str,
        key: TokenKey,
    ) -> Result<Self, TokenError> {
        let challenge = challenge(registrar, petition.as_bytes(), ledger)?;
        Ok(Self {
            petition,
            challenge_digest: Sha256::digest(challenge).into(),
            key,
        })
    }

    /// The token key.
    pub fn key(&self) -> &TokenKey {
        &self.key
    }

    /// The message that the token signs, for a signer's key and commitment:
    /// `0002 ‖ nonce ‖ challenge_digest ‖ token_key_id`.
    pub fn input(&self, pk: &[u8; 32], commitment: &[u8; 32]) -> [u8; TOKEN_INPUT_LEN] {
        let nonce = domain::hash(
            "undersigned/nonce/v1",
            &[self.petition.as_bytes(), pk, commitment],
        );
        let mut input = [0; TOKEN_INPUT_LEN];
        input[..2].copy_from_slice(&TOKEN_TYPE);
        input[2..34].copy_from_slice(&nonce);
        input[34..66].copy_from_slice(&self.challenge_digest);
        input[66..].copy_from_slice(self.key.id());
        input
    }

    /// Check the token in a signature leaf.
    pub fn verify(&self, leaf: &PetitionSignature) -> Result<(), TokenError> {
        self.key
            .verify(&self.input(&leaf.pk, &leaf.commitment), &leaf.authenticator)
    }
}

/// RFC 9577, section 2.1: `TokenChallenge`, with the petition id as redemption context.
fn challenge(issuer: &str, context: &[u8; 32], origin: &str) -> Result<Vec<u8>, TokenError> {
    let prefixed = |name: &str| -> Result<Vec<u8>, TokenError> {
        let len = u16::try_from(name.len())
            .ok()
            .filter(|len| *len > 0)
            .ok_or(TokenError::Name)?;
        Ok([&len.to_be_bytes()[..], name.as_bytes()].concat())
    };
    Ok([
        &TOKEN_TYPE[..],
        &prefixed(issuer)?,
        &[32],
        context,
        &prefixed(origin)?,
    ]
    .concat())
}
