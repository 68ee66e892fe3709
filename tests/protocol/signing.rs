//! One blinding factor never meets two messages (`spec/token.md`, "Blinding").

use std::collections::BTreeMap;

use proptest::prelude::*;
use undersigned::protocol::commitment::{Disclosure, DisclosureFields};
use undersigned::protocol::signer::{SignerSecret, Signing};

use crate::SINGLE;
use crate::world::rsa::{blind_sign, blinding_factor};

fn disclosure(name: &str, region: &str) -> Disclosure {
    let fields = DisclosureFields {
        name: Some(name.to_owned()),
        region: Some(region.to_owned()),
        comment: None,
    };
    Disclosure::new(&fields).expect("short enough")
}

/// What goes to the registrar, and the factor that hides it.
fn blinded(secret: [u8; 32], disclosure: &Disclosure) -> ([u8; 256], [u8; 256]) {
    let manifest = &SINGLE.petition.manifest;
    let signing = Signing::new(
        &SignerSecret(secret),
        manifest.id(),
        manifest.token(),
        disclosure,
    )
    .expect("a factor has an inverse");
    let message = *signing.blinded_message();
    let leaf = signing
        .finish(manifest.token(), &blind_sign(&message))
        .expect("signed");
    (message, blinding_factor(&message, &leaf.authenticator))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_retry_sends_the_same_and_a_change_blinds_anew(
        secrets in prop::collection::vec(any::<[u8; 32]>(), 1..3),
        names in prop::collection::vec("[a-c]{0,2}", 1..4),
    ) {
        let mut by_factor = BTreeMap::new();
        for secret in &secrets {
            for name in names.iter().chain(&names) {
                let (message, factor) = blinded(*secret, &disclosure(name, "Bern"));
                let known = by_factor.insert(factor, message);
                prop_assert!(known.is_none_or(|known| known == message));
            }
        }
        let distinct = |mut list: Vec<_>| { list.sort_unstable(); list.dedup(); list.len() };
        let pairs = secrets.iter().flat_map(|s| names.iter().map(move |n| (*s, n.clone())));
        prop_assert_eq!(by_factor.len(), distinct(pairs.collect()));
    }
}

#[test]
fn fields_do_not_run_together() {
    let (first, _) = blinded([1; 32], &disclosure("ab", "c"));
    let (second, _) = blinded([1; 32], &disclosure("a", "bc"));
    assert_ne!(first, second);
}
