//! Floor 2½: one instance: its journal, the petitions in it, and publication.
//!
//! Both services stand on it and neither knows the other. Knows no personal data.

mod contribution;
mod cosigning;
mod drawing;
mod judge;
mod keeper;
mod petition;
mod petitions;
mod proofs;
mod publication;
mod publisher;
mod shown;
mod staging;
mod tags;

use std::sync::Arc;

pub use cosigning::{Cosigning, CosigningError};
pub use petition::{Admission, Petition, Phase, PublicPetition, Said};
pub use petitions::Petitions;
pub use proofs::{ConsistencyProof, ProofsError};
pub use publication::{Published, Take};
pub use publisher::{Publisher, PublisherHandle};
pub use tags::{ProvenTag, Tags, TagsError};

use crate::clock::Clock;
use crate::keys::{InstanceKeys, KeyFileError, PetitionKeyStore};
use crate::protocol::statement::StatementError;
use crate::store::committer::{CommitError, Committer};
use crate::store::{Epoch, Store, StoreError};

/// Why an instance cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A commit failed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A key file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// A statement is malformed or not signed by whoever may say it.
    #[error("statement: {0}")]
    Statement(#[from] StatementError),
    /// A checkpoint could not be signed.
    #[error("note: {0}")]
    Note(#[from] crate::tlog::note::NoteError),
    /// The journal in the store holds something this instance could not have written.
    #[error("journal entry {index}: {detail}")]
    Journal {
        /// Index of the entry.
        index: u64,
        /// What is wrong with it.
        detail: String,
    },
    /// The statement does not fit the petition's state.
    #[error("{0}")]
    NotNow(&'static str),
    /// The round that held the statement failed; the log says why.
    #[error("publication failed, and nothing of it became visible: try again")]
    Unpublished,
    /// The publisher has stopped.
    #[error("the service is shutting down; try again when it is back")]
    Stopping,
}

/// An instance: everything that both roles share.
pub struct Instance {
    /// Everything durable.
    pub store: Arc<dyn Store>,
    /// The writer's term.
    pub epoch: Epoch,
    /// Group commit.
    pub committer: Committer,
    /// The journal's keys.
    pub keys: InstanceKeys,
    /// Petitions' keys.
    pub petition_keys: PetitionKeyStore,
    /// Time and randomness.
    pub clock: Arc<dyn Clock>,
    /// What the journal says about each petition.
    pub petitions: Petitions,
    shown: shown::Shown,
    to_say: keeper::ToSay,
}

impl Instance {
    /// Become the writer of `store`, and read the journal.
    pub fn open(
        store: Arc<dyn Store>,
        keys: InstanceKeys,
        petition_keys: PetitionKeyStore,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, InstanceError> {
        let epoch = store.take_lease()?;
        let petitions = Petitions::default();
        petitions.catch_up(&*store, &petition_keys)?;
        let committer = Committer::start(store.clone(), epoch);
        Ok(Arc::new(Self {
            store,
            epoch,
            committer,
            keys,
            petition_keys,
            clock,
            petitions,
            shown: shown::Shown::default(),
            to_say: keeper::ToSay::default(),
        }))
    }

    /// Read what the journal has grown by. Blocking.
    pub fn catch_up(&self) -> Result<(), InstanceError> {
        self.petitions.catch_up(&*self.store, &self.petition_keys)
    }
}
