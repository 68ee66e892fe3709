//! The organiser's list, from both ends (`spec/list.md`): what a signer hands over, and what
//! the organiser opens.

use std::collections::HashSet;

use zeroize::Zeroizing;

use crate::api::{HideRequest, ShareRequest};
use crate::clock::Clock;
use crate::keys::envelope::{self, EnvelopeError};
use crate::protocol::commitment::{Disclosure, DisclosureFields};
use crate::protocol::list::{
    ADDRESS_INFO, ListEntry, ListError, RECORD_INFO, SealedAddress, SharedRecord, VerifiedPage,
    pad_address, place, read_address,
};
use crate::protocol::manifest::ListKey;
use crate::protocol::receipt::{Receipt, ReceiptError};
use crate::protocol::signer::{self, SignerSecret};
use crate::tlog::hash::{Hash, leaf_hash};

/// Why nothing can be handed over.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// The receipt does not hold.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// It has no private half, or no leaf.
    #[error("this takes a receipt with its private half, of a signature that was confirmed")]
    NotOwned,
    /// The organiser keeps no list.
    #[error("the organiser of this petition keeps no list")]
    NoList,
    /// Empty or too long.
    #[error("an address has 1 to 255 bytes")]
    Address,
    /// The list's key takes no envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
}

/// What takes a signature off the list.
pub fn removal(receipt: &Receipt) -> Result<HideRequest, ShareError> {
    let private = receipt.private.as_ref().ok_or(ShareError::NotOwned)?;
    let leaf = receipt.signature()?.ok_or(ShareError::NotOwned)?;
    let disclosure = Disclosure::parse(private.disclosure.as_bytes())
        .map_err(|error| ShareError::Receipt(error.into()))?;
    let p = receipt.manifest()?.id();
    let salt = signer::salt(&SignerSecret(private.secret), p, &disclosure);
    Ok(HideRequest {
        leaf: leaf_hash(&leaf.to_bytes()).0.to_vec(),
        salt: salt.to_vec(),
        disclosure: disclosure.as_bytes().to_vec(),
    })
}

/// What puts it there: the opening, and the address if there is one, sealed here.
pub fn share(
    receipt: &Receipt,
    address: Option<&str>,
    clock: &dyn Clock,
) -> Result<ShareRequest, ShareError> {
    let manifest = receipt.manifest()?;
    let ListKey(list) = manifest.terms().asks.share.ok_or(ShareError::NoList)?;
    let HideRequest {
        leaf,
        salt,
        disclosure,
    } = removal(receipt)?;
    let hash = Hash(leaf.clone().try_into().expect("a hash"));
    let seal = |address: &str| -> Result<SealedAddress, ShareError> {
        let padded = Zeroizing::new(pad_address(address).ok_or(ShareError::Address)?);
        let aad = place(manifest.id(), &hash);
        let sealed = envelope::seal_aes(&list, ADDRESS_INFO, &aad, &*padded, clock)?;
        Ok(SealedAddress(sealed))
    };
    Ok(ShareRequest {
        leaf,
        salt,
        disclosure,
        address: address.map(seal).transpose()?,
    })
}

/// Why an entry is not written.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// It was there before.
    #[error("it is on the list twice")]
    Twice,
    /// It does not open.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// It does not hold.
    #[error(transparent)]
    List(#[from] ListError),
}

/// Somebody on the list.
pub struct Row {
    /// The signature.
    pub leaf: Hash,
    /// What its signer filled in, checked against the leaf.
    pub fields: DisclosureFields,
    /// An address, on the signer's own word.
    pub address: Option<String>,
}

/// Opens a list, page by page.
pub struct Opener {
    key: Zeroizing<[u8; 32]>,
    seen: HashSet<[u8; 32]>,
}

impl Opener {
    /// With the organiser's private list key.
    pub fn new(key: Zeroizing<[u8; 32]>) -> Self {
        Self {
            key,
            seen: HashSet::new(),
        }
    }

    /// Open and check one entry of a page.
    pub fn open(&mut self, page: &VerifiedPage, entry: &ListEntry) -> Result<Row, EntryError> {
        let leaf = leaf_hash(&entry.leaf);
        if !self.seen.insert(leaf.0) {
            return Err(EntryError::Twice);
        }
        let aad = place(page.manifest().id(), &leaf);
        let plain = envelope::open_aes(&self.key, RECORD_INFO, &aad, &entry.envelope)?;
        let record = SharedRecord::parse(&plain)?;
        let fields = page.check(entry, &record)?;
        let address = record.address.and_then(|SealedAddress(sealed)| {
            let padded = envelope::open_aes(&self.key, ADDRESS_INFO, &aad, &sealed).ok()?;
            read_address(&padded)
        });
        Ok(Row {
            leaf,
            fields,
            address,
        })
    }
}
