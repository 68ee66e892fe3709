//! Floor 1 under bytes that nobody meant: parsers do not panic, what parses prints the
//! same, and a changed byte of what proves something is noticed.

mod covered;
mod evidence;
mod parsers;
mod signing;
#[allow(dead_code, reason = "shared with the test vectors")]
#[path = "../world/mod.rs"]
mod world;

use std::sync::LazyLock;

use proptest::prelude::*;

use world::Shape;
use world::journal::World;

/// One instance keeps all.
static SINGLE: LazyLock<World> = LazyLock::new(|| World::new(Shape::Single));
/// Registrar and ledger apart.
static SPLIT: LazyLock<World> = LazyLock::new(|| World::new(Shape::Split));

/// A change to some bytes.
#[derive(Clone, Debug)]
enum Edit {
    Set(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Insert(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
}

impl Edit {
    fn apply(&self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let length = bytes.len().max(1);
        if bytes.is_empty() {
            return bytes;
        }
        match self {
            Self::Set(at, byte) => bytes[at.index(length)] = *byte,
            Self::Remove(at) => drop(bytes.drain(at.index(length)..=at.index(length))),
            Self::Insert(at, byte) => bytes.insert(at.index(length), *byte),
            Self::Cut(at) => bytes.truncate(at.index(length)),
            Self::Repeat(a, b) => {
                let (a, b) = (a.index(length), b.index(length));
                let part = bytes[a.min(b)..a.max(b)].to_vec();
                bytes.splice(a..a, part);
            }
        }
        bytes
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    use prop::sample::Index;
    prop_oneof![
        4 => any::<(Index, u8)>().prop_map(|(at, byte)| Edit::Set(at, byte)),
        1 => any::<Index>().prop_map(Edit::Remove),
        1 => any::<(Index, u8)>().prop_map(|(at, byte)| Edit::Insert(at, byte)),
        1 => any::<Index>().prop_map(Edit::Cut),
        1 => any::<(Index, Index)>().prop_map(|(a, b)| Edit::Repeat(a, b)),
    ]
}

/// Up to three changes, one after another.
fn edited(bytes: &'static [u8]) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(edit(), 1..=3).prop_map(|edits| {
        edits
            .iter()
            .fold(bytes.to_vec(), |bytes, edit| edit.apply(&bytes))
    })
}
