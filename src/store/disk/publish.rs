//! Publication: staged heads become visible together (`spec/storage.md`,
//! "Publication").

use std::collections::BTreeSet;
use std::sync::Arc;

use super::anchor::Anchor;
use super::commit::hold;
use super::engine::{Engine, Publication, Shared, Visible};
use super::header::HEADER_LEN;
use super::publications::Published;
use super::rotate::anchor_after;
use super::staging::Staged;
use super::tail::Tail;
use crate::store::{Epoch, Head, LogId, SignedHead, StoreError};

/// After a publication the waiting segment is destroyed at once if no more than this,
/// or than what was published, must be carried over; else by the upkeep thread.
const CARRY: u64 = 1 << 20;

impl Engine {
    /// Begin a new term; what an earlier one staged is dropped.
    pub(super) fn take_lease(&self) -> Result<Epoch, StoreError> {
        let mut publication = self.publication()?;
        let epoch = publication.anchor.epoch + 1;
        let anchor = Anchor {
            epoch,
            ..publication.anchor
        };
        self.anchors.prepare(anchor)?;
        self.must(self.anchors.finish())?;
        publication.anchor = anchor;
        publication.staged.clear();
        self.commits()?.epoch = Epoch(epoch);
        Ok(Epoch(epoch))
    }

    pub(super) fn publish(
        &self,
        epoch: Epoch,
        heads: Vec<(LogId, SignedHead)>,
    ) -> Result<(), StoreError> {
        let mut publication = self.publication()?;
        let publication = &mut *publication;
        hold(epoch, Epoch(publication.anchor.epoch))?;
        let heads = match_staged(publication, heads)?;
        if heads.is_empty() {
            return Ok(());
        }
        self.ensure_space()?;
        let bytes: u64 = publication
            .staged
            .iter()
            .map(|(log, s)| leaf_bytes(*log, s))
            .sum();
        let left = self.read().waiting.bytes().saturating_sub(bytes);
        let rotates = bytes > 0 && left <= CARRY.max(bytes);
        // All that is likely to fail comes before the moment of publication.
        let fresh = rotates
            .then(|| self.fresh_segment(publication))
            .transpose()?;
        let anchor = Anchor {
            publication: publication.anchor.publication + 1,
            chain: publication.publications.next_chain(&heads),
            ..anchor_after(publication, fresh.as_ref())
        };
        self.anchors.prepare(anchor)?;
        let appended = publication.publications.append(heads.clone());
        appended.map_err(|error| self.failed(error))?;
        self.must(self.make_visible(publication, heads))?;
        if let Some(fresh) = fresh {
            self.must(self.rotate_to(publication, fresh, anchor))?;
        } else {
            self.must(self.anchors.finish())?;
            publication.anchor = anchor;
            if bytes > 0 {
                publication.overdue.get_or_insert(0);
            }
        }
        self.indexing.notify_if(self.index.wants_flush());
        Ok(())
    }

    /// Bring sled and the index up to date, then let readers see it all at once.
    fn make_visible(
        &self,
        publication: &mut Publication,
        heads: Vec<(LogId, Published)>,
    ) -> Result<(), StoreError> {
        let last = publication.publications.contents.last;
        let mut staged = std::mem::take(&mut publication.staged);
        let mut entries = Vec::new();
        for staged in staged.values_mut() {
            self.sled.grow(staged.number, &staged.growth)?;
            entries.append(&mut staged.index);
        }
        self.sled.grown(last)?;
        self.index.insert(last, entries);
        let mut shared = self.write();
        shared.bound_tails();
        for (log, published) in heads {
            shared.show(log, published, staged.remove(&log));
        }
        Ok(())
    }
}

/// The heads to publish, which must be those that were staged.
fn match_staged(
    publication: &Publication,
    heads: Vec<(LogId, SignedHead)>,
) -> Result<Vec<(LogId, Published)>, StoreError> {
    let named: BTreeSet<LogId> = heads.iter().map(|(log, _)| *log).collect();
    if named.len() != heads.len() {
        return Err(StoreError::Staging("a log is named twice".into()));
    }
    let staged = &publication.staged;
    if let Some(log) = staged.keys().find(|log| !named.contains(log)) {
        return Err(StoreError::Staging(format!(
            "{log} is staged and not named"
        )));
    }
    let known = &publication.publications.contents.heads;
    let new = staged.keys().filter(|log| !known.contains_key(log)).count();
    let mut next = u32::try_from(known.len() + new).expect("fewer than 2^32 logs");
    let mut matched = Vec::with_capacity(heads.len());
    for (log, signed) in heads {
        let (number, end, head) = match (staged.get(&log), known.get(&log)) {
            (Some(s), _) => (s.number, s.end, s.tail.head()),
            (None, Some(p)) => (p.number, p.end, p.signed.head),
            (None, None) => {
                next += 1;
                (next - 1, HEADER_LEN, Tail::default().head())
            }
        };
        if head != signed.head {
            return Err(StoreError::Staging(describe(log, head, signed.head)));
        }
        let published = Published {
            number,
            end,
            signed,
        };
        matched.push((log, published));
    }
    Ok(matched)
}

impl Shared {
    /// Show a published head; its leaves no longer wait.
    fn show(&mut self, log: LogId, published: Published, staged: Option<Staged>) {
        let before = self.logs.remove(&log);
        let tail = match staged {
            Some(staged) => {
                if let LogId::Tree(p, tree) = log {
                    self.waiting.remove(p, tree, &staged.keys);
                }
                Some(Arc::new(staged.tail))
            }
            None => before.and_then(|visible| visible.tail),
        };
        self.logs.insert(log, Visible { published, tail });
    }
}

fn leaf_bytes(log: LogId, staged: &Staged) -> u64 {
    match log {
        LogId::Journal => 0,
        LogId::Tree(_, tree) => (staged.keys.len() * tree.leaf_len()) as u64,
    }
}

fn describe(log: LogId, staged: Head, named: Head) -> String {
    format!(
        "{log} has {} leaves and root {}, not {} and {}",
        staged.size, staged.root, named.size, named.root
    )
}
