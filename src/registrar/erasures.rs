//! Destroying a petition's keys when the manifest's terms are over, and saying so in the
//! journal (`spec/retention.md`, "Erasing").
//!
//! The intent is durable before a key is touched, and goes when the journal has the
//! statement. So whoever is killed in between destroys the rest and says it once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::records::{
    DISCLOSURES, ERASURES, INVITATION_STOPS, INVITED, SHARES, SUBSCRIPTIONS, VAULT,
};
use super::sealed::Purpose;
use super::{Registrar, RegistrarError};
use crate::instance::Petition;
use crate::protocol::erased::ErasedKey;
use crate::protocol::ids::PetitionId;
use crate::store::{Change, Space};

/// Far more than six a petition.
const PAGE: usize = 1000;

/// How far the destruction of a key has got. Of nobody.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Erasure {
    /// When the key was gone, Unix seconds.
    done: Option<u64>,
    /// Records that it had sealed, deleted since.
    records: u64,
}

fn key(p: PetitionId, key: ErasedKey) -> Vec<u8> {
    [p.as_bytes(), key.name().as_bytes()].concat()
}

/// What the registrar's own key seals, and where that is.
fn sealed(key: ErasedKey) -> Option<(Purpose, &'static [Space])> {
    match key {
        ErasedKey::Vault => Some((Purpose::Vault, &[VAULT])),
        ErasedKey::Subscriptions => Some((Purpose::Subscriptions, &[SUBSCRIPTIONS])),
        ErasedKey::Disclosures => Some((Purpose::Disclosures, &[DISCLOSURES, SHARES])),
        ErasedKey::Invitations => Some((Purpose::Invitations, &[INVITED, INVITATION_STOPS])),
        ErasedKey::Identity(_) | ErasedKey::Tag(_) => None,
    }
}

impl Registrar {
    /// Write down which keys are to go. Blocking.
    pub(super) fn intend_to_erase(&self) -> Result<(), RegistrarError> {
        let mut change = Change::default();
        for petition in self.instance.petitions.all() {
            let p = petition.manifest.id();
            for erased in ErasedKey::of(&petition.manifest) {
                if self.is_over(&petition, erased) && self.is_there(&petition, erased) {
                    let record = serde_json::to_vec(&Erasure::default()).expect("encodes");
                    change.put.push((ERASURES, key(p, erased), record));
                }
            }
        }
        if change.put.is_empty() {
            return Ok(());
        }
        let verdicts = self
            .instance
            .store
            .commit(self.instance.epoch, vec![change])?;
        debug_assert!(verdicts.iter().all(Result::is_ok), "no condition in it");
        Ok(())
    }

    /// Whether a key's time is over. With the tag keys a mailbox's entry is found, which
    /// its owner may ask for until withdraw-until.
    fn is_over(&self, petition: &Petition, key: ErasedKey) -> bool {
        let gone = self.data_are_gone(petition);
        // Kept for the audit, and of no use after it.
        let over = gone || petition.audited().is_some();
        match key {
            ErasedKey::Identity(_) | ErasedKey::Tag(_) => {
                over && self.instance.clock.now() > petition.dates().withdraw_until
            }
            ErasedKey::Vault => over,
            ErasedKey::Subscriptions | ErasedKey::Disclosures | ErasedKey::Invitations => gone,
        }
    }

    fn is_there(&self, petition: &Petition, key: ErasedKey) -> bool {
        match (key, sealed(key)) {
            (_, Some((purpose, _))) => self.petition_keys.has(purpose, petition.manifest.id()),
            (ErasedKey::Identity(_), None) => petition.registrar.identity.get().is_some(),
            (_, None) => petition.ledger.tag.get().is_some(),
        }
    }

    /// Destroy what was intended, delete what it opened, and see to it that the journal
    /// says so. Returns how many records were deleted.
    pub(super) async fn go_on_with_erasures(&self) -> Result<u64, RegistrarError> {
        let intended = self
            .blocking(|r| Ok(r.instance.store.scan(ERASURES, &[], None, PAGE)?))
            .await?;
        let mut under_way = Vec::new();
        for (place, record) in intended {
            const DAMAGED: RegistrarError = RegistrarError::Sealed("not an erasure");
            let p: [u8; 32] = place
                .get(..32)
                .and_then(|id| id.try_into().ok())
                .ok_or(DAMAGED)?;
            let petition = self.petition(PetitionId(p))?;
            let named = |key: &ErasedKey| place[32..] == *key.name().as_bytes();
            let all = ErasedKey::of(&petition.manifest);
            let erased = all.into_iter().find(named).ok_or(DAMAGED)?;
            let record: Erasure = serde_json::from_slice(&record).map_err(|_| DAMAGED)?;
            // All keys first, which erases at once; deleting takes its time.
            if record.done.is_none() {
                let petition = petition.clone();
                self.blocking(move |r| r.destroy(&petition, erased)).await?;
            }
            under_way.push((petition, erased, record));
        }
        let mut deleted = 0;
        for (petition, erased, record) in under_way {
            deleted += self.go_on_with(&petition, erased, record).await?;
        }
        Ok(deleted)
    }

    /// Its key is gone.
    async fn go_on_with(
        &self,
        petition: &Arc<Petition>,
        erased: ErasedKey,
        mut record: Erasure,
    ) -> Result<u64, RegistrarError> {
        let p = petition.manifest.id();
        let place = key(p, erased);
        let mut change = Change::default();
        if let Some(on) = record.done {
            if self.instance.is_said_erased(p, erased) {
                change.delete.push((ERASURES, place));
                self.commit_expecting_nothing(change).await?;
            } else {
                self.instance.say_erased(p, on, erased);
            }
            return Ok(0);
        }
        if let Some((_, spaces)) = sealed(erased) {
            for space in spaces {
                let prefix = p.as_bytes().to_vec();
                record.records += self.delete_where(*space, prefix, |_, _| true).await?;
            }
        }
        let on = self.instance.clock.now();
        record.done = Some(on);
        let bytes = serde_json::to_vec(&record).expect("encodes");
        change.put.push((ERASURES, place, bytes));
        self.commit_expecting_nothing(change).await?;
        self.instance.say_erased(p, on, erased);
        let what = erased.name();
        metrics::counter!("undersigned_keys_erased_total", "what" => what).increment(1);
        metrics::counter!("undersigned_records_erased_total", "what" => what)
            .increment(record.records);
        tracing::info!(petition = %p, what, records = record.records, "a key was destroyed: its time was over");
        Ok(record.records)
    }

    fn destroy(&self, petition: &Petition, erased: ErasedKey) -> Result<(), RegistrarError> {
        let p = petition.manifest.id();
        match (erased, sealed(erased)) {
            (_, Some((purpose, _))) => {
                self.petition_keys.destroy(purpose, p)?;
            }
            (ErasedKey::Identity(_), None) => {
                petition.registrar.identity.forget();
                self.instance
                    .petition_keys
                    .erase_identity(&petition.manifest)?;
            }
            (_, None) => self.tags.erase(p)?,
        }
        Ok(())
    }
}
