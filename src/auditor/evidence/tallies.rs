//! Tallies that contradict each other, `closed`, or the trees' checkpoints.

use super::NoEvidence;
use super::kept::Kept;
use crate::auditor::fetch::Reader;
use crate::auditor::state::PetitionStore;
use crate::protocol::evidence::{Claim, GrowthAfterClosed, InconsistentTree, Side, Uncovered};
use crate::protocol::ids::Tree;
use crate::protocol::replay::{Deviation, Fault};
use crate::protocol::statement::Statement;
use crate::store::LogId;

/// The tree and the journal entry that a deviation is about.
fn place(deviation: &Deviation) -> Result<(Tree, u64), NoEvidence> {
    let place = deviation.tree.zip(deviation.entry);
    place.ok_or(NoEvidence::Gone("the deviation does not say where it is"))
}

fn two(tree: Tree, first: Side, second: Side) -> Claim {
    Claim::InconsistentTree(InconsistentTree {
        tree,
        first,
        second,
        published: None,
        differ: None,
    })
}

/// R10: a tree that shrinks, or changes without growing.
pub(super) fn inconsistent(
    kept: &Kept,
    petition: &PetitionStore,
    deviation: &Deviation,
) -> Result<Claim, NoEvidence> {
    let (tree, later) = place(deviation)?;
    let before = match &deviation.fault {
        Fault::Shrinks { from, .. } => *from,
        Fault::RootChanged { size } => *size,
        other => return Err(NoEvidence::Kind(super::error::why_not(other))),
    };
    let parsed = kept.find_tally(petition.id(), |index, _| index == later)?;
    let head = parsed.and_then(|(_, tally)| tally.head(tree).copied());
    let earlier = kept.find_tally(petition.id(), |index, tally| {
        let other = tally.head(tree);
        index < later && other.is_some_and(|other| other.size == before && Some(*other) != head)
    })?;
    let (earlier, _) = earlier.ok_or(NoEvidence::Kind(
        "no earlier tally contradicts it: the root over no leaves is not that of the empty tree",
    ))?;
    let [first, second] = [kept.tally(earlier)?, kept.tally(later)?].map(Side::Tally);
    Ok(two(tree, first, second))
}

/// R22: a tree's checkpoint with another root than the tally of its size.
pub(super) fn tree_head(
    kept: &Kept,
    reader: &Reader<'_>,
    petition: &PetitionStore,
    deviation: &Deviation,
) -> Result<Claim, NoEvidence> {
    let gone = NoEvidence::Gone("the tree's checkpoint is not served any more");
    let (Some(tree), Fault::TreeHead { tally: stated, .. }) = (deviation.tree, &deviation.fault)
    else {
        return Err(gone);
    };
    let note = reader.checkpoint(LogId::Tree(petition.id(), tree))?;
    let note = note.ok_or(gone)?;
    let tally = kept.find_tally(petition.id(), |_, tally| tally.head(tree) == Some(stated))?;
    let (index, _) = tally.ok_or(NoEvidence::Gone("the tally is not known any more"))?;
    let tally = Side::Tally(kept.tally(index)?);
    Ok(two(tree, tally, Side::checkpoint(&note)))
}

/// R11: S > R.
pub(super) fn uncovered(kept: &Kept, deviation: &Deviation) -> Result<Claim, NoEvidence> {
    let unknown = NoEvidence::Gone("the deviation does not say where it is");
    let tally = kept.entry(deviation.entry.ok_or(unknown)?)?;
    Ok(Claim::Uncovered(Uncovered { tally }))
}

/// R21: roll or signatures that grow after `closed`.
pub(super) fn growth(
    kept: &Kept,
    petition: &PetitionStore,
    deviation: &Deviation,
) -> Result<Claim, NoEvidence> {
    let (tree, later) = place(deviation)?;
    let closed = kept.search(petition.id(), |index, bytes| {
        match Statement::parse(bytes).ok()? {
            Statement::Closed { tally, .. } if index < later => Some((index, tally)),
            _ => None,
        }
    })?;
    let (closed, last) = closed.ok_or(NoEvidence::Gone("`closed` is not known any more"))?;
    Ok(Claim::GrowthAfterClosed(GrowthAfterClosed {
        tree,
        closed: kept.entry(closed)?,
        last: last.map(|index| kept.tally(index)).transpose()?,
        later: kept.tally(later)?,
    }))
}
