//! Which entries are drawn (`spec/audit-sample.md`, "Drawing").

use std::collections::HashSet;

use crate::protocol::domain;
use crate::protocol::ids::PetitionId;
use crate::protocol::tally::TreeHead;

/// What everything drawn follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub [u8; 32]);

/// `H("undersigned/sample/v1", P, R, roll root, X, strikes root, randomness)`.
pub fn seed(
    petition: PetitionId,
    roll: &TreeHead,
    strikes: &TreeHead,
    randomness: &[u8; 32],
) -> Seed {
    Seed(domain::hash(
        "undersigned/sample/v1",
        &[
            petition.as_bytes(),
            &roll.size.to_be_bytes(),
            &roll.root.0,
            &strikes.size.to_be_bytes(),
            &strikes.root.0,
            randomness,
        ],
    ))
}

/// The roll index of the unstruck entry with this rank. `struck`: ascending, each once.
pub fn unstruck(rank: u64, struck: &[u64]) -> u64 {
    let (mut low, mut high) = (0, struck.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        // So many unstruck entries stand before this struck one.
        if struck[middle] - middle as u64 <= rank {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    rank + low as u64
}

impl Seed {
    /// `count` of the `roll` entries that are not in `struck` (ascending, each once and below
    /// `roll`), without replacement, in the order drawn: a smaller sample is the beginning of
    /// a larger one. At most all of them.
    pub fn draw(self, roll: u64, struck: &[u64], count: u64) -> Vec<u64> {
        let remaining = roll.saturating_sub(struck.len() as u64);
        let count = count.min(remaining);
        let mut drawn = Vec::new();
        let mut seen = HashSet::new();
        // Values above it would make small ranks likelier: the last of the largest multiple of
        // `remaining` that is at most 2⁶⁴.
        let several = remaining.max(1);
        let last = u64::MAX - (u64::MAX % several + 1) % several;
        let mut counter = 0_u64;
        while (drawn.len() as u64) < count {
            let hash = domain::hash("undersigned/pick/v1", &[&self.0, &counter.to_be_bytes()]);
            counter += 1;
            let value = u64::from_be_bytes(hash[..8].try_into().expect("8 of 32 bytes"));
            if value <= last && seen.insert(value % remaining) {
                drawn.push(unstruck(value % remaining, struck));
            }
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_pass_over_what_is_struck() {
        let struck = [0, 3, 4, 9];
        let found: Vec<u64> = (0..6).map(|rank| unstruck(rank, &struck)).collect();
        assert_eq!(found, [1, 2, 5, 6, 7, 8]);
        assert_eq!(unstruck(5, &[]), 5);
    }

    #[test]
    fn a_sample_is_distinct_unstruck_and_the_beginning_of_a_larger_one() {
        let struck = [1, 2, 40];
        let seed = Seed([7; 32]);
        let all = seed.draw(50, &struck, 1000);
        assert_eq!(all.len(), 47);
        let distinct: HashSet<&u64> = all.iter().collect();
        assert_eq!(distinct.len(), 47);
        assert!(all.iter().all(|i| *i < 50 && !struck.contains(i)));
        assert_eq!(seed.draw(50, &struck, 10), all[..10]);
        assert_ne!(Seed([8; 32]).draw(50, &struck, 10), all[..10]);
        assert_eq!(seed.draw(3, &[0, 1, 2], 10), Vec::<u64>::new());
        assert_eq!(seed.draw(0, &[], 10), Vec::<u64>::new());
    }

    #[test]
    fn every_entry_is_as_likely_as_any_other() {
        let mut hits = [0_u32; 10];
        for number in 0..2000_u32 {
            let mut bytes = [0; 32];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            for index in Seed(bytes).draw(10, &[], 3) {
                hits[usize::try_from(index).expect("small")] += 1;
            }
        }
        // 600 each are expected, with a standard deviation of about 20.
        assert!(hits.iter().all(|n| (500..700).contains(n)), "{hits:?}");
    }
}
