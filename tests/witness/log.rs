//! Logs to be witnessed, some of which lie.

use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::cosignature::MlDsaCosigner;
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::note::{Note, NoteSigner, VerifierKey};
use undersigned::tlog::size::TreeSize;
use undersigned::tlog::witness::AddCheckpoint;

use crate::model;

pub const ORIGIN: &str = "log.example/one";

/// A log in memory.
#[derive(Clone)]
pub struct Log {
    pub origin: String,
    seed: u8,
    branch: u8,
    leaves: Vec<Hash>,
}

fn leaf(branch: u8, index: usize) -> Hash {
    leaf_hash(format!("{branch} {index}").as_bytes())
}

impl Log {
    /// With `size` leaves.
    pub fn new(origin: &str, seed: u8, size: usize) -> Self {
        Self {
            origin: origin.to_owned(),
            seed,
            branch: 0,
            leaves: (0..size).map(|index| leaf(0, index)).collect(),
        }
    }

    pub fn one() -> Self {
        Self::new(ORIGIN, 1, 64)
    }

    /// The same log, signed by the same key, with other leaves from `index` on.
    pub fn forked(&self, index: usize) -> Self {
        let mut fork = self.clone();
        fork.branch += 1;
        for (at, hash) in fork.leaves.iter_mut().enumerate().skip(index) {
            *hash = leaf(fork.branch, at);
        }
        fork
    }

    pub fn signer(&self) -> NoteSigner {
        NoteSigner::new(&self.origin, &[self.seed; 32]).expect("a key")
    }

    pub fn cosigner(&self) -> MlDsaCosigner {
        MlDsaCosigner::new(&self.origin, &[self.seed; 32]).expect("a key")
    }

    pub fn vkey(&self) -> VerifierKey {
        self.signer().vkey()
    }

    pub fn checkpoint(&self, size: usize) -> Checkpoint {
        Checkpoint {
            origin: self.origin.clone(),
            size: TreeSize(size as u64),
            root: model::root(&self.leaves[..size]),
        }
    }

    /// The text as a checkpoint signed by this log, whatever it says.
    pub fn sign(&self, text: &str) -> Note {
        Note::new(text, vec![self.signer().sign(text)]).expect("a note")
    }

    pub fn note(&self, size: usize) -> Note {
        self.sign(&self.checkpoint(size).to_string())
    }

    pub fn proof(&self, old: usize, new: usize) -> Vec<Hash> {
        model::consistency(old, &self.leaves[..new])
    }

    /// What an honest client of this log sends.
    pub fn request(&self, old: usize, new: usize) -> AddCheckpoint {
        let proof = self.proof(old, new);
        AddCheckpoint::new(TreeSize(old as u64), proof, self.note(new)).expect("a request")
    }

    pub fn body(&self, old: usize, new: usize) -> Vec<u8> {
        self.request(old, new).to_string().into_bytes()
    }

    /// Any request: old size, proof and note need not belong together.
    pub fn forced(old: usize, proof: Vec<Hash>, note: Note) -> Vec<u8> {
        let request = AddCheckpoint::new(TreeSize(old as u64), proof, note);
        request.expect("a request").to_string().into_bytes()
    }
}
