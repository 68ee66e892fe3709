//! Merging the state log: closed logs become a sorted run, runs of like size become
//! one (`spec/storage.md`, "State log"). Reads immutable files only, never sled, so that
//! no damage there can spread.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::part::{END, PART, Part, Parts};
use super::{Span, StateFolder};
use crate::store::StoreError;
use crate::store::disk::batch::{Records, put_records};
use crate::store::disk::error::{WriteError, io};
use crate::store::disk::frame;
use crate::store::disk::frames::Frames;

/// Bytes of records in one part of a run.
const PART_LEN: usize = 1 << 18;

/// Merge all closed logs, which end with batch `end`, and the newest runs as long as
/// the next older one is at most twice as large; or, if `all`, every run. sled must be
/// durable up to `end`, because deletions are forgotten when the first run takes part.
pub(crate) fn merge(place: &StateFolder, end: u64, all: bool) -> Result<(), StoreError> {
    let runs = place.runs()?;
    let runs_end = runs.last().map_or(0, |span| span.last);
    let mut newest: BTreeMap<Vec<u8>, Option<Vec<u8>>> = BTreeMap::new();
    let mut size = 0;
    for first in place
        .logs()?
        .into_iter()
        .filter(|first| *first > runs_end && *first <= end)
    {
        let log = place.log(first)?;
        size += log.len()?;
        log.read_log(|_, records| {
            newest.extend(records);
            Ok(())
        })?;
    }
    let mut inputs = Vec::new();
    let mut after = runs_end;
    for span in runs.into_iter().rev() {
        let run = place.run(span)?;
        let length = run.len()?;
        if !all && length > 2 * size {
            break;
        }
        size += length;
        after = span.after;
        inputs.push(run);
    }
    if newest.is_empty() && inputs.len() < 2 && !all {
        return Ok(());
    }
    let span = Span { after, last: end };
    write(place, span, newest, &inputs)?;
    place.clean()
}

/// Write the records that are left as the only run, up to batch `last`.
pub(crate) fn replace(
    place: &StateFolder,
    last: u64,
    records: impl Iterator<Item = Result<(Vec<u8>, Vec<u8>), StoreError>>,
) -> Result<(), StoreError> {
    let span = Span { after: 0, last };
    let mut run = RunWriter::create(place, span)?;
    for record in records {
        let (key, value) = record?;
        run.push(key, Some(value)).map_err(WriteError::into_inner)?;
    }
    run.finish(place)?;
    place.remove_all_but(span)
}

/// A source of records in key order.
struct Source<'a> {
    parts: Option<Parts<'a>>,
    part: std::collections::btree_map::IntoIter<Vec<u8>, Option<Vec<u8>>>,
    next: Option<(Vec<u8>, Option<Vec<u8>>)>,
}

impl<'a> Source<'a> {
    fn memory(records: Records) -> Self {
        let mut part = records.into_iter();
        let next = part.next();
        Self {
            parts: None,
            part,
            next,
        }
    }

    fn run(run: &'a Part) -> Result<Self, StoreError> {
        let mut source = Self::memory(Records::new());
        source.parts = Some(run.parts()?);
        source.advance()?;
        Ok(source)
    }

    fn advance(&mut self) -> Result<(), StoreError> {
        self.next = self.part.next();
        while self.next.is_none()
            && let Some(parts) = &mut self.parts
        {
            let Some(records) = parts.next()? else {
                self.parts = None;
                break;
            };
            self.part = records.into_iter();
            self.next = self.part.next();
        }
        Ok(())
    }
}

/// Write one run from sources, the newest first; of equal keys the newest counts.
fn write(
    place: &StateFolder,
    span: Span,
    newest: Records,
    runs: &[Part],
) -> Result<(), StoreError> {
    let mut run = RunWriter::create(place, span)?;
    let mut sources = vec![Source::memory(newest)];
    for part in runs {
        sources.push(Source::run(part)?);
    }
    while let Some(key) = sources
        .iter()
        .filter_map(|s| s.next.as_ref().map(|(key, _)| key))
        .min()
        .cloned()
    {
        let mut value = None;
        for source in &mut sources {
            if source.next.as_ref().is_some_and(|(k, _)| *k == key) {
                let (_, older) = source.next.take().expect("it was just there");
                value.get_or_insert(older);
                source.advance()?;
            }
        }
        let value = value.expect("one source has the least key");
        if value.is_some() || span.after > 0 {
            run.push(key, value).map_err(WriteError::into_inner)?;
        }
    }
    run.finish(place)
}

struct RunWriter {
    path: PathBuf,
    frames: Frames,
    part: Records,
    length: usize,
    count: u64,
}

impl RunWriter {
    fn create(place: &StateFolder, span: Span) -> Result<Self, StoreError> {
        let path = place.run_path(span);
        let temporary = path.with_extension("tmp");
        Ok(Self {
            frames: Frames::create(&*place.files, &temporary, place.run_header(span))?,
            path,
            part: Records::new(),
            length: 0,
            count: 0,
        })
    }

    fn push(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<(), WriteError> {
        self.length += key.len() + value.as_ref().map_or(0, Vec::len);
        self.part.insert(key, value);
        self.count += 1;
        if self.length >= PART_LEN {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let mut buffer = frame::buffer();
        put_records(&mut buffer, &std::mem::take(&mut self.part));
        self.length = 0;
        self.frames.push(PART, buffer)
    }

    /// Write the end, and put the run in place, durably.
    fn finish(mut self, place: &StateFolder) -> Result<(), StoreError> {
        let mut end = || {
            self.flush()?;
            let mut buffer = frame::buffer();
            buffer.extend_from_slice(&self.count.to_be_bytes());
            self.frames.push(END, buffer)?;
            self.frames.sync()
        };
        end().map_err(WriteError::into_inner)?;
        let replace = || {
            place
                .files
                .rename(&self.path.with_extension("tmp"), &self.path)?;
            place.files.sync_folder(&place.folder)
        };
        replace().map_err(io(self.path.display().to_string()))
    }
}
