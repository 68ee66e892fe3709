//! What every request can reach.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::operator_token::OperatorToken;
use crate::door::{RateLimit, TrustedProxies};
use crate::instance::{Instance, PublisherHandle};
use crate::ledger::Ledger;
use crate::office::{Office, OfficeError};
use crate::registrar::Registrar;
use crate::web::Cards;

pub(crate) struct App {
    pub(crate) instance: Arc<Instance>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) registrar: Arc<Registrar>,
    pub(crate) office: Arc<Office>,
    pub(crate) publisher: PublisherHandle,
    pub(crate) operator: OperatorToken,
    pub(crate) proxies: TrustedProxies,
    pub(crate) rate_limit: RateLimit,
    pub(crate) keep_free_bytes: u64,
    /// Where browsers reach the service, without a slash at its end.
    pub(crate) url: String,
    /// Preview cards that were drawn.
    pub(crate) cards: Cards,
    /// Places for long bodies.
    pub(crate) notes: Arc<Semaphore>,
}

/// Long bodies that may arrive at once.
pub(crate) const NOTES: usize = 256;

impl App {
    pub(crate) fn now(&self) -> u64 {
        self.instance.clock.now()
    }

    /// Ask the office something that may block.
    pub(crate) async fn office_work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Office) -> Result<T, OfficeError> + Send + 'static,
    ) -> Result<T, OfficeError> {
        let office = self.office.clone();
        let outcome = tokio::task::spawn_blocking(move || work(&office)).await;
        outcome.map_err(|_| OfficeError::Busy)?
    }
}
