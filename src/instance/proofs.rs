//! Proofs over what is published, made from the store's tiles (`spec/receipt.md`).

use std::sync::Arc;

use super::petition::{Growth, LastProof};
use super::{Instance, Petition};
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::{InclusionProof, JournaledTally};
use crate::protocol::tally::{Tally, TreeHead};
use crate::store::{LogId, Store, StoreError};
use crate::tlog::hash::Hash;
use crate::tlog::note::Note;
use crate::tlog::proof::{self, BuildError};
use crate::tlog::size::{LeafIndex, TreeSize};
use crate::tlog::tile::{
    ContentsError, Level, Tile, TileHashes, TilePath, TileReadError, TileReader,
};
use crate::tlog::tlog_proof::TlogProof;

/// Most tallies that are kept in memory for pages, for each petition that somebody looks at.
const GROWTH_KEPT: usize = 100;

/// Why there is no such proof.
#[derive(Debug, thiserror::Error)]
pub enum ProofsError {
    /// The petition has no tally yet.
    #[error("nothing of this petition is published yet")]
    NoTally,
    /// The leaf is not in the last tally.
    #[error("leaf {index} of {tree} is not published: the last tally counts {size}")]
    NotTallied {
        /// The tree.
        tree: Tree,
        /// The index asked for.
        index: u64,
        /// Leaves in the last tally.
        size: u64,
    },
    /// Sizes out of order, or beyond what is published.
    #[error("sizes {from} and {to} of {tree} are not in order up to the published {size}")]
    Sizes {
        /// The tree.
        tree: Tree,
        /// The older size.
        from: u64,
        /// The newer size.
        to: u64,
        /// Leaves in the last tally.
        size: u64,
    },
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the store holds does not fit together.
    #[error("the store holds an inconsistent log: {0}")]
    Inconsistent(String),
}

impl From<ContentsError> for ProofsError {
    fn from(error: ContentsError) -> Self {
        Self::Inconsistent(error.to_string())
    }
}

impl From<BuildError<TileReadError<ProofsError>>> for ProofsError {
    fn from(error: BuildError<TileReadError<ProofsError>>) -> Self {
        match error {
            BuildError::Read(TileReadError::Read(error)) => error,
            other => Self::Inconsistent(other.to_string()),
        }
    }
}

/// A published log's tiles.
struct StoredTiles<'a> {
    store: &'a dyn Store,
    log: LogId,
}

impl TileReader for StoredTiles<'_> {
    type Error = ProofsError;

    fn read_tiles(&self, tiles: &[TilePath]) -> Result<Vec<Tile>, ProofsError> {
        tiles.iter().map(|path| self.read(path)).collect()
    }
}

impl StoredTiles<'_> {
    fn read(&self, path: &TilePath) -> Result<Tile, ProofsError> {
        let Level::Hashes(level) = path.level else {
            return Err(ProofsError::Inconsistent(
                "entries hold no hashes".to_owned(),
            ));
        };
        let hashes = self.store.tile(self.log, level, path.index, path.width)?;
        Ok(Tile::new(hashes)?)
    }
}

/// Two heads of one tree, and the proof that the newer extends the older.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// The older head.
    pub from: TreeHead,
    /// The newer head.
    pub to: TreeHead,
    /// RFC 6962 consistency proof.
    pub path: Vec<Hash>,
}

/// Blocking, like the store below.
impl Instance {
    fn hashes(&self, log: LogId, size: u64) -> TileHashes<StoredTiles<'_>> {
        let store = &*self.store;
        TileHashes::new(TreeSize(size), StoredTiles { store, log })
    }

    /// The head that a published log had at `size`.
    pub fn head_at(&self, log: LogId, size: u64) -> Result<TreeHead, ProofsError> {
        let root = proof::root(TreeSize(size), &self.hashes(log, size))?;
        Ok(TreeHead { size, root })
    }

    /// The proof that the journal at size `new` extends it at size `old`.
    pub(super) fn journal_consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, ProofsError> {
        let hashes = self.hashes(LogId::Journal, new);
        Ok(proof::consistency_proof(
            TreeSize(old),
            TreeSize(new),
            &hashes,
        )?)
    }

    /// The proof that entry `index` stands in the journal of `size` entries.
    pub(super) fn journal_inclusion(
        &self,
        index: u64,
        size: u64,
    ) -> Result<Vec<Hash>, ProofsError> {
        let hashes = self.hashes(LogId::Journal, size);
        Ok(proof::inclusion_proof(
            LeafIndex(index),
            TreeSize(size),
            &hashes,
        )?)
    }

    /// The petition's last tally, and the proof that it stands in the journal as
    /// shown now. One proof serves all that ask until the journal grows.
    pub fn journaled_tally(
        &self,
        petition: &Petition,
    ) -> Result<(Tally, Arc<JournaledTally>), ProofsError> {
        // The journal only grows: its head, read second, holds the tally if it is shown.
        let (index, tally) = self.shown_tally(petition).ok_or(ProofsError::NoTally)?;
        let signed = self
            .shown_head(LogId::Journal)?
            .ok_or(ProofsError::NoTally)?;
        if index >= signed.head.size {
            let size = signed.head.size;
            let detail = format!("a tally at {index} in a journal of {size}");
            return Err(ProofsError::Inconsistent(detail));
        }
        let mut last = petition.proof.lock().expect("no holder panics");
        if let Some(last) = &*last
            && last.tally == index
            && last.checkpoint == signed.checkpoint
        {
            return Ok((tally, last.proof.clone()));
        }
        let size = signed.head.size;
        let path = self.journal_inclusion(index, size)?;
        let note = Note::parse(&signed.checkpoint)
            .map_err(|e| ProofsError::Inconsistent(e.to_string()))?;
        let proof = Arc::new(JournaledTally {
            tally: tally.to_string(),
            proof: TlogProof::new(LeafIndex(index), path, note, None).to_string(),
        });
        *last = Some(LastProof {
            tally: index,
            checkpoint: signed.checkpoint,
            proof: proof.clone(),
        });
        Ok((tally, proof))
    }

    /// The proof that a leaf is in the tree of the petition's last tally.
    pub fn inclusion(
        &self,
        petition: &Petition,
        tree: Tree,
        index: u64,
    ) -> Result<InclusionProof, ProofsError> {
        let (tally, journaled) = self.journaled_tally(petition)?;
        let size = tally.head(tree).map_or(0, |head| head.size);
        if index >= size {
            return Err(ProofsError::NotTallied { tree, index, size });
        }
        let (leaf, path) = self.included_at(petition, tree, index, size)?;
        let journaled = (*journaled).clone();
        Ok(InclusionProof {
            tree,
            leaf,
            index,
            path,
            journaled,
        })
    }

    /// A leaf, and the path from it to the root of a published tree at `size`, which is
    /// above `index`.
    pub fn included_at(
        &self,
        petition: &Petition,
        tree: Tree,
        index: u64,
        size: u64,
    ) -> Result<(Vec<u8>, Vec<Hash>), ProofsError> {
        let log = LogId::Tree(petition.manifest.id(), tree);
        let hashes = self.hashes(log, size);
        let path = proof::inclusion_proof(LeafIndex(index), TreeSize(size), &hashes)?;
        let leaf = self.store.leaves(log, index, 1)?.pop();
        let leaf = leaf.ok_or_else(|| ProofsError::Inconsistent(format!("no leaf {index}")))?;
        Ok((leaf, path))
    }

    /// The proof that a tree at size `to` extends the same tree at size `from`.
    pub fn consistency(
        &self,
        petition: &Petition,
        tree: Tree,
        from: u64,
        to: u64,
    ) -> Result<ConsistencyProof, ProofsError> {
        let size = petition.tallied(tree);
        if from > to || to > size {
            return Err(ProofsError::Sizes {
                tree,
                from,
                to,
                size,
            });
        }
        let log = LogId::Tree(petition.manifest.id(), tree);
        let hashes = self.hashes(log, to);
        let path = proof::consistency_proof(TreeSize(from), TreeSize(to), &hashes)?;
        Ok(ConsistencyProof {
            from: self.head_at(log, from)?,
            to: self.head_at(log, to)?,
            path,
        })
    }

    /// Tallies of a petition with their journal indices, oldest first, after journal index
    /// `after`, at most `limit`.
    pub fn tallies(
        &self,
        petition: &Petition,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<(u64, Tally)>, ProofsError> {
        let indices = petition.tallies(after, limit);
        let shown = self.shown_tally(petition).map(|(index, _)| index);
        indices
            .into_iter()
            .filter(|index| Some(*index) <= shown)
            .map(|index| Ok((index, self.tally_at(index)?)))
            .collect()
    }

    /// At most `most` of a petition's tallies, spread evenly over all of them, oldest first;
    /// the last one is among them. As many as pages draw are read once for each tally of
    /// the petition.
    pub fn some_tallies(
        &self,
        petition: &Petition,
        most: usize,
    ) -> Result<Arc<Vec<Tally>>, ProofsError> {
        let shown = self.shown_tally(petition).map(|(index, _)| index);
        if most > GROWTH_KEPT {
            return self.read_some_tallies(petition, shown, most);
        }
        // One reads, the others wait for what it finds.
        let mut growth = petition.growth.lock().expect("no holder panics");
        if let Some(kept) = &*growth
            && (kept.shown, kept.most) == (shown, most)
        {
            return Ok(kept.tallies.clone());
        }
        let tallies = self.read_some_tallies(petition, shown, most)?;
        *growth = Some(Growth {
            shown,
            most,
            tallies: tallies.clone(),
        });
        Ok(tallies)
    }

    fn read_some_tallies(
        &self,
        petition: &Petition,
        shown: Option<u64>,
        most: usize,
    ) -> Result<Arc<Vec<Tally>>, ProofsError> {
        let mut indices = petition.tallies(None, usize::MAX);
        indices.retain(|index| Some(*index) <= shown);
        let step = indices.len().div_ceil(most.max(1)).max(1);
        let chosen = indices.iter().rev().step_by(step).rev();
        let tallies: Result<_, _> = chosen.map(|index| self.tally_at(*index)).collect();
        tallies.map(Arc::new)
    }

    /// The first tally that counts leaf `index` of a tree, if one does: the publication
    /// that the leaf came in.
    pub fn tally_of(
        &self,
        petition: &Petition,
        tree: Tree,
        index: u64,
    ) -> Result<Option<Tally>, ProofsError> {
        let indices = petition.tallies(None, usize::MAX);
        let counts = |tally: &Tally| tally.head(tree).is_some_and(|head| head.size > index);
        let (mut low, mut high) = (0, indices.len());
        let mut first = None;
        while low < high {
            let middle = low + (high - low) / 2;
            let tally = self.tally_at(indices[middle])?;
            if counts(&tally) {
                high = middle;
                first = Some(tally);
            } else {
                low = middle + 1;
            }
        }
        Ok(first)
    }

    fn tally_at(&self, index: u64) -> Result<Tally, ProofsError> {
        let entry = self.store.leaves(LogId::Journal, index, 1)?.pop();
        let text = entry.and_then(|entry| String::from_utf8(entry).ok());
        text.and_then(|text| Tally::parse(&text).ok())
            .ok_or_else(|| ProofsError::Inconsistent(format!("journal entry {index} is no tally")))
    }
}
