//! The worked examples of `spec/storage.md`, byte for byte.

use super::anchor::Anchor;
use super::batch::{Records, put_batch, record_key};
use super::frame::{self, FRAME_HEAD, Place};
use super::header::{HEADER_LEN, Header, Kind, StoreId};
use crate::protocol::ids::{PetitionId, Tree};
use crate::store::{Space, Waiting};

const SPEC: &str = include_str!("../../../spec/storage.md");
const STORE: StoreId = StoreId(*b"\0\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f");

/// Lines of 32 bytes in hexadecimal, as the specification prints them.
fn assert_printed(what: &str, bytes: &[u8]) {
    let lines: Vec<String> = bytes.chunks(32).map(hex::encode).collect();
    let text = lines.join("\n");
    assert!(
        SPEC.contains(&text),
        "spec/storage.md lacks {what}:\n{text}"
    );
}

#[test]
fn a_header_and_an_anchor() {
    let anchor = Anchor {
        store: STORE,
        epoch: 3,
        publication: 2,
        chain: [0xaa; 32],
        segment: 5,
        batch: 4,
    };
    assert_printed("the anchor", &anchor.to_bytes());
}

#[test]
fn a_frame_of_the_journal() {
    let header = Header::new(Kind::Entries, STORE, 0);
    let place = Place {
        tag: header.tag(),
        at: HEADER_LEN,
    };
    let mut bytes = vec![0; FRAME_HEAD];
    bytes.extend_from_slice(b"hello\n");
    frame::close(place, 1, &mut bytes, 0);
    assert_printed("the journal", &[header.to_bytes(), bytes].concat());
}

#[test]
fn the_plain_text_of_a_commit() {
    let petition = PetitionId([0x11; 32]);
    let waiting = Waiting::new(
        [&[1, 3][..], &[0x22; 32], &[0x33; 32]].concat(),
        1_700_000_000,
    );
    let accepted = [((petition, Tree::Roll), vec![&waiting])];
    let record = (record_key(Space("vault"), b"k"), Some(b"value".to_vec()));
    let mut bytes = Vec::new();
    put_batch(&mut bytes, accepted.into_iter(), &Records::from([record]));
    assert_printed("the commit", &bytes);
}
