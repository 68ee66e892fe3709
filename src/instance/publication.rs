//! One publication: leaves, tallies, journal, checkpoints, in the order of
//! `spec/storage.md`: entries durable, then sign, then publish.

use std::sync::Arc;

use super::{Instance, InstanceError, Petition};
use crate::protocol::ids::Tree;
use crate::protocol::statement;
use crate::protocol::tally::{Tally, TreeHead};
use crate::store::{Head, LogId, SignedHead, Waiting};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::empty_root;
use crate::tlog::note::Note;
use crate::tlog::size::TreeSize;

/// Most leaves of one tree in one publication: bounds memory and time.
const BATCH_MAX: usize = 65_536;

/// What a publication brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// Leaves, over all trees.
    pub leaves: u64,
    /// Journal entries.
    pub statements: u64,
}

/// Whether a petition has waited long enough (`spec/manifest.md`, "Publication").
fn due(instance: &Instance, petition: &Petition, now: u64) -> Result<bool, InstanceError> {
    let id = petition.manifest.id();
    let policy = petition.manifest.terms().publication;
    for tree in Tree::ALL {
        let (waiting, oldest) = instance.store.waiting_count(id, tree)?;
        let waited = oldest.map_or(0, |accepted| now.saturating_sub(accepted));
        // Strikes lower a count that people look at: they do not wait for company.
        if waiting >= policy.batch()
            || (waiting > 0 && (waited >= policy.longest_wait() || tree == Tree::Strikes))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The leaves of a tree that may be published: all, but signatures only as far as
/// the roll covers them, the longest waiting first.
fn batch(
    instance: &Instance,
    petition: &Petition,
    tree: Tree,
    published: u64,
    roll: u64,
) -> Result<Vec<Vec<u8>>, InstanceError> {
    let limit = match tree {
        Tree::Signatures => usize::try_from(roll - published)
            .unwrap_or(usize::MAX)
            .min(BATCH_MAX),
        _ => BATCH_MAX,
    };
    let mut waiting: Vec<Waiting> = instance
        .store
        .waiting(petition.manifest.id(), tree, limit)?;
    waiting.sort_unstable_by_key(|w| w.hash);
    Ok(waiting.into_iter().map(|w| w.leaf).collect())
}

/// What staging a petition's trees gave.
struct Staged {
    tally: Tally,
    changed: Vec<(Tree, Head)>,
    leaves: u64,
}

fn stage_petition(
    instance: &Instance,
    petition: &Petition,
    now: u64,
) -> Result<Option<Staged>, InstanceError> {
    let id = petition.manifest.id();
    let mut heads = Vec::new();
    let mut changed = Vec::new();
    let mut leaves = 0;
    let closed = petition.is_closed();
    for tree in Tree::ALL {
        let log = LogId::Tree(id, tree);
        let published = instance.store.head(log)?.map_or(
            Head {
                size: 0,
                root: empty_root(),
            },
            |signed| signed.head,
        );
        let roll = heads.first().map_or(0, |(_, h): &(Tree, TreeHead)| h.size);
        let frozen = closed && matches!(tree, Tree::Roll | Tree::Signatures);
        let batch = if frozen {
            Vec::new()
        } else {
            batch(instance, petition, tree, published.size, roll)?
        };
        let head = if batch.is_empty() {
            published
        } else {
            leaves += batch.len() as u64;
            let head = instance.store.stage(instance.epoch, log, &batch)?;
            changed.push((tree, head));
            head
        };
        heads.push((
            tree,
            TreeHead {
                size: head.size,
                root: head.root,
            },
        ));
    }
    if changed.is_empty() {
        return Ok(None);
    }
    let previous = petition.tally();
    // Time never runs backwards between tallies, whatever the system's clock does.
    let time = previous
        .as_ref()
        .map_or(now, |(_, tally)| now.max(tally.time));
    let tally = Tally::new(id, time, previous.map(|(index, _)| index), &heads, None)
        .map_err(crate::protocol::statement::StatementError::from)?;
    Ok(Some(Staged {
        tally,
        changed,
        leaves,
    }))
}

/// Whether all that was promised is staged or published, so that R and S are final.
fn nothing_waits(instance: &Instance, petition: &Petition) -> Result<bool, InstanceError> {
    let id = petition.manifest.id();
    for tree in [Tree::Roll, Tree::Signatures] {
        let (waiting, _) = instance.store.waiting_count(id, tree)?;
        // A batch that was just staged held all of them, unless it was full; then the
        // next round closes.
        if waiting >= BATCH_MAX as u64 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Publish what is due, and `statements` (signed, checked) with it. `force`
/// publishes whatever waits. Blocking. On error nothing became visible, and all
/// that waited still waits.
pub fn publish(
    instance: &Instance,
    statements: Vec<Vec<u8>>,
    close: &[Arc<Petition>],
    force: bool,
) -> Result<Published, InstanceError> {
    let result = publish_staged(instance, statements, close, force);
    if result.is_err() {
        instance.store.unstage(instance.epoch)?;
    }
    result
}

fn publish_staged(
    instance: &Instance,
    statements: Vec<Vec<u8>>,
    close: &[Arc<Petition>],
    force: bool,
) -> Result<Published, InstanceError> {
    let now = instance.clock.now();
    let store = &instance.store;
    let journal_size = store
        .head(LogId::Journal)?
        .map_or(0, |signed| signed.head.size);
    let mut entries: Vec<Vec<u8>> = statements;
    let mut heads = Vec::new();
    let mut leaves = 0;
    for petition in instance.petitions.all() {
        let closing = close.iter().any(|p| Arc::ptr_eq(p, &petition));
        let mut last_tally = petition.tally().map(|(index, _)| index);
        if (force || closing || due(instance, &petition, now)?)
            && let Some(staged) = stage_petition(instance, &petition, now)?
        {
            last_tally = Some(journal_size + entries.len() as u64);
            entries.push(staged.tally.to_string().into_bytes());
            leaves += staged.leaves;
            for (tree, head) in staged.changed {
                let log = LogId::Tree(petition.manifest.id(), tree);
                heads.push((log, sign_tree(&petition, tree, head)?));
            }
        }
        if closing && nothing_waits(instance, &petition)? {
            let text = statement::closed(petition.manifest.id(), last_tally);
            entries.push(statement::sign(&text, instance.keys.signer())?);
        }
    }
    if entries.is_empty() {
        return Ok(Published::default());
    }
    let head = store.stage(instance.epoch, LogId::Journal, &entries)?;
    let checkpoint = Checkpoint {
        origin: instance.keys.origin().to_owned(),
        size: TreeSize(head.size),
        root: head.root,
    };
    let checkpoint = instance.keys.sign_journal(&checkpoint, now)?;
    heads.push((LogId::Journal, SignedHead { head, checkpoint }));
    store.publish(instance.epoch, heads)?;
    for (index, entry) in (journal_size..).zip(&entries) {
        instance
            .petitions
            .apply(index, entry, &instance.keys, &instance.petition_keys)?;
    }
    Ok(Published {
        leaves,
        statements: entries.len() as u64,
    })
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
