//! Trees, tiles and bundles.

use undersigned::tlog::bundle::{self};
use undersigned::tlog::hash::Hash;
use undersigned::tlog::proof::{verify_consistency, verify_inclusion};
use undersigned::tlog::size::{LeafIndex, TreeSize};
use undersigned::tlog::tile::{Level, TilePath, new_tiles};

use super::text;
use crate::file::{Facts, Vector};

fn hashes(vector: &Vector, key: &str) -> Vec<Hash> {
    vector
        .all(key)
        .map(|hash| hash.parse().expect("a hash"))
        .collect()
}

pub(super) fn inclusion(vector: &Vector) -> Result<Facts, String> {
    let (index, size) = (
        LeafIndex(vector.value("index")),
        TreeSize(vector.value("size")),
    );
    let (leaf, root) = (vector.value("leaf"), vector.value("root"));
    verify_inclusion(&leaf, index, size, &hashes(vector, "path"), &root).map_err(text)?;
    Ok(Facts::new())
}

pub(super) fn consistency(vector: &Vector) -> Result<Facts, String> {
    let (old, new) = (TreeSize(vector.value("old")), TreeSize(vector.value("new")));
    let (old_root, new_root) = (vector.value("old-root"), vector.value("new-root"));
    let path = hashes(vector, "path");
    verify_consistency(old, &old_root, new, &new_root, &path).map_err(text)?;
    Ok(Facts::new())
}

pub(super) fn tile(vector: &Vector) -> Result<Facts, String> {
    let path: TilePath = vector.get("path").parse().map_err(text)?;
    if path.to_string() != vector.get("path") {
        return Err("prints differently".to_owned());
    }
    let level = match path.level {
        Level::Entries => "entries".to_owned(),
        Level::Hashes(level) => level.to_string(),
    };
    let (index, width) = (path.index.to_string(), path.width.to_string());
    Ok(vec![("level", level), ("index", index), ("width", width)])
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "as all checks; no layout is refused"
)]
pub(super) fn layout(vector: &Vector) -> Result<Facts, String> {
    let (old, new) = (TreeSize(vector.value("old")), TreeSize(vector.value("new")));
    Ok(new_tiles(old, new)
        .map(|tile| ("tile", tile.to_string()))
        .collect())
}

pub(super) fn bundle(vector: &Vector) -> Result<Facts, String> {
    let bytes = vector.hex("bundle");
    let entries = bundle::parse(&bytes, vector.value("width")).map_err(text)?;
    if bundle::encode(&entries).map_err(text)? != bytes {
        return Err("encodes differently".to_owned());
    }
    Ok(entries
        .into_iter()
        .map(|entry| ("entry", hex::encode(entry)))
        .collect())
}
