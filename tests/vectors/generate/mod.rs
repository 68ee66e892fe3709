//! Makes the vectors. Acceptances state what must come out; rejections differ from an
//! acceptance in one thing, and say in which.

mod attestation;
mod checkpoint;
mod consistency;
mod cosignature;
mod evidence;
mod inclusion;
mod issuance;
mod key;
mod leaf;
#[cfg(feature = "service")]
mod list;
mod manifest;
mod manifest_key;
mod manifest_shape;
mod manifest_text;
mod note;
mod policy;
mod quorum;
mod receipt;
mod revocation;
mod sample;
mod signer;
mod statement;
mod tag;
mod tally;
mod tile;
mod tlog_proof;
mod token;
mod witness;

use std::collections::BTreeMap;

use crate::file::Case;

/// All vectors of ours, by path.
pub(crate) fn all() -> BTreeMap<String, Vec<u8>> {
    let cases = [
        attestation::cases(),
        checkpoint::cases(),
        consistency::cases(),
        cosignature::cases(),
        evidence::cases(),
        inclusion::cases(),
        issuance::cases(),
        key::cases(),
        leaf::cases(),
        #[cfg(feature = "service")]
        list::cases(),
        manifest::cases(),
        manifest_key::cases(),
        manifest_shape::cases(),
        manifest_text::cases(),
        note::cases(),
        policy::cases(),
        quorum::cases(),
        receipt::cases(),
        revocation::cases(),
        sample::cases(),
        signer::cases(),
        statement::cases(),
        tag::cases(),
        tally::cases(),
        tile::cases(),
        tlog_proof::cases(),
        token::cases(),
        witness::cases(),
    ];
    let mut files = BTreeMap::new();
    for (path, bytes) in cases.into_iter().flatten().map(Case::file) {
        assert!(
            files.insert(path.clone(), bytes).is_none(),
            "{path} is made twice"
        );
    }
    files
}

/// `text` with its only `from` replaced.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(
        text.matches(from).count(),
        1,
        "{from:?} stands once in {text:.200}"
    );
    text.replacen(from, to, 1)
}

/// The bytes with one bit changed.
fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}
