use super::*;
use crate::store::disk::files::SystemFiles;

fn place(folder: &std::path::Path) -> IndexFolder {
    IndexFolder {
        files: Arc::new(SystemFiles),
        folder: folder.to_owned(),
        store: StoreId([1; 16]),
        recent: 1000,
        filters: 1 << 20,
    }
}

fn entry(n: u64) -> Entry {
    let location = Location { log: 3, index: n };
    Entry::new(
        fingerprint_of_key(3, blake3::hash(&n.to_be_bytes()).as_bytes()),
        location,
    )
}

fn found(index: &Index, n: u64) -> Vec<u64> {
    let key = blake3::hash(&n.to_be_bytes());
    let candidates = index.candidates(fingerprint_of_key(3, key.as_bytes()));
    candidates
        .expect("a search")
        .iter()
        .map(|l| l.index)
        .collect()
}

#[test]
fn entries_are_found_in_memory_in_runs_and_after_reopening() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut index = Index::open(place(folder.path())).expect("an index");
    let mut next = 0;
    for publication in 1..200 {
        let count = [1, 7, 300, 2][publication % 4];
        index.insert(
            publication as u64,
            (next..next + count).map(entry).collect(),
        );
        next += count;
        if index.wants_flush() {
            index.flush().expect("a run");
        }
        if publication % 50 == 49 {
            let covered = index.covered();
            index.flush().expect("a run");
            assert!(index.covered() > covered);
            drop(index);
            index = Index::open(place(folder.path())).expect("an index");
            assert_eq!(index.covered(), publication as u64);
        }
        assert!(index.read().runs.len() < 8 && index.read().recent.len() < 20);
    }
    for n in 0..next {
        assert_eq!(found(&index, n), [n]);
    }
    assert!((next..next + 5000).all(|n| found(&index, n).is_empty()));
}

#[test]
fn equal_fingerprints_are_all_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open(place(folder.path())).expect("an index");
    let same = |index| Entry::new(77, Location { log: 1, index });
    index.insert(1, (0..700).map(same).collect());
    index.flush().expect("a run");
    index.insert(2, (700..800).map(same).collect());
    let found = index.candidates(77).expect("a search");
    let mut indices: Vec<u64> = found.iter().map(|l| l.index).collect();
    indices.sort_unstable();
    assert!(indices.into_iter().eq(0..800));
    assert!(index.candidates(76).expect("a search").is_empty());
    assert!(index.candidates(78).expect("a search").is_empty());
}

#[test]
fn a_rebuilt_index_finds_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open(place(folder.path())).expect("an index");
    index.insert(1, (0..10).map(entry).collect());
    let mut rebuild = index.rebuild().expect("a rebuild");
    for n in 0..5_500 {
        rebuild.push(entry(n)).expect("an entry");
    }
    index.replace(rebuild, 9).expect("a run");
    assert!((0..5_500).all(|n| found(&index, n) == [n]));
    let again = Index::open(place(folder.path())).expect("an index");
    assert_eq!(again.covered(), 9);
    assert!((0..5_500).all(|n| found(&again, n) == [n]));
    let empty = again.rebuild().expect("a rebuild");
    again.replace(empty, 0).expect("nothing");
    assert!(found(&again, 1).is_empty());
}

#[test]
fn a_flipped_byte_is_seen_and_the_run_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let index = Index::open(place(folder.path())).expect("an index");
    index.insert(1, (0..2000).map(entry).collect());
    index.flush().expect("a run");
    let path = place(folder.path()).path(Span { after: 0, last: 1 });
    let bytes = std::fs::read(&path).expect("the run");
    for at in (0..bytes.len()).step_by(97) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        std::fs::write(&path, flipped).expect("the run");
        let Ok(index) = Index::open(place(folder.path())) else {
            panic!("a damaged index is no reason to refuse");
        };
        if index.covered() == 1 {
            for n in 0..2000u64 {
                let key = blake3::hash(&n.to_be_bytes());
                let print = fingerprint_of_key(3, key.as_bytes());
                if let Ok(candidates) = index.candidates(print) {
                    assert_eq!(candidates[0].index, n, "byte {at}");
                }
            }
        }
    }
}
