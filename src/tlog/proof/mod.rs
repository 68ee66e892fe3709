//! Inclusion and consistency proofs (RFC 6962, sections 2.1.1 and 2.1.2): checking
//! them, and making them from the hashes of complete subtrees.

mod build;
mod node;
mod verify;

pub use build::{BuildError, HashReader, consistency_proof, inclusion_proof, root};
pub use node::{Node, complete_nodes};
pub use verify::{ProofError, verify_consistency, verify_inclusion};
