//! What of a petition's waiting leaves a publication takes (`spec/publication.md`).

use super::{Instance, InstanceError, Petition};
use crate::protocol::ids::Tree;
use crate::protocol::manifest::Publication;
use crate::protocol::statement::StatementError;
use crate::protocol::tally::{Tally, TreeHead};
use crate::store::{Head, LogId, StoreError, Waiting};
use crate::tlog::hash::empty_root;

/// Most leaves of one tree in one publication: bounds memory and time.
const BATCH_MAX: u64 = 65_536;

/// What staging a petition's trees gave.
pub(super) struct Staged {
    /// The tally, if any tree changed.
    pub(super) tally: Option<Tally>,
    /// New heads.
    pub(super) changed: Vec<(Tree, Head)>,
    /// How many leaves.
    pub(super) leaves: u64,
    /// Whether R and S hold all that they ever can, if nothing more comes in.
    pub(super) is_final: bool,
}

fn head(instance: &Instance, petition: &Petition, tree: Tree) -> Result<Head, StoreError> {
    let signed = instance
        .store
        .head(LogId::Tree(petition.manifest.id(), tree))?;
    Ok(signed.map_or(
        Head {
            size: 0,
            root: empty_root(),
        },
        |signed| signed.head,
    ))
}

/// Trees that never grow again.
fn is_frozen(petition: &Petition, tree: Tree) -> bool {
    petition.is_closed() && matches!(tree, Tree::Roll | Tree::Signatures)
}

/// How far a tree has come.
struct Queue {
    published: u64,
    waiting: u64,
    /// How long the first of them has waited, seconds.
    waited: u64,
}

impl Queue {
    fn of(
        instance: &Instance,
        petition: &Petition,
        tree: Tree,
        now: u64,
    ) -> Result<Self, StoreError> {
        let id = petition.manifest.id();
        let (waiting, oldest) = if is_frozen(petition, tree) {
            (0, None)
        } else {
            instance.store.waiting_count(id, tree)?
        };
        Ok(Self {
            published: head(instance, petition, tree)?.size,
            waiting,
            waited: oldest.map_or(0, |accepted| now.saturating_sub(accepted)),
        })
    }

    fn is_due(&self, policy: Publication) -> bool {
        let hour_is_over = self.waiting > 0 && self.waited >= policy.longest_wait();
        self.waiting >= policy.batch() || hour_is_over
    }
}

/// The trees whose waiting leaves are to be published at `now`.
///
/// Strikes lower a count that people look at: they do not wait for company, and take
/// nothing else with them. Whoever has an entry struck would otherwise decide when
/// others' leaves come out, and alone. All other trees go together.
pub(super) fn due(
    instance: &Instance,
    petition: &Petition,
    now: u64,
) -> Result<Vec<Tree>, InstanceError> {
    let policy = petition.manifest.terms().publication;
    let queue = |tree| Queue::of(instance, petition, tree, now);
    let roll = queue(Tree::Roll)?;
    let mut signatures = queue(Tree::Signatures)?;
    // What the roll cannot cover cannot come out, and must not hurry others out. Where it
    // needs roll entries that wait themselves, their waiting is what counts.
    let cover = (roll.published + roll.waiting).saturating_sub(signatures.published);
    signatures.waiting = signatures.waiting.min(cover);
    if roll.published <= signatures.published {
        signatures.waited = 0;
    }
    let withdrawals = queue(Tree::Withdrawals)?;
    Ok(
        if [roll, signatures, withdrawals]
            .iter()
            .any(|queue| queue.is_due(policy))
        {
            Tree::ALL.to_vec()
        } else if queue(Tree::Strikes)?.waiting > 0 {
            vec![Tree::Strikes]
        } else {
            Vec::new()
        },
    )
}

/// Stage what waits in `trees`, and draw up the tally. The roll comes first: signatures
/// go only as far as it covers them, the longest waiting first.
pub(super) fn stage(
    instance: &Instance,
    petition: &Petition,
    trees: &[Tree],
    now: u64,
) -> Result<Staged, InstanceError> {
    let id = petition.manifest.id();
    let mut staged = Staged {
        tally: None,
        changed: Vec::new(),
        leaves: 0,
        is_final: true,
    };
    let mut heads: Vec<(Tree, TreeHead)> = Vec::new();
    for tree in Tree::ALL {
        let mut head = head(instance, petition, tree)?;
        if trees.contains(&tree) && !is_frozen(petition, tree) {
            let room = match (tree, heads.first()) {
                (Tree::Signatures, Some((_, roll))) => roll.size.saturating_sub(head.size),
                _ => u64::MAX,
            };
            let limit = usize::try_from(room.min(BATCH_MAX)).expect("at most BATCH_MAX");
            let batch = batch(instance.store.waiting(id, tree, limit)?);
            if matches!(tree, Tree::Roll | Tree::Signatures) {
                let (waiting, _) = instance.store.waiting_count(id, tree)?;
                let taken = batch.len() as u64;
                // What the final roll cannot cover never comes out.
                staged.is_final &= taken == waiting || taken == room;
            }
            if !batch.is_empty() {
                staged.leaves += batch.len() as u64;
                head = instance
                    .store
                    .stage(instance.epoch, LogId::Tree(id, tree), &batch)?;
                staged.changed.push((tree, head));
            }
        }
        heads.push((
            tree,
            TreeHead {
                size: head.size,
                root: head.root,
            },
        ));
    }
    if !staged.changed.is_empty() {
        let previous = petition.tally();
        // Time never runs backwards between tallies, whatever the system's clock does.
        let time = previous
            .as_ref()
            .map_or(now, |(_, tally)| now.max(tally.time));
        let tally = Tally::new(id, time, previous.map(|(index, _)| index), &heads, None)
            .map_err(StatementError::from)?;
        staged.tally = Some(tally);
    }
    Ok(staged)
}

/// Leaves in the order of their hashes: the order in which people came is not in it.
fn batch(mut waiting: Vec<Waiting>) -> Vec<Vec<u8>> {
    waiting.sort_unstable_by_key(|w| w.hash);
    waiting.into_iter().map(|w| w.leaf).collect()
}
