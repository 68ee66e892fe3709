//! Two heads of one log that no one log can have.

use serde::{Deserialize, Serialize};

use super::logs::Trusted;
use super::{Contradiction, Fact, NotProven, Proven};
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::{JournaledEntry, JournaledTally};
use crate::protocol::manifest::Manifest;
use crate::protocol::replay::tree_checkpoint;
use crate::protocol::statement::Statement;
use crate::protocol::tally::TreeHead;
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::proof::verify_inclusion;
use crate::tlog::size::{LeafIndex, TreeSize};

/// A leaf's hash and its path to the root of a head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// RFC 6962 hash of the leaf.
    pub leaf: Hash,
    /// RFC 6962 inclusion proof.
    pub path: Vec<Hash>,
}

/// A place where two trees differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differ {
    /// Index of the leaf.
    pub index: u64,
    /// Under the first head.
    pub first: Place,
    /// Under the second.
    pub second: Place,
}

impl Differ {
    fn verify(&self, first: &TreeHead, second: &TreeHead) -> Result<Contradiction, NotProven> {
        let index = self.index;
        for (place, head) in [(&self.first, first), (&self.second, second)] {
            let (at, size) = (LeafIndex(index), TreeSize(head.size));
            verify_inclusion(&place.leaf, at, size, &place.path, &head.root)
                .map_err(|error| NotProven::Path { index, error })?;
        }
        let (first, second) = (self.first.leaf, self.second.leaf);
        if first == second {
            return Err(NotProven::SameLeaf(index));
        }
        Ok(Contradiction::Leaf {
            index,
            first,
            second,
        })
    }
}

/// How two heads of one log contradict each other, if they do.
fn contradict(
    first: &TreeHead,
    second: &TreeHead,
    differ: Option<&Differ>,
) -> Result<Contradiction, NotProven> {
    if let Some(differ) = differ {
        return differ.verify(first, second);
    }
    if first.size != second.size {
        let (first, second) = (first.size, second.size);
        return Err(NotProven::Grown { first, second });
    }
    if first.root == second.root {
        return Err(NotProven::SameHead);
    }
    Ok(Contradiction::Roots {
        size: first.size,
        first: first.root,
        second: second.root,
    })
}

/// Two signed heads of one journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InconsistentJournal {
    /// A signed checkpoint.
    pub first: String,
    /// Another.
    pub second: String,
    /// Where they differ; not needed if they have one size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differ: Option<Differ>,
}

impl InconsistentJournal {
    pub(super) fn verify(&self, trusted: &Trusted<'_>) -> Result<Proven, NotProven> {
        let first = trusted.journal(&Note::parse(self.first.as_bytes())?)?;
        let second = trusted.journal(&Note::parse(self.second.as_bytes())?)?;
        let keys = trusted.keys(&first);
        let (first, second) = (first.checkpoint(), second.checkpoint());
        if first.origin != second.origin {
            return Err(NotProven::TwoLogs {
                first: first.origin.clone(),
                second: second.origin.clone(),
            });
        }
        let head = |size: TreeSize, root| TreeHead { size: size.0, root };
        let [a, b] = [first, second].map(|c| head(c.size, c.root));
        let how = contradict(&a, &b, self.differ.as_ref())?;
        Ok(Proven {
            origin: first.origin.clone(),
            petition: None,
            keys,
            fact: Fact::InconsistentJournal(how),
            _checked: (),
        })
    }
}

/// Where the head of a petition's tree is stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Side {
    /// In a checkpoint, signed by the tree's key.
    Checkpoint(SignedHead),
    /// In a tally, in the journal.
    Tally(JournaledTally),
}

/// A checkpoint of a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// The signed note.
    pub note: String,
}

impl Side {
    /// A tree's signed checkpoint.
    pub fn checkpoint(note: &Note) -> Self {
        let note = note.to_string();
        Self::Checkpoint(SignedHead { note })
    }
}

/// The head, who signed it, and where in the journal it stands.
struct Stated {
    head: TreeHead,
    keys: Vec<VerifierKey>,
    entry: Option<u64>,
}

impl Side {
    fn verify(&self, trusted: &Trusted<'_>, tree: Tree) -> Result<Stated, NotProven> {
        let manifest = trusted.manifest()?;
        match self {
            Self::Checkpoint(SignedHead { note }) => {
                let note = Note::parse(note.as_bytes())?;
                let head = tree_checkpoint(manifest, tree, &note)
                    .map_err(|fault| NotProven::TreeCheckpoint(fault.to_string()))?;
                Ok(Stated {
                    head,
                    keys: vec![manifest.tree_vkey(tree)],
                    entry: None,
                })
            }
            Self::Tally(tally) => {
                let verified = trusted.tally(tally, tree)?;
                Ok(Stated {
                    head: *verified.head(tree)?,
                    keys: manifest.journal_vkeys(tree).to_vec(),
                    entry: Some(verified.index()),
                })
            }
        }
    }
}

/// Two heads of one tree of a petition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InconsistentTree {
    /// Which tree.
    pub tree: Tree,
    /// One head.
    pub first: Side,
    /// Another. Of two tallies that shrink, the later one.
    pub second: Side,
    /// The petition's publication in the journal, where no tally stands there: anybody can
    /// write a manifest with keys of their own and somebody else's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<JournaledEntry>,
    /// Where they differ; not needed if they have one size, or shrink.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differ: Option<Differ>,
}

impl InconsistentTree {
    pub(super) fn verify(&self, trusted: &Trusted<'_>) -> Result<Proven, NotProven> {
        let manifest = trusted.manifest()?;
        let first = self.first.verify(trusted, self.tree)?;
        let second = self.second.verify(trusted, self.tree)?;
        match (&self.published, first.entry.or(second.entry)) {
            (None, Some(_)) => {}
            (None, None) => return Err(NotProven::Lacks("the petition's publication")),
            (Some(_), Some(_)) => return Err(NotProven::Surplus("the petition's publication")),
            (Some(entry), None) => published(entry, trusted, manifest, self.tree)?,
        }
        let how = match (first.entry, second.entry, &self.differ) {
            (Some(earlier), Some(later), None) if first.head.size > second.head.size => {
                if later <= earlier {
                    return Err(NotProven::Order);
                }
                let (from, to) = (first.head.size, second.head.size);
                Contradiction::Shrinks { from, to }
            }
            (_, _, differ) => contradict(&first.head, &second.head, differ.as_ref())?,
        };
        let mut keys = first.keys;
        // A publication is signed by the journal's.
        let journal = manifest.journal_vkeys(self.tree);
        for key in second.keys.iter().chain(journal) {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        Ok(Proven {
            origin: manifest.keeper(self.tree).to_owned(),
            petition: Some(manifest.id()),
            keys,
            fact: Fact::InconsistentTree {
                tree: self.tree,
                how,
            },
            _checked: (),
        })
    }
}

/// That whoever keeps the tree published this petition, with its keys.
fn published(
    entry: &JournaledEntry,
    trusted: &Trusted<'_>,
    manifest: &Manifest,
    tree: Tree,
) -> Result<(), NotProven> {
    trusted.entry(entry, tree)?;
    match Statement::parse(entry.entry.as_bytes()) {
        Ok(Statement::Published(said, _)) if said.id() == manifest.id() => Ok(()),
        _ => Err(NotProven::NotPublished),
    }
}
