//! Leaves that cannot be there (R13, R15 to R19).

use super::NoEvidence;
use super::kept::Kept;
use crate::auditor::AuditError;
use crate::auditor::fetch::Reader;
use crate::auditor::state::{PetitionStore, TreeFiles};
use crate::protocol::evidence::{Claim, ForgedLeaf, RepeatedLeaf, TargetLeaf};
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::InclusionProof;
use crate::protocol::leaf::{Strike, Withdrawal};
use crate::protocol::replay::Deviation;
use crate::protocol::replay::leaf::target_tree;
use crate::protocol::tally::{Tally, TreeHead};
use crate::store::LogId;
use crate::tlog::hash::Hash;
use crate::tlog::proof::inclusion_proof;
use crate::tlog::size::{LeafIndex, TreeSize};
use crate::tlog::tile::TILE_WIDTH;

/// A verified tree of a petition.
struct Trees<'a> {
    kept: &'a Kept,
    reader: &'a Reader<'a>,
    petition: &'a PetitionStore,
}

impl Trees<'_> {
    fn open(&self, tree: Tree) -> Result<TreeFiles, NoEvidence> {
        Ok(self.petition.open_tree(tree)?)
    }

    /// Whether the audit verified this head.
    fn verified(&self, tree: Tree, files: &TreeFiles, head: &TreeHead) -> bool {
        let size = self.petition.saved.trees[tree as usize].size;
        head.size <= size && files.hashes.root(head.size).ok() == Some(head.root)
    }

    /// The tally that brings leaf `index`, and that the audit verified.
    fn bringing(
        &self,
        tree: Tree,
        files: &TreeFiles,
        index: u64,
    ) -> Result<(u64, Tally), NoEvidence> {
        let found = self.kept.find_tally(self.petition.id(), |_, tally| {
            let head = tally.head(tree);
            head.is_some_and(|head| head.size > index && self.verified(tree, files, head))
        })?;
        found.ok_or(NoEvidence::Gone("no tally that was verified has this leaf"))
    }

    /// A leaf as it is served, in a tree of `size`.
    fn leaf(&self, tree: Tree, index: u64, size: u64) -> Result<Vec<u8>, NoEvidence> {
        let log = LogId::Tree(self.petition.id(), tree);
        let width = u64::from(TILE_WIDTH);
        let bundle = self.reader.bundle(log, index / width, size)?;
        let position = usize::try_from(index % width).expect("within a bundle");
        let leaf = bundle.entries().nth(position).map(<[u8]>::to_vec);
        leaf.ok_or(NoEvidence::Gone("the leaf is not served any more"))
    }

    fn path(&self, files: &TreeFiles, index: u64, size: u64) -> Result<Vec<Hash>, NoEvidence> {
        let path = inclusion_proof(LeafIndex(index), TreeSize(size), &files.hashes);
        let io = |e: String| AuditError::state(&self.petition.folder)(std::io::Error::other(e));
        Ok(path.map_err(|e| io(e.to_string()))?)
    }

    fn proof(&self, tree: Tree, index: u64) -> Result<(InclusionProof, Tally), NoEvidence> {
        let files = self.open(tree)?;
        let (entry, tally) = self.bringing(tree, &files, index)?;
        let size = tally.head(tree).map_or(0, |head| head.size);
        let proof = InclusionProof {
            tree,
            leaf: self.leaf(tree, index, size)?,
            index,
            path: self.path(&files, index, size)?,
            journaled: self.kept.tally(entry)?,
        };
        Ok((proof, tally))
    }

    /// The leaf that `leaf` takes back, if it is there at this tally.
    fn target(
        &self,
        tree: Tree,
        leaf: &[u8],
        tally: &Tally,
    ) -> Result<Option<TargetLeaf>, NoEvidence> {
        let index = match tree {
            Tree::Strikes => Strike::parse(leaf).ok().map(|leaf| leaf.index),
            Tree::Withdrawals => Withdrawal::parse(leaf).ok().map(|leaf| leaf.index),
            Tree::Roll | Tree::Signatures => None,
        };
        let head = target_tree(tree).and_then(|other| Some((other, tally.head(other)?)));
        let (Some(index), Some((other, head))) = (index, head) else {
            return Ok(None);
        };
        if index >= head.size {
            return Ok(None);
        }
        let files = self.open(other)?;
        Ok(Some(TargetLeaf {
            leaf: self.leaf(other, index, head.size)?,
            path: self.path(&files, index, head.size)?,
        }))
    }
}

/// The tree and the leaf that a deviation is about.
fn place(deviation: &Deviation) -> Result<(Tree, u64), NoEvidence> {
    let place = deviation.tree.zip(deviation.index);
    place.ok_or(NoEvidence::Gone("the deviation does not say where it is"))
}

/// R13, R15, R16, R18, R19: a leaf that breaks a rule by itself.
pub(super) fn forged(
    kept: &Kept,
    reader: &Reader<'_>,
    petition: &PetitionStore,
    deviation: &Deviation,
) -> Result<Claim, NoEvidence> {
    let (tree, index) = place(deviation)?;
    let trees = Trees {
        kept,
        reader,
        petition,
    };
    let (proof, tally) = trees.proof(tree, index)?;
    let target = trees.target(tree, &proof.leaf, &tally)?;
    Ok(Claim::ForgedLeaf(ForgedLeaf { proof, target }))
}

/// R17: a key, tag or index in two places.
pub(super) fn repeated(
    kept: &Kept,
    reader: &Reader<'_>,
    petition: &PetitionStore,
    deviation: &Deviation,
    first: u64,
) -> Result<Claim, NoEvidence> {
    let (tree, second) = place(deviation)?;
    let trees = Trees {
        kept,
        reader,
        petition,
    };
    Ok(Claim::RepeatedLeaf(RepeatedLeaf {
        first: trees.proof(tree, first)?.0,
        second: trees.proof(tree, second)?.0,
    }))
}
