//! An instance as a running service: everything that `undersigned serve`, the
//! demonstration and the tests start.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::operator_token::OperatorToken;
use super::state::{App, NOTES};
use super::{metrics, router};
use crate::clock::Clock;
use crate::config::{Config, WitnessesConfig};
use crate::door::{self, NetworkError, RateLimit, TrustedProxies, serve};
use crate::instance::{
    Cosigning, CosigningError, Instance, InstanceError, Publisher, PublisherHandle,
};
use crate::keys::{InstanceKeys, KeyFileError, PetitionKeyStore};
use crate::ledger::Ledger;
use crate::mail::{self, MailError};
use crate::office::{Office, OfficeError};
use crate::registrar::{Registrar, RegistrarError};
use crate::store::disk::{DiskStore, Options};
use crate::store::{Store, StoreError};
use crate::tlog::policy::Policy;
use crate::web::Cards;

/// Why a service does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A key file cannot be used.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The journal cannot be read.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The registrar cannot start.
    #[error(transparent)]
    Registrar(#[from] RegistrarError),
    /// The office cannot start.
    #[error("office: {0}")]
    Office(#[from] OfficeError),
    /// Mail cannot be set up.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// A network of trusted proxies does not parse.
    #[error("trusted_proxies: {0}")]
    Network(#[from] NetworkError),
    /// The policy of witnesses cannot be read.
    #[error("{path}: {detail}")]
    Policy {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The journal's witnesses stand in the way.
    #[error(transparent)]
    Cosigning(#[from] CosigningError),
    /// An address cannot be listened on.
    #[error("{address}: {source}: is another service running there?")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// Metrics cannot be set up.
    #[error("metrics: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    /// A part of the start panicked.
    #[error("the start panicked; the log says where")]
    Panicked,
}

/// How often key stock, rate limits and gauges are looked after.
const CHORES: Duration = Duration::from_secs(15);

/// A running service. Dropping it stops it without waiting; [`Server::stop`] waits.
pub struct Server {
    app: Arc<App>,
    addr: SocketAddr,
    metrics_addr: Option<SocketAddr>,
    stop_doors: watch::Sender<bool>,
    stop_work: watch::Sender<bool>,
    doors: JoinSet<()>,
    work: JoinSet<()>,
}

/// How a server is to be started.
pub struct ServerBuilder {
    config: Config,
    clock: Arc<dyn Clock>,
    store: Option<Arc<dyn Store>>,
    quiet: bool,
}

impl ServerBuilder {
    /// Use this store instead of the one in the data folder.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn Store>) -> Self {
        self.store = Some(store);
        self
    }

    /// Publish when asked to ([`Server::publisher`]) and at no other time, and keep no
    /// stock of keys: for tests, whose clock stands still.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Start.
    pub async fn start(self) -> Result<Server, ServeError> {
        let listener = listen(self.config.listen).await?;
        let metrics_listener = match self.config.metrics {
            Some(address) => Some((listen(address).await?, metrics::recorder()?)),
            None => None,
        };
        let quiet = self.quiet;
        let witnesses = self.config.witnesses.clone();
        let opened = tokio::task::spawn_blocking(move || self.open()).await;
        let (app, publisher) = opened.map_err(|_| ServeError::Panicked)??;
        let publisher = match witnesses {
            Some(config) => publisher.with_witnesses(witnesses_of(&config, &app.instance).await?),
            None => publisher,
        };

        let (stop_doors, doors_stop) = watch::channel(false);
        let (stop_work, work_stop) = watch::channel(false);
        let mut doors = JoinSet::new();
        let mut work = JoinSet::new();
        let address_of = |listener: &TcpListener| listener.local_addr().expect("it is bound");
        let addr = address_of(&listener);
        let metrics_addr = metrics_listener
            .as_ref()
            .map(|(listener, _)| address_of(listener));
        doors.spawn(serve(
            listener,
            router::router(app.clone()),
            doors_stop.clone(),
        ));
        if let Some((listener, handle)) = metrics_listener {
            doors.spawn(serve(listener, door::metrics::router(handle), doors_stop));
        }
        work.spawn(app.registrar.clone().run(work_stop.clone()));
        work.spawn(app.office.clone().run(work_stop.clone()));
        let publisher = if quiet {
            publisher.on_request_only()
        } else {
            publisher
        };
        work.spawn(publisher.run(stopped(work_stop.clone())));
        if !quiet {
            work.spawn(chores(app.clone(), work_stop));
        }
        Ok(Server {
            app,
            addr,
            metrics_addr,
            stop_doors,
            stop_work,
            doors,
            work,
        })
    }

    /// Open everything below. Blocking.
    fn open(self) -> Result<(Arc<App>, Publisher), ServeError> {
        let Self {
            config,
            clock,
            store,
            ..
        } = self;
        let proxies = TrustedProxies::parse(&config.trusted_proxies)?;
        // First: it locks the folder, so that no second process makes keys in it.
        let store = match store {
            Some(store) => store,
            None => open_store(&config, &clock)?,
        };
        let keys = config.data.join("keys");
        let operator = OperatorToken::open(&keys, &*clock)?;
        let instance_keys = InstanceKeys::open(&keys, &config.origin, &*clock)?;
        let petition_keys = PetitionKeyStore::new(keys, clock.clone());
        let instance = Instance::open(store, instance_keys, petition_keys, clock.clone())?;
        let ledger = Ledger::open(instance.clone());
        let transport = mail::transport(&config, clock.clone())?;
        let registrar = Registrar::open(instance.clone(), ledger.clone(), transport, &config)?;
        let office = Office::open(instance.clone(), registrar.clone(), &config)?;
        let (publisher, handle) = Publisher::new(instance.clone());
        let app = App {
            instance,
            ledger,
            registrar,
            office,
            publisher: handle,
            operator,
            proxies,
            rate_limit: RateLimit::new(config.limits.http_per_second, clock),
            keep_free_bytes: config.keep_free_bytes,
            url: config.url.trim_end_matches('/').to_owned(),
            cards: Cards::default(),
            notes: Arc::new(Semaphore::new(NOTES)),
        };
        Ok((Arc::new(app), publisher))
    }
}

fn open_store(config: &Config, clock: &Arc<dyn Clock>) -> Result<Arc<dyn Store>, StoreError> {
    let options = Options {
        heads_copy: config.heads_copy.clone(),
        accept_lost_waiting: config.recovery.accept_lost_waiting,
        accept_lost_state: config.recovery.accept_lost_state,
        trust_folder: config.recovery.trust_folder,
        ..Options::new(&config.data, clock.clone())
    };
    Ok(Arc::new(DiskStore::open(&options)?))
}

/// The journal's witnesses, who have seen no other journal than this one.
async fn witnesses_of(
    config: &WitnessesConfig,
    instance: &Arc<Instance>,
) -> Result<Cosigning, ServeError> {
    let unusable = |detail: String| ServeError::Policy {
        path: config.policy.clone(),
        detail,
    };
    let policy = tokio::fs::read(&config.policy)
        .await
        .map_err(|error| unusable(error.to_string()))?;
    let policy = Policy::parse(&policy).map_err(|error| unusable(error.to_string()))?;
    let deadline = Duration::from_millis(config.deadline_ms);
    let cosigning = Cosigning::new(policy, deadline, instance)?;
    cosigning.compare(instance).await?;
    Ok(cosigning)
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|source| ServeError::Listen { address, source })
}

/// Resolves when the service stops, or is dropped.
async fn stopped(mut stop: watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}

/// What has to be done now and then.
async fn chores(app: Arc<App>, stop: watch::Receiver<bool>) {
    let stopped = stopped(stop);
    tokio::pin!(stopped);
    loop {
        let app = app.clone();
        let round = tokio::task::spawn_blocking(move || {
            app.rate_limit.tidy();
            metrics::gauge(&app);
            app.instance.petition_keys.fill_stock()
        });
        let full = match round.await {
            Ok(Ok(full)) => full,
            Ok(Err(error)) => {
                tracing::error!(%error, "no keys could be made ahead of need");
                true
            }
            Err(_) => {
                tracing::error!("making keys ahead of need panicked");
                true
            }
        };
        tokio::select! {
            () = &mut stopped => return,
            () = tokio::time::sleep(CHORES), if full => {}
            () = std::future::ready(()), if !full => {}
        }
    }
}

impl Server {
    /// Open everything in the data folder, listen, and serve.
    pub async fn start(config: Config, clock: Arc<dyn Clock>) -> Result<Self, ServeError> {
        Self::builder(config, clock).start().await
    }

    /// Start it in another way.
    pub fn builder(config: Config, clock: Arc<dyn Clock>) -> ServerBuilder {
        ServerBuilder {
            config,
            clock,
            store: None,
            quiet: false,
        }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where metrics are served, if they are.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics_addr
    }

    /// What it serves.
    pub fn instance(&self) -> &Arc<Instance> {
        &self.app.instance
    }

    /// Its registrar.
    pub fn registrar(&self) -> &Arc<Registrar> {
        &self.app.registrar
    }

    /// Its office.
    pub fn office(&self) -> &Arc<Office> {
        &self.app.office
    }

    /// Its publisher.
    pub fn publisher(&self) -> &PublisherHandle {
        &self.app.publisher
    }

    /// Stop: take no more connections, let requests under way finish, then end the work
    /// behind them and close the store. What was acknowledged is durable already.
    pub async fn stop(mut self) {
        self.stop_doors.send_replace(true);
        join(&mut self.doors).await;
        self.stop_work.send_replace(true);
        join(&mut self.work).await;
        // The last holder waits for the commit under way.
        let closed = tokio::task::spawn_blocking(move || drop(self.app)).await;
        if closed.is_err() {
            tracing::error!("closing the store panicked");
        }
    }
}

async fn join(tasks: &mut JoinSet<()>) {
    while let Some(ended) = tasks.join_next().await {
        if ended.is_err_and(|error| error.is_panic()) {
            tracing::error!("a part of the service panicked");
        }
    }
}
