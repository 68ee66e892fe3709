//! What commands that run until they are told to stop have in common.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::output;

/// How to log.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// A JSON object a line
    Json,
}

impl LogFormat {
    /// Log to standard error from now on.
    pub(crate) fn init(self) {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        let log = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr);
        match self {
            Self::Text => log.init(),
            Self::Json => log.json().init(),
        }
    }
}

/// SIGINT and SIGTERM. Made before a start, so that none which comes during it is lost.
pub(crate) struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    pub(crate) fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Resolves at the next of them.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Say on standard output where the service is; at the first signal `stop` it.
    pub(crate) async fn serve(mut self, said: String, stop: impl AsyncFnOnce()) {
        if let Err(error) = output::line(said) {
            // Nobody reads it; that is no reason not to serve.
            tracing::warn!(%error, "cannot say on standard output where the service listens");
        }
        self.next().await;
        eprintln!("Stopping: requests in flight finish. A second signal stops at once.");
        tokio::select! {
            () = stop() => {}
            () = self.next() => {}
        }
    }
}
