//! One file a page.

mod audited;
pub(super) mod badge;
pub(crate) mod card;
pub(super) mod check;
pub(super) mod confirm;
pub(super) mod data;
pub(super) mod embed;
pub(super) mod feed;
pub(super) mod home;
pub(super) mod how;
pub(super) mod inbox;
pub(super) mod lost;
pub(super) mod names;
pub(super) mod open_data;
pub(super) mod pack;
pub(super) mod petition;
pub(super) mod receipt;
pub(super) mod record;
pub(super) mod remove;
pub(super) mod robots;
pub(super) mod unsubscribe;
mod words;
