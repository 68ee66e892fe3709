//! What withdrawals and strikes sign, and how both are checked (`spec/bytes.md`).

use ed25519_dalek::{Signature, VerifyingKey};

use super::domain;
use super::ids::PetitionId;
use super::leaf::{PetitionSignature, Strike, StrikeReason, Withdrawal};
use crate::tlog::ed25519;
use crate::tlog::hash::{Hash, leaf_hash};

/// Why a signature over a withdrawal or strike does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RevocationError {
    /// The public key is not a point in canonical encoding, or of small order.
    #[error("the public key is invalid or of small order")]
    Key,
    /// The signature is by another key, over another leaf, or not canonical.
    #[error("the signature does not verify")]
    Signature,
}

/// `H("undersigned/withdraw/v1", P, leaf hash, index u64)`.
pub fn message(petition: PetitionId, leaf: &Hash, index: u64) -> [u8; 32] {
    domain::hash(
        "undersigned/withdraw/v1",
        &[petition.as_bytes(), &leaf.0, &index.to_be_bytes()],
    )
}

/// `H("undersigned/strike/v1", P, roll leaf hash, index u64, reason u8)`.
pub fn strike_message(
    petition: PetitionId,
    roll_leaf: &Hash,
    index: u64,
    reason: StrikeReason,
) -> [u8; 32] {
    domain::hash(
        "undersigned/strike/v1",
        &[
            petition.as_bytes(),
            &roll_leaf.0,
            &index.to_be_bytes(),
            &[reason as u8],
        ],
    )
}

/// A public key in canonical encoding and of large order. All auditors agree on the
/// signatures of such keys only, so the ledger refuses others at submission.
pub fn public_key(bytes: &[u8; 32]) -> Result<VerifyingKey, RevocationError> {
    ed25519::public_key(bytes).ok_or(RevocationError::Key)
}

fn verify(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> Result<(), RevocationError> {
    public_key(key)?
        .verify_strict(message, &Signature::from_bytes(signature))
        .map_err(|_| RevocationError::Signature)
}

/// Check a withdrawal against the signature leaf at its index.
pub fn verify_withdrawal(
    petition: PetitionId,
    leaf: &PetitionSignature,
    withdrawal: &Withdrawal,
) -> Result<(), RevocationError> {
    verify_withdrawal_of(petition, &leaf.pk, &leaf_hash(&leaf.to_bytes()), withdrawal)
}

/// The same, given only the leaf's key and hash.
pub fn verify_withdrawal_of(
    petition: PetitionId,
    pk: &[u8; 32],
    leaf: &Hash,
    withdrawal: &Withdrawal,
) -> Result<(), RevocationError> {
    let message = message(petition, leaf, withdrawal.index);
    verify(pk, &message, &withdrawal.signature)
}

/// Check a strike of the roll leaf with this hash under the registrar's strike key.
pub fn verify_strike(
    petition: PetitionId,
    strike_key: &[u8; 32],
    roll_leaf: &Hash,
    strike: &Strike,
) -> Result<(), RevocationError> {
    let message = strike_message(petition, roll_leaf, strike.index, strike.reason);
    verify(strike_key, &message, &strike.signature)
}
