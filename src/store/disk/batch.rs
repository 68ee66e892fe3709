//! What one commit adds, as bytes: accepted leaves and changed records. The plain text
//! of a frame in a waiting segment (`spec/storage.md`, "Waiting segments").

use std::collections::BTreeMap;

use super::codec::{Reader, put_block, tree_code};
use crate::protocol::ids::{PetitionId, Tree};
use crate::store::{LogId, Space, Waiting};

const LEAVES: u8 = 1;
const RECORDS: u8 = 2;
const PUT: u8 = 1;
const DELETE: u8 = 2;

/// A record's place over all spaces: `space ‖ 00 ‖ key`.
///
/// # Panics
///
/// When the name of the space contains a zero byte.
pub(super) fn record_key(space: Space, key: &[u8]) -> Vec<u8> {
    assert!(!space.0.contains('\0'), "a space is a plain name");
    [space.0.as_bytes(), &[0], key].concat()
}

/// New values of records, `None` for deleted ones.
pub(super) type Records = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Leaves that one commit accepted for one tree, by hash.
pub(super) type Accepted = ((PetitionId, Tree), Vec<Waiting>);

fn put_count(out: &mut Vec<u8>, count: usize) {
    let count = u32::try_from(count).expect("a commit is bounded far below");
    out.extend_from_slice(&count.to_be_bytes());
}

/// Append records, in key order, so that nothing tells in which they changed.
pub(super) fn put_records(out: &mut Vec<u8>, records: &Records) {
    put_count(out, records.len());
    for (key, value) in records {
        out.push(if value.is_some() { PUT } else { DELETE });
        put_block(out, key);
        if let Some(value) = value {
            put_block(out, value);
        }
    }
}

pub(super) fn read_records(r: &mut Reader<'_>, records: &mut Records) -> Option<()> {
    for _ in 0..r.u32()? {
        let operation = r.u8()?;
        let key = r.block()?.to_vec();
        let value = match operation {
            PUT => Some(r.block()?.to_vec()),
            DELETE => None,
            _ => return None,
        };
        records.insert(key, value);
    }
    Some(())
}

/// Append the plain text of a frame.
pub(super) fn put_batch<'a>(
    out: &mut Vec<u8>,
    accepted: impl Iterator<Item = ((PetitionId, Tree), Vec<&'a Waiting>)>,
    records: &Records,
) {
    for ((petition, tree), waiting) in accepted {
        out.push(LEAVES);
        out.push(tree_code(tree));
        out.extend_from_slice(petition.as_bytes());
        put_count(out, waiting.len());
        for w in waiting {
            out.extend_from_slice(&w.accepted.to_be_bytes());
            out.extend_from_slice(&w.leaf);
        }
    }
    if !records.is_empty() {
        out.push(RECORDS);
        put_records(out, records);
    }
}

/// Read the plain text of a frame, after what was read before.
pub(super) fn read_batch(
    bytes: &[u8],
    accepted: &mut Vec<Accepted>,
    records: &mut Records,
) -> Option<()> {
    let mut r = Reader(bytes);
    while !r.is_empty() {
        match r.u8()? {
            LEAVES => {
                let LogId::Tree(petition, tree) = r.log_id()? else {
                    return None;
                };
                let mut list = Vec::new();
                for _ in 0..r.u32()? {
                    let time = r.u64()?;
                    let leaf = r.bytes(tree.leaf_len())?.to_vec();
                    list.push(Waiting::new(leaf, time));
                }
                accepted.push(((petition, tree), list));
            }
            RECORDS => read_records(&mut r, records)?,
            _ => return None,
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_round_trip_and_cut_ones_are_refused() {
        let p = PetitionId([1; 32]);
        let waiting = [
            Waiting::new(vec![1; 66], 7),
            Waiting::new(vec![2; 66], u64::MAX),
        ];
        let records = Records::from([
            (record_key(Space("a"), b"k"), Some(b"v".to_vec())),
            (record_key(Space("b"), b""), None),
        ]);
        let mut bytes = Vec::new();
        let list = [((p, Tree::Roll), waiting.iter().collect())];
        put_batch(&mut bytes, list.into_iter(), &records);
        let (mut accepted, mut read) = (Vec::new(), Records::new());
        read_batch(&bytes, &mut accepted, &mut read).expect("a batch");
        assert_eq!(accepted, [((p, Tree::Roll), waiting.to_vec())]);
        assert_eq!(read, records);
        let whole = 1 + 33 + 4 + 2 * (8 + 66);
        for cut in (1..bytes.len()).filter(|cut| *cut != whole) {
            let (mut accepted, mut read) = (Vec::new(), Records::new());
            assert_eq!(read_batch(&bytes[..cut], &mut accepted, &mut read), None);
        }
    }
}
