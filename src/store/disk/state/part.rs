//! Reading one file of the state log.

use std::sync::Arc;

use super::LOST_STATE;
use crate::store::StoreError;
use crate::store::disk::batch::{Records, read_records};
use crate::store::disk::codec::Reader;
use crate::store::disk::error::{damaged, io};
use crate::store::disk::files::File;
use crate::store::disk::frame;
use crate::store::disk::frames;
use crate::store::disk::header::{HEADER_LEN, Header};

/// A batch in a log: `number u64 ‖ records`.
pub(super) const BATCH: u32 = 1;
/// Part of a run: records.
pub(super) const PART: u32 = 2;
/// The end of a run: how many records it has.
pub(super) const END: u32 = 3;

/// A file of the state log, open for reading.
pub(super) struct Part {
    pub(super) file: Arc<dyn File>,
    pub(super) what: String,
    pub(super) header: Header,
}

impl Part {
    fn malformed(&self, at: u64) -> StoreError {
        damaged(format!("{}, byte {at}", self.what), LOST_STATE)
    }

    pub(super) fn len(&self) -> Result<u64, StoreError> {
        self.file.len().map_err(io(&self.what))
    }
}

impl Part {
    /// Visit the parts of a run, which must be whole.
    pub(super) fn read_run(
        &self,
        mut visit: impl FnMut(Records) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut parts = self.parts()?;
        while let Some(records) = parts.next()? {
            visit(records)?;
        }
        Ok(())
    }

    /// The parts of a run, one by one.
    pub(super) fn parts(&self) -> Result<Parts<'_>, StoreError> {
        self.header.require(&self.what, &*self.file)?;
        Ok(Parts {
            part: self,
            at: HEADER_LEN,
            length: self.len()?,
            count: 0,
        })
    }

    /// Visit the batches of a log.
    pub(super) fn read_log(
        &self,
        mut visit: impl FnMut(u64, Records) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if frames::is_unused(&self.what, &*self.file)? {
            return Ok(());
        }
        self.header.require(&self.what, &*self.file)?;
        frames::replay(
            &self.what,
            &*self.file,
            self.header,
            LOST_STATE,
            |at, frame| {
                let mut r = Reader(&frame.body);
                let mut records = Records::new();
                let read = (frame.kind == BATCH)
                    .then(|| r.u64())
                    .flatten()
                    .and_then(|number| read_records(&mut r, &mut records).map(|()| number))
                    .filter(|_| r.is_empty());
                visit(read.ok_or_else(|| self.malformed(at))?, records)
            },
        )
    }
}

/// Reads the parts of a run.
pub(super) struct Parts<'a> {
    part: &'a Part,
    at: u64,
    length: u64,
    count: u64,
}

impl Parts<'_> {
    /// The next part, `None` behind the last one.
    pub(super) fn next(&mut self) -> Result<Option<Records>, StoreError> {
        let Part { file, what, header } = self.part;
        let place = frame::Place {
            tag: header.tag(),
            at: self.at,
        };
        let malformed = || self.part.malformed(self.at);
        // A run is put in place whole: whatever is no frame here is damage.
        let frame::Found::Frame(frame) = frame::read(what, &**file, place, self.length)? else {
            return Err(malformed());
        };
        let mut r = Reader(&frame.body);
        match frame.kind {
            PART => {
                let mut records = Records::new();
                let read = read_records(&mut r, &mut records).filter(|()| r.is_empty());
                read.ok_or_else(malformed)?;
                self.at = frame.next;
                self.count += records.len() as u64;
                Ok(Some(records))
            }
            END if r.u64() == Some(self.count) => Ok(None),
            _ => Err(malformed()),
        }
    }
}
