//! What an opened entry must fit, with real keys.

use undersigned::protocol::leaf::RollEntry;
use undersigned::protocol::sample::{Flaw, OPENING, Opening, OpeningError, Record, check_entry};
use undersigned::protocol::tag::IdentityKey;

use crate::world::journal::{Hashes, World};
use crate::world::petition::{identity, opening};
use crate::world::{Shape, identity_key, tag_key};
use undersigned::protocol::ids::Tree;

#[test]
fn an_entry_is_good_or_says_what_is_wrong() {
    let world = World::audited(Shape::Single);
    let manifest = &world.petition.manifest;
    let p = manifest.id();
    let u = identity_key().blind_identity(p, &identity(0));
    let (tag, proof) = tag_key().tag(&u);
    let leaf = RollEntry {
        tag,
        commitment: opening(0).commit(p),
    };
    let check = |key: &IdentityKey, leaf: &RollEntry, u: &[u8; 32], proof: &[u8]| {
        check_entry(manifest, key, leaf, &opening(0), u, proof)
    };
    let key = identity_key();
    assert_eq!(check(&key, &leaf, &u, &proof), Ok(()));
    assert_eq!(
        check(&IdentityKey([1; 32]), &leaf, &u, &proof),
        Err(Flaw::Key)
    );
    let mut other = leaf.clone();
    other.commitment[0] ^= 1;
    assert_eq!(check(&key, &other, &u, &proof), Err(Flaw::Commitment));
    // Somebody counted twice, under a tag that was made up.
    let mut invented = leaf.clone();
    invented.tag[0] ^= 1;
    assert_eq!(check(&key, &invented, &u, &proof), Err(Flaw::Tag));
    // Or under the tag of a made-up `u`, with a proof that holds.
    let made_up = [5; 32];
    let (tag, proof_of_made_up) = tag_key().tag(&made_up);
    let invented = RollEntry {
        tag,
        ..leaf.clone()
    };
    assert_eq!(
        check(&key, &invented, &made_up, &proof_of_made_up),
        Err(Flaw::Identity)
    );
    assert_eq!(check(&key, &leaf, &u, &proof_of_made_up), Err(Flaw::Tag));
    assert_eq!(check(&key, &leaf, &u, &proof[..79]), Err(Flaw::Tag));
}

#[test]
fn an_opening_answers_for_what_was_drawn_and_nothing_else() {
    let world = World::audited(Shape::Single);
    let (_, drawn) = world.drawn();
    let roll = world.petition.leaves(Tree::Roll);
    let record = |index: &u64| Record {
        index: *index,
        leaf: roll[usize::try_from(*index).expect("small")].clone(),
        path: Hashes::of(roll).path(*index),
        envelope: vec![1],
    };
    let whole = Opening {
        format: OPENING.to_owned(),
        petition: world.petition.manifest.id(),
        draw: drawn.seed.0,
        identity_key: vec![2],
        records: drawn.entries.iter().map(record).collect(),
    };
    let parsed = Opening::parse(&whole.to_bytes());
    assert_eq!(parsed.as_ref(), Ok(&whole));
    let answered = |opening: &Opening| {
        let opened = opening.of(&drawn)?;
        assert_eq!(opened.len(), drawn.entries.len());
        Ok(opened.iter().filter(|o| o.record.is_some()).count())
    };
    let all = drawn.entries.len();
    assert_eq!(answered(&whole), Ok(all));
    let changed = |change: &dyn Fn(&mut Opening)| {
        let mut opening = whole.clone();
        change(&mut opening);
        answered(&opening)
    };
    // No answer, and answers that are not on the roll at that place.
    assert_eq!(changed(&|o| o.records.truncate(1)), Ok(1));
    assert_eq!(changed(&|o| o.records[0].envelope.clear()), Ok(all - 1));
    assert_eq!(changed(&|o| o.records[0].leaf[5] ^= 1), Ok(all - 1));
    assert_eq!(
        changed(&|o| o.records[0].leaf = o.records[1].leaf.clone()),
        Ok(all - 1)
    );
    assert_eq!(
        changed(&|o| o.records[0].index = 2),
        Err(OpeningError::Entry(2))
    );
    let first = drawn.entries[0];
    assert_eq!(
        changed(&|o| o.records[1] = o.records[0].clone()),
        Err(OpeningError::Entry(first))
    );
    assert_eq!(changed(&|o| o.draw[0] ^= 1), Err(OpeningError::OtherDraw));
}
