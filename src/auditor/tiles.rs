//! Served tiles of hashes against the hashes of the entries (R4).

use super::AuditError;
use super::context::Context;
use super::fetch::{Reader, parallel};
use super::observer::Counters;
use super::petition::Passing;
use super::state::{HashFiles, PetitionStore};
use crate::client::tiles::{LogFile, path};
use crate::protocol::ids::Tree;
use crate::protocol::replay::Fault;
use crate::store::LogId;
use crate::tlog::hash::HASH_LEN;
use crate::tlog::size::TreeSize;
use crate::tlog::tile::{Level, TilePath, new_tiles};

/// Tiles compared between two looks at whether to stop.
const STEP: usize = 256;

/// Compare the tiles that the log got between the two sizes. Gives the first that differs.
pub(super) fn compare(
    context: &Context<'_>,
    log: LogId,
    hashes: &HashFiles,
    (old, new): (u64, u64),
) -> Result<Option<Fault>, AuditError> {
    let mut tiles = new_tiles(TreeSize(old), TreeSize(new))
        .filter_map(|tile| match tile.level {
            Level::Hashes(level) => Some((level, tile)),
            Level::Entries => None,
        })
        .peekable();
    while tiles.peek().is_some() {
        context.reader.check_stop()?;
        let step: Vec<(u8, TilePath)> = tiles.by_ref().take(STEP).collect();
        let one = |n: usize| one(&context.reader, log, hashes, step[n]);
        let faults = parallel(context.reader.source.parallel(), step.len(), one)?;
        if let Some(fault) = faults.into_iter().flatten().next() {
            return Ok(Some(fault));
        }
    }
    Ok(None)
}

fn one(
    reader: &Reader<'_>,
    log: LogId,
    hashes: &HashFiles,
    (level, tile): (u8, TilePath),
) -> Result<Option<Fault>, AuditError> {
    let path = path(log, LogFile::Tile(tile));
    let own = hashes
        .tile(level, &tile)
        .map_err(AuditError::state(&path))?;
    let served = reader.hashes(log, tile)?;
    Counters::add(&reader.counters.tiles, 1);
    let differs = own
        .iter()
        .zip(&served)
        .position(|(own, served)| own != served);
    Ok(differs.map(|byte| Fault::HashTile {
        path,
        position: (byte / HASH_LEN) as u64,
    }))
}

/// Compare the tiles that a petition's trees got since they were right last.
pub(super) fn compare_trees(
    context: &Context<'_>,
    petition: &mut PetitionStore,
    passing: &mut Passing,
) -> Result<(), AuditError> {
    let mut changed = false;
    for tree in Tree::ALL {
        let saved = petition.saved.trees[tree as usize];
        if saved.tiles == saved.size {
            continue;
        }
        let files = petition.open_tree(tree)?;
        let id = petition.id();
        let log = LogId::Tree(id, tree);
        match compare(context, log, &files.hashes, (saved.tiles, saved.size)) {
            Ok(None) => {
                petition.saved.trees[tree as usize].tiles = saved.size;
                changed = true;
            }
            Ok(Some(fault)) => passing.deviations.push(fault.tree(id, tree)),
            Err(error) => passing.note(Some(id), Some(tree), error)?,
        }
    }
    if changed { petition.save() } else { Ok(()) }
}
