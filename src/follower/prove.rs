//! Evidence: what is wrong, in files that anybody can check offline (`spec/evidence.md`).

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::FollowError;
use super::look::Follower;
use crate::auditor::evidence::{NoEvidence, gather};
use crate::client::tiles::TileSource;
use crate::protocol::evidence::{Claim, Evidence, InconsistentJournal};
use crate::protocol::replay::Deviation;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::Note;
use crate::tlog::policy::Policy;

fn name(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes)[..16])
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, FollowError> {
    let path = folder.join(name);
    let write = || {
        std::fs::create_dir_all(folder)?;
        std::fs::write(&path, bytes)?;
        std::fs::File::open(&path)?.sync_all()
    };
    write().map_err(FollowError::io(folder))?;
    Ok(path)
}

impl Follower {
    fn evidence_folder(&self) -> PathBuf {
        self.board.folder.join("evidence")
    }

    fn keep(&self, evidence: &Evidence) -> Result<PathBuf, FollowError> {
        let bytes = evidence.to_file();
        let name = format!("{}-{}.json", evidence.claim().kind(), name(&bytes));
        write(&self.evidence_folder(), &name, &bytes)
    }

    /// A file that proves a deviation, made from the mirror and what `source` gives; none
    /// where nothing can prove it to others.
    pub(super) fn prove(
        &self,
        source: &dyn TileSource,
        deviation: &Deviation,
    ) -> Result<Option<PathBuf>, FollowError> {
        let Some(origin) = self.origin() else {
            return Ok(None);
        };
        match gather(source, &self.board.audits(), &origin, deviation) {
            Ok(evidence) => self.keep(&evidence).map(Some),
            Err(NoEvidence::Kind(why)) => {
                tracing::info!("no file can prove this to others: {why}");
                Ok(None)
            }
            Err(error) => {
                tracing::warn!(%error, "no evidence could be made");
                Ok(None)
            }
        }
    }

    /// Both signed notes; and, where they are of one size, a file that proves by them alone
    /// that the log signed two journals.
    pub(super) fn keep_pair(
        &self,
        ours: &Note,
        theirs: &Note,
    ) -> Result<Vec<PathBuf>, FollowError> {
        let folder = self.evidence_folder().join(name(theirs.text().as_bytes()));
        write(&folder, "seen.checkpoint", &ours.to_bytes())?;
        write(&folder, "served.checkpoint", &theirs.to_bytes())?;
        let size = |note: &Note| Checkpoint::parse(note.text()).map(|head| head.size);
        let mut kept = vec![folder];
        if let (Ok(one), Ok(other), Some(log)) = (size(ours), size(theirs), self.log())
            && one == other
        {
            let pair = InconsistentJournal {
                first: ours.to_string(),
                second: theirs.to_string(),
                differ: None,
            };
            let evidence = Evidence::new(None, Claim::InconsistentJournal(pair));
            match evidence.verify(&Policy::of_logs(log.keys)) {
                Ok(_) => kept.push(self.keep(&evidence)?),
                Err(error) => tracing::warn!(%error, "no evidence could be made"),
            }
        }
        Ok(kept)
    }
}
