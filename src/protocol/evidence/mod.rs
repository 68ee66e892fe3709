//! Evidence: one file that shows, offline and to anybody, that whoever keeps a log broke
//! the rules (`spec/evidence.md`).
//!
//! Whoever complains is not trusted: each kind proves something that no honest keeper can
//! have signed, and anything less is [`NotProven`].

mod contradiction;
mod error;
mod leaf;
mod life;
mod logs;
mod promise;
mod proven;

pub use contradiction::{Differ, InconsistentJournal, InconsistentTree, Place, Side};
pub use error::{EvidenceError, NotProven};
pub use leaf::{ForgedLeaf, RepeatedLeaf, TargetLeaf};
pub use life::{GrowthAfterClosed, Uncovered};
pub use promise::{BrokenPromise, COVER_MARGIN, Entry};
pub use proven::{Contradiction, Fact, Proven, StatedBy};

use serde::{Deserialize, Serialize};

use super::encoding::from_json;
use super::manifest::Manifest;
use crate::tlog::policy::Policy;
use logs::Trusted;

/// The value of `format`.
pub const FORMAT: &str = "undersigned/evidence/v1";
/// Most bytes of an evidence file: all leaf hashes of a tree of 1.4 million fit.
pub const EVIDENCE_MAX: usize = 64 << 20;

/// What is claimed, and what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Claim {
    /// Two heads of a journal that no one journal can have.
    InconsistentJournal(InconsistentJournal),
    /// Two heads of a petition's tree, signed or in tallies, that no one tree can have.
    InconsistentTree(InconsistentTree),
    /// A signature that was promised is not there.
    BrokenPromise(BrokenPromise),
    /// A leaf that breaks a rule by itself (R13, R15, R16, R18, R19).
    ForgedLeaf(ForgedLeaf),
    /// One key, tag or index in two places (R17).
    RepeatedLeaf(RepeatedLeaf),
    /// More signatures than confirmed mailboxes (R11).
    Uncovered(Uncovered),
    /// Roll or signatures that grow after `closed` (R21).
    GrowthAfterClosed(GrowthAfterClosed),
}

impl Claim {
    /// The value of `kind`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InconsistentJournal(_) => "inconsistent-journal",
            Self::InconsistentTree(_) => "inconsistent-tree",
            Self::BrokenPromise(_) => "broken-promise",
            Self::ForgedLeaf(_) => "forged-leaf",
            Self::RepeatedLeaf(_) => "repeated-leaf",
            Self::Uncovered(_) => "uncovered",
            Self::GrowthAfterClosed(_) => "growth-after-closed",
        }
    }
}

/// An evidence file, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    format: String,
    /// The petition's exact text. A claim about a journal can do without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    manifest: Option<String>,
    /// What is claimed.
    claim: Claim,
}

impl Evidence {
    /// A claim. `manifest` is the petition that it is about; for a journal, one that names
    /// its keys, if there is one.
    pub fn new(manifest: Option<&Manifest>, claim: Claim) -> Self {
        Self {
            format: FORMAT.to_owned(),
            manifest: manifest.map(|manifest| manifest.text().to_owned()),
            claim,
        }
    }

    /// Parse an evidence file.
    pub fn parse(bytes: &[u8]) -> Result<Self, EvidenceError> {
        if bytes.len() > EVIDENCE_MAX {
            return Err(EvidenceError::TooLong(bytes.len()));
        }
        let evidence: Self = from_json(bytes).map_err(EvidenceError::Json)?;
        if evidence.format != FORMAT {
            return Err(EvidenceError::Format(evidence.format));
        }
        Ok(evidence)
    }

    /// The file's bytes.
    pub fn to_file(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("evidence always encodes");
        bytes.push(b'\n');
        bytes
    }

    /// What is claimed.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }

    /// The petition, if the file names one.
    pub fn manifest(&self) -> Result<Option<Manifest>, NotProven> {
        let text = self.manifest.as_ref();
        let manifest = text.map(|text| Manifest::parse(text.as_bytes()));
        Ok(manifest.transpose()?)
    }

    /// Check, offline. `policy` says which journals are known, and for a broken promise which
    /// witnesses; whoever has none can take [`Manifest::pinned_policy`], and then accuses
    /// whoever has the keys that the file itself names.
    pub fn verify(&self, policy: &Policy) -> Result<Proven, NotProven> {
        let manifest = self.manifest()?;
        let trusted = Trusted::new(policy, manifest.as_ref());
        match &self.claim {
            Claim::InconsistentJournal(claim) => claim.verify(&trusted),
            Claim::InconsistentTree(claim) => claim.verify(&trusted),
            Claim::BrokenPromise(claim) => claim.verify(&trusted),
            Claim::ForgedLeaf(claim) => claim.verify(&trusted),
            Claim::RepeatedLeaf(claim) => claim.verify(&trusted),
            Claim::Uncovered(claim) => claim.verify(&trusted),
            Claim::GrowthAfterClosed(claim) => claim.verify(&trusted),
        }
    }
}
