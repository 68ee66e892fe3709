//! Checks of one leaf by itself (R13, R15, R16, R18, R19): costly, in any order, on any
//! number of threads.

use super::Fault;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::{
    LeafError, PetitionSignature, RollEntry, Strike, Withdrawal, index_key,
};
use crate::protocol::manifest::Manifest;
use crate::protocol::withdrawal::{public_key, verify_strike, verify_withdrawal_of};
use crate::tlog::hash::{Hash, leaf_hash};

/// What a leaf is, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedLeaf {
    /// Its RFC 6962 hash.
    pub hash: Hash,
    /// What may occur only once in its tree (`protocol::leaf::unique_key`); the hash of
    /// a leaf that does not parse, which has none.
    pub key: [u8; 32],
    /// What is wrong with it by itself.
    pub faults: Vec<Fault>,
}

/// The leaf that a withdrawal or strike takes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its RFC 6962 hash.
    pub hash: Hash,
    /// Its unique key: `pk` of a signature, `tag` of a roll entry.
    pub key: [u8; 32],
}

/// The tree that a tree's leaves point into, if they do.
pub fn target_tree(tree: Tree) -> Option<Tree> {
    match tree {
        Tree::Strikes => Some(Tree::Roll),
        Tree::Withdrawals => Some(Tree::Signatures),
        Tree::Roll | Tree::Signatures => None,
    }
}

/// Check a leaf of `tree`. `size` is that of the tree that it may point into, at the
/// tally that brings the leaf; `target` reads a leaf below it.
///
/// # Errors
/// Those of `target`.
pub fn check<E>(
    manifest: &Manifest,
    tree: Tree,
    bytes: &[u8],
    size: u64,
    target: impl FnOnce(u64) -> Result<Target, E>,
) -> Result<CheckedLeaf, E> {
    let hash = leaf_hash(bytes);
    let parsed = match tree {
        Tree::Roll => roll(bytes),
        Tree::Signatures => signature(manifest, bytes),
        Tree::Strikes => match Strike::parse(bytes) {
            Ok(strike) => {
                let verify = |t: &Target| strike_holds(manifest, &t.hash, &strike);
                Ok(revocation(strike.index, size, target, verify)?)
            }
            Err(error) => Err(error),
        },
        Tree::Withdrawals => match Withdrawal::parse(bytes) {
            Ok(withdrawal) => {
                let verify = |t: &Target| withdrawal_holds(manifest.id(), t, &withdrawal);
                Ok(revocation(withdrawal.index, size, target, verify)?)
            }
            Err(error) => Err(error),
        },
    };
    Ok(match parsed {
        Ok((key, faults)) => CheckedLeaf { hash, key, faults },
        Err(error) => CheckedLeaf {
            hash,
            key: hash.0,
            faults: vec![Fault::Leaf {
                why: error.to_string(),
            }],
        },
    })
}

type Parsed = ([u8; 32], Vec<Fault>);

fn roll(bytes: &[u8]) -> Result<Parsed, LeafError> {
    Ok((RollEntry::parse(bytes)?.tag, Vec::new()))
}

fn signature(manifest: &Manifest, bytes: &[u8]) -> Result<Parsed, LeafError> {
    let leaf = PetitionSignature::parse(bytes)?;
    let mut faults = Vec::new();
    if public_key(&leaf.pk).is_err() {
        faults.push(Fault::PublicKey);
    }
    if manifest.token().verify(&leaf).is_err() {
        faults.push(Fault::Token);
    }
    Ok((leaf.pk, faults))
}

fn revocation<E>(
    index: u64,
    size: u64,
    target: impl FnOnce(u64) -> Result<Target, E>,
    holds: impl FnOnce(&Target) -> bool,
) -> Result<Parsed, E> {
    let fault = if index >= size {
        Some(Fault::NoTarget {
            target: index,
            size,
        })
    } else if holds(&target(index)?) {
        None
    } else {
        Some(Fault::NotAuthorised { target: index })
    };
    Ok((index_key(index), fault.into_iter().collect()))
}

fn withdrawal_holds(petition: PetitionId, target: &Target, withdrawal: &Withdrawal) -> bool {
    verify_withdrawal_of(petition, &target.key, &target.hash, withdrawal).is_ok()
}

fn strike_holds(manifest: &Manifest, roll_leaf: &Hash, strike: &Strike) -> bool {
    let key = &manifest.terms().registrar.strike_key;
    verify_strike(manifest.id(), key, roll_leaf, strike).is_ok()
}
