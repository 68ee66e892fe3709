//! Floor 3: the ledger takes signatures and withdrawals (`spec/signing.md`,
//! `spec/publication.md`), and holds the other half of the tag key.
//!
//! Every signature carries a token, which proves that the registrar confirmed somebody,
//! and not whom. Nothing here knows a person.

mod checker;
mod error;
mod promise;
mod signatures;
mod tag_queries;
mod withdrawals;

use std::sync::Arc;

pub use error::LedgerError;

use crate::instance::{Instance, Petition};
use crate::protocol::ids::PetitionId;

/// The ledger of an instance.
pub struct Ledger {
    instance: Arc<Instance>,
    checker: checker::Checker,
    tag_queries: tag_queries::TagQueries,
}

impl Ledger {
    /// The ledger of this instance.
    pub fn open(instance: Arc<Instance>) -> Arc<Self> {
        Arc::new(Self {
            instance,
            checker: checker::Checker::new(),
            tag_queries: tag_queries::TagQueries::default(),
        })
    }

    fn petition(&self, id: &PetitionId) -> Result<Arc<Petition>, LedgerError> {
        self.instance
            .petitions
            .get(id)
            .ok_or(LedgerError::UnknownPetition)
    }
}
