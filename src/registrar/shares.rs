//! The organiser's list (`spec/list.md`): openings that signers hand to the organiser alone,
//! sealed to a key that is not on this machine.
//!
//! As with what is shown, nothing here leads to the roll, and no address is seen: a signer's
//! own device seals it.

use super::disclosures::{Opening, key, leaf_of};
use super::records::{SHARES, context};
use super::sealed::{Purpose, Wrapped};
use super::{Registrar, RegistrarError};
use crate::keys::envelope;
use crate::protocol::ids::PetitionId;
use crate::protocol::list::{ADDRESS_SEALED, RECORD_INFO, SealedAddress, SharedRecord, place};
use crate::protocol::manifest::ListKey;
use crate::store::Change;
use crate::tlog::hash::Hash;

/// An entry of the organiser's list.
pub struct Shared {
    /// The signature leaf's hash.
    pub leaf: Hash,
    /// Its index in the tree.
    pub index: u64,
    /// Sealed to the organiser.
    pub envelope: Vec<u8>,
}

impl Registrar {
    /// Put a published signature onto the organiser's list, with an address that the signer
    /// has sealed if there is to be one. The same signature again replaces its entry.
    ///
    /// # Errors
    ///
    /// [`RegistrarError::NoList`]; [`RegistrarError::UnknownSignature`]: no published leaf.
    /// [`RegistrarError::Opening`]: it does not open this leaf's commitment.
    /// [`RegistrarError::Withdrawn`]; `Closed` once the petition's data are gone.
    pub async fn share(
        &self,
        p: PetitionId,
        opening: Opening,
        address: Option<Vec<u8>>,
    ) -> Result<(), RegistrarError> {
        let petition = self.petition(p)?;
        let list = petition.manifest.terms().asks.share;
        let ListKey(recipient) = list.ok_or(RegistrarError::NoList)?;
        if self.data_are_gone(&petition) {
            return Err(RegistrarError::Closed);
        }
        let fits = |sealed: &Vec<u8>| sealed.len() == ADDRESS_SEALED;
        if !address.as_ref().is_none_or(fits) {
            return Err(RegistrarError::SealedAddress);
        }
        self.storage_left().await?;
        let work = move |r: &Self| {
            let index = r.opened(p, &opening)?;
            if index.is_none() {
                return Err(RegistrarError::UnknownSignature);
            }
            if r.is_withdrawn(p, index)? {
                return Err(RegistrarError::Withdrawn);
            }
            let record = SharedRecord {
                salt: opening.salt,
                disclosure: String::from_utf8_lossy(opening.disclosure.as_bytes()).into_owned(),
                address: address.map(SealedAddress),
            };
            let plain = zeroize::Zeroizing::new(record.to_bytes());
            let (aad, clock) = (place(p, &opening.leaf), &*r.instance.clock);
            let sealed = envelope::seal_aes(&recipient, RECORD_INFO, &aad, &plain, clock)
                .map_err(|_| RegistrarError::Sealed("the organiser's list key takes no record"))?;
            // Nor is what an engine still holds of a deleted record of use to the organiser.
            let key = key(p, &opening.leaf);
            let context = context(SHARES, &key);
            let wrapped = Wrapped(sealed);
            let sealed = r
                .petition_keys
                .seal(Purpose::Disclosures, p, &context, &wrapped)?;
            let mut change = Change::default();
            change.put.push((SHARES, key, sealed));
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit_expecting_nothing(change).await
    }

    /// Take it off the list. Whoever holds the opening may ask; repeated, it says the same.
    pub async fn unshare(&self, p: PetitionId, opening: Opening) -> Result<(), RegistrarError> {
        self.petition(p)?;
        let work = move |r: &Self| {
            r.opened(p, &opening)?;
            let mut change = Change::default();
            change.delete.push((SHARES, key(p, &opening.leaf)));
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit_expecting_nothing(change).await
    }

    /// Entries behind a leaf hash, at most `limit`, by leaf hash; and the hash to go on behind.
    /// Signatures that were withdrawn are left out. Blocking.
    pub fn shared(
        &self,
        p: PetitionId,
        after: Option<Hash>,
        limit: usize,
    ) -> Result<(Vec<Shared>, Option<Hash>), RegistrarError> {
        self.petition(p)?;
        let after = after.map(|leaf| key(p, &leaf));
        let store = &self.instance.store;
        let mut records = store.scan(SHARES, p.as_bytes(), after.as_deref(), limit + 1)?;
        let more = records.len() > limit;
        records.truncate(limit);
        let last = records.last().map(|(key, _)| leaf_of(key)).transpose()?;
        let mut entries = Vec::new();
        for (key, sealed) in records {
            let leaf = leaf_of(&key)?;
            let found = self.signature(p, &leaf)?.and_then(|(_, index)| index);
            let Some(index) = found else { continue };
            if self.is_withdrawn(p, Some(index))? {
                continue;
            }
            let context = context(SHARES, &key);
            let wrapped: Option<Wrapped> =
                self.petition_keys
                    .unseal(Purpose::Disclosures, p, &context, &sealed)?;
            entries.extend(wrapped.map(|Wrapped(envelope)| Shared {
                leaf,
                index,
                envelope,
            }));
        }
        Ok((entries, last.filter(|_| more)))
    }
}
