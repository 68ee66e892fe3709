//! Floor 0: RFC 6962 Merkle trees and the C2SP formats.
//!
//! In scope: hashing, proofs and their making, tiles, entry bundles, signed notes,
//! checkpoints, cosignatures, trust policies and tlog-proofs, as pure functions over
//! bytes. Out of scope: transport, storage, clocks, randomness, and petitions.

pub mod bundle;
pub mod checkpoint;
pub mod cosignature;
pub mod ed25519;
pub mod frontier;
pub mod hash;
pub mod note;
pub mod policy;
pub mod proof;
pub mod size;
mod text;
pub mod tile;
pub mod tlog_proof;
pub mod witness;
