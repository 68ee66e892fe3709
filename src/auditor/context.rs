//! What every step of one run needs.

use std::sync::Mutex;

use rayon::ThreadPool;

use super::fetch::Reader;
use crate::protocol::replay::LogIdentity;

/// One run.
pub(super) struct Context<'a> {
    pub(super) reader: Reader<'a>,
    /// Where checks are spread over cores.
    pub(super) pool: &'a ThreadPool,
    /// Whose journal it is.
    pub(super) log: LogIdentity,
    /// Unix seconds at the start.
    pub(super) now: u64,
    /// Secret for fingerprints of keys.
    pub(super) secret: [u8; 32],
    /// Held by whoever sorts keys: one block of them in memory at a time.
    pub(super) sorting: Mutex<()>,
}
