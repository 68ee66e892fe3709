//! The end of the state log, where batches are appended.

use super::StateFolder;
use super::part::BATCH;
use crate::store::StoreError;
use crate::store::disk::batch::{Records, put_records};
use crate::store::disk::error::{WriteError, io};
use crate::store::disk::frame;
use crate::store::disk::frames::Frames;

/// The end of the state log.
pub(crate) struct StateLog {
    pub(crate) place: StateFolder,
    current: Option<Frames>,
    /// Number of the last batch.
    pub(crate) last: u64,
    /// Bytes in logs.
    pub(crate) logged: u64,
    /// How many logs there are.
    pub(crate) logs: usize,
}

impl StateLog {
    /// Go on after batch `last`.
    pub(crate) fn new(place: StateFolder, last: u64) -> Result<Self, StoreError> {
        let logs = place.logs()?;
        let mut logged = 0;
        for first in &logs {
            logged += place.log(*first)?.len()?;
        }
        Ok(Self {
            place,
            current: None,
            last,
            logged,
            logs: logs.len(),
        })
    }

    /// Append a batch, durable on return.
    pub(crate) fn append(&mut self, records: &Records) -> Result<(), WriteError> {
        let number = self.last + 1;
        let mut buffer = frame::buffer();
        buffer.extend_from_slice(&number.to_be_bytes());
        put_records(&mut buffer, records);
        let length = buffer.len() as u64;
        self.current(number)?.append(BATCH, buffer)?;
        self.logged += length;
        self.last = number;
        Ok(())
    }

    fn current(&mut self, number: u64) -> Result<&mut Frames, WriteError> {
        if self.current.is_none() {
            let place = &self.place;
            let (path, header) = (place.log_path(number), place.log_header(number));
            let frames = Frames::create(&*place.files, &path, header);
            let frames = frames.map_err(WriteError::Undone)?;
            let synced = place.files.sync_folder(&place.folder);
            let synced = synced.map_err(io(place.folder.display().to_string()));
            synced.map_err(WriteError::Undone)?;
            self.current = Some(frames);
            self.logs += 1;
        }
        Ok(self.current.as_mut().expect("created above"))
    }

    /// Close the log that is open: later batches go to a new one. Says where the closed
    /// ones end.
    pub(crate) fn close(&mut self) -> u64 {
        self.current = None;
        self.logged = 0;
        self.logs = 0;
        self.last
    }
}
