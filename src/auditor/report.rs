//! What an audit says.

use std::path::PathBuf;

use serde::Serialize;

use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::manifest::Localized;
use crate::protocol::replay::{Deviation, Rule};
use crate::protocol::tally::Totals;
use crate::tlog::hash::Hash;

/// The outcome in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All was looked at, and every rule holds.
    Fine,
    /// At least one rule is broken.
    Deviations,
    /// No rule was seen to be broken, but not all could be looked at.
    CouldNotLook,
}

impl Verdict {
    pub(super) fn of(deviations: &[ReportedDeviation], unchecked: &[Unchecked]) -> Self {
        match (deviations.is_empty(), unchecked.is_empty()) {
            (false, _) => Self::Deviations,
            (true, false) => Self::CouldNotLook,
            (true, true) => Self::Fine,
        }
    }
}

/// Why the journal's keys are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyTrust {
    /// The caller gave them, or a policy does.
    Given,
    /// They are those of the first run.
    Remembered,
    /// This is the first run: they come from the log itself and prove nothing about who
    /// runs it.
    FirstUse,
}

/// Something that could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unchecked {
    /// Which petition, unless it is about the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub petition: Option<PetitionId>,
    /// Which tree, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree: Option<Tree>,
    /// Why.
    pub why: String,
}

/// A deviation as it stands in a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportedDeviation {
    /// The rule, `R1` to `R22`.
    pub rule: Rule,
    /// Where and what.
    #[serde(flatten)]
    pub deviation: Deviation,
    /// The same in plain words.
    pub text: String,
}

impl From<Deviation> for ReportedDeviation {
    fn from(deviation: Deviation) -> Self {
        Self {
            rule: deviation.rule(),
            text: deviation.to_string(),
            deviation,
        }
    }
}

/// A petition's numbers, as far as they were replayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PetitionReport {
    /// Which.
    pub petition: PetitionId,
    /// Its title in each language.
    pub title: Vec<Localized>,
    /// R, X, S, W; trees that are kept elsewhere count as empty.
    #[serde(flatten)]
    pub totals: Totals,
    /// max(0, S − W − X).
    pub count: u64,
    /// S − W.
    pub ceiling: u64,
    /// Time of the last tally, Unix seconds; absent before the first.
    pub as_of: Option<u64>,
    /// Journal index of the last tally.
    pub tally: Option<u64>,
    /// Whether R and S are final.
    pub closed: bool,
    /// The origin of the roll, where another instance keeps it: R and X are zero here
    /// unless its journal was audited, too, and the count is then an upper bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roll_kept_by: Option<String>,
}

/// How much was done in this run. What earlier runs verified is not done again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Work {
    /// Journal entries.
    pub entries: u64,
    /// Leaves, over all trees.
    pub leaves: u64,
    /// Tiles of hashes compared.
    pub tiles: u64,
    /// Bytes read from the source.
    pub bytes: u64,
    /// How long it took, seconds.
    pub seconds: u64,
}

/// What an audit says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Where the files came from.
    pub source: String,
    /// The journal's origin.
    pub origin: String,
    /// Its verified size.
    pub entries: u64,
    /// Its verified root.
    pub root: Hash,
    /// The journal's keys.
    pub keys: Vec<String>,
    /// Why they are believed.
    pub key_trust: KeyTrust,
    /// Witnesses whose cosignatures the policy counted.
    pub witnesses: Vec<String>,
    /// The outcome.
    pub verdict: Verdict,
    /// Each petition, by id.
    pub petitions: Vec<PetitionReport>,
    /// What is wrong, at most 100 a petition.
    pub deviations: Vec<ReportedDeviation>,
    /// How many more there are.
    pub more_deviations: u64,
    /// What could not be looked at.
    pub unchecked: Vec<Unchecked>,
    /// Folders with signed checkpoints that contradict each other.
    pub evidence: Vec<PathBuf>,
    /// How much was done.
    pub work: Work,
}
