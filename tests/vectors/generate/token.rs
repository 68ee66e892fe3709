//! Tokens and their keys.

use undersigned::protocol::ids::PetitionId;
use undersigned::protocol::leaf::PetitionSignature;
use undersigned::protocol::manifest::Manifest;

use crate::file::Case;
use crate::world::petition::signature;
use crate::world::{Shape, rsa, seed, terms};

pub(super) fn manifest() -> Manifest {
    Manifest::new(&terms(Shape::Single)).expect("a manifest")
}

pub(super) fn cases() -> Vec<Case> {
    let manifest = manifest();
    let leaf = signature(&manifest, 0);
    let input = manifest.token().input(&leaf.pk, &leaf.commitment);
    let host = Shape::Single.ledger();
    let key = rsa::token_key();
    let with = |case: Case,
                petition: PetitionId,
                [registrar, ledger]: [&str; 2],
                key: &[u8],
                leaf: &[u8]| {
        case.hex("petition", petition.0)
            .field("registrar", registrar)
            .field("ledger", ledger)
            .hex("token-key", key)
            .hex("leaf", leaf)
    };
    let bad = "the authenticator does not verify under the petition's token key";
    let reject = |name, about, petition, hosts, leaf: &PetitionSignature| {
        with(
            Case::reject("token", name, about, bad),
            petition,
            hosts,
            key.der(),
            &leaf.to_bytes(),
        )
    };
    let own = [host, host];
    let id = manifest.id();
    let change = |change: &dyn Fn(&mut PetitionSignature)| {
        let mut leaf = leaf.clone();
        change(&mut leaf);
        leaf
    };
    let mut cases = vec![
        with(
            Case::accept("token", "verifies", "Recomputed from manifest and leaf."),
            id,
            own,
            key.der(),
            &leaf.to_bytes(),
        )
        .hex("token-input", input),
        reject(
            "other-petition",
            "The petition is in the challenge and in the nonce.",
            PetitionId(seed(1)),
            own,
            &leaf,
        ),
        reject(
            "other-registrar",
            "The registrar is in the challenge.",
            id,
            ["other.example.org", host],
            &leaf,
        ),
        reject(
            "other-ledger",
            "The ledger is in the challenge.",
            id,
            [host, "other.example.org"],
            &leaf,
        ),
        reject(
            "other-key",
            "The signer's key is in the nonce.",
            id,
            own,
            &change(&|l| l.pk = seed(1)),
        ),
        reject(
            "other-commitment",
            "The commitment is in the nonce.",
            id,
            own,
            &change(&|l| l.commitment = seed(1)),
        ),
        reject(
            "authenticator-changed",
            "One bit of the authenticator.",
            id,
            own,
            &change(&|l| l.authenticator[255] ^= 1),
        ),
        reject(
            "authenticator-of-another",
            "Somebody else's token.",
            id,
            own,
            &change(&|l| l.authenticator = signature(&manifest, 2).authenticator),
        ),
        reject(
            "authenticator-above-modulus",
            "Not a number below the modulus.",
            id,
            own,
            &change(&|l| l.authenticator = [0xff; 256]),
        ),
    ];
    let der = key.der();
    let bad_key = "not an RFC 9578 token key (2048 bit, RSASSA-PSS SHA-384, salt 48, e = 65537)";
    let at = der.len() - 261;
    let mut keys: Vec<(&str, &str, Vec<u8>)> = vec![
        (
            "key-cut",
            "One DER encoding.",
            der[..der.len() - 1].to_vec(),
        ),
        ("key-long", "One DER encoding.", [der, &[0]].concat()),
        ("key-salt-32", "The salt has 48 bytes.", {
            let mut d = der.to_vec();
            let i = d
                .windows(5)
                .position(|w| w == [0xa2, 3, 2, 1, 0x30])
                .expect("salt length");
            d[i + 4] = 0x20;
            d
        }),
        ("key-exponent-3", "e = 65537.", {
            let mut d = der.to_vec();
            *d.last_mut().expect("bytes") = 3;
            d
        }),
        ("key-2047-bit", "The modulus has 2048 bits.", {
            let mut d = der.to_vec();
            d[at] &= 0x7f;
            d
        }),
        ("key-even", "A modulus is odd.", {
            let mut d = der.to_vec();
            d[at + 255] &= 0xfe;
            d
        }),
    ];
    keys.push(("key-empty", "Nothing.", Vec::new()));
    for (name, about, der) in keys {
        cases.push(with(
            Case::reject("token", name, about, bad_key),
            id,
            own,
            &der,
            &leaf.to_bytes(),
        ));
    }
    cases
}
