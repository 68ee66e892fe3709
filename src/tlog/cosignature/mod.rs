//! Cosignatures (C2SP tlog-cosignature): a time and a signature over a checkpoint, by a
//! witness, or by the log itself.

mod message;
mod signer;
mod verify;

pub use signer::{Ed25519Cosigner, MlDsaCosigner};

pub(super) use verify::{verify_ed25519, verify_ml_dsa};

/// Most bytes of a cosigner's name ("ML-DSA-44 signed message": `opaque
/// cosigner_name<1..2^8-1>`).
pub const NAME_MAX: usize = 255;
