//! Ledger, publication and proofs, in one process and without HTTP.

#[path = "../support/mod.rs"]
mod support;

mod failures;
mod publication;
mod signatures;
mod tags;
