//! `--evidence`: a file for each deviation that can be shown to others.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::auditor::Report;
use crate::auditor::evidence::Gatherer;
use crate::cli::files::{self, Access, Existing};
use crate::client::tiles::TileSource;
use crate::protocol::replay::Rule;

/// What became of one deviation.
#[derive(Serialize)]
pub(super) struct Shown {
    rule: Rule,
    /// The deviation, in words.
    deviation: String,
    /// The file that proves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<PathBuf>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl Shown {
    pub(super) fn line(&self) -> String {
        match (&self.file, &self.why) {
            (Some(file), _) => format!("EVIDENCE   {}", file.display()),
            (None, why) => {
                let why = why.as_deref().unwrap_or_default();
                format!("NO EVIDENCE  {}: {why}", self.deviation)
            }
        }
    }
}

/// Write what can be shown of a report's deviations into `folder`.
pub(super) fn write(
    source: &dyn TileSource,
    state: &Path,
    report: &Report,
    folder: &Path,
) -> anyhow::Result<Vec<Shown>> {
    if report.deviations.is_empty() {
        return Ok(Vec::new());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let gatherer = Gatherer::open(state, &report.origin);
    let mut all = Vec::new();
    for found in &report.deviations {
        let evidence = match &gatherer {
            Ok(gatherer) => gatherer
                .gather(source, &found.deviation)
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let (file, why) = match evidence {
            Ok(evidence) => {
                // The same deviation has the same name in every run.
                let id = hex::encode(&Sha256::digest(&found.text)[..6]);
                let path = folder.join(format!("{}-{id}.evidence.json", found.rule));
                files::write(
                    &path,
                    &evidence.to_file(),
                    Access::Public,
                    Existing::Replace,
                )?;
                (Some(path), None)
            }
            Err(why) => (None, Some(why)),
        };
        all.push(Shown {
            rule: found.rule,
            deviation: found.text.clone(),
            file,
            why,
        });
    }
    Ok(all)
}
