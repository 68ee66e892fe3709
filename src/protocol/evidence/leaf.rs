//! Leaves that cannot be there.

use serde::{Deserialize, Serialize};

use super::logs::Trusted;
use super::{Fact, NotProven, Proven};
use crate::protocol::encoding::base64_bytes;
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::{InclusionProof, VerifiedTally};
use crate::protocol::leaf::{Strike, Withdrawal, unique_key};
use crate::protocol::replay::leaf::{Target, check, target_tree};
use crate::tlog::hash::{Hash, leaf_hash};
use crate::tlog::proof::verify_inclusion;
use crate::tlog::size::{LeafIndex, TreeSize};

/// The leaf that a withdrawal or strike names, with its path under the same tally.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetLeaf {
    /// The leaf's exact bytes.
    #[serde(with = "base64_bytes")]
    pub leaf: Vec<u8>,
    /// RFC 6962 inclusion proof.
    pub path: Vec<Hash>,
}

/// A leaf that breaks a rule by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgedLeaf {
    /// The leaf in its tree.
    pub proof: InclusionProof,
    /// What it takes back, if there is such a leaf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetLeaf>,
}

/// Index of the leaf that a leaf takes back.
fn target_index(tree: Tree, leaf: &[u8]) -> Option<u64> {
    match tree {
        Tree::Strikes => Strike::parse(leaf).ok().map(|strike| strike.index),
        Tree::Withdrawals => Withdrawal::parse(leaf).ok().map(|w| w.index),
        Tree::Roll | Tree::Signatures => None,
    }
}

impl ForgedLeaf {
    pub(super) fn verify(&self, trusted: &Trusted<'_>) -> Result<Proven, NotProven> {
        let manifest = trusted.manifest()?;
        let tree = self.proof.tree;
        let tally = trusted.leaf(&self.proof)?;
        let (target, size) = self.target(&tally)?;
        let lacking = NotProven::Lacks("the leaf that this one takes back");
        let read = |_| target.ok_or(lacking);
        let faults = check(manifest, tree, &self.proof.leaf, size, read)?.faults;
        if faults.is_empty() {
            return Err(NotProven::GoodLeaf);
        }
        Ok(Proven {
            origin: manifest.keeper(tree).to_owned(),
            petition: Some(manifest.id()),
            keys: manifest.journal_vkeys(tree).to_vec(),
            fact: Fact::ForgedLeaf {
                tree,
                index: self.proof.index,
                faults,
            },
            _checked: (),
        })
    }

    /// The leaf that it takes back, and how many there are of these at the tally.
    fn target(&self, tally: &VerifiedTally) -> Result<(Option<Target>, u64), NotProven> {
        let (tree, leaf) = (self.proof.tree, &self.proof.leaf);
        let Some(other) = target_tree(tree) else {
            return self.no_target().map(|()| (None, 0));
        };
        let head = tally.head(other)?;
        let index = target_index(tree, leaf).filter(|index| *index < head.size);
        let (Some(target), Some(index)) = (&self.target, index) else {
            if index.is_none() {
                self.no_target()?;
            }
            return Ok((None, head.size));
        };
        let hash = leaf_hash(&target.leaf);
        let (at, size) = (LeafIndex(index), TreeSize(head.size));
        verify_inclusion(&hash, at, size, &target.path, &head.root)
            .map_err(|error| NotProven::Path { index, error })?;
        // As in replay: a leaf that does not parse has no key.
        let key = unique_key(other, &target.leaf).unwrap_or(hash.0);
        Ok((Some(Target { hash, key }), head.size))
    }

    fn no_target(&self) -> Result<(), NotProven> {
        match self.target {
            None => Ok(()),
            Some(_) => Err(NotProven::Surplus("a leaf that is not taken back")),
        }
    }
}

/// One key in two places.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepeatedLeaf {
    /// A leaf.
    pub first: InclusionProof,
    /// Another with the same `pk`, tag or index.
    pub second: InclusionProof,
}

impl RepeatedLeaf {
    pub(super) fn verify(&self, trusted: &Trusted<'_>) -> Result<Proven, NotProven> {
        let manifest = trusted.manifest()?;
        let (first, second) = (&self.first, &self.second);
        if first.tree != second.tree {
            let (first, second) = (first.tree, second.tree);
            return Err(NotProven::TwoTrees { first, second });
        }
        if first.index == second.index {
            return Err(NotProven::SamePlace(first.index));
        }
        trusted.leaf(first)?;
        trusted.leaf(second)?;
        let tree = first.tree;
        if unique_key(tree, &first.leaf)? != unique_key(tree, &second.leaf)? {
            return Err(NotProven::OtherKey);
        }
        Ok(Proven {
            origin: manifest.keeper(tree).to_owned(),
            petition: Some(manifest.id()),
            keys: manifest.journal_vkeys(tree).to_vec(),
            fact: Fact::RepeatedLeaf {
                tree,
                first: first.index,
                second: second.index,
            },
            _checked: (),
        })
    }
}
