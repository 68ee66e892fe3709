//! From one waiting segment to the next: what waits is carried over, records move into
//! the state log, and what held both is destroyed (`spec/storage.md`, "Order of writes").

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::anchor::Anchor;
use super::batch::{Records, put_batch};
use super::engine::{Engine, Publication, Shared};
use super::segment::Segment;
use crate::store::StoreError;

impl Engine {
    /// A new segment, to which commits do not go yet.
    pub(super) fn fresh_segment(&self, publication: &Publication) -> Result<Segment, StoreError> {
        self.segments.create(publication.segment + 1)
    }

    /// Begin a new segment and destroy the old one.
    pub(super) fn rotate(&self, publication: &mut Publication) -> Result<(), StoreError> {
        let fresh = self.fresh_segment(publication)?;
        let anchor = anchor_after(publication, Some(&fresh));
        self.anchors.prepare(anchor)?;
        self.must(self.rotate_to(publication, fresh, anchor))
    }

    /// Let commits go to `fresh`, carry over what still waits, move records into the
    /// state log, and only then destroy what held both.
    pub(super) fn rotate_to(
        &self,
        publication: &mut Publication,
        mut fresh: Segment,
        anchor: Anchor,
    ) -> Result<(), StoreError> {
        let number = fresh.number;
        let frozen = {
            let mut commits = self.commits()?;
            let mut buffer = Segment::buffer();
            let empty = buffer.len();
            put_batch(&mut buffer, self.read().waiting.all(), &Records::new());
            if buffer.len() > empty {
                fresh.append(buffer).map_err(|error| self.failed(error))?;
            }
            self.segment_bytes.store(fresh.len(), Ordering::Relaxed);
            commits.segment = fresh;
            self.rotated.notify_all();
            self.write().freeze()
        };
        publication.segment = number;
        let appended = publication.state_log.append(&frozen);
        appended.map_err(|error| self.failed(error))?;
        self.anchors.finish()?;
        publication.anchor = anchor;
        publication.overdue = None;
        self.segments.destroy_before(number)?;
        let deleted = frozen.values().filter(|value| value.is_none()).count();
        self.deletions.fetch_add(deleted as u64, Ordering::Relaxed);
        self.sled.apply(&frozen)?;
        self.sled.applied(publication.state_log.last)?;
        self.write().frozen = Arc::default();
        Ok(())
    }
}

/// The anchor as it will be when commits go to `fresh`.
pub(super) fn anchor_after(publication: &Publication, fresh: Option<&Segment>) -> Anchor {
    match fresh {
        None => publication.anchor,
        Some(fresh) => Anchor {
            segment: fresh.number,
            batch: publication.state_log.last + 1,
            ..publication.anchor
        },
    }
}

impl Shared {
    fn freeze(&mut self) -> Arc<Records> {
        self.frozen = Arc::new(std::mem::take(&mut self.records));
        self.frozen.clone()
    }
}
