//! Test vectors (`spec/vectors/README.md`): one folder a topic, one file a vector, the
//! verdict in its header.
//!
//! `every_vector_has_its_verdict` runs what is committed. `what_is_generated_is_committed`
//! makes all vectors of ours again and compares byte for byte; with `UPDATE_VECTORS=1` it
//! writes them. Vectors with a `source` were published by others and are never written.

#![expect(
    clippy::assigning_clones,
    reason = "a change to a vector reads as an assignment"
)]

mod check;
mod file;
mod generate;
#[path = "../world/mod.rs"]
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use file::Vector;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors")
}

/// Names of the entries of a folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder of vectors");
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries
        .map(|entry| name(entry).into_string().expect("UTF-8 names"))
        .collect();
    names.sort();
    names
}

/// All vectors, by `topic/file`.
fn committed() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for topic in names(&folder())
        .into_iter()
        .filter(|name| name != "README.md")
        // What is sealed to an organiser is opened above the verifier's floors.
        .filter(|name| cfg!(feature = "service") || name != "list")
    {
        for name in names(&folder().join(&topic)) {
            let bytes = fs::read(folder().join(&topic).join(&name)).expect("a vector");
            files.insert(format!("{topic}/{name}"), bytes);
        }
    }
    files
}

#[test]
fn every_vector_has_its_verdict() {
    let mut topics: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let files = committed();
    let mut wrong = Vec::new();
    for (path, bytes) in &files {
        let vector = Vector::parse(path, bytes);
        let (topic, name) = path.split_once('/').expect("topic/file");
        let check = check::topic(topic).unwrap_or_else(|| panic!("unknown topic {topic}"));
        assert!(
            name.starts_with(vector.verdict()),
            "{path} is named after its verdict"
        );
        topics.entry(topic).or_default()[usize::from(vector.accept)] += 1;
        if let Err(difference) = vector.judge(check(&vector)) {
            wrong.push(format!("{path}: {difference}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} vectors:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    for topic in check::TOPICS.iter().map(|(topic, _)| topic) {
        let [_, accepted] = topics
            .get(topic)
            .unwrap_or_else(|| panic!("{topic} is empty"));
        assert!(*accepted > 0, "{topic} accepts nothing");
    }
    let [rejected, accepted] = topics
        .values()
        .fold([0, 0], |[r, a], [rejected, accepted]| {
            [r + rejected, a + accepted]
        });
    assert!(
        rejected > accepted,
        "{rejected} rejections, {accepted} acceptances"
    );
}

#[test]
fn what_is_generated_is_committed() {
    let mut committed = committed();
    committed.retain(|path, bytes| Vector::parse(path, bytes).opt("source").is_none());
    let generated = generate::all();
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        for path in committed
            .keys()
            .filter(|path| !generated.contains_key(*path))
        {
            fs::remove_file(folder().join(path)).expect("a vector");
        }
        for (path, bytes) in &generated {
            let path = folder().join(path);
            fs::create_dir_all(path.parent().expect("topic/file")).expect("the folder");
            fs::write(path, bytes).expect("a vector");
        }
        return;
    }
    let differs: Vec<&String> = generated
        .iter()
        .filter(|(path, bytes)| committed.get(*path) != Some(bytes))
        .map(|(path, _)| path)
        .chain(
            committed
                .keys()
                .filter(|path| !generated.contains_key(*path)),
        )
        .collect();
    assert!(differs.is_empty(), "run with UPDATE_VECTORS=1: {differs:?}");
}
