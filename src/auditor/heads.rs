//! The trees' own checkpoints against the tallies (R22).

use super::AuditError;
use super::context::Context;
use super::petition::Passing;
use super::state::{JournalStore, PetitionStore};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::replay::{Fault, tree_checkpoint};
use crate::protocol::tally::{Tally, TreeHead};
use crate::store::LogId;

/// A tree whose checkpoint is newer than the journal that was replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ahead {
    pub(super) petition: PetitionId,
    pub(super) tree: Tree,
    pub(super) checkpoint: TreeHead,
}

/// How a checkpoint fits.
enum Fit {
    Right,
    Wrong(Fault),
    Newer(TreeHead),
    /// Older or absent although leaves were published: perhaps it is about to come.
    Late(AuditOrFault),
}

enum AuditOrFault {
    Missing(AuditError),
    Older(Fault),
}

/// Times that a checkpoint which is late is read again.
const PATIENCE: u32 = 3;

/// Compare the checkpoints of a petition's trees with its last tally. Those that are
/// newer come back: only a newer journal can tell whether they are right.
pub(super) fn compare(
    context: &Context<'_>,
    petition: &PetitionStore,
    passing: &mut Passing,
) -> Result<Vec<Ahead>, AuditError> {
    let mut ahead = Vec::new();
    for tree in context.log.trees(&petition.manifest) {
        context.reader.check_stop()?;
        let id = petition.id();
        match patient(context, petition, tree) {
            Ok(Fit::Right) => {}
            Ok(Fit::Wrong(fault) | Fit::Late(AuditOrFault::Older(fault))) => {
                passing.deviations.push(fault.tree(id, tree));
            }
            Ok(Fit::Newer(checkpoint)) => ahead.push(Ahead {
                petition: id,
                tree,
                checkpoint,
            }),
            Ok(Fit::Late(AuditOrFault::Missing(error))) | Err(error) => {
                passing.note(Some(id), Some(tree), error)?;
            }
        }
    }
    Ok(ahead)
}

/// A mirror or cache may give the journal before the tree: look again before judging.
fn patient(context: &Context<'_>, petition: &PetitionStore, tree: Tree) -> Result<Fit, AuditError> {
    let mut fit = one(context, petition, tree)?;
    for _ in 1..PATIENCE {
        let Some(pause) = context.reader.source.lag() else {
            break;
        };
        if !matches!(fit, Fit::Late(_)) {
            break;
        }
        std::thread::sleep(pause);
        fit = one(context, petition, tree)?;
    }
    Ok(fit)
}

fn one(context: &Context<'_>, petition: &PetitionStore, tree: Tree) -> Result<Fit, AuditError> {
    let log = LogId::Tree(petition.id(), tree);
    let tally = petition.saved.replay.head(tree);
    let Some(note) = context.reader.checkpoint(log)? else {
        // A tree has no checkpoint before its first leaf is published.
        return Ok(if tally.size == 0 {
            Fit::Right
        } else {
            let name = petition.manifest.tree_origin(tree);
            let missing = AuditError::Missing(format!("the checkpoint of {name}"));
            Fit::Late(AuditOrFault::Missing(missing))
        });
    };
    let checkpoint = match tree_checkpoint(&petition.manifest, tree, &note) {
        Ok(checkpoint) => checkpoint,
        Err(fault) => return Ok(Fit::Wrong(fault)),
    };
    let fault = Fault::TreeHead { checkpoint, tally };
    Ok(match checkpoint.size.cmp(&tally.size) {
        std::cmp::Ordering::Less => Fit::Late(AuditOrFault::Older(fault)),
        std::cmp::Ordering::Greater => Fit::Newer(checkpoint),
        std::cmp::Ordering::Equal if checkpoint.root == tally.root => Fit::Right,
        std::cmp::Ordering::Equal => Fit::Wrong(fault),
    })
}

/// Those of `ahead` that no tally in journal entries `from..` confirms.
pub(super) fn unconfirmed(
    journal: &JournalStore,
    from: u64,
    mut ahead: Vec<Ahead>,
) -> Result<Vec<Ahead>, AuditError> {
    let mut position = from;
    while position < journal.saved.size && !ahead.is_empty() {
        let stretch = journal.io(journal.entries.read(position, 4096, 16 << 20))?;
        for (_, bytes) in stretch.iter() {
            let text = std::str::from_utf8(bytes).ok();
            if let Some(tally) = text.and_then(|text| Tally::parse(text).ok()) {
                ahead.retain(|ahead| {
                    ahead.petition != tally.petition
                        || tally.head(ahead.tree) != Some(&ahead.checkpoint)
                });
            }
        }
        position = stretch.end();
    }
    Ok(ahead)
}
