//! Taking signatures back (`spec/bytes.md`, "Withdrawals").

use std::sync::Arc;

use super::signatures::blocking;
use super::{Ledger, LedgerError};
use crate::instance::Petition;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::{PetitionSignature, Withdrawal, unique_key};
use crate::protocol::withdrawal::verify_withdrawal;
use crate::store::{Change, Found, LogId, Refused, Waiting};

impl Ledger {
    /// Take a withdrawal leaf; returns once it is durable. The same bytes again are fine.
    pub async fn withdraw(
        self: &Arc<Self>,
        id: PetitionId,
        leaf: &[u8],
    ) -> Result<(), LedgerError> {
        let petition = self.petition(&id)?;
        let withdrawal = Withdrawal::parse(leaf)?;
        let now = self.instance.clock.now();
        let ledger = self.clone();
        let bytes = leaf.to_vec();
        let known = blocking(move || {
            if now > petition.dates().withdraw_until {
                return ledger.withdrawn_before(&petition, &bytes);
            }
            ledger
                .check_withdrawal(&petition, &withdrawal)
                .map(|()| false)
        });
        if known.await? {
            return Ok(());
        }
        let waiting = Waiting::new(leaf.to_vec(), now);
        let change = Change {
            accept: vec![(id, Tree::Withdrawals, waiting)],
            ..Change::default()
        };
        match self.instance.committer.commit(change).await? {
            Ok(()) => {
                metrics::counter!("undersigned_withdrawals_accepted_total").increment(1);
                Ok(())
            }
            Err(Refused::Duplicate { existing, .. }) if is(&existing, leaf) => Ok(()),
            Err(_) => Err(LedgerError::AlreadyWithdrawn),
        }
    }

    /// Whether the signature at this index is published and its own key signed this.
    fn check_withdrawal(
        &self,
        petition: &Petition,
        withdrawal: &Withdrawal,
    ) -> Result<(), LedgerError> {
        let index = withdrawal.index;
        let unknown = || LedgerError::UnknownSignature(index);
        if index >= petition.tallied(Tree::Signatures) {
            return Err(unknown());
        }
        let id = petition.manifest.id();
        let log = LogId::Tree(id, Tree::Signatures);
        let signature = self
            .instance
            .store
            .leaves(log, index, 1)?
            .pop()
            .ok_or_else(unknown)?;
        let signature = PetitionSignature::parse(&signature)?;
        Ok(verify_withdrawal(id, &signature, withdrawal)?)
    }

    /// After the last moment: whether this very leaf came in time.
    fn withdrawn_before(&self, petition: &Petition, leaf: &[u8]) -> Result<bool, LedgerError> {
        let id = petition.manifest.id();
        let key = unique_key(Tree::Withdrawals, leaf)?;
        match self.instance.store.find(id, Tree::Withdrawals, &key)? {
            Some(found) if is(&found, leaf) => Ok(true),
            _ => Err(LedgerError::Closed),
        }
    }
}

fn is(found: &Found, bytes: &[u8]) -> bool {
    let (Found::Waiting(Waiting { leaf, .. }) | Found::Published { leaf, .. }) = found;
    leaf == bytes
}
