//! A small instance that builds its public files, honestly or not: every step can be
//! taken by hand.

pub(crate) mod files;
pub(crate) mod keys;
pub(crate) mod petition;

use std::collections::BTreeMap;

use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::protocol::statement::{self, DateChange, Dates};
use undersigned::protocol::tally::{Cover, Tally, TreeHead};
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::cosignature::MlDsaCosigner;
use undersigned::tlog::frontier::Frontier;
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::note::{Note, NoteSigner, VerifierKey};
use undersigned::tlog::size::TreeSize;

use files::Files;
use keys::seed;
pub(crate) use petition::{DAY, OPENS, Petition, checkpoint_as};

/// An instance that can lie.
#[derive(Clone)]
pub(crate) struct Forger {
    pub(crate) origin: String,
    /// Journal entries.
    pub(crate) journal: Vec<Vec<u8>>,
    /// Leaves, published or not.
    pub(crate) trees: BTreeMap<(PetitionId, Tree), Vec<Vec<u8>>>,
    /// Size at which a tree's checkpoint is served; none: no checkpoint.
    pub(crate) served: BTreeMap<(PetitionId, Tree), usize>,
    /// Time of the next tally.
    pub(crate) time: u64,
    /// Each petition's last tally.
    pub(crate) last: BTreeMap<PetitionId, u64>,
    /// Petitions whose trees are here.
    pub(crate) petitions: Vec<Petition>,
}

/// The root over leaves.
pub(crate) fn root(leaves: &[Vec<u8>]) -> Hash {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push(leaf_hash(leaf));
    }
    frontier.root()
}

/// Signers of an instance's journal.
pub(crate) fn journal_signers(origin: &str) -> (NoteSigner, MlDsaCosigner) {
    let ed25519 = NoteSigner::new(origin, &seed(&format!("{origin} journal"))).expect("a name");
    let ml_dsa = MlDsaCosigner::new(origin, &seed(&format!("{origin} ml-dsa"))).expect("a name");
    (ed25519, ml_dsa)
}

/// The keys of an instance's journal, as manifests pin them.
pub(crate) fn journal_vkeys(origin: &str) -> [VerifierKey; 2] {
    let (ed25519, ml_dsa) = journal_signers(origin);
    [ed25519.vkey(), ml_dsa.vkey()]
}

impl Forger {
    /// An empty instance.
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            journal: Vec::new(),
            trees: BTreeMap::new(),
            served: BTreeMap::new(),
            time: OPENS + 100,
            last: BTreeMap::new(),
            petitions: Vec::new(),
        }
    }

    /// An instance with one petition that is published and has no leaves.
    pub(crate) fn with_petition() -> (Self, Petition) {
        let petition = Petition::new("petition", "a.example", "a.example");
        let mut forger = Self::new("a.example");
        forger.publish(&petition);
        (forger, petition)
    }

    /// Publish a petition.
    pub(crate) fn publish(&mut self, petition: &Petition) {
        let text = statement::published(&petition.manifest);
        self.state(&text, &petition.organiser());
        self.petitions.push(petition.clone());
    }

    /// Append a signed statement.
    pub(crate) fn state(&mut self, text: &str, signer: &NoteSigner) {
        self.journal
            .push(statement::sign(text, signer).expect("a statement"));
    }

    /// Append `extended` or `closing` by the organiser.
    pub(crate) fn dated(&mut self, petition: &Petition, change: DateChange, dates: &Dates) {
        let text = statement::dated(petition.id(), change, dates);
        self.state(&text, &petition.organiser());
    }

    /// Append an honest `closed`.
    pub(crate) fn close(&mut self, petition: &Petition) {
        let last = self.last.get(&petition.id()).copied();
        let text = statement::closed(petition.id(), last);
        let (signer, _) = journal_signers(&self.origin);
        self.state(&text, &signer);
    }

    /// The leaves of a tree.
    pub(crate) fn tree(&mut self, petition: &Petition, tree: Tree) -> &mut Vec<Vec<u8>> {
        self.trees.entry((petition.id(), tree)).or_default()
    }

    /// Append a batch in the order of leaf hashes.
    pub(crate) fn batch(&mut self, petition: &Petition, tree: Tree, mut leaves: Vec<Vec<u8>>) {
        leaves.sort_by_key(|leaf| leaf_hash(leaf));
        self.tree(petition, tree).append(&mut leaves);
    }

    /// The heads of the trees kept here, over all leaves.
    pub(crate) fn heads(&mut self, petition: &Petition) -> Vec<(Tree, TreeHead)> {
        let kept = Tree::ALL
            .into_iter()
            .filter(|tree| petition.manifest.keeper(*tree) == self.origin);
        let kept: Vec<Tree> = kept.collect();
        kept.into_iter()
            .map(|tree| {
                let leaves = self.tree(petition, tree);
                let head = TreeHead {
                    size: leaves.len() as u64,
                    root: root(leaves),
                };
                (tree, head)
            })
            .collect()
    }

    /// What an honest tally would say now.
    pub(crate) fn next_tally(&mut self, petition: &Petition, cover: Option<Cover>) -> Tally {
        let heads = self.heads(petition);
        let previous = self.last.get(&petition.id()).copied();
        Tally::new(petition.id(), self.time, previous, &heads, cover).expect("a tally")
    }

    /// Publish all leaves with an honest tally, and serve checkpoints over them.
    pub(crate) fn tally(&mut self, petition: &Petition) -> u64 {
        let tally = self.next_tally(petition, None);
        self.tally_as(petition, &tally.to_string())
    }

    /// Publish all leaves with this tally.
    pub(crate) fn tally_as(&mut self, petition: &Petition, text: &str) -> u64 {
        self.journal.push(text.as_bytes().to_vec());
        let entry = self.journal.len() as u64 - 1;
        self.last.insert(petition.id(), entry);
        self.time += 3600;
        for tree in Tree::ALL {
            let size = self.tree(petition, tree).len();
            if size > 0 {
                self.served.insert((petition.id(), tree), size);
            }
        }
        entry
    }

    /// Bring signers onto the roll and into the signatures, and publish.
    pub(crate) fn sign(&mut self, petition: &Petition, signers: std::ops::Range<u32>) -> u64 {
        let roll = signers.clone().map(|n| petition.roll(n)).collect();
        self.batch(petition, Tree::Roll, roll);
        let signatures = signers.map(|n| petition.signature(n)).collect();
        self.batch(petition, Tree::Signatures, signatures);
        self.tally(petition)
    }

    /// The journal's checkpoint.
    pub(crate) fn checkpoint(&self) -> Vec<u8> {
        let head = Checkpoint {
            origin: self.origin.clone(),
            size: TreeSize(self.journal.len() as u64),
            root: root(&self.journal),
        };
        let (ed25519, ml_dsa) = journal_signers(&self.origin);
        let text = head.to_string();
        let signatures = vec![ed25519.sign(&text), ml_dsa.sign(&head, self.time)];
        Note::new(&text, signatures).expect("a note").to_bytes()
    }

    /// All public files.
    pub(crate) fn files(&self) -> Files {
        let mut files = Files::default();
        files.add_log("", &self.journal);
        files.put("checkpoint", self.checkpoint());
        for ((id, tree), size) in &self.served {
            let petition = self.petitions.iter().find(|p| p.id() == *id);
            let petition = petition.expect("a petition of this instance");
            let leaves = &self.trees[&(*id, *tree)][..*size];
            let prefix = format!("{id}/{tree}/");
            files.add_log(&prefix, leaves);
            let head = TreeHead {
                size: *size as u64,
                root: root(leaves),
            };
            let note = petition.tree_checkpoint(*tree, &head);
            files.put(&format!("{prefix}checkpoint"), note);
        }
        files
    }
}
