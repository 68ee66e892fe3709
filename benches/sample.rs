//! Sample audits of a roll with a million entries: drawing, bounding, checking.
//!
//! `cargo bench --no-default-features --bench sample`.

use std::convert::Infallible;

use divan::Bencher;
use undersigned::protocol::commitment::RollOpening;
use undersigned::protocol::ids::PetitionId;
use undersigned::protocol::sample::{Confidence, Seed, most_bad};
use undersigned::protocol::tag::{IdentityKey, TagKey, verify_tag};
use undersigned::tlog::hash::{Hash, leaf_hash, node_hash};
use undersigned::tlog::proof::{HashReader, Node, inclusion_proof, root, verify_inclusion};
use undersigned::tlog::size::{LeafIndex, TreeSize};

/// R.
const ROLL: u64 = 1_000_000;
/// Sizes of a sample.
const SAMPLES: [u64; 3] = [299, 1_000, 10_000];
/// Every so manieth entry is struck.
const STRUCK: usize = 1_000;

fn main() {
    divan::main();
}

/// Which entries are drawn, with a thousand struck.
#[divan::bench(args = SAMPLES)]
fn draw(bencher: Bencher, sample: u64) {
    let struck: Vec<u64> = (0..ROLL).step_by(STRUCK).collect();
    let seed = Seed([7; 32]);
    bencher.bench(|| seed.draw(divan::black_box(ROLL), &struck, sample));
}

/// All bounds of a report, with one in a hundred bad and a third on the registrar's word.
#[divan::bench(args = SAMPLES)]
fn bounds(bencher: Bencher, sample: u64) {
    bencher.bench(|| {
        Confidence::ALL.map(|c| {
            let bound = |found| most_bad(divan::black_box(ROLL), sample, found, c.alpha());
            (bound(sample / 3), bound(sample / 100))
        })
    });
}

/// All hashes of a tree whose leaves are the same: subtrees of one level are, too.
struct Same(Vec<Hash>);

impl Same {
    fn new(leaf: Hash) -> Self {
        let mut levels = vec![leaf];
        for _ in 0..20 {
            let below = levels.last().expect("the leaves");
            levels.push(node_hash(below, below));
        }
        Self(levels)
    }
}

impl HashReader for Same {
    type Error = Infallible;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Infallible> {
        let level = |node: &Node| self.0[usize::from(node.level)];
        Ok(nodes.iter().map(level).collect())
    }
}

/// What opening costs an entry: its proof in the roll.
#[divan::bench]
fn prove_an_entry(bencher: Bencher) {
    let tree = Same::new(leaf_hash(&[1; 66]));
    bencher.bench(|| inclusion_proof(LeafIndex(777_777), TreeSize(ROLL), &tree));
}

/// What the report costs an entry: its place in the roll, Cr, `u` and the VRF proof.
#[divan::bench]
fn check_an_entry(bencher: Bencher) {
    let leaf = leaf_hash(&[1; 66]);
    let tree = Same::new(leaf);
    let path = inclusion_proof(LeafIndex(777_777), TreeSize(ROLL), &tree).expect("inside");
    let root = root(TreeSize(ROLL), &tree).expect("memory");
    let p = PetitionId([3; 32]);
    let (key, tag_key) = (
        IdentityKey([5; 32]),
        TagKey::from_seed([6; 32]).expect("a scalar"),
    );
    let opening = RollOpening {
        salt: [4; 32],
        identity: "mailto:person@example.org".to_owned(),
        method: "link".to_owned(),
        day: 20_000,
        region: None,
    };
    let u = key.blind_identity(p, &opening.identity);
    let (tag, proof) = tag_key.tag(&u);
    let public = tag_key.public();
    bencher.bench(|| {
        let index = LeafIndex(divan::black_box(777_777));
        verify_inclusion(&leaf, index, TreeSize(ROLL), &path, &root).expect("it is there");
        let commitment = opening.commit(p);
        let same = key.blind_identity(p, &opening.identity) == u;
        let proven = verify_tag(&public, &u, &proof).is_ok_and(|t| t == tag);
        (commitment, same && proven)
    });
}
