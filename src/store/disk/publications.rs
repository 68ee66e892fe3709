//! The log of publications: one frame makes the heads of several logs visible
//! together (`spec/storage.md`, "Publications").
//!
//! It also remembers from which size on the index and sled still have to be brought
//! up to date after a restart.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::codec::{self, Reader, put_block};
use super::error::{WriteError, damaged, io};
use super::files::Files;
use super::frame;
use super::frames::{self, Frames};
use super::header::{Header, Kind, StoreId};
use crate::store::{Head, LogId, SignedHead, StoreError};
use crate::tlog::hash::Hash;

/// All heads, and which logs grew when.
const SNAPSHOT: u32 = 1;
/// One publication.
const PUBLICATION: u32 = 2;
/// sled is durable up to some publication and batch.
const SYNCED: u32 = 3;

const RESTORE: &str = "restore the data folder from a backup that is no older than what was \
                       signed; it is never rebuilt from less";

/// The file is begun anew when it is longer than this and mostly history.
const COMPACT: u64 = 32 << 20;

/// A published log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Published {
    /// Its short name in index and sled, for ever.
    pub(super) number: u32,
    /// Where its entries end in the entry log.
    pub(super) end: u64,
    pub(super) signed: SignedHead,
}

/// That a log grew in a publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Growth {
    publication: u64,
    log: LogId,
    /// Its size before.
    from: u64,
}

/// How far sled is durable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Synced {
    pub(super) publication: u64,
    pub(super) batch: u64,
}

/// What the file says.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    /// Number of the last publication.
    pub(super) last: u64,
    pub(super) chain: [u8; 32],
    pub(super) heads: BTreeMap<LogId, Published>,
    pub(super) synced: Synced,
    /// Growth is known of later publications only.
    pub(super) forgotten: u64,
    growth: VecDeque<Growth>,
    /// Chain values of the publications that were read, for comparison with anchors.
    chains: BTreeMap<u64, [u8; 32]>,
}

/// The log of publications, open for appending.
pub(super) struct Publications {
    files: Arc<dyn Files>,
    path: PathBuf,
    store: StoreId,
    frames: Frames,
    pub(super) contents: Contents,
}

fn put_published(out: &mut Vec<u8>, log: LogId, published: &Published) {
    out.extend_from_slice(&codec::log_id(log));
    out.extend_from_slice(&published.number.to_be_bytes());
    out.extend_from_slice(&published.signed.head.size.to_be_bytes());
    out.extend_from_slice(&published.signed.head.root.0);
    out.extend_from_slice(&published.end.to_be_bytes());
    put_block(out, &published.signed.checkpoint);
}

fn read_published(r: &mut Reader<'_>) -> Option<(LogId, Published)> {
    let log = r.log_id()?;
    let number = r.u32()?;
    let head = Head {
        size: r.u64()?,
        root: Hash(r.array()?),
    };
    let end = r.u64()?;
    let checkpoint = r.block()?.to_vec();
    let signed = SignedHead { head, checkpoint };
    Some((
        log,
        Published {
            number,
            end,
            signed,
        },
    ))
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    let count = u32::try_from(count).expect("fewer than 2^32 logs");
    out.extend_from_slice(&count.to_be_bytes());
}

impl Contents {
    /// The next publication's chain value.
    fn link(&self, body: &[u8]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.chain).update(body);
        *hasher.finalize().as_bytes()
    }

    fn snapshot(&self) -> Vec<u8> {
        let mut out = frame::buffer();
        out.extend_from_slice(&self.last.to_be_bytes());
        out.extend_from_slice(&self.chain);
        out.extend_from_slice(&self.synced.publication.to_be_bytes());
        out.extend_from_slice(&self.synced.batch.to_be_bytes());
        out.extend_from_slice(&self.forgotten.to_be_bytes());
        put_count(&mut out, self.heads.len());
        for (log, published) in &self.heads {
            put_published(&mut out, *log, published);
        }
        put_count(&mut out, self.growth.len());
        for growth in &self.growth {
            out.extend_from_slice(&growth.publication.to_be_bytes());
            out.extend_from_slice(&codec::log_id(growth.log));
            out.extend_from_slice(&growth.from.to_be_bytes());
        }
        out
    }

    fn read_snapshot(body: &[u8]) -> Option<Self> {
        let mut r = Reader(body);
        let mut contents = Self {
            last: r.u64()?,
            chain: r.array()?,
            synced: Synced {
                publication: r.u64()?,
                batch: r.u64()?,
            },
            forgotten: r.u64()?,
            ..Self::default()
        };
        for _ in 0..r.u32()? {
            contents.heads.extend([read_published(&mut r)?]);
        }
        for _ in 0..r.u32()? {
            contents.growth.push_back(Growth {
                publication: r.u64()?,
                log: r.log_id()?,
                from: r.u64()?,
            });
        }
        contents.chains.insert(contents.last, contents.chain);
        r.is_empty().then_some(contents)
    }

    fn publication(&self, heads: &[(LogId, Published)]) -> Vec<u8> {
        let mut out = frame::buffer();
        out.extend_from_slice(&(self.last + 1).to_be_bytes());
        put_count(&mut out, heads.len());
        for (log, published) in heads {
            put_published(&mut out, *log, published);
        }
        out
    }

    fn read_publication(&mut self, body: &[u8]) -> Option<()> {
        let chain = self.link(body);
        let mut r = Reader(body);
        let number = r.u64()?;
        let heads: Vec<_> = (0..r.u32()?)
            .map(|_| read_published(&mut r))
            .collect::<Option<_>>()?;
        if number != self.last + 1 || !r.is_empty() {
            return None;
        }
        self.apply(chain, heads);
        Some(())
    }

    fn apply(&mut self, chain: [u8; 32], heads: Vec<(LogId, Published)>) {
        self.last += 1;
        self.chain = chain;
        for (log, published) in heads {
            let from = self.size(log);
            if published.signed.head.size > from {
                let publication = self.last;
                self.growth.push_back(Growth {
                    publication,
                    log,
                    from,
                });
            }
            self.heads.insert(log, published);
        }
    }

    fn read_synced(&mut self, body: &[u8]) -> Option<()> {
        let mut r = Reader(body);
        self.synced = Synced {
            publication: r.u64()?,
            batch: r.u64()?,
        };
        r.is_empty().then_some(())
    }

    /// The published size of a log.
    pub(super) fn size(&self, log: LogId) -> u64 {
        self.heads.get(&log).map_or(0, |p| p.signed.head.size)
    }

    /// The logs that grew after a publication, which must not be before
    /// [`Contents::forgotten`], with their size at it.
    pub(super) fn grown_since(&self, publication: u64) -> BTreeMap<LogId, u64> {
        let mut grown = BTreeMap::new();
        let later = self.growth.iter().filter(|g| g.publication > publication);
        for growth in later {
            grown.entry(growth.log).or_insert(growth.from);
        }
        grown
    }

    /// Forget growth that both index and sled have durably.
    pub(super) fn forget(&mut self, publication: u64) {
        self.forgotten = self.forgotten.max(publication);
        while self
            .growth
            .front()
            .is_some_and(|g| g.publication <= publication)
        {
            self.growth.pop_front();
        }
    }

    /// Whether the publication with this number and chain value is among these.
    pub(super) fn contains(&self, publication: u64, chain: [u8; 32]) -> bool {
        let known = match self.chains.get(&publication) {
            Some(known) => *known,
            None if publication == self.last => self.chain,
            // Older than the first that is known one by one.
            None => return publication < self.last,
        };
        known == chain
    }
}

impl Publications {
    fn header(store: StoreId) -> Header {
        Header::new(Kind::Publications, store, 0)
    }

    /// Which store the file at a path belongs to.
    pub(super) fn identify(files: &dyn Files, path: &Path) -> Result<StoreId, StoreError> {
        let what = path.display().to_string();
        let file = files.open(path).map_err(io(&what))?;
        Header::read(&what, Kind::Publications, &*file).map(|header| header.store)
    }

    /// Read the file, or `None` where there is none.
    pub(super) fn read(
        files: &dyn Files,
        path: &Path,
        store: StoreId,
    ) -> Result<Option<Contents>, StoreError> {
        let what = path.display().to_string();
        let file = match files.open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(io(what)(e)),
        };
        let header = Self::header(store);
        header.require(&what, &*file)?;
        let mut contents: Option<Contents> = None;
        frames::replay(&what, &*file, header, RESTORE, |at, frame| {
            let read = match (frame.kind, contents.as_mut()) {
                (SNAPSHOT, None) => {
                    contents = Contents::read_snapshot(&frame.body);
                    contents.as_ref().map(|_| ())
                }
                (PUBLICATION, Some(contents)) => {
                    let read = contents.read_publication(&frame.body);
                    contents.chains.insert(contents.last, contents.chain);
                    read
                }
                (SYNCED, Some(contents)) => contents.read_synced(&frame.body),
                _ => None,
            };
            read.ok_or_else(|| damaged(format!("{what}, byte {at}"), RESTORE))
        })?;
        let empty = || damaged(format!("{what}, byte 96"), RESTORE);
        contents.map(Some).ok_or_else(empty)
    }

    /// Begin the file anew with what is known, durably in place of the old one.
    pub(super) fn begin(
        files: Arc<dyn Files>,
        path: PathBuf,
        store: StoreId,
        mut contents: Contents,
    ) -> Result<Self, StoreError> {
        contents.chains.clear();
        let frames =
            Self::rewrite(&*files, &path, store, &contents).map_err(WriteError::into_inner)?;
        Ok(Self {
            files,
            path,
            store,
            frames,
            contents,
        })
    }

    fn rewrite(
        files: &dyn Files,
        path: &Path,
        store: StoreId,
        contents: &Contents,
    ) -> Result<Frames, WriteError> {
        let temporary = path.with_extension("tmp");
        let mut frames =
            Frames::create(files, &temporary, Self::header(store)).map_err(WriteError::Undone)?;
        frames
            .append(SNAPSHOT, contents.snapshot())
            .map_err(|e| WriteError::Undone(e.into_inner()))?;
        let replace = || {
            files.rename(&temporary, path)?;
            files.sync_folder(path.parent().expect("the file is in the data folder"))
        };
        let replaced = replace().map_err(io(path.display().to_string()));
        // Whether the old or the new one has the name is open now.
        replaced.map_err(WriteError::InDoubt)?;
        Ok(frames)
    }

    /// The chain value that publishing these heads gives.
    pub(super) fn next_chain(&self, heads: &[(LogId, Published)]) -> [u8; 32] {
        let buffer = self.contents.publication(heads);
        self.contents.link(&buffer[frame::FRAME_HEAD..])
    }

    /// Make heads visible to whoever opens the folder: the moment of publication.
    pub(super) fn append(&mut self, heads: Vec<(LogId, Published)>) -> Result<(), WriteError> {
        let buffer = self.contents.publication(&heads);
        let chain = self.contents.link(&buffer[frame::FRAME_HEAD..]);
        self.frames.append(PUBLICATION, buffer)?;
        self.contents.apply(chain, heads);
        Ok(())
    }

    /// Note how far sled is durable.
    pub(super) fn note_synced(&mut self, synced: Synced) -> Result<(), WriteError> {
        let mut buffer = frame::buffer();
        buffer.extend_from_slice(&synced.publication.to_be_bytes());
        buffer.extend_from_slice(&synced.batch.to_be_bytes());
        self.frames.append(SYNCED, buffer)?;
        self.contents.synced = synced;
        Ok(())
    }

    /// Begin the file anew when most of it is history.
    pub(super) fn compact(&mut self) -> Result<(), WriteError> {
        let live = self.contents.snapshot().len() as u64;
        if self.frames.len() > COMPACT.max(4 * live) {
            let (files, path) = (&*self.files, &self.path);
            self.frames = Self::rewrite(files, path, self.store, &self.contents)?;
        }
        Ok(())
    }
}
