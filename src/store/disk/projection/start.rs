//! Opening sled, or making it again (`spec/storage.md`, "sled").

use std::path::Path;

use super::{Progress, Projection};
use crate::store::StoreError;
use crate::store::disk::Options;
use crate::store::disk::anchor::Anchor;
use crate::store::disk::publications::{Contents, Synced};
use crate::store::disk::state::{self, StateFolder};

/// sled with all records; trees follow ([`crate::store::disk::catch_up`]).
pub(crate) struct Started {
    pub(crate) sled: Projection,
    /// The last batch of the state log, which sled has.
    pub(crate) last_batch: u64,
    /// The last publication whose trees it is certain to have.
    pub(crate) grown: u64,
    /// It has no trees at all.
    pub(crate) is_new: bool,
}

/// Open sled if it is whole and no older than noted, else begin a new one. Then bring
/// its records up to date.
pub(crate) fn open_sled(
    options: &Options,
    log: &StateFolder,
    anchor: &Anchor,
    contents: &Contents,
) -> Result<Started, StoreError> {
    let folder = options.folder.join("sled");
    let mut usable = open_usable(options, &folder, anchor, contents);
    let last_batch = match log.read(u64::MAX, anchor.batch, |_| Ok(())) {
        Err(error @ StoreError::Damaged { .. }) if options.accept_lost_state => {
            tracing::warn!(%error, "going on with the records that are left, as the operator accepted");
            return salvage(options, log, anchor, contents, usable);
        }
        last => last?,
    };
    // Ahead of the log it has records that the log does not know.
    usable = usable.filter(|(_, progress)| progress.batch <= last_batch);
    let is_new = usable.is_none();
    let (sled, from) = match usable {
        Some((sled, _)) => (sled, contents.synced),
        None => (begin(options, &folder)?, Synced::default()),
    };
    log.read(from.batch, anchor.batch, |records| sled.apply(&records))?;
    sled.applied(last_batch)?;
    if !is_new {
        Projection::forget_aside(&folder)?;
    }
    Ok(Started {
        sled,
        last_batch,
        grown: from.publication,
        is_new,
    })
}

fn open_usable(
    options: &Options,
    folder: &Path,
    anchor: &Anchor,
    contents: &Contents,
) -> Option<(Projection, Progress)> {
    if !folder.exists() || Projection::is_suspect(folder) {
        return None;
    }
    let sled = match Projection::open(folder, options.limits.cache_bytes) {
        Ok(sled) => sled,
        Err(error) => {
            tracing::warn!(%error, "sled is made again from the logs");
            return None;
        }
    };
    let Ok(Some(progress)) = sled.progress(anchor.store) else {
        return None;
    };
    let is_older = progress.publication < contents.synced.publication
        || progress.batch < contents.synced.batch;
    let is_newer = progress.publication > contents.last;
    if is_older || is_newer {
        tracing::warn!(
            ?progress,
            "sled is of another age than the logs: it is made again"
        );
        return None;
    }
    Some((sled, progress))
}

fn begin(options: &Options, folder: &Path) -> Result<Projection, StoreError> {
    Projection::set_aside(folder)?;
    Projection::open(folder, options.limits.cache_bytes)
}

/// Keep what records there are: those in sled if it is usable, else what can be read of
/// the log. They become the log's only run.
fn salvage(
    options: &Options,
    log: &StateFolder,
    anchor: &Anchor,
    contents: &Contents,
    usable: Option<(Projection, Progress)>,
) -> Result<Started, StoreError> {
    let folder = options.folder.join("sled");
    let is_new = usable.is_none();
    let (sled, last) = if let Some((sled, progress)) = usable {
        (sled, progress.batch.max(anchor.batch))
    } else {
        let sled = begin(options, &folder)?;
        let read = log.read(0, 0, |records| sled.apply(&records));
        if let Err(error) = read {
            tracing::warn!(%error, "records end here");
        }
        (sled, anchor.batch)
    };
    let last_batch = last.max(1);
    state::replace(log, last_batch, sled.all_records())?;
    sled.applied(last_batch)?;
    Ok(Started {
        sled,
        last_batch,
        grown: contents.synced.publication,
        is_new,
    })
}
