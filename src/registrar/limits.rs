//! How much one network or one mail domain asks for (`spec/mail.md`, "Limits").
//!
//! Counted in memory only, in short slots. Each slot has a random key of its own, so
//! what is kept of a network is a keyed hash that nobody can make again once the slot
//! is over, and it is over after minutes.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use super::staff::{RequestLimits, Trend};
use super::trends::Trends;
use crate::clock::{Clock, random};
use crate::protocol::ids::PetitionId;

/// What a reviewer gets to see of why a confirmation is held.
pub(super) const RULE_MINUTE: &str = "network-minute";
/// The same over five minutes.
pub(super) const RULE_FIVE_MINUTES: &str = "network-five-minutes";
/// Many from one mail domain.
pub(super) const RULE_DOMAIN: &str = "domain-hour";
/// Mailboxes that anyone can open for minutes.
pub(super) const RULE_DISPOSABLE: &str = "disposable-domain";

/// Distinct sources that a slot counts; further ones pass uncounted, so that memory
/// stays bounded. At the limits' defaults that takes thousands of networks a second.
const SOURCES_MAX: usize = 1 << 16;

struct Slot {
    number: u64,
    key: [u8; 32],
    counts: HashMap<[u8; 16], u32>,
}

/// Counts over a sliding window of `keep` slots.
struct Windows {
    seconds: u64,
    keep: usize,
    slots: VecDeque<Slot>,
}

impl Windows {
    fn new(seconds: u64, keep: usize) -> Self {
        Self {
            seconds,
            keep,
            slots: VecDeque::new(),
        }
    }

    /// Forget what is over.
    fn expire(&mut self, now: u64) {
        let oldest = (now / self.seconds + 1).saturating_sub(self.keep as u64);
        self.slots.retain(|slot| slot.number >= oldest);
    }

    /// Count `source` once, and say how often it came within the last `spans` slots.
    fn count<const N: usize>(
        &mut self,
        clock: &dyn Clock,
        source: &[u8],
        spans: [usize; N],
    ) -> [u32; N] {
        let now = clock.now();
        self.expire(now);
        let number = now / self.seconds;
        if self.slots.back().is_none_or(|slot| slot.number < number) {
            self.slots.push_back(Slot {
                number,
                key: random(clock),
                counts: HashMap::new(),
            });
        }
        let hash = |slot: &Slot| -> [u8; 16] {
            let hash = blake3::keyed_hash(&slot.key, source);
            hash.as_bytes()[..16].try_into().expect("16 of 32 bytes")
        };
        let slot = self.slots.back_mut().expect("just made");
        let key = hash(slot);
        if slot.counts.len() < SOURCES_MAX || slot.counts.contains_key(&key) {
            *slot.counts.entry(key).or_default() += 1;
        }
        let mut sums = [0; N];
        for slot in &self.slots {
            let count = slot.counts.get(&hash(slot)).copied().unwrap_or_default();
            for (sum, span) in sums.iter_mut().zip(spans) {
                if slot.number + span as u64 > number {
                    *sum += count;
                }
            }
        }
        sums
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// Requests for a link.
    Request,
    /// Links opened.
    Confirmation,
}

/// The counters.
pub(super) struct Limits {
    values: Mutex<RequestLimits>,
    clock: Arc<dyn Clock>,
    /// Slots of ten seconds, five minutes of them.
    networks: Mutex<Windows>,
    /// Slots of five minutes, an hour of them.
    domains: Mutex<Windows>,
    trends: Mutex<Trends>,
}

impl Limits {
    pub(super) fn new(values: RequestLimits, clock: Arc<dyn Clock>) -> Self {
        Self {
            values: Mutex::new(values),
            clock,
            networks: Mutex::new(Windows::new(10, 30)),
            domains: Mutex::new(Windows::new(300, 12)),
            trends: Mutex::default(),
        }
    }

    /// The limits in force.
    pub(super) fn get(&self) -> RequestLimits {
        *self.values.lock().expect("no holder panics")
    }

    /// Others from now on.
    pub(super) fn set(&self, values: RequestLimits) {
        *self.values.lock().expect("no holder panics") = values;
    }

    /// Count a request for staff to see which domains many of them come from.
    pub(super) fn note_domain(&self, p: PetitionId, domain: &str) {
        let mut trends = self.trends.lock().expect("no holder panics");
        trends.count(self.clock.now(), p, domain);
    }

    /// What staff see of it.
    pub(super) fn trends(&self, p: PetitionId, hours: u64) -> Vec<Trend> {
        let trends = self.trends.lock().expect("no holder panics");
        trends.shown(self.clock.now(), p, hours)
    }

    /// Count something from a network; says which limit is exceeded.
    pub(super) fn network(
        &self,
        p: PetitionId,
        what: Counted,
        network: IpAddr,
    ) -> Option<&'static str> {
        let what: u8 = match what {
            Counted::Request => 0,
            Counted::Confirmation => 1,
        };
        let source = [p.as_bytes(), &[what][..], &prefix(network)].concat();
        let [minute, five] =
            self.networks
                .lock()
                .expect("no holder panics")
                .count(&*self.clock, &source, [6, 30]);
        let values = self.get();
        if minute > values.requests_per_minute {
            Some(RULE_MINUTE)
        } else if five > values.requests_per_five_minutes {
            Some(RULE_FIVE_MINUTES)
        } else {
            None
        }
    }

    /// Count a request for a mailbox at a domain; says whether its limit is exceeded.
    pub(super) fn domain(&self, p: PetitionId, domain: &str) -> Option<&'static str> {
        let source = [p.as_bytes(), domain.as_bytes()].concat();
        let [hour] =
            self.domains
                .lock()
                .expect("no holder panics")
                .count(&*self.clock, &source, [12]);
        (hour > self.get().requests_per_domain_hour).then_some(RULE_DOMAIN)
    }

    /// Forget what is over, also while nobody asks.
    pub(super) fn expire(&self) {
        let now = self.clock.now();
        self.networks.lock().expect("no holder panics").expire(now);
        self.domains.lock().expect("no holder panics").expire(now);
        self.trends.lock().expect("no holder panics").expire(now);
    }
}

/// An IPv4 address, or the first 56 bits of an IPv6 address: what one customer has.
fn prefix(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets()[..7].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::config::LimitsConfig;

    const P: PetitionId = PetitionId([7; 32]);

    fn limits(clock: &Arc<ManualClock>) -> Limits {
        let config = LimitsConfig {
            requests_per_minute: 3,
            requests_per_five_minutes: 5,
            requests_per_domain_hour: 2,
            ..LimitsConfig::default()
        };
        Limits::new(RequestLimits::of(&config), clock.clone())
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn windows_slide() {
        let clock = Arc::new(ManualClock::new(1_800_000_000, 1));
        let limits = limits(&clock);
        let request = || limits.network(P, Counted::Request, ip("192.0.2.1"));
        assert_eq!([request(), request(), request()], [None; 3]);
        assert_eq!(request(), Some(RULE_MINUTE));
        clock.advance(60);
        assert_eq!(request(), None);
        assert_eq!(request(), Some(RULE_FIVE_MINUTES), "six in five minutes");
        clock.advance(300);
        assert_eq!(request(), None);
    }

    #[test]
    fn sources_are_counted_apart() {
        let clock = Arc::new(ManualClock::new(1_800_000_000, 1));
        let limits = limits(&clock);
        let exceeded = |p, what, address: &str| {
            (0..4)
                .filter_map(|_| limits.network(p, what, ip(address)))
                .count()
        };
        assert_eq!(exceeded(P, Counted::Request, "2001:db8:0:100::1"), 1);
        assert_eq!(
            exceeded(P, Counted::Request, "2001:db8:0:1ff::2"),
            4,
            "the same /56"
        );
        assert_eq!(exceeded(P, Counted::Request, "2001:db8:0:200::1"), 1);
        assert_eq!(exceeded(P, Counted::Request, "192.0.2.1"), 1);
        assert_eq!(
            exceeded(P, Counted::Request, "::ffff:192.0.2.1"),
            4,
            "the same IPv4"
        );
        assert_eq!(exceeded(P, Counted::Request, "192.0.2.2"), 1);
        assert_eq!(exceeded(P, Counted::Confirmation, "192.0.2.1"), 1);
        assert_eq!(
            exceeded(PetitionId([8; 32]), Counted::Request, "192.0.2.1"),
            1
        );
    }

    #[test]
    fn domains_have_an_hour() {
        let clock = Arc::new(ManualClock::new(1_800_000_000, 1));
        let limits = limits(&clock);
        let request = || limits.domain(P, "example.org");
        assert_eq!(
            [request(), request(), request()],
            [None, None, Some(RULE_DOMAIN)]
        );
        assert_eq!(limits.domain(P, "example.net"), None);
        clock.advance(3600);
        assert_eq!(request(), None);
    }

    #[test]
    fn nothing_stays_after_five_minutes_and_memory_is_bounded() {
        let clock = Arc::new(ManualClock::new(1_800_000_000, 1));
        let limits = limits(&clock);
        for i in 0..u32::try_from(SOURCES_MAX).expect("small") + 10 {
            limits.network(P, Counted::Request, IpAddr::V4(i.into()));
        }
        let kept = || -> usize {
            let networks = limits.networks.lock().expect("not poisoned");
            networks.slots.iter().map(|slot| slot.counts.len()).sum()
        };
        assert_eq!(kept(), SOURCES_MAX);
        clock.advance(300);
        limits.expire();
        assert_eq!(kept(), 0);
    }
}
