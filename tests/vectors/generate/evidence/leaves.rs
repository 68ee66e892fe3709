//! Leaves that cannot be there, and leaves that can.

use undersigned::protocol::evidence::{Claim, Evidence, ForgedLeaf, RepeatedLeaf, TargetLeaf};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::InclusionProof;
use undersigned::protocol::leaf::Withdrawal;
use undersigned::protocol::tally::TreeHead;

use super::{Worlds, accept, heads, journal, leaf, other_manifest, reject, rejected, tally};
use crate::file::Case;
use crate::world::journal::{Hashes, Journal, TALLY, World};
use crate::world::petition::signature;

/// A journal whose tally has other leaves in one tree.
fn with_leaves(world: &World, tree: Tree, leaves: &[Vec<u8>]) -> Journal {
    let mut all: Vec<(Tree, TreeHead)> = heads(world, [6, 1, 5, 1]);
    all[tree as usize].1 = Hashes::of(leaves).head();
    journal(world, [tally(&world.petition.manifest, None, &all, None)])
}

fn target(leaves: &[Vec<u8>], index: usize) -> TargetLeaf {
    TargetLeaf {
        leaf: leaves[index].clone(),
        path: Hashes::of(leaves).path(index as u64),
    }
}

fn forged(proof: InclusionProof, target: Option<TargetLeaf>) -> Claim {
    Claim::ForgedLeaf(ForgedLeaf { proof, target })
}

fn forgeries(Worlds { single, split }: &Worlds) -> Vec<Case> {
    let signatures = single.petition.leaves(Tree::Signatures);
    let withdrawals = single.petition.leaves(Tree::Withdrawals);
    let honest = &single.ledger;
    let mut bad = signatures.to_vec();
    bad[2][200] ^= 1;
    let token = with_leaves(single, Tree::Signatures, &bad);
    let mut short = signatures.to_vec();
    short[4].pop();
    let malformed = with_leaves(single, Tree::Signatures, &short);
    let (_, index) = single.petition.signed_by(1);
    let at = usize::try_from(index).expect("small");
    let own = Withdrawal::parse(&withdrawals[0]).expect("a withdrawal");
    let moved = Withdrawal {
        index: (index + 1) % 5,
        ..own.clone()
    };
    let moved_at = usize::try_from(moved.index).expect("small");
    let foreign = [moved.to_bytes()];
    let unauthorised = with_leaves(single, Tree::Withdrawals, &foreign);
    let beyond = [Withdrawal { index: 5, ..own }.to_bytes()];
    let nowhere = with_leaves(single, Tree::Withdrawals, &beyond);
    let of = |journal: &Journal, leaves: &[Vec<u8>], index| {
        leaf(journal, 1, Tree::Signatures, leaves, index)
    };
    let withdrawal =
        |journal: &Journal, leaves: &[Vec<u8>]| leaf(journal, 1, Tree::Withdrawals, leaves, 0);
    let good = leaf(honest, TALLY, Tree::Signatures, signatures, 0);
    let taken_back = leaf(honest, TALLY, Tree::Withdrawals, withdrawals, 0);
    let changed = |change: &dyn Fn(&mut InclusionProof)| {
        let mut proof = of(&token, &bad, 2);
        change(&mut proof);
        forged(proof, None)
    };
    let other = other_manifest(single);
    let foreign_leaf = signature(&split.petition.manifest, 0).to_bytes();
    let reject = |name, about, reason: &str, claim| reject(single, name, about, reason, claim);
    vec![
        accept(
            single,
            "leaf-token",
            "A token that does not verify (R15).",
            forged(of(&token, &bad, 2), None),
            "published signatures leaf 2: the token does not verify under the petition's token key",
        ),
        accept(
            single,
            "leaf-malformed",
            "A leaf that is one byte short (R13).",
            forged(of(&malformed, &short, 4), None),
            "published signatures leaf 4: the leaf is malformed: a signatures leaf has 322 bytes, got 321",
        ),
        accept(
            single,
            "leaf-not-authorised",
            "A withdrawal of somebody else's signature (R18).",
            forged(
                withdrawal(&unauthorised, &foreign),
                Some(target(signatures, moved_at)),
            ),
            &format!(
                "published withdrawals leaf 0: {}",
                undersigned::protocol::replay::Fault::NotAuthorised {
                    target: moved.index
                }
            ),
        ),
        accept(
            single,
            "leaf-no-target",
            "A withdrawal of a signature that is not there (R18).",
            forged(withdrawal(&nowhere, &beyond), None),
            "published withdrawals leaf 0: the leaf is about index 5, but there are 5 leaves at that tally",
        ),
        reject(
            "leaf-good",
            "A signature as it must be.",
            "the leaf is what it must be",
            forged(good.clone(), None),
        ),
        reject(
            "leaf-good-withdrawal",
            "A withdrawal by the signature's own key.",
            "the leaf is what it must be",
            forged(taken_back.clone(), Some(target(signatures, at))),
        ),
        reject(
            "leaf-other-target",
            "A true withdrawal, and another leaf than the one that it names.",
            "proof of leaf ",
            forged(taken_back.clone(), Some(target(signatures, moved_at))),
        ),
        reject(
            "leaf-target-missing",
            "A true withdrawal without the leaf that it names.",
            "it lacks the leaf that this one takes back",
            forged(taken_back, None),
        ),
        reject(
            "leaf-target-not-needed",
            "A signature takes nothing back.",
            "it holds a leaf that is not taken back",
            forged(good.clone(), Some(target(signatures, 0))),
        ),
        reject(
            "leaf-not-there",
            "A forged leaf that is not in the tree.",
            "tree proof: the hashes do not lead to the root",
            forged(
                InclusionProof {
                    leaf: foreign_leaf,
                    ..good.clone()
                },
                None,
            ),
        ),
        reject(
            "leaf-other-index",
            "At another place.",
            "tree proof: the hashes do not lead to the root",
            changed(&|p| p.index = 3),
        ),
        reject(
            "leaf-other-tree",
            "A roll entry as a signature, which it is not.",
            "tree proof: ",
            forged(
                InclusionProof {
                    tree: Tree::Signatures,
                    ..leaf(
                        honest,
                        TALLY,
                        Tree::Roll,
                        single.petition.leaves(Tree::Roll),
                        2,
                    )
                },
                None,
            ),
        ),
        reject(
            "leaf-other-journal",
            "A tally of another petition's instance.",
            "the tally is of petition ",
            changed(&|p| p.journaled = split.ledger.journaled(TALLY)),
        ),
        rejected(
            &single.policy(),
            "leaf-other-petition",
            "A good leaf, and another petition under which its token does not verify.",
            "the tally is of petition ",
            &Evidence::new(Some(&other), forged(good, None)),
        ),
    ]
}

fn repeated(Worlds { single, .. }: &Worlds) -> Vec<Case> {
    let signatures = single.petition.leaves(Tree::Signatures);
    let roll = single.petition.leaves(Tree::Roll);
    let mut twice = signatures.to_vec();
    twice[4] = twice[1].clone();
    let journal = with_leaves(single, Tree::Signatures, &twice);
    let of = |index| leaf(&journal, 1, Tree::Signatures, &twice, index);
    let claim = |first, second| Claim::RepeatedLeaf(RepeatedLeaf { first, second });
    let honest = |index| leaf(&single.ledger, TALLY, Tree::Signatures, signatures, index);
    // The same leaf under an earlier and a later tally: one place.
    let earlier = leaf(&single.ledger, 1, Tree::Signatures, &signatures[..3], 1);
    let reject = |name, about, reason: &str, claim| reject(single, name, about, reason, claim);
    vec![
        accept(
            single,
            "repeated-key",
            "One key signs twice (R17).",
            claim(of(1), of(4)),
            "counts twice: signatures leaves 1 and 4 have one key, tag or index",
        ),
        reject(
            "repeated-same-place",
            "One leaf shown twice.",
            "both are leaf 1",
            claim(of(1), of(1)),
        ),
        reject(
            "repeated-same-leaf",
            "One leaf, under two tallies.",
            "both are leaf 1",
            claim(earlier, honest(1)),
        ),
        reject(
            "repeated-other-key",
            "Two people.",
            "the two leaves have different keys",
            claim(honest(0), honest(1)),
        ),
        reject(
            "repeated-moved",
            "The same leaf, said to stand elsewhere.",
            "tree proof: the hashes do not lead to the root",
            claim(
                honest(1),
                InclusionProof {
                    index: 0,
                    ..honest(1)
                },
            ),
        ),
        reject(
            "repeated-two-trees",
            "A signature and a roll entry.",
            "the leaves are of two trees, signatures and roll",
            claim(honest(1), leaf(&single.ledger, TALLY, Tree::Roll, roll, 2)),
        ),
    ]
}

pub(super) fn cases(worlds: &Worlds) -> Vec<Case> {
    [forgeries(worlds), repeated(worlds)].concat()
}
