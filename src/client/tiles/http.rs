//! The public files of an instance over HTTP: gzip, retries with back-off, time limits
//! and size caps are those of `client::transport`.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use super::{LogFile, TileSource, TileSourceError, path};
use crate::client::ClientError;
use crate::client::transport::Transport;
use crate::clock::Clock;
use crate::store::LogId;

/// Requests under way at the same time: enough to hide a network's latency, few enough
/// for one client of a public service.
const PARALLEL: usize = 16;
/// Caches between here and there may be a little behind one another.
const LAG: Duration = Duration::from_millis(500);

/// Reads files from a service. Brings its own runtime: call it from plain threads.
pub struct HttpTiles {
    transport: Transport,
    slots: Semaphore,
    /// Some until dropped.
    runtime: Option<Runtime>,
}

impl HttpTiles {
    /// The files below `url` (`http(s)://host[:port]`, perhaps with a path).
    ///
    /// # Errors
    /// If that is not such an address, or no runtime can be started.
    pub fn new(url: &str, clock: Arc<dyn Clock>) -> Result<Self, ClientError> {
        let transport = Transport::new(url, clock)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("undersigned-tiles")
            .enable_all()
            .build()
            .map_err(ClientError::Runtime)?;
        let runtime = Some(runtime);
        Ok(Self {
            transport,
            slots: Semaphore::new(PARALLEL),
            runtime,
        })
    }

    /// Whether somebody between here and there could change what is read. Signatures
    /// cover all of it, but not the keys that a first run takes on trust.
    pub fn is_open_to_others(&self) -> bool {
        self.transport.is_open_to_others()
    }
}

impl Drop for HttpTiles {
    fn drop(&mut self) {
        // Waiting for its threads is not allowed everywhere, and there is nothing to wait for.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl TileSource for HttpTiles {
    fn read(
        &self,
        log: LogId,
        file: LogFile,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, TileSourceError> {
        let path = path(log, file);
        let runtime = self.runtime.as_ref().expect("there until dropped");
        let answer = runtime.block_on(async {
            let _slot = self.slots.acquire().await.expect("never closed");
            self.transport.get_file(&path, limit).await
        });
        answer.map_err(|source| match source {
            ClientError::TooLarge { limit } => TileSourceError::TooLarge { path, limit },
            source => TileSourceError::Http { path, source },
        })
    }

    fn parallel(&self) -> usize {
        PARALLEL
    }

    fn lag(&self) -> Option<Duration> {
        Some(LAG)
    }

    fn name(&self) -> String {
        self.transport.base().to_owned()
    }
}
