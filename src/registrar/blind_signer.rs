//! The blind-signing operation: RSA on numbers that strangers choose.
//!
//! Why this is safe (`spec/token.md`, "The private operation"): `rsa` 0.10 computes
//! with `crypto-bigint` in constant time (RUSTSEC-2023-0071 is about the variable-time
//! arithmetic before it), the input is blinded with fresh randomness before the
//! private exponent touches it, and the result is checked with the public key before
//! it leaves, so that a fault in the CRT cannot give the key away.

use std::sync::Arc;

use rsa::BoxedUint;
use rsa::hazmat::rsa_decrypt_and_check;
use tokio::sync::Semaphore;

use super::RegistrarError;
use crate::clock::Clock;
use crate::instance::Petition;
use crate::keys::OsRandom;
use crate::protocol::token::NK;

/// Runs private operations on as many threads as there are cores, so that a crowd
/// waits in a queue and not in the scheduler.
pub(super) struct BlindSigner {
    clock: Arc<dyn Clock>,
    slots: Arc<Semaphore>,
}

impl BlindSigner {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { clock, slots: Arc::new(Semaphore::new(cores)) }
    }

    /// Whether `blinded` is a number below the modulus. Checked before anything is
    /// written, so that a malformed message leaves nothing half done.
    pub(super) fn check(petition: &Petition, blinded: &[u8; NK]) -> Result<(), RegistrarError> {
        // Equal lengths, big-endian: bytes compare as numbers do.
        if blinded < petition.registrar.token_public.modulus() {
            Ok(())
        } else {
            Err(RegistrarError::BlindedMessage)
        }
    }

    /// `blinded^d mod n`. Deterministic: the same message gets the same answer.
    pub(super) async fn sign(
        &self,
        petition: Arc<Petition>,
        blinded: [u8; NK],
    ) -> Result<[u8; NK], RegistrarError> {
        let slot = self.slots.clone().acquire_owned().await.expect("never closed");
        let clock = self.clock.clone();
        let signed = tokio::task::spawn_blocking(move || {
            let signed = raw_sign(&petition, &blinded, &*clock);
            drop(slot);
            signed
        });
        signed.await.map_err(|_| RegistrarError::Signing)?
    }
}

fn raw_sign(
    petition: &Petition,
    blinded: &[u8; NK],
    clock: &dyn Clock,
) -> Result<[u8; NK], RegistrarError> {
    let message =
        BoxedUint::from_be_slice(blinded, 2048).map_err(|_| RegistrarError::BlindedMessage)?;
    let signed =
        rsa_decrypt_and_check(&petition.registrar.token, Some(&mut OsRandom(clock)), &message)
            .map_err(|_| RegistrarError::Signing)?;
    let bytes = signed.to_be_bytes();
    let mut out = [0; NK];
    let start = NK.checked_sub(bytes.len()).ok_or(RegistrarError::Signing)?;
    out[start..].copy_from_slice(&bytes);
    Ok(out)
}
