//! Manifests whose origins or keys break a rule.

use undersigned::protocol::manifest::Terms;
use undersigned::tlog::cosignature::Ed25519Cosigner;
use undersigned::tlog::note::NoteSigner;

use super::manifest::breaks;
use crate::file::Case;
use crate::world::drawn::{audited_terms, auditor};
use crate::world::{Shape, journal_cosigner, journal_signer, organiser, seed};

/// Terms of an audit with this key and size of the sample.
fn audit(terms: &mut Terms, vkey: &str, sample: u64) {
    let mut audit = audited_terms(Shape::Single).audit.expect("an auditor");
    audit.vkey = Some(vkey.to_owned());
    audit.sample = Some(sample);
    terms.audit = Some(audit);
}

/// Origins and keys.
pub(super) fn cases() -> Vec<Case> {
    let origin = "origin: an origin is host[:port], lower case";
    let weak = |reason: &str| format!("{reason}: is an Ed25519 key of large order");
    let identity = {
        let mut point = [0; 32];
        point[0] = 1;
        point
    };
    let at = |origin: &str| {
        let origin = origin.to_owned();
        move |terms: &mut Terms| terms.ledger.origin = origin
    };
    let elsewhere = "other.example.org";
    let order = "vkeys: an Ed25519 key (0x01), then an ML-DSA-44 key (0x06)";
    let cosigner = Ed25519Cosigner::new("organiser.example.org", &seed(1))
        .expect("a name")
        .vkey();
    let nine: Vec<String> = (0..9)
        .map(|i| {
            NoteSigner::new("organiser.example.org", &seed(40 + i))
                .expect("a name")
                .vkey()
                .to_string()
        })
        .collect();
    let der = "registrar.token_key: not an RFC 9578 token key";
    vec![
        breaks(
            "origin-scheme",
            "An origin has no scheme.",
            origin,
            at("https://petitions.example.org"),
        ),
        breaks(
            "origin-upper-case",
            "Lower case.",
            origin,
            at("Petitions.example.org"),
        ),
        breaks(
            "origin-slash",
            "No path.",
            origin,
            at("petitions.example.org/a"),
        ),
        breaks(
            "origin-port-zero",
            "A port is above zero.",
            origin,
            at("petitions.example.org:0443"),
        ),
        breaks(
            "origin-port-large",
            "And below 65536.",
            origin,
            at("petitions.example.org:65536"),
        ),
        breaks(
            "origin-empty-label",
            "Labels are not empty.",
            origin,
            at("petitions..example.org"),
        ),
        breaks(
            "origin-hyphen",
            "Labels do not begin with a hyphen.",
            origin,
            at("-petitions.example.org"),
        ),
        breaks(
            "origin-long",
            "At most 150 characters of host.",
            origin,
            at(&"abcdefghi.".repeat(16)),
        ),
        breaks(
            "organiser-no-key",
            "At least one key.",
            "organiser.vkeys: 1 to 8 keys",
            |t| t.organiser.vkeys.clear(),
        ),
        breaks(
            "organiser-nine-keys",
            "At most eight.",
            "organiser.vkeys: 1 to 8 keys",
            |t| t.organiser.vkeys = nine,
        ),
        breaks(
            "organiser-key-twice",
            "Each key once.",
            "organiser.vkeys: each key once",
            |t| t.organiser.vkeys = vec![organiser().vkey().to_string(); 2],
        ),
        breaks(
            "organiser-cosigner",
            "An organiser signs notes.",
            "organiser.vkeys: each is an Ed25519 key (0x01)",
            |t| t.organiser.vkeys = vec![cosigner.to_string()],
        ),
        breaks(
            "organiser-bad-key",
            "Keys parse.",
            "organiser.vkeys: each is a verifier key",
            |t| t.organiser.vkeys[0].push('='),
        ),
        breaks("journal-one-key", "Both keys are pinned.", order, |t| {
            t.ledger.vkeys.truncate(1);
        }),
        breaks("journal-keys-swapped", "In this order.", order, |t| {
            t.ledger.vkeys.reverse();
        }),
        breaks(
            "journal-other-name",
            "Named after the origin.",
            "vkeys: named after the origin",
            |t| {
                t.ledger.vkeys = vec![
                    journal_signer(elsewhere).vkey().to_string(),
                    journal_cosigner(elsewhere).vkey().to_string(),
                ];
            },
        ),
        breaks(
            "roll-key-weak",
            "The identity verifies almost anything.",
            &weak("registrar.roll"),
            |t| t.registrar.roll = identity,
        ),
        breaks(
            "strikes-key-weak",
            "The identity verifies almost anything.",
            &weak("registrar.strikes"),
            |t| t.registrar.strikes = identity,
        ),
        breaks(
            "strike-key-weak",
            "The identity verifies almost anything.",
            &weak("registrar.strike_key"),
            |t| t.registrar.strike_key = identity,
        ),
        breaks(
            "signatures-key-weak",
            "The identity verifies almost anything.",
            &weak("ledger.signatures"),
            |t| t.ledger.signatures = identity,
        ),
        breaks(
            "withdrawals-key-no-point",
            "No point has this y.",
            &weak("ledger.withdrawals"),
            |t| t.ledger.withdrawals = [2; 32],
        ),
        breaks(
            "auditor-vkey-cosigner",
            "Only note keys.",
            "audit.vkey: each is an Ed25519 key (0x01)",
            |t| audit(t, &cosigner.to_string(), 1),
        ),
        breaks(
            "auditor-vkey-cut",
            "A whole key.",
            "audit.vkey: each is a verifier key",
            |t| audit(t, "auditor.example.org", 1),
        ),
        breaks(
            "sample-none",
            "Something is drawn.",
            "audit.sample: 1 to 10,000 entries",
            |t| audit(t, &auditor().vkey().to_string(), 0),
        ),
        breaks(
            "sample-huge",
            "Within bounds.",
            "audit.sample: 1 to 10,000 entries",
            |t| audit(t, &auditor().vkey().to_string(), 10_001),
        ),
        breaks("token-key-cut", "One DER encoding.", der, |t| {
            t.registrar.token_key.truncate(300);
        }),
        breaks("token-key-exponent", "e = 65537.", der, |t| {
            *t.registrar.token_key.last_mut().expect("bytes") = 3;
        }),
        breaks("token-key-even", "A modulus is odd.", der, |t| {
            let at = t.registrar.token_key.len() - 6;
            t.registrar.token_key[at] &= 0xfe;
        }),
    ]
}
