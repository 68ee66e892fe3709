//! Two heads of one log.

use undersigned::protocol::evidence::{
    Claim, Differ, Evidence, InconsistentJournal, InconsistentTree, Place, Side,
};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::tally::TreeHead;
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::{Note, NoteSigner};
use undersigned::tlog::size::TreeSize;

use super::{
    Worlds, accept, accepted, entry, heads, journal, one_less, other_manifest, published, reject,
    rejected, tally,
};
use crate::file::Case;
use crate::world::journal::{Hashes, Journal, TALLY, World};
use crate::world::{journal_cosigner, seed, tree_seed};

/// Where two logs differ, with proofs.
fn differ(first: &[Vec<u8>], second: &[Vec<u8>], index: u64) -> Differ {
    let place = |entries: &[Vec<u8>]| Place {
        leaf: leaf_hash(&entries[usize::try_from(index).expect("small")]),
        path: Hashes::of(entries).path(index),
    };
    Differ {
        index,
        first: place(first),
        second: place(second),
    }
}

fn two(first: &Journal, second: &Journal, differ: Option<Differ>) -> Claim {
    Claim::InconsistentJournal(InconsistentJournal {
        first: first.note().to_string(),
        second: second.note().to_string(),
        differ,
    })
}

fn journals(Worlds { single, split }: &Worlds) -> Vec<Case> {
    let manifest = &single.petition.manifest;
    let honest = &single.ledger;
    let after = |sizes| tally(manifest, Some(1), &heads(single, sizes), None);
    let earlier = honest.entries[1].clone();
    let other = journal(single, [earlier.clone(), after([6, 0, 4, 0])]);
    let grown = journal(
        single,
        [earlier.clone(), after([6, 0, 4, 0]), after([6, 0, 5, 0])],
    );
    let shorter = journal(single, [earlier]);
    let fork = two(honest, &other, None);
    let at = differ(&honest.entries, &grown.entries, TALLY);
    let same = differ(&honest.entries, &grown.entries, 1);
    let at_fact = format!(
        "shows two journals: leaf 2 has the hash {} in one and {} in the other",
        at.first.leaf, at.second.leaf
    );
    let roots_fact = format!(
        "shows two journals: over 3 leaves the root is {} in one and {} in the other",
        honest.checkpoint().root,
        other.checkpoint().root
    );
    let wrong_index = Differ {
        index: 1,
        ..at.clone()
    };
    let wrong_path = Differ {
        second: Place {
            path: vec![leaf_hash(b""); 2],
            ..at.second.clone()
        },
        ..at.clone()
    };
    let stranger = {
        let head = other.checkpoint();
        let signer = NoteSigner::new(other.origin, &seed(99)).expect("a name");
        let signatures = vec![
            signer.sign(&head.to_string()),
            journal_cosigner(other.origin).sign(&head, 1),
        ];
        Note::new(&head.to_string(), signatures).expect("a note")
    };
    let second = |note: &Note| {
        Claim::InconsistentJournal(InconsistentJournal {
            first: honest.note().to_string(),
            second: note.to_string(),
            differ: None,
        })
    };
    let without_manifest = |claim: &Claim| Evidence::new(None, claim.clone());
    let reject = |name, about, reason: &str, claim| reject(single, name, about, reason, claim);
    vec![
        accept(
            single,
            "journal-forked",
            "One size, two roots.",
            fork.clone(),
            &roots_fact,
        ),
        accepted(
            single,
            &single.policy(),
            "journal-without-manifest",
            "The policy's keys are enough.",
            &without_manifest(&fork),
            &roots_fact,
        ),
        accept(
            single,
            "journal-entry",
            "Two sizes, and an entry that differs.",
            two(honest, &grown, Some(at.clone())),
            &at_fact,
        ),
        reject(
            "journal-same",
            "The same head twice.",
            "the two heads have the same size and root",
            two(honest, honest, None),
        ),
        reject(
            "journal-grown",
            "An honest log that grew.",
            "one log can have a head of 2 and one of 3 leaves",
            two(&shorter, honest, None),
        ),
        reject(
            "journal-rollback",
            "An old head after a newer one.",
            "one log can have a head of 3 and one of 2 leaves",
            two(honest, &shorter, None),
        ),
        reject(
            "journal-same-entry",
            "An entry that is the same in both.",
            "leaf 1 is the same in both",
            two(honest, &grown, Some(same)),
        ),
        reject(
            "journal-other-index",
            "A path at another index.",
            "proof of leaf 1: ",
            two(honest, &grown, Some(wrong_index)),
        ),
        reject(
            "journal-other-path",
            "A path that leads elsewhere.",
            "proof of leaf 2: the hashes do not lead to the root",
            two(honest, &grown, Some(wrong_path)),
        ),
        reject(
            "journal-beyond",
            "An entry that one of them does not have.",
            "proof of leaf 3: leaf 3 is not in a tree of 3 leaves",
            two(honest, &grown, Some(Differ { index: 3, ..at })),
        ),
        reject(
            "journal-one-key",
            "Only one of the two keys of the log.",
            "the journal's checkpoint is not signed by petitions.example.org",
            second(&one_less(&other.note(), 1)),
        ),
        reject(
            "journal-by-stranger",
            "Another key of the same name.",
            "policy: not signed by ",
            second(&stranger),
        ),
        rejected(
            &split.policy(),
            "journal-two-logs",
            "Heads of two logs.",
            "the two heads are of \"ledger.example.org:8443\" and \"registrar.example.net\"",
            &Evidence::new(
                None,
                two(
                    &split.ledger,
                    split.registrar.as_ref().expect("split"),
                    None,
                ),
            ),
        ),
        rejected(
            &split.policy(),
            "journal-unknown",
            "A policy that knows other journals.",
            "policy: not signed by any known key",
            &Evidence::new(
                Some(manifest),
                Claim::InconsistentJournal(InconsistentJournal {
                    first: unwitnessed(&honest.note()).to_string(),
                    second: unwitnessed(&other.note()).to_string(),
                    differ: None,
                }),
            ),
        ),
    ]
}

fn unwitnessed(note: &Note) -> Note {
    let note = super::without(note, "witness.example.com/w1");
    super::without(&note, "witness.example.net/w2")
}

/// A tree's checkpoint under a manifest, signed by the key with this seed.
fn checkpoint(origin: &str, seed: &[u8; 32], head: &TreeHead) -> Side {
    let signer = NoteSigner::new(origin, seed).expect("a name");
    let text = Checkpoint {
        origin: origin.to_owned(),
        size: TreeSize(head.size),
        root: head.root,
    }
    .to_string();
    Side::checkpoint(&Note::new(&text, vec![signer.sign(&text)]).expect("a note"))
}

fn own_checkpoint(world: &World, tree: Tree, head: &TreeHead) -> Side {
    let origin = world.petition.manifest.tree_origin(tree);
    checkpoint(&origin, &tree_seed(tree), head)
}

const TREE: Tree = Tree::Signatures;

fn tree(first: Side, second: Side, differ: Option<Differ>) -> InconsistentTree {
    InconsistentTree {
        tree: TREE,
        first,
        second,
        published: None,
        differ,
    }
}

fn trees(Worlds { single, split }: &Worlds) -> Vec<Case> {
    let manifest = &single.petition.manifest;
    let leaves = single.petition.leaves(TREE);
    let other_leaves = [&leaves[..2], &leaves[3..]].concat();
    let with = |head: TreeHead| {
        let mut all = heads(single, [6, 0, 3, 0]);
        all[TREE as usize].1 = head;
        all
    };
    let head = |leaves: &[Vec<u8>]| Hashes::of(leaves).head();
    let all = |tallies: &[TreeHead]| {
        let tallies = tallies.iter().zip([None, Some(1), Some(2)]);
        let tallies: Vec<_> = tallies
            .map(|(head, previous)| tally(manifest, previous, &with(*head), None))
            .collect();
        journal(single, tallies)
    };
    let side = |journal: &Journal, index| Side::Tally(journal.journaled(index));
    let (three, five) = (head(&leaves[..3]), head(leaves));
    let (honest, changed) = (all(&[three, five]), all(&[three, head(&other_leaves[..3])]));
    let shrunk = all(&[five, three]);
    let swapped = all(&[three, head(&other_leaves)]);
    let at = differ(&leaves[..3], &other_leaves, 2);
    let of = |claim: InconsistentTree| Claim::InconsistentTree(claim);
    let roots = |first: &TreeHead, second: &TreeHead| {
        format!(
            "shows two signatures trees: over {} leaves the root is {} in one and {} in the other",
            first.size, first.root, second.root
        )
    };
    let other_three = head(&other_leaves[..3]);
    let checkpoints = || {
        tree(
            own_checkpoint(single, TREE, &three),
            own_checkpoint(single, TREE, &other_three),
            None,
        )
    };
    let shown = |journal: &Journal| InconsistentTree {
        published: Some(entry(journal, 0)),
        ..checkpoints()
    };
    // Anybody can write a manifest that names the instance's journal and keys of their own.
    let mut terms = manifest.terms().clone();
    terms.ledger.signatures = ed25519_dalek::SigningKey::from_bytes(&seed(98))
        .verifying_key()
        .to_bytes();
    let invented = undersigned::protocol::manifest::Manifest::new(&terms).expect("a manifest");
    let by_invented = |head| checkpoint(&invented.tree_origin(TREE), &seed(98), head);
    let invented_claim = |published| {
        let claim = tree(by_invented(&three), by_invented(&other_three), None);
        let claim = of(InconsistentTree { published, ..claim });
        Evidence::new(Some(&invented), claim)
    };
    let mut other_petition = journal(single, []);
    let other = other_manifest(single);
    other_petition.entries.push(published(&other));
    other_petition
        .entries
        .push(tally(&other, None, &with(three), None));
    other_petition
        .entries
        .push(tally(manifest, None, &with(other_three), None));
    let reject = |name, about, reason: &str, claim| reject(single, name, about, reason, of(claim));
    vec![
        accept(
            single,
            "tree-changed",
            "Two tallies, one size, two roots.",
            of(tree(side(&changed, 1), side(&changed, 2), None)),
            &roots(&three, &other_three),
        ),
        accept(
            single,
            "tree-shrunk",
            "A later tally with fewer leaves.",
            of(tree(side(&shrunk, 1), side(&shrunk, 2), None)),
            "shows two signatures trees: it has 5 leaves, and later in the journal 3",
        ),
        accept(
            single,
            "tree-leaf",
            "Two tallies, and a leaf that differs.",
            of(tree(side(&swapped, 1), side(&swapped, 2), Some(at.clone()))),
            &format!(
                "shows two signatures trees: leaf 2 has the hash {} in one and {} in the other",
                at.first.leaf, at.second.leaf
            ),
        ),
        accept(
            single,
            "tree-checkpoint",
            "A tally and the tree's checkpoint.",
            of(tree(
                side(&honest, 1),
                own_checkpoint(single, TREE, &other_three),
                None,
            )),
            &roots(&three, &other_three),
        ),
        accept(
            single,
            "tree-checkpoints",
            "Two checkpoints of a tree of a petition that the instance published.",
            of(shown(&honest)),
            &roots(&three, &other_three),
        ),
        reject(
            "tree-grown",
            "An honest tree that grew.",
            "one log can have a head of 3 and one of 5 leaves",
            tree(side(&honest, 1), side(&honest, 2), None),
        ),
        reject(
            "tree-grown-backwards",
            "The same, the earlier tally as the later one.",
            "the smaller tally does not stand behind the larger one",
            tree(side(&honest, 2), side(&honest, 1), None),
        ),
        reject(
            "tree-old-checkpoint",
            "An old checkpoint of a tree is a stale copy.",
            "one log can have a head of 5 and one of 3 leaves",
            tree(side(&honest, 2), own_checkpoint(single, TREE, &three), None),
        ),
        reject(
            "tree-same",
            "The same tally twice.",
            "the two heads have the same size and root",
            tree(side(&honest, 1), side(&honest, 1), None),
        ),
        reject(
            "tree-same-leaf",
            "A leaf that is the same in both.",
            "leaf 1 is the same in both",
            tree(
                side(&honest, 1),
                side(&honest, 2),
                Some(differ(&leaves[..3], leaves, 1)),
            ),
        ),
        reject(
            "tree-other-index",
            "A path at another index.",
            "proof of leaf 1: ",
            tree(
                side(&swapped, 1),
                side(&swapped, 2),
                Some(Differ {
                    index: 1,
                    ..at.clone()
                }),
            ),
        ),
        reject(
            "tree-path-of-another-tree",
            "A leaf of the roll, with its path there.",
            "proof of leaf 2: ",
            tree(
                side(&honest, 1),
                side(&honest, 2),
                Some(differ(
                    &leaves[..3],
                    &single.petition.leaves(Tree::Roll)[..5],
                    2,
                )),
            ),
        ),
        reject(
            "tree-other-petition",
            "A tally of another petition.",
            "the tally is of petition ",
            tree(side(&other_petition, 2), side(&other_petition, 3), None),
        ),
        reject(
            "tree-unpublished",
            "Two checkpoints, and nothing that ties the petition to the instance.",
            "it lacks the petition's publication",
            checkpoints(),
        ),
        reject(
            "tree-published-not-needed",
            "The tally shows it.",
            "it holds the petition's publication, which this claim does not need",
            InconsistentTree {
                published: Some(entry(&honest, 0)),
                ..tree(side(&changed, 1), side(&changed, 2), None)
            },
        ),
        reject(
            "tree-other-published",
            "Another petition's publication.",
            "the entry given as publication does not publish this petition",
            InconsistentTree {
                published: Some(entry(&other_petition, 1)),
                ..checkpoints()
            },
        ),
        rejected(
            &single.policy(),
            "tree-invented-petition",
            "A petition with the complainer's tree keys, never published.",
            "it lacks the petition's publication",
            &invented_claim(None),
        ),
        rejected(
            &single.policy(),
            "tree-invented-and-published",
            "The same, with a true petition's publication.",
            "the entry given as publication does not publish this petition",
            &invented_claim(Some(entry(&honest, 0))),
        ),
        reject(
            "tree-checkpoint-by-stranger",
            "A checkpoint by another key.",
            "the tree's checkpoint is refused: ",
            tree(
                side(&honest, 1),
                checkpoint(&manifest.tree_origin(TREE), &seed(97), &other_three),
                None,
            ),
        ),
        reject(
            "tree-checkpoint-of-another-tree",
            "A checkpoint of the roll.",
            "the tree's checkpoint is refused: ",
            tree(
                side(&honest, 1),
                own_checkpoint(single, Tree::Roll, &other_three),
                None,
            ),
        ),
        super::reject(
            split,
            "tree-kept-elsewhere",
            "The ledger's tally about a tree that the registrar keeps.",
            "the tally stands in the journal of ledger.example.org:8443, but roll is kept by",
            of(InconsistentTree {
                tree: Tree::Roll,
                ..tree(side(&split.ledger, 1), side(&split.ledger, 2), None)
            }),
        ),
    ]
}

pub(super) fn cases(worlds: &Worlds) -> Vec<Case> {
    [journals(worlds), trees(worlds)].concat()
}
