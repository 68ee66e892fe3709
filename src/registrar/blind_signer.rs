//! The blind-signing operation: RSA on numbers that strangers choose.
//!
//! Why this is safe (`spec/token.md`, "The private operation"): `rsa` 0.10 computes
//! with `crypto-bigint` in constant time (RUSTSEC-2023-0071 is about the variable-time
//! arithmetic before it), the input is blinded with fresh randomness before the
//! private exponent touches it, and the result is checked with the public key before
//! it leaves, so that a fault in the CRT cannot give the key away.

use std::sync::Arc;

use rsa::hazmat::rsa_decrypt_and_check;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, PrivateKey as RsaPrivateKey};
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
        Self {
            clock,
            slots: Arc::new(Semaphore::new(cores)),
        }
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
        let slot = self
            .slots
            .clone()
            .acquire_owned()
            .await
            .expect("never closed");
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
    let signed = private_operation(&petition.registrar.token, blinded, clock)?;
    signed.try_into().map_err(|_| RegistrarError::Signing)
}

/// `message^d mod n`, as long as the modulus. The key brings its CRT exponents along;
/// nothing of it is copied or computed anew.
fn private_operation(
    key: &RsaPrivateKey,
    message: &[u8],
    clock: &dyn Clock,
) -> Result<Vec<u8>, RegistrarError> {
    let bits = key.n().bits_precision();
    let message =
        BoxedUint::from_be_slice(message, bits).map_err(|_| RegistrarError::BlindedMessage)?;
    let signed = rsa_decrypt_and_check(key, Some(&mut OsRandom(clock)), &message)
        .map_err(|_| RegistrarError::Signing)?;
    Ok(signed.to_be_bytes().into_vec())
}

#[cfg(test)]
mod tests {
    use rsa::traits::PrivateKeyParts as _;

    use super::*;
    use crate::clock::ManualClock;

    /// RFC 9474, appendix A: the key of all four vectors, as its factors.
    const P: &str = "\
         e1f4d7a34802e27c7392a3cea32a262a34dc3691bd87f3f310dc75673488930559c120fd0410194fb8a0da55\
         bd0b81227e843fdca6692ae80e5a5d414116d4803fca7d8c30eaaae57e44a1816ebb5c5b0606c536246c7f11\
         985d731684150b63c9a3ad9e41b04c0b5b27cb188a692c84696b742a80d3cd00ab891f2457443dadfeba6d6d\
         af108602be26d7071803c67105a5426838e6889d77e8474b29244cefaf418e381b312048b457d73419213063\
         c60ee7b0d81820165864fef93523c9635c22210956e53a8d96322493ffc58d845368e2416e078e5bcb5d2fd6\
         8ae6acfa54f9627c42e84a9d3f2774017e32ebca06308a12ecc290c7cd1156dcccfb2311";
    const Q: &str = "\
         c601a9caea66dc3835827b539db9df6f6f5ae77244692780cd334a006ab353c806426b60718c05245650821d\
         39445d3ab591ed10a7339f15d83fe13f6a3dfb20b9452c6a9b42eaa62a68c970df3cadb2139f804ad8223d56\
         108dfde30ba7d367e9b0a7a80c4fdba2fd9dde6661fc73fc2947569d2029f2870fc02d8325acf28c9afa19ec\
         f962daa7916e21afad09eb62fe9f1cf91b77dc879b7974b490d3ebd2e95426057f35d0a3c9f45f79ac727ab8\
         1a519a8b9285932d9b2e5ccd347e59f3f32ad9ca359115e7da008ab7406707bd0e8e185a5ed8758b5ba266e8\
         828f8d863ae133846304a2936ad7bc7c9803879d2fc4a28e69291d73dbd799f8bc238385";

    fn number(hex: &str) -> BoxedUint {
        let bytes = hex::decode(hex).expect("hexadecimal");
        let bits = u32::try_from(bytes.len() * 8).expect("small");
        BoxedUint::from_be_slice(&bytes, bits).expect("fits")
    }

    fn field<'a>(vector: &'a str, name: &str) -> &'a str {
        let prefix = format!("{name}: ");
        let line = vector.lines().find_map(|line| line.strip_prefix(&prefix));
        line.expect("the vector has this field")
    }

    #[test]
    fn it_signs_as_rfc_9474_does() {
        let key = RsaPrivateKey::from_p_q(number(P), number(Q), 65_537_u64.into()).expect("a key");
        assert!(key.dp().is_some() && key.qinv().is_some(), "prepared once");
        let clock = ManualClock::new(0, 1);
        let vectors = [
            include_str!(
                "../../spec/vectors/blind-rsa/accept-rsabssa-sha384-pss-deterministic.txt"
            ),
            include_str!("../../spec/vectors/blind-rsa/accept-rsabssa-sha384-pss-randomized.txt"),
        ];
        for vector in vectors {
            let blinded = hex::decode(field(vector, "blinded")).expect("hexadecimal");
            let signed = private_operation(&key, &blinded, &clock).expect("signs");
            assert_eq!(hex::encode(signed), field(vector, "blind-signature"));
        }
    }

    #[test]
    fn a_number_that_is_not_below_the_modulus_is_refused() {
        let key = RsaPrivateKey::from_p_q(number(P), number(Q), 65_537_u64.into()).expect("a key");
        let clock = ManualClock::new(0, 1);
        let n = key.n().to_be_bytes().into_vec();
        assert!(private_operation(&key, &n, &clock).is_err());
        assert!(private_operation(&key, &vec![0xff; n.len()], &clock).is_err());
        assert!(private_operation(&key, &vec![0xff; n.len() + 1], &clock).is_err());
    }
}
