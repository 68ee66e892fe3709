//! Challenges, and blind signatures that do not fit.

use super::flipped;
use crate::file::{Case, Vector};
use crate::folder;
use crate::world::{rsa, seed};

fn challenges() -> Vec<Case> {
    let key = rsa::token_key();
    let reject = |name, about, registrar: &str, ledger: &str| {
        Case::reject(
            "challenge",
            name,
            about,
            "an issuer or origin name has 1 to 65535 bytes",
        )
        .hex("token-key", key.der())
        .hex("petition", seed(1))
        .field("registrar", registrar)
        .field("ledger", ledger)
    };
    vec![
        reject(
            "no-origin",
            "RFC 9577 allows a challenge without origin; a petition has a ledger.",
            "issuer.example",
            "",
        ),
        reject("no-issuer", "An issuer has a name.", "", "origin.example"),
        reject(
            "issuer-long",
            "Its length has 16 bits.",
            &"i".repeat(65_536),
            "origin.example",
        ),
    ]
}

/// RFC 9578's first vector, with one thing wrong in the registrar's answer.
fn issuance() -> Vec<Case> {
    let path = folder().join("token-issuance/accept-rfc9578-1.txt");
    let published = Vector::parse(
        "rfc9578",
        &std::fs::read(path).expect("the published vector"),
    );
    let key = rsa::token_key();
    let reject = |name, about, reason, answer: &[u8]| {
        let case = Case::reject("token-issuance", name, about, reason);
        let copied = ["token-key", "token-input", "salt", "blind"];
        copied
            .into_iter()
            .fold(case, |case, key| case.field(key, published.get(key)))
            .hex("blind-signature", answer)
    };
    let answer = published.hex("blind-signature");
    let bad = "the authenticator does not verify under the petition's token key";
    let range = "the blind signature is out of range";
    let other = Vector::parse(
        "rfc9578",
        &std::fs::read(folder().join("token-issuance/accept-rfc9578-2.txt")).expect("another"),
    );
    vec![
        reject(
            "answer-changed",
            "One bit of the answer.",
            bad,
            &flipped(&answer, 255),
        ),
        reject(
            "answer-to-another",
            "The answer to another request.",
            bad,
            &other.hex("blind-signature"),
        ),
        reject("answer-zero", "Zero signs nothing.", bad, &[0; 256]),
        reject(
            "answer-is-modulus",
            "An answer is below the modulus.",
            range,
            key.modulus(),
        ),
        reject(
            "answer-above-modulus",
            "An answer is below the modulus.",
            range,
            &[0xff; 256],
        ),
        reject(
            "blinded-returned",
            "The request is not its own answer.",
            bad,
            &published.hex("blinded"),
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    [challenges(), issuance()].into_iter().flatten().collect()
}
