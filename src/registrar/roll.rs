//! Looking a mailbox up on the roll: only with both tag keys, and only until they are
//! destroyed.

use super::RegistrarError;
use crate::instance::{Petition, TagsError};

/// `u`, what the ledger is asked for.
pub(super) fn blinded(petition: &Petition, identity: &str) -> Result<[u8; 32], RegistrarError> {
    let key = petition.registrar.identity.get().ok_or(TagsError::Erased)?;
    Ok(key.blind_identity(petition.manifest.id(), identity))
}
