//! What a signer derives from one secret.

use undersigned::protocol::commitment::Disclosure;
use undersigned::protocol::signer::Signing;

use super::flipped;
use super::token::manifest;
use crate::file::Case;
use crate::world::petition::{disclosure, secret};
use crate::world::rsa;

pub(super) fn cases() -> Vec<Case> {
    let manifest = manifest();
    let with = |case: Case, secret_of: u8, disclosure: &Disclosure, answer: &[u8]| {
        let text = std::str::from_utf8(disclosure.as_bytes()).expect("JSON");
        case.hex("secret", secret(secret_of).0)
            .field("disclosure", text)
            .hex("blind-signature", answer)
            .body(manifest.bytes())
    };
    let signing = |person, disclosure: &Disclosure| {
        Signing::new(&secret(person), manifest.id(), manifest.token(), disclosure)
            .expect("a signing")
    };
    let accept = |name, about, person: u8, disclosure: &Disclosure| {
        let signing = signing(person, disclosure);
        let blinded = signing.blinded_message();
        let answer = rsa::blind_sign(blinded);
        let leaf = signing.finish(manifest.token(), &answer).expect("a leaf");
        with(
            Case::accept("signer", name, about),
            person,
            disclosure,
            &answer,
        )
        .hex("pk", leaf.pk)
        .hex("salt", signing.salt())
        .hex("commitment", leaf.commitment)
        .hex("blinded", blinded)
        .hex("authenticator", leaf.authenticator)
        .hex(
            "blinding-factor",
            rsa::blinding_factor(blinded, &leaf.authenticator),
        )
    };
    let (own, empty) = (
        disclosure(0),
        Disclosure::parse(b"{}").expect("a disclosure"),
    );
    let first = signing(0, &own);
    let answer = rsa::blind_sign(first.blinded_message());
    // A retry that changed the disclosure blinds with another factor; the answer to the
    // first request does not fit it.
    let second = signing(0, &empty);
    assert_eq!(
        signing(0, &own).blinded_message(),
        first.blinded_message(),
        "a retry sends the same bytes"
    );
    let bad = "the authenticator does not verify under the petition's token key";
    let reject = |name, about, reason, person, disclosure: &Disclosure, answer: &[u8]| {
        with(
            Case::reject("signer", name, about, reason),
            person,
            disclosure,
            answer,
        )
    };
    let factor = |signing: &Signing| {
        let answer = rsa::blind_sign(signing.blinded_message());
        let leaf = signing.finish(manifest.token(), &answer).expect("a leaf");
        rsa::blinding_factor(signing.blinded_message(), &leaf.authenticator)
    };
    assert_ne!(
        factor(&first),
        factor(&second),
        "one blinding factor never meets two messages"
    );
    vec![
        accept(
            "first",
            "All that a secret and a disclosure determine.",
            0,
            &own,
        ),
        accept(
            "other-disclosure",
            "The same secret with another disclosure: another message under another blinding factor.",
            0,
            &empty,
        ),
        accept("other-secret", "Another person.", 1, &own),
        reject(
            "answer-to-other-disclosure",
            "The answer to the request with the other disclosure.",
            bad,
            0,
            &empty,
            &answer,
        ),
        reject(
            "answer-to-other-person",
            "The answer to another person's request.",
            bad,
            1,
            &own,
            &answer,
        ),
        reject(
            "answer-changed",
            "One bit of the answer.",
            bad,
            0,
            &own,
            &flipped(&answer, 255),
        ),
        reject(
            "answer-above-modulus",
            "An answer is below the modulus.",
            "the blind signature is out of range",
            0,
            &own,
            &[0xff; 256],
        ),
    ]
}
