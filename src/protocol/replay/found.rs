//! Deviations, at most so many in full: a hostile log must not fill memory or disk.

use serde::{Deserialize, Serialize};

use super::Deviation;

/// How many are kept in full.
pub(super) const KEPT: usize = 100;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// The first of them, in the order of finding.
    pub deviations: Vec<Deviation>,
    /// How many more there were.
    pub more: u64,
}

impl Found {
    /// One more.
    pub fn push(&mut self, deviation: Deviation) {
        if self.deviations.len() < KEPT {
            self.deviations.push(deviation);
        } else {
            self.more += 1;
        }
    }

    /// Those of `other`, too.
    pub fn append(&mut self, other: Self) {
        self.extend(other.deviations);
        self.more += other.more;
    }
}

impl Extend<Deviation> for Found {
    fn extend<I: IntoIterator<Item = Deviation>>(&mut self, deviations: I) {
        deviations
            .into_iter()
            .for_each(|deviation| self.push(deviation));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::replay::Fault;

    #[test]
    fn what_is_not_kept_is_counted() {
        let mut found = Found::default();
        found.extend((0..KEPT as u64 + 7).map(|entry| Fault::NoChange.entry(entry)));
        assert_eq!((found.deviations.len(), found.more), (KEPT, 7));
        let again = found.clone();
        found.append(again);
        assert_eq!(
            (found.deviations.len(), found.more),
            (KEPT, 7 + KEPT as u64 + 7)
        );
    }
}
