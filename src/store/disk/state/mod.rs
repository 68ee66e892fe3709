//! The log of state records: what survives when sled does not
//! (`spec/storage.md`, "State log").
//!
//! Batches of records, each in key order, are appended to logs; logs are merged into
//! runs in the background ([`merge`]), and what was deleted is gone with
//! the merge that reaches back to the first batch.

mod log;
mod merge;
mod part;

use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) use log::StateLog;
pub(super) use merge::{merge, replace};
use part::Part;

use super::batch::Records;
use super::error::{damaged, io};
use super::files::Files;
use super::header::{Header, Kind, StoreId};
use crate::store::StoreError;

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

    fn run(&self, span: Span) -> Result<Part, StoreError> {
        self.open(&self.run_path(span), self.run_header(span))
    }

    fn log(&self, first: u64) -> Result<Part, StoreError> {
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
