//! One file a page.

pub(crate) mod card;
pub(super) mod home;
pub(super) mod petition;
