//! Making promises (`spec/publication.md`, "Promises").

use super::{Ledger, LedgerError};
use crate::instance::{Instance, Petition};
use crate::protocol::ids::Tree;
use crate::protocol::promise::Promise;
use crate::store::{Found, Waiting};
use crate::tlog::hash::{Hash, leaf_hash};

/// The promise for a leaf accepted at `accepted`: the same bytes for the same day.
pub(super) fn promise(
    instance: &Instance,
    petition: &Petition,
    leaf: Hash,
    accepted: u64,
) -> Result<String, LedgerError> {
    let promise = Promise {
        origin: instance.keys.origin().to_owned(),
        petition: petition.manifest.id(),
        leaf,
        by: petition.manifest.terms().publication.promise_by(accepted),
    };
    let note = promise.sign(instance.keys.signer())?;
    Ok(String::from_utf8(note).expect("a note is text"))
}

impl Ledger {
    /// The promise for a leaf that is in the store already. Blocking.
    pub(super) fn promise_again(
        &self,
        petition: &Petition,
        found: &Found,
    ) -> Result<String, LedgerError> {
        let instance = &self.instance;
        let (leaf, time) = match found {
            Found::Waiting(Waiting { leaf, accepted, .. }) => (leaf, *accepted),
            // When a published leaf was accepted is forgotten; its tally's time is known.
            Found::Published { index, leaf } => {
                instance.catch_up()?;
                let tally = instance.tally_of(petition, Tree::Signatures, *index)?;
                (
                    leaf,
                    tally.map_or_else(|| instance.clock.now(), |tally| tally.time),
                )
            }
        };
        promise(instance, petition, leaf_hash(leaf), time)
    }
}
