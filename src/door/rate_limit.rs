//! So many requests a second from one network, and no more.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::Clock as GovernorClock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;

/// Counters kept, whatever comes: networks share one where their keyed hashes meet.
const BUCKETS: u64 = 1 << 18;
const NANOS: u64 = 1_000_000_000;

/// The injected clock, as governor wants it.
#[derive(Clone)]
struct Seconds(Arc<dyn Clock>);

impl GovernorClock for Seconds {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        // From one second before the epoch, which a limiter may look back to.
        Nanos::from(self.0.now().saturating_add(1).saturating_mul(NANOS))
    }
}

/// Counts requests by network. Memory is bounded by the number of buckets.
pub(crate) struct RateLimit {
    limiter: Option<RateLimiter<u64, DashMapStateStore<u64>, Seconds, NoOpMiddleware<Nanos>>>,
    hasher: RandomState,
}

impl RateLimit {
    /// 0: no limit.
    pub(crate) fn new(per_second: u32, clock: Arc<dyn Clock>) -> Self {
        let limiter = NonZeroU32::new(per_second).map(|per_second| {
            let quota = Quota::per_second(per_second);
            RateLimiter::new(quota, DashMapStateStore::default(), Seconds(clock))
        });
        Self {
            limiter,
            hasher: RandomState::new(),
        }
    }

    /// Whether this network may send one more request now.
    pub(crate) fn admits(&self, client: IpAddr) -> bool {
        let bucket = self.hasher.hash_one(network(client)) % BUCKETS;
        self.limiter
            .as_ref()
            .is_none_or(|limiter| limiter.check_key(&bucket).is_ok())
    }

    /// Forget networks that have been quiet.
    pub(crate) fn tidy(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// What one customer usually has: an IPv4 address, or an IPv6 network of 64 bits.
fn network(client: IpAddr) -> (bool, u64) {
    match client.to_canonical() {
        IpAddr::V4(v4) => (true, u64::from(v4.to_bits())),
        IpAddr::V6(v6) => (false, u64::try_from(v6.to_bits() >> 64).expect("64 bits")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn each_network_has_its_own_share_and_time_renews_it() {
        let clock = Arc::new(ManualClock::new(1_800_000_000, 1));
        let limit = RateLimit::new(3, clock.clone());
        let one: IpAddr = "2001:db8::1".parse().expect("an address");
        let neighbour: IpAddr = "2001:db8::ffff".parse().expect("an address");
        let other: IpAddr = "198.51.100.7".parse().expect("an address");
        assert!(limit.admits(one) && limit.admits(neighbour) && limit.admits(one));
        assert!(!limit.admits(one) && !limit.admits(neighbour));
        assert!(limit.admits(other));
        clock.advance(1);
        limit.tidy();
        assert!(limit.admits(one) && limit.admits(neighbour) && limit.admits(one));
        assert!(!limit.admits(one));
    }

    #[test]
    fn none_means_none() {
        let limit = RateLimit::new(0, Arc::new(ManualClock::new(1, 1)));
        let one: IpAddr = "198.51.100.7".parse().expect("an address");
        assert!((0..10_000).all(|_| limit.admits(one)));
    }
}
