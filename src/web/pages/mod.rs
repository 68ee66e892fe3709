//! One file a page.

pub(super) mod home;
