//! Asking witnesses for cosignatures (C2SP tlog-witness, "add-checkpoint").
//!
//! Nothing here trusts a witness: what it answers is checked with its key over the very
//! checkpoint that was offered, and what it does wrong costs it a rest, and nobody else
//! any time.

mod error;
mod offer;
mod rest;
mod submit;

pub use error::WitnessError;
pub use offer::{Offer, Offered, Witnesses};
pub use submit::{Cosigned, ProofSource, WitnessClient};
