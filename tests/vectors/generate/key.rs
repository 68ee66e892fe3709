//! Verifier keys and signer keys.

use undersigned::protocol::encoding::to_base64;
use undersigned::tlog::cosignature::{Ed25519Cosigner, MlDsaCosigner};
use undersigned::tlog::note::VerifierKey;

use super::note::signer;
use super::replaced;
use crate::file::Case;
use crate::world::seed;

/// The same base64 with a bit set that decodes to nothing.
pub(super) fn stray_bits(base64: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = base64.as_bytes().to_vec();
    let last = bytes.iter().rposition(|b| *b != b'=').expect("not empty");
    let value = ALPHABET
        .iter()
        .position(|b| *b == bytes[last])
        .expect("in the alphabet");
    bytes[last] = ALPHABET[value | 1];
    String::from_utf8(bytes).expect("ASCII")
}

/// A vkey text of any bytes, its id computed from `id_of`.
fn raw_vkey(name: &str, kind: u8, key: &[u8]) -> String {
    use sha2::Digest as _;
    let bytes = [&[kind], key].concat();
    let hash = sha2::Sha256::digest([name.as_bytes(), b"\n", &bytes].concat());
    format!("{name}+{}+{}", hex::encode(&hash[..4]), to_base64(bytes))
}

fn vkeys() -> Vec<Case> {
    let ed25519 = signer("a.example", 1).vkey();
    let key = ed25519.public_key();
    let cosigner = Ed25519Cosigner::new("a.example", &seed(1))
        .expect("a name")
        .vkey();
    let ml_dsa = MlDsaCosigner::new("a.example", &seed(1))
        .expect("a name")
        .vkey();
    let accept = |name, about, key: &VerifierKey, kind| {
        Case::accept("vkey", name, about)
            .field("vkey", key)
            .field("name", key.name())
            .field("id", key.id())
            .field("type", kind)
    };
    let reject = |name, about, reason, vkey: String| {
        Case::reject("vkey", name, about, reason).field("vkey", vkey)
    };
    let text = ed25519.to_string();
    let id = ed25519.id().to_string();
    let shape = "a key is written as name+id+base64";
    let name = "a key name is not empty and has no spaces, plus signs or control characters";
    let point = "not an Ed25519 public key of large order";
    let other = [0xf0]
        .into_iter()
        .chain([0xff; 30])
        .chain([0x7f])
        .collect::<Vec<u8>>();
    let identity = [1].into_iter().chain([0; 31]).collect::<Vec<u8>>();
    vec![
        accept("ed25519", "A note key.", &ed25519, "0x01"),
        accept(
            "ed25519-cosignature",
            "The same key as a cosigner has another id.",
            &cosigner,
            "0x04",
        ),
        accept("ml-dsa-44", "An ML-DSA-44 cosigner.", &ml_dsa, "0x06"),
        reject(
            "id-of-another",
            "The id belongs to another type.",
            "the key's id is",
            replaced(&text, &id, &cosigner.id().to_string()),
        ),
        reject(
            "id-upper-case",
            "The id is lower-case hexadecimal.",
            shape,
            replaced(&text, &id, &id.to_uppercase()),
        ),
        reject(
            "id-short",
            "The id has eight digits.",
            shape,
            replaced(&text, &id, &id[..6]),
        ),
        reject(
            "two-parts",
            "The key is missing.",
            shape,
            format!("a.example+{id}"),
        ),
        reject(
            "empty-key",
            "Not even a type.",
            shape,
            format!("a.example+{id}+"),
        ),
        reject(
            "base64-unpadded",
            "Base64 is padded where it needs to be.",
            shape,
            ml_dsa.to_string().trim_end_matches('=').to_owned(),
        ),
        reject(
            "empty-name",
            "Names are not empty.",
            name,
            raw_vkey("", 1, key),
        ),
        reject(
            "space-in-name",
            "Names have no spaces.",
            name,
            raw_vkey("a example", 1, key),
        ),
        reject(
            "ecdsa",
            "A type that is not supported.",
            "key type 0x02 is not supported",
            raw_vkey("a.example", 2, key),
        ),
        reject(
            "type-ff",
            "A type that is not assigned.",
            "key type 0xff is not supported",
            raw_vkey("a.example", 0xff, key),
        ),
        reject(
            "key-short",
            "An Ed25519 key has 32 bytes.",
            "a key of this type has 32 bytes, got 31",
            raw_vkey("a.example", 1, &key[..31]),
        ),
        reject(
            "key-long",
            "An Ed25519 key has 32 bytes.",
            "a key of this type has 32 bytes, got 33",
            raw_vkey("a.example", 1, &[key, &[0]].concat()),
        ),
        reject(
            "ml-dsa-44-short",
            "An ML-DSA-44 key has 1312 bytes.",
            "a key of this type has 1312 bytes, got 1311",
            raw_vkey("a.example", 6, &ml_dsa.public_key()[..1311]),
        ),
        reject(
            "not-a-point",
            "No point has this y.",
            point,
            raw_vkey("a.example", 1, &[2; 32]),
        ),
        reject(
            "small-order",
            "The identity verifies almost anything.",
            point,
            raw_vkey("a.example", 1, &identity),
        ),
        reject(
            "not-canonical",
            "y = p + 3 is another spelling of y = 3.",
            point,
            raw_vkey("a.example", 4, &other),
        ),
        reject(
            "cosigner-name-long",
            "A cosigned message has room for 255 bytes.",
            "the name of a cosigner has at most 255 bytes, got 256",
            raw_vkey(&"n".repeat(256), 6, ml_dsa.public_key()),
        ),
    ]
}

fn signer_keys() -> Vec<Case> {
    // The example of golang.org/x/mod/sumdb/note.
    let key = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let reject = |name, about, reason, key: String| {
        Case::reject("signer-key", name, about, reason).field("key", key)
    };
    let shape = "a key is written as name+id+base64";
    let seed_bytes = |kind: u8| to_base64([&[kind], &seed(1)[..]].concat());
    let (name, id) = ("a.example", signer("a.example", 1).vkey().id());
    vec![
        Case::accept(
            "signer-key",
            "go-example",
            "The example of Go's note package.",
        )
        .field("key", key)
        .field("vkey", vkey),
        reject(
            "public",
            "A verifier key is no signer key.",
            shape,
            vkey.to_owned(),
        ),
        reject(
            "id-of-another",
            "The id belongs to another name.",
            "the key's id is",
            replaced(key, "PeterNeumann", "EnochRoot"),
        ),
        reject(
            "type-cosigner",
            "The standard text is for note keys.",
            "key type 0x04 is not supported",
            format!("PRIVATE+KEY+{name}+{id}+{}", seed_bytes(4)),
        ),
        reject(
            "seed-short",
            "A seed has 32 bytes.",
            "a key of this type has 32 bytes, got 31",
            format!(
                "PRIVATE+KEY+{name}+{id}+{}",
                to_base64([&[1], &seed(1)[..31]].concat())
            ),
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    [vkeys(), signer_keys()].into_iter().flatten().collect()
}
