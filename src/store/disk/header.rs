//! The 96 bytes at the start of every file (`spec/storage.md`, "Header").

use super::codec::{CHECK_LEN, Reader, checksum};
use super::error::{damaged, io};
use super::files::File;
use crate::store::StoreError;

/// Bytes of a header.
pub(super) const HEADER_LEN: u64 = 96;
/// The newest format that this program knows, of all kinds of file.
pub(super) const FORMAT: u32 = 1;

const MAGIC: &[u8; 8] = b"undersgn";
/// Bytes under the checksum.
const BODY_LEN: usize = 80;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Anchor,
    Publications,
    Entries,
    Waiting,
    Key,
    State,
    Index,
}

impl Kind {
    fn code(self) -> &'static [u8; 4] {
        match self {
            Self::Anchor => b"ANCH",
            Self::Publications => b"PUBL",
            Self::Entries => b"ENTR",
            Self::Waiting => b"WAIT",
            Self::Key => b"WKEY",
            Self::State => b"STAT",
            Self::Index => b"INDX",
        }
    }
}

/// Which data folder a file belongs to: drawn at random when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StoreId(pub(super) [u8; 16]);

/// The start of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) store: StoreId,
    /// What of that kind: a petition id, else zeroes.
    pub(super) subject: [u8; 32],
    /// Its number, or the code of its tree.
    pub(super) number: u64,
    /// A second number, of the kind's own meaning.
    pub(super) detail: u64,
}

impl Header {
    /// A header without subject and detail.
    pub(super) fn new(kind: Kind, store: StoreId, number: u64) -> Self {
        Self {
            kind,
            store,
            subject: [0; 32],
            number,
            detail: 0,
        }
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = [
            &MAGIC[..],
            self.kind.code(),
            &FORMAT.to_be_bytes(),
            &self.store.0,
            &self.subject,
            &self.number.to_be_bytes(),
            &self.detail.to_be_bytes(),
        ]
        .concat();
        let check = checksum(&[&bytes]);
        bytes.extend_from_slice(&check);
        bytes
    }

    /// The checksum, which binds what follows to this very file.
    pub(super) fn tag(self) -> [u8; CHECK_LEN] {
        let bytes = self.to_bytes();
        bytes[bytes.len() - CHECK_LEN..]
            .try_into()
            .expect("a header ends with its checksum")
    }

    /// Parse the header of a file of this kind. Its layout is that of all versions, so
    /// that a newer one is told from a damaged one.
    pub(super) fn parse(what: &str, kind: Kind, bytes: &[u8]) -> Result<Self, StoreError> {
        let wrong = || damaged(format!("{what}, byte 0"), FOREIGN);
        let mut r = Reader(bytes);
        let body = Reader(bytes).bytes(BODY_LEN).ok_or_else(wrong)?;
        let parse = |r: &mut Reader<'_>| {
            let is_ours = r.array() == Some(*MAGIC) && r.array() == Some(*kind.code());
            let format = r.u32()?;
            let header = Self {
                kind,
                store: StoreId(r.array()?),
                subject: r.array()?,
                number: r.u64()?,
                detail: r.u64()?,
            };
            let is_whole = r.array() == Some(checksum(&[body]));
            (is_ours && is_whole).then_some((format, header))
        };
        let (found, header) = parse(&mut r).ok_or_else(wrong)?;
        if found == FORMAT {
            Ok(header)
        } else {
            Err(StoreError::Version {
                what: what.to_owned(),
                found,
                known: FORMAT,
            })
        }
    }

    /// Read the header of a file and require that it is this one.
    pub(super) fn require(self, what: &str, file: &dyn File) -> Result<(), StoreError> {
        let found = Self::read(what, self.kind, file)?;
        if found == self {
            Ok(())
        } else {
            Err(damaged(format!("{what}, byte 16"), FOREIGN))
        }
    }

    /// Read the header of a file of this kind.
    pub(super) fn read(what: &str, kind: Kind, file: &dyn File) -> Result<Self, StoreError> {
        let length = file.len().map_err(io(what))?.min(HEADER_LEN);
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        file.read_at(0, &mut bytes).map_err(io(what))?;
        Self::parse(what, kind, &bytes)
    }
}

const FOREIGN: &str = "it is not the file that this store wrote here; restore it from a backup \
                       of this very folder";

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: Header = Header {
        kind: Kind::Entries,
        store: StoreId([3; 16]),
        subject: [7; 32],
        number: 3,
        detail: 322,
    };

    #[test]
    fn headers_round_trip_and_every_flip_is_seen() {
        let bytes = HEADER.to_bytes();
        assert_eq!(bytes.len() as u64, HEADER_LEN);
        let parsed = Header::parse("f", Kind::Entries, &bytes).expect("a header");
        assert_eq!(parsed, HEADER);
        assert!(Header::parse("f", Kind::State, &bytes).is_err());
        assert!(Header::parse("f", Kind::Entries, &bytes[..95]).is_err());
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(Header::parse("f", Kind::Entries, &flipped).is_err());
        }
    }

    #[test]
    fn newer_formats_are_refused_as_such() {
        let mut bytes = HEADER.to_bytes();
        bytes[15] = 2;
        let check = checksum(&[&bytes[..BODY_LEN]]);
        bytes[BODY_LEN..].copy_from_slice(&check);
        let refused = Header::parse("f", Kind::Entries, &bytes);
        assert!(matches!(
            refused,
            Err(StoreError::Version {
                found: 2,
                known: 1,
                ..
            })
        ));
    }
}
