//! In Rust: other people's implementations, written from Go's `sumdb/note` and `sumdb/tlog`: what
//! we make, they take, and the other way round.

use std::convert::Infallible;

use proptest::prelude::*;
use signed_note::{Signer as _, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::HashReader as _;
use undersigned::tlog::checkpoint::Checkpoint;
use undersigned::tlog::frontier::Frontier;
use undersigned::tlog::hash::{Hash, leaf_hash};
use undersigned::tlog::note::{Note, NoteSigner, VerifierKey};
use undersigned::tlog::proof::{HashReader, Node, consistency_proof, inclusion_proof, root};
use undersigned::tlog::proof::{verify_consistency, verify_inclusion};
use undersigned::tlog::size::{LeafIndex, TreeSize};
use undersigned::tlog::tile::{Level, Tile, TilePath, new_tiles};

const NAME: &str = "a.example/log";

/// Whether their implementation accepts a note signed by this key.
fn they_verify(note: &[u8], key: &VerifierKey) -> bool {
    let verifier = StandardVerifier::new(&key.to_string()).expect("our key in their parser");
    let known = VerifierList::new(vec![Box::new(verifier)]);
    signed_note::Note::from_bytes(note).is_ok_and(|note| note.verify(&known).is_ok())
}

fn we_verify(note: &[u8], key: &VerifierKey) -> bool {
    Note::parse(note).is_ok_and(|note| note.verify(&[key]).is_ok())
}

proptest! {
    #[test]
    fn notes_of_each_verify_at_the_other(seed: [u8; 32], text in "([^\u{0}-\u{1f}]{0,20}\n){1,5}") {
        let ours = NoteSigner::new(NAME, &seed).unwrap();
        let key = ours.vkey();
        let note = Note::new(&text, vec![ours.sign(&text)]).unwrap().to_bytes();
        prop_assert!(they_verify(&note, &key));

        let theirs = StandardSigner::new(&ours.to_secret_text()).unwrap();
        prop_assert_eq!(theirs.name(), NAME);
        prop_assert_eq!(theirs.key_id().to_be_bytes(), key.id().0);
        let mut signed = signed_note::Note::new(text.as_bytes(), &[]).unwrap();
        signed.add_sigs(&[&theirs]).unwrap();
        prop_assert_eq!(signed.to_bytes(), note, "Ed25519 is deterministic");
    }

    /// One byte anywhere: both refuse, or both accept.
    #[test]
    fn changed_notes_have_one_verdict(at: prop::sample::Index, byte: u8) {
        let ours = NoteSigner::new(NAME, &[7; 32]).unwrap();
        let text = "log.example\n3\n\nmore\n";
        let mut note = Note::new(text, vec![ours.sign(text)]).unwrap().to_bytes();
        let at = at.index(note.len());
        note[at] = byte;
        prop_assert_eq!(we_verify(&note, &ours.vkey()), they_verify(&note, &ours.vkey()));
    }

    #[test]
    fn checkpoints_read_the_same(origin in "[a-z./ ]{1,30}", size in 0..(1u64 << 63), root: [u8; 32]) {
        let ours = Checkpoint { origin, size: TreeSize(size), root: Hash(root) };
        let theirs = tlog_tiles::Checkpoint::from_bytes(ours.to_string().as_bytes()).unwrap();
        prop_assert_eq!(theirs.origin(), &ours.origin);
        prop_assert_eq!(theirs.size(), size);
        prop_assert_eq!(theirs.hash().0, root);
        prop_assert_eq!(String::from_utf8(theirs.to_bytes()).unwrap().parse(), Ok(ours));
    }
}

/// Our vectors of notes have plain Ed25519 keys only, so their implementation can judge them.
#[test]
fn note_vectors_have_the_same_verdict_there() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/spec/vectors/note");
    let mut judged = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of vectors") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a vector");
        let end = bytes
            .windows(2)
            .position(|two| two == b"\n\n")
            .expect("a header");
        let header = std::str::from_utf8(&bytes[..end]).expect("text");
        let accept = header.starts_with("verdict: accept");
        let keys = header
            .lines()
            .filter_map(|line| line.strip_prefix("vkey: "));
        let known = VerifierList::new(
            keys.map(|key| Box::new(StandardVerifier::new(key).expect("a key")) as _)
                .collect(),
        );
        let note = signed_note::Note::from_bytes(&bytes[end + 2..]);
        let verdict = note.is_ok_and(|note| note.verify(&known).is_ok());
        assert_eq!(verdict, accept, "{}", path.display());
        judged += 1;
    }
    assert!(judged > 30);
}

/// Leaves, and all that each implementation keeps of them.
struct Tree {
    /// Theirs: hashes in storage order.
    stored: Vec<tlog_tiles::Hash>,
    /// Ours: by node, as a frontier finishes them.
    nodes: std::collections::BTreeMap<Node, Hash>,
    frontier: Frontier,
}

impl tlog_tiles::HashReader for Tree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        let hash = |index: &u64| self.stored[usize::try_from(*index).expect("small")];
        Ok(indexes.iter().map(hash).collect())
    }
}

impl HashReader for Tree {
    type Error = Infallible;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Infallible> {
        Ok(nodes.iter().map(|node| self.nodes[node]).collect())
    }
}

impl Tree {
    fn new(entries: &[Vec<u8>]) -> Self {
        let mut tree = Self {
            stored: Vec::new(),
            nodes: std::collections::BTreeMap::new(),
            frontier: Frontier::new(),
        };
        for (index, entry) in (0u64..).zip(entries) {
            let new = tlog_tiles::stored_hashes(index, entry, &tree).expect("stored before");
            tree.stored.extend(new);
            let nodes = &mut tree.nodes;
            tree.frontier.push_with(leaf_hash(entry), |node, hash| {
                nodes.insert(node, hash);
            });
        }
        tree
    }

    /// Our tile, from our nodes.
    fn tile(&self, path: TilePath) -> Tile {
        let Level::Hashes(level) = path.level else {
            panic!("a tile of hashes")
        };
        let first = path.index * 256;
        let node = |index| Node {
            level: level * 8,
            index,
        };
        let hashes = (first..first + u64::from(path.width)).map(|index| self.nodes[&node(index)]);
        Tile::new(hashes.collect()).expect("1 to 256 hashes")
    }
}

fn ours(hashes: &[tlog_tiles::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

fn theirs(hash: Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(hash.0)
}

fn entries() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let entry = prop::collection::vec(any::<u8>(), 0..8);
    prop::collection::vec(entry, 1..1200)
}

/// Our tiles, served to their reader, which checks them against the root.
struct Served<'a>(&'a Tree);

impl tlog_tiles::TileReader for Served<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        Ok(tiles
            .iter()
            .map(|tile| self.0.tile(our_path(tile)).to_bytes())
            .collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

/// Their tile under our path. Theirs, as Go's, names the height.
fn our_path(tile: &tlog_tiles::Tile) -> TilePath {
    let path = tile.path();
    let rest = path.strip_prefix("tile/8/").expect("height 8");
    format!("tile/{rest}").parse().expect("a tile path")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn trees_have_the_same_roots_and_proofs(entries in entries(), a: prop::sample::Index, b: prop::sample::Index) {
        let tree = Tree::new(&entries);
        let size = entries.len() as u64;
        let head = root(TreeSize(size), &tree).unwrap();
        prop_assert_eq!(head, tree.frontier.root());
        prop_assert_eq!(head.0, tlog_tiles::tree_hash(size, &tree).unwrap().0);

        let index = a.index(entries.len()) as u64;
        let leaf = leaf_hash(&entries[a.index(entries.len())]);
        let path = tlog_tiles::prove_record(size, index, &tree).unwrap();
        prop_assert_eq!(&inclusion_proof(LeafIndex(index), TreeSize(size), &tree).unwrap(), &ours(&path));
        prop_assert_eq!(verify_inclusion(&leaf, LeafIndex(index), TreeSize(size), &ours(&path), &head), Ok(()));
        prop_assert!(tlog_tiles::check_record(&path, size, theirs(head), index, theirs(leaf)).is_ok());

        let old = b.index(entries.len()) as u64 + 1;
        let old_root = root(TreeSize(old), &tree).unwrap();
        let proof = tlog_tiles::prove_tree(size, old, &tree).unwrap();
        prop_assert_eq!(&consistency_proof(TreeSize(old), TreeSize(size), &tree).unwrap(), &ours(&proof));
        prop_assert_eq!(verify_consistency(TreeSize(old), &old_root, TreeSize(size), &head, &ours(&proof)), Ok(()));
        prop_assert!(tlog_tiles::check_tree(&proof, size, theirs(head), old, theirs(old_root)).is_ok());
    }

    #[test]
    fn tiles_are_the_same(entries in entries(), old: prop::sample::Index) {
        let tree = Tree::new(&entries);
        let size = entries.len() as u64;
        let old = old.index(entries.len() + 1) as u64;
        let hash_tiles = new_tiles(TreeSize(old), TreeSize(size)).filter(|tile| tile.level != Level::Entries);
        let new = tlog_tiles::Tile::new_tiles(8, old, size);
        prop_assert_eq!(hash_tiles.collect::<Vec<_>>(), new.iter().map(our_path).collect::<Vec<_>>());
        for tile in new {
            prop_assert_eq!(tree.tile(our_path(&tile)).to_bytes(), tile.read_data(&tree).unwrap());
        }
        let served = Served(&tree);
        let head = theirs(tree.frontier.root());
        let reader = tlog_tiles::TileHashReader::new(size, head, &served);
        let all: Vec<u64> = (0..tlog_tiles::stored_hash_count(size)).collect();
        prop_assert_eq!(reader.read_hashes(&all).unwrap(), tree.stored);
    }

    /// Their check of a proof is ours, for anything that looks like one.
    #[test]
    fn proofs_have_one_verdict(size in 1u64..40, index in 0u64..40, count in 0usize..8, flip: bool) {
        let entries: Vec<Vec<u8>> = (0..size).map(|i| vec![u8::try_from(i).unwrap()]).collect();
        let tree = Tree::new(&entries);
        let head = tree.frontier.root();
        let index = index.min(size - 1);
        let leaf = leaf_hash(&entries[usize::try_from(index).unwrap()]);
        let mut path = tlog_tiles::prove_record(size, index, &tree).unwrap();
        path.truncate(count);
        if flip && let Some(hash) = path.last_mut() {
            hash.0[0] ^= 1;
        }
        let we = verify_inclusion(&leaf, LeafIndex(index), TreeSize(size), &ours(&path), &head).is_ok();
        let they = tlog_tiles::check_record(&path, size, theirs(head), index, theirs(leaf)).is_ok();
        prop_assert_eq!(we, they);
    }
}
