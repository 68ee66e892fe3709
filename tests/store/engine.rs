//! The engines under test, and restarting them.

use std::sync::Arc;

use std::path::Path;

use tempfile::TempDir;
use undersigned::clock::SystemClock;
use undersigned::store::disk::{DiskStore, Limits, Options};
use undersigned::store::{Epoch, MemoryStore, Store};

/// An engine that can be restarted.
pub(crate) trait Engine {
    /// The store as it is open now.
    fn store(&self) -> Arc<dyn Store>;
    /// End it without warning and open what was durable.
    fn restart(&mut self);
}

/// A writer on an engine: the store and its term.
pub(crate) struct Writer {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) epoch: Epoch,
}

impl Writer {
    pub(crate) fn of(engine: &dyn Engine) -> Self {
        let store = engine.store();
        let epoch = store.take_lease().expect("a lease");
        Self { store, epoch }
    }
}

/// The oracle itself.
pub(crate) struct Memory(Arc<MemoryStore>);

impl Memory {
    pub(crate) fn new() -> Self {
        Self(Arc::new(MemoryStore::new()))
    }
}

impl Engine for Memory {
    fn store(&self) -> Arc<dyn Store> {
        self.0.clone()
    }

    fn restart(&mut self) {
        self.0 = Arc::new(self.0.restarted());
    }
}

/// A folder in memory where there is one: these tests are about what is written and in
/// which order, not about how long a device takes.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    folder.expect("a folder")
}

/// The embedded engine in a folder of its own.
pub(crate) struct Disk {
    /// Removed when the test ends.
    _folder: TempDir,
    pub(crate) options: Options,
    store: Option<Arc<DiskStore>>,
}

/// Limits so small that a test of a few hundred leaves reaches all of them.
pub(crate) const SMALL: Limits = Limits {
    segment_bytes: 20_000,
    state_bytes: 10_000,
    recent_entries: 100,
    filter_bytes: 1 << 16,
    cache_bytes: 8 << 20,
    keep_free: 0,
};

impl Disk {
    pub(crate) fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    pub(crate) fn small() -> Self {
        Self::with_limits(SMALL)
    }

    fn with_limits(limits: Limits) -> Self {
        let folder = folder();
        let mut options = Options::new(folder.path().join("data"), Arc::new(SystemClock));
        options.limits = limits;
        let store = DiskStore::open(&options).expect("a new store");
        Self {
            _folder: folder,
            options,
            store: Some(Arc::new(store)),
        }
    }

    /// End the store; the folder stays.
    pub(crate) fn close(&mut self) {
        let store = self.store.take().expect("it is open");
        assert!(Arc::into_inner(store).is_some(), "nobody else holds it");
    }

    pub(crate) fn open(&mut self) {
        let store = DiskStore::open(&self.options).expect("the store opens again");
        self.store = Some(Arc::new(store));
    }
}

impl Engine for Disk {
    fn store(&self) -> Arc<dyn Store> {
        self.store.clone().expect("it is open")
    }

    fn restart(&mut self) {
        self.close();
        self.open();
    }
}
