//! What signers show to everybody, for a page that anyone may look at: looked up once and
//! kept in memory until it changes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use super::{Disclosure, Registrar, RegistrarError};
use crate::protocol::ids::{PetitionId, Tree};

/// Seconds after which something more is looked up at the earliest. What is shown no longer
/// goes at once.
const PAUSE: u64 = 5;

#[derive(Default)]
pub(super) struct PublicNames(Mutex<BTreeMap<PetitionId, Looked>>);

struct Looked {
    at: u64,
    /// Withdrawals that were known.
    withdrawals: u64,
    /// Something more is shown since.
    more: bool,
    shown: Arc<Vec<Disclosure>>,
}

impl PublicNames {
    /// Somebody shows something to everybody, or does so no longer.
    pub(super) fn changed(&self, p: PetitionId, public: bool) {
        let mut kept = self.0.lock().expect("no holder panics");
        if !public {
            kept.remove(&p);
        } else if let Some(looked) = kept.get_mut(&p) {
            looked.more = true;
        }
    }
}

impl Registrar {
    /// What signers show to everybody, in the order of what it says, which tells neither whose
    /// leaf it is nor when it came. Blocking.
    pub fn public_names(&self, p: PetitionId) -> Result<Arc<Vec<Disclosure>>, RegistrarError> {
        let petition = self.petition(p)?;
        let now = self.instance.clock.now();
        // One looks up, the others wait for what is found. A change that is committed
        // meanwhile waits, too, and is told of afterwards.
        let mut kept = self.names.0.lock().expect("no holder panics");
        if self.data_are_gone(&petition) {
            kept.remove(&p);
            return Ok(Arc::default());
        }
        let (waiting, _) = self.instance.store.waiting_count(p, Tree::Withdrawals)?;
        let withdrawals = petition.tallied(Tree::Withdrawals) + waiting;
        if let Some(looked) = kept.get(&p)
            && looked.withdrawals == withdrawals
            && !(looked.more && now >= looked.at + PAUSE)
        {
            return Ok(looked.shown.clone());
        }
        let mut shown = self.disclosures(p)?;
        shown.retain(|one| one.public && (one.name.is_some() || one.comment.is_some()));
        let by_name = |one: &Disclosure| {
            let name = one.name.as_ref().map(|name| name.to_lowercase());
            (name.is_none(), name)
        };
        shown.sort_by_cached_key(by_name);
        let shown = Arc::new(shown);
        let looked = Looked {
            at: now,
            withdrawals,
            more: false,
            shown: shown.clone(),
        };
        kept.insert(p, looked);
        Ok(shown)
    }
}
