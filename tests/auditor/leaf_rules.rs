//! R13 to R19: leaves.

use undersigned::protocol::ids::Tree;
use undersigned::protocol::replay::{Deviation, Fault, Rule};
use undersigned::tlog::hash::leaf_hash;

use crate::forger::keys::seed;
use crate::forger::{Forger, Petition};
use crate::run::{NOW, deviations, run};

/// An instance with four signers, and five more on the roll.
fn signed() -> (Forger, Petition) {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..4);
    let roll = (4..9).map(|n| petition.roll(n)).collect();
    forger.batch(&petition, Tree::Roll, roll);
    (forger, petition)
}

/// Publish one more leaf; what is found.
fn with_leaf(mut forger: Forger, petition: &Petition, tree: Tree, leaf: Vec<u8>) -> Vec<Deviation> {
    forger.tree(petition, tree).push(leaf);
    forger.tally(petition);
    deviations(&forger, NOW)
}

#[test]
fn r13_a_malformed_leaf() {
    for tree in Tree::ALL {
        for length in [tree.leaf_len() - 1, tree.leaf_len() + 1] {
            let (mut forger, petition) = signed();
            forger.tally(&petition);
            let index = forger.trees.get(&(petition.id(), tree)).map_or(0, Vec::len);
            let found = with_leaf(forger, &petition, tree, vec![1; length]);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].rule(), Rule::R13);
            assert_eq!(found[0].tree, Some(tree));
            assert_eq!(found[0].index, Some(index as u64));
        }
    }
}

#[test]
fn r13_an_unassigned_reason() {
    let (mut forger, petition) = signed();
    let hash = leaf_hash(&forger.tree(&petition, Tree::Roll)[0]);
    let mut strike = petition.strike(&hash, 0);
    strike[10] = 9;
    let found = with_leaf(forger, &petition, Tree::Strikes, strike);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule(), Rule::R13);
}

#[test]
fn r14_leaves_out_of_order() {
    let (mut forger, petition) = Forger::with_petition();
    forger.sign(&petition, 0..3);
    let roll: Vec<Vec<u8>> = (3..9).map(|n| petition.roll(n)).collect();
    forger.batch(&petition, Tree::Roll, roll);
    let leaves = forger.tree(&petition, Tree::Roll);
    leaves.swap(4, 6);
    let after = leaf_hash(&leaves[5]) > leaf_hash(&leaves[6]);
    assert!(after, "5 was between 4 and 6");
    forger.tally(&petition);
    let order = |index| Fault::Order.leaf(petition.id(), Tree::Roll, index);
    assert_eq!(deviations(&forger, NOW), [order(5), order(6)]);
}

#[test]
fn r14_order_begins_anew_with_every_batch() {
    // The last hash of a batch is above the first of the next: no deviation.
    let (mut forger, petition) = Forger::with_petition();
    let mut roll: Vec<Vec<u8>> = (0..6).map(|n| petition.roll(n)).collect();
    roll.sort_by_key(|leaf| leaf_hash(leaf));
    let low = roll.split_off(3);
    forger.batch(&petition, Tree::Roll, low);
    forger.tally(&petition);
    forger.batch(&petition, Tree::Roll, roll);
    forger.tally(&petition);
    assert_eq!(deviations(&forger, NOW), []);
}

#[test]
fn r15_a_token_that_does_not_verify() {
    let (forger, petition) = signed();
    let mut leaf = petition.signature(4);
    leaf[300] ^= 1;
    let found = with_leaf(forger, &petition, Tree::Signatures, leaf);
    assert_eq!(
        found,
        [Fault::Token.leaf(petition.id(), Tree::Signatures, 4)]
    );
}

#[test]
fn r15_a_token_of_another_petition() {
    let (forger, petition) = signed();
    let other = Petition::new("other", "a.example", "a.example");
    let found = with_leaf(forger, &petition, Tree::Signatures, other.signature(4));
    assert_eq!(
        found,
        [Fault::Token.leaf(petition.id(), Tree::Signatures, 4)]
    );
}

#[test]
fn r15_a_token_over_another_commitment() {
    let (forger, petition) = signed();
    let mut leaf = petition.signature(4);
    leaf[40] ^= 1;
    let found = with_leaf(forger, &petition, Tree::Signatures, leaf);
    assert_eq!(
        found,
        [Fault::Token.leaf(petition.id(), Tree::Signatures, 4)]
    );
}

#[test]
fn r16_keys_that_auditors_could_disagree_about() {
    let mut identity = [0; 32];
    identity[0] = 1;
    // y = p + 1 is the identity again, in a second encoding.
    let mut not_canonical = [0xff; 32];
    not_canonical[0] = 0xee;
    not_canonical[31] = 0x7f;
    let mut no_point = [0; 32];
    no_point[0] = 2;
    for pk in [[0; 32], identity, not_canonical, no_point] {
        let (forger, petition) = signed();
        let leaf = petition.signature_with(pk, [3; 32]);
        let found = with_leaf(forger, &petition, Tree::Signatures, leaf);
        let expected = Fault::PublicKey.leaf(petition.id(), Tree::Signatures, 4);
        assert_eq!(found, [expected], "{}", hex::encode(pk));
    }
}

#[test]
fn r17_a_key_that_signs_twice() {
    let (mut forger, petition) = signed();
    let first = forger.tree(&petition, Tree::Signatures)[2].clone();
    let pk = first[2..34].try_into().expect("32 bytes");
    let again = petition.signature_with(pk, seed("another commitment"));
    let found = with_leaf(forger, &petition, Tree::Signatures, again);
    let tree = Tree::Signatures;
    assert_eq!(
        found,
        [Fault::Repeated { first: 2 }.leaf(petition.id(), tree, 4)]
    );
}

#[test]
fn r17_a_tag_on_the_roll_twice() {
    let (mut forger, petition) = signed();
    let mut again = forger.tree(&petition, Tree::Roll)[1].clone();
    again[40] ^= 1;
    forger.tally(&petition);
    let found = with_leaf(forger, &petition, Tree::Roll, again);
    let tree = Tree::Roll;
    assert_eq!(
        found,
        [Fault::Repeated { first: 1 }.leaf(petition.id(), tree, 9)]
    );
}

#[test]
fn r17_the_same_leaf_twice_in_one_batch() {
    let (mut forger, petition) = Forger::with_petition();
    let roll = [0, 1, 1, 2].map(|n| petition.roll(n)).to_vec();
    forger.batch(&petition, Tree::Roll, roll);
    forger.tally(&petition);
    let leaves = forger.tree(&petition, Tree::Roll).clone();
    let first = leaves
        .windows(2)
        .position(|pair| pair[0] == pair[1])
        .expect("a pair") as u64;
    let tree = Tree::Roll;
    let expected = Fault::Repeated { first }.leaf(petition.id(), tree, first + 1);
    assert_eq!(deviations(&forger, NOW), [expected]);
}

#[test]
fn r17_taken_back_or_struck_twice() {
    let (mut forger, petition) = signed();
    let signatures = forger.tree(&petition, Tree::Signatures).clone();
    let index = petition.position(1, &signatures);
    let withdrawal = petition.withdrawal(1, index);
    forger.batch(&petition, Tree::Withdrawals, vec![withdrawal.clone()]);
    let hash = leaf_hash(&forger.tree(&petition, Tree::Roll)[3]);
    let strike = petition.strike(&hash, 3);
    forger.batch(&petition, Tree::Strikes, vec![strike.clone()]);
    forger.tally(&petition);
    for (tree, leaf) in [(Tree::Withdrawals, withdrawal), (Tree::Strikes, strike)] {
        let found = with_leaf(forger.clone(), &petition, tree, leaf);
        assert_eq!(
            found,
            [Fault::Repeated { first: 0 }.leaf(petition.id(), tree, 1)]
        );
    }
}

#[test]
fn r18_a_withdrawal_by_another_key() {
    let (mut forger, petition) = signed();
    let leaf = forger.tree(&petition, Tree::Signatures)[2].clone();
    let withdrawal = petition.foreign_withdrawal(&leaf, 2);
    let found = with_leaf(forger, &petition, Tree::Withdrawals, withdrawal);
    let fault = Fault::NotAuthorised { target: 2 };
    assert_eq!(found, [fault.leaf(petition.id(), Tree::Withdrawals, 0)]);
    assert_eq!(found[0].rule(), Rule::R18);
}

#[test]
fn r18_a_withdrawal_of_another_leaf() {
    // Signed for index 1 by its own key, but replayed against index 2.
    let (mut forger, petition) = signed();
    let signatures = forger.tree(&petition, Tree::Signatures).clone();
    let own = petition.position(1, &signatures);
    let mut withdrawal = petition.withdrawal(1, own);
    let other = (own + 1) % 4;
    withdrawal[2..10].copy_from_slice(&other.to_be_bytes());
    let found = with_leaf(forger, &petition, Tree::Withdrawals, withdrawal);
    let fault = Fault::NotAuthorised { target: other };
    assert_eq!(found, [fault.leaf(petition.id(), Tree::Withdrawals, 0)]);
}

#[test]
fn r18_a_withdrawal_of_a_signature_to_come() {
    let (mut forger, petition) = signed();
    let signer = petition.signature(4);
    let withdrawal = petition.withdrawal(4, 4);
    forger.tree(&petition, Tree::Withdrawals).push(withdrawal);
    forger.tally(&petition);
    forger.tree(&petition, Tree::Signatures).push(signer);
    forger.tally(&petition);
    let fault = Fault::NoTarget { target: 4, size: 4 };
    assert_eq!(
        deviations(&forger, NOW),
        [fault.leaf(petition.id(), Tree::Withdrawals, 0)]
    );
}

#[test]
fn r18_an_index_far_away() {
    let (forger, petition) = signed();
    let withdrawal = petition.withdrawal(1, u64::MAX);
    let found = with_leaf(forger, &petition, Tree::Withdrawals, withdrawal);
    let fault = Fault::NoTarget {
        target: u64::MAX,
        size: 4,
    };
    assert_eq!(found, [fault.leaf(petition.id(), Tree::Withdrawals, 0)]);
}

#[test]
fn r19_a_strike_by_another_key() {
    let (mut forger, petition) = signed();
    let hash = leaf_hash(&forger.tree(&petition, Tree::Roll)[3]);
    let strike = petition.strike_by("somebody else", &hash, 3);
    let found = with_leaf(forger, &petition, Tree::Strikes, strike);
    let fault = Fault::NotAuthorised { target: 3 };
    assert_eq!(found, [fault.leaf(petition.id(), Tree::Strikes, 0)]);
    assert_eq!(found[0].rule(), Rule::R19);
}

#[test]
fn r19_a_strike_with_another_reason_than_signed() {
    let (mut forger, petition) = signed();
    let hash = leaf_hash(&forger.tree(&petition, Tree::Roll)[3]);
    let mut strike = petition.strike(&hash, 3);
    strike[10] = 4;
    let found = with_leaf(forger, &petition, Tree::Strikes, strike);
    let fault = Fault::NotAuthorised { target: 3 };
    assert_eq!(found, [fault.leaf(petition.id(), Tree::Strikes, 0)]);
}

#[test]
fn r19_a_strike_of_no_entry() {
    let (forger, petition) = signed();
    let strike = petition.strike(&leaf_hash(b"nothing"), 9);
    let found = with_leaf(forger, &petition, Tree::Strikes, strike);
    let fault = Fault::NoTarget { target: 9, size: 9 };
    assert_eq!(found, [fault.leaf(petition.id(), Tree::Strikes, 0)]);
}

#[test]
fn a_flood_of_deviations_is_counted() {
    let (mut forger, petition) = Forger::with_petition();
    let leaves = (0..300_u32).map(|n| {
        let mut leaf = petition.roll(n);
        leaf[1] = 9;
        leaf
    });
    let leaves = leaves.collect();
    forger.batch(&petition, Tree::Roll, leaves);
    forger.tally(&petition);
    let report = run(&forger.files(), NOW);
    assert_eq!(
        (report.deviations.len(), report.more_deviations),
        (100, 200)
    );
    let report_rules = report.deviations.iter().map(|d| d.rule);
    assert!(report_rules.into_iter().all(|rule| rule == Rule::R13));
}

#[test]
fn several_deviations_are_all_found() {
    let (mut forger, petition) = signed();
    let mut leaf = petition.signature(4);
    leaf[300] ^= 1;
    forger.tree(&petition, Tree::Signatures).push(leaf);
    forger.tally(&petition);
    let strike = petition.strike(&leaf_hash(b"nothing"), 99);
    forger.tree(&petition, Tree::Strikes).push(strike);
    forger.tally(&petition);
    let rules: Vec<Rule> = deviations(&forger, NOW)
        .iter()
        .map(Deviation::rule)
        .collect();
    assert_eq!(rules, [Rule::R19, Rule::R15]);
}
