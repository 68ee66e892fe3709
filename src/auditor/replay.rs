//! The journal's entries, handed to their petitions (R5, R6), a stretch at a time, so
//! that memory does not grow with the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::thread::ScopedJoinHandle;

use super::AuditError;
use super::context::Context;
use super::observer::Counters;
use super::petition::{Passing, advance};
use super::state::{JournalStore, PetitionStore, StateFolder};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::replay::{Deviation, Fault, Found, malformed, petition_of, published};
use crate::protocol::statement::Statement;
use crate::protocol::tally::Tally;

/// Most entries of a stretch, and most bytes.
const ENTRIES: u64 = 1 << 16;
const BYTES: u64 = 16 << 20;
/// Petitions replayed at the same time: hides the latency of many small ones.
const PETITIONS: usize = 8;

/// All petitions of the journal, and which of them to look at.
pub(super) struct Petitions<'a> {
    pub(super) stores: BTreeMap<PetitionId, PetitionStore>,
    pub(super) only: Option<PetitionId>,
    /// Those that this run could not bring to the end.
    pub(super) stuck: BTreeSet<PetitionId>,
    pub(super) state: &'a StateFolder,
}

impl Petitions<'_> {
    /// Those to look at.
    pub(super) fn in_scope(&mut self) -> impl Iterator<Item = &mut PetitionStore> {
        let only = self.only;
        let stores = self.stores.values_mut();
        stores.filter(move |petition| only.is_none_or(|only| only == petition.id()))
    }

    /// Entry that replay has to begin with.
    fn start(&mut self, journal: &JournalStore) -> u64 {
        let stuck = self.stuck.clone();
        let behind = self
            .in_scope()
            .filter(|petition| petition.saved.behind && !stuck.contains(&petition.id()));
        let next = behind.map(|petition| petition.saved.next).min();
        next.map_or(journal.saved.applied, |next| {
            next.min(journal.saved.applied)
        })
    }
}

/// Replay all of the journal that was not replayed before.
pub(super) fn replay(
    context: &Context<'_>,
    journal: &mut JournalStore,
    petitions: &mut Petitions<'_>,
) -> Result<Passing, AuditError> {
    let mut passing = Passing::default();
    let mut position = petitions.start(journal);
    plan(context, journal, petitions, position)?;
    while position < journal.saved.size {
        context.reader.check_stop()?;
        let stretch = journal.io(journal.entries.read(position, ENTRIES, BYTES))?;
        let mut work: BTreeMap<PetitionId, Vec<(u64, &[u8])>> = BTreeMap::new();
        for (index, bytes) in stretch.iter() {
            let id = petition_of(bytes);
            if index >= journal.saved.applied {
                let found = enter(context, petitions, index, id, bytes)?;
                journal.saved.found.extend(found);
            }
            if let Some(id) = id.filter(|id| petitions.stores.contains_key(id)) {
                work.entry(id).or_default().push((index, bytes));
            }
        }
        let mut ready = Vec::new();
        for petition in petitions.stores.values_mut() {
            let Some(entries) = work.remove(&petition.id()) else {
                continue;
            };
            let skipped = petitions.only.is_some_and(|only| only != petition.id());
            if skipped || petitions.stuck.contains(&petition.id()) {
                leave(petition, &entries)?;
            } else {
                ready.push((petition, entries));
            }
        }
        let done = advance_all(context, ready)?;
        for (id, more) in done {
            if !more.is_empty() {
                petitions.stuck.insert(id);
            }
            passing.append(more);
        }
        position = stretch.end();
        if position > journal.saved.applied {
            journal.saved.applied = position;
            journal.save()?;
        }
    }
    Ok(passing)
}

/// Leave entries for a later run.
fn leave(petition: &mut PetitionStore, entries: &[(u64, &[u8])]) -> Result<(), AuditError> {
    let next = petition.saved.next;
    let Some((first, _)) = entries.iter().find(|(index, _)| *index >= next) else {
        return Ok(());
    };
    if !petition.saved.behind {
        petition.saved.behind = true;
        petition.saved.next = *first;
        petition.save()?;
    }
    Ok(())
}

/// Look at an entry for the first time: a new petition, or something that belongs to none.
fn enter(
    context: &Context<'_>,
    petitions: &mut Petitions<'_>,
    index: u64,
    id: Option<PetitionId>,
    bytes: &[u8],
) -> Result<Option<Deviation>, AuditError> {
    if id.is_some_and(|id| petitions.stores.contains_key(&id)) {
        return Ok(None);
    }
    let place = |fault: Fault| match id {
        Some(id) => fault.statement(id, index),
        None => fault.entry(index),
    };
    let statement = match Statement::parse(bytes) {
        Ok(statement) => statement,
        Err(error) => return Ok(Some(place(malformed(&error)))),
    };
    match &statement {
        Statement::Published(manifest, _) => {
            let id = manifest.id();
            let faults = published(&context.log, manifest, &statement);
            let mut found = Found::default();
            found.extend(faults.into_iter().map(|fault| fault.statement(id, index)));
            let manifest = (**manifest).clone();
            let petition = PetitionStore::new(petitions.state, manifest, index, found)?;
            petition.save()?;
            petitions.stores.insert(id, petition);
            Ok(None)
        }
        Statement::Other(_) => Ok(None),
        _ => Ok(Some(place(Fault::UnknownPetition))),
    }
}

type Work<'a> = (&'a mut PetitionStore, Vec<(u64, &'a [u8])>);

/// Take several petitions through the same stretch at once.
fn advance_all(
    context: &Context<'_>,
    work: Vec<Work<'_>>,
) -> Result<Vec<(PetitionId, Passing)>, AuditError> {
    each(work, |(petition, entries)| {
        let passing = advance(context, petition, &entries)?;
        Ok((petition.id(), passing))
    })
}

/// `run` for each item, several at a time, in any order. The first error ends it.
pub(super) fn each<T: Send, R: Send>(
    items: Vec<T>,
    run: impl Fn(T) -> Result<R, AuditError> + Sync,
) -> Result<Vec<R>, AuditError> {
    let threads = PETITIONS.min(items.len());
    if threads <= 1 {
        return items.into_iter().map(run).collect();
    }
    let queue = Mutex::new(items.into_iter());
    let next = || queue.lock().expect("no holder panics").next();
    let worker = || {
        let mut done = Vec::new();
        while let Some(item) = next() {
            done.push(run(item)?);
        }
        Ok(done)
    };
    let parts: Vec<Result<Vec<R>, AuditError>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let parts = threads.into_iter().map(ScopedJoinHandle::join);
        parts
            .map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut all = Vec::new();
    for part in parts {
        all.extend(part?);
    }
    Ok(all)
}

/// Count the leaves to come, for whoever watches.
fn plan(
    context: &Context<'_>,
    journal: &JournalStore,
    petitions: &mut Petitions<'_>,
    start: u64,
) -> Result<(), AuditError> {
    let mut sizes: BTreeMap<PetitionId, u64> = BTreeMap::new();
    let mut position = start;
    while position < journal.saved.size {
        let stretch = journal.io(journal.entries.read(position, ENTRIES, BYTES))?;
        for (_, bytes) in stretch.iter() {
            let text = std::str::from_utf8(bytes).ok();
            if let Some(tally) = text.and_then(|text| Tally::parse(text).ok())
                && petitions.only.is_none_or(|only| only == tally.petition)
            {
                let sizes_here = tally.trees().map(|(_, head)| head.size);
                let leaves = sizes_here.fold(0, u64::saturating_add);
                sizes.insert(tally.petition, leaves);
            }
        }
        position = stretch.end();
    }
    let mut left = sizes.values().copied().fold(0, u64::saturating_add);
    for petition in petitions.in_scope() {
        if sizes.contains_key(&petition.id()) {
            let done = Tree::ALL.map(|tree| petition.saved.trees[tree as usize].size);
            left = left.saturating_sub(done.iter().sum());
        }
    }
    Counters::add(&context.reader.counters.leaves_total, left);
    Ok(())
}
