//! Why the ledger refuses.

use crate::instance::{InstanceError, ProofsError};
use crate::protocol::leaf::LeafError;
use crate::protocol::promise::PromiseError;
use crate::protocol::token::TokenError;
use crate::protocol::withdrawal::RevocationError;
use crate::store::StoreError;
use crate::store::committer::CommitError;

/// Why the ledger refuses.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// No such petition here.
    #[error("this petition is not published here")]
    UnknownPetition,
    /// Signing is not open yet.
    #[error("signing opens later")]
    NotOpen,
    /// Takes no more of these.
    #[error("this petition takes no more signatures or withdrawals of this kind")]
    Closed,
    /// The bytes are not a leaf of this kind.
    #[error("leaf: {0}")]
    Leaf(#[from] LeafError),
    /// The token is not one for this petition, key and statement.
    #[error("token: {0}")]
    Token(#[from] TokenError),
    /// The leaf's public key is not one, or of small order.
    #[error("the leaf's public key is not an Ed25519 key of large order")]
    PublicKey,
    /// Another leaf with the same public key was accepted before.
    #[error("another leaf with this public key was accepted before")]
    KeyUsed,
    /// The withdrawal is not signed by the signature's own key.
    #[error("withdrawal: {0}")]
    Withdrawal(#[from] RevocationError),
    /// No published signature at this index.
    #[error("there is no published signature {0}")]
    UnknownSignature(u64),
    /// Another withdrawal of the same signature was accepted before.
    #[error("this signature was withdrawn before")]
    AlreadyWithdrawn,
    /// More to check than there is room for.
    #[error("too many signatures arrive at once: try again in a moment")]
    Busy,
    /// A check panicked; nothing was accepted.
    #[error("a check panicked")]
    Panicked,
    /// A promise could not be signed.
    #[error(transparent)]
    Promise(#[from] PromiseError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A commit failed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The instance refused.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// A published log cannot be read.
    #[error(transparent)]
    Proofs(#[from] ProofsError),
}
