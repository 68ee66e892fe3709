//! What a tally may say, given what was said before (R7 to R11, and growth under R21).

use super::{Fault, LogIdentity, PetitionState};
use crate::protocol::ids::Tree;
use crate::protocol::manifest::Manifest;
use crate::protocol::tally::{Cover, Tally, TreeHead};

/// How far the auditor's clock and the instance's may differ, seconds.
pub(super) const SLACK: u64 = 3600;

/// What is wrong with a tally; with a tree where it is about that tree's head.
pub(super) fn judge(
    log: &LogIdentity,
    manifest: &Manifest,
    state: &PetitionState,
    tally: &Tally,
    now: u64,
) -> Vec<(Option<Tree>, Fault)> {
    let mut faults: Vec<(Option<Tree>, Fault)> = Vec::new();
    let listed = |tree| tally.head(tree).is_some() == log.keeps(manifest, tree);
    if !Tree::ALL.into_iter().all(listed) {
        faults.push((None, Fault::TallyTrees));
    }
    if tally.previous != state.chain {
        let (stated, expected) = (tally.previous, state.chain);
        faults.push((None, Fault::Previous { stated, expected }));
    }
    let before = state.last.as_ref().map(|seen| &seen.tally);
    if !changes(tally, before) {
        faults.push((None, Fault::NoChange));
    }
    faults.extend(time(manifest, tally, before, now).map(|fault| (None, fault)));
    let cover = tally.cover.as_ref();
    let earlier = before.and_then(|tally| tally.cover.as_ref());
    faults.extend(cover.and_then(|cover| Some((None, covered(manifest, cover, earlier)?))));
    for (tree, head) in tally.trees() {
        faults.extend(growth(state, tree, head).map(|fault| (Some(tree), fault)));
    }
    faults
}

fn changes(tally: &Tally, before: Option<&Tally>) -> bool {
    let Some(before) = before else {
        return tally.trees().any(|(_, head)| head.size > 0);
    };
    tally.cover != before.cover || tally.trees().any(|(t, head)| before.head(t) != Some(head))
}

fn time(
    manifest: &Manifest,
    tally: &Tally,
    before: Option<&Tally>,
    now: u64,
) -> impl Iterator<Item = Fault> + use<> {
    let time = tally.time;
    let backwards = before
        .filter(|before| before.time > time)
        .map(|before| Fault::TimeBackwards {
            before: before.time,
            time,
        });
    let opens = manifest.terms().opens;
    let any = tally.trees().any(|(_, head)| head.size > 0);
    let early = (any && time < opens).then_some(Fault::BeforeOpening { opens, time });
    let future = (time > now.saturating_add(SLACK)).then_some(Fault::Future { now, time });
    backwards.into_iter().chain(early).chain(future)
}

/// What can be said of a cover without the other journal. That S ≤ R holds against it
/// is checked where the tally is parsed.
fn covered(manifest: &Manifest, cover: &Cover, earlier: Option<&Cover>) -> Option<Fault> {
    let expected = manifest.keeper(Tree::Roll);
    if cover.origin != expected {
        return Some(Fault::CoverOrigin {
            stated: cover.origin.clone(),
            expected: expected.to_owned(),
        });
    }
    let earlier = earlier?;
    let contradicts = cover.index < earlier.index
        || cover.roll.size < earlier.roll.size
        || (cover.index == earlier.index && cover.roll != earlier.roll)
        || (cover.roll.size == earlier.roll.size && cover.roll.root != earlier.roll.root);
    contradicts.then_some(Fault::CoverBackwards {
        cover: cover.index,
        size: cover.roll.size,
    })
}

fn growth(state: &PetitionState, tree: Tree, head: &TreeHead) -> Option<Fault> {
    let before = state.head(tree);
    let (from, to) = (before.size, head.size);
    if to < from {
        return Some(Fault::Shrinks { from, to });
    }
    if to == from {
        return (head.root != before.root).then_some(Fault::RootChanged { size: to });
    }
    let frozen = state.closed.is_some() && matches!(tree, Tree::Roll | Tree::Signatures);
    frozen.then_some(Fault::GrowsAfterClosed { from, to })
}
