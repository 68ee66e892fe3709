//! What the journal says about each petition, kept in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, RwLock};

use super::{InstanceError, Petition};
use crate::keys::PetitionKeyStore;
use crate::protocol::ids::PetitionId;
use crate::protocol::statement::Statement;
use crate::store::{LogId, Store};

/// All petitions of an instance.
#[derive(Default)]
pub struct Petitions {
    inner: RwLock<Inner>,
    /// How many journal entries were read.
    seen: Mutex<u64>,
}

#[derive(Default)]
struct Inner {
    by_id: BTreeMap<PetitionId, Arc<Petition>>,
    /// By the journal index of their `published` statements.
    by_age: BTreeMap<u64, PetitionId>,
}

/// Journal entries read at once.
const PAGE: usize = 1024;

impl Petitions {
    /// Take note of all journal entries not seen so far. The journal is the only source of
    /// what is published, at the start and ever after.
    pub(super) fn catch_up(
        &self,
        store: &dyn Store,
        keys: &PetitionKeyStore,
    ) -> Result<(), InstanceError> {
        let mut seen = self.seen.lock().expect("no holder panics");
        let size = store.head(LogId::Journal)?.map_or(0, |h| h.head.size);
        while *seen < size {
            for entry in store.leaves(LogId::Journal, *seen, PAGE)? {
                self.apply(*seen, &entry, keys)?;
                *seen += 1;
            }
        }
        Ok(())
    }

    fn apply(
        &self,
        index: u64,
        entry: &[u8],
        keys: &PetitionKeyStore,
    ) -> Result<(), InstanceError> {
        let statement = Statement::parse(entry)?;
        if let Statement::Published(manifest, _) = statement {
            let petition = Petition::new(*manifest, index, keys)?;
            let id = petition.manifest.id();
            let mut inner = self.inner.write().expect("no writer panics");
            inner.by_id.insert(id, Arc::new(petition));
            inner.by_age.insert(index, id);
            return Ok(());
        }
        let Some(id) = statement.petition() else {
            return Ok(());
        };
        let petition = self.get(&id).ok_or_else(|| InstanceError::Journal {
            index,
            detail: format!("petition {id} was not published before"),
        })?;
        petition.note(index, statement);
        Ok(())
    }

    /// The petition with this id.
    pub fn get(&self, id: &PetitionId) -> Option<Arc<Petition>> {
        let inner = self.inner.read().expect("no writer panics");
        inner.by_id.get(id).cloned()
    }

    /// All petitions, by id.
    pub fn all(&self) -> Vec<Arc<Petition>> {
        let inner = self.inner.read().expect("no writer panics");
        inner.by_id.values().cloned().collect()
    }

    /// At most `limit` petitions, newest first, whose `published` statement stands in the
    /// journal before index `before`.
    pub fn newest(&self, before: Option<u64>, limit: usize) -> Vec<Arc<Petition>> {
        let inner = self.inner.read().expect("no writer panics");
        let until = before.unwrap_or(u64::MAX);
        let older = inner.by_age.range(..until).rev();
        older
            .take(limit)
            .map(|(_, id)| inner.by_id[id].clone())
            .collect()
    }

    /// Whether a text that is not to be shown stands in the journal from `first` to before
    /// `end`.
    pub fn withheld_within(&self, first: u64, end: u64) -> bool {
        let inner = self.inner.read().expect("no writer panics");
        let mut there = inner.by_age.range(first..end);
        there.any(|(_, id)| inner.by_id[id].withheld().is_some())
    }

    /// At most `limit` petitions, oldest first, whose `published` statement stands in the
    /// journal after index `after`.
    pub fn page(&self, after: Option<u64>, limit: usize) -> Vec<Arc<Petition>> {
        let inner = self.inner.read().expect("no writer panics");
        let from = after.map_or(Some(0), |index| index.checked_add(1));
        let Some(from) = from else { return Vec::new() };
        inner
            .by_age
            .range(from..)
            .take(limit)
            .map(|(_, id)| inner.by_id[id].clone())
            .collect()
    }
}
