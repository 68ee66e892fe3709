//! Tags.

use undersigned::protocol::ids::PetitionId;

use super::flipped;
use super::token::manifest;
use crate::file::Case;
use crate::world::petition::identity;
use crate::world::{identity_key, seed, tag_key};

pub(super) fn cases() -> Vec<Case> {
    let id = manifest().id();
    let u = identity_key().blind_identity(id, &identity(0));
    let key = tag_key();
    let (tag, proof) = key.tag(&u);
    let with = |case: Case, petition: PetitionId, identity: &str, public: &[u8], proof: &[u8]| {
        case.hex("petition", petition.0)
            .hex("identity-key", identity_key().0)
            .field("identity", identity)
            .hex("tag-seed", seed(22))
            .hex("tag-key", public)
            .hex("proof", proof)
    };
    let bad = "the VRF proof does not verify";
    let reject = |name, about, reason, petition, identity: &str, public: &[u8], proof: &[u8]| {
        with(
            Case::reject("tag", name, about, reason),
            petition,
            identity,
            public,
            proof,
        )
    };
    let me = identity(0);
    let public = key.public();
    let other_key = undersigned::protocol::tag::TagKey::from_seed(seed(23)).expect("a scalar");
    vec![
        with(
            Case::accept("tag", "proven", "Tag and proof from both keys."),
            id,
            &me,
            &public,
            &proof,
        )
        .hex("identity-key-commitment", identity_key().commitment())
        .hex("blinded-identity", u)
        .hex("tag", tag),
        reject(
            "other-identity",
            "Another mailbox.",
            bad,
            id,
            &identity(1),
            &public,
            &proof,
        ),
        reject(
            "other-petition",
            "Another petition has other tags.",
            bad,
            PetitionId(seed(1)),
            &me,
            &public,
            &proof,
        ),
        reject(
            "other-key",
            "Another ledger's key.",
            bad,
            id,
            &me,
            &other_key.public(),
            &proof,
        ),
        reject(
            "proof-changed",
            "One bit of the challenge.",
            bad,
            id,
            &me,
            &public,
            &flipped(&proof, 40),
        ),
        reject(
            "proof-of-another",
            "The proof of another mailbox.",
            bad,
            id,
            &me,
            &public,
            &key.tag(&identity_key().blind_identity(id, &identity(1))).1,
        ),
        reject(
            "scalar-not-reduced",
            "s is below the group order.",
            bad,
            id,
            &me,
            &public,
            &[&proof[..48], &[0xff; 32]].concat(),
        ),
        reject(
            "key-not-a-group-element",
            "Not the encoding of a group element.",
            "not a VRF public key",
            id,
            &me,
            &[0xff; 32],
            &proof,
        ),
    ]
}
