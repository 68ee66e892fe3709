//! The anchor: what the rest of the folder must not be older than
//! (`spec/storage.md`, "Anchor"). A small file, replaced whole, kept outside sled and,
//! if configured, a second time in another place.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::codec::{CHECK_LEN, Reader, checksum};
use super::error::{damaged, io};
use super::files::Files;
use super::header::{HEADER_LEN, Header, Kind, StoreId};
use crate::store::StoreError;

/// What was last made durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) store: StoreId,
    /// The newest writer's term.
    pub(super) epoch: u64,
    /// Number of the last publication.
    pub(super) publication: u64,
    /// Hash over all publications up to that one.
    pub(super) chain: [u8; 32],
    /// The oldest waiting segment that is needed; 0 before the first.
    pub(super) segment: u64,
    /// The last batch that the state log must hold.
    pub(super) batch: u64,
}

const BODY_LEN: usize = 8 + 8 + 32 + 8 + 8;
pub(super) const NO_ANCHOR: &str = "restore it from a backup or from its copy; only if neither exists and \
                         witnesses have seen no larger journal than this folder holds, open \
                         with `trust_folder`";

impl Anchor {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let header = Header::new(Kind::Anchor, self.store, 0);
        let body = [
            &self.epoch.to_be_bytes()[..],
            &self.publication.to_be_bytes(),
            &self.chain,
            &self.segment.to_be_bytes(),
            &self.batch.to_be_bytes(),
        ]
        .concat();
        let check = checksum(&[&header.tag(), &body]);
        [&header.to_bytes()[..], &body, &check].concat()
    }

    fn parse(what: &str, bytes: &[u8]) -> Result<Self, StoreError> {
        let header = Header::parse(what, Kind::Anchor, bytes)?;
        let head = usize::try_from(HEADER_LEN).expect("a header is small");
        let parse = || {
            let mut r = Reader(bytes.get(head..)?);
            let body = Reader(r.0).bytes(BODY_LEN)?;
            let anchor = Self {
                store: header.store,
                epoch: r.u64()?,
                publication: r.u64()?,
                chain: r.array()?,
                segment: r.u64()?,
                batch: r.u64()?,
            };
            let check: [u8; CHECK_LEN] = r.array()?;
            (r.is_empty() && check == checksum(&[&header.tag(), body])).then_some(anchor)
        };
        parse().ok_or_else(|| damaged(format!("{what}, byte {head}"), NO_ANCHOR))
    }
}

/// Where the anchor is kept.
pub(super) struct AnchorFile {
    pub(super) files: Arc<dyn Files>,
    pub(super) path: PathBuf,
    /// The second place.
    pub(super) copy: Option<PathBuf>,
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

impl AnchorFile {
    fn places(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.path).chain(&self.copy)
    }

    /// The anchor at a path, if there is one.
    fn read(&self, path: &Path) -> Result<Option<Anchor>, StoreError> {
        let what = path.display().to_string();
        let file = match self.files.open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(io(what)(e)),
        };
        let length = file.len().map_err(io(&what))?.min(4096);
        let mut bytes = vec![0; usize::try_from(length).expect("at most 4096")];
        file.read_at(0, &mut bytes).map_err(io(&what))?;
        Anchor::parse(&what, &bytes).map(Some)
    }

    /// The anchor in the folder, if there is one.
    pub(super) fn own(&self) -> Result<Option<Anchor>, StoreError> {
        self.read(&self.path)
    }

    /// The anchor in the second place, if there is one.
    pub(super) fn copied(&self) -> Result<Option<Anchor>, StoreError> {
        self.copy.as_ref().map_or(Ok(None), |path| self.read(path))
    }

    /// Write a new anchor beside the old one, durably: what is most likely to fail
    /// fails here.
    pub(super) fn prepare(&self, anchor: Anchor) -> Result<(), StoreError> {
        for path in self.places() {
            let temporary = path.with_extension("tmp");
            let write = || {
                let file = self.files.create(&temporary)?;
                file.write_at(0, &anchor.to_bytes())?;
                file.sync()
            };
            write().map_err(io(temporary.display().to_string()))?;
        }
        Ok(())
    }

    /// Put what was prepared in the old one's place, durably.
    pub(super) fn finish(&self) -> Result<(), StoreError> {
        for path in self.places() {
            let replace = || {
                self.files.rename(&path.with_extension("tmp"), path)?;
                self.files.sync_folder(folder_of(path))
            };
            replace().map_err(io(path.display().to_string()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_round_trip_and_every_flip_is_seen() {
        let anchor = Anchor {
            store: StoreId([1; 16]),
            epoch: 2,
            publication: 3,
            chain: [4; 32],
            segment: 5,
            batch: 6,
        };
        let bytes = anchor.to_bytes();
        assert_eq!(Anchor::parse("a", &bytes).expect("an anchor"), anchor);
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 4;
            assert!(Anchor::parse("a", &flipped).is_err());
            assert!(Anchor::parse("a", &bytes[..at]).is_err());
        }
    }
}
