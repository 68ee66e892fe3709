//! Back-off: a witness that fails is left alone, each time longer.

use std::time::Duration;

use crate::clock::{Clock, random};

/// Seconds after the first failure.
const FIRST: u64 = 2;
/// No rest is longer, whatever `Retry-After` says.
const LONGEST: u64 = 600;

/// How a witness did lately.
#[derive(Debug, Default)]
pub(super) struct Rest {
    failures: u32,
    until: u64,
}

impl Rest {
    /// Until when it is left alone, Unix seconds, if it is.
    pub(super) fn until(&self, clock: &dyn Clock) -> Option<u64> {
        let now = clock.now();
        // A clock that was set back must not keep it away for ever.
        let sane = self.until <= now.saturating_add(LONGEST);
        (now < self.until && sane).then_some(self.until)
    }

    /// It did well.
    pub(super) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// It failed, and perhaps asked for a pause.
    pub(super) fn failed(&mut self, wait: Option<Duration>, clock: &dyn Clock) {
        let whole = FIRST
            .checked_shl(self.failures)
            .map_or(LONGEST, |s| s.min(LONGEST));
        // Between half and all of it, so that logs which failed together do not return together.
        let [byte] = random::<1>(clock);
        let pause = (whole + whole * u64::from(byte) / 255).div_ceil(2);
        let asked = wait.map_or(0, |wait| wait.as_secs().min(LONGEST));
        self.failures = self.failures.saturating_add(1).min(32);
        self.until = clock.now().saturating_add(pause.max(asked));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    #[test]
    fn rests_grow_to_a_bound_and_end_with_success() {
        let clock = ManualClock::new(1_000_000, 1);
        let mut rest = Rest::default();
        assert_eq!(rest.until(&clock), None);
        let mut whole = FIRST;
        for _ in 0..50 {
            rest.failed(None, &clock);
            let pause = rest.until(&clock).expect("rests") - clock.now();
            assert!(
                (whole.div_ceil(2)..=whole).contains(&pause),
                "{pause} of {whole}"
            );
            clock.advance(pause - 1);
            assert!(rest.until(&clock).is_some());
            clock.advance(1);
            assert_eq!(rest.until(&clock), None);
            whole = (whole * 2).min(LONGEST);
        }
        rest.succeeded();
        rest.failed(None, &clock);
        assert!(rest.until(&clock).expect("rests") <= clock.now() + FIRST);
    }

    #[test]
    fn what_is_asked_for_counts_within_bounds() {
        let clock = ManualClock::new(1_000_000, 1);
        let mut rest = Rest::default();
        rest.failed(Some(Duration::from_secs(100)), &clock);
        assert_eq!(rest.until(&clock), Some(clock.now() + 100));
        rest.failed(Some(Duration::from_secs(u64::MAX)), &clock);
        assert_eq!(rest.until(&clock), Some(clock.now() + LONGEST));
        let before = ManualClock::new(1000, 1);
        assert_eq!(rest.until(&before), None, "the clock was set back");
    }
}
