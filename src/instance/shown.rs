//! What readers see (`spec/publication.md`, "Cosignatures"): while witnesses are asked about
//! a publication, the heads and tallies before it.

use std::collections::HashMap;
use std::sync::RwLock;

use super::{Instance, Petition};
use crate::protocol::ids::PetitionId;
use crate::protocol::tally::Tally;
use crate::store::{LogId, SignedHead, StoreError};

/// What stands in for something newer.
#[derive(Default)]
pub(super) struct Shown(RwLock<Held>);

#[derive(Default)]
struct Held {
    heads: HashMap<LogId, Option<SignedHead>>,
    /// The last tally of each petition, with its journal index.
    tallies: HashMap<PetitionId, Option<(u64, Tally)>>,
}

impl Shown {
    /// Show what is published.
    pub(super) fn release(&self) {
        *self.0.write().expect("no writer panics") = Held::default();
    }
}

impl Instance {
    /// Go on showing these logs as they are now, whatever is published from here on.
    /// Blocking.
    pub(super) fn hold(&self, logs: impl Iterator<Item = LogId>) -> Result<(), StoreError> {
        let mut held = self.shown.0.write().expect("no writer panics");
        for log in logs {
            if held.heads.contains_key(&log) {
                continue;
            }
            let head = self.store.head(log)?;
            held.heads.insert(log, head);
            if let LogId::Tree(id, _) = log
                && let Some(petition) = self.petitions.get(&id)
            {
                let tally = petition.tally();
                held.tallies.entry(id).or_insert(tally);
            }
        }
        Ok(())
    }

    /// The head of a log that readers see: signed, durable, and either cosigned as the
    /// policy of this journal asks or no longer waiting for that. Blocking.
    pub fn shown_head(&self, log: LogId) -> Result<Option<SignedHead>, StoreError> {
        let held = self.shown.0.read().expect("no writer panics");
        match held.heads.get(&log) {
            Some(before) => Ok(before.clone()),
            None => self.store.head(log),
        }
    }

    /// The last tally of a petition that readers see, and its journal index.
    pub fn shown_tally(&self, petition: &Petition) -> Option<(u64, Tally)> {
        let held = self.shown.0.read().expect("no writer panics");
        match held.tallies.get(&petition.manifest.id()) {
            Some(before) => before.clone(),
            None => petition.tally(),
        }
    }
}
