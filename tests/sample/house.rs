//! A roll with fakes in it, audited many times.

use std::collections::{HashMap, HashSet};

use undersigned::protocol::ids::PetitionId;
use undersigned::protocol::sample::{Confidence, Counts, most_bad, seed};
use undersigned::protocol::tally::TreeHead;
use undersigned::tlog::hash::{Hash, leaf_hash};

/// The petition that all of it is about.
const P: PetitionId = PetitionId([1; 32]);

/// A registrar's roll. The first `bad` entries are fakes: which ones they are makes no
/// difference to a uniform draw.
pub(crate) struct Roll {
    /// R.
    pub(crate) size: u64,
    /// How many entries are fakes, struck ones not among them.
    pub(crate) bad: u64,
    /// Entries that were struck before the draw, at the end of the roll.
    pub(crate) strikes: u64,
    /// Which of many rolls that the registrar could have published.
    pub(crate) version: u64,
}

/// A uniform 32-byte value with this number: the beacon's randomness.
pub(crate) fn randomness(number: u64) -> [u8; 32] {
    leaf_hash(&[b"beacon ", &number.to_be_bytes()[..]].concat()).0
}

fn head(size: u64, version: u64) -> TreeHead {
    let root = Hash(leaf_hash(&[size, version].map(u64::to_be_bytes).concat()).0);
    TreeHead { size, root }
}

impl Roll {
    /// How many fakes a sample under this randomness shows.
    pub(crate) fn found(&self, randomness: &[u8; 32], sample: u64) -> u64 {
        let roll = head(self.size, self.version);
        let strikes = head(self.strikes, 0);
        let struck: Vec<u64> = (self.size - self.strikes..self.size).collect();
        let drawn = seed(P, &roll, &strikes, randomness).draw(self.size, &struck, sample);
        assert_eq!(drawn.len() as u64, sample.min(self.size - self.strikes));
        drawn.iter().filter(|index| **index < self.bad).count() as u64
    }
}

/// Bounds, computed once for each result that a sample can have.
pub(crate) struct Bounds {
    all: u64,
    sample: u64,
    known: HashMap<u64, [u64; 3]>,
}

impl Bounds {
    pub(crate) fn new(all: u64, sample: u64) -> Self {
        Self {
            all,
            sample,
            known: HashMap::new(),
        }
    }

    /// At 90, 95 and 99 %.
    pub(crate) fn of(&mut self, found: u64) -> [u64; 3] {
        let (all, sample) = (self.all, self.sample);
        let bound = |c: Confidence| most_bad(all, sample, found, c.alpha());
        *self
            .known
            .entry(found)
            .or_insert_with(|| Confidence::ALL.map(bound))
    }
}

/// How often of `audits` the truth lay above the bound, at each confidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Misses(pub(crate) [u32; 3]);

impl Misses {
    pub(crate) fn count(&mut self, bad: u64, bounds: [u64; 3]) {
        for (misses, bound) in self.0.iter_mut().zip(bounds) {
            *misses += u32::from(bad > bound);
        }
    }

    /// Whether the stated confidence is met: not more misses than α, with three standard
    /// deviations of leeway for the number of audits.
    pub(crate) fn met(self, audits: u32) -> bool {
        self.0.iter().zip(Confidence::ALL).all(|(misses, c)| {
            let (n, alpha) = (f64::from(audits), c.alpha());
            f64::from(*misses) <= n * alpha + 3.0 * (n * alpha * (1.0 - alpha)).sqrt()
        })
    }
}

/// That counts are of different entries.
pub(crate) fn distinct(entries: &[u64]) -> bool {
    entries.iter().collect::<HashSet<_>>().len() == entries.len()
}

/// Counts of a sample that shows `bad` of the kind that `put` counts.
pub(crate) fn counts(sample: u64, bad: u64, put: impl Fn(&mut Counts, u64)) -> Counts {
    let mut counts = Counts {
        proven: sample - bad,
        ..Counts::default()
    };
    put(&mut counts, bad);
    assert_eq!(counts.all(), sample);
    counts
}
