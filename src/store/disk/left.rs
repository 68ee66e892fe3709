//! How the folder was left, and that it is no older than what was signed
//! (`spec/storage.md`, "Anchor").

use super::Options;
use super::anchor::{Anchor, AnchorFile, NO_ANCHOR};
use super::error::{damaged, io};
use super::header::StoreId;
use super::publications::{Contents, Publications};
use crate::clock::random;
use crate::store::StoreError;

/// The folder as it was left, once it is known that it is no older than what was signed.
pub(super) struct Left {
    pub(super) anchor: Anchor,
    pub(super) contents: Contents,
}

impl Options {
    pub(super) fn anchors(&self) -> AnchorFile {
        AnchorFile {
            files: self.files.clone(),
            path: self.folder.join("anchor"),
            copy: self.heads_copy.clone(),
        }
    }

    /// Whether there is nothing in the folder yet.
    fn is_new(&self) -> Result<bool, StoreError> {
        for name in ["logs", "waiting", "state"] {
            let folder = self.folder.join(name);
            let names = self.files.list(&folder);
            if !names.map_err(io(folder.display().to_string()))?.is_empty() {
                return Ok(false);
            }
        }
        let names = self.files.list(&self.folder);
        let names = names.map_err(io(self.folder.display().to_string()))?;
        Ok(!names.iter().any(|name| name == "publications.log"))
    }

    /// The anchor to go by: the folder's own, a first one, or, where the operator
    /// vouches for the folder, one made from what is there.
    fn find_anchor(&self, anchors: &AnchorFile) -> Result<Anchor, StoreError> {
        let own = match anchors.own() {
            Err(StoreError::Damaged { .. }) if self.trust_folder => None,
            own => own?,
        };
        if let Some(own) = own {
            return Ok(own);
        }
        if self.is_new()? {
            let anchor = Anchor {
                store: StoreId(random(&*self.clock)),
                epoch: 0,
                publication: 0,
                chain: [0; 32],
                segment: 0,
                batch: 0,
            };
            if let Some(copy) = anchors.copied()? {
                return Err(is_older(self, "it is empty", copy.publication));
            }
            anchors.prepare(anchor)?;
            anchors.finish()?;
            return Ok(anchor);
        }
        if !self.trust_folder {
            let what = format!("{}, which is missing,", anchors.path.display());
            return Err(damaged(what, NO_ANCHOR));
        }
        let path = self.folder.join("publications.log");
        let store = Publications::identify(&*self.files, &path)?;
        let contents = Publications::read(&*self.files, &path, store)?.unwrap_or_default();
        let segments = self.segments(store).list()?;
        Ok(Anchor {
            store,
            // Larger than any term counted one by one.
            epoch: self.clock.now(),
            publication: contents.last,
            chain: contents.chain,
            segment: segments.first().copied().unwrap_or(0),
            batch: 0,
        })
    }

    /// Read publications and refuse a folder that is older than either anchor.
    pub(super) fn find_left(&self, anchors: &AnchorFile) -> Result<Left, StoreError> {
        let anchor = self.find_anchor(anchors)?;
        let path = self.folder.join("publications.log");
        let contents = Publications::read(&*self.files, &path, anchor.store)?;
        let contents = contents.unwrap_or_default();
        let copy = anchors.copied()?;
        for known in [Some(anchor), copy].into_iter().flatten() {
            if known.store != anchor.store {
                return Err(is_older(self, "it is not the one", known.publication));
            }
            if !contents.contains(known.publication, known.chain) {
                let last = format!("its last publication is {}", contents.last);
                return Err(is_older(self, &last, known.publication));
            }
        }
        Ok(Left { anchor, contents })
    }
}

fn is_older(options: &Options, folder: &str, known: u64) -> StoreError {
    StoreError::RolledBack {
        what: format!(
            "the data folder {}: {folder}, while publication {known} was signed",
            options.folder.display()
        ),
        advice: "bring back the newest data folder; going on from an older one would contradict \
                 what was signed, and witnesses would refuse it"
            .into(),
    }
}
