//! Floor 2: time and randomness, injected so that tests can replay both.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time and draws random bytes.
pub trait Clock: Send + Sync + 'static {
    /// Unix seconds.
    fn now(&self) -> u64;
    /// Fill `bytes` from a cryptographically secure source.
    fn fill(&self, bytes: &mut [u8]);
}

/// `N` random bytes.
pub fn random<const N: usize>(clock: &dyn Clock) -> [u8; N] {
    let mut bytes = [0; N];
    clock.fill(&mut bytes);
    bytes
}

/// The operating system's clock and randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system"
    )]
    fn now(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |d| d.as_secs())
    }

    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system provides randomness");
    }
}

/// A clock for tests: stands still until moved, and its randomness is a BLAKE3
/// stream from a seed.
pub struct ManualClock {
    now: AtomicU64,
    stream: Mutex<blake3::OutputReader>,
}

impl ManualClock {
    /// A clock at `now` whose randomness follows from `seed`.
    pub fn new(now: u64, seed: u64) -> Self {
        let stream = blake3::Hasher::new()
            .update(&seed.to_be_bytes())
            .finalize_xof();
        Self {
            now: AtomicU64::new(now),
            stream: Mutex::new(stream),
        }
    }

    /// Move forward.
    pub fn advance(&self, seconds: u64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> u64 {
        self.now.load(Ordering::SeqCst)
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.stream.lock().expect("no holder panics").fill(bytes);
    }
}
