//! Floor 3: the registrar confirms mailboxes and blind-signs one token for each.
//!
//! The only module that touches personal data. What it keeps of a person is sealed
//! (`sealed`), and none of it outlives confirmation unless the manifest names an
//! auditor or the signer asked for updates.

mod blind_signer;
mod confirm;
mod error;
mod limits;
mod mailer;
mod records;
mod request;
pub mod rules;
mod sealed;
mod strike;
mod vault;

use std::sync::Arc;

pub use confirm::ConfirmRequest;
pub use error::RegistrarError;
pub use limits::{Limits, NetworkKey};
pub use mailer::StoreMailQueue;
pub use request::MailboxRequest;
pub use sealed::PeriodKeys;
pub use strike::{StrikePreview, StrikeTarget};

use crate::instance::Instance;
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
    /// The ledger does not answer.
    #[error("the ledger does not answer: {0}")]
    Unavailable(String),
}

/// What the registrar needs of a ledger: the other half of the tag key. In process
/// today; the trait is where a ledger of another organisation is reached.
pub trait Tags: Send + Sync + 'static {
    /// The tag of a blinded identity.
    fn tag(&self, petition: PetitionId, u: &[u8; 32]) -> Result<ProvenTag, TagsError>;
}

/// The registrar of an instance.
pub struct Registrar {
    instance: Arc<Instance>,
    tags: Arc<dyn Tags>,
    rules: rules::Rules,
    keys: PeriodKeys,
    limits: Limits,
    signer: blind_signer::BlindSigner,
    mail: mailer::Outbox,
}
