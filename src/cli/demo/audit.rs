//! The demo's audits: as a stranger over HTTP, and of a mirrored folder with one byte
//! flipped.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::house::House;
use crate::auditor::{AuditOptions, Report, Trust, Unobserved, Verdict, audit as replay};
use crate::cli::Clocks;
use crate::cli::stop::refused;
use crate::client::tiles::{FolderTiles, HttpTiles, LogFile, TileSource, TileSourceError, path};
use crate::protocol::ids::Tree;
use crate::protocol::leaf::SIGNATURE_LEN;
use crate::protocol::tally::Totals;
use crate::store::LogId;

/// A clean audit.
pub(super) struct Audited {
    /// Leaves checked, over all trees.
    pub(super) leaves: u64,
    /// How long it took.
    pub(super) time: Duration,
}

/// What an audit of damaged files found.
pub(super) struct Found {
    /// The file in which a byte was flipped, below the petition's folder.
    pub(super) file: String,
    /// The first deviation, in words.
    pub(super) deviation: String,
}

/// Keeps a copy of every file that is read.
struct Mirroring<S> {
    source: S,
    folder: PathBuf,
}

fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, bytes)
}

impl<S: TileSource> TileSource for Mirroring<S> {
    fn read(
        &self,
        log: LogId,
        file: LogFile,
        limit: usize,
    ) -> Result<Option<Vec<u8>>, TileSourceError> {
        let read = self.source.read(log, file, limit)?;
        if let Some(bytes) = &read {
            let path = self.folder.join(path(log, file));
            keep(&path, bytes).map_err(|source| TileSourceError::Io { path, source })?;
        }
        Ok(read)
    }

    fn parallel(&self) -> usize {
        self.source.parallel()
    }

    fn lag(&self) -> Option<Duration> {
        self.source.lag()
    }

    fn name(&self) -> String {
        self.source.name()
    }
}

/// One audit from the beginning, with the keys that the manifest pins.
async fn run<S: TileSource>(
    house: &Arc<House>,
    clock: &Clocks,
    state: &'static str,
    source: impl FnOnce(&House, &Clocks) -> anyhow::Result<S> + Send + 'static,
) -> anyhow::Result<(Report, Duration)> {
    let (house, clock) = (house.clone(), clock.clone());
    let audit = move || {
        let source = source(&house, &clock)?;
        let options = AuditOptions {
            state: house.folder.join(state),
            fresh: true,
            petition: None,
            trust: Trust {
                keys: house.manifest.journal_vkeys(Tree::Signatures).to_vec(),
                policy: None,
            },
            jobs: 0,
        };
        let begun = Instant::now();
        let report = replay(&source, &options, &*clock, &Unobserved)?;
        Ok((report, begun.elapsed()))
    };
    tokio::task::spawn_blocking(audit).await?
}

fn fault(what: String) -> anyhow::Error {
    refused(
        what,
        "this is a fault of the program: please report it with the output above",
    )
}

/// What an audit says that is not clean.
fn complaint(report: &Report) -> String {
    let deviations = report
        .deviations
        .iter()
        .map(|deviation| deviation.text.clone());
    let unchecked = report
        .unchecked
        .iter()
        .map(|unchecked| unchecked.why.clone());
    let all: Vec<String> = deviations.chain(unchecked).take(5).collect();
    all.join("; ")
}

/// Nothing deviates, and these are the totals.
fn must_be_clean(report: &Report, totals: Totals) -> anyhow::Result<()> {
    if report.verdict != Verdict::Fine {
        return Err(fault(format!(
            "the audit is not clean: {}",
            complaint(report)
        )));
    }
    let audited = report
        .petitions
        .first()
        .context("the audit saw the petition")?;
    if audited.totals == totals {
        Ok(())
    } else {
        Err(fault(format!(
            "audited totals {:?} must be {totals:?}",
            audited.totals
        )))
    }
}

/// Audit the service over HTTP; all must be well, with these totals.
pub(super) async fn audit(
    house: &Arc<House>,
    clock: &Clocks,
    totals: Totals,
) -> anyhow::Result<Audited> {
    let http =
        |house: &House, clock: &Clocks| Ok(HttpTiles::new(house.client.url(), clock.clone())?);
    let (report, time) = run(house, clock, "audit", http).await?;
    must_be_clean(&report, totals)?;
    Ok(Audited {
        leaves: report.work.leaves,
        time,
    })
}

/// Mirror the public files, flip one byte in a bundle of signatures, and audit the
/// mirror: before, all must be well; after, it must not be.
pub(super) async fn audit_damaged(
    house: &Arc<House>,
    clock: &Clocks,
    totals: Totals,
) -> anyhow::Result<Found> {
    let folder = house.folder.join("mirror");
    let mirror = folder.clone();
    let source = move |house: &House, clock: &Clocks| {
        Ok(Mirroring {
            source: HttpTiles::new(house.client.url(), clock.clone())?,
            folder: mirror,
        })
    };
    run(house, clock, "audit-while-mirroring", source).await?;
    let mirror = folder.clone();
    let source = move |_: &House, _: &Clocks| Ok(FolderTiles::new(mirror));
    let (report, _) = run(house, clock, "audit-of-mirror", source.clone()).await?;
    must_be_clean(&report, totals)?;

    let file = damage(house, &folder)?;
    let (report, _) = run(house, clock, "audit-of-damaged-mirror", source).await?;
    let deviation = report.deviations.first().ok_or_else(|| {
        fault(format!(
            "nobody saw the flipped byte in {file}: {}",
            complaint(&report)
        ))
    })?;
    Ok(Found {
        file,
        deviation: format!("DEVIATION  {}", deviation.text),
    })
}

/// Flip one bit of a token in the middle of the first bundle of signatures.
fn damage(house: &House, folder: &Path) -> anyhow::Result<String> {
    let petition = folder.join(house.manifest.id().to_string());
    let bundles = petition.join("signatures/tile/entries");
    let path = first_file(&bundles)?.context("there are signatures")?;
    let mut bytes = std::fs::read(&path)?;
    // Each entry has a length of two bytes before it; a leaf ends with its token.
    let middle = bytes.len() / (2 + SIGNATURE_LEN) / 2;
    let token = middle * (2 + SIGNATURE_LEN) + 2 + SIGNATURE_LEN / 2;
    *bytes.get_mut(token).context("a bundle is not empty")? ^= 1;
    std::fs::write(&path, bytes)?;
    Ok(path.strip_prefix(petition)?.display().to_string())
}

/// The first file below a folder, by name.
fn first_file(folder: &Path) -> std::io::Result<Option<PathBuf>> {
    let entries: Result<Vec<_>, _> = std::fs::read_dir(folder)?.collect();
    let mut paths: Vec<PathBuf> = entries?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_file() {
            return Ok(Some(path));
        }
        if let Some(file) = first_file(&path)? {
            return Ok(Some(file));
        }
    }
    Ok(None)
}
