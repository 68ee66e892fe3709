//! How often mail domains ask, by the hour, in memory only.

use std::collections::HashMap;

use super::staff::Trend;
use crate::protocol::ids::PetitionId;

/// Fewer requests are not told: a domain can be one person's.
const SHOWN_FROM: u64 = 20;
/// Hours that are kept.
const HOURS: u64 = 48;
/// Domains that an hour counts, over all petitions; further ones are not.
const DOMAINS_MAX: usize = 10_000;

/// Counts by hour, then by petition and domain.
#[derive(Default)]
pub(super) struct Trends(HashMap<u64, HashMap<(PetitionId, String), u64>>);

impl Trends {
    /// Forget what is over.
    pub(super) fn expire(&mut self, now: u64) {
        self.0.retain(|hour, _| hour + HOURS > now / 3600);
    }

    pub(super) fn count(&mut self, now: u64, p: PetitionId, domain: &str) {
        self.expire(now);
        let counts = self.0.entry(now / 3600).or_default();
        let key = (p, domain.to_owned());
        if counts.len() < DOMAINS_MAX || counts.contains_key(&key) {
            *counts.entry(key).or_default() += 1;
        }
    }

    pub(super) fn shown(&self, now: u64, p: PetitionId, hours: u64) -> Vec<Trend> {
        let of_hour = |hour: &u64, counts: &HashMap<(PetitionId, String), u64>| {
            let of_petition = counts.iter().filter(|((of, _), _)| *of == p);
            let many = of_petition.filter(|(_, requests)| **requests >= SHOWN_FROM);
            let trend = |((_, domain), requests): (&(PetitionId, String), &u64)| Trend {
                hour: hour * 3600,
                domain: domain.clone(),
                requests: *requests,
            };
            many.map(trend).collect::<Vec<_>>()
        };
        let hours = hours.min(HOURS);
        let recent = self.0.iter().filter(|(hour, _)| *hour + hours > now / 3600);
        let mut shown: Vec<Trend> = recent.flat_map(|(h, counts)| of_hour(h, counts)).collect();
        shown.sort_by(|one, other| {
            let rank = |t: &Trend| (std::cmp::Reverse(t.hour), std::cmp::Reverse(t.requests));
            (rank(one), &one.domain).cmp(&(rank(other), &other.domain))
        });
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_003_600;
    const P: PetitionId = PetitionId([7; 32]);

    #[test]
    fn few_are_not_told_and_nothing_stays() {
        let mut trends = Trends::default();
        for n in 0..50 {
            trends.count(NOW, P, "many.example");
            if n < 19 {
                trends.count(NOW, P, "few.example");
                trends.count(NOW + 3600, P, "few.example");
            }
            if n < 20 {
                trends.count(NOW + 3600, P, "some.example");
                trends.count(NOW, PetitionId([8; 32]), "some.example");
            }
        }
        let names = |now, hours| -> Vec<(String, u64)> {
            let shown = trends.shown(now, P, hours).into_iter();
            shown.map(|t| (t.domain, t.requests)).collect()
        };
        let (some, many) = (
            ("some.example".to_owned(), 20),
            ("many.example".to_owned(), 50),
        );
        assert_eq!(names(NOW + 3600, 2), [some.clone(), many]);
        assert_eq!(names(NOW + 3600, 1), [some]);
        trends.expire(NOW + 49 * 3600);
        assert!(trends.0.is_empty());
    }

    #[test]
    fn memory_is_bounded() {
        let mut trends = Trends::default();
        for n in 0..DOMAINS_MAX + 10 {
            trends.count(NOW, P, &format!("d{n}.example"));
        }
        assert_eq!(
            trends.0.values().map(HashMap::len).sum::<usize>(),
            DOMAINS_MAX
        );
    }
}
