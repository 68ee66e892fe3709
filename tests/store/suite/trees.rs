//! Heads and tiles against the Merkle tree as RFC 6962 words it.

use undersigned::protocol::ids::Tree;
use undersigned::store::LogId;
use undersigned::tlog::hash::{Hash, leaf_hash};

use crate::engine::{Engine, Writer};
use crate::leaves::{P, head_of, root};

const LOG: LogId = LogId::Tree(P, Tree::Strikes);

pub(crate) fn heads_equal_the_model(engine: &mut dyn Engine) {
    let w = Writer::of(engine);
    for n in 0..70 {
        let head = w.grow(P, Tree::Strikes, [n]);
        let leaves = w.store.leaves(LOG, 0, 999).expect("leaves");
        assert_eq!(head, head_of(&leaves));
    }
}

/// All tiles at sizes around every boundary of chunks, tiles and levels.
pub(crate) fn tiles_equal_the_model(engine: &mut dyn Engine) {
    let mut w = Writer::of(engine);
    let mut size = 0;
    let sizes = [
        1, 2, 63, 64, 65, 127, 128, 129, 255, 256, 257, 383, 384, 385, 511, 512, 513, 1000, 1024,
        65_535, 65_536, 65_537, 66_000,
    ];
    for (round, next) in sizes.into_iter().enumerate() {
        w.grow(P, Tree::Strikes, size..next);
        size = next;
        if round % 4 == 3 {
            drop(w);
            engine.restart();
            w = Writer::of(engine);
        }
        let leaves = w.store.leaves(LOG, 0, usize::MAX).expect("leaves");
        let mut hashes: Vec<Hash> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
        for level in 0..4u8 {
            for (index, tile) in (0u64..).zip(hashes.chunks(256)) {
                let widths = [1, tile.len() / 2, tile.len()];
                for width in widths.into_iter().filter(|width| *width > 0) {
                    let short = u16::try_from(width).expect("at most 256");
                    let got = w.store.tile(LOG, level, index, short).expect("a tile");
                    assert_eq!(got, tile[..width], "size {size}, tile {level}/{index}");
                }
            }
            hashes = hashes.chunks_exact(256).map(root).collect();
        }
    }
}
