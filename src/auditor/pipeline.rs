//! Fetching, checking and bookkeeping at the same time: while the books are kept of one
//! chunk of leaves, the next is checked on all cores, and the one after that fetched.

use std::sync::mpsc::sync_channel;

use rayon::ThreadPool;

use super::AuditError;

/// Chunks that may wait between fetching and checking.
const AHEAD: usize = 1;

/// Carry chunks `0..count` through `fetch` (one at a time, on a thread of its own),
/// `check` (on `pool`, on which it may spread) and `book` (in order). The first error
/// ends it; chunks before the one that failed are booked.
pub(super) fn run<F: Send, C: Send>(
    pool: &ThreadPool,
    count: usize,
    fetch: impl Fn(usize) -> Result<F, AuditError> + Sync,
    check: impl Fn(F) -> Result<C, AuditError> + Sync,
    mut book: impl FnMut(C) -> Result<(), AuditError> + Send,
) -> Result<(), AuditError> {
    let fetch = &fetch;
    std::thread::scope(|scope| {
        let (sender, fetched) = sync_channel(AHEAD);
        scope.spawn(move || {
            for chunk in 0..count {
                let result = fetch(chunk);
                let last = result.is_err();
                // Nobody listens any more after an error further on.
                if sender.send(result).is_err() || last {
                    break;
                }
            }
        });
        let mut checked: Option<C> = None;
        for chunk in fetched {
            let before = checked.take();
            let booking = || before.map_or(Ok(()), &mut book);
            let (now, booked) = match chunk {
                Ok(chunk) => pool.install(|| rayon::join(|| check(chunk), booking)),
                Err(error) => (Err(error), booking()),
            };
            booked?;
            checked = Some(now?);
        }
        checked.map_or(Ok(()), book)
    })
}
