//! A petition's keys, one file for each role.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rsa::PrivateKey as RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _};
use rsa::traits::PublicKeyParts as _;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::erasable::{self, Erasable};
use super::file::{self, KeyFileError};
use crate::clock::{Clock, random};
use crate::protocol::manifest::Manifest;
use crate::protocol::tag::{IdentityKey, TagKey};
use crate::protocol::token::{NK, TokenKey};

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct StoredRegistrar {
    token_key_pkcs1: String,
    #[serde(with = "hex::serde")]
    roll_seed: [u8; 32],
    #[serde(with = "hex::serde")]
    strikes_seed: [u8; 32],
    #[serde(with = "hex::serde")]
    strike_seed: [u8; 32],
    #[serde(with = "hex::serde")]
    identity_key: [u8; 32],
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_field_names)] // they are the file's keys
struct StoredLedger {
    #[serde(with = "hex::serde")]
    signatures_seed: [u8; 32],
    #[serde(with = "hex::serde")]
    withdrawals_seed: [u8; 32],
    #[serde(with = "hex::serde")]
    tag_seed: [u8; 32],
}

/// What the registrar keeps secret for one petition.
pub struct RegistrarPetitionKeys {
    /// Blind-signs tokens.
    pub token: RsaPrivateKey,
    /// The public half of `token`.
    pub token_public: TokenKey,
    /// Signs checkpoints of the roll.
    pub roll_seed: [u8; 32],
    /// Signs checkpoints of the strikes.
    pub strikes_seed: [u8; 32],
    /// Signs strikes.
    pub strike: ed25519_dalek::SigningKey,
    /// kI, until it is destroyed.
    pub identity: Erasable<IdentityKey>,
}

/// What the ledger keeps secret for one petition.
pub struct LedgerPetitionKeys {
    /// Signs checkpoints of the signatures.
    pub signatures_seed: [u8; 32],
    /// Signs checkpoints of the withdrawals.
    pub withdrawals_seed: [u8; 32],
    /// kL, until it is destroyed.
    pub tag: Erasable<TagKey>,
}

/// The folder of petition keys, with a stock of ready-made token keys.
pub struct PetitionKeyStore {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    /// Two takers must not get one key.
    taking: Mutex<()>,
}

/// The fields of key files that can be destroyed by themselves.
const IDENTITY_KEY: &str = "identity_key";
const TAG_SEED: &str = "tag_seed";

/// How many petitions' worth of registrar keys are kept ready.
const STOCK: usize = 4;

impl PetitionKeyStore {
    /// Keys below `folder`.
    pub fn new(folder: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self {
            folder,
            clock,
            taking: Mutex::default(),
        }
    }

    fn malformed(path: &Path, detail: &impl ToString) -> KeyFileError {
        KeyFileError::Malformed {
            path: path.to_owned(),
            detail: detail.to_string(),
        }
    }

    /// Make one more set of registrar keys, unless the stock is full; whether it is now.
    /// Slow (RSA): call it from a thread that may block, ahead of need.
    pub fn fill_stock(&self) -> Result<bool, KeyFileError> {
        if self.stock()?.len() < STOCK {
            self.make_registrar()?;
        }
        Ok(self.stock()?.len() >= STOCK)
    }

    fn stock(&self) -> Result<Vec<PathBuf>, KeyFileError> {
        let folder = self.folder.join("stock");
        std::fs::create_dir_all(&folder).map_err(file::io_error(&folder))?;
        let entries = std::fs::read_dir(&folder).map_err(file::io_error(&folder))?;
        Ok(entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|e| e == "key"))
            .collect())
    }

    fn make_registrar(&self) -> Result<(), KeyFileError> {
        let mut rng = OsRandom(&*self.clock);
        let stock = self.folder.join("stock");
        let token = RsaPrivateKey::new(&mut rng, 2048).map_err(|e| Self::malformed(&stock, &e))?;
        let public = token_public(&token).map_err(|e| Self::malformed(&stock, &e))?;
        let der = token
            .to_pkcs1_der()
            .map_err(|e| Self::malformed(&stock, &e))?;
        let stored = StoredRegistrar {
            token_key_pkcs1: hex::encode(der.as_bytes()),
            roll_seed: random(&*self.clock),
            strikes_seed: random(&*self.clock),
            strike_seed: random(&*self.clock),
            identity_key: random(&*self.clock),
        };
        file::create(
            &stock.join(format!("{}.key", hex::encode(public.id()))),
            &stored,
        )
    }

    /// Take a set of registrar keys for a new petition; makes one if none is ready.
    pub fn new_registrar(&self) -> Result<RegistrarPetitionKeys, KeyFileError> {
        let _taking = self.taking.lock().expect("no holder panics");
        if self.stock()?.is_empty() {
            self.make_registrar()?;
        }
        let path = self.stock()?.pop().expect("a key was just made");
        let used = self
            .folder
            .join("registrar")
            .join(path.file_name().expect("a key file"));
        let folder = used.parent().expect("has a parent");
        std::fs::create_dir_all(folder).map_err(file::io_error(folder))?;
        std::fs::rename(&path, &used).map_err(file::io_error(&path))?;
        Self::load_registrar(&used)
    }

    /// The registrar's keys that this manifest pins.
    pub fn registrar(&self, manifest: &Manifest) -> Result<RegistrarPetitionKeys, KeyFileError> {
        let id = hex::encode(manifest.token().key().id());
        let keys = Self::load_registrar(&self.folder.join("registrar").join(format!("{id}.key")))?;
        let pinned = &manifest.terms().registrar;
        let commitment = keys.identity.get().map(|key| key.commitment());
        let fits = commitment.is_none_or(|c| pinned.identity_key_commitment == c)
            && pinned.strike_key == keys.strike.verifying_key().to_bytes()
            && pinned.roll == public_key(&keys.roll_seed)
            && pinned.strikes == public_key(&keys.strikes_seed);
        if fits {
            Ok(keys)
        } else {
            Err(KeyFileError::Missing(format!("token key {id}")))
        }
    }

    /// Destroy kI: overwrite it where it stands, and keep the other keys of its file.
    /// Repeated, nothing more happens.
    pub fn erase_identity(&self, manifest: &Manifest) -> Result<(), KeyFileError> {
        let id = hex::encode(manifest.token().key().id());
        let path = self.folder.join("registrar").join(format!("{id}.key"));
        erasable::erase(&path, IDENTITY_KEY)
    }

    /// Destroy kL, in the same way.
    pub fn erase_tag(&self, manifest: &Manifest) -> Result<(), KeyFileError> {
        let id = hex::encode(manifest.terms().ledger.tag_key);
        let path = self.folder.join("ledger").join(format!("{id}.key"));
        erasable::erase(&path, TAG_SEED)
    }

    fn load_registrar(path: &Path) -> Result<RegistrarPetitionKeys, KeyFileError> {
        erasable::finish(path, IDENTITY_KEY)?;
        let stored: StoredRegistrar =
            file::read(path)?.ok_or_else(|| KeyFileError::Missing(path.display().to_string()))?;
        let malformed = |detail: String| Self::malformed(path, &detail);
        let der = zeroize::Zeroizing::new(
            hex::decode(&stored.token_key_pkcs1)
                .map_err(|_| malformed("not hexadecimal".into()))?,
        );
        let token = RsaPrivateKey::from_pkcs1_der(&der).map_err(|e| malformed(e.to_string()))?;
        let token_public = token_public(&token).map_err(|e| malformed(e.to_string()))?;
        Ok(RegistrarPetitionKeys {
            token,
            token_public,
            roll_seed: stored.roll_seed,
            strikes_seed: stored.strikes_seed,
            strike: ed25519_dalek::SigningKey::from_bytes(&stored.strike_seed),
            identity: Erasable::new(stored.identity_key).map(IdentityKey),
        })
    }

    /// Make the ledger's keys for a new petition.
    pub fn new_ledger(&self) -> Result<LedgerPetitionKeys, KeyFileError> {
        let stored = StoredLedger {
            signatures_seed: random(&*self.clock),
            withdrawals_seed: random(&*self.clock),
            tag_seed: random(&*self.clock),
        };
        let path = self.folder.join("ledger");
        let keys = Self::ledger_keys(&stored, &path)?;
        let public = keys.tag.get().expect("just made").public();
        let name = format!("{}.key", hex::encode(public));
        file::create(&path.join(name), &stored)?;
        Ok(keys)
    }

    /// The ledger's keys that this manifest pins.
    pub fn ledger(&self, manifest: &Manifest) -> Result<LedgerPetitionKeys, KeyFileError> {
        let pinned = &manifest.terms().ledger;
        let id = hex::encode(pinned.tag_key);
        let path = self.folder.join("ledger").join(format!("{id}.key"));
        let missing = || KeyFileError::Missing(format!("tag key {id}"));
        erasable::finish(&path, TAG_SEED)?;
        let stored: StoredLedger = file::read(&path)?.ok_or_else(missing)?;
        let keys = Self::ledger_keys(&stored, &path)?;
        let fits = pinned.signatures == public_key(&keys.signatures_seed)
            && pinned.withdrawals == public_key(&keys.withdrawals_seed);
        if fits { Ok(keys) } else { Err(missing()) }
    }

    fn ledger_keys(
        stored: &StoredLedger,
        path: &std::path::Path,
    ) -> Result<LedgerPetitionKeys, KeyFileError> {
        let tag = Erasable::new(stored.tag_seed)
            .try_map(TagKey::from_seed)
            .map_err(|e| Self::malformed(path, &e))?;
        Ok(LedgerPetitionKeys {
            signatures_seed: stored.signatures_seed,
            withdrawals_seed: stored.withdrawals_seed,
            tag,
        })
    }
}

/// The Ed25519 public key of a seed.
pub fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(seed)
        .verifying_key()
        .to_bytes()
}

fn token_public(key: &RsaPrivateKey) -> Result<TokenKey, crate::protocol::token::TokenError> {
    let bytes = key.n().to_be_bytes();
    let n: &[u8; NK] = bytes[..]
        .try_into()
        .map_err(|_| crate::protocol::token::TokenError::Key)?;
    TokenKey::from_modulus(n)
}

/// The injected randomness, as `rsa` wants it.
pub(crate) struct OsRandom<'a>(pub(crate) &'a dyn Clock);

impl rsa::rand_core::TryRng for OsRandom<'_> {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(u32::from_le_bytes(random(self.0)))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from_le_bytes(random(self.0)))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl rsa::rand_core::TryCryptoRng for OsRandom<'_> {}
