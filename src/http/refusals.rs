//! Which problem each error of the floors below is.

use axum::http::StatusCode;

use super::problem::Refusal;
use crate::api::problem::Kind;
use crate::instance::{InstanceError, ProofsError, TagsError};
use crate::keys::KeyFileError;
use crate::ledger::LedgerError;
use crate::office::OfficeError;
use crate::protocol::attestation::AttestationError;
use crate::registrar::RegistrarError;
use crate::store::StoreError;
use crate::store::committer::CommitError;
use crate::tlog::note::NoteError;

impl From<LedgerError> for Refusal {
    fn from(error: LedgerError) -> Self {
        let with = |kind, error: &dyn std::error::Error| Self::new(kind).detail(error.to_string());
        match error {
            LedgerError::UnknownPetition => Self::new(Kind::UnknownPetition),
            LedgerError::NotOpen => Self::new(Kind::NotOpen),
            LedgerError::Closed => Self::new(Kind::Closed),
            LedgerError::Leaf(error) => with(Kind::Leaf, &error),
            LedgerError::Token(error) => with(Kind::Token, &error),
            LedgerError::PublicKey => Self::new(Kind::PublicKey),
            LedgerError::KeyUsed => Self::new(Kind::KeyUsed),
            LedgerError::Withdrawal(error) => with(Kind::WithdrawalSignature, &error),
            LedgerError::UnknownSignature(_) => Self::new(Kind::UnknownSignature)
                .detail("Only a published signature can be withdrawn. Its publication may be due."),
            LedgerError::AlreadyWithdrawn => Self::new(Kind::AlreadyWithdrawn),
            LedgerError::Busy => with(Kind::Unavailable, &error),
            LedgerError::Panicked | LedgerError::Promise(_) => Self::internal(error),
            LedgerError::Store(error) => error.into(),
            LedgerError::Commit(error) => error.into(),
            LedgerError::Instance(error) => error.into(),
            LedgerError::Proofs(error) => error.into(),
        }
    }
}

impl From<RegistrarError> for Refusal {
    fn from(error: RegistrarError) -> Self {
        match error {
            RegistrarError::UnknownPetition | RegistrarError::Tags(TagsError::UnknownPetition) => {
                Self::new(Kind::UnknownPetition)
            }
            RegistrarError::NotOpen => Self::new(Kind::NotOpen),
            RegistrarError::Closed => Self::new(Kind::Closed),
            RegistrarError::Address => Self::new(Kind::Address),
            RegistrarError::Region => Self::new(Kind::Region),
            RegistrarError::UnknownLink => {
                Self::new(Kind::UnknownLink).detail("Ask for a new one.")
            }
            RegistrarError::LinkUsed => Self::new(Kind::LinkUsed)
                .detail("Continue where you began: the same program or browser has the key."),
            RegistrarError::AlreadyConfirmed => {
                Self::new(Kind::AlreadyConfirmed).detail("It is on the roll, and counted once.")
            }
            RegistrarError::BlindedMessage => Self::new(Kind::BlindedMessage),
            RegistrarError::Held => {
                Self::new(Kind::Held).detail("The same link works again afterwards.")
            }
            RegistrarError::StorageLow => Self::new(Kind::StorageLow)
                .detail("Confirmations stop before signatures have to: try again later."),
            RegistrarError::NotStrikable(_) | RegistrarError::NotOnRoll => {
                Self::new(Kind::NotStrikable).detail(error.to_string())
            }
            RegistrarError::InvitationText | RegistrarError::Limits => {
                Self::malformed(error.to_string())
            }
            RegistrarError::Draw(why) => Self::new(Kind::Statement).detail(why),
            RegistrarError::UnknownSignature => Self::new(Kind::UnknownSignature),
            RegistrarError::Opening => Self::new(Kind::Opening).detail(error.to_string()),
            RegistrarError::Withdrawn => Self::new(Kind::AlreadyWithdrawn),
            RegistrarError::SealedAddress => Self::malformed(error.to_string()),
            RegistrarError::UnknownHeld | RegistrarError::NoList => {
                Self::not_found().detail(error.to_string())
            }
            RegistrarError::Busy => Self::new(Kind::Unavailable).detail(error.to_string()),
            RegistrarError::Tags(error) => Self::unavailable(error),
            RegistrarError::Signing
            | RegistrarError::Sealed(_)
            | RegistrarError::Rules(_)
            | RegistrarError::Enclosure(_) => Self::internal(error),
            RegistrarError::Store(error) => error.into(),
            RegistrarError::Commit(error) => error.into(),
            RegistrarError::Instance(error) => error.into(),
            RegistrarError::Key(error) => error.into(),
        }
    }
}

impl From<OfficeError> for Refusal {
    fn from(error: OfficeError) -> Self {
        match error {
            OfficeError::Address => Self::new(Kind::Address),
            OfficeError::Unknown | OfficeError::Link => Self::not_found(),
            OfficeError::Busy => Self::new(Kind::Unavailable).detail(error.to_string()),
            OfficeError::Registrar(error) => error.into(),
            OfficeError::Store(error) => error.into(),
            OfficeError::Commit(error) => error.into(),
            OfficeError::Instance(error) => error.into(),
            OfficeError::Known
            | OfficeError::Forbidden
            | OfficeError::LastOwner
            | OfficeError::Stale
            | OfficeError::Invalid(_)
            | OfficeError::NotNow(_) => Self::malformed(error.to_string()),
        }
    }
}

impl From<ProofsError> for Refusal {
    fn from(error: ProofsError) -> Self {
        match error {
            ProofsError::NoTally | ProofsError::NotTallied { .. } => Self::not_found()
                .detail("This leaf is not published. If it was promised, its publication follows."),
            ProofsError::Sizes { size, .. } => Self::malformed(format!(
                "`from` is at most `to`, and `to` at most the published size, {size}."
            )),
            ProofsError::Store(error) => error.into(),
            ProofsError::Inconsistent(_) => Self::internal(error),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::NotPublished(_) => Self::not_found(),
            StoreError::Leaf(_) | StoreError::Staging(_) => Self::internal(error),
            _ => Self::unavailable(error),
        }
    }
}

impl From<CommitError> for Refusal {
    fn from(error: CommitError) -> Self {
        match &error {
            CommitError::Leaf(leaf) => Self::new(Kind::Leaf).detail(leaf.to_string()),
            _ => Self::unavailable(error),
        }
    }
}

impl From<InstanceError> for Refusal {
    fn from(error: InstanceError) -> Self {
        match error {
            InstanceError::Statement(error) => Self::new(Kind::Statement).detail(error.to_string()),
            InstanceError::NotNow(reason) => conflict(reason),
            InstanceError::Key(KeyFileError::Missing(_)) => conflict(
                "This instance did not contribute these keys: ask its operator for keys, and put \
                 them into the manifest.",
            ),
            InstanceError::Store(error) => error.into(),
            InstanceError::Commit(error) => error.into(),
            InstanceError::Key(_) | InstanceError::Note(_) | InstanceError::Journal { .. } => {
                Self::internal(error)
            }
            InstanceError::Unpublished | InstanceError::Stopping => {
                Self::new(Kind::Unavailable).detail(error.to_string())
            }
        }
    }
}

/// A statement that is well-formed and does not fit what the journal says.
fn conflict(reason: &'static str) -> Refusal {
    Refusal::new(Kind::Statement)
        .status(StatusCode::CONFLICT)
        .detail(reason)
}

impl From<KeyFileError> for Refusal {
    fn from(error: KeyFileError) -> Self {
        Self::internal(error)
    }
}

impl From<AttestationError> for Refusal {
    fn from(error: AttestationError) -> Self {
        Self::new(Kind::Statement).detail(error.to_string())
    }
}

impl From<NoteError> for Refusal {
    fn from(error: NoteError) -> Self {
        Self::new(Kind::Statement).detail(error.to_string())
    }
}
