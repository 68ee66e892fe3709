//! What signers show of themselves (`spec/signing.md`, "Showing one's name"): the opening
//! of C, kept apart from everything else, under the leaf's hash and no address.
//!
//! Nothing here leads to the roll: an opening comes from whoever holds the signature's
//! salt, and the registrar does not know who that is.

use serde::{Deserialize, Serialize};

use super::records::{DISCLOSURES, SHARES, context};
use super::sealed::{DAY, Purpose};
use super::{Registrar, RegistrarError};
use crate::instance::Petition;
use crate::protocol::commitment::{self, commit};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::{PetitionSignature, index_key};
use crate::store::{Change, Found, Space, StoreError};
use crate::tlog::hash::Hash;

/// The opening of a signature's commitment.
pub struct Opening {
    /// The signature leaf's hash.
    pub leaf: Hash,
    /// What the commitment was made with.
    pub salt: [u8; 32],
    /// The exact bytes that it covers.
    pub disclosure: commitment::Disclosure,
}

/// What a signer shows. Always to the recipient.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disclosure {
    /// Name.
    pub name: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Comment.
    pub comment: Option<String>,
    /// To everybody, too.
    pub public: bool,
}

impl std::fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disclosure(…)")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    fields: commitment::DisclosureFields,
    public: bool,
}

pub(super) fn key(p: PetitionId, leaf: &Hash) -> Vec<u8> {
    [p.as_bytes(), &leaf.0[..]].concat()
}

/// The leaf hash in a key.
pub(super) fn leaf_of(key: &[u8]) -> Result<Hash, RegistrarError> {
    let leaf = key.get(32..).and_then(|leaf| leaf.try_into().ok());
    leaf.map(Hash)
        .ok_or(RegistrarError::Sealed("not under a leaf hash"))
}

impl Registrar {
    /// Show what a signature committed to: to the recipient, and with `public` to everybody.
    /// The same opening again changes that.
    ///
    /// # Errors
    ///
    /// [`RegistrarError::UnknownSignature`]: no such leaf, waiting or published.
    /// [`RegistrarError::Opening`]: it does not open this leaf's commitment.
    /// [`RegistrarError::Withdrawn`]; `Closed` once the petition's data are gone.
    pub async fn disclose(
        &self,
        p: PetitionId,
        opening: Opening,
        public: bool,
    ) -> Result<(), RegistrarError> {
        let petition = self.petition(p)?;
        if self.data_are_gone(&petition) {
            return Err(RegistrarError::Closed);
        }
        self.storage_left().await?;
        let work = move |r: &Self| {
            let index = r.opened(p, &opening)?;
            if r.is_withdrawn(p, index)? {
                return Err(RegistrarError::Withdrawn);
            }
            let shown = Shown {
                fields: opening.disclosure.fields(),
                public,
            };
            let key = key(p, &opening.leaf);
            let place = context(DISCLOSURES, &key);
            let sealed = r
                .petition_keys
                .seal(Purpose::Disclosures, p, &place, &shown)?;
            let mut change = Change::default();
            change.put.push((DISCLOSURES, key, sealed));
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit_expecting_nothing(change).await?;
        self.blocking(move |r| {
            r.names.changed(p, public);
            Ok(())
        })
        .await
    }

    /// Show it no longer. Whoever holds the opening may ask; repeated, it says the same.
    pub async fn hide(&self, p: PetitionId, opening: Opening) -> Result<(), RegistrarError> {
        self.petition(p)?;
        let work = move |r: &Self| {
            r.opened(p, &opening)?;
            let mut change = Change::default();
            change.delete.push((DISCLOSURES, key(p, &opening.leaf)));
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit_expecting_nothing(change).await?;
        self.blocking(move |r| {
            r.names.changed(p, false);
            Ok(())
        })
        .await
    }

    /// What signers show, for the organiser. Sorted by what it says, so that the order tells
    /// neither which leaf it belongs to nor when it came. Blocking.
    pub fn disclosures(&self, p: PetitionId) -> Result<Vec<Disclosure>, RegistrarError> {
        self.petition(p)?;
        let mut shown = Vec::new();
        self.each_by_leaf(DISCLOSURES, p, |leaf, sealed| {
            let index = self.signature(p, leaf)?.map(|(_, index)| index);
            if self.is_withdrawn(p, index.flatten())? {
                return Ok(());
            }
            let place = context(DISCLOSURES, &key(p, leaf));
            let opened: Option<Shown> =
                self.petition_keys
                    .unseal(Purpose::Disclosures, p, &place, sealed)?;
            if let Some(Shown { fields, public }) = opened {
                shown.push(Disclosure {
                    name: fields.name,
                    region: fields.region,
                    comment: fields.comment,
                    public,
                });
            }
            Ok(())
        })?;
        shown.sort();
        Ok(shown)
    }

    /// Drop what belongs to signatures that were taken back.
    pub(super) async fn drop_withdrawn(&self) -> Result<(), RegistrarError> {
        for petition in self.instance.petitions.all() {
            let p = petition.manifest.id();
            let work = move |r: &Self| {
                let mut change = Change::default();
                for space in [DISCLOSURES, SHARES] {
                    r.each_by_leaf(space, p, |leaf, _| {
                        let index = r.signature(p, leaf)?.map(|(_, index)| index);
                        if r.is_withdrawn(p, index.flatten())? {
                            change.delete.push((space, key(p, leaf)));
                        }
                        Ok(())
                    })?;
                }
                Ok(change)
            };
            let change = self.blocking(work).await?;
            if !change.delete.is_empty() {
                self.commit_expecting_nothing(change).await?;
            }
        }
        Ok(())
    }

    /// What is kept under leaf hashes in a space, in their order.
    fn each_by_leaf(
        &self,
        space: Space,
        p: PetitionId,
        mut each: impl FnMut(&Hash, &[u8]) -> Result<(), RegistrarError>,
    ) -> Result<(), RegistrarError> {
        self.each(space, p.as_bytes(), |key, sealed| {
            each(&leaf_of(key)?, sealed)
        })
    }

    /// Whether the opening opens its leaf's commitment; then where the leaf is.
    pub(super) fn opened(
        &self,
        p: PetitionId,
        opening: &Opening,
    ) -> Result<Option<u64>, RegistrarError> {
        let found = self.signature(p, &opening.leaf)?;
        let (signature, index) = found.ok_or(RegistrarError::UnknownSignature)?;
        if commit(p, &opening.salt, &opening.disclosure) == signature.commitment {
            Ok(index)
        } else {
            Err(RegistrarError::Opening)
        }
    }

    /// A signature, and its index once it is published.
    pub(super) fn signature(
        &self,
        p: PetitionId,
        leaf: &Hash,
    ) -> Result<Option<(PetitionSignature, Option<u64>)>, RegistrarError> {
        let found = self.instance.store.find_hash(p, Tree::Signatures, leaf)?;
        let (bytes, index) = match found {
            None => return Ok(None),
            Some(Found::Waiting(waiting)) => (waiting.leaf, None),
            Some(Found::Published { index, leaf }) => (leaf, Some(index)),
        };
        let signature = PetitionSignature::parse(&bytes).map_err(StoreError::from)?;
        Ok(Some((signature, index)))
    }

    pub(super) fn is_withdrawn(
        &self,
        p: PetitionId,
        index: Option<u64>,
    ) -> Result<bool, RegistrarError> {
        let Some(index) = index else {
            return Ok(false);
        };
        let key = index_key(index);
        let found = self.instance.store.find(p, Tree::Withdrawals, &key)?;
        Ok(found.is_some())
    }

    /// Whether the petition's sealed records are to be gone: vault-days after close.
    pub(super) fn data_are_gone(&self, petition: &Petition) -> bool {
        let kept = u64::from(petition.manifest.terms().retention.vault_days) * DAY;
        self.instance.clock.now() > petition.dates().submit_until + kept
    }
}
