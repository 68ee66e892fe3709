//! Tags, counted (`spec/bytes.md`, "Tags").
//!
//! Whoever holds the registrar's half of the tag key can ask the ledger whether somebody
//! is on the roll: that is what the cap is for. Queries whose tag is on the roll already
//! are not counted: they were counted the first time. All others are guesses, or
//! confirmations that are about to enter the roll; so their number stays near R.

use std::collections::HashMap;
use std::sync::Mutex;

use super::Ledger;
use crate::instance::{Instance, Petition, ProvenTag, Tags, TagsError};
use crate::protocol::ids::{PetitionId, Tree};
use crate::store::{Change, Space, StoreError};

const COUNTS: Space = Space("ledger-tag-queries");
/// The count is written down in steps, ahead: after a crash it is too high by one step
/// at most, never too low.
const STEP: u64 = 64;
/// Queries beyond R: confirmations begun and not finished.
const SLACK: u64 = 1000;
/// More of them for each day: whoever exhausts the slack delays others, not for good.
const DAILY_SLACK: u64 = 100;
const DAY: u64 = 86_400;

#[derive(Clone, Copy, Default)]
struct Count {
    used: u64,
    written: u64,
}

/// How many queries each petition has had.
#[derive(Default)]
pub(super) struct TagQueries {
    counts: Mutex<HashMap<PetitionId, Count>>,
}

impl TagQueries {
    /// Count one, durably, unless the cap is reached.
    fn count(&self, instance: &Instance, id: PetitionId, cap: u64) -> Result<bool, StoreError> {
        let mut counts = self.counts.lock().expect("no holder panics");
        let mut count = if let Some(count) = counts.get(&id) {
            *count
        } else {
            let written = read(instance, id)?;
            Count {
                used: written,
                written,
            }
        };
        let counted = count.used < cap;
        if counted {
            count.used += 1;
        }
        if count.used > count.written {
            count.written += STEP;
            write(instance, id, count.written)?;
        }
        counts.insert(id, count);
        Ok(counted)
    }
}

fn read(instance: &Instance, id: PetitionId) -> Result<u64, StoreError> {
    let record = instance.store.get(COUNTS, id.as_bytes())?;
    let Some(record) = record else { return Ok(0) };
    let count = <[u8; 8]>::try_from(&record[..]).map_err(|_| StoreError::Damaged {
        what: "the count of tag queries".to_owned(),
        advice: "restore the state from a backup".to_owned(),
    })?;
    Ok(u64::from_be_bytes(count))
}

fn write(instance: &Instance, id: PetitionId, count: u64) -> Result<(), StoreError> {
    let record = (COUNTS, id.as_bytes().to_vec(), count.to_be_bytes().to_vec());
    let change = Change {
        put: vec![record],
        ..Change::default()
    };
    let verdicts = instance.store.commit(instance.epoch, vec![change])?;
    debug_assert!(
        verdicts.iter().all(Result::is_ok),
        "a change without conditions holds"
    );
    Ok(())
}

impl Ledger {
    fn cap(&self, petition: &Petition) -> Result<u64, StoreError> {
        let (waiting, _) = self
            .instance
            .store
            .waiting_count(petition.manifest.id(), Tree::Roll)?;
        let open = self
            .instance
            .clock
            .now()
            .saturating_sub(petition.manifest.terms().opens);
        Ok(petition.tallied(Tree::Roll) + waiting + SLACK + DAILY_SLACK * (open / DAY))
    }
}

impl Tags for Ledger {
    fn tag(&self, id: PetitionId, u: &[u8; 32]) -> Result<ProvenTag, TagsError> {
        let unavailable = |error: StoreError| TagsError::Unavailable(error.to_string());
        let petition = self
            .instance
            .petitions
            .get(&id)
            .ok_or(TagsError::UnknownPetition)?;
        let key = petition.ledger.tag.get().ok_or(TagsError::Erased)?;
        let (tag, proof) = key.tag(u);
        let on_roll = self
            .instance
            .store
            .find(id, Tree::Roll, &tag)
            .map_err(unavailable)?;
        if on_roll.is_none() {
            let cap = self.cap(&petition).map_err(unavailable)?;
            if !self
                .tag_queries
                .count(&self.instance, id, cap)
                .map_err(unavailable)?
            {
                metrics::counter!("undersigned_tag_queries_total", "outcome" => "capped")
                    .increment(1);
                tracing::warn!(petition = %id, cap, "the cap on tag queries is reached");
                return Err(TagsError::Capped);
            }
        }
        metrics::counter!("undersigned_tag_queries_total", "outcome" => "answered").increment(1);
        Ok(ProvenTag { tag, proof })
    }

    fn erase(&self, id: PetitionId) -> Result<(), TagsError> {
        let petition = self.instance.petitions.get(&id);
        let petition = petition.ok_or(TagsError::UnknownPetition)?;
        petition.ledger.tag.forget();
        let keys = &self.instance.petition_keys;
        keys.erase_tag(&petition.manifest)
            .map_err(|error| TagsError::Unavailable(error.to_string()))
    }
}
