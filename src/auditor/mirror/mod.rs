//! An audit that keeps what it read: the state folder then holds all entries of all logs,
//! and the caller gets the signed checkpoints that go with them. The rules are those of
//! every audit; nothing that they do not vouch for is kept.

mod files;

use std::collections::BTreeMap;

use super::AuditError;
use super::audit::{AuditOptions, Run, look};
use super::observer::Observer;
use super::report::{Report, Verdict};
use crate::client::tiles::TileSource;
use crate::clock::Clock;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::tally::TreeHead;
use crate::tlog::note::Note;

pub use files::MirrorFiles;

/// The signed checkpoints of trees, by petition and tree, with what each says.
pub type TreeNotes = BTreeMap<(PetitionId, Tree), (TreeHead, Note)>;

/// Which head of the journal to replay up to.
#[derive(Clone, Debug)]
pub enum Look {
    /// The one that is served. The trees' checkpoints are compared (R22), but for those that
    /// are known to go with the tallies.
    Served,
    /// The same, and all checkpoints of trees.
    Everything,
    /// One that the log offers before it shows it: the trees' checkpoints are not shown yet,
    /// either, and not compared.
    Offered(Box<Note>),
}

/// What is kept beside the state folder, in one run.
pub(super) struct Mirroring {
    pub(super) offered: Option<Note>,
    recheck: bool,
    notes: TreeNotes,
    checkpoint: Option<Note>,
    complete: bool,
}

impl Mirroring {
    /// Whether this checkpoint was read and is right.
    pub(super) fn knows(&self, id: PetitionId, tree: Tree, head: TreeHead) -> bool {
        !self.recheck && self.notes.get(&(id, tree)).is_some_and(|(h, _)| *h == head)
    }

    /// Remember checkpoints that are right.
    pub(super) fn keep(&mut self, id: PetitionId, right: Vec<(Tree, TreeHead, Note)>) {
        for (tree, head, note) in right {
            self.notes.insert((id, tree), (head, note));
        }
    }
}

/// What came of one look.
#[derive(Debug)]
pub struct Mirrored {
    /// The audit's report.
    pub report: Report,
    /// The journal's checkpoint, up to which all was replayed; none before the first.
    pub checkpoint: Option<Note>,
    /// Whether the state folder and `notes` hold all that `checkpoint` vouches for, and every
    /// rule holds.
    pub complete: bool,
}

/// Audit as [`super::audit`] does, and keep leaves and checkpoints. `notes` are those of the
/// look before; they are brought up to date, also where something went wrong later.
///
/// # Errors
/// As [`super::audit`], and [`AuditError::NoLeaves`].
pub fn mirror(
    source: &dyn TileSource,
    which: Look,
    options: &AuditOptions,
    notes: &mut TreeNotes,
    clock: &dyn Clock,
    observer: &dyn Observer,
) -> Result<Mirrored, AuditError> {
    let recheck = matches!(which, Look::Everything);
    let mirroring = Mirroring {
        offered: match which {
            Look::Offered(note) => Some(*note),
            Look::Served | Look::Everything => None,
        },
        recheck,
        notes: notes.clone(),
        checkpoint: None,
        complete: false,
    };
    let (report, kept) = look(source, options, clock, observer, Some(mirroring))?;
    let kept = kept.expect("it was given");
    *notes = kept.notes;
    Ok(Mirrored {
        complete: kept.complete && report.verdict == Verdict::Fine,
        report,
        checkpoint: kept.checkpoint,
    })
}

impl Run<'_> {
    /// What was kept, at the end of a run.
    pub(super) fn mirrored(&mut self) -> Option<Mirroring> {
        let mut mirror = self.mirror.take()?;
        mirror.checkpoint = Note::parse(self.store.saved.checkpoint.as_bytes()).ok();
        mirror.recheck = false;
        let log = &self.context.log;
        let stores = &self.petitions.stores;
        mirror.complete = stores.iter().all(|(id, petition)| {
            let mut trees = log.trees(&petition.manifest);
            trees.all(|tree| {
                let head = petition.saved.replay.head(tree);
                head.size == 0 || mirror.knows(*id, tree, head)
            })
        });
        Some(mirror)
    }
}
