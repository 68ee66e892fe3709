//! The journal: its checkpoint, its entries, and whether it is the one seen before
//! (R1 to R3).

use std::path::PathBuf;

use super::context::Context;
use super::fetch::{Bundle, Reader, parallel};
use super::observer::Counters;
use super::state::{JournalStore, StateFolder};
use super::{AuditError, pipeline};
use crate::protocol::replay::Fault;
use crate::store::LogId;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::frontier::Frontier;
use crate::tlog::hash::{Hash, leaf_hash};
use crate::tlog::note::Note;
use crate::tlog::tile::TILE_WIDTH;

/// Bundles fetched together; each has 17 MB at most, and 100 KB as a rule.
const CHUNK: u64 = 4;
const WIDTH: u64 = TILE_WIDTH as u64;

/// The journal's checkpoint as served, unverified.
pub(super) fn served(reader: &Reader<'_>) -> Result<(Note, Checkpoint), AuditError> {
    let missing = || AuditError::Missing("the journal's checkpoint".to_owned());
    parsed(reader.checkpoint(LogId::Journal)?.ok_or_else(missing)?)
}

/// A note as a checkpoint, unverified.
pub(super) fn parsed(note: Note) -> Result<(Note, Checkpoint), AuditError> {
    let head = Checkpoint::parse(note.text()).map_err(|e| AuditError::Malformed {
        path: "checkpoint".to_owned(),
        why: e.to_string(),
    })?;
    Ok((note, head))
}

/// Fetch what the journal got since the last run, and check that it only grew. The
/// store then holds the new entries, uncommitted; on a fault it holds the old ones.
pub(super) fn extend(
    context: &Context<'_>,
    store: &mut JournalStore,
    head: &Checkpoint,
) -> Result<Option<Fault>, AuditError> {
    let (seen, served) = (store.saved.size, head.size.0);
    if seen > 0 && served <= seen {
        let root = store.io(store.hashes.root(served))?;
        return Ok(if root != head.root {
            let (size, seen, served) = (served, root, head.root);
            Some(Fault::Forked { size, seen, served })
        } else if served < seen {
            Some(Fault::RolledBack { seen, served })
        } else {
            None
        });
    }
    let result = fetch(context, store, served);
    match result {
        Ok(computed) if computed == head.root => Ok(None),
        Ok(computed) => {
            store.go_back()?;
            Ok(Some(explain(context, store, head, computed)?))
        }
        Err(error) => {
            store.go_back()?;
            Err(error)
        }
    }
}

/// Append the entries up to `size` to the store. Gives the root over all of them.
fn fetch(context: &Context<'_>, store: &mut JournalStore, size: u64) -> Result<Hash, AuditError> {
    let seen = store.saved.size;
    let counters = context.reader.counters;
    Counters::add(&counters.entries_total, size - seen);
    let mut frontier = store.io(store.hashes.frontier(seen))?;
    read(context, seen, size, |entry, hash| {
        Counters::add(&counters.entries, 1);
        let mut taken = store.entries.push(entry);
        frontier.push_with(hash, |node, hash| {
            if taken.is_ok() {
                taken = store.hashes.take(node, &hash);
            }
        });
        store.io(taken)
    })?;
    let flushed = store.entries.flush().and_then(|()| store.hashes.flush());
    store.io(flushed)?;
    Ok(frontier.root())
}

/// Read entries `from..to` in order, with their hashes.
fn read(
    context: &Context<'_>,
    from: u64,
    to: u64,
    mut take: impl FnMut(&[u8], Hash) -> Result<(), AuditError> + Send,
) -> Result<(), AuditError> {
    let (first, last) = (from / WIDTH, to.div_ceil(WIDTH));
    let chunks = (last - first).div_ceil(CHUNK);
    pipeline::run(
        context.pool,
        usize::try_from(chunks).unwrap_or(usize::MAX),
        |chunk| {
            context.reader.check_stop()?;
            let start = first + chunk as u64 * CHUNK;
            let count = usize::try_from(CHUNK.min(last - start)).expect("at most a chunk");
            let bundle = |n| context.reader.bundle(LogId::Journal, start + n as u64, to);
            let threads = context.reader.source.parallel();
            Ok((start * WIDTH, parallel(threads, count, bundle)?))
        },
        |(index, bundles): (u64, Vec<Bundle>)| {
            let skip = usize::try_from(from.saturating_sub(index)).expect("within a bundle");
            let entries = bundles.iter().flat_map(Bundle::entries);
            let hashes: Vec<Hash> = entries.skip(skip).map(leaf_hash).collect();
            Ok((skip, bundles, hashes))
        },
        |(skip, bundles, hashes)| {
            let entries = bundles.iter().flat_map(Bundle::entries).skip(skip);
            entries
                .zip(hashes)
                .try_for_each(|(entry, hash)| take(entry, hash))
        },
    )
}

/// The new entries do not lead from the old root to the new one. Either they are not
/// the log's, or the log is not the one seen before: read it as it is served now from
/// its first entry on.
fn explain(
    context: &Context<'_>,
    store: &JournalStore,
    head: &Checkpoint,
    computed: Hash,
) -> Result<Fault, AuditError> {
    let (seen, size) = (store.saved.size, head.size.0);
    let mut frontier = Frontier::new();
    let mut then = frontier.root();
    read(context, 0, size, |_, hash| {
        frontier.push(hash);
        if frontier.size().0 == seen {
            then = frontier.root();
        }
        Ok(())
    })?;
    Ok(
        if frontier.root() == head.root && then != store.saved.root {
            Fault::Forked {
                size: seen,
                seen: store.saved.root,
                served: then,
            }
        } else {
            let signed = head.root;
            Fault::JournalRoot {
                size,
                signed,
                computed,
            }
        },
    )
}

/// Keep the two checkpoints, if the fault is that they contradict each other.
pub(super) fn evidence(
    state: &StateFolder,
    store: &JournalStore,
    fault: &Fault,
    served: &Note,
) -> Result<Option<PathBuf>, AuditError> {
    let root = match fault {
        Fault::Forked { served, .. } => *served,
        Fault::RolledBack { .. } => store.saved.root,
        _ => return Ok(None),
    };
    let name = format!("{}-{}", store.saved.size, hex::encode(&root.0[..8]));
    let folder = state.keep_evidence(&name, &store.saved.checkpoint, &served.to_string())?;
    Ok(Some(folder))
}
