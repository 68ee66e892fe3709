//! Tiles: paths, layout, contents, and proofs read out of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use undersigned::tlog::bundle;
use undersigned::tlog::frontier::Frontier;
use undersigned::tlog::hash::Hash;
use undersigned::tlog::proof::{Node, consistency_proof, inclusion_proof, root};
use undersigned::tlog::size::{LeafIndex, TreeSize};
use undersigned::tlog::tile::{
    ContentsError, Level, Tile, TileHashes, TilePath, TileReadError, TileReader, new_tiles, tiles,
    width_at,
};

use crate::model;

fn level() -> impl Strategy<Value = Level> {
    prop_oneof![Just(Level::Entries), (0..64u8).prop_map(Level::Hashes)]
}

proptest! {
    #[test]
    fn paths_read_back(level in level(), index: u64, width in 1..=256u16) {
        let path = TilePath { level, index, width };
        prop_assert_eq!(path.to_string().parse(), Ok(path));
    }

    #[test]
    fn what_parses_has_one_spelling(text in "tile/(entries|[0-9]{1,2})/(x?[0-9]{3}/){0,3}[0-9]{3}(\\.p/[0-9]{1,3})?") {
        if let Ok(path) = text.parse::<TilePath>() {
            prop_assert_eq!(path.to_string(), text);
        }
    }

    #[test]
    fn any_text_is_parsed_or_refused(text in ".{0,60}") {
        let _ = text.parse::<TilePath>();
    }

    #[test]
    fn new_tiles_are_what_the_old_log_lacked(a in 0u64..200_000, b in 0u64..200_000) {
        let (old, new) = (TreeSize(a.min(b)), TreeSize(a.max(b)));
        let had: BTreeSet<TilePath> = tiles(old).collect();
        let lacked: BTreeSet<TilePath> = tiles(new).filter(|tile| !had.contains(tile)).collect();
        prop_assert_eq!(new_tiles(old, new).collect::<BTreeSet<_>>(), lacked);
    }

    #[test]
    fn bundles_read_back(entries in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 1..=256)) {
        let bytes = bundle::encode(&entries).unwrap();
        prop_assert_eq!(bundle::parse(&bytes, u16::try_from(entries.len()).unwrap()).unwrap(), entries);
    }
}

/// tlog-tiles, "Partial Tiles": "a tree of size 70,000 will be represented by …".
#[test]
fn the_layout_is_that_of_the_specification() {
    let all: Vec<TilePath> = tiles(TreeSize(70_000)).collect();
    let at = |level, partial| -> Vec<TilePath> {
        all.iter()
            .filter(|t| t.level == level && t.is_partial() == partial)
            .copied()
            .collect()
    };
    for level in [Level::Entries, Level::Hashes(0)] {
        assert_eq!(at(level, false).len(), 273);
        assert_eq!(
            at(level, true),
            [TilePath {
                level,
                index: 273,
                width: 112
            }]
        );
    }
    let one = Level::Hashes(1);
    assert_eq!(at(one, false), [TilePath::full(one, 0)]);
    assert_eq!(
        at(one, true),
        [TilePath {
            level: one,
            index: 1,
            width: 17
        }]
    );
    let two = Level::Hashes(2);
    assert_eq!(
        at(two, true),
        [TilePath {
            level: two,
            index: 0,
            width: 1
        }]
    );
    assert_eq!(all.len(), 2 * 274 + 2 + 1);
    let small: Vec<String> = tiles(TreeSize(256)).map(|tile| tile.to_string()).collect();
    assert_eq!(small, ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(tiles(TreeSize(0)).count(), 0);
}

#[test]
fn a_log_has_the_tiles_that_its_size_fills() {
    let zero = Level::Hashes(0);
    assert_eq!(width_at(zero, 0, TreeSize(256)), Some(256));
    assert_eq!(width_at(zero, 1, TreeSize(256)), None);
    assert_eq!(width_at(zero, 1, TreeSize(257)), Some(1));
    assert_eq!(width_at(zero, u64::MAX, TreeSize(257)), None);
    assert_eq!(width_at(Level::Hashes(7), 0, TreeSize(u64::MAX)), Some(255));
    assert_eq!(width_at(Level::Hashes(8), 0, TreeSize(u64::MAX)), None);
    assert_eq!(width_at(Level::Hashes(63), 0, TreeSize(u64::MAX)), None);
}

#[test]
fn a_tile_holds_eight_levels() {
    let leaves = model::leaves(256).0;
    let tile = Tile::new(leaves.clone()).expect("256 hashes");
    for height in 0..=8u8 {
        for (index, part) in (0u16..).zip(leaves.chunks_exact(1 << height)) {
            assert_eq!(tile.subtree(height, index), Some(&model::root(part)));
        }
        assert_eq!(tile.subtree(height, 256 >> height), None);
    }
    assert_eq!(tile.subtree(9, 0), None);
    assert_eq!(Tile::parse(&tile.to_bytes(), 256), Ok(tile.clone()));
    let bytes = tile.to_bytes();
    let short = Tile::parse(&bytes[..bytes.len() - 1], 256);
    assert_eq!(
        short,
        Err(ContentsError::Length {
            width: 256,
            actual: 8191
        })
    );
    assert_eq!(
        Tile::parse(&bytes, 255),
        Err(ContentsError::Length {
            width: 255,
            actual: 8192
        })
    );
    assert_eq!(Tile::parse(&[], 0), Err(ContentsError::Width(0)));
    let partial = Tile::new(leaves[..5].to_vec()).expect("5 hashes");
    assert_eq!(partial.subtree(2, 0), Some(&model::root(&leaves[..4])));
    assert_eq!(partial.subtree(2, 1), None);
    assert_eq!(partial.subtree(3, 0), None);
}

/// A log's tiles in memory, built from a frontier alone.
struct Files {
    tiles: BTreeMap<TilePath, Tile>,
    fetches: RefCell<usize>,
}

/// Build the tiles of `leaves` from the subtrees that a frontier finishes.
fn files(leaves: &[Hash]) -> Files {
    let mut hashes: BTreeMap<Node, Hash> = BTreeMap::new();
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push_with(*leaf, |node, hash| {
            hashes.insert(node, hash);
        });
    }
    let mut tiles_by_path = BTreeMap::new();
    for path in tiles(frontier.size()) {
        let Level::Hashes(level) = path.level else {
            continue;
        };
        let first = path.index * 256;
        let row = (first..first + u64::from(path.width))
            .map(|index| {
                hashes[&Node {
                    level: level * 8,
                    index,
                }]
            })
            .collect();
        tiles_by_path.insert(path, Tile::new(row).expect("1 to 256 hashes"));
    }
    Files {
        tiles: tiles_by_path,
        fetches: RefCell::new(0),
    }
}

impl TileReader for &Files {
    type Error = TilePath;

    fn read_tiles(&self, wanted: &[TilePath]) -> Result<Vec<Tile>, TilePath> {
        *self.fetches.borrow_mut() += 1;
        wanted
            .iter()
            .map(|path| self.tiles.get(path).cloned().ok_or(*path))
            .collect()
    }
}

#[test]
fn proofs_from_tiles_equal_the_model() {
    let leaves = model::leaves(66_000).0;
    for n in [1, 255, 256, 257, 511, 4096, 65_535, 65_536, 65_537, 66_000] {
        let size = TreeSize(n as u64);
        let files = files(&leaves[..n]);
        let reader = TileHashes::new(size, &files);
        assert_eq!(root(size, &reader), Ok(model::root(&leaves[..n])));
        for m in [1, 2, n / 3, n / 2, n - 1, n]
            .into_iter()
            .filter(|m| (1..=n).contains(m))
        {
            let index = LeafIndex(m as u64 - 1);
            *files.fetches.borrow_mut() = 0;
            let path = inclusion_proof(index, size, &reader);
            assert_eq!(path, Ok(model::path(m - 1, &leaves[..n])));
            assert_eq!(*files.fetches.borrow(), 1, "all tiles are fetched together");
            let proof = consistency_proof(TreeSize(m as u64), size, &reader);
            assert_eq!(proof, Ok(model::consistency(m, &leaves[..n])));
        }
    }
}

#[test]
fn a_missing_or_narrow_tile_is_an_error() {
    use undersigned::tlog::proof::HashReader as _;
    let mut files = files(&model::leaves(300).0);
    let partial = TilePath {
        level: Level::Hashes(0),
        index: 1,
        width: 44,
    };
    let node = Node {
        level: 0,
        index: 299,
    };
    let read = |files: &Files, node| TileHashes::new(TreeSize(300), files).read(&[node]);
    let outside = Node {
        level: 0,
        index: 300,
    };
    assert_eq!(
        read(&files, outside),
        Err(TileReadError::Outside(outside, TreeSize(300)))
    );
    let incomplete = Node { level: 8, index: 1 };
    assert_eq!(
        read(&files, incomplete),
        Err(TileReadError::Outside(incomplete, TreeSize(300)))
    );
    let narrow = Tile::new(model::leaves(43).0).expect("43 hashes");
    files.tiles.insert(partial, narrow);
    assert_eq!(
        read(&files, node),
        Err(TileReadError::Narrow {
            path: partial,
            actual: 43
        })
    );
    files.tiles.remove(&partial);
    assert_eq!(read(&files, node), Err(TileReadError::Read(partial)));
}
