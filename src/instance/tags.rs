//! The seam between the two services: the registrar asks the ledger for the other
//! half of a tag (`spec/bytes.md`, "Tags").
//!
//! In process today; the trait is where a ledger of another organisation is reached.

use crate::protocol::ids::PetitionId;
use crate::protocol::tag::VRF_PROOF_LEN;

/// A tag and the VRF proof that an auditor can check it with.
#[derive(Clone, Debug)]
pub struct ProvenTag {
    /// What goes onto the roll.
    pub tag: [u8; 32],
    /// c2sp.org/vrf-r255 proof.
    pub proof: [u8; VRF_PROOF_LEN],
}

/// Why the ledger gives no tag.
#[derive(Debug, thiserror::Error)]
pub enum TagsError {
    /// The ledger does not keep this petition.
    #[error("the ledger does not know this petition")]
    UnknownPetition,
    /// More queries than confirmations can explain.
    #[error("the ledger's cap on tag queries is reached")]
    Capped,
    /// The key was destroyed, as the manifest's terms say.
    #[error("the key that made tags was destroyed: nothing can be looked up on this roll any more")]
    Erased,
    /// The ledger does not answer.
    #[error("the ledger does not answer: {0}")]
    Unavailable(String),
}

/// What the registrar needs of a ledger. Blocking.
pub trait Tags: Send + Sync + 'static {
    /// The tag of a blinded identity.
    fn tag(&self, petition: PetitionId, u: &[u8; 32]) -> Result<ProvenTag, TagsError>;

    /// Destroy kL for good. Repeated, it says the same.
    fn erase(&self, petition: PetitionId) -> Result<(), TagsError>;
}
