//! Why the office refuses. No variant carries anything about a person.

use crate::instance::InstanceError;
use crate::registrar::RegistrarError;
use crate::store::StoreError;
use crate::store::committer::CommitError;

/// Why the office refuses.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// Not an address that mail can be sent to.
    #[error("this is not an e-mail address that the service can write to")]
    Address,
    /// There is an account with this address already.
    #[error("there is an account with this address already")]
    Known,
    /// No such account, draft, or petition, or it is not this visitor's.
    #[error("there is no such thing here, or it is not yours")]
    Unknown,
    /// The role does not allow it.
    #[error("your role does not allow this")]
    Forbidden,
    /// The link is unknown, was used, or has expired.
    #[error("this link is unknown, was used, or has expired: ask for a new one")]
    Link,
    /// Somebody has to be able to let others in.
    #[error("the last owner stays: make somebody else an owner first")]
    LastOwner,
    /// The draft was changed in between.
    #[error("this draft was changed elsewhere in the meantime")]
    Stale,
    /// What was filled in cannot be taken.
    #[error("{0}")]
    Invalid(String),
    /// Not at this point.
    #[error("{0}")]
    NotNow(&'static str),
    /// Somebody else was quicker, or the service stops.
    #[error("something else came first: try again")]
    Busy,
    /// A record cannot be opened, or a key cannot be used.
    #[error(transparent)]
    Registrar(#[from] RegistrarError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A commit failed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The instance refused.
    #[error(transparent)]
    Instance(#[from] InstanceError),
}
