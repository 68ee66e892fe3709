//! The journal and the trees as files, to the letter of C2SP tlog-tiles. An origin is
//! also the prefix below which its log is served.

use std::io::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::extract::{FilePath, Known, Named};
use super::problem::Refusal;
use super::respond::{Caching, Resource};
use super::state::App;
use crate::store::LogId;
use crate::tlog::bundle;
use crate::tlog::size::TreeSize;
use crate::tlog::tile::{Level, TILE_WIDTH, TileError, TilePath, width_at};

pub(super) async fn journal_checkpoint(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    checkpoint(&app, LogId::Journal, &headers).await
}

pub(super) async fn journal_tile(
    State(app): State<Arc<App>>,
    FilePath(path): FilePath,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    tile(&app, LogId::Journal, &path, &headers).await
}

pub(super) async fn tree_checkpoint(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Named(tree): Named,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    checkpoint(&app, LogId::Tree(petition.manifest.id(), tree), &headers).await
}

pub(super) async fn tree_tile(
    State(app): State<Arc<App>>,
    Known(petition): Known,
    Named(tree): Named,
    FilePath(path): FilePath,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    tile(
        &app,
        LogId::Tree(petition.manifest.id(), tree),
        &path,
        &headers,
    )
    .await
}

async fn checkpoint(app: &Arc<App>, log: LogId, headers: &HeaderMap) -> Result<Response, Refusal> {
    let signed = app
        .blocking(move |app| Ok(app.instance.shown_head(log)?))
        .await?;
    let signed = signed.ok_or_else(|| {
        Refusal::not_found().detail("A log has no checkpoint before its first leaf.")
    })?;
    let resource = Resource {
        content_type: "text/plain; charset=utf-8",
        caching: Caching::Revalidate,
        body: signed.checkpoint,
        gzip: None,
    };
    Ok(resource.answer(headers))
}

async fn tile(
    app: &Arc<App>,
    log: LogId,
    path: &str,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let path: TilePath = format!("tile/{path}")
        .parse()
        .map_err(|error: TileError| Refusal::not_found().detail(error.to_string()))?;
    let gzip = accepts_gzip(headers);
    let resource = app.blocking(move |app| read(app, log, path, gzip)).await?;
    Ok(resource.answer(headers))
}

fn read(app: &App, log: LogId, path: TilePath, gzip: bool) -> Result<Resource, Refusal> {
    let TilePath {
        level,
        index,
        width,
    } = path;
    let store = &app.instance.store;
    let size = store.head(log)?.map_or(0, |signed| signed.head.size);
    // Any width that a published size had, not only that of the last checkpoint.
    if width_at(level, index, TreeSize(size)).is_none_or(|published| width > published) {
        return Err(Refusal::not_found().detail("This is not published, or not yet."));
    }
    if log == LogId::Journal && matches!(level, Level::Entries) {
        let first = index * u64::from(TILE_WIDTH);
        if app
            .instance
            .petitions
            .withheld_within(first, first + u64::from(width))
        {
            return Err(Refusal::withheld());
        }
    }
    let (body, compressed) = match level {
        Level::Hashes(level) => {
            let hashes = store.tile(log, level, index, width)?;
            (hashes.iter().flat_map(|hash| hash.0).collect(), None)
        }
        Level::Entries => {
            let first = index * u64::from(TILE_WIDTH);
            let entries = store.leaves(log, first, usize::from(width))?;
            let bundle = bundle::encode(&entries).map_err(Refusal::internal)?;
            if gzip {
                (compress(&bundle)?, Some(true))
            } else {
                (bundle, Some(false))
            }
        }
    };
    Ok(Resource {
        content_type: "application/octet-stream",
        caching: Caching::Forever,
        body,
        gzip: compressed,
    })
}

fn compress(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    // Leaves are random, so that effort is in vain; the journal's text shrinks at once.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).map_err(Refusal::internal)?;
    encoder.finish().map_err(Refusal::internal)
}

/// Whether `Accept-Encoding` allows gzip (RFC 9110, section 12.5.3).
pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let codings = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|v| v.split(','));
    let (mut named, mut any) = (None, None);
    for coding in codings {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight
            .trim()
            .strip_prefix("q=")
            .and_then(|q| q.trim().parse::<f32>().ok());
        let allowed = weight.is_some_and(|weight| weight > 0.0);
        match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") => named = Some(allowed),
            "*" => any = Some(allowed),
            _ => {}
        }
    }
    named.or(any).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_only_where_it_is_accepted() {
        for (value, accepted) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("*", true),
            ("*;q=0, gzip", true),
            ("", false),
            ("br", false),
            ("gzip;q=0", false),
            ("gzip;q=0.0, *", false),
            ("gzip;q=nonsense", false),
            ("identity", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().expect("a value"));
            assert_eq!(accepts_gzip(&headers), accepted, "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
