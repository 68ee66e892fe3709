//! From what an audit found, or what a signer was promised, to a file that proves it to
//! anybody (`spec/evidence.md`).
//!
//! Journal and hashes come from the state of the audit, which verified them; only leaves,
//! and a journal that contradicts it, are read from the source again. Nothing leaves here
//! that does not hold: every file was checked as its reader will check it.

mod error;
mod fork;
mod kept;
mod leaves;
mod promise;
mod served;
mod tallies;

pub use error::NoEvidence;
pub use promise::{Answer, Complaint};

use std::path::Path;

use super::fetch::Reader;
use super::observer::{Counters, Unobserved};
use crate::client::tiles::TileSource;
use crate::protocol::evidence::{Claim, Evidence};
use crate::protocol::manifest::Manifest;
use crate::protocol::replay::{Deviation, Fault};
use crate::tlog::policy::Policy;
use kept::Kept;

/// Makes evidence from one journal's audit. Holds its state folder.
#[derive(Debug)]
pub struct Gatherer {
    kept: Kept,
}

impl Gatherer {
    /// With what an audit of the journal with this origin remembers below `state`
    /// (`AuditOptions::state`). No audit of it may run meanwhile.
    ///
    /// # Errors
    /// If there is no such audit, or another one uses its folder.
    pub fn open(state: &Path, origin: &str) -> Result<Self, NoEvidence> {
        Ok(Self {
            kept: Kept::open(state, origin)?,
        })
    }

    /// Evidence of a deviation that this audit found, checked against the journal's keys.
    /// `source` gives the instance's files: a live service, or a mirror.
    ///
    /// # Errors
    /// Why there is none.
    pub fn gather(
        &self,
        source: &dyn TileSource,
        deviation: &Deviation,
    ) -> Result<Evidence, NoEvidence> {
        let counters = &Counters::default();
        let reader = Reader {
            source,
            counters,
            observer: &Unobserved,
        };
        let (manifest, claim) = self.claim(&reader, deviation)?;
        let evidence = Evidence::new(manifest.as_ref(), claim);
        evidence.verify(&Policy::of_logs(self.kept.keys.iter().cloned()))?;
        Ok(evidence)
    }

    fn claim(
        &self,
        reader: &Reader<'_>,
        deviation: &Deviation,
    ) -> Result<(Option<Manifest>, Claim), NoEvidence> {
        let kept = &self.kept;
        if let Fault::Forked { served, .. } = &deviation.fault {
            let claim = fork::claim(kept, reader, served)?;
            return Ok((kept.any_manifest(), claim));
        }
        if !error::can_be_shown(&deviation.fault) {
            return Err(NoEvidence::Kind(error::why_not(&deviation.fault)));
        }
        let petition = kept.petition(deviation)?;
        let claim = match &deviation.fault {
            Fault::Uncovered { .. } => tallies::uncovered(kept, deviation)?,
            Fault::GrowsAfterClosed { .. } => tallies::growth(kept, petition, deviation)?,
            Fault::TreeHead { .. } => tallies::tree_head(kept, reader, petition, deviation)?,
            Fault::RootChanged { .. } | Fault::Shrinks { .. } => {
                tallies::inconsistent(kept, petition, deviation)?
            }
            Fault::Repeated { first } => {
                leaves::repeated(kept, reader, petition, deviation, *first)?
            }
            _ => leaves::forged(kept, reader, petition, deviation)?,
        };
        Ok((Some(petition.manifest.clone()), claim))
    }
}

/// Evidence of one deviation that an audit found: [`Gatherer::open`] and
/// [`Gatherer::gather`].
///
/// # Errors
/// Why there is none.
pub fn gather(
    source: &dyn TileSource,
    state: &Path,
    origin: &str,
    deviation: &Deviation,
) -> Result<Evidence, NoEvidence> {
    Gatherer::open(state, origin)?.gather(source, deviation)
}
