//! Which mail goes next: those that somebody waits for first, destinations in turn,
//! none faster than the limits.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::{Class, MailId};
use crate::config::MailConfig;

/// How many classes of mails there are.
const CLASSES: usize = Class::ALL.len();

/// A destination domain's keyed hash.
type Domain = u64;

/// Mails to one destination.
#[derive(Default)]
struct Lane {
    queues: [VecDeque<MailId>; CLASSES],
    /// The minute in which `sent` were sent.
    minute: u64,
    sent: u32,
}

#[derive(Clone, Copy)]
struct Known {
    domain: Domain,
    since: u64,
    /// How often no server could be reached for it.
    troubles: u32,
}

/// All queued mails by key, class and destination.
pub(super) struct Schedule {
    key: [u8; 32],
    per_second: u32,
    per_domain_minute: u32,
    lanes: HashMap<Domain, Lane>,
    /// For each class, the destinations that have a mail of it and may get one.
    ready: [VecDeque<Domain>; CLASSES],
    /// Destinations that have had their share of this minute.
    parked: BTreeSet<Domain>,
    parked_in: u64,
    /// Mails that wait for their time.
    delayed: BTreeSet<(u64, MailId)>,
    known: HashMap<MailId, Known>,
    /// By class, when each mail was queued.
    ages: [BTreeSet<(u64, MailId)>; CLASSES],
    second: u64,
    sent: u32,
    /// Nothing leaves before.
    paused_until: u64,
    /// Failures to reach the server in a row.
    failures: u32,
}

/// Longest pause after failures in a row, seconds.
const PAUSE_MAX: u64 = 64;

impl Schedule {
    pub(super) fn new(config: &MailConfig, key: [u8; 32]) -> Self {
        Self {
            key,
            per_second: config.per_second.max(1),
            per_domain_minute: config.per_domain_minute.max(1),
            lanes: HashMap::new(),
            ready: Default::default(),
            parked: BTreeSet::new(),
            parked_in: 0,
            delayed: BTreeSet::new(),
            known: HashMap::new(),
            ages: Default::default(),
            second: 0,
            sent: 0,
            paused_until: 0,
            failures: 0,
        }
    }

    /// Take in a mail that may go at `due`.
    pub(super) fn push(&mut self, id: MailId, domain: &str, since: u64, due: u64) {
        let hash = blake3::keyed_hash(&self.key, domain.as_bytes());
        let domain = u64::from_be_bytes(hash.as_bytes()[..8].try_into().expect("8 of 32 bytes"));
        let known = Known {
            domain,
            since,
            troubles: 0,
        };
        self.known.insert(id, known);
        self.ages[id.class()].insert((since, id));
        self.delayed.insert((due, id));
    }

    /// The mail that goes now, if one may. It stays known until [`Schedule::forget`].
    pub(super) fn next(&mut self, now: u64) -> Option<MailId> {
        if now < self.paused_until {
            return None;
        }
        if now != self.second {
            self.second = now;
            self.sent = 0;
        }
        if self.sent >= self.per_second {
            return None;
        }
        self.wake(now);
        let minute = now / 60;
        for class in 0..CLASSES {
            while let Some(domain) = self.ready[class].pop_front() {
                let Some(lane) = self.lanes.get_mut(&domain) else {
                    continue;
                };
                if lane.minute != minute {
                    lane.minute = minute;
                    lane.sent = 0;
                }
                if lane.sent >= self.per_domain_minute {
                    self.parked.insert(domain);
                    continue;
                }
                let Some(id) = lane.queues[class].pop_front() else {
                    continue;
                };
                lane.sent += 1;
                self.sent += 1;
                if !lane.queues[class].is_empty() {
                    self.ready[class].push_back(domain);
                }
                return Some(id);
            }
        }
        None
    }

    /// Move what has become due into its lane; a new minute frees parked lanes.
    fn wake(&mut self, now: u64) {
        while let Some(&(due, id)) = self.delayed.first()
            && due <= now
        {
            self.delayed.pop_first();
            let Some(known) = self.known.get(&id) else {
                continue;
            };
            let queue = &mut self.lanes.entry(known.domain).or_default().queues[id.class()];
            queue.push_back(id);
            if queue.len() == 1 && !self.parked.contains(&known.domain) {
                self.ready[id.class()].push_back(known.domain);
            }
        }
        if self.parked_in != now / 60 {
            self.parked_in = now / 60;
            for domain in std::mem::take(&mut self.parked) {
                for class in 0..CLASSES {
                    let has = |lane: &Lane| !lane.queues[class].is_empty();
                    if self.lanes.get(&domain).is_some_and(has)
                        && !self.ready[class].contains(&domain)
                    {
                        self.ready[class].push_back(domain);
                    }
                }
            }
            let minute = now / 60;
            self.lanes.retain(|_, lane| {
                lane.minute == minute || lane.queues.iter().any(|q| !q.is_empty())
            });
        }
    }

    /// A mail that did not leave: again at `due`.
    pub(super) fn delay(&mut self, id: MailId, due: u64) {
        if self.known.contains_key(&id) {
            self.delayed.insert((due, id));
        }
    }

    /// A mail that is dealt with.
    pub(super) fn forget(&mut self, id: MailId) {
        if let Some(known) = self.known.remove(&id) {
            self.ages[id.class()].remove(&(known.since, id));
        }
    }

    /// The server could not be reached: let everything rest, longer each time. Returns
    /// for how long. The mail that met the trouble waits longer than the others: it may
    /// be the cause.
    pub(super) fn unreachable(&mut self, id: MailId, now: u64) -> u64 {
        // Those that were under way together fail together; they are one failure.
        if now >= self.paused_until {
            let pause = (1 << self.failures.min(6)).min(PAUSE_MAX);
            self.failures += 1;
            self.paused_until = now + pause;
        }
        if let Some(known) = self.known.get_mut(&id) {
            let extra = match known.troubles {
                0 => 0,
                n => 5 << n.min(9),
            };
            known.troubles += 1;
            self.delayed.insert((self.paused_until + extra, id));
        }
        self.paused_until.saturating_sub(now)
    }

    /// The server took a mail, or spoke about one.
    pub(super) fn reachable(&mut self) {
        self.failures = 0;
    }

    /// When a class's oldest queued mail was queued.
    pub(super) fn oldest(&self, class: Class) -> Option<u64> {
        self.ages[class as usize].first().map(|(since, _)| *since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn schedule(per_second: u32, per_domain_minute: u32) -> Schedule {
        let config = MailConfig {
            per_second,
            per_domain_minute,
            ..MailConfig::default()
        };
        Schedule::new(&config, [1; 32])
    }

    fn id(class: Class, number: u8) -> MailId {
        let mut id = [0; 17];
        id[0] = class as u8;
        id[16] = number;
        MailId(id)
    }

    fn wanted(number: u8) -> MailId {
        id(Class::Wanted, number)
    }

    fn drain(schedule: &mut Schedule, now: u64) -> Vec<MailId> {
        std::iter::from_fn(|| schedule.next(now)).collect()
    }

    #[test]
    fn wanted_mail_goes_first_and_destinations_take_turns() {
        let mut s = schedule(100, 100);
        s.push(id(Class::Bulk, 9), "a.example", NOW, NOW);
        s.push(id(Class::Office, 8), "b.example", NOW, NOW);
        for number in 1..=3 {
            s.push(wanted(number), "a.example", NOW, NOW);
        }
        s.push(wanted(4), "b.example", NOW, NOW);
        let order = drain(&mut s, NOW);
        assert_eq!(
            order,
            [
                wanted(1),
                wanted(4),
                wanted(2),
                wanted(3),
                id(Class::Office, 8),
                id(Class::Bulk, 9)
            ]
        );
    }

    #[test]
    fn limits_hold_over_all_and_for_each_destination() {
        let mut s = schedule(4, 3);
        for number in 0..10 {
            s.push(wanted(number), "a.example", NOW, NOW);
        }
        for number in 10..20 {
            s.push(wanted(number), &format!("{number}.example"), NOW, NOW);
        }
        assert_eq!(drain(&mut s, NOW).len(), 4);
        let rest: usize = (1..60 - NOW % 60)
            .map(|t| drain(&mut s, NOW + t).len())
            .sum();
        assert_eq!(rest, 9, "three to a.example this minute, ten to others");
        let minute = (NOW / 60 + 1) * 60;
        assert_eq!(drain(&mut s, minute).len(), 3);
        assert_eq!(drain(&mut s, minute + 1).len(), 0);
        assert_eq!(drain(&mut s, minute + 60).len(), 3);
        assert_eq!(drain(&mut s, minute + 120).len(), 1);
        assert_eq!(drain(&mut s, minute + 600).len(), 0);
    }

    #[test]
    fn a_mail_waits_for_its_time_and_counts_as_queued_until_forgotten() {
        let mut s = schedule(100, 100);
        s.push(wanted(1), "a.example", NOW - 5, NOW + 10);
        assert_eq!(drain(&mut s, NOW + 9), []);
        assert_eq!(drain(&mut s, NOW + 10), [wanted(1)]);
        assert_eq!(s.oldest(Class::Wanted), Some(NOW - 5));
        assert_eq!(s.oldest(Class::Bulk), None);
        s.delay(wanted(1), NOW + 20);
        assert_eq!(drain(&mut s, NOW + 19), []);
        assert_eq!(drain(&mut s, NOW + 20), [wanted(1)]);
        s.forget(wanted(1));
        s.delay(wanted(1), NOW + 30);
        assert_eq!(drain(&mut s, NOW + 30), []);
        assert_eq!(s.oldest(Class::Wanted), None);
    }

    #[test]
    fn pauses_grow_and_end_with_the_first_success() {
        let mut s = schedule(100, 100);
        let mut now = NOW;
        let mut pauses = Vec::new();
        s.push(wanted(1), "a.example", now, now);
        s.push(wanted(2), "a.example", now, now + 10_000);
        for _ in 0..9 {
            let pause = s.unreachable(wanted(3), now);
            assert_eq!(
                s.unreachable(wanted(4), now),
                pause,
                "failing together is one failure"
            );
            assert_eq!(s.next(now + pause - 1), None);
            now += pause;
            pauses.push(pause);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 64, 64]);
        assert_eq!(s.next(now), Some(wanted(1)));
        s.reachable();
        assert_eq!(s.unreachable(wanted(3), now), 1);
    }

    #[test]
    fn a_mail_that_always_meets_trouble_steps_back_behind_the_others() {
        let mut s = schedule(100, 100);
        s.push(wanted(1), "a.example", NOW, NOW);
        s.push(wanted(2), "b.example", NOW, NOW);
        assert_eq!(drain(&mut s, NOW), [wanted(1), wanted(2)]);
        assert_eq!(s.unreachable(wanted(1), NOW), 1);
        s.delay(wanted(2), NOW + 1);
        assert_eq!(drain(&mut s, NOW + 1), [wanted(1), wanted(2)]);
        s.reachable();
        assert_eq!(s.unreachable(wanted(1), NOW + 1), 1);
        s.delay(wanted(2), NOW + 2);
        assert_eq!(drain(&mut s, NOW + 2), [wanted(2)]);
        assert_eq!(drain(&mut s, NOW + 2 + 9), []);
        assert_eq!(drain(&mut s, NOW + 2 + 10), [wanted(1)]);
    }

    #[test]
    fn a_lane_that_was_parked_loses_no_mail() {
        let mut s = schedule(1000, 1);
        s.push(wanted(1), "a.example", NOW, NOW);
        s.push(wanted(2), "a.example", NOW, NOW);
        assert_eq!(drain(&mut s, NOW), [wanted(1)]);
        // Arrives while its lane is parked.
        s.push(wanted(3), "a.example", NOW, NOW);
        s.push(id(Class::Bulk, 4), "a.example", NOW, NOW);
        assert_eq!(drain(&mut s, NOW + 1), []);
        let sent: Vec<MailId> = (1..10).flat_map(|m| drain(&mut s, NOW + 60 * m)).collect();
        assert_eq!(sent, [wanted(2), wanted(3), id(Class::Bulk, 4)]);
    }
}
