//! One file a page.

pub(crate) mod card;
pub(super) mod check;
pub(super) mod confirm;
pub(super) mod home;
pub(super) mod inbox;
pub(super) mod lost;
pub(super) mod petition;
pub(super) mod receipt;
pub(super) mod remove;
pub(super) mod unsubscribe;
mod words;
