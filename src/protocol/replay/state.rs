//! What replay remembers of a petition between two entries, and between two runs.

use serde::{Deserialize, Serialize};

use crate::protocol::ids::Tree;
use crate::protocol::manifest::Manifest;
use crate::protocol::statement::Dates;
use crate::protocol::tally::{Tally, Totals, TreeHead};
use crate::tlog::hash::empty_root;

/// A tally and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenTally {
    /// Journal index.
    pub entry: u64,
    /// The tally.
    #[serde(with = "text")]
    pub tally: Tally,
}

/// Dates that the organiser has said, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaidDates {
    pub(super) entry: u64,
    /// Whether by `extended`; else by `closing`.
    pub(super) later: bool,
    pub(super) dates: Dates,
}

/// Where a petition's replay is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PetitionState {
    /// Journal index of its publication.
    pub published: u64,
    /// The dates in force.
    pub dates: Dates,
    /// All that were said.
    pub(super) said: Vec<SaidDates>,
    /// Journal index of `closed`.
    pub closed: Option<u64>,
    /// Whether it was reported that it was closed too early.
    pub(super) closed_early: bool,
    /// The last tally that parsed.
    pub last: Option<SeenTally>,
    /// Journal index of the last entry that claims to be a tally of it.
    pub(super) chain: Option<u64>,
    /// For each tree, in the order of [`Tree::ALL`], the last head that keeps the rules;
    /// empty for trees that are kept elsewhere.
    heads: [TreeHead; 4],
}

impl PetitionState {
    /// Of a petition that entry `published` made public.
    pub fn new(manifest: &Manifest, published: u64) -> Self {
        let empty = TreeHead {
            size: 0,
            root: empty_root(),
        };
        Self {
            published,
            dates: Dates::of(manifest),
            said: Vec::new(),
            closed: None,
            closed_early: false,
            last: None,
            chain: None,
            heads: [empty; 4],
        }
    }

    /// The last head of a tree that keeps the rules.
    pub fn head(&self, tree: Tree) -> TreeHead {
        self.heads[tree as usize]
    }

    pub(super) fn set_head(&mut self, tree: Tree, head: TreeHead) {
        self.heads[tree as usize] = head;
    }

    /// The sizes of these heads.
    pub fn totals(&self) -> Totals {
        Totals {
            roll: self.head(Tree::Roll).size,
            strikes: self.head(Tree::Strikes).size,
            signatures: self.head(Tree::Signatures).size,
            withdrawals: self.head(Tree::Withdrawals).size,
        }
    }
}

/// Serde: a tally as its exact text.
mod text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::protocol::tally::Tally;

    pub(super) fn serialize<S: Serializer>(tally: &Tally, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(tally)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Tally, D::Error> {
        Tally::parse(&String::deserialize(d)?).map_err(D::Error::custom)
    }
}
