//! Keys and tokens of forged instances, the same in every run.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{KeyPair as _, RSA_PSS_SHA384, RsaKeyPair};
use undersigned::protocol::commitment::{Disclosure, DisclosureFields};
use undersigned::protocol::ids::PetitionId;
use undersigned::protocol::leaf::PetitionSignature;
use undersigned::protocol::manifest::Manifest;
use undersigned::protocol::signer::{SignerSecret, Signing};
use undersigned::protocol::token::{NK, TokenKey};

/// A token key made for these tests alone: PKCS #1 DER, hexadecimal.
static TOKEN_KEY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let text: String = include_str!("token-key.hex").split_whitespace().collect();
    hex::decode(text).expect("hexadecimal")
});
static PAIR: LazyLock<RsaKeyPair> =
    LazyLock::new(|| RsaKeyPair::from_der(&TOKEN_KEY).expect("an RSA key"));
static RAW: LazyLock<rsa::PrivateKey> = LazyLock::new(|| {
    use rsa::pkcs1::DecodeRsaPrivateKey as _;
    rsa::PrivateKey::from_pkcs1_der(&TOKEN_KEY).expect("an RSA key")
});
/// Tokens cost milliseconds, and every test wants the same ones.
static SIGNATURES: LazyLock<Mutex<HashMap<(PetitionId, u32), PetitionSignature>>> =
    LazyLock::new(Mutex::default);

/// 32 bytes that follow from a label.
pub(crate) fn seed(label: &str) -> [u8; 32] {
    *blake3::hash(label.as_bytes()).as_bytes()
}

/// The public half of the token key, as manifests hold it.
pub(crate) fn token_key() -> Vec<u8> {
    let n = PAIR
        .public_key()
        .modulus()
        .big_endian_without_leading_zero();
    let n: &[u8; NK] = n.try_into().expect("2048 bits");
    TokenKey::from_modulus(n).expect("a modulus").der().to_vec()
}

/// A token over any key and commitment: what a registrar could sign for itself.
pub(crate) fn token(manifest: &Manifest, pk: &[u8; 32], commitment: &[u8; 32]) -> [u8; NK] {
    let mut signature = [0; NK];
    let input = manifest.token().input(pk, commitment);
    PAIR.sign(
        &RSA_PSS_SHA384,
        &SystemRandom::new(),
        &input,
        &mut signature,
    )
    .expect("signs");
    signature
}

/// The secret of signer `n`.
pub(crate) fn secret(n: u32) -> SignerSecret {
    SignerSecret(seed(&format!("signer {n}")))
}

/// The signature of signer `n`, made as a client makes it: blinded, signed, unblinded.
pub(crate) fn signature(manifest: &Manifest, n: u32) -> PetitionSignature {
    let mut known = SIGNATURES.lock().expect("no holder panics");
    known
        .entry((manifest.id(), n))
        .or_insert_with(|| sign(manifest, n))
        .clone()
}

fn sign(manifest: &Manifest, n: u32) -> PetitionSignature {
    let fields = DisclosureFields {
        comment: Some(format!("comment {n}")),
        ..DisclosureFields::default()
    };
    let disclosure = Disclosure::new(&fields).expect("a short comment");
    let context = manifest.token();
    let signing =
        Signing::new(&secret(n), manifest.id(), context, &disclosure).expect("can be blinded");
    let blinded = rsa::BoxedUint::from_be_slice(signing.blinded_message(), 2048).expect("fits");
    let signed = rsa::hazmat::rsa_decrypt_and_check::<NoRandomness>(&*RAW, None, &blinded)
        .expect("below the modulus");
    let bytes = signed.to_be_bytes();
    let mut blind = [0; NK];
    blind[NK - bytes.len()..].copy_from_slice(&bytes);
    signing.finish(context, &blind).expect("a token")
}

/// Says which randomness base blinding would use. There is none to hide anything with:
/// this key is public.
struct NoRandomness;

impl rsa::rand_core::TryRng for NoRandomness {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        unreachable!("no base blinding")
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        unreachable!("no base blinding")
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        unreachable!("no base blinding")
    }
}

impl rsa::rand_core::TryCryptoRng for NoRandomness {}
