//! What an auditor gets to see of a roll entry, if the manifest names one
//! (`spec/retention.md`, "Vault").

use serde::{Deserialize, Serialize};

use super::records::{VAULT, context};
use super::sealed::{Purpose, Wrapped};
use super::{Registrar, RegistrarError};
use crate::instance::{Petition, ProvenTag};
use crate::keys::envelope;
use crate::protocol::commitment::RollOpening;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::RollEntry;
use crate::store::{Change, LogId};

/// HPKE `info` of vault records; `aad` is petition id ‖ roll leaf.
pub const VAULT_INFO: &[u8] = b"undersigned/vault/v1";

/// The plain text of a vault record, as JSON.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultRecord {
    /// Opens Cr.
    pub opening: RollOpening,
    /// What the ledger was asked for.
    #[serde(with = "hex::serde")]
    pub u: [u8; 32],
    /// The VRF proof that `u` gives the entry's tag.
    #[serde(with = "hex::serde")]
    pub proof: Vec<u8>,
}

pub(super) fn key(p: PetitionId, tag: &[u8; 32]) -> Vec<u8> {
    [p.as_bytes(), &tag[..]].concat()
}

impl Registrar {
    /// Seal a record to the auditor in the change that confirms; nothing without one.
    pub(super) fn keep_for_auditor(
        &self,
        change: &mut Change,
        petition: &Petition,
        leaf: &[u8],
        opening: &RollOpening,
        u: &[u8; 32],
        tag: &ProvenTag,
    ) -> Result<(), RegistrarError> {
        let Some(audit) = &petition.manifest.terms().audit else {
            return Ok(());
        };
        let p = petition.manifest.id();
        let record = VaultRecord {
            opening: opening.clone(),
            u: *u,
            proof: tag.proof.to_vec(),
        };
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(&record).expect("always encodes"));
        let aad = [p.as_bytes(), leaf].concat();
        let clock = &*self.instance.clock;
        let sealed = envelope::seal(&audit.hpke_key, VAULT_INFO, &aad, &plain, clock)
            .map_err(|_| RegistrarError::Sealed("the auditor's key takes no record"))?;
        let key = key(p, &tag.tag);
        let place = context(VAULT, &key);
        let wrapped = self
            .petition_keys
            .seal(Purpose::Vault, p, &place, &Wrapped(sealed))?;
        change.put.push((VAULT, key, wrapped));
        Ok(())
    }

    /// The auditor's envelope of the entry with this tag. Blocking.
    pub(super) fn envelope(
        &self,
        p: PetitionId,
        tag: &[u8; 32],
    ) -> Result<Option<Vec<u8>>, RegistrarError> {
        let key = key(p, tag);
        let Some(sealed) = self.instance.store.get(VAULT, &key)? else {
            return Ok(None);
        };
        let place = context(VAULT, &key);
        let wrapped: Option<Wrapped> =
            self.petition_keys
                .unseal(Purpose::Vault, p, &place, &sealed)?;
        Ok(wrapped.map(|wrapped| wrapped.0))
    }

    /// The auditor's envelopes of published roll entries, in the order asked for; `None`
    /// where there is none (any more). Blocking.
    pub fn vault(
        &self,
        p: PetitionId,
        entries: &[u64],
    ) -> Result<Vec<Option<Vec<u8>>>, RegistrarError> {
        self.petition(p)?;
        let store = &self.instance.store;
        let envelope = |index: &u64| -> Result<Option<Vec<u8>>, RegistrarError> {
            let leaves = store.leaves(LogId::Tree(p, Tree::Roll), *index, 1)?;
            let Some(leaf) = leaves.first() else {
                return Ok(None);
            };
            let entry = RollEntry::parse(leaf).map_err(crate::store::StoreError::from)?;
            self.envelope(p, &entry.tag)
        };
        entries.iter().map(envelope).collect()
    }
}
