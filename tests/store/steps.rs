//! Random sequences of operations, and everything that can be seen of a store.

use std::collections::BTreeMap;
use std::sync::Arc;

use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::store::{
    Change, Epoch, Expect, Found, Head, LogId, Refused, SignedHead, Space, Store, StoreError,
    Waiting,
};
use undersigned::tlog::hash::{Hash, leaf_hash};

use crate::leaves::{P, Q, accept, key, leaf, signed};

const SPACES: [Space; 2] = [Space("one"), Space("two")];
/// Leaves have numbers below this.
const LEAVES: u64 = 160;

/// What a record must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Anything,
    Absent,
    Value(u8),
}

/// One operation, made of random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Accept `count` leaves from number `first` on, with a record each.
    Accept {
        p: PetitionId,
        tree: Tree,
        first: u64,
        count: u64,
    },
    /// Write or delete a record on some condition.
    Record {
        space: Space,
        key: u8,
        value: Option<u8>,
        expect: Condition,
    },
    /// Stage at most `limit` of the leaves that wait.
    Stage {
        p: PetitionId,
        tree: Tree,
        limit: usize,
    },
    /// Stage entries of some length.
    StageJournal {
        count: u8,
        length: u16,
    },
    /// Publish what is staged; also renew another log's checkpoint.
    Publish {
        renew: bool,
    },
    Unstage,
    Lease,
    Restart,
}

impl Step {
    pub(crate) fn of([op, a, b, c]: [u8; 4]) -> Self {
        let p = if a & 1 == 0 { P } else { Q };
        let tree = Tree::ALL[usize::from(a >> 1) % 4];
        match op % 32 {
            0..=7 => Self::Accept {
                p,
                tree,
                first: u64::from(b) % LEAVES,
                count: 1 + u64::from(c) % 24,
            },
            8..=13 => Self::Record {
                space: SPACES[usize::from(a & 1)],
                key: a % 12,
                value: (b % 4 > 0).then_some(b),
                expect: match c % 6 {
                    0 => Condition::Value(c),
                    3 => Condition::Absent,
                    _ => Condition::Anything,
                },
            },
            14..=19 => Self::Stage {
                p,
                tree,
                limit: if b < 128 {
                    usize::MAX
                } else {
                    usize::from(c) % 80
                },
            },
            20..=21 => Self::StageJournal {
                count: a % 20,
                length: u16::from(b) * u16::from(c) / 16,
            },
            22..=27 => Self::Publish { renew: a % 3 == 0 },
            28 => Self::Unstage,
            29 => Self::Lease,
            _ => Self::Restart,
        }
    }

    /// A sequence that follows from a seed.
    pub(crate) fn sequence(seed: u64, count: usize) -> Vec<Self> {
        let mut reader = blake3::Hasher::new()
            .update(&seed.to_be_bytes())
            .finalize_xof();
        let mut step = || {
            let mut bytes = [0; 4];
            reader.fill(&mut bytes);
            Self::of(bytes)
        };
        (0..count).map(|_| step()).collect()
    }
}

fn value(seed: u8) -> Vec<u8> {
    // Every eighth is kept in parts.
    let length = if seed.is_multiple_of(8) { 9000 } else { 40 };
    vec![seed; length + usize::from(seed)]
}

/// What an operation answered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Verdicts(Vec<Result<(), Refused>>),
    Staged(Head),
    Done,
}

/// A writer's term on one store.
pub(crate) struct Session {
    pub(crate) store: Arc<dyn Store>,
    epoch: Epoch,
    staged: BTreeMap<LogId, Head>,
}

impl Session {
    pub(crate) fn begin(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let epoch = store.take_lease()?;
        let staged = BTreeMap::new();
        Ok(Self {
            store,
            epoch,
            staged,
        })
    }

    pub(crate) fn unstage(&mut self) -> Result<(), StoreError> {
        self.staged.clear();
        self.store.unstage(self.epoch)
    }

    /// Do it; restarting is the caller's business.
    pub(crate) fn step(&mut self, step: Step) -> Result<Answer, StoreError> {
        match step {
            Step::Accept {
                p,
                tree,
                first,
                count,
            } => {
                let change = |n| {
                    let mut change = accept(p, tree, n);
                    let record = (SPACES[0], n.to_be_bytes().to_vec(), vec![1; 20]);
                    change.put.push(record);
                    change
                };
                self.commit((first..first + count).map(change).collect())
            }
            Step::Record {
                space,
                key,
                value: v,
                expect,
            } => {
                let key = vec![key];
                let mut change = Change::default();
                match v {
                    Some(v) => change.put.push((space, key.clone(), value(v))),
                    None => change.delete.push((space, key.clone())),
                }
                let expect = match expect {
                    Condition::Anything => None,
                    Condition::Absent => Some(Expect::Absent),
                    Condition::Value(v) => Some(Expect::Value(value(v))),
                };
                change
                    .expect
                    .extend(expect.map(|expect| (space, key, expect)));
                self.commit(vec![change])
            }
            Step::Stage { p, tree, limit } => {
                let log = LogId::Tree(p, tree);
                if self.staged.contains_key(&log) {
                    return Ok(Answer::Done);
                }
                let mut waiting = self.store.waiting(p, tree, limit)?;
                waiting.sort_by_key(|w| w.hash);
                let leaves: Vec<Vec<u8>> = waiting.into_iter().map(|w| w.leaf).collect();
                self.stage(log, &leaves)
            }
            Step::StageJournal { count, length } => {
                let entries: Vec<Vec<u8>> =
                    (0..count).map(|i| vec![i; usize::from(length)]).collect();
                self.stage(LogId::Journal, &entries)
            }
            Step::Publish { renew } => {
                let mut heads: Vec<(LogId, SignedHead)> = std::mem::take(&mut self.staged)
                    .into_iter()
                    .map(|(log, head)| (log, signed(head)))
                    .collect();
                let log = LogId::Tree(P, Tree::Roll);
                let is_named = heads.iter().any(|(named, _)| *named == log);
                if renew
                    && !is_named
                    && let Some(mut head) = self.store.head(log)?
                {
                    head.checkpoint = format!("cosigned {}", head.head.size).into_bytes();
                    heads.push((log, head));
                }
                self.store.publish(self.epoch, heads)?;
                Ok(Answer::Done)
            }
            Step::Unstage => self.unstage().map(|()| Answer::Done),
            Step::Lease => {
                *self = Self::begin(self.store.clone())?;
                Ok(Answer::Done)
            }
            Step::Restart => Ok(Answer::Done),
        }
    }

    fn commit(&self, changes: Vec<Change>) -> Result<Answer, StoreError> {
        self.store.commit(self.epoch, changes).map(Answer::Verdicts)
    }

    fn stage(&mut self, log: LogId, leaves: &[Vec<u8>]) -> Result<Answer, StoreError> {
        let head = self.store.stage(self.epoch, log, leaves)?;
        if !leaves.is_empty() {
            self.staged.insert(log, head);
        }
        Ok(Answer::Staged(head))
    }
}

type Records = Vec<(Vec<u8>, Vec<u8>)>;

/// Everything that can be seen of a store.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    heads: BTreeMap<LogId, SignedHead>,
    leaves: BTreeMap<LogId, Vec<Vec<u8>>>,
    tiles: BTreeMap<(LogId, u8, u64), Vec<Hash>>,
    waiting: BTreeMap<(PetitionId, Tree), Vec<Waiting>>,
    records: BTreeMap<Space, Records>,
    found: Vec<Option<Found>>,
}

impl Seen {
    pub(crate) fn of(store: &dyn Store) -> Result<Self, StoreError> {
        let mut seen = Self {
            heads: BTreeMap::new(),
            leaves: BTreeMap::new(),
            tiles: BTreeMap::new(),
            waiting: BTreeMap::new(),
            records: BTreeMap::new(),
            found: Vec::new(),
        };
        for log in store.logs()? {
            let head = store.head(log)?.expect("a listed log has a head");
            let size = head.head.size;
            seen.heads.insert(log, head);
            seen.leaves.insert(log, store.leaves(log, 0, usize::MAX)?);
            for level in 0..2 {
                let count = size >> (8 * level);
                for index in 0..count.div_ceil(256) {
                    let width = u16::try_from((count - index * 256).min(256)).expect("small");
                    let tile = store.tile(log, level, index, width)?;
                    seen.tiles.insert((log, level, index), tile);
                }
            }
        }
        for (p, tree) in [P, Q]
            .into_iter()
            .flat_map(|p| Tree::ALL.map(|tree| (p, tree)))
        {
            let waiting = store.waiting(p, tree, usize::MAX)?;
            let count = (waiting.len() as u64, waiting.first().map(|w| w.accepted));
            assert_eq!(store.waiting_count(p, tree)?, count);
            seen.waiting.insert((p, tree), waiting);
            for n in (0..LEAVES + 30).step_by(7) {
                let by_key = store.find(p, tree, &key(tree, n))?;
                let by_hash = store.find_hash(p, tree, &leaf_hash(&leaf(tree, n)))?;
                assert_eq!(by_key, by_hash);
                seen.found.push(by_key);
            }
        }
        for space in SPACES {
            seen.records
                .insert(space, store.scan(space, b"", None, usize::MAX)?);
            for key in 0..12u8 {
                let value = store.get(space, &[key])?;
                let in_scan = seen.records[&space].iter().find(|(k, _)| *k == [key]);
                assert_eq!(value.as_ref(), in_scan.map(|(_, value)| value));
            }
        }
        Ok(seen)
    }
}

impl Seen {
    /// Whether the same is published, whatever waits and is recorded.
    pub(crate) fn is_published_as(&self, other: &Self) -> bool {
        self.heads == other.heads && self.leaves == other.leaves && self.tiles == other.tiles
    }
}
