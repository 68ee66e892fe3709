//! Deviations, at most so many in full: a hostile log must not fill the disk.

use serde::{Deserialize, Serialize};

use crate::protocol::replay::Deviation;

/// How many are kept in full for a petition or journal.
pub(in crate::auditor) const KEPT: usize = 100;

/// What was found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::auditor) struct Found {
    /// The first of them, in the order of finding.
    pub(in crate::auditor) deviations: Vec<Deviation>,
    /// How many more there were.
    pub(in crate::auditor) more: u64,
}

impl Extend<Deviation> for Found {
    fn extend<I: IntoIterator<Item = Deviation>>(&mut self, deviations: I) {
        for deviation in deviations {
            if self.deviations.len() < KEPT {
                self.deviations.push(deviation);
            } else {
                self.more += 1;
            }
        }
    }
}
