//! The two halves of a proof: a leaf in a tree of a tally, that tally in a journal
//! (`spec/receipt.md`).

use serde::{Deserialize, Serialize};

use super::encoding;
use super::ids::{PetitionId, Tree};
use super::manifest::Manifest;
use super::tally::{Tally, TallyError, TreeHead};
use crate::tlog::hash::{Hash, leaf_hash};
use crate::tlog::note::Note;
use crate::tlog::policy::{Policy, PolicyError, WitnessedCheckpoint};
use crate::tlog::proof::{ProofError, verify_inclusion};
use crate::tlog::size::{LeafIndex, TreeSize};
use crate::tlog::tlog_proof::{TlogProof, TlogProofError};

/// Why a proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InclusionError {
    /// The tally does not parse.
    #[error("tally: {0}")]
    Tally(#[from] TallyError),
    /// The tally speaks of another petition.
    #[error("the tally is of petition {0}")]
    Petition(PetitionId),
    /// The journal is not the one that the manifest names for this tree.
    #[error("the tally stands in the journal of {actual}, but {tree} is kept by {expected}")]
    Journal {
        /// The tree.
        tree: Tree,
        /// The origin in the manifest.
        expected: String,
        /// The origin in the proof.
        actual: String,
    },
    /// The journal's checkpoint is not signed by a key that the manifest pins.
    #[error("the journal's checkpoint is not signed by the key in the manifest")]
    Key,
    /// The tally does not list this tree.
    #[error("the tally does not list the {0} tree")]
    Tree(Tree),
    /// The journal half does not parse or hold.
    #[error("journal proof: {0}")]
    Journaled(#[from] TlogProofError),
    /// The policy does not accept the journal's checkpoint.
    #[error("policy: {0}")]
    Policy(#[from] PolicyError),
    /// The tree half does not hold.
    #[error("tree proof: {0}")]
    Included(#[from] ProofError),
}

/// A tally and the proof that it stands in a journal: shareable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournaledTally {
    /// The tally's exact text.
    pub tally: String,
    /// A C2SP tlog-proof of it.
    pub proof: String,
}

/// A tally that the verifier's policy accepts. Comes from [`JournaledTally::verify`] only.
#[derive(Clone, Debug)]
pub struct VerifiedTally {
    tally: Tally,
    index: u64,
    checkpoint: WitnessedCheckpoint,
}

impl VerifiedTally {
    /// The tally.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Its index in the journal.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The journal's checkpoint, with the witnesses that the policy counted.
    pub fn checkpoint(&self) -> &WitnessedCheckpoint {
        &self.checkpoint
    }

    /// The head of a tree.
    pub fn head(&self, tree: Tree) -> Result<&TreeHead, InclusionError> {
        self.tally.head(tree).ok_or(InclusionError::Tree(tree))
    }
}

impl JournaledTally {
    /// Check against a policy (which journals and witnesses are trusted) and against
    /// the origin and keys that the manifest pins for `tree`.
    pub fn verify(
        &self,
        manifest: &Manifest,
        tree: Tree,
        policy: &Policy,
    ) -> Result<VerifiedTally, InclusionError> {
        let tally = Tally::parse(&self.tally)?;
        if tally.petition != manifest.id() {
            return Err(InclusionError::Petition(tally.petition));
        }
        let VerifiedEntry { index, checkpoint } =
            stands(&self.tally, &self.proof, manifest, tree, policy)?;
        Ok(VerifiedTally {
            tally,
            index,
            checkpoint,
        })
    }
}

/// Any entry of a journal and the proof that it stands there: shareable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournaledEntry {
    /// The entry's exact text.
    pub entry: String,
    /// A C2SP tlog-proof of it.
    pub proof: String,
}

/// An entry's place in a journal. Comes from [`JournaledEntry::verify`] only.
#[derive(Clone, Debug)]
pub struct VerifiedEntry {
    index: u64,
    checkpoint: WitnessedCheckpoint,
}

impl VerifiedEntry {
    /// Its index in the journal.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The journal's checkpoint, with the witnesses that the policy counted.
    pub fn checkpoint(&self) -> &WitnessedCheckpoint {
        &self.checkpoint
    }
}

impl JournaledEntry {
    /// Check that it stands in the journal that the manifest names for `tree`, as
    /// [`JournaledTally::verify`] does; what it says is not looked at.
    pub fn verify(
        &self,
        manifest: &Manifest,
        tree: Tree,
        policy: &Policy,
    ) -> Result<VerifiedEntry, InclusionError> {
        stands(&self.entry, &self.proof, manifest, tree, policy)
    }
}

/// The place of an entry in the journal of whoever keeps `tree`.
fn stands(
    entry: &str,
    proof: &str,
    manifest: &Manifest,
    tree: Tree,
    policy: &Policy,
) -> Result<VerifiedEntry, InclusionError> {
    let proof: TlogProof = proof.parse()?;
    let checkpoint = proof.verify(&leaf_hash(entry.as_bytes()), policy)?;
    kept_by(&checkpoint, proof.note(), manifest, tree)?;
    let index = proof.index().0;
    Ok(VerifiedEntry { index, checkpoint })
}

/// Whether this is the journal that the manifest names for `tree`, signed by all keys
/// that it pins: the policy may list other keys for this origin.
pub(super) fn kept_by(
    checkpoint: &WitnessedCheckpoint,
    note: &Note,
    manifest: &Manifest,
    tree: Tree,
) -> Result<(), InclusionError> {
    let origin = &checkpoint.checkpoint().origin;
    if origin.as_str() != manifest.keeper(tree) {
        return Err(InclusionError::Journal {
            tree,
            expected: manifest.keeper(tree).to_owned(),
            actual: origin.as_str().to_owned(),
        });
    }
    for key in manifest.journal_vkeys(tree) {
        note.verify(&[key]).map_err(|_| InclusionError::Key)?;
    }
    Ok(())
}

/// A leaf of a petition's tree with its proof: shareable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// Which tree.
    pub tree: Tree,
    /// The leaf's exact bytes, standard base64.
    #[serde(with = "encoding::base64_bytes")]
    pub leaf: Vec<u8>,
    /// Its index.
    pub index: u64,
    /// RFC 6962 inclusion proof in the tree of the tally.
    pub path: Vec<Hash>,
    /// The tally in its journal.
    #[serde(flatten)]
    pub journaled: JournaledTally,
}

/// A leaf proven to be in the ledger as of a tally. Comes from [`InclusionProof::verify`] only.
#[derive(Clone, Debug)]
pub struct Included {
    /// The tally.
    pub tally: VerifiedTally,
    /// The leaf's index.
    pub index: u64,
    _checked: (),
}

impl InclusionProof {
    /// Check both halves.
    pub fn verify(&self, manifest: &Manifest, policy: &Policy) -> Result<Included, InclusionError> {
        let tally = self.journaled.verify(manifest, self.tree, policy)?;
        let head = tally.head(self.tree)?;
        verify_inclusion(
            &leaf_hash(&self.leaf),
            LeafIndex(self.index),
            TreeSize(head.size),
            &self.path,
            &head.root,
        )?;
        Ok(Included {
            index: self.index,
            tally,
            _checked: (),
        })
    }
}
