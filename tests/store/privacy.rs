//! What the folder tells a thief: nothing of what waits, and of what is published no
//! order but the published one, and no time.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use undersigned::protocol::ids::Tree;
use undersigned::store::{Change, LogId, Space, Waiting};

use crate::engine::{Disk, Writer};
use crate::leaves::{P, key, leaf};

/// Seconds that occur nowhere else.
const TIME: u64 = 0x0123_4567_89ab_0000;
const SIGNERS: u64 = 300;

fn contents(folder: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            contents(&path, into);
        } else {
            into.push((path.clone(), fs::read(path).expect("a file")));
        }
    }
}

/// Where each needle first stands.
fn positions(haystack: &[u8], needles: &[Vec<u8>]) -> Vec<Option<usize>> {
    let start = |bytes: &[u8]| -> [u8; 6] { bytes[..6].try_into().expect("six") };
    let mut by_start: HashMap<[u8; 6], Vec<usize>> = HashMap::new();
    for (n, needle) in needles.iter().enumerate() {
        by_start.entry(start(needle)).or_default().push(n);
    }
    let mut found = vec![None; needles.len()];
    for (at, window) in haystack.windows(6).enumerate() {
        for n in by_start.get(window).into_iter().flatten() {
            if found[*n].is_none() && haystack[at..].starts_with(&needles[*n]) {
                found[*n] = Some(at);
            }
        }
    }
    found
}

fn has_any(haystack: &[u8], needles: &[Vec<u8>]) -> bool {
    positions(haystack, needles).iter().any(Option::is_some)
}

fn all(disk: &Disk) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    contents(&disk.options.folder, &mut files);
    assert!(files.len() > 5);
    files
}

/// The record of signer `n` says who it is; here as text that can be searched for.
fn record(n: u64) -> Vec<u8> {
    format!("record of signer {n:06}").into_bytes()
}

fn sign(writer: &Writer, numbers: std::ops::Range<u64>) {
    for n in numbers {
        let accept = |tree| (P, tree, Waiting::new(leaf(tree, n), TIME + n));
        let key = blake3::hash(&n.to_be_bytes()).as_bytes().to_vec();
        let change = Change {
            accept: vec![accept(Tree::Roll), accept(Tree::Signatures)],
            put: vec![(Space("signers"), key, record(n))],
            ..Change::default()
        };
        writer.commit(change).expect("a new signer");
    }
}

fn no_times(files: &[(PathBuf, Vec<u8>)]) {
    for (path, bytes) in files {
        let big = TIME.to_be_bytes()[..6].to_vec();
        let little = TIME.to_le_bytes()[2..].to_vec();
        let found = has_any(bytes, &[big, little]);
        assert!(!found, "{} tells when somebody signed", path.display());
    }
}

#[test]
fn what_waits_is_sealed() {
    let mut disk = Disk::new();
    let writer = Writer::of(&disk);
    sign(&writer, 0..20);
    drop(writer);
    for _ in 0..2 {
        let files = all(&disk);
        no_times(&files);
        for (path, bytes) in &files {
            let keys = |tree| (0..20).map(move |n| key(tree, n).to_vec());
            let secrets: Vec<Vec<u8>> = keys(Tree::Roll).chain(keys(Tree::Signatures)).collect();
            assert!(
                !has_any(bytes, &secrets),
                "{} shows a leaf that waits",
                path.display()
            );
        }
        // Carried over into a new segment.
        disk.close();
        disk.open();
    }
}

#[test]
fn no_file_has_leaves_or_records_in_the_order_of_their_arrival() {
    let mut disk = Disk::new();
    let writer = Writer::of(&disk);
    // Something waits throughout, so that segments are carried over.
    writer.accept(P, Tree::Strikes, 0..5);
    let mut old_keys = Vec::new();
    for batch in 0..3 {
        let from = batch * SIGNERS / 3;
        sign(&writer, from..from + SIGNERS / 3);
        old_keys.extend(segment_keys(&disk));
        let roll = writer.stage_waiting(P, Tree::Roll);
        let signatures = writer.stage_waiting(P, Tree::Signatures);
        writer.publish(&[
            (LogId::Tree(P, Tree::Roll), roll),
            (LogId::Tree(P, Tree::Signatures), signatures),
        ]);
    }
    let published: Vec<Vec<Vec<u8>>> = [Tree::Roll, Tree::Signatures]
        .map(|tree| {
            let log = LogId::Tree(P, tree);
            writer.store.leaves(log, 0, usize::MAX).expect("leaves")
        })
        .to_vec();
    drop(writer);
    // Both while it runs and after it has ended.
    for ended in [false, true] {
        if ended {
            disk.close();
        }
        let files = all(&disk);
        no_times(&files);
        for (path, bytes) in &files {
            let name = path.display();
            assert!(
                !has_any(bytes, &old_keys),
                "{name} has the key of a destroyed segment"
            );
            for (tree, leaves) in [Tree::Roll, Tree::Signatures].into_iter().zip(&published) {
                let keys: Vec<Vec<u8>> = (0..SIGNERS).map(|n| key(tree, n).to_vec()).collect();
                if !has_any(bytes, &keys) {
                    continue;
                }
                assert!(
                    name.to_string().contains("/logs/"),
                    "{name} has leaves in clear"
                );
                let places = positions(bytes, leaves);
                assert!(places.iter().all(Option::is_some) && places.is_sorted());
            }
            let records: Vec<Vec<u8>> = (0..SIGNERS).map(record).collect();
            let all_places = positions(bytes, &records);
            for batch in 0..3 {
                let from = batch * SIGNERS / 3;
                let range = usize::try_from(from).expect("small")..;
                let third = usize::try_from(SIGNERS / 3).expect("small");
                let places = all_places[range].iter().take(third);
                let places: Vec<usize> = places.copied().flatten().collect();
                let ascents = places.windows(2).filter(|pair| pair[0] < pair[1]).count();
                let half = places.len() / 2;
                assert!(
                    places.len() < 20 || ascents.abs_diff(half) < half / 2,
                    "{name} has records in the order of their arrival"
                );
            }
        }
    }
}

/// The keys of the segments there are.
fn segment_keys(disk: &Disk) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    contents(&disk.options.keys, &mut files);
    assert_eq!(files.len(), 1, "one segment, one key");
    files
        .into_iter()
        .map(|(_, bytes)| bytes[96..128].to_vec())
        .collect()
}
