//! Promises: broken, and kept.

use undersigned::protocol::evidence::{BrokenPromise, COVER_MARGIN, Claim, Entry, Evidence};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::promise::Promise;
use undersigned::protocol::tally::Cover;
use undersigned::tlog::frontier::Frontier;
use undersigned::tlog::hash::leaf_hash;
use undersigned::tlog::note::{Note, NoteSigner};
use undersigned::tlog::size::TreeSize;

use super::{
    Worlds, accept, accepted, heads, journal, one_less, other_manifest, reject, rejected, tally,
    without,
};
use crate::file::Case;
use crate::world::journal::{Hashes, Journal, TALLY, World};
use crate::world::petition::signature;
use crate::world::{PUBLISHED, journal_cosigner, journal_signer, second_witness, seed};

/// Somebody on the roll whose signature was never published.
const LEFT_OUT: u8 = 5;

pub(super) fn promise(world: &World, person: u8, by: u64) -> Promise {
    Promise {
        origin: world.shape.ledger().to_owned(),
        petition: world.petition.manifest.id(),
        leaf: leaf_hash(&signature(&world.petition.manifest, person).to_bytes()),
        by,
    }
}

fn signed(promise: &Promise, signer: &NoteSigner) -> String {
    let note = promise.sign(signer).expect("a promise");
    String::from_utf8(note).expect("text")
}

/// The claim that this promise is broken at the end of a journal, by the tally at `index`.
fn claim(world: &World, journal: &Journal, index: u64, promise: &Promise) -> BrokenPromise {
    let start = usize::try_from(index).expect("small");
    let mut before = Frontier::new();
    for entry in &journal.entries[..start] {
        before.push(leaf_hash(entry));
    }
    let text = std::str::from_utf8(&journal.entries[start]).expect("text");
    let size = undersigned::protocol::tally::Tally::parse(text)
        .ok()
        .and_then(|tally| tally.head(Tree::Signatures).map(|head| head.size))
        .unwrap_or(0);
    let leaves = &world.petition.leaves(Tree::Signatures)[..usize::try_from(size).expect("small")];
    BrokenPromise {
        promise: signed(promise, &journal_signer(world.shape.ledger())),
        head: journal.note().to_string(),
        tally: index,
        before: before.edge().to_vec(),
        entries: journal.entries[start..]
            .iter()
            .cloned()
            .map(Entry)
            .collect(),
        leaves: Hashes::of(leaves)
            .0
            .iter()
            .flat_map(|hash| hash.0)
            .collect(),
        registrar: None,
    }
}

/// A broken promise of the single instance, due at `by`.
pub(super) fn broken(world: &World, by: u64) -> BrokenPromise {
    claim(world, &world.ledger, TALLY, &promise(world, LEFT_OUT, by))
}

fn fact(world: &World, promise: &Promise, [tally, s, r]: [u64; 3], later: &str) -> String {
    let Promise { leaf, by, .. } = promise;
    assert_eq!(promise.origin, world.shape.ledger());
    format!(
        "broke a promise: the signature {leaf} was to be in the ledger by Unix second {by}, but later, \
         as {later} stated, the last tally (journal entry {tally}) has {s} signatures without it, \
         although the roll has room with {r} entries"
    )
}

/// When the log itself signed its head, and when the witnesses did.
const EARLY: u64 = PUBLISHED - 100;
const BEFORE_WITNESSES: u64 = PUBLISHED;

fn accepted_ones(Worlds { single, split }: &Worlds) -> Vec<Case> {
    let whole = |world: &World, by| promise(world, LEFT_OUT, by);
    let numbers = [TALLY, 5, 6];
    let log = |world, by| fact(world, &whole(world, by), numbers, "the log itself");
    let evidence = |by| {
        let claim = Claim::BrokenPromise(broken(single, by));
        Evidence::new(Some(&single.petition.manifest), claim)
    };
    let keys = single.petition.manifest.journal_vkeys(Tree::Signatures);
    let unwitnessed = format!("log {}\nquorum none\n", keys[0]);
    let longer = {
        let mut journal = journal(single, single.ledger.entries[1..].to_vec());
        let other = other_manifest(single);
        journal.entries.push(super::published(&other));
        let none = heads(single, [3, 0, 2, 0]);
        journal.entries.push(tally(&other, None, &none, None));
        journal
    };
    let empty = {
        let heads = heads(single, [3, 0, 0, 0]);
        journal(
            single,
            [tally(&single.petition.manifest, None, &heads, None)],
        )
    };
    let apart = |by| claim(split, &split.ledger, TALLY, &whole(split, by));
    let (stuck, registrar) = stuck(split);
    let due = PUBLISHED + 2 + COVER_MARGIN;
    let mut in_time = claim(split, &stuck, 1, &whole(split, due));
    in_time.head = late(&stuck, due + 1).to_string();
    in_time.registrar = Some(registrar.journaled(TALLY));
    vec![
        accepted(
            single,
            &single.policy(),
            "promise-log",
            "The log's own timed signature is later.",
            &evidence(EARLY),
            &log(single, EARLY),
        ),
        accepted(
            single,
            &unwitnessed,
            "promise-unwitnessed",
            "Nobody else needs to say so.",
            &evidence(EARLY),
            &log(single, EARLY),
        ),
        accepted(
            single,
            &single.policy(),
            "promise-witnesses",
            "Cosignatures of the whole quorum are later, that of the log is not.",
            &evidence(BEFORE_WITNESSES),
            &fact(
                single,
                &whole(single, BEFORE_WITNESSES),
                numbers,
                "witnesses w1, w2",
            ),
        ),
        accept(
            single,
            "promise-entries-behind",
            "Entries of another petition stand behind the last tally.",
            Claim::BrokenPromise(claim(single, &longer, TALLY, &whole(single, EARLY))),
            &log(single, EARLY),
        ),
        accept(
            single,
            "promise-empty",
            "A tree without leaves lacks all.",
            Claim::BrokenPromise(claim(single, &empty, 1, &whole(single, EARLY))),
            &fact(single, &whole(single, EARLY), [1, 0, 3], "the log itself"),
        ),
        accept(
            split,
            "promise-covered",
            "The ledger names a cover that has room.",
            Claim::BrokenPromise(apart(EARLY)),
            &log(split, EARLY),
        ),
        accept(
            split,
            "promise-registrar",
            "The ledger names an old cover; the registrar published a larger roll a day before.",
            Claim::BrokenPromise(in_time),
            &fact(split, &whole(split, due), [1, 3, 6], "the log itself"),
        ),
    ]
}

/// A ledger that clings to a cover without room, and the registrar that has gone on.
fn stuck(split: &World) -> (Journal, &Journal) {
    let leaves = |tree| split.petition.leaves(tree);
    let cover = Cover {
        origin: split.shape.registrar().to_owned(),
        index: 1,
        roll: Hashes::of(&leaves(Tree::Roll)[..3]).head(),
    };
    let own = heads(split, [0, 0, 3, 0]);
    let tally = tally(&split.petition.manifest, None, &own[2..], Some(cover));
    let registrar = split.registrar.as_ref().expect("split");
    (journal(split, [tally]), registrar)
}

/// The head of a journal, signed and cosigned at `time`.
fn late(journal: &Journal, time: u64) -> Note {
    let head = journal.checkpoint();
    let text = head.to_string();
    let signatures = vec![
        journal_signer(journal.origin).sign(&text),
        journal_cosigner(journal.origin).sign(&head, time),
        crate::world::first_witness().sign(&head, time),
        second_witness().sign(&head, time),
    ];
    Note::new(&text, signatures).expect("a note")
}

/// An honest ledger, and what could be said against it.
fn honest(Worlds { single, split }: &Worlds) -> Vec<Case> {
    let reject = |name, about, reason: &str, claim| {
        reject(single, name, about, reason, Claim::BrokenPromise(claim))
    };
    let not_later = "nothing shows that the journal's checkpoint is later than ";
    let due = |by| broken(single, by);
    let kept = promise(single, 0, EARLY);
    let full = {
        let manifest = &single.petition.manifest;
        let full = heads(single, [5, 0, 5, 0]);
        journal(single, [tally(manifest, None, &full, None)])
    };
    let left_out = |by| promise(single, LEFT_OUT, by);
    let mut cut = claim(single, &single.ledger, 1, &left_out(EARLY));
    cut.entries.truncate(1);
    let mut malformed = journal(single, single.ledger.entries[1..].to_vec());
    let broken_tally = [
        "undersigned/tally/v1\npetition ",
        &single.petition.manifest.id().to_string(),
        "\n",
    ];
    malformed.entries.push(broken_tally.concat().into_bytes());
    let any_of = single.policy().replace("all w1 w2", "any w1 w2");
    let evidence = |by| {
        let manifest = Some(&single.petition.manifest);
        Evidence::new(manifest, Claim::BrokenPromise(due(by)))
    };
    let other = other_manifest(single);
    let (stuck, registrar) = stuck(split);
    let split_due = |by| promise(split, LEFT_OUT, by);
    let apart = |by: u64, change: &dyn Fn(&mut BrokenPromise)| {
        let mut claim = claim(split, &stuck, 1, &split_due(by));
        claim.head = late(&stuck, by + 1).to_string();
        change(&mut claim);
        Claim::BrokenPromise(claim)
    };
    let mut surplus = due(EARLY);
    surplus.registrar = Some(single.ledger.journaled(TALLY));
    vec![
        reject(
            "promise-kept",
            "The leaf is in the tree.",
            "the promise was kept: the signature is leaf ",
            claim(single, &single.ledger, TALLY, &kept),
        ),
        reject(
            "promise-no-room",
            "S = R: the roll covers no more.",
            "the roll covers no more: 5 signatures, 5 roll entries",
            claim(single, &full, 1, &left_out(EARLY)),
        ),
        reject(
            "promise-old-tally",
            "An earlier tally of the same head, honestly shown.",
            "entry 2 is a later tally of this petition",
            claim(single, &single.ledger, 1, &left_out(EARLY)),
        ),
        reject(
            "promise-old-tally-cut",
            "An earlier tally, and what is behind it left out.",
            "the entries given do not lead to the root",
            cut,
        ),
        reject(
            "promise-malformed-tally",
            "What a later tally that does not parse would say is not known.",
            "entry 3 is a later tally of this petition",
            claim(single, &malformed, TALLY, &left_out(EARLY)),
        ),
        reject(
            "promise-not-due",
            "The head is from before the promise is due.",
            not_later,
            due(PUBLISHED + 4 * 86_400),
        ),
        reject(
            "promise-due-now",
            "The last cosignature is of the very second.",
            not_later,
            due(PUBLISHED + 2),
        ),
        reject(
            "promise-one-witness-later",
            "Only one of the two that make the quorum is later.",
            not_later,
            due(PUBLISHED + 1),
        ),
        rejected(
            &any_of,
            "promise-quorum-left",
            "Either witness is a quorum: the other may have seen a newer head.",
            not_later,
            &evidence(PUBLISHED + 1),
        ),
        rejected(
            &format!(
                "log {}\nquorum none\n",
                journal_signer(single.shape.ledger()).vkey()
            ),
            "promise-no-witness",
            "The policy knows no witness, and the log's own time is not later.",
            not_later,
            &evidence(BEFORE_WITNESSES),
        ),
        rejected(
            &single.policy(),
            "promise-other-petition",
            "A promise for another petition.",
            "the promise is for another petition",
            &Evidence::new(Some(&other), Claim::BrokenPromise(due(EARLY))),
        ),
        super::reject(
            split,
            "promise-cover-no-room",
            "The ledger's cover has no room.",
            "the roll covers no more: 3 signatures, 3 roll entries",
            apart(EARLY, &|_| {}),
        ),
        super::reject(
            split,
            "promise-registrar-late",
            "The registrar published the larger roll less than a day before.",
            "nothing shows that the registrar's tally was published 86400 seconds before ",
            apart(PUBLISHED + 1 + COVER_MARGIN, &|claim| {
                claim.registrar = Some(registrar.journaled(TALLY));
            }),
        ),
        super::reject(
            split,
            "promise-registrar-is-the-ledger",
            "The ledger's own tally as that of the registrar.",
            "the tally stands in the journal of ledger.example.org:8443, but roll is kept by registrar.example.net",
            apart(PUBLISHED + 2 + COVER_MARGIN, &|claim| {
                claim.registrar = Some(stuck.journaled(1));
            }),
        ),
        reject(
            "promise-registrar-not-needed",
            "One instance keeps all.",
            "it holds a registrar's tally, which this claim does not need",
            surplus,
        ),
    ]
}

/// Evidence that was tampered with.
fn changed(Worlds { single, split }: &Worlds) -> Vec<Case> {
    let changed = |name, about, reason: &str, change: &dyn Fn(&mut BrokenPromise)| {
        let mut claim = broken(single, EARLY);
        change(&mut claim);
        reject(single, name, about, reason, Claim::BrokenPromise(claim))
    };
    let ledger = single.shape.ledger();
    let stranger = NoteSigner::new(ledger, &seed(99)).expect("a name");
    let made = promise(single, LEFT_OUT, EARLY);
    let foreign = {
        let mut journal = journal(single, single.ledger.entries[1..].to_vec());
        journal.origin = split.shape.ledger();
        let unwitnessed = without(&journal.note(), "witness.example.com/w1");
        without(&unwitnessed, "witness.example.net/w2").to_string()
    };
    let entries = "the entries given do not lead to the root";
    let leaves = "the leaf hashes given are not those of the 5 signatures in the tally";
    let note = single.ledger.note();
    vec![
        changed(
            "promise-by-stranger",
            "A key of the same name.",
            "promise: note: not signed by any known key",
            &|c| c.promise = signed(&made, &stranger),
        ),
        changed(
            "promise-changed",
            "An earlier time.",
            "promise: note: the signature of ",
            &|c| c.promise = c.promise.replacen("\nby 1", "\nby 0", 1),
        ),
        changed(
            "promise-head-of-another",
            "A head that another log signed.",
            "policy: not signed by any known key",
            &|c| c.head.clone_from(&foreign),
        ),
        changed(
            "promise-head-one-key",
            "The manifest pins two keys; both must have signed.",
            "the journal's checkpoint is not signed by the key in the manifest",
            &|c| c.head = one_less(&note, 1).to_string(),
        ),
        changed(
            "promise-head-not-witnessed",
            "One witness of two.",
            "policy: 1 known witnesses cosigned",
            &|c| c.head = without(&note, "witness.example.com/w1").to_string(),
        ),
        changed(
            "promise-before-changed",
            "Other entries before.",
            entries,
            &|c| c.before[0] = leaf_hash(b""),
        ),
        changed(
            "promise-before-short",
            "One hash for each complete subtree.",
            "entries before: the edge of a tree of 2 leaves has 1 hashes, got 0",
            &|c| c.before.clear(),
        ),
        changed(
            "promise-entry-changed",
            "A tally that is not in the journal.",
            entries,
            &|c| c.entries[0].0[30] ^= 1,
        ),
        changed(
            "promise-index-large",
            "No journal is as long.",
            entries,
            &|c| c.tally = u64::MAX,
        ),
        changed(
            "promise-no-entries",
            "An end without a tally.",
            "the first entry given is not a tally of this petition",
            &|c| {
                let mut edge = Frontier::resume(TreeSize(c.tally), c.before.clone()).expect("edge");
                for Entry(entry) in c.entries.drain(..) {
                    edge.push(leaf_hash(&entry));
                }
                c.tally = edge.size().0;
                c.before = edge.edge().to_vec();
            },
        ),
        reject(
            single,
            "promise-published",
            "The publication is no tally.",
            "the first entry given is not a tally of this petition",
            Claim::BrokenPromise(claim(single, &single.ledger, 0, &made)),
        ),
        changed(
            "promise-leaf-swapped",
            "The promised leaf's neighbour put in its place.",
            leaves,
            &|c| c.leaves[31] ^= 1,
        ),
        changed("promise-leaf-missing", "One leaf left out.", leaves, &|c| {
            c.leaves.truncate(4 * 32);
        }),
        changed("promise-leaf-half", "Half a hash more.", leaves, &|c| {
            c.leaves.extend([0; 16]);
        }),
        rejected(
            &single.policy(),
            "promise-no-manifest",
            "A promise is about a petition.",
            "this kind of evidence is about a petition",
            &Evidence::new(None, Claim::BrokenPromise(broken(single, EARLY))),
        ),
        rejected(
            &split.policy(),
            "promise-unknown-journal",
            "A policy that knows another journal.",
            "policy: not signed by a known log",
            &Evidence::new(
                Some(&single.petition.manifest),
                Claim::BrokenPromise(broken(single, EARLY)),
            ),
        ),
    ]
}

pub(super) fn cases(worlds: &Worlds) -> Vec<Case> {
    [accepted_ones(worlds), honest(worlds), changed(worlds)].concat()
}
