//! One petition through a stretch of the journal.

use super::AuditError;
use super::context::Context;
use super::report::Unchecked;
use super::state::{PetitionStore, TreeFiles, extend_seen, forget_seen};
use super::tree::TreeRun;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::replay::leaf::target_tree;
use crate::protocol::replay::{Bound, Deviation, Fault, PetitionReplay, Step};

/// What one run finds in places that the next looks at again: it is reported and not
/// remembered.
#[derive(Debug, Default)]
pub(super) struct Passing {
    pub(super) deviations: Vec<Deviation>,
    /// How many more than these.
    pub(super) more: u64,
    pub(super) unchecked: Vec<Unchecked>,
}

impl Passing {
    /// Note what could not be looked at; errors that are about more than this place go on.
    pub(super) fn note(
        &mut self,
        petition: Option<PetitionId>,
        tree: Option<Tree>,
        error: AuditError,
    ) -> Result<(), AuditError> {
        if !error.is_local() {
            return Err(error);
        }
        self.unchecked.push(Unchecked {
            petition,
            tree,
            why: error.to_string(),
        });
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.deviations.is_empty() && self.unchecked.is_empty()
    }

    pub(super) fn append(&mut self, mut other: Self) {
        self.deviations.append(&mut other.deviations);
        self.more += other.more;
        self.unchecked.append(&mut other.unchecked);
    }
}

/// Take in journal entries about this petition, and replay its trees as far as they
/// tell. If a tree cannot be replayed to the end, the entries are left for the next run.
pub(super) fn advance(
    context: &Context<'_>,
    petition: &mut PetitionStore,
    entries: &[(u64, &[u8])],
) -> Result<Passing, AuditError> {
    let mut passing = Passing::default();
    let next = petition.saved.next;
    let entries = &entries[entries.partition_point(|(index, _)| *index < next)..];
    let (Some((first, _)), Some((last, _))) = (entries.first(), entries.last()) else {
        return Ok(passing);
    };
    let manifest = petition.manifest.clone();
    let before = petition.saved.replay.clone();
    let mut replay = PetitionReplay::new(&context.log, &manifest, before);
    let steps: Vec<Step> = entries
        .iter()
        .filter_map(|(index, bytes)| replay.apply(*index, bytes, context.now))
        .collect();
    let (state, found) = replay.finish();
    let complete = trees(context, petition, &steps, &mut passing)?;
    if complete {
        petition.saved.replay = state;
        petition.saved.found.append(found);
        petition.saved.next = last + 1;
        petition.saved.behind = false;
    } else {
        passing.deviations.extend(found.deviations);
        passing.more += found.more;
        petition.saved.next = *first;
        petition.saved.behind = true;
    }
    petition.save()?;
    Ok(passing)
}

/// Replay all trees that are kept here. Whether each of them got to the last tally.
fn trees(
    context: &Context<'_>,
    petition: &mut PetitionStore,
    steps: &[Step],
    passing: &mut Passing,
) -> Result<bool, AuditError> {
    let mut complete = true;
    let mut done: [Option<TreeFiles>; 4] = [None, None, None, None];
    let kept: Vec<Tree> = context.log.trees(&petition.manifest).collect();
    for tree in kept {
        let target = target_tree(tree);
        let targets = target.and_then(|target| done[target as usize].as_ref());
        if target.is_some() && targets.is_none() {
            // The tree that the leaves point into is not verified.
            complete = false;
            continue;
        }
        let bound = |step: &Step| Bound {
            entry: step.entry,
            size: step.head(tree).size,
            root: step.head(tree).root,
            target_size: target.map_or(0, |target| step.head(target).size),
        };
        let mut files = petition.open_tree(tree)?;
        let run = TreeRun {
            manifest: &petition.manifest,
            tree,
            files: &mut files,
            targets,
            bounds: steps.iter().map(bound).collect(),
            folder: &petition.folder,
            saved: &mut petition.saved,
        };
        match run.run(context) {
            Ok(None) => done[tree as usize] = Some(files),
            Ok(Some(deviation)) => {
                complete = false;
                passing.deviations.push(deviation);
            }
            Err(error) => {
                complete = false;
                passing.note(Some(petition.id()), Some(tree), error)?;
            }
        }
    }
    Ok(complete)
}

/// Compare the keys of leaves that are new with all before them.
pub(super) fn repeats(
    context: &Context<'_>,
    petition: &mut PetitionStore,
) -> Result<(), AuditError> {
    for tree in Tree::ALL {
        let io = |source| AuditError::state(petition.folder.join(tree.name()))(source);
        let (mut seen, size) = {
            let saved = &petition.saved.trees[tree as usize];
            (saved.seen, saved.size)
        };
        if seen == size {
            continue;
        }
        let files = petition.open_tree(tree)?;
        while seen < size {
            context.reader.check_stop()?;
            let _sorting = context.sorting.lock().expect("no holder panics");
            let extend = || {
                let range = (seen, size);
                extend_seen(
                    &petition.folder,
                    tree.name(),
                    &files.keys,
                    &context.secret,
                    range,
                )
            };
            let (count, repeats) = context.pool.install(extend).map_err(io)?;
            let id = petition.id();
            let deviations = repeats.into_iter().map(|repeat| {
                let first = repeat.first;
                Fault::Repeated { first }.leaf(id, tree, repeat.index)
            });
            petition.saved.found.extend(deviations);
            petition.saved.trees[tree as usize].seen = count;
            petition.save()?;
            forget_seen(&petition.folder, tree.name(), seen).map_err(io)?;
            seen = count;
        }
    }
    Ok(())
}
