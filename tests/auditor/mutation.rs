//! One byte of one public file is changed: it is noticed, whichever it is.

use std::sync::LazyLock;

use proptest::prelude::*;
use undersigned::auditor::Verdict;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::statement::DateChange;
use undersigned::tlog::hash::leaf_hash;

use crate::forger::files::Files;
use crate::forger::{DAY, Forger};
use crate::run::{LATE, assert_fine, options, run, run_with};

/// An honest instance with something of everything.
static HONEST: LazyLock<Files> = LazyLock::new(|| {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..4);
    let roll = (4..300).map(|n| petition.roll(n)).collect();
    forger.batch(&petition, Tree::Roll, roll);
    let signatures = forger.tree(&petition, Tree::Signatures).clone();
    let index = petition.position(2, &signatures);
    let withdrawal = petition.withdrawal(2, index);
    forger.batch(&petition, Tree::Withdrawals, vec![withdrawal]);
    forger.tally(&petition);
    let struck = leaf_hash(&forger.tree(&petition, Tree::Roll)[9]);
    let strike = petition.strike(&struck, 9);
    forger.batch(&petition, Tree::Strikes, vec![strike]);
    let mut dates = petition.dates();
    dates.withdraw_until += DAY;
    forger.dated(&petition, DateChange::Later, &dates);
    forger.time = dates.submit_until + 60;
    forger.tally(&petition);
    forger.close(&petition);
    forger.files()
});

fn assert_noticed(files: &Files, what: &str) {
    let state = tempfile::tempdir().expect("a folder");
    match run_with(files, &options(state.path()), LATE) {
        // Could not look.
        Err(_) => {}
        Ok(report) => assert_ne!(report.verdict, Verdict::Fine, "{what}"),
    }
}

#[test]
fn the_instance_to_be_changed_is_honest() {
    assert_fine(&run(&*HONEST, LATE));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn any_changed_byte_is_noticed(
        file in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let mut files = HONEST.clone();
        let paths: Vec<String> = files.0.keys().cloned().collect();
        let path = &paths[file.index(paths.len())];
        let bytes = files.0.get_mut(path).expect("a path of these files");
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        assert_noticed(&files, &format!("{path} byte {at} ^ {flip}"));
    }
}

#[test]
fn every_byte_of_every_checkpoint_matters() {
    let files = HONEST.clone();
    for (path, bytes) in files
        .0
        .iter()
        .filter(|(path, _)| path.ends_with("checkpoint"))
    {
        // The ML-DSA-44 signature has 2420 bytes; a sample of them is enough here.
        let step = if bytes.len() > 1000 { 97 } else { 9 };
        for at in (0..bytes.len()).step_by(step) {
            let mut changed = files.clone();
            changed.0.get_mut(path).expect("is there")[at] ^= 1;
            assert_noticed(&changed, &format!("{path} byte {at}"));
        }
    }
}
