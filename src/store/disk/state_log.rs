//! The log of state records: what survives when sled does not
//! (`spec/storage.md`, "State log").
//!
//! Batches of records, each in key order, are appended to logs; logs are merged into
//! runs in the background ([`super::state_merge`]), and what was deleted is gone with
//! the merge that reaches back to the first batch.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::batch::{Records, put_records, read_records};
use super::codec::Reader;
use super::error::{WriteError, damaged, io};
use super::files::{File, Files};
use super::frame;
use super::frames::{self, Frames};
use super::header::{Header, Kind, StoreId};
use crate::store::StoreError;

/// A batch in a log: `number u64 ‖ records`.
const BATCH: u32 = 1;
/// Part of a run: records.
pub(super) const PART: u32 = 2;
/// The end of a run: how many records it has.
pub(super) const END: u32 = 3;

const LOST_STATE: &str = "restore the folder `state` from a backup; or open with \
                          `accept_lost_state`, after which confirmations and subscriptions that \
                          it held are gone, while trees and counts are complete";

/// Where the state log is.
#[derive(Clone)]
pub(super) struct StateFolder {
    pub(super) files: Arc<dyn Files>,
    pub(super) folder: PathBuf,
    pub(super) store: StoreId,
}

/// The batches that a run has: `after < number <= last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Span {
    pub(super) after: u64,
    pub(super) last: u64,
}

/// A file of the state log, open for reading.
pub(super) struct Part {
    pub(super) file: Arc<dyn File>,
    pub(super) what: String,
    header: Header,
}

impl Part {
    fn malformed(&self, at: u64) -> StoreError {
        damaged(format!("{}, byte {at}", self.what), LOST_STATE)
    }

    pub(super) fn len(&self) -> Result<u64, StoreError> {
        self.file.len().map_err(io(&self.what))
    }
}

impl StateFolder {
    /// The file for a run.
    pub(super) fn run_path(&self, span: Span) -> PathBuf {
        let Span { after, last } = span;
        self.folder.join(format!("{after:016x}-{last:016x}.run"))
    }

    /// The file for batches from one on.
    fn log_path(&self, first: u64) -> PathBuf {
        self.folder.join(format!("{first:016x}.log"))
    }

    /// A run's header: `number` is its last batch, `detail` the one before its first.
    pub(super) fn run_header(&self, span: Span) -> Header {
        Header {
            detail: span.after,
            ..Header::new(Kind::State, self.store, span.last)
        }
    }

    /// A log's header: `number` is its first batch, `detail` all ones.
    fn log_header(&self, first: u64) -> Header {
        Header {
            detail: u64::MAX,
            ..Header::new(Kind::State, self.store, first)
        }
    }

    fn names(&self) -> Result<Vec<String>, StoreError> {
        let names = self.files.list(&self.folder);
        names.map_err(io(self.folder.display().to_string()))
    }

    /// The runs, oldest first, without those that a larger one has replaced.
    pub(super) fn runs(&self) -> Result<Vec<Span>, StoreError> {
        let mut spans: Vec<Span> = self.names()?.iter().filter_map(|n| parse_run(n)).collect();
        // The longer of two that begin together comes first.
        spans.sort_unstable_by_key(|span| (span.after, std::cmp::Reverse(span.last)));
        let mut last = 0;
        spans.retain(|span| {
            let is_new = span.last > last;
            last = last.max(span.last);
            is_new
        });
        Ok(spans)
    }

    /// The first batch of each log, oldest first.
    pub(super) fn logs(&self) -> Result<Vec<u64>, StoreError> {
        let names = self.names()?;
        let mut logs: Vec<u64> = names.iter().filter_map(|n| parse_log(n)).collect();
        logs.sort_unstable();
        Ok(logs)
    }

    fn open(&self, path: &Path, header: Header) -> Result<Part, StoreError> {
        let what = path.display().to_string();
        let file = self.files.open(path).map_err(io(&what))?;
        Ok(Part { file, what, header })
    }

    pub(super) fn run(&self, span: Span) -> Result<Part, StoreError> {
        self.open(&self.run_path(span), self.run_header(span))
    }

    pub(super) fn log(&self, first: u64) -> Result<Part, StoreError> {
        self.open(&self.log_path(first), self.log_header(first))
    }

    /// Remove what a run has replaced, and what was never finished.
    pub(super) fn clean(&self) -> Result<(), StoreError> {
        let runs = self.runs()?;
        let end = runs.last().map_or(0, |span| span.last);
        for name in self.names()? {
            let is_replaced = match (parse_run(&name), parse_log(&name)) {
                (Some(span), _) => !runs.contains(&span),
                // A log that begins at or before the end of the runs was merged whole.
                (_, Some(first)) => first <= end,
                _ => name.rsplit('.').next() == Some("tmp"),
            };
            if is_replaced {
                let path = self.folder.join(name);
                let removed = self.files.remove(&path);
                removed.map_err(io(path.display().to_string()))?;
            }
        }
        let synced = self.files.sync_folder(&self.folder);
        synced.map_err(io(self.folder.display().to_string()))
    }

    /// Remove all runs and logs but one run.
    pub(super) fn remove_all_but(&self, keep: Span) -> Result<(), StoreError> {
        for name in self.names()? {
            let is_other = parse_run(&name).is_some_and(|span| span != keep);
            if is_other || parse_log(&name).is_some() {
                let path = self.folder.join(name);
                let removed = self.files.remove(&path);
                removed.map_err(io(path.display().to_string()))?;
            }
        }
        Ok(())
    }

    /// Read what follows batch `after`, oldest first, and say which batch is the last.
    /// Runs that reach beyond `after` come whole: applying them again changes nothing.
    /// Requires that batch `required` is there.
    pub(super) fn read(
        &self,
        after: u64,
        required: u64,
        mut visit: impl FnMut(Records) -> Result<(), StoreError>,
    ) -> Result<u64, StoreError> {
        let mut last = 0;
        let gap = |what: &str, batch: u64| damaged(format!("{what}: batch {batch}"), LOST_STATE);
        for span in self.runs()? {
            let run = self.run(span)?;
            if span.after != last {
                return Err(gap(&run.what, last + 1));
            }
            last = span.last;
            run.header.require(&run.what, &*run.file)?;
            if last > after {
                run.read_run(&mut visit)?;
            }
        }
        let merged = last;
        for first in self.logs()?.into_iter().filter(|first| *first > merged) {
            let log = self.log(first)?;
            log.read_log(|number, records| {
                if number != last + 1 {
                    return Err(gap(&log.what, last + 1));
                }
                last = number;
                if number > after {
                    visit(records)
                } else {
                    Ok(())
                }
            })?;
        }
        if last < required {
            return Err(gap(&self.folder.display().to_string(), last + 1));
        }
        Ok(last)
    }
}

fn parse_run(name: &str) -> Option<Span> {
    let (after, last) = name.strip_suffix(".run")?.split_once('-')?;
    Some(Span {
        after: u64::from_str_radix(after, 16).ok()?,
        last: u64::from_str_radix(last, 16).ok()?,
    })
}

fn parse_log(name: &str) -> Option<u64> {
    u64::from_str_radix(name.strip_suffix(".log")?, 16).ok()
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
            at: super::header::HEADER_LEN,
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

/// The end of the state log.
pub(super) struct StateLog {
    pub(super) place: StateFolder,
    current: Option<Frames>,
    /// Number of the last batch.
    pub(super) last: u64,
    /// Bytes in logs.
    pub(super) logged: u64,
    /// How many logs there are.
    pub(super) logs: usize,
}

impl StateLog {
    /// Go on after batch `last`.
    pub(super) fn new(place: StateFolder, last: u64) -> Result<Self, StoreError> {
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
    pub(super) fn append(&mut self, records: &Records) -> Result<(), WriteError> {
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
    pub(super) fn close(&mut self) -> u64 {
        self.current = None;
        self.logged = 0;
        self.logs = 0;
        self.last
    }
}
