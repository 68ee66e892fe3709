//! Taking connections: how many, how long they may dawdle, and how they end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, Response};
use axum::{BoxError, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::Service;

/// Connections at once; more wait in the listener's queue.
const CONNECTIONS: usize = 16_384;
/// A request's head has to arrive within this time, and an idle connection ends after it.
const HEAD: Duration = Duration::from_mins(1);
/// Most bytes kept of a request that is still arriving.
const BUFFER: usize = 64 * 1024;
/// Most header fields of a request.
const FIELDS: usize = 100;
/// How long requests under way may take to finish once the service stops.
const GRACE: Duration = Duration::from_secs(15);

/// Whom a connection is from.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The routes, for one connection: tells them whom it is from.
#[derive(Clone)]
struct Connection {
    router: Router,
    peer: Peer,
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl<B> Service<Request<B>> for Connection
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<B>) -> Answer {
        request.extensions_mut().insert(self.peer);
        let answer = self.router.call(request.map(Body::new));
        Box::pin(answer)
    }
}

fn settings() -> Builder<TokioExecutor> {
    let mut settings = Builder::new(TokioExecutor::new()).http1_only();
    settings
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(BUFFER)
        .max_headers(FIELDS);
    settings
}

/// Serve until `stop` becomes true; then let requests under way finish.
pub(crate) async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let settings = settings();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let open = GracefulShutdown::new();
    let (cut, _) = watch::channel(false);
    loop {
        let place = places.clone().acquire_owned();
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = async { (place.await, accept(&listener).await) } => accepted,
        };
        let (place, (stream, peer)) = accepted;
        let service = Connection {
            router: router.clone(),
            peer: Peer(peer),
        };
        let connection = settings
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service))
            .into_owned();
        let connection = open.watch(connection);
        let mut cut = cut.subscribe();
        tokio::spawn(async move {
            tokio::select! {
                // Broken connections are everyday; their errors can quote what strangers sent.
                ended = connection => drop(ended),
                _ = cut.wait_for(|cut| *cut) => {}
            }
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(GRACE, open.shutdown()).await.is_err() {
        tracing::warn!("some connections did not end in time and are cut");
        cut.send_replace(true);
    }
    // Nothing of them is left when all places are free.
    let all = u32::try_from(CONNECTIONS).expect("a small number");
    drop(places.acquire_many(all).await);
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Small answers must not wait for more to come; without it, they do, no more.
                drop(stream.set_nodelay(true));
                return (stream, peer);
            }
            Err(error) => {
                // Out of file descriptors, for instance: they come back.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
