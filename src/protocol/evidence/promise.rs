//! A promise that was not kept (`spec/receipt.md`, "Promise").

use serde::{Deserialize, Serialize};

use super::logs::Trusted;
use super::{Fact, NotProven, Proven, StatedBy};
use crate::protocol::encoding::base64_bytes;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::inclusion::{InclusionError, JournaledTally};
use crate::protocol::manifest::Manifest;
use crate::protocol::promise::Promise;
use crate::protocol::replay::petition_of;
use crate::protocol::tally::{self, Tally, TallyError};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::frontier::Frontier;
use crate::tlog::hash::{HASH_LEN, Hash, leaf_hash};
use crate::tlog::note::Note;
use crate::tlog::policy::{Policy, WitnessedCheckpoint};
use crate::tlog::size::TreeSize;

/// How long before a promise is due the registrar must have published a roll that covers
/// it, where the ledger itself names none that does, seconds.
pub const COVER_MARGIN: u64 = 86_400;

/// A journal entry: any bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Entry(#[serde(with = "base64_bytes")] pub Vec<u8>);

/// A promise, and a later head of the ledger's journal without what was promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrokenPromise {
    /// The ledger's signed promise.
    pub promise: String,
    /// A checkpoint of the ledger's journal that is later.
    pub head: String,
    /// Journal index of the petition's last tally in it.
    pub tally: u64,
    /// Compact range of the entries before: the hashes of the complete subtrees, largest first.
    pub before: Vec<Hash>,
    /// That tally and all entries behind it.
    pub entries: Vec<Entry>,
    /// The leaf hashes of the signatures tree at that tally, one after another.
    #[serde(with = "base64_bytes")]
    pub leaves: Vec<u8>,
    /// A tally of the registrar whose roll is larger than the one that the ledger names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar: Option<JournaledTally>,
}

const TREE: Tree = Tree::Signatures;

impl BrokenPromise {
    pub(super) fn verify(&self, trusted: &Trusted<'_>) -> Result<Proven, NotProven> {
        let manifest = trusted.manifest()?;
        let keys = manifest.journal_vkeys(TREE);
        let promise = Promise::open(self.promise.as_bytes(), &keys[0])?;
        if promise.petition != manifest.id() {
            return Err(NotProven::OtherPetition);
        }
        let note = Note::parse(self.head.as_bytes())?;
        let head = trusted.witnessed(&note, TREE)?;
        let later = later(&note, &head, manifest, trusted.policy, promise.by)
            .ok_or(NotProven::NotLater { by: promise.by })?;
        let tally = self.last_tally(manifest.id(), head.checkpoint())?;
        let signatures = *tally.head(TREE).ok_or(InclusionError::Tree(TREE))?;
        let roll = self.roll(trusted, &tally, promise.by)?;
        if signatures.size >= roll {
            let signatures = signatures.size;
            return Err(NotProven::NotCovered { signatures, roll });
        }
        self.lacks(&promise.leaf, signatures.size, &signatures.root)?;
        Ok(Proven {
            origin: promise.origin,
            petition: Some(promise.petition),
            keys: keys.to_vec(),
            fact: Fact::BrokenPromise {
                leaf: promise.leaf,
                by: promise.by,
                tally: self.tally,
                signatures: signatures.size,
                roll,
                later,
            },
            _checked: (),
        })
    }

    /// The petition's last tally in this head: rebuild the head from there on.
    fn last_tally(&self, petition: PetitionId, head: &Checkpoint) -> Result<Tally, NotProven> {
        let end = self.tally.checked_add(self.entries.len() as u64);
        if end != Some(head.size.0) {
            return Err(NotProven::Entries);
        }
        let mut frontier = Frontier::resume(TreeSize(self.tally), self.before.clone())?;
        for Entry(bytes) in &self.entries {
            frontier.push(leaf_hash(bytes));
        }
        if frontier.root() != head.root {
            return Err(NotProven::Entries);
        }
        let (Entry(first), rest) = self.entries.split_first().ok_or(NotProven::NoTally)?;
        let tally = match std::str::from_utf8(first).map(Tally::parse) {
            Ok(Ok(tally)) if tally.petition == petition => tally,
            Ok(Err(error @ TallyError::Uncovered { .. })) => return Err(error.into()),
            _ => return Err(NotProven::NoTally),
        };
        // Also one that does not parse: what it would say is not known.
        let claims = |Entry(bytes): &Entry| {
            bytes.starts_with(tally::HEADER.as_bytes()) && petition_of(bytes) == Some(petition)
        };
        match rest.iter().position(claims) {
            None => Ok(tally),
            Some(at) => Err(NotProven::LaterTally(self.tally + 1 + at as u64)),
        }
    }

    /// R: the roll that the ledger's own tally lists or names, or a larger one that the
    /// registrar had published in time.
    fn roll(&self, trusted: &Trusted<'_>, tally: &Tally, by: u64) -> Result<u64, NotProven> {
        let manifest = trusted.manifest()?;
        let keeper = manifest.keeper(Tree::Roll);
        let own = match &tally.cover {
            Some(cover) if cover.origin != keeper => 0,
            _ => tally.covering_roll().map_or(0, |roll| roll.size),
        };
        let Some(registrar) = &self.registrar else {
            return Ok(own);
        };
        if manifest.single_instance() {
            return Err(NotProven::Surplus("a registrar's tally"));
        }
        let verified = registrar.verify(manifest, Tree::Roll, trusted.policy)?;
        let limit = by.saturating_sub(COVER_MARGIN);
        let early = |time: u64| time <= limit;
        let known = trusted.policy.requires_witnesses()
            && is_quorum(trusted.policy, verified.checkpoint(), early);
        if !known {
            return Err(NotProven::LateCover { by });
        }
        Ok(own.max(verified.head(Tree::Roll)?.size))
    }

    fn lacks(&self, leaf: &Hash, size: u64, root: &Hash) -> Result<(), NotProven> {
        let wrong = NotProven::Leaves { signatures: size };
        let (hashes, rest) = self.leaves.as_chunks::<HASH_LEN>();
        if !rest.is_empty() || hashes.len() as u64 != size {
            return Err(wrong);
        }
        let mut frontier = Frontier::new();
        for hash in hashes {
            frontier.push(Hash(*hash));
        }
        if frontier.root() != *root {
            return Err(wrong);
        }
        match hashes.iter().position(|hash| *hash == leaf.0) {
            None => Ok(()),
            Some(index) => Err(NotProven::Kept(index as u64)),
        }
    }
}

/// Whether witnesses whose cosignatures state such times are a quorum.
fn is_quorum(policy: &Policy, head: &WitnessedCheckpoint, time: impl Fn(u64) -> bool) -> bool {
    let stated = |key| head.witnesses().iter().filter(move |by| by.key == key);
    policy.is_quorum(|witness| stated(witness.key.clone()).any(|by| by.time.is_some_and(&time)))
}

/// Who states that this is the log's head after `by`.
///
/// The log's own timed signature does: it signs no old head again. Witnesses do if there
/// is no quorum without them: anybody can have an old head cosigned by a witness that did
/// not see the newer ones, but each quorum that saw a newer one has one of these in it.
fn later(
    note: &Note,
    head: &WitnessedCheckpoint,
    manifest: &Manifest,
    policy: &Policy,
    by: u64,
) -> Option<StatedBy> {
    let own = manifest.journal_vkeys(TREE).iter();
    let own = own.filter_map(|key| note.verify(&[key]).ok());
    let times = own.flat_map(|verified| verified.signatures().to_vec());
    if let Some(time) = times.filter_map(|s| s.time).filter(|time| *time > by).max() {
        return Some(StatedBy::Log(time));
    }
    let late = |time: u64| time > by;
    let names: Vec<String> = policy
        .witnesses()
        .iter()
        .filter(|witness| {
            let own = head.witnesses().iter().filter(|w| w.key == witness.key);
            own.into_iter().any(|w| w.time.is_some_and(late))
        })
        .map(|witness| witness.name.clone())
        .collect();
    let left = policy.is_quorum(|witness| !names.contains(&witness.name));
    (is_quorum(policy, head, late) && !left).then_some(StatedBy::Witnesses(names))
}
