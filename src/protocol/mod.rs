//! Floor 1: the petition protocol, pure functions over bytes.
//!
//! Leaves, petitions, tokens, tags, receipts, statements, attestations and the
//! rules of replay. No I/O, no clock, no randomness: callers pass them in.

pub mod attestation;
pub mod blind;
pub mod commitment;
pub mod domain;
pub mod encoding;
pub mod erased;
pub mod evidence;
pub mod ids;
pub mod inclusion;
pub mod leaf;
pub mod list;
pub mod manifest;
mod manifest_rules;
pub mod promise;
pub mod receipt;
pub mod replay;
pub mod sample;
pub mod saying;
pub mod signer;
pub mod statement;
pub mod tag;
pub mod tally;
pub mod token;
pub mod withdrawal;
