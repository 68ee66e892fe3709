//! Sealing of personal records (`spec/retention.md`, "Keys").
//!
//! A record names the day on which it has to be gone; the key of that day is
//! destroyed then, and with it every copy of the record that the engine below may
//! still hold. What lives as long as a petition has a key of the petition's own. Keys
//! are files outside the engine and never enter a backup.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::RegistrarError;
use crate::clock::{Clock, random};
use crate::keys::KeyFolder;
use crate::protocol::ids::PetitionId;

/// Seconds in a day.
pub(crate) const DAY: u64 = 86_400;

type Secret = Zeroizing<[u8; 32]>;

/// Key files and what of them is in memory, which is all of them.
struct Keyring {
    folder: KeyFolder,
    clock: Arc<dyn Clock>,
    keys: Mutex<BTreeMap<String, Secret>>,
}

impl Keyring {
    fn open(folder: PathBuf, clock: Arc<dyn Clock>) -> Result<Self, RegistrarError> {
        let folder = KeyFolder::new(folder);
        let mut keys = BTreeMap::new();
        for name in folder.list()? {
            if let Some(key) = folder.read(&name)? {
                keys.insert(name, Zeroizing::new(key));
            }
        }
        Ok(Self {
            folder,
            clock,
            keys: Mutex::new(keys),
        })
    }

    fn keys(&self) -> MutexGuard<'_, BTreeMap<String, Secret>> {
        self.keys.lock().expect("no holder panics")
    }

    fn get(&self, name: &str) -> Option<Secret> {
        self.keys().get(name).cloned()
    }

    /// The key of this name; a new one is durable before it is used.
    fn get_or_create(&self, name: &str) -> Result<Secret, RegistrarError> {
        let mut keys = self.keys();
        if let Some(key) = keys.get(name) {
            return Ok(key.clone());
        }
        let key = Zeroizing::new(random(&*self.clock));
        self.folder.create(name, &key)?;
        keys.insert(name.to_owned(), key.clone());
        Ok(key)
    }

    fn destroy_if(&self, over: impl Fn(&str) -> bool) -> Result<usize, RegistrarError> {
        let mut keys = self.keys();
        let names: Vec<String> = keys.keys().filter(|name| over(name)).cloned().collect();
        for name in &names {
            self.folder.destroy(name)?;
            keys.remove(name);
        }
        Ok(names.len())
    }
}

/// `nonce 24 ‖ XChaCha20-Poly1305(record as JSON)`, bound to `context`.
fn seal(
    key: &Secret,
    clock: &dyn Clock,
    context: &[u8],
    record: &impl Serialize,
) -> Result<Vec<u8>, RegistrarError> {
    let plain = Zeroizing::new(serde_json::to_vec(record).expect("records always encode"));
    seal_plain(key, clock, context, &plain)
}

fn seal_plain(
    key: &Secret,
    clock: &dyn Clock,
    context: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, RegistrarError> {
    let nonce: [u8; 24] = random(clock);
    let payload = Payload {
        msg: plain,
        aad: context,
    };
    let sealed = XChaCha20Poly1305::new(&Key::from(**key))
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| RegistrarError::Sealed("sealing failed"))?;
    Ok([&nonce[..], &sealed].concat())
}

fn open<T: DeserializeOwned>(
    key: &Secret,
    context: &[u8],
    sealed: &[u8],
) -> Result<T, RegistrarError> {
    let plain = open_plain(key, context, sealed)?;
    serde_json::from_slice(&plain).map_err(|_| RegistrarError::Sealed("of another version"))
}

fn open_plain(
    key: &Secret,
    context: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, RegistrarError> {
    let (nonce, rest) = sealed
        .split_first_chunk::<24>()
        .ok_or(RegistrarError::Sealed("too short"))?;
    let payload = Payload {
        msg: rest,
        aad: context,
    };
    XChaCha20Poly1305::new(&Key::from(**key))
        .decrypt(&XNonce::from(*nonce), payload)
        .map(Zeroizing::new)
        .map_err(|_| RegistrarError::Sealed("damaged"))
}

/// The keys of all days that are not over.
pub(crate) struct PeriodKeys(Keyring);

impl PeriodKeys {
    /// Keys in `folder`, a key file for each day.
    pub(crate) fn open(folder: PathBuf, clock: Arc<dyn Clock>) -> Result<Self, RegistrarError> {
        Keyring::open(folder, clock).map(Self)
    }

    /// Destroy the keys of all days before today. Returns how many.
    pub(crate) fn destroy_expired(&self) -> Result<usize, RegistrarError> {
        let today = self.0.clock.now() / DAY;
        self.0
            .destroy_if(|name| name.parse::<u64>().is_ok_and(|day| day < today))
    }

    /// The days that have a key.
    pub(crate) fn days(&self) -> Vec<u64> {
        self.0
            .keys()
            .keys()
            .filter_map(|name| name.parse().ok())
            .collect()
    }

    /// Seal `record` until the end of the day in which `until` (Unix seconds) lies.
    /// `context` names the record's place; it opens nowhere else.
    pub(crate) fn seal(
        &self,
        until: u64,
        context: &[u8],
        record: &impl Serialize,
    ) -> Result<Vec<u8>, RegistrarError> {
        let day = until / DAY;
        let key = self.0.get_or_create(&day.to_string())?;
        let sealed = seal(&key, &*self.0.clock, context, record)?;
        Ok([&day.to_be_bytes()[..], &sealed].concat())
    }

    /// The day at whose end a sealed record's key is destroyed.
    pub(crate) fn day_of(sealed: &[u8]) -> Option<u64> {
        sealed.first_chunk().map(|day| u64::from_be_bytes(*day))
    }

    /// Open a sealed record; `None` when its period is over.
    pub(crate) fn unseal<T: DeserializeOwned>(
        &self,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Option<T>, RegistrarError> {
        let day = Self::day_of(sealed).ok_or(RegistrarError::Sealed("too short"))?;
        match self.0.get(&day.to_string()) {
            Some(key) => open(&key, context, &sealed[8..]).map(Some),
            None => Ok(None),
        }
    }

    /// The same for bytes that are no record: files.
    pub(crate) fn seal_bytes(
        &self,
        until: u64,
        context: &[u8],
        bytes: &[u8],
    ) -> Result<Vec<u8>, RegistrarError> {
        let day = until / DAY;
        let key = self.0.get_or_create(&day.to_string())?;
        let sealed = seal_plain(&key, &*self.0.clock, context, bytes)?;
        Ok([&day.to_be_bytes()[..], &sealed].concat())
    }

    /// Open what [`PeriodKeys::seal_bytes`] sealed; `None` when its period is over.
    pub(crate) fn unseal_bytes(
        &self,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, RegistrarError> {
        let day = Self::day_of(sealed).ok_or(RegistrarError::Sealed("too short"))?;
        match self.0.get(&day.to_string()) {
            Some(key) => open_plain(&key, context, &sealed[8..]).map(|plain| Some(plain.to_vec())),
            None => Ok(None),
        }
    }

    /// A keyed hash that nobody can compute any more once `day` is over; made with a
    /// key of its own for each `label`.
    pub(crate) fn mac(
        &self,
        day: u64,
        label: &'static str,
        parts: &[&[u8]],
    ) -> Result<[u8; 32], RegistrarError> {
        let key = self.0.get_or_create(&day.to_string())?;
        Ok(mac(&key, label, parts))
    }

    /// The same, if there is a key of that day; without one nothing was hashed with it.
    pub(crate) fn existing_mac(
        &self,
        day: u64,
        label: &'static str,
        parts: &[&[u8]],
    ) -> Option<[u8; 32]> {
        let key = self.0.get(&day.to_string())?;
        Some(mac(&key, label, parts))
    }
}

fn mac(key: &Secret, label: &'static str, parts: &[&[u8]]) -> [u8; 32] {
    let key = Zeroizing::new(blake3::derive_key(label, &**key));
    let mut hasher = blake3::Hasher::new_keyed(&key);
    for part in parts {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

/// The key file of what outlives petitions.
const LASTING: &str = "lasting";

/// An envelope to somebody else, sealed once more under a key of ours: destroying that key
/// erases what the engine below may still hold of it.
#[derive(Serialize, Deserialize)]
pub(super) struct Wrapped(#[serde(with = "hex::serde")] pub(super) Vec<u8>);

/// What a petition's own key seals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Addresses of those who want updates.
    Subscriptions,
    /// What signers show of themselves, and the list of the organiser (to whom it is sealed, too).
    Disclosures,
    /// Hashes of mailboxes that were invited.
    Invitations,
    /// Records for the auditor (sealed to the auditor's key, too).
    Vault,
}

impl Purpose {
    fn name(self, petition: PetitionId) -> String {
        match self {
            Self::Subscriptions => format!("subscriptions-{petition}"),
            Self::Disclosures => format!("disclosures-{petition}"),
            Self::Invitations => format!("invitations-{petition}"),
            Self::Vault => format!("vault-{petition}"),
        }
    }
}

/// Keys that live as long as a petition's sealed records.
pub(super) struct PetitionKeys(Keyring);

impl PetitionKeys {
    /// Keys in `folder`, a key file for each purpose and petition.
    pub(super) fn open(folder: PathBuf, clock: Arc<dyn Clock>) -> Result<Self, RegistrarError> {
        Keyring::open(folder, clock).map(Self)
    }

    pub(super) fn seal(
        &self,
        purpose: Purpose,
        petition: PetitionId,
        context: &[u8],
        record: &impl Serialize,
    ) -> Result<Vec<u8>, RegistrarError> {
        let key = self.0.get_or_create(&purpose.name(petition))?;
        seal(&key, &*self.0.clock, context, record)
    }

    /// A keyed hash that nobody can compute any more once the petition's data are gone.
    pub(super) fn mac(
        &self,
        purpose: Purpose,
        petition: PetitionId,
        label: &'static str,
        parts: &[&[u8]],
    ) -> Result<[u8; 32], RegistrarError> {
        let key = self.0.get_or_create(&purpose.name(petition))?;
        Ok(mac(&key, label, parts))
    }

    /// A keyed hash for what is kept for good, whatever becomes of petitions.
    pub(super) fn lasting_mac(
        &self,
        label: &'static str,
        parts: &[&[u8]],
    ) -> Result<[u8; 32], RegistrarError> {
        let key = self.0.get_or_create(LASTING)?;
        Ok(mac(&key, label, parts))
    }

    /// Open a sealed record; `None` when the key was destroyed.
    pub(super) fn unseal<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        petition: PetitionId,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Option<T>, RegistrarError> {
        match self.0.get(&purpose.name(petition)) {
            Some(key) => open(&key, context, sealed).map(Some),
            None => Ok(None),
        }
    }

    /// Whether there is such a key.
    pub(super) fn has(&self, purpose: Purpose, petition: PetitionId) -> bool {
        self.0.get(&purpose.name(petition)).is_some()
    }

    /// Destroy a petition's key. Returns how many: one, or none if there is none.
    pub(super) fn destroy(
        &self,
        purpose: Purpose,
        petition: PetitionId,
    ) -> Result<usize, RegistrarError> {
        let name = purpose.name(petition);
        self.0.destroy_if(|other| other == name)
    }
}

/// Keys by name, for what lives until somebody deletes it: drafts and accounts (`office/`).
pub(crate) struct NamedKeys(Keyring);

impl NamedKeys {
    /// Keys in `folder`, a key file for each name.
    pub(crate) fn open(folder: PathBuf, clock: Arc<dyn Clock>) -> Result<Self, RegistrarError> {
        Keyring::open(folder, clock).map(Self)
    }

    pub(crate) fn seal(
        &self,
        name: &str,
        context: &[u8],
        record: &impl Serialize,
    ) -> Result<Vec<u8>, RegistrarError> {
        let key = self.0.get_or_create(name)?;
        seal(&key, &*self.0.clock, context, record)
    }

    /// Open a sealed record; `None` when the key was destroyed.
    pub(crate) fn unseal<T: DeserializeOwned>(
        &self,
        name: &str,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Option<T>, RegistrarError> {
        match self.0.get(name) {
            Some(key) => open(&key, context, sealed).map(Some),
            None => Ok(None),
        }
    }

    /// A keyed hash, made with a key of its own for each `label`.
    pub(crate) fn mac(
        &self,
        name: &str,
        label: &'static str,
        parts: &[&[u8]],
    ) -> Result<[u8; 32], RegistrarError> {
        let key = self.0.get_or_create(name)?;
        Ok(mac(&key, label, parts))
    }

    /// Destroy a key, and with it all that it sealed. Nothing if there is none.
    pub(crate) fn destroy(&self, name: &str) -> Result<usize, RegistrarError> {
        self.0.destroy_if(|other| other == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    const NOON: u64 = 1_800_014_400;

    fn keys(folder: &tempfile::TempDir, clock: &Arc<ManualClock>) -> PeriodKeys {
        PeriodKeys::open(folder.path().join("periods"), clock.clone()).expect("opens")
    }

    #[test]
    fn a_record_opens_in_its_place_until_its_day_is_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::new(NOON, 1));
        let keys = keys(&folder, &clock);
        let sealed = keys.seal(NOON + DAY, b"here", &"text").expect("seals");
        let opened = |keys: &PeriodKeys| keys.unseal::<String>(b"here", &sealed);
        assert_eq!(opened(&keys).expect("opens").as_deref(), Some("text"));
        assert!(keys.unseal::<String>(b"there", &sealed).is_err());
        for at in 8..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(
                keys.unseal::<String>(b"here", &damaged).is_err(),
                "byte {at}"
            );
        }
        for length in 0..sealed.len() {
            assert!(keys.unseal::<String>(b"here", &sealed[..length]).is_err());
        }

        clock.advance(DAY);
        assert_eq!(keys.destroy_expired().expect("destroys"), 0);
        let reopened = PeriodKeys::open(folder.path().join("periods"), clock.clone());
        assert_eq!(
            opened(&reopened.expect("opens")).expect("opens").as_deref(),
            Some("text"),
            "keys survive a restart"
        );
        clock.advance(DAY);
        assert_eq!(keys.destroy_expired().expect("destroys"), 1);
        assert_eq!(opened(&keys).expect("no error"), None);
        let left = std::fs::read_dir(folder.path().join("periods"))
            .expect("lists")
            .count();
        assert_eq!(left, 0, "the file is gone");
    }

    #[test]
    fn hashes_differ_by_day_label_and_part() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = keys(&folder, &Arc::new(ManualClock::new(NOON, 1)));
        let mac = |day, label, parts: &[&[u8]]| keys.mac(day, label, parts).expect("hashes");
        let first = mac(1, "a", &[b"bc", b"d"]);
        assert_eq!(first, mac(1, "a", &[b"bc", b"d"]));
        assert_ne!(first, mac(2, "a", &[b"bc", b"d"]));
        assert_ne!(first, mac(1, "b", &[b"bc", b"d"]));
        assert_ne!(first, mac(1, "a", &[b"b", b"cd"]));
        assert_eq!(keys.existing_mac(1, "a", &[b"bc", b"d"]), Some(first));
        assert_eq!(keys.existing_mac(3, "a", &[b"bc", b"d"]), None);
    }

    #[test]
    fn a_petitions_keys_go_with_it_and_no_others() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = Arc::new(ManualClock::new(NOON, 1));
        let keys = PetitionKeys::open(folder.path().join("petitions"), clock).expect("opens");
        let (one, other) = (PetitionId([1; 32]), PetitionId([2; 32]));
        let seal = |purpose, p| keys.seal(purpose, p, b"x", &"text").expect("seals");
        let sealed = [
            (
                Purpose::Subscriptions,
                one,
                seal(Purpose::Subscriptions, one),
            ),
            (Purpose::Vault, one, seal(Purpose::Vault, one)),
            (Purpose::Vault, other, seal(Purpose::Vault, other)),
        ];
        for purpose in [Purpose::Subscriptions, Purpose::Vault] {
            assert!(keys.has(purpose, one));
            assert_eq!(keys.destroy(purpose, one).expect("destroys"), 1);
            assert_eq!(keys.destroy(purpose, one).expect("destroys"), 0);
            assert!(!keys.has(purpose, one));
        }
        let open = |i: usize| {
            let (purpose, p, sealed) = &sealed[i];
            keys.unseal::<String>(*purpose, *p, b"x", sealed)
                .expect("no error")
        };
        assert_eq!(
            [open(0), open(1), open(2)],
            [None, None, Some("text".to_owned())]
        );
    }
}
