//! Reading everything there is, and comparing what is kept twice
//! (`spec/storage.md`, "Damage").

use super::engine::Engine;
use super::entries::BLOCK;
use super::index::{Location, fingerprint_of_hash, fingerprint_of_key};
use super::projection::Growth;
use super::publications::Published;
use super::tail::{Tail, wrong_root};
use crate::protocol::leaf::unique_key;
use crate::store::{LogId, StoreError};
use crate::tlog::hash::{Hash, leaf_hash};

/// What was read and found to be whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Logs with a published head.
    pub logs: u64,
    /// Entries of all of them.
    pub entries: u64,
    /// Changes to records in the state log.
    pub records: u64,
}

/// Entries read at once.
const PAGE: usize = 4096;

impl Engine {
    /// Read every published entry, its hashes and its places in the index, and the whole
    /// state log. Ends at the first damage. What is published meanwhile may be left out.
    pub(super) fn check(&self) -> Result<Checked, StoreError> {
        let mut checked = Checked::default();
        let logs: Vec<LogId> = self.read().logs.keys().copied().collect();
        for log in logs {
            let Some((published, _)) = self.visible(log)? else {
                continue;
            };
            self.check_log(log, &published)?;
            checked.logs += 1;
            checked.entries += published.signed.head.size;
        }
        let _merges_wait = self.merging.lock().map_err(|_| self.panicked())?;
        let place = self.publication()?.state_log.place.clone();
        place.read(0, 0, |records| {
            checked.records += records.len() as u64;
            Ok(())
        })?;
        Ok(checked)
    }

    fn check_log(&self, log: LogId, published: &Published) -> Result<(), StoreError> {
        let head = published.signed.head;
        let mut tail = Tail::default();
        while tail.size() < head.size {
            let from = tail.size();
            let wanted = (head.size - from).min(PAGE as u64);
            let leaves = self.leaves(log, from, usize::try_from(wanted).expect("a page"))?;
            let mut growth = Growth::default();
            for (index, leaf) in (from..).zip(&leaves) {
                let hash = leaf_hash(leaf);
                self.check_index(log, published.number, index, leaf, &hash)?;
                tail.push(hash, &mut growth);
            }
            self.check_hashes(published.number, &growth)?;
        }
        if tail.head() == head {
            Ok(())
        } else {
            let entry_log = self.entries.open(log)?;
            Err(wrong_root(&entry_log, head.size / BLOCK * BLOCK))
        }
    }

    fn check_index(
        &self,
        log: LogId,
        number: u32,
        index: u64,
        leaf: &[u8],
        hash: &Hash,
    ) -> Result<(), StoreError> {
        let LogId::Tree(_, tree) = log else {
            return Ok(());
        };
        let key = unique_key(tree, leaf)?;
        let location = Location { log: number, index };
        for fingerprint in [
            fingerprint_of_key(number, &key),
            fingerprint_of_hash(number, &hash.0),
        ] {
            if !self.index.candidates(fingerprint)?.contains(&location) {
                return Err(super::error::damaged(
                    format!("the index: leaf {index} of {log}"),
                    "remove the folder `index`, which the next start makes again",
                ));
            }
        }
        Ok(())
    }

    fn check_hashes(&self, number: u32, growth: &Growth) -> Result<(), StoreError> {
        for (chunk, hashes) in &growth.chunks {
            if self.sled.chunk(number, *chunk)? != *hashes {
                return Err(self.sled.suspect(&format!("chunk {chunk} of log {number}")));
            }
        }
        for (level, index, hash) in &growth.uppers {
            if self.sled.uppers(number, *level, *index, 1)? != [*hash] {
                let what = format!("hash {index} at level {level} of log {number}");
                return Err(self.sled.suspect(&what));
            }
        }
        Ok(())
    }
}
