//! What the keeper of the journal has to say by itself, with the next publication.

use std::sync::{Mutex, MutexGuard};

use super::{Instance, InstanceError};
use crate::protocol::erased::ErasedKey;
use crate::protocol::ids::PetitionId;
use crate::protocol::saying::Saying;
use crate::protocol::statement;

/// Keys that were destroyed since the last publication, and when. In memory only: whoever
/// destroyed them asks again after a restart.
#[derive(Default)]
pub(super) struct ToSay(Mutex<Vec<(PetitionId, u64, ErasedKey)>>);

impl Instance {
    /// Whether the journal says that this key was destroyed.
    pub fn is_said_erased(&self, p: PetitionId, key: ErasedKey) -> bool {
        let petition = self.petitions.get(&p);
        petition.is_some_and(|petition| petition.erased().any(|(_, said)| said == key))
    }

    /// State with the next publication that a key was destroyed at `on` (Unix seconds). Asked
    /// again, or for what is said already, nothing more happens.
    pub fn say_erased(&self, p: PetitionId, on: u64, key: ErasedKey) {
        let mut to_say = self.to_say();
        let asked = to_say.iter().any(|(q, _, other)| (*q, *other) == (p, key));
        if !asked && !self.is_said_erased(p, key) {
            to_say.push((p, on, key));
        }
    }

    /// The signed statements that are due. They stay due until the journal has them.
    pub(super) fn sayings_due(&self) -> Result<Vec<Vec<u8>>, InstanceError> {
        let mut to_say = self.to_say();
        to_say.retain(|(p, _, key)| !self.is_said_erased(*p, *key));
        let sign = |(p, on, key): &(PetitionId, u64, ErasedKey)| {
            let saying = Saying::Erased { on: *on, key: *key };
            let text = saying.text(*p).expect("numbers and names keep the rules");
            Ok(statement::sign(&text, self.keys.signer())?)
        };
        to_say.iter().map(sign).collect()
    }

    fn to_say(&self) -> MutexGuard<'_, Vec<(PetitionId, u64, ErasedKey)>> {
        self.to_say.0.lock().expect("no holder panics")
    }
}
