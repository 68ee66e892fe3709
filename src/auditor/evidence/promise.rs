//! Whether a promise was kept, from the files that the ledger serves.

use super::NoEvidence;
use super::served::{Leaves, hashes, unreadable};
use crate::auditor::fetch::Reader;
use crate::auditor::journal;
use crate::auditor::observer::{Counters, Unobserved};
use crate::client::tiles::TileSource;
use crate::protocol::evidence::{BrokenPromise, Claim, Entry, Evidence, NotProven, Proven};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::inclusion::{Included, InclusionProof, JournaledTally};
use crate::protocol::manifest::Manifest;
use crate::protocol::promise::Promise;
use crate::protocol::replay::petition_of;
use crate::protocol::tally::{HEADER, Tally};
use crate::store::LogId;
use crate::tlog::frontier::Frontier;
use crate::tlog::hash::leaf_hash;
use crate::tlog::note::Note;
use crate::tlog::policy::{Policy, PolicyError};
use crate::tlog::proof::{HashReader, inclusion_proof};
use crate::tlog::size::{LeafIndex, TreeSize};
use crate::tlog::tile::TILE_WIDTH;
use crate::tlog::tlog_proof::TlogProof;

const TREE: Tree = Tree::Signatures;

/// A promise, and where to look.
pub struct Complaint<'a> {
    /// The petition.
    pub manifest: &'a Manifest,
    /// The ledger's signed promise.
    pub promise: &'a str,
    /// The signature leaf that it is about.
    pub leaf: &'a [u8],
    /// Which journals and witnesses to believe.
    pub policy: &'a Policy,
    /// The ledger's files.
    pub ledger: &'a dyn TileSource,
    /// The registrar's, where another instance keeps the roll.
    pub registrar: Option<&'a dyn TileSource>,
    /// Unix seconds.
    pub now: u64,
}

/// What is the case.
#[derive(Debug)]
pub enum Answer {
    /// The promise is broken, and this proves it.
    Broken(Box<Evidence>, Box<Proven>),
    /// The signature is in the ledger; with the proof.
    Kept(Box<InclusionProof>, Box<Included>),
    /// The ledger has time left.
    NotDue {
        /// Until then, Unix seconds.
        by: u64,
    },
    /// It is due, but the roll covers no more.
    NotCovered {
        /// When it was due.
        by: u64,
        /// S.
        signatures: u64,
        /// R.
        roll: u64,
    },
    /// It is due, but no head that meets the policy is later.
    NoLaterHead {
        /// When it was due.
        by: u64,
    },
}

/// A petition's last tally in a journal, and all entries from there to its end.
struct Last {
    note: Note,
    size: u64,
    index: u64,
    entries: Vec<Vec<u8>>,
}

impl Last {
    /// Read backwards from the journal's end. `None`: there is no tally.
    fn find(reader: &Reader<'_>, petition: PetitionId) -> Result<Option<Self>, NoEvidence> {
        let (note, head) = journal::served(reader)?;
        let (size, width) = (head.size.0, u64::from(TILE_WIDTH));
        let mut behind: Vec<Vec<u8>> = Vec::new();
        for number in (0..size.div_ceil(width)).rev() {
            reader.check_stop()?;
            let bundle = reader.bundle(LogId::Journal, number, size)?;
            let mut entries: Vec<Vec<u8>> = bundle.entries().map(<[u8]>::to_vec).collect();
            let claims = |entry: &Vec<u8>| {
                entry.starts_with(HEADER.as_bytes()) && petition_of(entry) == Some(petition)
            };
            let found = entries.iter().rposition(claims);
            let mut kept = entries.split_off(found.unwrap_or(0));
            kept.append(&mut behind);
            behind = kept;
            if let Some(at) = found {
                return Ok(Some(Self {
                    note,
                    size,
                    index: number * width + at as u64,
                    entries: behind,
                }));
            }
        }
        Ok(None)
    }

    fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.entries.first()?).ok()
    }

    /// The tally with its proof.
    fn journaled(&self, reader: &Reader<'_>) -> Result<JournaledTally, NoEvidence> {
        let at = LeafIndex(self.index);
        let hashes = hashes(reader, LogId::Journal, self.size);
        let path = inclusion_proof(at, TreeSize(self.size), &hashes).map_err(|e| unreadable(&e))?;
        Ok(JournaledTally {
            tally: self.text().unwrap_or_default().to_owned(),
            proof: TlogProof::new(at, path, self.note.clone(), None).to_string(),
        })
    }
}

impl Complaint<'_> {
    /// Look. Blocking.
    ///
    /// # Errors
    /// If it cannot be said what is the case: files are absent, or are not those of a head
    /// that the policy knows; or the promise is not the ledger's.
    pub fn answer(&self) -> Result<Answer, NoEvidence> {
        let promise = self.promise()?;
        let by = promise.by;
        let counters = &Counters::default();
        let read = |source| Reader {
            source,
            counters,
            observer: &Unobserved,
        };
        let ledger = read(self.ledger);
        let Some(last) = Last::find(&ledger, self.manifest.id())? else {
            return Ok(self.uncovered(by, 0, 0));
        };
        let tally = last.text().and_then(|text| Tally::parse(text).ok());
        let head = tally.as_ref().and_then(|tally| tally.head(TREE).copied());
        let leaves = match &head {
            Some(head) => Leaves::of(&ledger, LogId::Tree(self.manifest.id(), TREE), head)?,
            None => Leaves(Vec::new()),
        };
        if let Some(at) = leaves.0.iter().position(|leaf| *leaf == promise.leaf) {
            return self.kept(&ledger, &last, &leaves, at as u64);
        }
        if self.now <= by {
            return Ok(Answer::NotDue { by });
        }
        let covering = tally.as_ref().and_then(|tally| tally.covering_roll());
        let room = head.zip(covering).is_some_and(|(s, r)| s.size < r.size);
        let registrar = match self.registrar {
            Some(source) if !room => {
                let reader = read(source);
                let last = Last::find(&reader, self.manifest.id())?;
                last.map(|last| last.journaled(&reader)).transpose()?
            }
            _ => None,
        };
        let claim = self.claim(&ledger, last, &leaves, registrar)?;
        let evidence = Evidence::new(Some(self.manifest), Claim::BrokenPromise(claim));
        match evidence.verify(self.policy) {
            Ok(proven) => Ok(Answer::Broken(Box::new(evidence), Box::new(proven))),
            Err(NotProven::NotCovered { signatures, roll }) => {
                Ok(self.uncovered(by, signatures, roll))
            }
            Err(NotProven::NotLater { .. } | NotProven::Policy(PolicyError::Quorum { .. })) => {
                Ok(match (head, covering) {
                    (Some(s), Some(r)) if !room => self.uncovered(by, s.size, r.size),
                    _ => Answer::NoLaterHead { by },
                })
            }
            Err(NotProven::LateCover { .. }) => {
                let size = |head: Option<u64>| head.unwrap_or(0);
                let signatures = size(head.map(|head| head.size));
                Ok(self.uncovered(by, signatures, size(covering.map(|roll| roll.size))))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn promise(&self) -> Result<Promise, NoEvidence> {
        let ledger = &self.manifest.journal_vkeys(TREE)[0];
        let promise = Promise::open(self.promise.as_bytes(), ledger).map_err(NotProven::from)?;
        if promise.petition != self.manifest.id() || promise.leaf != leaf_hash(self.leaf) {
            return Err(NotProven::OtherPetition.into());
        }
        Ok(promise)
    }

    /// Not covered; before it is due, that is no matter.
    fn uncovered(&self, by: u64, signatures: u64, roll: u64) -> Answer {
        if self.now <= by {
            Answer::NotDue { by }
        } else {
            Answer::NotCovered {
                by,
                signatures,
                roll,
            }
        }
    }

    fn kept(
        &self,
        reader: &Reader<'_>,
        last: &Last,
        leaves: &Leaves,
        index: u64,
    ) -> Result<Answer, NoEvidence> {
        let size = TreeSize(leaves.0.len() as u64);
        let path = inclusion_proof(LeafIndex(index), size, leaves).map_err(|e| unreadable(&e))?;
        let proof = InclusionProof {
            tree: TREE,
            leaf: self.leaf.to_vec(),
            index,
            path,
            journaled: last.journaled(reader)?,
        };
        let included = proof.verify(self.manifest, self.policy);
        let included = included.map_err(NotProven::from)?;
        Ok(Answer::Kept(Box::new(proof), Box::new(included)))
    }

    fn claim(
        &self,
        reader: &Reader<'_>,
        last: Last,
        leaves: &Leaves,
        registrar: Option<JournaledTally>,
    ) -> Result<BrokenPromise, NoEvidence> {
        let nodes = Frontier::edge_nodes(TreeSize(last.index));
        let before = hashes(reader, LogId::Journal, last.size).read(&nodes);
        Ok(BrokenPromise {
            promise: self.promise.to_owned(),
            head: last.note.to_string(),
            tally: last.index,
            before: before.map_err(|e| unreadable(&e))?,
            entries: last.entries.into_iter().map(Entry).collect(),
            leaves: leaves.0.iter().flat_map(|hash| hash.0).collect(),
            registrar,
        })
    }
}
