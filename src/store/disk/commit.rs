//! Group commit: judge changes one after the other, write those that hold in one frame
//! (`spec/storage.md`, "Commit").

use std::collections::{BTreeMap, HashMap};
use std::sync::MutexGuard;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::batch::{Records, put_batch, record_key};
use super::engine::{Commits, Engine};
use super::segment::Segment;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::leaf::{LeafError, unique_key};
use crate::store::{Change, Epoch, Expect, Found, Refused, StoreError, Waiting};
use crate::tlog::hash::leaf_hash;

/// How long a commit waits for a new segment when the old one is far too long.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a commit will add: the changes judged so far.
#[derive(Default)]
struct Draft {
    records: Records,
    accepted: BTreeMap<(PetitionId, Tree), Vec<Waiting>>,
    keys: HashMap<(PetitionId, Tree, [u8; 32]), usize>,
}

/// A change with the unique keys of the leaves that it accepts.
type Parsed = (Change, Vec<[u8; 32]>);

fn parse(change: Change) -> Result<Parsed, LeafError> {
    let keys = change.accept.iter().map(|(_, tree, waiting)| {
        debug_assert_eq!(waiting.hash, leaf_hash(&waiting.leaf));
        unique_key(*tree, &waiting.leaf)
    });
    let keys = keys.collect::<Result<_, _>>()?;
    Ok((change, keys))
}

impl Draft {
    fn judge(
        &self,
        engine: &Engine,
        (change, keys): &Parsed,
    ) -> Result<Result<(), Refused>, StoreError> {
        for (space, key, expect) in &change.expect {
            let key = record_key(*space, key);
            let value = match self.records.get(&key) {
                Some(drafted) => drafted.clone(),
                None => engine.record(&key)?,
            };
            let holds = match expect {
                Expect::Absent => value.is_none(),
                Expect::Value(expected) => value.as_ref() == Some(expected),
            };
            if !holds {
                return Ok(Err(Refused::Conflict(*space)));
            }
        }
        for (i, ((p, tree, _), key)) in change.accept.iter().zip(keys).enumerate() {
            let same = |(other, other_key): (&(PetitionId, Tree, Waiting), &[u8; 32])| {
                (other.0, other.1) == (*p, *tree) && other_key == key
            };
            let own = change.accept[..i].iter().zip(keys).find(|pair| same(*pair));
            let drafted = own.map(|(accepted, _)| &accepted.2).or_else(|| {
                let at = self.keys.get(&(*p, *tree, *key))?;
                Some(&self.accepted[&(*p, *tree)][*at])
            });
            let existing = match drafted {
                Some(waiting) => Some(Found::Waiting(waiting.clone())),
                None => engine.find(*p, *tree, key)?,
            };
            if let Some(existing) = existing {
                let tree = *tree;
                return Ok(Err(Refused::Duplicate { tree, existing }));
            }
        }
        Ok(Ok(()))
    }

    fn take(&mut self, (change, keys): Parsed) {
        for (space, key, value) in change.put {
            self.records.insert(record_key(space, &key), Some(value));
        }
        for (space, key) in change.delete {
            self.records.insert(record_key(space, &key), None);
        }
        for ((p, tree, waiting), key) in change.accept.into_iter().zip(keys) {
            let list = self.accepted.entry((p, tree)).or_default();
            self.keys.insert((p, tree, key), list.len());
            list.push(waiting);
        }
    }

    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.accepted.is_empty()
    }

    /// Leaves by hash, so that not even their order in this commit is kept.
    fn sort(&mut self) {
        self.keys.clear();
        for list in self.accepted.values_mut() {
            list.sort_unstable_by_key(|waiting| waiting.hash);
        }
    }
}

impl Engine {
    /// The right to commit, once the segment is not far too long: else whoever moves
    /// records into sled has fallen behind.
    fn commits_with_room(&self) -> Result<MutexGuard<'_, Commits>, StoreError> {
        let commits = self.commits()?;
        let is_long = |commits: &mut Commits| {
            commits.segment.len() > 4 * self.limits.segment_bytes && self.alive().is_ok()
        };
        self.upkeep
            .notify_if(commits.segment.len() > self.limits.segment_bytes);
        let waited = self.rotated.wait_timeout_while(commits, PATIENCE, is_long);
        let (commits, timeout) = waited.map_err(|_| self.panicked())?;
        self.alive()?;
        if timeout.timed_out() {
            return Err(StoreError::Engine {
                what: "commit".into(),
                detail: "the device does not keep up; what was accepted is safe, try later".into(),
            });
        }
        Ok(commits)
    }

    pub(super) fn commit(
        &self,
        epoch: Epoch,
        changes: Vec<Change>,
    ) -> Result<Vec<Result<(), Refused>>, StoreError> {
        let changes: Vec<Parsed> = changes.into_iter().map(parse).collect::<Result<_, _>>()?;
        let mut commits = self.commits_with_room()?;
        hold(epoch, commits.epoch)?;
        let mut draft = Draft::default();
        let mut verdicts = Vec::with_capacity(changes.len());
        for parsed in changes {
            let verdict = draft.judge(self, &parsed)?;
            if verdict.is_ok() {
                draft.take(parsed);
            }
            verdicts.push(verdict);
        }
        if !draft.is_empty() {
            self.ensure_space()?;
            draft.sort();
            let mut buffer = Segment::buffer();
            let accepted = draft.accepted.iter();
            let accepted = accepted.map(|(tree, list)| (*tree, list.iter().collect()));
            put_batch(&mut buffer, accepted, &draft.records);
            let appended = commits.segment.append(buffer);
            appended.map_err(|error| self.failed(error))?;
            let mut shared = self.write();
            shared.records.append(&mut draft.records);
            draft
                .accepted
                .into_iter()
                .for_each(|accepted| shared.waiting.add(accepted));
            drop(shared);
            let length = commits.segment.len();
            self.segment_bytes.store(length, Ordering::Relaxed);
            self.upkeep.notify_if(length > self.limits.segment_bytes);
        }
        Ok(verdicts)
    }
}

/// Refuse a writer that another has taken over from.
pub(super) fn hold(held: Epoch, newest: Epoch) -> Result<(), StoreError> {
    if held == newest {
        Ok(())
    } else {
        Err(StoreError::Fenced { held, newest })
    }
}
