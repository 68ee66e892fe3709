//! S > R, and growth after `closed`.

use undersigned::protocol::evidence::{Claim, Evidence, GrowthAfterClosed, Uncovered};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::JournaledEntry;
use undersigned::protocol::statement;
use undersigned::tlog::note::NoteSigner;

use super::{Worlds, accept, entry, heads, journal, other_manifest, reject, rejected, tally};
use crate::file::Case;
use crate::world::journal::Journal;
use crate::world::{journal_signer, organiser};

fn uncovered(Worlds { single, split }: &Worlds) -> Vec<Case> {
    let manifest = &single.petition.manifest;
    let fair = heads(single, [5, 0, 5, 0]);
    let fair = String::from_utf8(tally(manifest, None, &fair, None)).expect("text");
    let few = heads(single, [3, 0, 0, 0])[0].1;
    let line = fair
        .lines()
        .find(|line| line.starts_with("roll "))
        .expect("a roll");
    let lie = fair.replace(line, &format!("roll 3 {}", few.root));
    let liar = journal(single, [lie.clone().into_bytes()]);
    let claim = |tally| Claim::Uncovered(Uncovered { tally });
    let reject =
        |name, about, reason: &str, tally| reject(single, name, about, reason, claim(tally));
    let mut apart = split.ledger.entries.clone();
    let text = String::from_utf8(apart[2].clone()).expect("text");
    let (rest, cover) = text.split_once("covered ").expect("a cover");
    let cover = cover.replacen(" 6 ", " 4 ", 1);
    apart[2] = format!("{rest}covered {cover}").into_bytes();
    let apart = Journal {
        origin: split.shape.ledger(),
        entries: apart,
    };
    let other = other_manifest(single);
    vec![
        accept(
            single,
            "uncovered",
            "Five signatures, three mailboxes (R11).",
            claim(entry(&liar, 1)),
            "states in journal entry 1 5 signatures, but the roll that covers them has 3 entries",
        ),
        accept(
            split,
            "uncovered-split",
            "Five signatures under a cover of four.",
            claim(entry(&apart, 2)),
            "states in journal entry 2 5 signatures, but the roll that covers them has 4 entries",
        ),
        reject(
            "uncovered-covered",
            "S = R.",
            "the roll covers all signatures of this tally",
            entry(&journal(single, [fair.into_bytes()]), 1),
        ),
        reject(
            "uncovered-not-there",
            "A tally that is not in the journal.",
            "journal proof: the hashes do not lead to the root",
            JournaledEntry {
                entry: lie,
                proof: single.ledger.journaled(1).proof,
            },
        ),
        reject(
            "uncovered-no-tally",
            "Another entry.",
            "tally: line 1: expected `undersigned/tally/v1`",
            entry(&single.ledger, 0),
        ),
        rejected(
            &single.policy(),
            "uncovered-other-petition",
            "A tally of another petition.",
            "the tally is of petition ",
            &Evidence::new(Some(&other), claim(entry(&liar, 1))),
        ),
    ]
}

/// A journal with two tallies, `closed` between or behind them.
struct Life<'a> {
    worlds: &'a Worlds,
    closer: NoteSigner,
    named: Option<u64>,
}

impl Life<'_> {
    /// The first tally, `closed`, the second.
    fn journal(&self, first: [usize; 4], second: [usize; 4]) -> Journal {
        let single = &self.worlds.single;
        let manifest = &single.petition.manifest;
        let closed = statement::closed(manifest.id(), self.named);
        let closed = statement::sign(&closed, &self.closer).expect("a statement");
        let of = |previous, sizes| tally(manifest, previous, &heads(single, sizes), None);
        journal(single, [of(None, first), closed, of(Some(1), second)])
    }
}

fn growth(worlds: &Worlds) -> Vec<Case> {
    let single = &worlds.single;
    let keeper = || journal_signer(single.shape.ledger());
    let life = |closer, named| Life {
        worlds,
        closer,
        named,
    };
    let grown = life(keeper(), Some(1)).journal([4, 0, 3, 0], [6, 0, 3, 0]);
    let claim = |journal: &Journal, tree, last: Option<u64>| GrowthAfterClosed {
        tree,
        closed: entry(journal, 2),
        last: last.map(|index| journal.journaled(index)),
        later: journal.journaled(3),
    };
    let from_nothing = {
        let manifest = &single.petition.manifest;
        let closed = statement::closed(manifest.id(), None);
        let closed = statement::sign(&closed, &keeper()).expect("a statement");
        let late = tally(manifest, None, &heads(single, [3, 0, 2, 0]), None);
        journal(single, [closed, late])
    };
    let nothing = GrowthAfterClosed {
        tree: Tree::Signatures,
        closed: entry(&from_nothing, 1),
        last: None,
        later: from_nothing.journaled(2),
    };
    let by_organiser = life(organiser(), Some(1)).journal([4, 0, 3, 0], [6, 0, 3, 0]);
    let honest = life(keeper(), Some(1)).journal([6, 0, 5, 0], [6, 1, 5, 1]);
    let other_named = life(keeper(), Some(0)).journal([4, 0, 3, 0], [6, 0, 3, 0]);
    let mut before = claim(&grown, Tree::Roll, Some(1));
    before.later = grown.journaled(1);
    let mut no_statement = claim(&grown, Tree::Roll, Some(1));
    no_statement.closed = entry(&grown, 0);
    let mut unpublished = claim(&grown, Tree::Roll, Some(1));
    unpublished.closed.proof = entry(&grown, 0).proof;
    let other = other_manifest(single);
    let other_closed = {
        let closed = statement::closed(other.id(), Some(1));
        let closed = statement::sign(&closed, &keeper()).expect("a statement");
        let mut journal = journal(single, grown.entries[1..].to_vec());
        journal.entries[2] = closed;
        journal
    };
    let reject = |name, about, reason: &str, claim| {
        reject(single, name, about, reason, Claim::GrowthAfterClosed(claim))
    };
    vec![
        accept(
            single,
            "closed-roll-grows",
            "The roll grows after `closed` (R21).",
            Claim::GrowthAfterClosed(claim(&grown, Tree::Roll, Some(1))),
            "let roll grow from 4 to 6 leaves after it closed the petition (journal entry 2)",
        ),
        accept(
            single,
            "closed-without-a-tally",
            "Signatures come after a `closed` that names no tally.",
            Claim::GrowthAfterClosed(nothing),
            "let signatures grow from 0 to 2 leaves after it closed the petition (journal entry 1)",
        ),
        reject(
            "closed-no-growth",
            "Only strikes and withdrawals come.",
            "signatures did not grow: 5 leaves at close, 5 later",
            claim(&honest, Tree::Signatures, Some(1)),
        ),
        reject(
            "closed-withdrawals",
            "Withdrawals may come.",
            "withdrawals may grow after close",
            claim(&honest, Tree::Withdrawals, Some(1)),
        ),
        reject(
            "closed-before",
            "A tally before `closed`.",
            "the tally given as the later one does not stand behind `closed`",
            before,
        ),
        reject(
            "closed-by-organiser",
            "The organiser cannot close.",
            "closed: note: ",
            claim(&by_organiser, Tree::Roll, Some(1)),
        ),
        reject(
            "closed-other-tally",
            "Another tally than the one named.",
            "the tally given as the last one is not the one that `closed` names",
            claim(&grown, Tree::Roll, Some(3)),
        ),
        reject(
            "closed-tally-left-out",
            "The tally named is not there: as if there had been none.",
            "the tally given as the last one is not the one that `closed` names",
            claim(&grown, Tree::Roll, None),
        ),
        reject(
            "closed-no-tally-there",
            "`closed` names an entry that is no tally.",
            "the tally given as the last one is not the one that `closed` names",
            claim(&other_named, Tree::Roll, Some(1)),
        ),
        reject(
            "closed-is-not",
            "Another statement.",
            "the entry given as `closed` does not close this petition",
            no_statement,
        ),
        reject(
            "closed-other-petition",
            "Another petition was closed.",
            "the entry given as `closed` does not close this petition",
            claim(&other_closed, Tree::Roll, Some(1)),
        ),
        reject(
            "closed-unpublished",
            "A statement that was signed and never stood in the journal.",
            "journal proof: the hashes do not lead to the root",
            unpublished,
        ),
    ]
}

pub(super) fn cases(worlds: &Worlds) -> Vec<Case> {
    [uncovered(worlds), growth(worlds)].concat()
}
