//! The engines under test, and restarting them.

use std::sync::Arc;

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
