//! Which runs there are, merging them, and making all of them again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::entry::Entry;
use super::run::{self, Push, Run};
use super::{IndexFolder, Span};
use crate::store::StoreError;
use crate::store::disk::error::io;

fn parse(name: &str) -> Option<Span> {
    let (after, last) = name.strip_suffix(".run")?.split_once('-')?;
    Some(Span {
        after: u64::from_str_radix(after, 16).ok()?,
        last: u64::from_str_radix(last, 16).ok()?,
    })
}

/// The runs there are, oldest first, without those that a larger one has replaced.
pub(super) fn list(place: &IndexFolder) -> Result<Vec<Span>, StoreError> {
    let names = place.names()?;
    let mut spans: Vec<Span> = names.iter().filter_map(|name| parse(name)).collect();
    spans.sort_unstable_by_key(|span| (span.after, Reverse(span.last)));
    let mut last = 0;
    spans.retain(|span| {
        let is_new = span.last > last;
        last = last.max(span.last);
        is_new
    });
    Ok(spans)
}

/// Remove all runs but these, and what was never finished.
pub(super) fn clean(place: &IndexFolder, keep: &[Span]) -> Result<(), StoreError> {
    for name in place.names()? {
        let is_other = parse(&name).is_some_and(|span| !keep.contains(&span));
        let extension = name.rsplit('.').next();
        if is_other || matches!(extension, Some("tmp" | "part")) {
            let path = place.folder.join(name);
            let removed = place.files.remove(&path);
            removed.map_err(io(path.display().to_string()))?;
        }
    }
    Ok(())
}

/// The newest runs, as long as the next older one is no larger than those together.
pub(super) fn of_like_size(runs: &[Arc<Run>]) -> &[Arc<Run>] {
    let mut first = runs.len();
    let mut size = 0;
    while let Some(older) = first.checked_sub(1).map(|i| &runs[i]) {
        if size > 0 && older.count > size {
            break;
        }
        size += older.count;
        first -= 1;
    }
    &runs[first..]
}

fn feed(runs: &[Arc<Run>], push: &mut Push<'_>) -> Result<(), StoreError> {
    let mut readers: Vec<_> = runs.iter().map(|run| run.entries()).collect();
    let mut heap: BinaryHeap<Reverse<(Entry, usize)>> = BinaryHeap::new();
    for (i, reader) in readers.iter_mut().enumerate() {
        heap.extend(reader.next()?.map(|entry| Reverse((entry, i))));
    }
    while let Some(Reverse((entry, i))) = heap.pop() {
        push(entry)?;
        heap.extend(readers[i].next()?.map(|next| Reverse((next, i))));
    }
    Ok(())
}

/// One run of adjacent ones.
pub(super) fn merge(
    place: &IndexFolder,
    runs: &[Arc<Run>],
    filter_bits: u64,
) -> Result<Run, StoreError> {
    let (first, last) = (&runs[0].span, &runs[runs.len() - 1].span);
    let span = Span {
        after: first.after,
        last: last.last,
    };
    let count = runs.iter().map(|run| run.count).sum();
    run::write(place, span, filter_bits, count, |push| feed(runs, push))
}

/// Collects all entries there are, in any order, in bounded memory.
pub(crate) struct Rebuild {
    place: IndexFolder,
    entries: Vec<Entry>,
    parts: Vec<Arc<Run>>,
}

/// No publication has this number.
const NEVER: Span = Span {
    after: u64::MAX,
    last: u64::MAX,
};

impl Rebuild {
    pub(super) fn new(place: IndexFolder) -> Self {
        Self {
            place,
            entries: Vec::new(),
            parts: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, entry: Entry) -> Result<(), StoreError> {
        self.entries.push(entry);
        if self.entries.len() >= self.place.recent {
            self.write_part()?;
        }
        Ok(())
    }

    fn write_part(&mut self) -> Result<(), StoreError> {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_unstable();
        let path = self.place.folder.join(format!("{}.part", self.parts.len()));
        let count = entries.len() as u64;
        run::write_at(&self.place, NEVER, &path, 0, count, |push| {
            entries.iter().try_for_each(|entry| push(*entry))
        })?;
        let part = Run::open_at(&self.place, NEVER, path)?;
        self.parts.push(Arc::new(part));
        Ok(())
    }

    /// One run of everything, unless there is nothing.
    pub(super) fn finish(mut self, last: u64) -> Result<Option<Run>, StoreError> {
        if last == 0 {
            return Ok(None);
        }
        self.write_part()?;
        let count: u64 = self.parts.iter().map(|part| part.count).sum();
        let bits = (self.place.filters * 8 / count.max(1)).min(10);
        let span = Span { after: 0, last };
        let place = &self.place;
        run::write(place, span, bits, count, |push| feed(&self.parts, push)).map(Some)
    }
}
