//! Waiting segments: the write-ahead log of commits, sealed under a key that goes with
//! it (`spec/storage.md`, "Waiting segments").

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag};
use zeroize::Zeroizing;

use super::codec::{CHECK_LEN, checksum};
use super::error::{WriteError, damaged, io};
use super::files::Files;
use super::frame::{self, FRAME_HEAD};
use super::frames::{self, Frames};
use super::header::{HEADER_LEN, Header, Kind, StoreId};
use crate::clock::{Clock, random};
use crate::store::StoreError;

/// A sealed commit: `nonce 8 ‖ ciphertext ‖ tag 16`.
const COMMIT: u32 = 1;
const NONCE_LEN: usize = 8;
const TAG_LEN: usize = 16;

/// Where segments and their keys are.
pub(super) struct Segments {
    pub(super) files: Arc<dyn Files>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: StoreId,
    /// Folder of the segments.
    pub(super) folder: PathBuf,
    /// Folder of the keys, which no backup may contain.
    pub(super) keys: PathBuf,
}

/// The segment that commits go to.
pub(super) struct Segment {
    pub(super) number: u64,
    frames: Frames,
    cipher: ChaCha20Poly1305,
    /// Sealed so far under this key, whether the write succeeded or not.
    sealed: u64,
}

fn nonce(counter: u64) -> Nonce {
    let mut nonce = Nonce::default();
    nonce[4..].copy_from_slice(&counter.to_be_bytes());
    nonce
}

impl Segment {
    /// Bytes written to it.
    pub(super) fn len(&self) -> u64 {
        self.frames.len()
    }

    /// Room for a frame; the plain text goes behind it.
    pub(super) fn buffer() -> Vec<u8> {
        let mut buffer = frame::buffer();
        buffer.resize(FRAME_HEAD + NONCE_LEN, 0);
        buffer
    }

    /// Seal and append the plain text behind [`Segment::buffer`]. Durable on return.
    pub(super) fn append(&mut self, mut buffer: Vec<u8>) -> Result<(), WriteError> {
        // Counts failed writes, too: one nonce never meets two plain texts.
        let counter = self.sealed;
        self.sealed += 1;
        let (head, text) = buffer.split_at_mut(FRAME_HEAD + NONCE_LEN);
        head[FRAME_HEAD..].copy_from_slice(&counter.to_be_bytes());
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce(counter), &[], text.into())
            .expect("a commit is far below 256 GiB");
        buffer.extend_from_slice(&tag);
        self.frames.append(COMMIT, buffer)
    }
}

impl Segments {
    fn path(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{number:016x}.wal"))
    }

    fn key_path(&self, number: u64) -> PathBuf {
        self.keys.join(format!("{number:016x}.key"))
    }

    fn header(&self, kind: Kind, number: u64) -> Header {
        Header::new(kind, self.store, number)
    }

    fn numbers(&self, folder: &Path, suffix: &str) -> Result<Vec<u64>, StoreError> {
        let names = self.files.list(folder);
        let names = names.map_err(io(folder.display().to_string()))?;
        let mut numbers: Vec<u64> = names
            .iter()
            .filter_map(|name| u64::from_str_radix(name.strip_suffix(suffix)?, 16).ok())
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The segments there are, oldest first.
    pub(super) fn list(&self) -> Result<Vec<u64>, StoreError> {
        self.numbers(&self.folder, ".wal")
    }

    /// Create an empty segment under a new key; both are durable on return.
    pub(super) fn create(&self, number: u64) -> Result<Segment, StoreError> {
        let key = Zeroizing::new(random::<32>(&*self.clock));
        let path = self.key_path(number);
        let header = self.header(Kind::Key, number);
        let write_key = || {
            let file = self.files.create(&path)?;
            let check = checksum(&[&header.tag(), &*key]);
            let text = [&header.to_bytes()[..], &*key, &check].concat();
            file.write_at(0, &Zeroizing::new(text))?;
            file.sync()?;
            self.files.sync_folder(&self.keys)
        };
        write_key().map_err(io(path.display().to_string()))?;
        let header = self.header(Kind::Waiting, number);
        let frames = Frames::create(&*self.files, &self.path(number), header)?;
        let synced = self.files.sync_folder(&self.folder);
        synced.map_err(io(self.folder.display().to_string()))?;
        let cipher = ChaCha20Poly1305::new(&Key::from(*key));
        Ok(Segment {
            number,
            frames,
            cipher,
            sealed: 0,
        })
    }

    fn read_key(&self, number: u64) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        let path = self.key_path(number);
        let what = path.display().to_string();
        let lost = |what: String| damaged(what, LOST_WAITING);
        let file = match self.files.open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(lost(format!("{what}, which is missing,")));
            }
            Err(e) => return Err(io(what)(e)),
        };
        let header = self.header(Kind::Key, number);
        header.require(&what, &*file)?;
        let mut key = Zeroizing::new([0; 32]);
        let mut check = [0; CHECK_LEN];
        let read = file
            .read_at(HEADER_LEN, &mut *key)
            .and_then(|()| file.read_at(HEADER_LEN + 32, &mut check));
        if read.is_err() || check != checksum(&[&header.tag(), &*key]) {
            return Err(lost(format!("{what}, byte {HEADER_LEN}")));
        }
        Ok(key)
    }

    /// Visit the plain texts of a segment's commits, in order.
    pub(super) fn replay(
        &self,
        number: u64,
        mut visit: impl FnMut(&[u8]) -> Option<()>,
    ) -> Result<(), StoreError> {
        let path = self.path(number);
        let what = path.display().to_string();
        let file = match self.files.open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(damaged(format!("{what}, which is missing,"), LOST_WAITING));
            }
            Err(e) => return Err(io(what)(e)),
        };
        if frames::is_unused(&what, &*file)? {
            return Ok(());
        }
        let header = self.header(Kind::Waiting, number);
        header.require(&what, &*file)?;
        let key = self.read_key(number)?;
        let cipher = ChaCha20Poly1305::new(&Key::from(*key));
        frames::replay(&what, &*file, header, LOST_WAITING, |at, mut frame| {
            let plain = open(&cipher, &mut frame.body).filter(|_| frame.kind == COMMIT);
            let visited = plain.and_then(&mut visit);
            visited.ok_or_else(|| damaged(format!("{what}, byte {at}"), LOST_WAITING))
        })
    }

    /// Destroy the key of a segment, then the segment.
    pub(super) fn destroy(&self, number: u64) -> Result<(), StoreError> {
        self.destroy_key(number)?;
        let path = self.path(number);
        let remove = || {
            self.remove_if_there(&path)?;
            self.files.sync_folder(&self.folder)
        };
        remove().map_err(io(path.display().to_string()))
    }

    /// Destroy what is older than a segment, and keys that lack theirs.
    pub(super) fn destroy_before(&self, number: u64) -> Result<(), StoreError> {
        let segments = self.list()?;
        for old in segments.iter().filter(|n| **n < number) {
            self.destroy(*old)?;
        }
        for key in self.numbers(&self.keys, ".key")? {
            if !segments.contains(&key) {
                self.destroy_key(key)?;
            }
        }
        Ok(())
    }

    /// Overwrite a key in place before its name goes.
    fn destroy_key(&self, number: u64) -> Result<(), StoreError> {
        let path = self.key_path(number);
        let destroy = || {
            match self.files.open(&path) {
                Ok(file) => {
                    let length = usize::try_from(file.len()?).unwrap_or(4096).min(4096);
                    file.write_at(0, &vec![0; length])?;
                    file.sync()?;
                }
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
                Err(e) => return Err(e),
            }
            self.files.remove(&path)?;
            self.files.sync_folder(&self.keys)
        };
        destroy().map_err(io(path.display().to_string()))
    }

    fn remove_if_there(&self, path: &Path) -> std::io::Result<()> {
        match self.files.remove(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        }
    }
}

fn open<'a>(cipher: &ChaCha20Poly1305, body: &'a mut [u8]) -> Option<&'a [u8]> {
    let (counter, rest) = body.split_at_mut_checked(NONCE_LEN)?;
    let counter = u64::from_be_bytes((&*counter).try_into().ok()?);
    let (text, tag) = rest.split_at_mut_checked(rest.len().checked_sub(TAG_LEN)?)?;
    let tag = Tag::try_from(&*tag).ok()?;
    cipher
        .decrypt_inout_detached(&nonce(counter), &[], (&mut *text).into(), &tag)
        .ok()?;
    Some(text)
}

const LOST_WAITING: &str = "it holds what was acknowledged since the last publication and is in \
                            no backup; put it back, or open with `accept_lost_waiting` and tell \
                            those who hold promises";
