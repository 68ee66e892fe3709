//! What every request can reach.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::operator_token::OperatorToken;
use crate::door::{RateLimit, TrustedProxies};
use crate::instance::{Instance, PublisherHandle};
use crate::ledger::Ledger;
use crate::registrar::Registrar;

pub(super) struct App {
    pub(super) instance: Arc<Instance>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) registrar: Arc<Registrar>,
    pub(super) publisher: PublisherHandle,
    pub(super) operator: OperatorToken,
    pub(super) proxies: TrustedProxies,
    pub(super) rate_limit: RateLimit,
    pub(super) keep_free_bytes: u64,
    /// Places for long bodies.
    pub(super) notes: Arc<Semaphore>,
}

/// Long bodies that may arrive at once.
pub(super) const NOTES: usize = 256;

impl App {
    pub(super) fn now(&self) -> u64 {
        self.instance.clock.now()
    }
}
