//! Verifying cosignatures: each function gives the time that a `timestamped_signature`
//! states over the checkpoint that `text` is, if all is as it should be.

use ed25519_dalek::{Signature as Ed25519Signature, VerifyingKey as Ed25519Key};
use ml_dsa::{MlDsa44, Signature as MlDsaSignature, Verifier as _, VerifyingKey as MlDsaKey};

use super::message;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::KeyName;
use crate::tlog::text::LIMIT;

/// Time and signature of a `timestamped_signature` ("Format").
fn split(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (time, signature) = bytes.split_first_chunk::<8>()?;
    let time = u64::from_be_bytes(*time);
    // "It MUST NOT exceed 2^63 - 1."
    (time < LIMIT).then_some((time, signature))
}

/// By an Ed25519 key (0x04).
pub(in crate::tlog) fn verify_ed25519(
    key: &Ed25519Key,
    text: &str,
    signature: &[u8],
) -> Option<u64> {
    let (time, signature) = split(signature)?;
    let signature = Ed25519Signature::from_bytes(signature.try_into().ok()?);
    let message = message::ed25519(&Checkpoint::parse(text).ok()?, "", time);
    key.verify_strict(message.as_bytes(), &signature).ok()?;
    Some(time)
}

/// By an ML-DSA-44 key (0x06) with this name.
pub(in crate::tlog) fn verify_ml_dsa(
    key: &MlDsaKey<MlDsa44>,
    name: &KeyName,
    text: &str,
    signature: &[u8],
) -> Option<u64> {
    let (time, signature) = split(signature)?;
    let signature = MlDsaSignature::<MlDsa44>::try_from(signature).ok()?;
    let message = message::ml_dsa(name.as_str(), &Checkpoint::parse(text).ok()?, time);
    key.verify(&message, &signature).ok()?;
    Some(time)
}
