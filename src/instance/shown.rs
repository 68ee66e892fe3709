//! Which heads readers see (`spec/publication.md`, "Cosignatures"): while witnesses are
//! asked about a publication, those before it.

use std::collections::HashMap;
use std::sync::RwLock;

use super::Instance;
use crate::store::{LogId, SignedHead, Store, StoreError};

/// Heads that stand in for newer ones.
#[derive(Default)]
pub(super) struct Shown(RwLock<HashMap<LogId, Option<SignedHead>>>);

impl Shown {
    /// Go on showing these logs as they are now, whatever is published from here on.
    pub(super) fn hold(&self, store: &dyn Store, logs: &[LogId]) -> Result<(), StoreError> {
        let mut held = self.0.write().expect("no writer panics");
        for log in logs {
            if !held.contains_key(log) {
                held.insert(*log, store.head(*log)?);
            }
        }
        Ok(())
    }

    /// Show what is published.
    pub(super) fn release(&self) {
        self.0.write().expect("no writer panics").clear();
    }
}

impl Instance {
    /// The head of a log that readers see: signed, durable, and either cosigned as the
    /// policy of this journal asks or no longer waiting for that. Blocking.
    pub fn shown_head(&self, log: LogId) -> Result<Option<SignedHead>, StoreError> {
        let held = self.shown.0.read().expect("no writer panics");
        match held.get(&log) {
            Some(before) => Ok(before.clone()),
            None => self.store.head(log),
        }
    }
}
