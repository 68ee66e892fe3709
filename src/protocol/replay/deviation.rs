//! Where something is wrong, and which rule it breaks.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Rule;
use super::fault::{Fault, StatementKind};
use crate::protocol::ids::{PetitionId, Tree};

/// One place where the public files break a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deviation {
    /// The petition, unless it is about the journal as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub petition: Option<PetitionId>,
    /// The tree, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<Tree>,
    /// Index of the leaf in that tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
    /// Index of the journal entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// What is wrong there.
    #[serde(flatten)]
    pub fault: Fault,
}

impl Fault {
    /// About the journal as a whole.
    pub fn journal(self) -> Deviation {
        Deviation {
            petition: None,
            tree: None,
            index: None,
            entry: None,
            fault: self,
        }
    }

    /// In a journal entry about no known petition.
    pub fn entry(self, entry: u64) -> Deviation {
        Deviation {
            entry: Some(entry),
            ..self.journal()
        }
    }

    /// In a petition's journal entry.
    pub fn statement(self, petition: PetitionId, entry: u64) -> Deviation {
        Deviation {
            petition: Some(petition),
            ..self.entry(entry)
        }
    }

    /// In what a tally says of a tree.
    pub fn head(self, petition: PetitionId, tree: Tree, entry: u64) -> Deviation {
        Deviation {
            tree: Some(tree),
            ..self.statement(petition, entry)
        }
    }

    /// About a tree as a whole.
    pub fn tree(self, petition: PetitionId, tree: Tree) -> Deviation {
        Deviation {
            petition: Some(petition),
            tree: Some(tree),
            ..self.journal()
        }
    }

    /// In a leaf.
    pub fn leaf(self, petition: PetitionId, tree: Tree, index: u64) -> Deviation {
        Deviation {
            index: Some(index),
            ..self.tree(petition, tree)
        }
    }
}

impl Deviation {
    /// The rule that is broken.
    pub fn rule(&self) -> Rule {
        match &self.fault {
            Fault::CheckpointSignature { .. } | Fault::CheckpointPolicy { .. } => Rule::R1,
            Fault::RolledBack { .. } | Fault::Forked { .. } => Rule::R2,
            Fault::JournalRoot { .. } => Rule::R3,
            Fault::HashTile { .. } => Rule::R4,
            Fault::NotAStatement { .. } | Fault::UnknownPetition => Rule::R5,
            Fault::Manifest { .. }
            | Fault::PublishedTwice { .. }
            | Fault::JournalKeys
            | Fault::NotKeptHere => Rule::R6,
            Fault::StatementSignature { statement, .. } => match statement {
                StatementKind::Published => Rule::R6,
                StatementKind::Extended | StatementKind::Closing => Rule::R20,
                StatementKind::Closed => Rule::R21,
                StatementKind::Delivered
                | StatementKind::Answered
                | StatementKind::Withheld
                | StatementKind::Erased
                | StatementKind::Opened
                | StatementKind::Audited
                | StatementKind::Goal => Rule::R23,
            },
            Fault::TallyTrees => Rule::R7,
            Fault::Previous { .. } | Fault::NoChange => Rule::R8,
            Fault::TimeBackwards { .. } | Fault::BeforeOpening { .. } | Fault::Future { .. } => {
                Rule::R9
            }
            Fault::Shrinks { .. } | Fault::RootChanged { .. } => Rule::R10,
            Fault::Uncovered { .. }
            | Fault::CoverOrigin { .. }
            | Fault::CoverBackwards { .. }
            | Fault::CoverUnknown { .. } => Rule::R11,
            Fault::Root { .. } => Rule::R12,
            Fault::Leaf { .. } => Rule::R13,
            Fault::Order => Rule::R14,
            Fault::Token => Rule::R15,
            Fault::PublicKey => Rule::R16,
            Fault::Repeated { .. } => Rule::R17,
            Fault::NoTarget { .. } | Fault::NotAuthorised { .. } => {
                if self.tree == Some(Tree::Strikes) {
                    Rule::R19
                } else {
                    Rule::R18
                }
            }
            Fault::Dates | Fault::SaidBefore { .. } | Fault::DatesAfterEnd { .. } => Rule::R20,
            Fault::ClosedTwice { .. }
            | Fault::ClosedTally { .. }
            | Fault::ClosedEarly { .. }
            | Fault::GrowsAfterClosed { .. } => Rule::R21,
            Fault::TreeCheckpoint { .. } | Fault::TreeHead { .. } => Rule::R22,
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.rule())?;
        if let Some(petition) = self.petition {
            write!(f, " petition {petition}")?;
        }
        if let Some(tree) = self.tree {
            write!(f, " {tree}")?;
        }
        if let Some(index) = self.index {
            write!(f, " leaf {index}")?;
        }
        if let Some(entry) = self.entry {
            write!(f, " journal entry {entry}")?;
        }
        write!(f, ": {}", self.fault)
    }
}

#[cfg(test)]
mod tests;
