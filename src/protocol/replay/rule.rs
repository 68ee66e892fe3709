//! The rules by number.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A rule of `spec/replay.md`, where its number leads to its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rule {
    /// The journal's checkpoint is signed by its log, and witnessed as the policy asks.
    R1,
    /// It extends every checkpoint of this journal that was seen before.
    R2,
    /// The entries served hash to its root.
    R3,
    /// The hash tiles served are those of the entries.
    R4,
    /// Every entry is a statement, and comes after the publication of its petition.
    R5,
    /// A petition is published once, by its organiser, with this journal's keys.
    R6,
    /// A tally lists the trees that this instance keeps.
    R7,
    /// It names the tally before it and differs from it.
    R8,
    /// Its time fits.
    R9,
    /// Trees only grow.
    R10,
    /// S ≤ R.
    R11,
    /// The leaves served hash to the roots in the tallies.
    R12,
    /// Every leaf has the form of its tree.
    R13,
    /// Leaves ascend within a batch.
    R14,
    /// Every token verifies.
    R15,
    /// Every public key is canonical and of large order.
    R16,
    /// No key, tag or index occurs twice.
    R17,
    /// A withdrawal is of a signature, by its key.
    R18,
    /// A strike is of a roll entry, by the strike key.
    R19,
    /// Dates change by the organiser's word, within limits.
    R20,
    /// `closed` is final.
    R21,
    /// A tree's checkpoint says what the tally says.
    R22,
    /// What is said of a petition's public life is said by whoever may.
    R23,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
