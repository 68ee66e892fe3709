//! The follower's doors: the mirror's files at the paths of the instance, the replayer's
//! `add-checkpoint`, and how the follower is.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use super::alert::AlertKind;
use super::board::Board;
use super::shown::Shown;
use crate::client::tiles::LogFile;
use crate::clock::Clock;
use crate::door::{Peer, RateLimit, TrustedProxies};
use crate::protocol::ids::{PetitionId, Tree};
use crate::store::LogId;
use crate::tlog::tile::TilePath;
use crate::tlog::witness::origin_hash;
use crate::witness::{Cosigner, routes};

const TEXT: &str = "text/plain; charset=utf-8";
/// Where the replayer is asked for cosignatures.
pub(super) const REPLAYER: &str = "/replayer";

/// What every request can reach.
pub(super) struct Door {
    board: Arc<Board>,
    proxies: TrustedProxies,
    rate_limit: RateLimit,
}

impl Door {
    pub(super) fn new(
        board: Arc<Board>,
        proxies: TrustedProxies,
        per_second: u32,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            board,
            proxies,
            rate_limit: RateLimit::new(per_second, clock),
        }
    }

    /// Forget networks that have been quiet.
    pub(super) fn tidy(&self) {
        self.rate_limit.tidy();
    }
}

/// Everything that strangers reach.
pub(super) fn router(door: Arc<Door>, replayer: Option<Arc<dyn Cosigner>>) -> Router {
    let files: Router = Router::new()
        .route("/healthz", get(health))
        .fallback(get(file))
        .with_state(door.clone());
    let all = match replayer {
        Some(replayer) => files.nest(REPLAYER, routes(replayer)),
        None => files,
    };
    all.layer(from_fn_with_state(door, admit))
}

/// How the follower is, for the listener of the metrics.
pub(super) fn health_router(door: Arc<Door>) -> Router {
    Router::new()
        .route("/healthz", get(health))
        .with_state(door)
}

fn said(status: StatusCode, line: &str) -> Response {
    (status, [(header::CONTENT_TYPE, TEXT)], format!("{line}\n")).into_response()
}

async fn admit(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    let admitted = peer.is_some_and(|Peer(peer)| {
        let client = door.proxies.client(peer.ip(), request.headers());
        door.rate_limit.admits(client)
    });
    if admitted {
        return next.run(request).await;
    }
    let mut response = said(
        StatusCode::TOO_MANY_REQUESTS,
        "too many requests from your network",
    );
    let second = HeaderValue::from_static("1");
    response.headers_mut().insert(header::RETRY_AFTER, second);
    response
}

/// Which file a path names: as at the instance, or below the hash of the journal's origin
/// (tlog-mirror), which is the journal's alone.
fn parse(path: &str, origin: &str) -> Option<(LogId, LogFile)> {
    let file = |path: &str| match path {
        "checkpoint" => Some(LogFile::Checkpoint),
        path => path.parse().ok().map(LogFile::Tile),
    };
    let path = path.strip_prefix('/')?;
    let mirrored = path.strip_prefix(origin_hash(origin).as_str());
    if let Some(path) = mirrored.and_then(|path| path.strip_prefix('/')) {
        return Some((LogId::Journal, file(path)?));
    }
    if let Some((id, rest)) = path.split_once('/')
        && let Ok(id) = id.parse::<PetitionId>()
    {
        let (tree, rest) = rest.split_once('/')?;
        let tree = Tree::ALL.into_iter().find(|kept| kept.name() == tree)?;
        return Some((LogId::Tree(id, tree), file(rest)?));
    }
    Some((LogId::Journal, file(path)?))
}

async fn file(State(door): State<Arc<Door>>, uri: Uri) -> Response {
    let absent = || said(StatusCode::NOT_FOUND, "nothing is here, or not yet");
    let Some(shown) = door.board.shown() else {
        return absent();
    };
    let Some((log, file)) = parse(uri.path(), &shown.head.origin) else {
        return absent();
    };
    let read = match file {
        LogFile::Checkpoint => {
            let shown = shown.log(log).map(|log| log.checkpoint.clone());
            return shown.map_or_else(absent, |bytes| answer(bytes, TEXT, "no-cache"));
        }
        LogFile::Tile(path) => {
            let board = door.board.clone();
            tokio::task::spawn_blocking(move || tile(&board, &shown, log, path)).await
        }
    };
    let forever = "public, max-age=31536000, immutable";
    match read {
        Ok(Ok(Some(bytes))) => answer(bytes, "application/octet-stream", forever),
        Ok(Ok(None)) => absent(),
        Ok(Err(error)) => {
            tracing::error!(%error, "a file of the mirror cannot be read");
            said(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the mirror cannot read it",
            )
        }
        Err(_) => said(StatusCode::INTERNAL_SERVER_ERROR, "the mirror has a bug"),
    }
}

fn tile(
    board: &Board,
    shown: &Shown,
    log: LogId,
    path: TilePath,
) -> std::io::Result<Option<Vec<u8>>> {
    let size = shown.log(log).map(|log| log.size);
    match (size, board.files()) {
        (Some(size), Some(files)) => files.tile(log, size, path),
        _ => Ok(None),
    }
}

fn answer(bytes: Vec<u8>, content_type: &'static str, caching: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, caching),
        // Public files: any page may read and check them.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, bytes).into_response()
}

/// How a follower is.
#[derive(Serialize)]
struct Health {
    /// `following`, `starting`, `troubled`, or `halted`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    /// Journal entries that the mirror shows.
    entries: u64,
    /// When everything was last as it should be, Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    fine: Option<u64>,
    /// What is wrong now.
    alerts: Vec<AlertKind>,
    version: &'static str,
}

async fn health(State(door): State<Arc<Door>>) -> Response {
    let board = &door.board;
    let (halted, mut alerts, origin) = board.book.read(|saved| {
        let origin = saved.journal.as_ref().map(|log| log.origin.clone());
        let alerts: Vec<AlertKind> = saved.open.values().copied().collect();
        (saved.halted.is_some(), alerts, origin)
    });
    alerts.sort_unstable();
    alerts.dedup();
    let fine = *board.last_fine.read().expect("no holder panics");
    let status = match (halted, alerts.is_empty(), fine) {
        (true, ..) => "halted",
        (false, false, _) => "troubled",
        (false, true, None) => "starting",
        (false, true, Some(_)) => "following",
    };
    let health = Health {
        status,
        origin,
        entries: board.shown().map_or(0, |shown| shown.head.size.0),
        fine,
        alerts,
        version: env!("CARGO_PKG_VERSION"),
    };
    let code = match status {
        "halted" | "troubled" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    (code, Json(health)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlog::tile::Level;

    #[test]
    fn paths_are_those_of_the_instance() {
        let origin = "a.example";
        let id = "ab".repeat(32);
        let hash = origin_hash(origin);
        let log = |path: &str| parse(path, origin).map(|(log, _)| log);
        let tree = LogId::Tree(id.parse().expect("an id"), Tree::Roll);
        for path in ["checkpoint", "tile/0/000", "tile/entries/000.p/3"] {
            assert_eq!(log(&format!("/{path}")), Some(LogId::Journal));
            assert_eq!(log(&format!("/{hash}/{path}")), Some(LogId::Journal));
            assert_eq!(log(&format!("/{id}/roll/{path}")), Some(tree));
            for refused in [
                path.to_owned(),
                format!("//{path}"),
                format!("/{id}/{path}"),
                format!("/{id}/rolls/{path}"),
                format!("/{hash}/roll/{path}"),
                format!("/{path}/"),
            ] {
                assert_eq!(log(&refused), None, "{refused}");
            }
        }
        for refused in ["/", "", "/tile/0/0", "/tile/0/000.p/256", "/tile/x/000"] {
            assert_eq!(log(refused), None, "{refused}");
        }
        assert!(matches!(
            parse("/tile/entries/000.p/3", origin),
            Some((
                LogId::Journal,
                LogFile::Tile(TilePath {
                    level: Level::Entries,
                    width: 3,
                    ..
                })
            ))
        ));
    }
}
