//! Petitions whose count anyone can check and whose signers nobody can see.
//!
//! The specification is in `spec/`; `spec/architecture.md` says which floor a
//! module stands on. Imports point downwards only.

pub mod protocol;
pub mod tlog;

#[cfg(feature = "service")]
pub mod api;
#[cfg(feature = "service")]
pub mod cli;
#[cfg(feature = "service")]
pub mod client;
#[cfg(feature = "service")]
pub mod clock;
#[cfg(feature = "service")]
pub mod config;
#[cfg(feature = "service")]
pub mod instance;
#[cfg(feature = "service")]
pub mod keys;
#[cfg(feature = "service")]
pub mod ledger;
#[cfg(feature = "service")]
pub mod store;
