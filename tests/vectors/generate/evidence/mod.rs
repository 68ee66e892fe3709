//! Evidence: what proves something, and what a malicious complainer would make of an
//! honest instance.

mod file;
mod heads;
mod leaves;
mod life;
mod promise;

use undersigned::protocol::evidence::{Claim, Evidence};
use undersigned::protocol::ids::Tree;
use undersigned::protocol::inclusion::{InclusionProof, JournaledEntry};
use undersigned::protocol::manifest::Manifest;
use undersigned::protocol::statement;
use undersigned::protocol::tally::{Cover, Tally, TreeHead};
use undersigned::tlog::note::Note;

use crate::file::Case;
use crate::world::journal::{Hashes, Journal, World};
use crate::world::{PUBLISHED, Shape, organiser};

/// What every case here starts from.
struct Worlds {
    single: World,
    split: World,
}

/// A vector that proves `fact`.
fn accept(world: &World, name: &str, about: &str, claim: Claim, fact: &str) -> Case {
    let evidence = Evidence::new(Some(&world.petition.manifest), claim);
    accepted(world, &world.policy(), name, about, &evidence, fact)
}

fn accepted(
    world: &World,
    policy: &str,
    name: &str,
    about: &str,
    evidence: &Evidence,
    fact: &str,
) -> Case {
    Case::accept("evidence", name, about)
        .fields("policy", policy.lines())
        .field("kind", evidence.claim().kind())
        .field("against", world.shape.ledger())
        .field("proven", fact)
        .body(evidence.to_file())
}

/// A vector that proves nothing.
fn reject(world: &World, name: &str, about: &str, reason: &str, claim: Claim) -> Case {
    let evidence = Evidence::new(Some(&world.petition.manifest), claim);
    rejected(&world.policy(), name, about, reason, &evidence)
}

fn rejected(policy: &str, name: &str, about: &str, reason: &str, evidence: &Evidence) -> Case {
    Case::reject("evidence", name, about, reason)
        .fields("policy", policy.lines())
        .body(evidence.to_file())
}

/// The world's petition in somebody else's words, with the same keys: anybody can write that.
fn other_manifest(world: &World) -> Manifest {
    let mut terms = world.petition.manifest.terms().clone();
    terms.title[0].text = "Keep the day train".to_owned();
    Manifest::new(&terms).expect("a manifest")
}

fn published(manifest: &Manifest) -> Vec<u8> {
    let text = statement::published(manifest);
    statement::sign(&text, &organiser()).expect("a statement")
}

/// Sizes of roll, strikes, signatures and withdrawals; heads over the first leaves of each.
fn heads(world: &World, sizes: [usize; 4]) -> Vec<(Tree, TreeHead)> {
    let head = |(tree, size): (Tree, usize)| {
        let leaves = &world.petition.leaves(tree)[..size];
        (tree, Hashes::of(leaves).head())
    };
    Tree::ALL.into_iter().zip(sizes).map(head).collect()
}

/// A tally in a journal that begins with the publication.
fn tally(
    manifest: &Manifest,
    previous: Option<u64>,
    heads: &[(Tree, TreeHead)],
    cover: Option<Cover>,
) -> Vec<u8> {
    let time = PUBLISHED + previous.unwrap_or(0);
    let tally = Tally::new(manifest.id(), time, previous, heads, cover).expect("a tally");
    tally.to_string().into_bytes()
}

/// A journal of the single instance.
fn journal(world: &World, tallies: impl IntoIterator<Item = Vec<u8>>) -> Journal {
    let entries = [published(&world.petition.manifest)].into_iter();
    Journal {
        origin: world.shape.ledger(),
        entries: entries.chain(tallies).collect(),
    }
}

/// An entry with its proof.
fn entry(journal: &Journal, index: u64) -> JournaledEntry {
    let journaled = journal.journaled(index);
    JournaledEntry {
        entry: journaled.tally,
        proof: journaled.proof,
    }
}

/// A leaf under the tally that stands at `index`.
fn leaf(
    journal: &Journal,
    tally: u64,
    tree: Tree,
    leaves: &[Vec<u8>],
    index: u64,
) -> InclusionProof {
    InclusionProof {
        tree,
        leaf: leaves[usize::try_from(index).expect("small")].clone(),
        index,
        path: Hashes::of(leaves).path(index),
        journaled: journal.journaled(tally),
    }
}

/// A note without the signatures of one name.
fn without(note: &Note, name: &str) -> Note {
    let kept = note.signatures().iter();
    let kept = kept.filter(|s| s.name().as_str() != name).cloned();
    Note::new(note.text(), kept.collect()).expect("a note")
}

/// A note without its signature at `position`.
fn one_less(note: &Note, position: usize) -> Note {
    let mut kept = note.signatures().to_vec();
    kept.remove(position);
    Note::new(note.text(), kept).expect("a note")
}

pub(super) fn cases() -> Vec<Case> {
    let worlds = Worlds {
        single: World::new(Shape::Single),
        split: World::new(Shape::Split),
    };
    [
        file::cases(&worlds),
        heads::cases(&worlds),
        leaves::cases(&worlds),
        life::cases(&worlds),
        promise::cases(&worlds),
    ]
    .concat()
}
