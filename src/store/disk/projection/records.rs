//! Records in sled, large values in parts (`spec/storage.md`, "sled").

use super::Projection;
use crate::store::StoreError;
use crate::store::disk::batch::Records;
use crate::store::disk::codec::Reader;

/// A value of at most this many bytes stands in its record.
const INLINE: usize = 4096;
const PART: usize = 4096;
/// `00 ‖ value`, or `01 ‖ length u64 ‖ BLAKE3 of the value 32` for one in parts.
const WHOLE: u8 = 0;
const PARTS: u8 = 1;

fn part_key(key: &[u8], part: u32) -> Vec<u8> {
    [key, &part.to_be_bytes()].concat()
}

/// Length and hash of a value in parts.
fn in_parts(stored: &[u8]) -> Option<(usize, [u8; 32])> {
    let mut r = Reader(stored);
    let length = (r.u8()? == PARTS).then(|| r.u64()).flatten()?;
    Some((usize::try_from(length).ok()?, r.array()?))
}

/// Put or delete one record.
fn put_or_delete(sled: &Projection, key: &[u8], value: Option<&[u8]>) -> sled::Result<()> {
    let stored = value.map(|value| {
        if value.len() <= INLINE {
            return [&[WHOLE], value].concat();
        }
        let length = (value.len() as u64).to_be_bytes();
        [&[PARTS][..], &length, blake3::hash(value).as_bytes()].concat()
    });
    if let (Some(value), Some(stored)) = (value, &stored)
        && in_parts(stored).is_some()
    {
        for (number, part) in (0u32..).zip(value.chunks(PART)) {
            sled.parts.insert(part_key(key, number), part)?;
        }
    }
    let old = match &stored {
        Some(stored) => sled.state.insert(key, stored.as_slice())?,
        None => sled.state.remove(key)?,
    };
    let parts = |stored: &[u8]| in_parts(stored).map_or(0, |(length, _)| length.div_ceil(PART));
    let before = old.map_or(0, |old| parts(&old));
    let after = stored.map_or(0, |stored| parts(&stored));
    for number in after..before {
        let number = u32::try_from(number).expect("a value is below 4 GiB");
        sled.parts.remove(part_key(key, number))?;
    }
    Ok(())
}

/// The value of a record.
pub(super) fn value(sled: &Projection, key: &[u8], stored: &[u8]) -> Result<Vec<u8>, StoreError> {
    if let [WHOLE, value @ ..] = stored {
        return Ok(value.to_vec());
    }
    let Some((length, hash)) = in_parts(stored) else {
        return Err(sled.suspect("a record"));
    };
    let value = sled.guard("parts", || {
        let mut value = Vec::with_capacity(length);
        for number in 0..length.div_ceil(PART) {
            let number = u32::try_from(number).expect("a value is below 4 GiB");
            if let Some(part) = sled.parts.get(part_key(key, number))? {
                value.extend_from_slice(&part);
            }
        }
        Ok(value)
    })?;
    if value.len() == length && *blake3::hash(&value).as_bytes() == hash {
        Ok(value)
    } else {
        Err(sled.suspect("a record in parts"))
    }
}

impl Projection {
    /// A record.
    pub(crate) fn record(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let stored = self.guard("record", || self.state.get(key))?;
        stored.map(|stored| value(self, key, &stored)).transpose()
    }

    /// The value of a record found by a scan.
    pub(crate) fn value(&self, key: &[u8], stored: &[u8]) -> Result<Vec<u8>, StoreError> {
        value(self, key, stored)
    }

    /// Apply records. Applying them again changes nothing, so a batch that a crash
    /// interrupted is simply applied anew.
    pub(crate) fn apply(&self, records: &Records) -> Result<(), StoreError> {
        self.guard("records", || {
            for (key, value) in records {
                put_or_delete(self, key, value.as_deref())?;
            }
            Ok(())
        })
    }

    /// All records, in key order.
    pub(crate) fn all_records(
        &self,
    ) -> impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>> {
        let mut records = self.state.iter();
        std::iter::from_fn(move || {
            let next = self.guard("records", || records.next().transpose());
            let record = next.transpose()?;
            Some(record.and_then(|(key, stored)| {
                let value = value(self, &key, &stored)?;
                Ok((key.to_vec(), value))
            }))
        })
    }

    /// Note that all batches up to one are here.
    pub(crate) fn applied(&self, batch: u64) -> Result<(), StoreError> {
        let value = &batch.to_be_bytes();
        self.guard("meta", || self.meta.insert("batch", value).map(drop))
    }
}
