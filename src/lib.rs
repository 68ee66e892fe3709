//! Petitions whose count anyone can check and whose signers nobody can see.
//!
//! The specification is in `spec/`; `spec/architecture.md` says which floor a
//! module stands on. Imports point downwards only.

pub mod protocol;
pub mod tlog;
