//! Taking signatures (`spec/signing.md`, step 4).

use std::sync::Arc;

use super::promise::promise;
use super::{Ledger, LedgerError};
use crate::api::{PromiseState, Promised};
use crate::instance::{Admission, Petition, Phase};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::PetitionSignature;
use crate::protocol::withdrawal::public_key;
use crate::store::{Change, Found, Refused, Waiting};
use crate::tlog::hash::Hash;

impl Ledger {
    /// Take a signature leaf. Returns the signed promise once the leaf is durable; the
    /// same bytes again get the same promise, whenever they come.
    pub async fn submit(
        self: &Arc<Self>,
        id: PetitionId,
        leaf: &[u8],
    ) -> Result<String, LedgerError> {
        let petition = self.petition(&id)?;
        let signature = PetitionSignature::parse(leaf)?;
        let now = self.instance.clock.now();
        let Some((admission, Phase::Open | Phase::Closing)) = petition.admit(now) else {
            return self.submitted_before(petition, signature).await;
        };
        let waiting = Waiting::new(leaf.to_vec(), now);
        let promise = self
            .check(petition.clone(), signature.clone(), waiting.hash, now)
            .await?;
        let change = Change {
            accept: vec![(id, Tree::Signatures, waiting)],
            ..Change::default()
        };
        match self.commit(change, admission).await? {
            Ok(()) => {
                metrics::counter!("undersigned_signatures_accepted_total").increment(1);
                Ok(promise)
            }
            Err(Refused::Duplicate { existing, .. }) => {
                self.existing(petition, &signature, existing).await
            }
            Err(Refused::Conflict(_)) => Err(LedgerError::Busy),
        }
    }

    /// Commit in a task of its own: where the connection breaks, the leave to bring this
    /// leaf in must outlive it.
    async fn commit(
        self: &Arc<Self>,
        change: Change,
        admission: Admission,
    ) -> Result<Result<(), Refused>, LedgerError> {
        let ledger = self.clone();
        let task = tokio::spawn(async move {
            let committed = ledger.instance.committer.commit(change).await;
            drop(admission);
            committed
        });
        Ok(task.await.map_err(|_| LedgerError::Panicked)??)
    }

    /// Check key and token, and draw up the promise, which leaves this process only once
    /// the leaf is durable.
    async fn check(
        self: &Arc<Self>,
        petition: Arc<Petition>,
        signature: PetitionSignature,
        hash: Hash,
        now: u64,
    ) -> Result<String, LedgerError> {
        let ledger = self.clone();
        let checked = self.checker.run(move || {
            public_key(&signature.pk).map_err(|_| LedgerError::PublicKey)?;
            petition.manifest.token().verify(&signature)?;
            promise(&ledger.instance, &petition, hash, now)
        });
        let result = checked.await?;
        let outcome = if result.is_ok() { "valid" } else { "refused" };
        metrics::counter!("undersigned_token_checks_total", "outcome" => outcome).increment(1);
        result
    }

    /// The answer to a leaf whose key is taken.
    async fn existing(
        self: &Arc<Self>,
        petition: Arc<Petition>,
        signature: &PetitionSignature,
        found: Found,
    ) -> Result<String, LedgerError> {
        let (Found::Waiting(Waiting { leaf, .. }) | Found::Published { leaf, .. }) = &found;
        if *leaf != signature.to_bytes() {
            return Err(LedgerError::KeyUsed);
        }
        let ledger = self.clone();
        blocking(move || ledger.promise_again(&petition, &found)).await
    }

    /// Outside the time for signing: only a leaf that came in time gets its answer again.
    async fn submitted_before(
        self: &Arc<Self>,
        petition: Arc<Petition>,
        signature: PetitionSignature,
    ) -> Result<String, LedgerError> {
        let (id, pk) = (petition.manifest.id(), signature.pk);
        let ledger = self.clone();
        let found = blocking(move || Ok(ledger.instance.store.find(id, Tree::Signatures, &pk)?));
        match found.await? {
            Some(found) => self.existing(petition, &signature, found).await,
            None if petition.phase(self.instance.clock.now()) == Phase::Announced => {
                Err(LedgerError::NotOpen)
            }
            None => Err(LedgerError::Closed),
        }
    }

    /// What became of a signature leaf with this hash. Blocking.
    pub fn promised(&self, id: PetitionId, leaf: &Hash) -> Result<Option<Promised>, LedgerError> {
        let petition = self.petition(&id)?;
        let found = self.instance.store.find_hash(id, Tree::Signatures, leaf)?;
        let tallied = petition.tallied(Tree::Signatures);
        Ok(found.map(|found| match found {
            // Not before there is a proof to be had.
            Found::Published { index, .. } if index < tallied => Promised {
                state: PromiseState::Published,
                index: Some(index),
            },
            _ => Promised {
                state: PromiseState::Waiting,
                index: None,
            },
        }))
    }
}

/// Run what may block off the threads that serve.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LedgerError> + Send + 'static,
) -> Result<T, LedgerError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| LedgerError::Panicked)?
}
