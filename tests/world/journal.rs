//! Journals, and what proves something from them: receipts and attestations.

use std::convert::Infallible;

use undersigned::protocol::attestation;
use undersigned::protocol::encoding::to_base64;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::{InclusionProof, JournaledTally};
use undersigned::protocol::manifest::Terms;
use undersigned::protocol::promise::Promise;
use undersigned::protocol::receipt::{Private, Receipt};
use undersigned::protocol::statement;
use undersigned::protocol::tally::{Cover, Tally, Totals, TreeHead};
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::frontier::Frontier;
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::note::Note;
use undersigned::tlog::proof::{HashReader, Node, inclusion_proof, root};
use undersigned::tlog::size::{LeafIndex, TreeSize};
use undersigned::tlog::tlog_proof::TlogProof;

use super::petition::{Petition, disclosure, secret};
use super::{
    PUBLISHED, Shape, first_witness, journal_cosigner, journal_signer, organiser, second_witness,
    terms,
};

/// Leaf hashes, as a source of subtree hashes.
pub(crate) struct Hashes(pub(crate) Vec<Hash>);

impl Hashes {
    pub(crate) fn of(entries: &[Vec<u8>]) -> Self {
        Self(entries.iter().map(|entry| leaf_hash(entry)).collect())
    }

    pub(crate) fn head(&self) -> TreeHead {
        let size = self.0.len() as u64;
        TreeHead {
            size,
            root: root(TreeSize(size), self).expect("memory"),
        }
    }

    pub(crate) fn path(&self, index: u64) -> Vec<Hash> {
        inclusion_proof(LeafIndex(index), TreeSize(self.0.len() as u64), self).expect("inside")
    }
}

impl HashReader for Hashes {
    type Error = Infallible;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Infallible> {
        let hash = |node: &Node| {
            let start = usize::try_from(node.index << node.level).expect("small");
            let mut frontier = Frontier::new();
            for leaf in &self.0[start..start + (1 << node.level)] {
                frontier.push(*leaf);
            }
            frontier.root()
        };
        Ok(nodes.iter().map(hash).collect())
    }
}

/// An instance's journal.
pub(crate) struct Journal {
    pub(crate) origin: &'static str,
    pub(crate) entries: Vec<Vec<u8>>,
}

impl Journal {
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        let TreeHead { size, root } = Hashes::of(&self.entries).head();
        Checkpoint {
            origin: self.origin.to_owned(),
            size: TreeSize(size),
            root,
        }
    }

    /// The checkpoint, signed by the log with both keys and cosigned by both witnesses.
    pub(crate) fn note(&self) -> Note {
        let checkpoint = self.checkpoint();
        let text = checkpoint.to_string();
        let signatures = vec![
            journal_signer(self.origin).sign(&text),
            journal_cosigner(self.origin).sign(&checkpoint, PUBLISHED),
            first_witness().sign(&checkpoint, PUBLISHED + 1),
            second_witness().sign(&checkpoint, PUBLISHED + 2),
        ];
        Note::new(&text, signatures).expect("a note")
    }

    /// The entry at `index`, a tally, with its proof.
    pub(crate) fn journaled(&self, index: u64) -> JournaledTally {
        let at = usize::try_from(index).expect("small");
        let path = Hashes::of(&self.entries).path(index);
        let proof = TlogProof::new(LeafIndex(index), path, self.note(), None);
        let tally = String::from_utf8(self.entries[at].clone()).expect("text");
        JournaledTally {
            tally,
            proof: proof.to_string(),
        }
    }
}

/// A petition with the journals that its tallies stand in.
pub(crate) struct World {
    pub(crate) shape: Shape,
    pub(crate) petition: Petition,
    pub(crate) ledger: Journal,
    /// Where another instance keeps the roll.
    pub(crate) registrar: Option<Journal>,
}

/// Journal index of the tally that everything here rests on.
pub(crate) const TALLY: u64 = 2;

impl World {
    pub(crate) fn new(shape: Shape) -> Self {
        Self::of(shape, &terms(shape))
    }

    /// The same with other terms.
    pub(crate) fn of(shape: Shape, terms: &Terms) -> Self {
        let petition = Petition::of(terms);
        let id = petition.manifest.id();
        let head = |tree, count: usize| (tree, Hashes::of(&petition.leaves(tree)[..count]).head());
        let whole = |tree| head(tree, petition.leaves(tree).len());
        let journal = |origin, earlier: &[_], later: &[_], cover: [Option<Cover>; 2]| {
            let published = statement::published(&petition.manifest);
            let published = statement::sign(&published, &organiser()).expect("a statement");
            let [old, new] = cover;
            let earlier = Tally::new(id, PUBLISHED - 7200, None, earlier, old).expect("a tally");
            let later = Tally::new(id, PUBLISHED, Some(1), later, new).expect("a tally");
            let tallies = [earlier, later].map(|tally| tally.to_string().into_bytes());
            let [earlier, later] = tallies;
            Journal {
                origin,
                entries: vec![published, earlier, later],
            }
        };
        let (roll, strikes) = (whole(Tree::Roll), whole(Tree::Strikes));
        let (signatures, withdrawals) = (whole(Tree::Signatures), whole(Tree::Withdrawals));
        let before = [
            head(Tree::Roll, 4),
            head(Tree::Strikes, 0),
            head(Tree::Signatures, 3),
            head(Tree::Withdrawals, 0),
        ];
        let (ledger, registrar) = match shape {
            Shape::Single => {
                let later = [roll, strikes, signatures, withdrawals];
                (journal(shape.ledger(), &before, &later, [None, None]), None)
            }
            Shape::Split => {
                let cover = |index, roll: TreeHead| {
                    Some(Cover {
                        origin: shape.registrar().to_owned(),
                        index,
                        roll,
                    })
                };
                let covers = [cover(1, before[0].1), cover(TALLY, roll.1)];
                let ledger = journal(
                    shape.ledger(),
                    &before[2..],
                    &[signatures, withdrawals],
                    covers,
                );
                let registrar = journal(
                    shape.registrar(),
                    &before[..2],
                    &[roll, strikes],
                    [None, None],
                );
                (ledger, Some(registrar))
            }
        };
        Self {
            shape,
            petition,
            ledger,
            registrar,
        }
    }

    /// A policy that asks for both witnesses.
    pub(crate) fn policy(&self) -> String {
        let mut origins = vec![self.shape.ledger()];
        origins.extend(self.registrar.as_ref().map(|journal| journal.origin));
        let log =
            |origin: &&str| ["log ", &journal_signer(origin).vkey().to_string(), "\n"].concat();
        let logs: String = origins.iter().map(log).collect();
        format!(
            "{logs}witness w1 {}\nwitness w2 {}\ngroup both all w1 w2\nquorum both\n",
            first_witness().vkey(),
            second_witness().vkey()
        )
    }

    /// The proof of somebody's signature.
    pub(crate) fn inclusion(&self, person: u8) -> InclusionProof {
        let (leaf, index) = self.petition.signed_by(person);
        InclusionProof {
            tree: Tree::Signatures,
            leaf: leaf.to_bytes(),
            index,
            path: Hashes::of(self.petition.leaves(Tree::Signatures)).path(index),
            journaled: self.ledger.journaled(TALLY),
        }
    }

    /// Somebody's promise.
    pub(crate) fn promise(&self, person: u8) -> Promise {
        let (leaf, _) = self.petition.signed_by(person);
        Promise {
            origin: self.shape.ledger().to_owned(),
            petition: self.petition.manifest.id(),
            leaf: leaf_hash(&leaf.to_bytes()),
            by: PUBLISHED + 4 * 86_400,
        }
    }

    /// Somebody's whole receipt.
    pub(crate) fn receipt(&self, person: u8) -> Receipt {
        let text = String::from_utf8(disclosure(person).as_bytes().to_vec()).expect("JSON");
        let private = Private {
            secret: secret(person).0,
            disclosure: text,
        };
        let mut receipt = Receipt::begin(&self.petition.manifest, None, private);
        let promise = self
            .promise(person)
            .sign(&journal_signer(self.shape.ledger()));
        receipt.leaf = Some(to_base64(self.petition.signed_by(person).0.to_bytes()));
        receipt.promise = Some(String::from_utf8(promise.expect("a promise")).expect("text"));
        receipt.proof = Some(self.inclusion(person));
        receipt
    }

    pub(crate) fn totals(&self) -> Totals {
        let size = |tree| self.petition.leaves(tree).len() as u64;
        Totals {
            roll: size(Tree::Roll),
            strikes: size(Tree::Strikes),
            signatures: size(Tree::Signatures),
            withdrawals: size(Tree::Withdrawals),
        }
    }

    /// The text of the organiser's attestation.
    pub(crate) fn attestation_text(&self) -> String {
        let registrar = self
            .registrar
            .as_ref()
            .map(|journal| journal.journaled(TALLY));
        attestation::text(
            &self.petition.manifest,
            &self.totals(),
            PUBLISHED,
            &self.ledger.journaled(TALLY),
            registrar.as_ref(),
        )
    }
}
