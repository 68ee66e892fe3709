//! What a signer derives from one secret (`spec/signing.md`).
//!
//! Everything is a function of the secret and of all that came before, so a retry
//! sends the same bytes, and one blinding factor never meets two messages.

use ed25519_dalek::{Signer as _, SigningKey};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::blind::{self, BLIND_LEN, BlindError, Blinded, SALT_LEN};
use super::commitment::{Disclosure, commit};
use super::ids::PetitionId;
use super::leaf::{PetitionSignature, Withdrawal};
use super::token::{NK, TOKEN_INPUT_LEN, TokenContext};
use super::withdrawal;
use crate::tlog::hash::leaf_hash;

/// The signer's 32-byte secret: whoever has it owns the signature.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SignerSecret(pub [u8; 32]);

impl std::fmt::Debug for SignerSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignerSecret(…)")
    }
}

/// HKDF-SHA-256 with salt `undersigned/signer/v1` and
/// info `u8 len(label) ‖ label ‖ for each input: u32be len ‖ input`.
fn derive<const N: usize>(secret: &SignerSecret, label: &str, inputs: &[&[u8]]) -> [u8; N] {
    let mut info = vec![u8::try_from(label.len()).expect("labels are short constants")];
    info.extend_from_slice(label.as_bytes());
    for input in inputs {
        info.extend(
            u32::try_from(input.len())
                .expect("inputs are bounded")
                .to_be_bytes(),
        );
        info.extend_from_slice(input);
    }
    let mut out = [0; N];
    Hkdf::<Sha256>::new(Some(b"undersigned/signer/v1"), &secret.0)
        .expand(&info, &mut out)
        .expect("less than 255 blocks of output");
    out
}

/// A signing in progress: all that the secret and the disclosure determine.
pub struct Signing {
    key: SigningKey,
    salt: [u8; 32],
    commitment: [u8; 32],
    input: [u8; TOKEN_INPUT_LEN],
    blinded: Blinded,
}

impl Signing {
    /// Derive keys, commitment and blinded message.
    pub fn new(
        secret: &SignerSecret,
        petition: PetitionId,
        context: &TokenContext,
        disclosure: &Disclosure,
    ) -> Result<Self, BlindError> {
        let p = petition.as_bytes();
        let key = signing_key(secret, petition);
        let pk = key.verifying_key().to_bytes();
        let salt = salt(secret, petition, disclosure);
        let commitment = commit(petition, &salt, disclosure);
        let input = context.input(&pk, &commitment);
        let pss_salt: [u8; SALT_LEN] = derive(secret, "pss-salt", &[p, &pk, &commitment, &input]);
        let em = blind::pss_encode(&input, &pss_salt);
        let mut factor: [u8; BLIND_LEN] =
            derive(secret, "blind", &[p, &pk, &commitment, &input, &em]);
        let blinded = blind::blind(context.key(), &em, &factor)?;
        factor.zeroize();
        Ok(Self {
            key,
            salt,
            commitment,
            input,
            blinded,
        })
    }

    /// What goes to the registrar.
    pub fn blinded_message(&self) -> &[u8; NK] {
        &self.blinded.message
    }

    /// Salt of the commitment, which opens it together with the disclosure.
    pub fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    /// Turn the registrar's answer into the leaf for the ledger. Refuses an answer
    /// that is not a token over exactly this signing.
    pub fn finish(
        &self,
        context: &TokenContext,
        blind_signature: &[u8; NK],
    ) -> Result<PetitionSignature, BlindError> {
        let authenticator = self
            .blinded
            .finish(context.key(), &self.input, blind_signature)?;
        Ok(PetitionSignature {
            pk: self.key.verifying_key().to_bytes(),
            commitment: self.commitment,
            authenticator,
        })
    }
}

fn signing_key(secret: &SignerSecret, petition: PetitionId) -> SigningKey {
    SigningKey::from_bytes(&derive(secret, "seed", &[petition.as_bytes()]))
}

/// The salt that opens the commitment in the leaf of this secret.
pub fn salt(secret: &SignerSecret, petition: PetitionId, disclosure: &Disclosure) -> [u8; 32] {
    derive(
        secret,
        "salt",
        &[petition.as_bytes(), disclosure.as_bytes()],
    )
}

/// The public key that the leaf of this secret carries.
pub fn public_key(secret: &SignerSecret, petition: PetitionId) -> [u8; 32] {
    signing_key(secret, petition).verifying_key().to_bytes()
}

/// Take back the signature `leaf` at `index`, as the holder of its secret.
pub fn withdraw(
    secret: &SignerSecret,
    petition: PetitionId,
    leaf: &PetitionSignature,
    index: u64,
) -> Withdrawal {
    let message = withdrawal::message(petition, &leaf_hash(&leaf.to_bytes()), index);
    let signature = signing_key(secret, petition).sign(&message).to_bytes();
    Withdrawal { index, signature }
}
