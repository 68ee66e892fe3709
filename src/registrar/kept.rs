//! Sealed records in the store: read with the bytes that a change can expect, and written.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::RegistrarError;
use super::sealed::PeriodKeys;
use crate::store::{Change, Expect, Space, Store};

/// A record with the bytes that a change can expect.
pub(crate) struct Kept<T> {
    pub(crate) sealed: Vec<u8>,
    pub(crate) record: T,
}

/// A record's place, which its sealing is bound to.
pub(crate) fn context(space: Space, key: &[u8]) -> Vec<u8> {
    [space.0.as_bytes(), &[0], key].concat()
}

/// Let a change happen only while this record is unchanged.
pub(crate) fn expect<T>(change: &mut Change, space: Space, key: &[u8], kept: &Kept<T>) {
    let value = Expect::Value(kept.sealed.clone());
    change.expect.push((space, key.to_vec(), value));
}

impl PeriodKeys {
    /// Read and open a record sealed under a day's key. Blocking. `None` when there is
    /// none, or its day is over.
    pub(crate) fn kept<T: DeserializeOwned>(
        &self,
        store: &dyn Store,
        space: Space,
        key: &[u8],
    ) -> Result<Option<Kept<T>>, RegistrarError> {
        let Some(sealed) = store.get(space, key)? else {
            return Ok(None);
        };
        let record = self.unseal(&context(space, key), &sealed)?;
        Ok(record.map(|record| Kept { sealed, record }))
    }

    /// Add a record to a change that is to be gone after the day of `until`.
    pub(crate) fn put(
        &self,
        change: &mut Change,
        space: Space,
        key: &[u8],
        until: u64,
        record: &impl Serialize,
    ) -> Result<(), RegistrarError> {
        let sealed = self.seal(until, &context(space, key), record)?;
        change.put.push((space, key.to_vec(), sealed));
        Ok(())
    }
}
