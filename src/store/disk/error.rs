//! Making errors that say where and what next.

use std::io;

use crate::store::StoreError;

/// Something on disk is not what was written there.
pub(super) fn damaged(what: impl Into<String>, advice: impl Into<String>) -> StoreError {
    StoreError::Damaged {
        what: what.into(),
        advice: advice.into(),
    }
}

/// The operating system refused.
pub(super) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> StoreError {
    let what = what.into();
    move |source| StoreError::Io { what, source }
}

/// How a write failed.
#[derive(Debug)]
pub(super) enum WriteError {
    /// Nothing of it is on the device, and writing can go on.
    Undone(StoreError),
    /// It may be on the device or not: only a restart can tell.
    InDoubt(StoreError),
}

impl WriteError {
    pub(super) fn into_inner(self) -> StoreError {
        match self {
            Self::Undone(error) | Self::InDoubt(error) => error,
        }
    }
}
