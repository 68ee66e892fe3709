//! The leaves of the petition's trees, each sorted by leaf hash as a batch is.

use ed25519_dalek::Signer as _;
use undersigned::protocol::commitment::{Disclosure, DisclosureFields, RollOpening};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::leaf::{PetitionSignature, RollEntry, Strike, StrikeReason};
use undersigned::protocol::manifest::{Manifest, Terms};
use undersigned::protocol::signer::{self, SignerSecret, Signing};
use undersigned::protocol::withdrawal;
use undersigned::tlog::hash::leaf_hash;

use super::{identity_key, rsa, seed, strike_key, tag_key};

/// How many people signed.
pub(crate) const SIGNED: u8 = 5;
/// How many are on the roll.
const ROLL: u8 = 6;

/// A petition with the leaves of its four trees.
pub(crate) struct Petition {
    pub(crate) manifest: Manifest,
    pub(crate) leaves: [Vec<Vec<u8>>; 4],
}

pub(crate) fn secret(person: u8) -> SignerSecret {
    SignerSecret(seed(100 + person))
}

pub(crate) fn disclosure(person: u8) -> Disclosure {
    let fields = DisclosureFields {
        name: person.is_multiple_of(2).then(|| format!("Person {person}")),
        region: Some("Bern".to_owned()),
        comment: None,
    };
    Disclosure::new(&fields).expect("short enough")
}

/// Somebody's signing, not yet sent.
pub(crate) fn signing(manifest: &Manifest, person: u8) -> Signing {
    Signing::new(
        &secret(person),
        manifest.id(),
        manifest.token(),
        &disclosure(person),
    )
    .expect("a blinding factor has an inverse")
}

/// Somebody's signature leaf.
pub(crate) fn signature(manifest: &Manifest, person: u8) -> PetitionSignature {
    let signing = signing(manifest, person);
    let answer = rsa::blind_sign(signing.blinded_message());
    signing
        .finish(manifest.token(), &answer)
        .expect("the registrar signed")
}

pub(crate) fn identity(person: u8) -> String {
    format!("mailto:person{person}@example.org")
}

pub(crate) fn opening(person: u8) -> RollOpening {
    RollOpening {
        salt: seed(200 + person),
        identity: identity(person),
        method: "link".to_owned(),
        day: 20_454,
        region: None,
    }
}

fn roll_entry(manifest: &Manifest, person: u8) -> RollEntry {
    let u = identity_key().blind_identity(manifest.id(), &identity(person));
    let (tag, _) = tag_key().tag(&u);
    RollEntry {
        tag,
        commitment: opening(person).commit(manifest.id()),
    }
}

/// The registrar strikes the roll leaf at `index`.
pub(crate) fn strike(manifest: &Manifest, roll_leaf: &[u8], index: u64) -> Strike {
    let reason = StrikeReason::DuplicatePerson;
    let message = withdrawal::strike_message(manifest.id(), &leaf_hash(roll_leaf), index, reason);
    Strike {
        index,
        reason,
        signature: strike_key().sign(&message).to_bytes(),
    }
}

fn sorted(mut leaves: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    leaves.sort_by_key(|leaf| leaf_hash(leaf));
    leaves
}

impl Petition {
    /// The petition with these terms.
    pub(crate) fn of(terms: &Terms) -> Self {
        let manifest = Manifest::new(terms).expect("a manifest");
        let roll = sorted(
            (0..ROLL)
                .map(|p| roll_entry(&manifest, p).to_bytes())
                .collect(),
        );
        let signatures = sorted(
            (0..SIGNED)
                .map(|p| signature(&manifest, p).to_bytes())
                .collect(),
        );
        let strikes = vec![strike(&manifest, &roll[2], 2).to_bytes()];
        let mut petition = Self {
            manifest,
            leaves: [roll, strikes, signatures, Vec::new()],
        };
        let (leaf, index) = petition.signed_by(1);
        let withdrawal = signer::withdraw(&secret(1), petition.manifest.id(), &leaf, index);
        petition.leaves[Tree::Withdrawals as usize].push(withdrawal.to_bytes());
        petition
    }

    pub(crate) fn leaves(&self, tree: Tree) -> &[Vec<u8>] {
        &self.leaves[tree as usize]
    }

    /// Somebody's signature and its index.
    pub(crate) fn signed_by(&self, person: u8) -> (PetitionSignature, u64) {
        let leaf = signature(&self.manifest, person);
        let bytes = leaf.to_bytes();
        let index = self
            .leaves(Tree::Signatures)
            .iter()
            .position(|other| *other == bytes);
        (leaf, index.expect("published") as u64)
    }
}
