//! Signature checks, off the threads that serve: as many at once as there are cores.

use std::sync::Arc;

use tokio::sync::{Semaphore, oneshot};

use super::LedgerError;

/// Checks that may wait for a core: some tenths of a second's worth.
const QUEUE: usize = 16_384;

pub(super) struct Checker {
    pool: rayon::ThreadPool,
    slots: Arc<Semaphore>,
}

impl Checker {
    pub(super) fn new() -> Self {
        let pool = rayon::ThreadPoolBuilder::new()
            .thread_name(|index| format!("check-{index}"))
            // Without a handler a panic would end the process; whoever waits is told.
            .panic_handler(|_| ())
            .build()
            .expect("threads can be started");
        Self {
            pool,
            slots: Arc::new(Semaphore::new(QUEUE)),
        }
    }

    /// Run `check`. When too many wait, refuse at once rather than let all time out.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        check: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, LedgerError> {
        let slot = self
            .slots
            .clone()
            .try_acquire_owned()
            .map_err(|_| LedgerError::Busy)?;
        let (sender, result) = oneshot::channel();
        self.pool.spawn(move || {
            let outcome = check();
            drop(slot);
            // Nobody waits any more if the connection broke.
            drop(sender.send(outcome));
        });
        result.await.map_err(|_| LedgerError::Panicked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_reaches_its_caller_alone() {
        let checker = Checker::new();
        let outcome = checker.run(|| panic!("on purpose")).await;
        assert!(matches!(outcome, Err::<(), _>(LedgerError::Panicked)));
        assert_eq!(checker.run(|| 7).await.expect("still there"), 7);
        // Also the slot of the one that panicked comes back.
        let all = u32::try_from(QUEUE).expect("a small number");
        drop(checker.slots.acquire_many(all).await.expect("never closed"));
    }
}
