//! One frame: the unit that is written, checked and read whole
//! (`spec/storage.md`, "Frames").

use super::codec::{CHECK_LEN, Reader, checksum};
use super::error::io;
use super::files::File;
use crate::store::StoreError;

/// Bytes before a frame's body.
pub(super) const FRAME_HEAD: usize = 32;
/// Frames start at multiples of this.
pub(super) const FRAME_ALIGN: usize = 16;

const HEAD_CHECK_LEN: usize = 8;

/// Binds a frame to its file and place: the file's header checksum and the offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) tag: [u8; CHECK_LEN],
    pub(super) at: u64,
}

impl Place {
    fn head_check(self, head: &[u8]) -> [u8; HEAD_CHECK_LEN] {
        let check = checksum(&[b"head", &self.tag, &self.at.to_be_bytes(), head]);
        check[..HEAD_CHECK_LEN]
            .try_into()
            .expect("a checksum is longer")
    }

    fn body_check(self, kind: u32, body: &[u8]) -> [u8; CHECK_LEN] {
        let at = self.at.to_be_bytes();
        checksum(&[b"body", &self.tag, &at, &kind.to_be_bytes(), body])
    }
}

/// The first bytes of a frame, checked.
#[derive(Clone, Copy, Debug)]
struct Head {
    length: usize,
    kind: u32,
    body_check: [u8; CHECK_LEN],
}

/// A frame read from a file.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) kind: u32,
    pub(super) body: Vec<u8>,
    /// Where the next one starts.
    pub(super) next: u64,
}

/// Where a frame with a body of `length` bytes ends.
pub(super) fn end_of(at: u64, length: usize) -> u64 {
    at + (FRAME_HEAD + length.next_multiple_of(FRAME_ALIGN)) as u64
}

/// A buffer to write a body into, behind room for the frame's head.
pub(super) fn buffer() -> Vec<u8> {
    vec![0; FRAME_HEAD]
}

/// Fill in the head of a frame whose body stands in `buffer` from `start +
/// FRAME_HEAD` on, and pad it.
///
/// # Panics
///
/// When the body has 4 GiB or more.
pub(super) fn close(place: Place, kind: u32, buffer: &mut Vec<u8>, start: usize) {
    let body = &buffer[start + FRAME_HEAD..];
    let length = u32::try_from(body.len()).expect("a frame is below 4 GiB");
    let padded = body.len().next_multiple_of(FRAME_ALIGN);
    let body_check = place.body_check(kind, body);
    let mut head = [&length.to_be_bytes()[..], &kind.to_be_bytes(), &body_check].concat();
    let head_check = place.head_check(&head);
    head.extend_from_slice(&head_check);
    buffer[start..start + FRAME_HEAD].copy_from_slice(&head);
    buffer.resize(start + FRAME_HEAD + padded, 0);
}

fn parse_head(place: Place, bytes: &[u8]) -> Option<Head> {
    let (head, check) = bytes
        .get(..FRAME_HEAD)?
        .split_at(FRAME_HEAD - HEAD_CHECK_LEN);
    if place.head_check(head) != check {
        return None;
    }
    let mut r = Reader(head);
    Some(Head {
        length: usize::try_from(r.u32()?).ok()?,
        kind: r.u32()?,
        body_check: r.array()?,
    })
}

/// Parse a frame at the front of bytes that were read from this place; also says how
/// many bytes it took.
pub(super) fn parse(place: Place, bytes: &[u8]) -> Option<(u32, &[u8], usize)> {
    let head = parse_head(place, bytes)?;
    let body = bytes.get(FRAME_HEAD..FRAME_HEAD + head.length)?;
    let taken = FRAME_HEAD + head.length.next_multiple_of(FRAME_ALIGN);
    (place.body_check(head.kind, body) == head.body_check).then_some((head.kind, body, taken))
}

/// What stands at a place of a file.
pub(super) enum Found {
    /// A valid frame.
    Frame(Frame),
    /// No valid frame; if its head is valid, where it would end.
    Nothing(Option<u64>),
}

/// Read the frame at `place`, which must lie before `length`, the end of the file.
pub(super) fn read(
    what: &str,
    file: &dyn File,
    place: Place,
    length: u64,
) -> Result<Found, StoreError> {
    let mut bytes = [0; FRAME_HEAD];
    if place.at + FRAME_HEAD as u64 > length {
        return Ok(Found::Nothing(None));
    }
    file.read_at(place.at, &mut bytes).map_err(io(what))?;
    let Some(head) = parse_head(place, &bytes) else {
        return Ok(Found::Nothing(None));
    };
    let next = end_of(place.at, head.length);
    if next > length {
        return Ok(Found::Nothing(Some(next)));
    }
    let mut body = vec![0; head.length];
    file.read_at(place.at + FRAME_HEAD as u64, &mut body)
        .map_err(io(what))?;
    if place.body_check(head.kind, &body) != head.body_check {
        return Ok(Found::Nothing(Some(next)));
    }
    let kind = head.kind;
    Ok(Found::Frame(Frame { kind, body, next }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_bound_to_its_place() {
        let place = Place {
            tag: [1; 16],
            at: 96,
        };
        let mut bytes = buffer();
        bytes.extend_from_slice(b"seventeen bytes !");
        close(place, 5, &mut bytes, 0);
        assert_eq!(bytes.len(), 32 + 32);
        let parsed = parse(place, &bytes).expect("a frame");
        assert_eq!(parsed, (5, &b"seventeen bytes !"[..], 64));
        let elsewhere = [
            Place { at: 112, ..place },
            Place {
                tag: [2; 16],
                ..place
            },
        ];
        assert!(elsewhere.iter().all(|p| parse(*p, &bytes).is_none()));
        for at in 0..32 + 17 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x80;
            assert!(parse(place, &flipped).is_none(), "byte {at}");
        }
        assert!(parse(place, &bytes[..48]).is_none());
    }
}
