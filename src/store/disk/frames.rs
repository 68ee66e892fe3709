//! A file of frames that grows at its end, each append durable on return
//! (`spec/storage.md`, "Frames").
//!
//! The file is extended in steps ahead of what is written: that a crash cut a write
//! short shows as zeroes, that somebody cut the file shows in its length. A file is
//! written by the process that made it; after a restart a new one is begun.

use std::path::Path;
use std::sync::Arc;

use super::codec::CHECK_LEN;
use super::error::{WriteError, damaged, io};
use super::files::{File, Files};
use super::frame::{self, FRAME_ALIGN, FRAME_HEAD, Found, Frame, Place};
use super::header::{HEADER_LEN, Header};
use crate::store::StoreError;

/// Files of frames grow by this many bytes.
const STEP: u64 = 1 << 20;
/// What a device writes whole or not at all.
const SECTOR: u64 = 512;

/// The open end of a file of frames.
pub(super) struct Frames {
    file: Arc<dyn File>,
    what: String,
    tag: [u8; CHECK_LEN],
    end: u64,
    allocated: u64,
}

impl Frames {
    /// Create a file without frames. Durable, except for its name in the folder.
    pub(super) fn create(
        files: &dyn Files,
        path: &Path,
        header: Header,
    ) -> Result<Self, StoreError> {
        let what = path.display().to_string();
        let create = || {
            let file = files.create(path)?;
            // Length first: a file with a header then has a whole step.
            file.set_len(STEP)?;
            file.write_at(0, &header.to_bytes())?;
            file.sync()?;
            Ok(file)
        };
        Ok(Self {
            file: create().map_err(io(&what))?,
            what,
            tag: header.tag(),
            end: HEADER_LEN,
            allocated: STEP,
        })
    }

    /// Bytes written so far.
    pub(super) fn len(&self) -> u64 {
        self.end
    }

    /// Append a frame whose body stands in `buffer` behind room for its head
    /// ([`frame::buffer`]). Durable on return.
    pub(super) fn append(&mut self, kind: u32, buffer: Vec<u8>) -> Result<(), WriteError> {
        let end = self.write(kind, buffer)?;
        self.sync()?;
        self.end = end;
        Ok(())
    }

    /// [`Frames::append`], durable with the next [`Frames::sync`].
    pub(super) fn push(&mut self, kind: u32, buffer: Vec<u8>) -> Result<(), WriteError> {
        self.end = self.write(kind, buffer)?;
        Ok(())
    }

    /// A failed sync leaves open what is on the device, also to whoever syncs again.
    pub(super) fn sync(&self) -> Result<(), WriteError> {
        let synced = self.file.sync().map_err(io(&self.what));
        synced.map_err(WriteError::InDoubt)
    }

    fn write(&mut self, kind: u32, mut buffer: Vec<u8>) -> Result<u64, WriteError> {
        let place = Place {
            tag: self.tag,
            at: self.end,
        };
        frame::close(place, kind, &mut buffer, 0);
        let end = self.end + buffer.len() as u64;
        let written = self
            .extend(end)
            .and_then(|()| self.file.write_at(self.end, &buffer));
        written.map_err(|error| self.undo(io(&self.what)(error)))?;
        Ok(end)
    }

    fn extend(&mut self, end: u64) -> std::io::Result<()> {
        if end > self.allocated {
            let allocated = end.next_multiple_of(STEP);
            self.file.set_len(allocated)?;
            self.allocated = allocated;
        }
        Ok(())
    }

    /// Put zeroes where part of a frame may stand.
    fn undo(&mut self, error: StoreError) -> WriteError {
        let undone = self
            .file
            .set_len(self.end)
            .and_then(|()| self.file.set_len(self.allocated))
            .and_then(|()| self.file.sync());
        if undone.is_ok() {
            WriteError::Undone(error)
        } else {
            WriteError::InDoubt(error)
        }
    }
}

/// Whether a file was created and never used: a crash came before its first sync.
pub(super) fn is_unused(what: &str, file: &dyn File) -> Result<bool, StoreError> {
    let length = file.len().map_err(io(what))?;
    is_zero(what, file, 0, length)
}

/// Visit all frames of a file, in order. Ends without an error at the end, or where a
/// crash cut the last write short; anything else is damage, with this advice.
pub(super) fn replay(
    what: &str,
    file: &dyn File,
    header: Header,
    advice: &str,
    mut visit: impl FnMut(u64, Frame) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let length = file.len().map_err(io(what))?;
    if length % STEP != 0 {
        return Err(damaged(format!("{what}, cut to {length} bytes,"), advice));
    }
    let tag = header.tag();
    let mut at = HEADER_LEN;
    while at < length {
        match frame::read(what, file, Place { tag, at }, length)? {
            Found::Frame(frame) => {
                let next = frame.next;
                visit(at, frame)?;
                at = next;
            }
            Found::Nothing(end) => {
                let scan = Tail {
                    what,
                    file,
                    tag,
                    length,
                };
                return if scan.is_torn(at, end)? {
                    Ok(())
                } else {
                    Err(damaged(format!("{what}, byte {at}"), advice))
                };
            }
        }
    }
    Ok(())
}

/// What follows the last valid frame.
struct Tail<'a> {
    what: &'a str,
    file: &'a dyn File,
    tag: [u8; CHECK_LEN],
    length: u64,
}

impl Tail<'_> {
    /// Nothing, or the remains of one write that was never acknowledged: some sector
    /// of it is still zero, and no valid frame comes later.
    fn is_torn(&self, at: u64, end: Option<u64>) -> Result<bool, StoreError> {
        Ok(is_zero(self.what, self.file, at, self.length)?
            || (self.has_missing_sector(at, end)? && !self.has_frame_after(at)?))
    }

    fn has_missing_sector(&self, at: u64, end: Option<u64>) -> Result<bool, StoreError> {
        let end = end.unwrap_or(at + FRAME_HEAD as u64);
        if end > self.length {
            // The write made the file longer, and its new length did not arrive.
            return Ok(true);
        }
        let mut from = at;
        while from < end {
            let to = (from + 1).next_multiple_of(SECTOR).min(end);
            if is_zero(self.what, self.file, from, to)? {
                return Ok(true);
            }
            from = to;
        }
        Ok(false)
    }

    fn has_frame_after(&self, at: u64) -> Result<bool, StoreError> {
        let mut bytes = vec![0; usize::try_from(self.length - at).unwrap_or(usize::MAX)];
        self.file.read_at(at, &mut bytes).map_err(io(self.what))?;
        Ok((FRAME_ALIGN..bytes.len())
            .step_by(FRAME_ALIGN)
            .any(|offset| {
                let place = Place {
                    tag: self.tag,
                    at: at + offset as u64,
                };
                frame::parse(place, &bytes[offset..]).is_some()
            }))
    }
}

fn is_zero(what: &str, file: &dyn File, from: u64, to: u64) -> Result<bool, StoreError> {
    let mut bytes = vec![0; 1 << 16];
    let mut at = from;
    while at < to {
        let length = usize::try_from(to - at).map_or(bytes.len(), |n| n.min(bytes.len()));
        let part = &mut bytes[..length];
        file.read_at(at, part).map_err(io(what))?;
        if part.iter().any(|byte| *byte != 0) {
            return Ok(false);
        }
        at += length as u64;
    }
    Ok(true)
}
