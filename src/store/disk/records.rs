//! Records in sled, large values in parts (`spec/storage.md`, "sled").

use super::codec::Reader;
use super::projection::Projection;
use crate::store::StoreError;

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
pub(super) fn apply(sled: &Projection, key: &[u8], value: Option<&[u8]>) -> sled::Result<()> {
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
