//! A drand chain of the tests' own: its key is known here, so that any round can be signed.

use bls12_381::hash_to_curve::{ExpandMsgXmd, HashToCurve};
use bls12_381::{G1Affine, G1Projective, G2Affine, G2Projective, Scalar};
use drand_verify::{G2PubkeyRfc, Pubkey as _};
use sha2_09::{Digest as _, Sha256};
use undersigned::protocol::sample::{Beacon, BeaconCheck, Chain, RoundValue};

const DOMAIN: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

fn secret() -> Scalar {
    Scalar::from(0x5eed_0000_0000_0001)
}

/// A round every 30 seconds since 2025-12-31.
pub(crate) fn chain() -> Chain {
    let key = G2Affine::from(G2Projective::generator() * secret());
    Chain {
        scheme: "bls-unchained-g1-rfc9380".to_owned(),
        public_key: key.to_compressed().to_vec(),
        period: 30,
        genesis: super::OPENS - 86_400,
        group: [0x67; 32],
        id: "tests".to_owned(),
    }
}

/// What the chain says in a round.
pub(crate) fn value(round: u64) -> RoundValue {
    let message = Sha256::digest(&round.to_be_bytes());
    let point: G1Projective =
        HashToCurve::<ExpandMsgXmd<Sha256>>::hash_to_curve(&message[..], DOMAIN);
    let signature = G1Affine::from(point * secret());
    RoundValue {
        round,
        signature: signature.to_compressed().to_vec(),
        previous: Vec::new(),
    }
}

pub(crate) fn beacon(round: u64) -> Beacon {
    Beacon {
        chain: chain(),
        value: value(round),
    }
}

/// The one scheme that the tests need.
pub(crate) struct Bls;

impl BeaconCheck for Bls {
    fn is_signed(&self, chain: &Chain, value: &RoundValue) -> bool {
        let Ok(key) = G2PubkeyRfc::from_variable(&chain.public_key) else {
            return false;
        };
        chain.scheme == "bls-unchained-g1-rfc9380"
            && key
                .verify(value.round, &value.previous, &value.signature)
                .unwrap_or(false)
    }
}
