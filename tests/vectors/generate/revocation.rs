//! Withdrawals and strikes.

use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::leaf::{Strike, Withdrawal};
use undersigned::protocol::signer;

use super::flipped;
use crate::file::Case;
use crate::world::petition::{Petition, secret, strike};
use crate::world::{Shape, seed, strike_key};

fn withdrawals(petition: &Petition) -> Vec<Case> {
    let id = petition.manifest.id();
    let (leaf, index) = petition.signed_by(1);
    let withdrawal = signer::withdraw(&secret(1), id, &leaf, index);
    let bytes = leaf.to_bytes();
    let with = |case: Case, id: PetitionId, leaf: &[u8], withdrawal: &[u8]| {
        case.hex("petition", id.0)
            .hex("leaf", leaf)
            .hex("withdrawal", withdrawal)
    };
    let bad = "the signature does not verify";
    let reject = |name, about, reason, id, leaf: &[u8], withdrawal: &Withdrawal| {
        with(
            Case::reject("withdrawal", name, about, reason),
            id,
            leaf,
            &withdrawal.to_bytes(),
        )
    };
    let other = |index| Withdrawal {
        index,
        ..withdrawal.clone()
    };
    let (stranger, _) = petition.signed_by(2);
    let mut weak = bytes.clone();
    weak[2..34].copy_from_slice(&[0; 32]);
    let mut not_canonical = bytes.clone();
    not_canonical[2] = 0xf0;
    not_canonical[3..33].copy_from_slice(&[0xff; 30]);
    not_canonical[33] = 0x7f;
    vec![
        with(
            Case::accept("withdrawal", "signed", "By the signature's own key."),
            id,
            &bytes,
            &withdrawal.to_bytes(),
        )
        .field("index", index),
        reject(
            "other-index",
            "The index is signed.",
            bad,
            id,
            &bytes,
            &other(index + 1),
        ),
        reject(
            "other-petition",
            "The petition is signed.",
            bad,
            PetitionId(seed(1)),
            &bytes,
            &withdrawal,
        ),
        reject(
            "other-leaf",
            "Somebody else's leaf.",
            bad,
            id,
            &stranger.to_bytes(),
            &withdrawal,
        ),
        reject(
            "leaf-changed",
            "The whole leaf is signed.",
            bad,
            id,
            &flipped(&bytes, 300),
            &withdrawal,
        ),
        reject(
            "signature-changed",
            "One bit of the signature.",
            bad,
            id,
            &bytes,
            &Withdrawal {
                signature: flipped(&withdrawal.signature, 40)
                    .try_into()
                    .expect("64 bytes"),
                ..withdrawal.clone()
            },
        ),
        reject(
            "s-not-reduced",
            "S is below the group order: another spelling of the same signature.",
            bad,
            id,
            &bytes,
            &Withdrawal {
                signature: not_reduced(&withdrawal.signature),
                ..withdrawal.clone()
            },
        ),
        reject(
            "small-order-key",
            "A key of small order.",
            "the public key is invalid or of small order",
            id,
            &weak,
            &withdrawal,
        ),
        reject(
            "key-not-canonical",
            "y = p + 3 is another spelling of y = 3.",
            "the public key is invalid or of small order",
            id,
            &not_canonical,
            &withdrawal,
        ),
    ]
}

/// The signature with S + L for S.
fn not_reduced(signature: &[u8; 64]) -> [u8; 64] {
    const ORDER: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    let order = hex::decode(ORDER).expect("hexadecimal");
    let mut signature = *signature;
    let mut carry = 0u16;
    for (byte, add) in signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        *byte = sum.to_le_bytes()[0];
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "S + L fits 32 bytes");
    signature
}

fn strikes(petition: &Petition) -> Vec<Case> {
    let id = petition.manifest.id();
    let leaf = &petition.leaves(Tree::Roll)[2];
    let made = strike(&petition.manifest, leaf, 2);
    let key = strike_key().verifying_key().to_bytes();
    let with = |case: Case, id: PetitionId, leaf: &[u8], strike: &Strike| {
        case.hex("petition", id.0)
            .hex("strike-key", key)
            .hex("leaf", leaf)
            .hex("strike", strike.to_bytes())
    };
    let reject = |name, about, id, leaf: &[u8], strike: &Strike| {
        with(
            Case::reject("strike", name, about, "the signature does not verify"),
            id,
            leaf,
            strike,
        )
    };
    vec![
        with(
            Case::accept("strike", "signed", "By the registrar's strike key."),
            id,
            leaf,
            &made,
        )
        .field("index", 2)
        .field("reason-code", 2),
        reject(
            "other-index",
            "The index is signed.",
            id,
            leaf,
            &Strike {
                index: 3,
                ..made.clone()
            },
        ),
        reject(
            "other-reason",
            "The reason is signed.",
            id,
            leaf,
            &Strike {
                reason: undersigned::protocol::leaf::StrikeReason::Fraud,
                ..made.clone()
            },
        ),
        reject(
            "other-leaf",
            "Another roll entry.",
            id,
            &petition.leaves(Tree::Roll)[1],
            &made,
        ),
        reject(
            "other-petition",
            "The petition is signed.",
            PetitionId(seed(1)),
            leaf,
            &made,
        ),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let petition = Petition::of(&crate::world::terms(Shape::Single));
    [withdrawals(&petition), strikes(&petition)]
        .into_iter()
        .flatten()
        .collect()
}
