//! The fuzz targets (`tests/fuzz/`), run on the bodies of all test vectors and on what the
//! fuzzer found worth keeping. `WRITE_SEEDS=folder` writes the former for the fuzzer.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[path = "fuzz/targets.rs"]
#[allow(unreachable_pub)] // the fuzzer's package includes it, too
mod targets;
#[path = "vectors/file.rs"]
#[allow(dead_code)]
mod vector_file;

use targets::{TARGETS, run};
use vector_file::Vector;

/// Most bytes of a target's corpus.
const CORPUS_MAX: u64 = 200_000;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .expect("UTF-8 names")
}

/// All values of a field as lines.
fn lines(vector: &Vector, key: &str) -> Vec<u8> {
    vector
        .all(key)
        .flat_map(|line| [line, "\n"])
        .collect::<String>()
        .into_bytes()
}

/// Parts with zero bytes between them.
fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.join(&0)
}

/// The bytes of a base64 field.
fn base64(text: &str) -> Vec<u8> {
    undersigned::protocol::encoding::from_base64(text).expect("base64")
}

/// A proof's two numbers, two roots, and hashes.
fn proof(vector: &Vector, [first, second, one, other]: [&str; 4]) -> Vec<u8> {
    let number = |key| vector.value::<u64>(key).to_be_bytes().to_vec();
    let mut bytes = [number(first), number(second)].concat();
    bytes.extend(base64(vector.get(one)));
    bytes.extend(base64(vector.get(other)));
    bytes.extend(vector.all("path").flat_map(base64));
    bytes
}

/// What a vector gives a target; nothing where its topic is not a parser's.
fn seed(topic: &str, vector: &Vector) -> Option<(&'static str, Vec<u8>)> {
    let body = vector.body.as_slice();
    Some(match topic {
        "attestation" => ("attestation", body.to_vec()),
        "bundle" => {
            let width = vector.value::<u16>("width").to_be_bytes();
            ("bundle", [&width[..], &vector.hex("bundle")].concat())
        }
        "checkpoint" => ("checkpoint", body.to_vec()),
        "commitment" => ("disclosure", body.to_vec()),
        "consistency" => (
            "proof",
            proof(vector, ["old", "new", "old-root", "new-root"]),
        ),
        "evidence" => ("evidence", joined(&[&lines(vector, "policy"), body])),
        "inclusion" => ("proof", proof(vector, ["index", "size", "leaf", "root"])),
        "cosignature" | "note" => ("note", joined(&[&lines(vector, "vkey"), body])),
        "draw" => ("draw", body.to_vec()),
        "leaf" => ("leaf", vector.hex("leaf")),
        "list" => ("list", body.to_vec()),
        "manifest" | "signer" => ("manifest", body.to_vec()),
        "opening" => ("opening", body.to_vec()),
        "policy" => ("policy", body.to_vec()),
        "promise" => ("promise", body.to_vec()),
        "quorum" => ("quorum", joined(&[&lines(vector, "policy"), body])),
        "receipt" => ("receipt", body.to_vec()),
        "statement" | "report" => {
            let manifest = vector.opt("manifest").unwrap_or_default();
            let keeper = vector.opt("keeper").unwrap_or_default();
            (
                "statement",
                joined(&[manifest.as_bytes(), keeper.as_bytes(), body]),
            )
        }
        "strike" => ("leaf", vector.hex("strike")),
        "tally" => ("tally", body.to_vec()),
        "tile" => ("tile-path", vector.get("path").as_bytes().to_vec()),
        "tlog-proof" => {
            let leaf = base64(vector.get("leaf"));
            (
                "tlog-proof",
                joined(&[&lines(vector, "policy"), &leaf, body]),
            )
        }
        "token" => ("token-key", vector.hex("token-key")),
        "vkey" => ("vkey", vector.get("vkey").as_bytes().to_vec()),
        "signer-key" => ("vkey", vector.get("key").as_bytes().to_vec()),
        "withdrawal" => ("leaf", vector.hex("withdrawal")),
        "witness" => {
            let latest = vector
                .opt("latest-size")
                .map(|size| format!("log.example\n{size}\n{}\n", vector.get("latest-root")));
            let latest = latest.unwrap_or_default();
            (
                "witness",
                joined(&[&lines(vector, "vkey"), latest.as_bytes(), body]),
            )
        }
        _ => return None,
    })
}

/// Seeds by target and vector.
fn seeds() -> BTreeMap<(&'static str, String), Vec<u8>> {
    let mut seeds = BTreeMap::new();
    let folder = root().join("spec/vectors");
    for topic in entries(&folder).into_iter().filter(|path| path.is_dir()) {
        for path in entries(&topic) {
            let (topic, file) = (name(&topic), name(&path));
            let vector = Vector::parse(file, &fs::read(&path).expect("a vector"));
            if let Some((target, bytes)) = seed(topic, &vector) {
                seeds.insert((target, format!("{topic}-{file}")), bytes);
            }
        }
    }
    seeds
}

#[test]
fn vectors_pass_their_targets() {
    let seeds = seeds();
    let covered: BTreeSet<&str> = seeds.keys().map(|(target, _)| *target).collect();
    let all: BTreeSet<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(covered, all, "every target has seeds");
    assert!(seeds.len() > 300, "the walk found the vectors");
    if let Some(folder) = std::env::var_os("WRITE_SEEDS") {
        for ((target, name), bytes) in &seeds {
            let folder = Path::new(&folder).join(target);
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join(name), bytes).expect("written");
        }
    }
    for ((target, _), bytes) in &seeds {
        run(target, bytes);
    }
}

#[test]
fn what_was_found_passes_its_target() {
    let folder = root().join("tests/fuzz/corpus");
    let mut found = BTreeSet::new();
    for folder in entries(&folder) {
        let target = name(&folder);
        let mut size = 0;
        for path in entries(&folder) {
            let bytes = fs::read(&path).expect("a file");
            size += bytes.len() as u64;
            run(target, &bytes);
        }
        assert!(size > 0 && size <= CORPUS_MAX, "{target}: {size} bytes");
        found.insert(target.to_owned());
    }
    let all = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(
        found, all,
        "every target has a corpus, and every corpus a target"
    );
}

#[test]
fn every_target_has_a_binary() {
    let manifest = fs::read_to_string(root().join("tests/fuzz/Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let binaries = manifest["bin"].as_array().expect("binaries");
    let names: Vec<&str> = binaries
        .iter()
        .map(|bin| bin["name"].as_str().expect("a name"))
        .collect();
    let all: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, all);
}
