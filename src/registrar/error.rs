//! Why the registrar refuses. No variant carries anything about a person.

use crate::instance::{InstanceError, TagsError};
use crate::store::StoreError;
use crate::store::committer::CommitError;

/// Why the registrar refuses.
#[derive(Debug, thiserror::Error)]
pub enum RegistrarError {
    /// No such petition here.
    #[error("this petition is not published here")]
    UnknownPetition,
    /// Signing is not open yet.
    #[error("signing opens later")]
    NotOpen,
    /// No more confirmations.
    #[error("this petition takes no more confirmations")]
    Closed,
    /// Not an e-mail address this service can write to.
    #[error("this is not an e-mail address that the service can write to")]
    Address,
    /// The petition asks for a region on the roll, and none came; or it does not ask.
    #[error("the petition asks for a region on the roll exactly when the form does")]
    Region,
    /// No such confirmation link, or it was replaced or has expired.
    #[error("this confirmation link is unknown or has expired: ask for a new one")]
    UnknownLink,
    /// The link was used, with another blinded message.
    #[error("this link was used with another key: continue where you began, or ask the organiser")]
    LinkUsed,
    /// The mailbox has its token already.
    #[error("this mailbox has confirmed this petition already: it is counted once")]
    AlreadyConfirmed,
    /// Not a number below the token key's modulus.
    #[error("the blinded message is not a number below the token key's modulus")]
    BlindedMessage,
    /// A held confirmation waits for review.
    #[error("this confirmation waits for review; the link works again afterwards")]
    Held,
    /// The device is nearly full; confirmations stop before signatures have to.
    #[error("the service is short of storage and takes no confirmations for now: try again later")]
    StorageLow,
    /// The private operation failed its check; nothing was given away.
    #[error("blind signing failed its check: try again")]
    Signing,
    /// A record cannot be opened.
    #[error("a sealed record cannot be opened: {0}")]
    Sealed(&'static str),
    /// No roll entry at this index, or it is struck.
    #[error("roll entry {0} does not exist or is struck already")]
    NotStrikable(u64),
    /// The mailbox has no entry on the roll, so there is nothing to strike.
    #[error("this mailbox is not on the roll of this petition")]
    NotOnRoll,
    /// Empty, too long, or with control characters.
    #[error("an invitation's text has 1 to 2000 bytes, without control characters but line breaks")]
    InvitationText,
    /// A limit of 0.
    #[error("a limit is at least 1; to keep everybody out, hold or close the petition")]
    Limits,
    /// No signature with this leaf hash.
    #[error("there is no signature with this leaf hash")]
    UnknownSignature,
    /// The opening is of another commitment.
    #[error("this salt and disclosure do not open the signature's commitment")]
    Opening,
    /// The petition's organiser keeps no list.
    #[error("the organiser of this petition keeps no list")]
    NoList,
    /// A sealed address of another length.
    #[error("a sealed address has 304 bytes")]
    SealedAddress,
    /// The signature was taken back.
    #[error("this signature was withdrawn")]
    Withdrawn,
    /// A draw whose records are not handed out.
    #[error("{0}")]
    Draw(String),
    /// No held confirmation with this id.
    #[error("no confirmation with this id waits for review")]
    UnknownHeld,
    /// The rules or the operator's lists for e-mail domains cannot be used.
    #[error(transparent)]
    Rules(#[from] super::rules::RulesError),
    /// Others were quicker with the same mailbox.
    #[error("another request about this mailbox came first: try again")]
    Busy,
    /// The ledger gives no tag.
    #[error(transparent)]
    Tags(#[from] TagsError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A commit failed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The instance refused.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// A sealed file cannot be read or written.
    #[error("a sealed file: {0}")]
    Enclosure(std::io::Error),
    /// A key file cannot be used.
    #[error(transparent)]
    Key(#[from] crate::keys::KeyFileError),
}
