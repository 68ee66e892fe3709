//! A witness that listens.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::Witness;
use super::http::{Door, router};
use crate::clock::Clock;
use crate::door::{TrustedProxies, serve};

/// How often the rate limit forgets networks that have been quiet.
const TIDY: Duration = Duration::from_secs(15);

/// Where and for whom a witness listens.
#[derive(Clone, Debug)]
pub struct WitnessOptions {
    /// Where to listen.
    pub listen: SocketAddr,
    /// The path before `/add-checkpoint`: empty, or `/` and segments of letters, digits,
    /// `-`, `.`, `_` and `~`.
    pub prefix: String,
    /// Proxies that may name the address of a client.
    pub proxies: TrustedProxies,
    /// Requests a second from one network; 0: no limit.
    pub per_second: u32,
}

/// Why a witness does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The prefix is not a plain path.
    #[error("{0:?} is not a path such as /witness")]
    Prefix(String),
    /// The address cannot be listened on.
    #[error("{address}: {source}: is another service running there?")]
    Address {
        /// Where.
        address: SocketAddr,
        /// The cause.
        source: io::Error,
    },
}

/// A running witness. Dropping it takes no more requests; [`WitnessServer::stop`] waits for
/// those under way.
pub struct WitnessServer {
    witness: Arc<Witness>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    doors: JoinHandle<()>,
    chores: JoinHandle<()>,
}

fn check_prefix(prefix: &str) -> Result<(), ListenError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let segment =
        |part: &str| !part.is_empty() && part != "." && part != ".." && part.bytes().all(plain);
    let path = prefix.strip_prefix('/');
    let fits = prefix.is_empty() || path.is_some_and(|path| path.split('/').all(segment));
    if fits {
        Ok(())
    } else {
        Err(ListenError::Prefix(prefix.to_owned()))
    }
}

impl WitnessServer {
    /// Listen.
    pub async fn start(
        witness: Arc<Witness>,
        options: WitnessOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ListenError> {
        check_prefix(&options.prefix)?;
        let listen = options.listen;
        let address = |source| ListenError::Address {
            address: listen,
            source,
        };
        let listener = TcpListener::bind(listen).await.map_err(address)?;
        let bound = listener.local_addr().map_err(address)?;
        let door = Arc::new(Door::new(options.proxies, options.per_second, clock));
        let (stop, stopped) = watch::channel(false);
        let routes = router(door.clone(), witness.clone(), &options.prefix);
        Ok(Self {
            witness,
            address: bound,
            doors: tokio::spawn(serve(listener, routes, stopped.clone())),
            chores: tokio::spawn(chores(door, stopped)),
            stop,
        })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Who listens.
    pub fn witness(&self) -> &Arc<Witness> {
        &self.witness
    }

    /// Take no more connections and wait for the requests under way. What was answered is
    /// durable already.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in [self.doors, self.chores] {
            if task.await.is_err() {
                tracing::error!("a part of the witness panicked");
            }
        }
    }
}

async fn chores(door: Arc<Door>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(TIDY) => door.tidy(),
        }
    }
}
