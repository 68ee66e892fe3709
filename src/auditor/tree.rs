//! Replaying one tree of one petition up to its last known tally.

use std::path::Path;

use rayon::prelude::*;

use super::context::Context;
use super::fetch::{Bundle, parallel};
use super::observer::Counters;
use super::state::{SavedPetition, TreeFiles};
use super::{AuditError, pipeline};
use crate::protocol::ids::Tree;
use crate::protocol::manifest::Manifest;
use crate::protocol::replay::leaf::{CheckedLeaf, Target, check};
use crate::protocol::replay::{Bound, Deviation, Pushed, TreeReplay};
use crate::store::LogId;
use crate::tlog::tile::TILE_WIDTH;

/// Bundles that are fetched, checked and booked together: 8192 leaves, 2.6 MB.
const CHUNK: u64 = 32;
/// Verified leaves after which progress is made durable.
const COMMIT: u64 = 1 << 18;
const WIDTH: u64 = TILE_WIDTH as u64;

/// A tree in replay.
pub(super) struct TreeRun<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) tree: Tree,
    pub(super) files: &'a mut TreeFiles,
    /// The verified tree that the leaves point into.
    pub(super) targets: Option<&'a TreeFiles>,
    pub(super) bounds: Vec<Bound>,
    pub(super) folder: &'a Path,
    pub(super) saved: &'a mut SavedPetition,
}

impl TreeRun<'_> {
    /// Replay. Gives the first tally that the leaves served contradict, if the last one
    /// known is not verified at the end. What is verified is remembered, also on error.
    pub(super) fn run(mut self, context: &Context<'_>) -> Result<Option<Deviation>, AuditError> {
        let io = AuditError::state(self.folder);
        let size = self.saved.trees[self.tree as usize].size;
        let frontier = self.files.hashes.frontier(size).map_err(io)?;
        let id = self.manifest.id();
        let mut replay = TreeReplay::new(id, self.tree, frontier, self.bounds.clone());
        let result = self.stream(context, &mut replay);
        let contradicted = replay.contradicted().cloned();
        self.commit(&mut replay)?;
        self.files
            .truncate(replay.verified())
            .map_err(AuditError::state(self.folder))?;
        result.map(|()| contradicted)
    }

    fn stream(&mut self, ctx: &Context<'_>, replay: &mut TreeReplay) -> Result<(), AuditError> {
        let (start, end) = (replay.size(), replay.end());
        if start == end {
            return Ok(());
        }
        let log = LogId::Tree(self.manifest.id(), self.tree);
        let (first, last) = (start / WIDTH, end.div_ceil(WIDTH));
        let chunks = (last - first).div_ceil(CHUNK);
        let bounds = self.bounds.clone();
        let (manifest, tree, targets) = (self.manifest, self.tree, self.targets);
        let check_one = |index: u64, bytes: &[u8]| {
            let size = TreeReplay::target_size(&bounds, index);
            let target = |index| read_target(targets, index);
            check(manifest, tree, bytes, size, target).map_err(AuditError::state(self.folder))
        };
        let (files, saved, folder) = (&mut *self.files, &mut *self.saved, self.folder);
        pipeline::run(
            ctx.pool,
            usize::try_from(chunks).unwrap_or(usize::MAX),
            |chunk| {
                ctx.reader.check_stop()?;
                let from = first + chunk as u64 * CHUNK;
                let count = usize::try_from(CHUNK.min(last - from)).expect("at most a chunk");
                let read = |n| ctx.reader.bundle(log, from + n as u64, end);
                let threads = ctx.reader.source.parallel();
                Ok((from * WIDTH, parallel(threads, count, read)?))
            },
            |(index, bundles): (u64, Vec<Bundle>)| {
                let skip = usize::try_from(start.saturating_sub(index)).expect("within a bundle");
                let leaves: Vec<(u64, &[u8])> = (index..)
                    .zip(bundles.iter().flat_map(Bundle::entries))
                    .skip(skip)
                    .collect();
                let checked = leaves.into_par_iter().map(|(i, bytes)| check_one(i, bytes));
                let checked = checked.collect::<Result<Vec<CheckedLeaf>, AuditError>>()?;
                Ok((skip, bundles, checked))
            },
            |(skip, bundles, leaves)| {
                Counters::add(&ctx.reader.counters.leaves, leaves.len() as u64);
                let all_bytes = bundles.iter().flat_map(Bundle::entries).skip(skip);
                for (bytes, leaf) in all_bytes.zip(leaves) {
                    let pushed = files.keep(bytes).and_then(|()| book(files, replay, leaf));
                    let pushed = pushed.map_err(AuditError::state(folder))?;
                    let committed = saved.trees[tree as usize].size;
                    if pushed == Pushed::Verified && replay.verified() >= committed + COMMIT {
                        commit(files, saved, folder, tree, replay)?;
                    }
                }
                Ok(())
            },
        )
    }

    fn commit(&mut self, replay: &mut TreeReplay) -> Result<(), AuditError> {
        if replay.verified() == self.saved.trees[self.tree as usize].size {
            return Ok(());
        }
        commit(self.files, self.saved, self.folder, self.tree, replay)
    }
}

fn read_target(targets: Option<&TreeFiles>, index: u64) -> std::io::Result<Target> {
    let files = targets.ok_or(std::io::ErrorKind::NotFound)?;
    Ok(Target {
        hash: files.hashes.leaf(index)?,
        key: files.keys.get(index)?,
    })
}

fn book(
    files: &mut TreeFiles,
    replay: &mut TreeReplay,
    leaf: CheckedLeaf,
) -> std::io::Result<Pushed> {
    files.keys.push(&leaf.key)?;
    let mut taken = Ok(());
    let pushed = replay.push(leaf, |node, hash| {
        if taken.is_ok() {
            taken = files.hashes.take(node, &hash);
        }
    });
    taken.map(|()| pushed)
}

/// Remember what the last verified tally vouches for.
fn commit(
    files: &mut TreeFiles,
    saved: &mut SavedPetition,
    folder: &Path,
    tree: Tree,
    replay: &mut TreeReplay,
) -> Result<(), AuditError> {
    let size = replay.verified();
    let io = |source| AuditError::state(folder)(source);
    files.sync().map_err(io)?;
    saved.trees[tree as usize].size = size;
    saved.trees[tree as usize].root = files.hashes.root(size).map_err(io)?;
    saved.found.append(replay.take_found());
    saved.save(folder)
}
