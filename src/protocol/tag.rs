//! Tags: same mailbox and same petition give the same tag, and nobody who lacks
//! either key can test a guess (`spec/bytes.md`, "Tags").

use vrf_r255::{Proof, PublicKey, SecretKey};

use super::domain;
use super::ids::PetitionId;

/// Bytes of a VRF proof (c2sp.org/vrf-r255).
pub const VRF_PROOF_LEN: usize = 80;

/// Why a tag does not follow from its inputs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Not a canonical scalar, or zero.
    #[error("not a VRF secret key")]
    SecretKey,
    /// Not the encoding of a group element.
    #[error("not a VRF public key")]
    PublicKey,
    /// The proof does not verify, or belongs to another input.
    #[error("the VRF proof does not verify")]
    Proof,
}

/// The registrar's half of the tag key, kI.
#[derive(Clone, zeroize::Zeroize, zeroize::ZeroizeOnDrop)]
pub struct IdentityKey(pub [u8; 32]);

impl IdentityKey {
    /// `H("undersigned/tag-key/v1", kI)`: what the manifest pins.
    pub fn commitment(&self) -> [u8; 32] {
        domain::hash("undersigned/tag-key/v1", &[&self.0])
    }

    /// `u = BLAKE3-keyed(kI, P ‖ identity)`: what the ledger gets to see.
    pub fn blind_identity(&self, petition: PetitionId, identity: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher
            .update(petition.as_bytes())
            .update(identity.as_bytes());
        *hasher.finalize().as_bytes()
    }
}

/// The ledger's half of the tag key, kL.
pub struct TagKey(SecretKey);

impl TagKey {
    /// A key from 32 uniform bytes; their four highest bits are dropped, so that
    /// the scalar is below the group order.
    pub fn from_seed(mut seed: [u8; 32]) -> Result<Self, TagError> {
        seed[31] &= 0x0f;
        Option::<SecretKey>::from(SecretKey::from_bytes(seed))
            .map(Self)
            .ok_or(TagError::SecretKey)
    }

    /// The VRF public key: what the manifest pins.
    pub fn public(&self) -> [u8; 32] {
        PublicKey::from(self.0).to_bytes()
    }

    /// The tag of a blinded identity, with the proof that convinces an auditor.
    pub fn tag(&self, u: &[u8; 32]) -> ([u8; 32], [u8; VRF_PROOF_LEN]) {
        let proof = self.0.prove(u);
        let hash = Option::<[u8; 64]>::from(PublicKey::from(self.0).verify(u, &proof))
            .expect("a proof just made verifies");
        (first_half(&hash), proof.to_bytes())
    }
}

fn first_half(hash: &[u8; 64]) -> [u8; 32] {
    hash[..32].try_into().expect("32 of 64 bytes")
}

/// The tag that `proof` proves for the blinded identity `u`.
pub fn verify_tag(
    public: &[u8; 32],
    u: &[u8; 32],
    proof: &[u8; VRF_PROOF_LEN],
) -> Result<[u8; 32], TagError> {
    let public = PublicKey::from_bytes(*public).ok_or(TagError::PublicKey)?;
    let proof = Proof::from_bytes(*proof).ok_or(TagError::Proof)?;
    Option::<[u8; 64]>::from(public.verify(u, &proof))
        .map(|hash| first_half(&hash))
        .ok_or(TagError::Proof)
}
