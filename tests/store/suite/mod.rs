//! What every engine must do. Each test is one function, run on each engine.

mod accepting;
mod publishing;
mod reading;
mod state;
mod trees;

use undersigned::protocol::ids::{PetitionId, Tree};
use undersigned::store::{Change, Head, LogId, Refused};

use crate::engine::Writer;
use crate::leaves::{accept, signed};

impl Writer {
    /// Commit one change.
    pub(crate) fn commit(&self, change: Change) -> Result<(), Refused> {
        let mut verdicts = self
            .store
            .commit(self.epoch, vec![change])
            .expect("a commit");
        assert_eq!(verdicts.len(), 1);
        verdicts.remove(0)
    }

    /// Accept leaves by number, in one commit.
    pub(crate) fn accept(&self, p: PetitionId, tree: Tree, numbers: impl IntoIterator<Item = u64>) {
        let changes = numbers.into_iter().map(|n| accept(p, tree, n)).collect();
        for verdict in self.store.commit(self.epoch, changes).expect("a commit") {
            verdict.expect("a new leaf");
        }
    }

    /// Stage all that waits for a tree, by leaf hash.
    pub(crate) fn stage_waiting(&self, p: PetitionId, tree: Tree) -> Head {
        let mut waiting = self.store.waiting(p, tree, usize::MAX).expect("waiting");
        waiting.sort_by_key(|w| w.hash);
        let leaves: Vec<Vec<u8>> = waiting.into_iter().map(|w| w.leaf).collect();
        let log = LogId::Tree(p, tree);
        self.store.stage(self.epoch, log, &leaves).expect("staging")
    }

    /// Publish these heads.
    pub(crate) fn publish(&self, heads: &[(LogId, Head)]) {
        let heads = heads.iter().map(|(log, head)| (*log, signed(*head)));
        self.store
            .publish(self.epoch, heads.collect())
            .expect("publication");
    }

    /// Accept leaves by number and publish all that waits for that tree.
    pub(crate) fn grow(
        &self,
        p: PetitionId,
        tree: Tree,
        numbers: impl IntoIterator<Item = u64>,
    ) -> Head {
        self.accept(p, tree, numbers);
        let head = self.stage_waiting(p, tree);
        self.publish(&[(LogId::Tree(p, tree), head)]);
        head
    }
}

/// The suite, once for each engine.
macro_rules! suite {
    ($($part:ident: $($test:ident),+;)+) => {
        mod memory {
            $($(#[test] fn $test() { super::$part::$test(&mut crate::engine::Memory::new()); })+)+
        }

        mod disk {
            $($(#[test] fn $test() { super::$part::$test(&mut crate::engine::Disk::new()); })+)+
        }

        mod small_disk {
            $($(#[test] fn $test() { super::$part::$test(&mut crate::engine::Disk::small()); })+)+
        }
    };
}

suite! {
    accepting: leaves_wait_in_commit_order, one_key_once_while_waiting, one_key_once_for_ever,
        one_verdict_for_each_change, a_refused_change_does_nothing, keys_are_per_tree,
        a_malformed_leaf_fails_the_commit, waiting_survives;
    state: records_come_and_go, expectations_hold_or_nothing_happens, scans_are_pages,
        large_values_fit, state_survives;
    publishing: staged_leaves_are_invisible, unstaging_undoes, publication_is_atomic,
        wrong_heads_are_refused, only_waiting_leaves_are_staged, a_crash_undoes_staging,
        a_new_checkpoint_for_an_old_head, old_epochs_are_fenced, staging_goes_on_after_staging,
        publication_survives;
    reading: nothing_is_published_at_first, leaves_are_read_in_pages, leaves_are_found,
        journal_entries_of_any_length, outside_is_not_published;
    trees: tiles_equal_the_model, heads_equal_the_model;
}
