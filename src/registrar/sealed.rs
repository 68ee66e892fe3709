//! Sealing of personal records under per-period keys (`spec/storage.md`, "Erasable").
//!
//! A record names the day on which it has to be gone; the key of that day is
//! destroyed then, and with it every copy of the record that the engine below may
//! still hold. Keys are files outside the engine and never enter a backup.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::RegistrarError;
use crate::clock::{Clock, random};
use crate::keys::KeyFolder;

/// Seconds in a day.
pub(super) const DAY: u64 = 86_400;

/// The keys of all periods that are not over.
pub struct PeriodKeys {
    folder: KeyFolder,
    clock: Arc<dyn Clock>,
    open: Mutex<BTreeMap<u64, [u8; 32]>>,
}

impl PeriodKeys {
    /// Keys in `folder`, a key file for each day.
    pub fn new(folder: PathBuf, clock: Arc<dyn Clock>) -> Self {
        Self { folder: KeyFolder::new(folder), clock, open: Mutex::default() }
    }

    /// Destroy the keys of all days before today. Returns how many.
    pub fn destroy_expired(&self) -> Result<usize, RegistrarError> {
        let today = self.clock.now() / DAY;
        let mut open = self.open.lock().expect("no holder panics");
        open.retain(|day, _| *day >= today);
        let mut destroyed = 0;
        for (name, day) in self.folder.list()?.into_iter().filter_map(|n| {
            let day = n.parse::<u64>().ok()?;
            Some((n, day))
        }) {
            if day < today {
                self.folder.destroy(&name)?;
                destroyed += 1;
            }
        }
        Ok(destroyed)
    }

    fn key(&self, day: u64, create: bool) -> Result<Option<[u8; 32]>, RegistrarError> {
        let mut open = self.open.lock().expect("no holder panics");
        if let Some(key) = open.get(&day) {
            return Ok(Some(*key));
        }
        let name = format!("{day}");
        let key = match self.folder.read(&name)? {
            Some(key) => key,
            None if create => {
                let key = random(&*self.clock);
                self.folder.create(&name, &key)?;
                key
            }
            None => return Ok(None),
        };
        open.insert(day, key);
        Ok(Some(key))
    }

    /// Seal `record` until the end of the day in which `until` (Unix seconds) lies.
    /// `context` names the record's place; it opens nowhere else.
    pub(super) fn seal(
        &self,
        until: u64,
        context: &[u8],
        record: &impl Serialize,
    ) -> Result<Vec<u8>, RegistrarError> {
        let day = until / DAY;
        let key = self.key(day, true)?.expect("created if missing");
        let plain = Zeroizing::new(serde_json::to_vec(record).expect("records always encode"));
        let nonce: [u8; 24] = random(&*self.clock);
        let sealed = XChaCha20Poly1305::new(&Key::from(key))
            .encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: context })
            .map_err(|_| RegistrarError::Sealed("sealing failed"))?;
        Ok([&day.to_be_bytes()[..], &nonce, &sealed].concat())
    }

    /// Open a sealed record; `None` when its period is over.
    pub(super) fn open<T: DeserializeOwned>(
        &self,
        context: &[u8],
        sealed: &[u8],
    ) -> Result<Option<T>, RegistrarError> {
        let (day, rest) =
            sealed.split_first_chunk::<8>().ok_or(RegistrarError::Sealed("too short"))?;
        let (nonce, rest) =
            rest.split_first_chunk::<24>().ok_or(RegistrarError::Sealed("too short"))?;
        let Some(key) = self.key(u64::from_be_bytes(*day), false)? else { return Ok(None) };
        let plain = XChaCha20Poly1305::new(&Key::from(key))
            .decrypt(&XNonce::from(*nonce), Payload { msg: rest, aad: context })
            .map_err(|_| RegistrarError::Sealed("damaged"))?;
        let plain = Zeroizing::new(plain);
        serde_json::from_slice(&plain)
            .map(Some)
            .map_err(|_| RegistrarError::Sealed("of another version"))
    }
}
