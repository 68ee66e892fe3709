//! What the thread that looks and the doors share.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::book::Book;
use super::cosign::Cosigners;
use super::shown::Shown;
use crate::auditor::MirrorFiles;

/// Shared.
pub(super) struct Board {
    pub(super) folder: PathBuf,
    pub(super) book: Arc<Book>,
    /// There once it is known whose journal it is.
    files: OnceLock<MirrorFiles>,
    /// The same, if there are keys.
    pub(super) cosigners: OnceLock<Cosigners>,
    shown: RwLock<Option<Arc<Shown>>>,
    /// When everything was last found as it should be, Unix seconds.
    pub(super) last_fine: RwLock<Option<u64>>,
}

impl Board {
    pub(super) fn new(folder: &Path, book: Arc<Book>, shown: Option<Shown>) -> Self {
        Self {
            folder: folder.to_owned(),
            book,
            files: OnceLock::new(),
            cosigners: OnceLock::new(),
            shown: RwLock::new(shown.map(Arc::new)),
            last_fine: RwLock::new(None),
        }
    }

    /// Where the audits remember.
    pub(super) fn audits(&self) -> PathBuf {
        self.folder.join("audit")
    }

    /// The mirror's files, once it is known whose journal it is.
    pub(super) fn files(&self) -> Option<&MirrorFiles> {
        if let Some(files) = self.files.get() {
            return Some(files);
        }
        let origin = self.book.read(|saved| {
            let journal = saved.journal.as_ref();
            journal.map(|journal| journal.origin.clone())
        })?;
        Some(
            self.files
                .get_or_init(|| MirrorFiles::new(&self.audits(), &origin)),
        )
    }

    pub(super) fn shown(&self) -> Option<Arc<Shown>> {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }

    pub(super) fn show(&self, next: Shown) {
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        *shown = Some(Arc::new(next));
    }

    pub(super) fn is_halted(&self) -> bool {
        self.book.read(|saved| saved.halted.is_some())
    }
}
