//! What the log of publications says: heads, and from which size on index and sled
//! still have to be brought up to date after a restart.

use std::collections::{BTreeMap, VecDeque};

use crate::store::disk::codec::{self, Reader, put_block};
use crate::store::disk::frame;
use crate::store::{Head, LogId, SignedHead};
use crate::tlog::hash::Hash;

/// A published log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Published {
    /// Its short name in index and sled, for ever.
    pub(crate) number: u32,
    /// Where its entries end in the entry log.
    pub(crate) end: u64,
    pub(crate) signed: SignedHead,
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
pub(crate) struct Synced {
    pub(crate) publication: u64,
    pub(crate) batch: u64,
}

/// What the file says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    /// Number of the last publication.
    pub(crate) last: u64,
    pub(crate) chain: [u8; 32],
    pub(crate) heads: BTreeMap<LogId, Published>,
    pub(crate) synced: Synced,
    /// Growth is known of later publications only.
    pub(crate) forgotten: u64,
    growth: VecDeque<Growth>,
    /// Chain values of the publications that were read, for comparison with anchors.
    pub(super) chains: BTreeMap<u64, [u8; 32]>,
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
    pub(super) fn link(&self, body: &[u8]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.chain).update(body);
        *hasher.finalize().as_bytes()
    }

    pub(super) fn snapshot(&self) -> Vec<u8> {
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

    pub(super) fn read_snapshot(body: &[u8]) -> Option<Self> {
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

    pub(super) fn publication(&self, heads: &[(LogId, Published)]) -> Vec<u8> {
        let mut out = frame::buffer();
        out.extend_from_slice(&(self.last + 1).to_be_bytes());
        put_count(&mut out, heads.len());
        for (log, published) in heads {
            put_published(&mut out, *log, published);
        }
        out
    }

    pub(super) fn read_publication(&mut self, body: &[u8]) -> Option<()> {
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

    pub(super) fn apply(&mut self, chain: [u8; 32], heads: Vec<(LogId, Published)>) {
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

    pub(super) fn read_synced(&mut self, body: &[u8]) -> Option<()> {
        let mut r = Reader(body);
        self.synced = Synced {
            publication: r.u64()?,
            batch: r.u64()?,
        };
        r.is_empty().then_some(())
    }

    /// The published size of a log.
    pub(crate) fn size(&self, log: LogId) -> u64 {
        self.heads.get(&log).map_or(0, |p| p.signed.head.size)
    }

    /// The logs that grew after a publication, which must not be before
    /// [`Contents::forgotten`], with their size at it.
    pub(crate) fn grown_since(&self, publication: u64) -> BTreeMap<LogId, u64> {
        let mut grown = BTreeMap::new();
        let later = self.growth.iter().filter(|g| g.publication > publication);
        for growth in later {
            grown.entry(growth.log).or_insert(growth.from);
        }
        grown
    }

    /// Forget growth that both index and sled have durably.
    pub(crate) fn forget(&mut self, publication: u64) {
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
    pub(crate) fn contains(&self, publication: u64, chain: [u8; 32]) -> bool {
        let known = match self.chains.get(&publication) {
            Some(known) => *known,
            None if publication == self.last => self.chain,
            // Older than the first that is known one by one.
            None => return publication < self.last,
        };
        known == chain
    }
}
