//! The trees' own checkpoints against the tallies (R22).

use super::AuditError;
use super::context::Context;
use super::petition::Passing;
use super::state::{JournalStore, PetitionStore};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::replay::{Fault, tree_checkpoint};
use crate::protocol::tally::{Tally, TreeHead};
use crate::store::LogId;
use crate::tlog::note::Note;

/// A tree whose checkpoint is newer than the journal that was replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ahead {
    pub(super) petition: PetitionId,
    pub(super) tree: Tree,
    pub(super) checkpoint: TreeHead,
}

/// What comparing a petition's checkpoints gives.
#[derive(Default)]
pub(super) struct Compared {
    /// Those that are newer than the journal: only a newer one can tell whether they are right.
    pub(super) ahead: Vec<Ahead>,
    /// Those that say what the last tally says.
    pub(super) right: Vec<(Tree, TreeHead, Note)>,
}

/// How a checkpoint fits.
enum Fit {
    /// It says the same; a tree without leaves needs none.
    Right(Option<Note>),
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

/// Compare the checkpoints of a petition's trees with its last tally, but for those that
/// `known` says were compared with it before.
pub(super) fn compare(
    context: &Context<'_>,
    petition: &PetitionStore,
    known: impl Fn(Tree, TreeHead) -> bool,
    passing: &mut Passing,
) -> Result<Compared, AuditError> {
    let mut compared = Compared::default();
    for tree in context.log.trees(&petition.manifest) {
        let tally = petition.saved.replay.head(tree);
        if known(tree, tally) {
            continue;
        }
        context.reader.check_stop()?;
        let id = petition.id();
        match patient(context, petition, tree) {
            Ok(Fit::Right(Some(note))) => compared.right.push((tree, tally, note)),
            Ok(Fit::Right(None)) => {}
            Ok(Fit::Wrong(fault) | Fit::Late(AuditOrFault::Older(fault))) => {
                passing.deviations.push(fault.tree(id, tree));
            }
            Ok(Fit::Newer(checkpoint)) => compared.ahead.push(Ahead {
                petition: id,
                tree,
                checkpoint,
            }),
            Ok(Fit::Late(AuditOrFault::Missing(error))) | Err(error) => {
                passing.note(Some(id), Some(tree), error)?;
            }
        }
    }
    Ok(compared)
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
            Fit::Right(None)
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
        std::cmp::Ordering::Equal if checkpoint.root == tally.root => Fit::Right(Some(note)),
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
