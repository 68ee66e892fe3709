//! Ledger, publication and proofs, in one process and without HTTP.

#[path = "../support/mod.rs"]
mod support;

mod publication;
mod signatures;
