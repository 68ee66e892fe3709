//! R4, R12, R22: what is served of trees.

use undersigned::auditor::Verdict;
use undersigned::protocol::ids::Tree;
use undersigned::protocol::replay::{Fault, Rule};
use undersigned::protocol::tally::TreeHead;
use undersigned::tlog::hash::leaf_hash;

use crate::forger::files::Files;
use crate::forger::{Forger, Petition, checkpoint_as, root};
use crate::run::{NOW, assert_fine, found, run, run_in};

fn signed() -> (Forger, Petition) {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    (forger, petition)
}

fn path(petition: &Petition, tree: Tree, file: &str) -> String {
    format!("{}/{tree}/{file}", petition.id())
}

/// An instance whose roll fills two level-0 tiles.
fn large() -> (Forger, Petition, Files) {
    let (mut forger, petition) = Forger::with_petition();
    let roll = (0..600).map(|n| petition.roll(n)).collect();
    forger.batch(&petition, Tree::Roll, roll);
    forger.tally(&petition);
    let files = forger.files();
    (forger, petition, files)
}

#[test]
fn r4_a_hash_tile_that_is_not_that_of_the_entries() {
    let tiles = [
        ("tile/0/000", 255_u8),
        ("tile/0/001", 0),
        ("tile/0/002.p/88", 87),
        ("tile/1/000.p/2", 1),
    ];
    for (tile, position) in tiles {
        let (_, petition, mut files) = large();
        let path = path(&petition, Tree::Roll, tile);
        let good = files.0.clone();
        files.0.get_mut(&path).expect("is served")[usize::from(position) * 32 + 7] ^= 1;
        let state = tempfile::tempdir().expect("a folder");
        let report = run_in(&files, state.path(), NOW);
        let position = position.into();
        let expected = Fault::HashTile { path, position }.tree(petition.id(), Tree::Roll);
        let expected = vec![expected];
        assert_eq!(found(&report), expected);
        // Still wrong in the next run, and fine once it is served rightly.
        assert_eq!(found(&run_in(&files, state.path(), NOW)), expected);
        assert_fine(&run_in(&Files(good), state.path(), NOW));
    }
}

#[test]
fn r4_a_hash_tile_of_the_journal() {
    let (forger, _) = signed();
    let mut files = forger.files();
    let path = "tile/0/000.p/2".to_owned();
    files.0.get_mut(&path).expect("is served")[40] ^= 1;
    let report = run(&files, NOW);
    let fault = Fault::HashTile { path, position: 1 };
    assert_eq!(found(&report), [fault.journal()]);
}

#[test]
fn r12_other_leaves_than_the_tally_says() {
    for tree in [Tree::Roll, Tree::Signatures] {
        let (mut forger, petition) = signed();
        let stated = root(forger.tree(&petition, tree));
        forger.tree(&petition, tree)[1][50] ^= 1;
        let computed = root(forger.tree(&petition, tree));
        let fault = Fault::Root {
            size: 3,
            stated,
            computed,
        };
        let files = forger.files();
        let found = found(&run(&files, NOW));
        // The leaves cannot be judged, and nothing that follows from them is said.
        assert_eq!(found, [fault.head(petition.id(), tree, 1)], "{tree}");
    }
}

#[test]
fn r12_one_wrong_root_among_right_ones() {
    let (mut forger, petition) = signed();
    let roll = vec![petition.roll(3), petition.roll(4)];
    forger.batch(&petition, Tree::Roll, roll);
    let stated = leaf_hash(b"another root");
    let honest = forger.next_tally(&petition, None).to_string();
    let leaves = forger.tree(&petition, Tree::Roll).clone();
    let computed = root(&leaves);
    let text = honest.replace(&computed.to_string(), &stated.to_string());
    let entry = forger.tally_as(&petition, &text);
    let mut bad = petition.signature(3);
    bad[100] ^= 1;
    forger.batch(&petition, Tree::Signatures, vec![bad]);
    forger.batch(&petition, Tree::Roll, vec![petition.roll(5)]);
    forger.tally(&petition);
    let fault = Fault::Root {
        size: 5,
        stated,
        computed,
    };
    let state = tempfile::tempdir().expect("a folder");
    let report = run_in(&forger.files(), state.path(), NOW);
    let expected = [
        fault.head(petition.id(), Tree::Roll, entry),
        Fault::Token.leaf(petition.id(), Tree::Signatures, 3),
    ];
    assert_eq!(found(&report), expected);
    // A later root vouches for the leaves, so this is final and remembered.
    let again = run_in(&forger.files(), state.path(), NOW);
    assert_eq!(found(&again), expected);
    assert_eq!(again.work.leaves, 0);
}

#[test]
fn r22_a_checkpoint_by_another_key() {
    let (mut forger, petition) = signed();
    let tree = Tree::Signatures;
    let (_, head) = forger.heads(&petition)[2];
    let mut files = forger.files();
    let origin = petition.manifest.tree_origin(tree);
    let note = checkpoint_as("somebody else", &origin, &head);
    files.put(&path(&petition, tree, "checkpoint"), note);
    let report = run(&files, NOW);
    assert_eq!(report.deviations.len(), 1);
    assert_eq!(report.deviations[0].rule, Rule::R22);
    let deviation = &report.deviations[0].deviation;
    assert_eq!(
        (deviation.petition, deviation.tree),
        (Some(petition.id()), Some(tree))
    );
}

#[test]
fn r22_the_checkpoint_of_another_tree() {
    let (mut forger, petition) = signed();
    let (_, head) = forger.heads(&petition)[0];
    let mut files = forger.files();
    let note = petition.tree_checkpoint(Tree::Roll, &head);
    files.put(&path(&petition, Tree::Signatures, "checkpoint"), note);
    let report = run(&files, NOW);
    assert_eq!(report.deviations.len(), 1);
    assert_eq!(report.deviations[0].rule, Rule::R22);
    assert_eq!(report.deviations[0].deviation.tree, Some(Tree::Signatures));
}

#[test]
fn r22_a_checkpoint_that_says_something_else() {
    let (mut forger, petition) = signed();
    let (_, tally) = forger.heads(&petition)[0];
    let leaves = forger.tree(&petition, Tree::Roll).clone();
    let other = leaf_hash(b"another root");
    for checkpoint in [
        // Older, newer, and of the same size.
        TreeHead {
            size: 2,
            root: root(&leaves[..2]),
        },
        TreeHead {
            size: 4,
            root: other,
        },
        TreeHead {
            size: 3,
            root: other,
        },
    ] {
        let mut files = forger.files();
        let note = petition.tree_checkpoint(Tree::Roll, &checkpoint);
        files.put(&path(&petition, Tree::Roll, "checkpoint"), note);
        let report = run(&files, NOW);
        let expected = Fault::TreeHead { checkpoint, tally }.tree(petition.id(), Tree::Roll);
        assert_eq!(found(&report), [expected]);
    }
}

#[test]
fn r22_a_checkpoint_that_is_missing_is_not_fine() {
    let (forger, petition) = signed();
    let mut files = forger.files();
    files.0.remove(&path(&petition, Tree::Roll, "checkpoint"));
    let report = run(&files, NOW);
    assert_eq!(report.verdict, Verdict::CouldNotLook);
    assert_eq!(report.unchecked.len(), 1);
    assert_eq!(report.unchecked[0].tree, Some(Tree::Roll));
}

#[test]
fn r22_a_checkpoint_of_a_tree_without_leaves() {
    let (forger, petition) = signed();
    let mut files = forger.files();
    let checkpoint = TreeHead {
        size: 1,
        root: leaf_hash(b"hidden"),
    };
    let note = petition.tree_checkpoint(Tree::Strikes, &checkpoint);
    files.put(&path(&petition, Tree::Strikes, "checkpoint"), note);
    let report = run(&files, NOW);
    assert_eq!(report.deviations.len(), 1);
    assert_eq!(report.deviations[0].rule, Rule::R22);
}
