//! Keys and tokens of forged instances, the same in every run.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use undersigned::protocol::blind::{SALT_LEN, pss_encode};
use undersigned::protocol::commitment::{Disclosure, DisclosureFields};
use undersigned::protocol::ids::PetitionId;
use undersigned::protocol::leaf::PetitionSignature;
use undersigned::protocol::manifest::Manifest;
use undersigned::protocol::signer::{SignerSecret, Signing};
use undersigned::protocol::token::NK;

// Other tests need its blinding factors.
#[allow(dead_code)]
#[path = "../../world/rsa.rs"]
mod rsa;

/// Tokens cost milliseconds, and every test wants the same ones.
static SIGNATURES: LazyLock<Mutex<HashMap<(PetitionId, u32), PetitionSignature>>> =
    LazyLock::new(Mutex::default);

/// 32 bytes that follow from a label.
pub(crate) fn seed(label: &str) -> [u8; 32] {
    *blake3::hash(label.as_bytes()).as_bytes()
}

/// The public half of the token key, as manifests hold it.
pub(crate) fn token_key() -> Vec<u8> {
    rsa::token_key().der().to_vec()
}

/// A token over any key and commitment: what a registrar could sign for itself.
pub(crate) fn token(manifest: &Manifest, pk: &[u8; 32], commitment: &[u8; 32]) -> [u8; NK] {
    let input = manifest.token().input(pk, commitment);
    rsa::blind_sign(&pss_encode(&input, &[5; SALT_LEN]))
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
    let answer = rsa::blind_sign(signing.blinded_message());
    signing.finish(context, &answer).expect("a token")
}
