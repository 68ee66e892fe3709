//! Who stands behind a witness's door: a witness, or one that looks more closely.

use std::pin::Pin;
use std::sync::Arc;

use super::{Refusal, Witness};

/// The cosignature lines of a checkpoint that is durable by then.
pub type Answer = Pin<Box<dyn Future<Output = Result<Vec<u8>, Refusal>> + Send>>;

/// Answers `add-checkpoint` and the monitors' GET (tlog-witness).
pub trait Cosigner: Send + Sync + 'static {
    /// Judge a request for cosignatures.
    fn answer(self: Arc<Self>, request: Vec<u8>) -> Answer;

    /// The latest checkpoint that it cosigned of the log whose origin has this hash.
    fn latest(&self, origin_hash: &str) -> Option<Vec<u8>>;
}

impl Cosigner for Witness {
    fn answer(self: Arc<Self>, request: Vec<u8>) -> Answer {
        Box::pin(async move { self.add_checkpoint(request).await })
    }

    fn latest(&self, origin_hash: &str) -> Option<Vec<u8>> {
        Witness::latest(self, origin_hash)
    }
}
