//! Floor 1: the petition protocol, pure functions over bytes.
//!
//! Leaves, petitions, tokens, tags, receipts, statements, attestations and the
//! rules of replay. No I/O, no clock, no randomness: callers pass them in.

pub mod domain;
pub mod ids;
pub mod leaf;
