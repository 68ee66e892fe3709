//! One process to a folder.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// Holds a folder against other processes for as long as it lives.
///
/// It is given back by an explicit unlock: a child that another thread is just starting has,
/// until its `exec`, a copy of the descriptor, and closing ours alone would leave the folder
/// held by that copy for a moment.
#[derive(Debug)]
pub(crate) struct FolderLock(File);

impl FolderLock {
    /// Take the folder, or `None` if somebody has it.
    ///
    /// # Errors
    ///
    /// The file `lock` in the folder cannot be made or locked.
    pub(crate) fn take(folder: &Path) -> io::Result<Option<Self>> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        let file = options.open(folder.join("lock"))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(file))),
            Err(Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // If it fails, closing the descriptor gives the folder back.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_and_given_back_although_a_copy_is_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let take = || FolderLock::take(folder.path()).expect("it works");
        let first = take().expect("free");
        assert!(take().is_none());
        let copy = first
            .0
            .try_clone()
            .expect("a second descriptor, as a child has");
        drop(first);
        assert!(take().is_some());
        drop(copy);
    }
}
