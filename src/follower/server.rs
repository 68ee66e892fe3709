//! A follower that runs: one thread looks, again and again and whenever it is asked to;
//! doors serve what it has shown; a task posts its alerts.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};
use tokio::task::JoinSet;

use super::FollowError;
use super::alert::AlertKind;
use super::board::Board;
use super::http::{Door, health_router, router};
use super::look::{Follower, Standing, StopFlag};
use super::metrics::describe;
use super::offers::Replayer;
use super::tell::deliver;
use crate::client::webhook::Webhook;
use crate::clock::Clock;
use crate::door::{self, TrustedProxies, serve};
use crate::tlog::note::Note;
use crate::witness::{Cosigner, Refusal};

/// How often the rate limit forgets networks that have been quiet.
const TIDY: Duration = Duration::from_secs(15);

/// What the thread that looks is asked to do.
pub(super) enum Order {
    /// Replay a head that the log offers, and say whether it may be cosigned.
    Offered(
        Box<Note>,
        oneshot::Sender<Result<(), Refusal>>,
        OwnedSemaphorePermit,
    ),
    /// Compare a head that the log signed and that does not continue what was cosigned.
    Saw(Box<Note>, OwnedSemaphorePermit),
    /// Look now.
    Look(oneshot::Sender<Standing>),
    /// End.
    Stop,
}

/// Where and for whom a follower listens, and how often it looks.
pub struct FollowDoors {
    /// Where the mirror is served.
    pub listen: SocketAddr,
    /// Where metrics are.
    pub metrics: Option<SocketAddr>,
    /// Proxies that may name the address of a client.
    pub proxies: TrustedProxies,
    /// Requests a second from one network; 0: no limit.
    pub per_second: u32,
    /// The pause between two looks; none: only when asked to.
    pub every: Option<Duration>,
    /// Whom to tell.
    pub webhook: Option<Webhook>,
}

/// A running follower. [`FollowServer::stop`] ends it; what it verified is durable.
pub struct FollowServer {
    board: Arc<Board>,
    addr: SocketAddr,
    metrics_addr: Option<SocketAddr>,
    orders: Sender<Order>,
    alerted: watch::Receiver<Option<AlertKind>>,
    stop: watch::Sender<bool>,
    stop_look: StopFlag,
    thread: Option<JoinHandle<()>>,
    doors: JoinSet<()>,
    tasks: JoinSet<()>,
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), FollowError> {
    let refused = |source| FollowError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    Ok((listener, bound))
}

impl FollowServer {
    /// Listen, and look.
    pub async fn start(mut follower: Follower, options: FollowDoors) -> Result<Self, FollowError> {
        let (listener, addr) = listen(options.listen).await?;
        let metrics = match options.metrics {
            Some(address) => Some((listen(address).await?, door::metrics::recorder()?)),
            None => None,
        };
        describe();
        let (orders, given) = channel();
        let (stop, stopped) = watch::channel(false);
        let board = follower.board.clone();
        let clock: Arc<dyn Clock> = follower.clock.clone();
        follower.alerts.told = options.webhook.is_some();
        let public = Door::new(board.clone(), options.proxies, options.per_second, clock);
        let public = Arc::new(public);
        let replayer = (!follower.vkeys().is_empty()).then(|| {
            let (board, orders) = (board.clone(), orders.clone());
            Arc::new(Replayer::new(board, orders)) as Arc<dyn Cosigner>
        });
        let mut doors = JoinSet::new();
        let routes = router(public.clone(), replayer);
        doors.spawn(serve(listener, routes, stopped.clone()));
        let mut metrics_addr = None;
        if let Some(((listener, bound), handle)) = metrics {
            metrics_addr = Some(bound);
            let routes = door::metrics::router(handle).merge(health_router(public.clone()));
            doors.spawn(serve(listener, routes, stopped));
        }
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            loop {
                tokio::time::sleep(TIDY).await;
                public.tidy();
            }
        });
        if let Some(webhook) = options.webhook {
            let waiting = follower.alerts.waiting.clone();
            tasks.spawn(deliver(board.book.clone(), webhook, waiting));
        }
        let (alerted, stop_look) = (follower.alerts.last.subscribe(), follower.stop.clone());
        let every = options.every;
        let thread = std::thread::Builder::new()
            .name("undersigned-follow".to_owned())
            .spawn(move || work(follower, &given, every))
            .map_err(FollowError::io(&board.folder))?;
        Ok(Self {
            board,
            addr,
            metrics_addr,
            orders,
            alerted,
            stop,
            stop_look,
            thread: Some(thread),
            doors,
            tasks,
        })
    }

    /// Where the mirror is served.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where metrics are, if they are.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics_addr
    }

    /// Journal entries that the mirror shows.
    pub fn entries(&self) -> u64 {
        self.board.shown().map_or(0, |shown| shown.head.size.0)
    }

    /// Look now. [`Standing::Stopped`] if it was stopped before it came to that.
    pub async fn look(&self) -> Standing {
        let (reply, standing) = oneshot::channel();
        if self.orders.send(Order::Look(reply)).is_err() {
            return Standing::Stopped;
        }
        standing.await.unwrap_or(Standing::Stopped)
    }

    /// Resolves with the first alert that this process raises.
    pub async fn alerted(&self) -> AlertKind {
        let mut alerted = self.alerted.clone();
        let raised = alerted.wait_for(Option::is_some).await;
        match raised.ok().and_then(|kind| *kind) {
            Some(kind) => kind,
            None => std::future::pending().await,
        }
    }

    /// Take no more requests, end the look under way, and wait for both. What was verified
    /// is durable already.
    pub async fn stop(mut self) {
        self.stop_look
            .0
            .store(true, std::sync::atomic::Ordering::SeqCst);
        drop(self.orders.send(Order::Stop));
        self.stop.send_replace(true);
        while let Some(ended) = self.doors.join_next().await {
            if ended.is_err() {
                tracing::error!("a door of the follower panicked");
            }
        }
        self.tasks.shutdown().await;
        if let Some(thread) = self.thread.take() {
            let ended = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(ended, Ok(Ok(()))) {
                tracing::error!("the thread that looks panicked");
            }
        }
    }
}

/// Look every so often, and do what is asked in between.
fn work(mut follower: Follower, orders: &Receiver<Order>, every: Option<Duration>) {
    let mut due = every.map(|_| Instant::now());
    loop {
        if due.is_some_and(|due| due <= Instant::now()) {
            follower.look();
            due = every.map(|every| Instant::now() + every);
        }
        let next = match due {
            Some(due) => orders.recv_timeout(due.saturating_duration_since(Instant::now())),
            None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(Order::Offered(note, reply, _place)) => {
                // Whoever offered it may have given up, and offers it again.
                if !reply.is_closed() {
                    drop(reply.send(follower.offered(&note)));
                }
            }
            Ok(Order::Saw(note, _place)) => follower.saw(&note),
            Ok(Order::Look(reply)) => drop(reply.send(follower.look())),
            Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
