//! One publication (`spec/publication.md`): leaves and tallies durable, then signed, then
//! visible.

use super::staging::{Staged, due, stage};
use super::{Instance, InstanceError, Petition};
use crate::protocol::ids::Tree;
use crate::protocol::statement;
use crate::store::{Head, LogId, SignedHead};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::Note;
use crate::tlog::size::TreeSize;

/// What a publication brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Leaves, over all trees.
    pub leaves: u64,
    /// Journal entries.
    pub statements: u64,
}

/// Which waiting leaves a publication takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// Those of petitions whose publication policy says so.
    Due,
    /// All. Small batches hide nobody: for tests and demonstrations.
    All,
}

/// Publish what waits, with `statements` (signed, judged), and close petitions that are
/// over. Blocking. On error nothing became visible, and all that waited still waits, but
/// something may be staged. With `hold`, readers see what was before until it is released.
pub(super) fn publish(
    instance: &Instance,
    statements: Vec<Vec<u8>>,
    may_close: impl Fn(&Petition) -> bool,
    take: Take,
    hold: bool,
) -> Result<Published, InstanceError> {
    // A publication that the store reported as failed may have happened.
    instance.catch_up()?;
    let now = instance.clock.now();
    let journal = instance.store.head(LogId::Journal)?;
    let journal_size = journal.map_or(0, |signed| signed.head.size);
    let mut draft = Draft {
        entries: statements,
        journal_size,
        heads: Vec::new(),
        leaves: 0,
    };
    // Kept until all is visible.
    let mut bars = Vec::new();
    for petition in instance.petitions.all() {
        // A leaf on its way puts `closed` off to the next round.
        let bar = if petition.is_closable(now) && may_close(&petition) {
            petition.bar()
        } else {
            None
        };
        let trees = match take {
            _ if bar.is_some() => Tree::ALL.to_vec(),
            Take::All => Tree::ALL.to_vec(),
            Take::Due => due(instance, &petition, now)?,
        };
        let staged = stage(instance, &petition, &trees, now)?;
        let is_final = staged.is_final;
        let tally = draft.add(&petition, staged)?;
        if let Some(bar) = bar {
            bars.push(bar);
            if is_final {
                let text = statement::closed(petition.manifest.id(), tally);
                draft
                    .entries
                    .push(statement::sign(&text, instance.keys.signer())?);
            }
        }
    }
    draft.entries.extend(instance.sayings_due()?);
    draft.publish(instance, now, hold)
}

/// What a publication will make visible.
struct Draft {
    entries: Vec<Vec<u8>>,
    journal_size: u64,
    heads: Vec<(LogId, SignedHead)>,
    leaves: u64,
}

impl Draft {
    /// Add a petition's tally and heads. Returns the journal index of its last tally.
    fn add(&mut self, petition: &Petition, staged: Staged) -> Result<Option<u64>, InstanceError> {
        let Some(tally) = staged.tally else {
            return Ok(petition.tally().map(|(index, _)| index));
        };
        let index = self.journal_size + self.entries.len() as u64;
        self.entries.push(tally.to_string().into_bytes());
        for (tree, head) in staged.changed {
            let log = LogId::Tree(petition.manifest.id(), tree);
            self.heads.push((log, sign_tree(petition, tree, head)?));
        }
        self.leaves += staged.leaves;
        Ok(Some(index))
    }

    fn publish(
        mut self,
        instance: &Instance,
        now: u64,
        hold: bool,
    ) -> Result<Published, InstanceError> {
        if self.entries.is_empty() {
            return Ok(Published::default());
        }
        let head = instance
            .store
            .stage(instance.epoch, LogId::Journal, &self.entries)?;
        let checkpoint = Checkpoint {
            origin: instance.keys.origin().to_owned(),
            size: TreeSize(head.size),
            root: head.root,
        };
        let checkpoint = instance.keys.sign_journal(&checkpoint, now)?;
        self.heads
            .push((LogId::Journal, SignedHead { head, checkpoint }));
        if hold {
            instance.hold(self.heads.iter().map(|(log, _)| *log))?;
        }
        instance.store.publish(instance.epoch, self.heads)?;
        instance.catch_up()?;
        Ok(Published {
            leaves: self.leaves,
            statements: self.entries.len() as u64,
        })
    }
}

fn sign_tree(petition: &Petition, tree: Tree, head: Head) -> Result<SignedHead, InstanceError> {
    let checkpoint = Checkpoint {
        origin: petition.manifest.tree_origin(tree),
        size: TreeSize(head.size),
        root: head.root,
    };
    let text = checkpoint.to_string();
    let signature = petition.tree_signer(tree).sign(&text);
    let checkpoint = Note::new(&text, vec![signature])?.to_bytes();
    Ok(SignedHead { head, checkpoint })
}
