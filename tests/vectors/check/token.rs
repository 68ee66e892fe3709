//! Tokens, blinding, tags, and what a signer derives.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U4096};
use undersigned::protocol::blind::{BLIND_LEN, blind, pss_encode};
use undersigned::protocol::commitment::Disclosure;
use undersigned::protocol::ids::PetitionId;
use undersigned::protocol::leaf::PetitionSignature;
use undersigned::protocol::manifest::Manifest;
use undersigned::protocol::signer::{SignerSecret, Signing};
use undersigned::protocol::tag::{IdentityKey, TagKey, verify_tag};
use undersigned::protocol::token::{NK, TokenContext, TokenKey};

use super::text;
use crate::file::{Facts, Vector};
use crate::world::rsa::blinding_factor;

fn token_key(vector: &Vector) -> Result<TokenKey, String> {
    TokenKey::parse(&vector.hex("token-key")).map_err(text)
}

fn context(vector: &Vector) -> Result<TokenContext, String> {
    let petition = PetitionId(vector.array("petition"));
    let (registrar, ledger) = (vector.get("registrar"), vector.get("ledger"));
    TokenContext::new(petition, registrar, ledger, token_key(vector)?).map_err(text)
}

pub(super) fn challenge(vector: &Vector) -> Result<Facts, String> {
    let input = context(vector)?.input(&[0; 32], &[0; 32]);
    let digest = hex::encode(&input[34..66]);
    Ok(vec![
        ("challenge-digest", digest),
        ("token-key-id", hex::encode(&input[66..])),
    ])
}

pub(super) fn token(vector: &Vector) -> Result<Facts, String> {
    let context = context(vector)?;
    let leaf = PetitionSignature::parse(&vector.hex("leaf")).map_err(text)?;
    context.verify(&leaf).map_err(text)?;
    Ok(vec![(
        "token-input",
        hex::encode(context.input(&leaf.pk, &leaf.commitment)),
    )])
}

pub(super) fn issuance(vector: &Vector) -> Result<Facts, String> {
    let key = token_key(vector)?;
    let input = vector.hex("token-input");
    let mut factor = [0; BLIND_LEN];
    factor[BLIND_LEN - NK..].copy_from_slice(&vector.array::<NK>("blind"));
    let em = pss_encode(&input, &vector.array("salt"));
    let blinded = blind(&key, &em, &factor).map_err(text)?;
    let answer = vector.array("blind-signature");
    let authenticator = blinded.finish(&key, &input, &answer).map_err(text)?;
    let blinded = hex::encode(blinded.message);
    Ok(vec![
        ("blinded", blinded),
        ("authenticator", hex::encode(authenticator)),
    ])
}

/// The vectors of RFC 9474 have 4096-bit keys; `src/protocol/blind.rs` runs its own
/// arithmetic over these files. Here they are checked for what they say of themselves:
/// the signature is the blind one times the inverse, and its power is the blinded
/// message's message.
pub(super) fn blind_rsa(vector: &Vector) -> Result<Facts, String> {
    let number = |key: &str| U4096::from_be_hex(vector.get(key));
    let modulus = Odd::new(number("modulus"))
        .into_option()
        .ok_or("an even modulus")?;
    let params = FixedMontyParams::new_vartime(modulus);
    let form = |key: &str| FixedMontyForm::new(&number(key), &params);
    let signature = form("blind-signature") * form("inverse");
    let power = |form: FixedMontyForm<{ U4096::LIMBS }>| form.pow_vartime(&U4096::from_u32(65_537));
    if power(form("blind-signature")) != form("blinded") {
        return Err("the blind signature is not of the blinded message".to_owned());
    }
    if power(signature) * power(form("inverse")).invert().expect("invertible") != form("blinded") {
        return Err("the inverse is not of the blinding factor".to_owned());
    }
    let bytes = signature.retrieve().to_be_bytes();
    Ok(vec![("signature", hex::encode(bytes.as_ref() as &[u8]))])
}

pub(super) fn vrf(vector: &Vector) -> Result<Facts, String> {
    let secret = vrf_r255::SecretKey::from_bytes(vector.array("secret-key"));
    let secret = secret.into_option().ok_or("not a scalar")?;
    let public = vrf_r255::PublicKey::from(secret);
    let alpha = vector.hex("alpha");
    let proof = secret.prove(&alpha);
    let beta = public
        .verify(&alpha, &proof)
        .into_option()
        .ok_or("does not verify")?;
    let key = hex::encode(public.to_bytes());
    let proof = hex::encode(proof.to_bytes());
    Ok(vec![
        ("public-key", key),
        ("proof", proof),
        ("beta", hex::encode(beta)),
    ])
}

pub(super) fn tag(vector: &Vector) -> Result<Facts, String> {
    let petition = PetitionId(vector.array("petition"));
    let identity_key = IdentityKey(vector.array("identity-key"));
    let u = identity_key.blind_identity(petition, vector.get("identity"));
    let proof = vector.array("proof");
    let tag = verify_tag(&vector.array("tag-key"), &u, &proof).map_err(text)?;
    let own = TagKey::from_seed(vector.array("tag-seed")).map_err(text)?;
    assert_eq!(
        own.tag(&u),
        (tag, proof),
        "the seed gives this tag and proof"
    );
    let commitment = hex::encode(identity_key.commitment());
    Ok(vec![
        ("identity-key-commitment", commitment),
        ("blinded-identity", hex::encode(u)),
        ("tag", hex::encode(tag)),
    ])
}

pub(super) fn signer(vector: &Vector) -> Result<Facts, String> {
    let manifest = Manifest::parse(&vector.body).map_err(text)?;
    let secret = SignerSecret(vector.array("secret"));
    let disclosure = Disclosure::parse(vector.get("disclosure").as_bytes()).map_err(text)?;
    let signing = Signing::new(&secret, manifest.id(), manifest.token(), &disclosure);
    let signing = signing.map_err(text)?;
    let answer = vector.array("blind-signature");
    let leaf = signing.finish(manifest.token(), &answer).map_err(text)?;
    let blinded = signing.blinded_message();
    Ok(vec![
        ("pk", hex::encode(leaf.pk)),
        ("salt", hex::encode(signing.salt())),
        ("commitment", hex::encode(leaf.commitment)),
        ("blinded", hex::encode(blinded)),
        ("authenticator", hex::encode(leaf.authenticator)),
        (
            "blinding-factor",
            hex::encode(blinding_factor(blinded, &leaf.authenticator)),
        ),
    ])
}
