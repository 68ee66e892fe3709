//! The journal: entries of any length, each in a frame.

use super::EntryLog;
use crate::store::StoreError;
use crate::store::disk::error::WriteError;
use crate::store::disk::frame::{self, FRAME_HEAD, Place};

/// A journal entry's frame.
const ENTRY: u32 = 1;
/// Bytes read at once; no frame is longer.
const READ_AHEAD: u64 = 1 << 20;

/// Entries of the journal, each with its offset, and where the next one starts.
pub(crate) type Entries = (Vec<(u64, Vec<u8>)>, u64);

impl EntryLog {
    /// Append entries of the journal at `at`, and say where each starts and all end.
    pub(crate) fn append_entries(
        &self,
        at: u64,
        entries: &[Vec<u8>],
    ) -> Result<(Vec<u64>, u64), WriteError> {
        let mut bytes = Vec::new();
        let mut offsets = Vec::with_capacity(entries.len());
        for entry in entries {
            let start = bytes.len();
            offsets.push(at + start as u64);
            let place = Place {
                tag: self.tag,
                at: at + start as u64,
            };
            bytes.resize(start + FRAME_HEAD, 0);
            bytes.extend_from_slice(entry);
            frame::close(place, ENTRY, &mut bytes, start);
        }
        self.write(at, &bytes)?;
        Ok((offsets, at + bytes.len() as u64))
    }

    /// Up to `count` entries of the journal from the one that starts at `at`, each with
    /// its offset, and where the next one starts. Nothing at or behind `end` is read.
    pub(crate) fn entries(&self, at: u64, end: u64, count: usize) -> Result<Entries, StoreError> {
        let mut entries = Vec::new();
        let mut at = at;
        while entries.len() < count && at < end {
            let bytes = self.read(at, (end - at).min(READ_AHEAD))?;
            let mut taken = 0;
            while entries.len() < count {
                let place = Place {
                    tag: self.tag,
                    at: at + taken as u64,
                };
                let Some((kind, body, next)) = frame::parse(place, &bytes[taken..]) else {
                    break;
                };
                if kind != ENTRY {
                    return Err(self.is_not_as_written(place.at));
                }
                entries.push((place.at, body.to_vec()));
                taken += next;
            }
            // Far more than one entry was read.
            if taken == 0 {
                return Err(self.is_not_as_written(at));
            }
            at += taken as u64;
        }
        Ok((entries, at))
    }
}
