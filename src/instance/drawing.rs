//! What a sample is drawn from (`spec/audit-sample.md`, "Draw").

use super::{Instance, Petition, ProofsError};
use crate::protocol::ids::Tree;
use crate::protocol::leaf::STRIKE_LEN;
use crate::protocol::sample::{DRAW, DRAW_MAX, Draw, Entry};
use crate::store::LogId;
use crate::tlog::note::Note;
use crate::tlog::size::LeafIndex;
use crate::tlog::tlog_proof::TlogProof;

/// More strikes than this do not fit a draw, with everything around them.
const STRIKES_MAX: usize = DRAW_MAX / 2 / STRIKE_LEN;

impl Instance {
    /// A draw without entries, as of now: final tallies, `closed`, the strikes. `None` until
    /// the petition is closed, and where too much was struck. Blocking.
    pub fn frame(&self, petition: &Petition) -> Result<Option<Draw>, ProofsError> {
        let Some(closed) = petition.closed_at() else {
            return Ok(None);
        };
        let (tally, journaled) = self.journaled_tally(petition)?;
        let signed = self.shown_head(LogId::Journal)?;
        let signed = signed.filter(|signed| closed < signed.head.size);
        let Some(signed) = signed else {
            return Ok(None);
        };
        let inconsistent = |what: String| ProofsError::Inconsistent(what);
        let path = self.journal_inclusion(closed, signed.head.size)?;
        let note = Note::parse(&signed.checkpoint).map_err(|e| inconsistent(e.to_string()))?;
        let entry = self.store.leaves(LogId::Journal, closed, 1)?.pop();
        let entry = entry.and_then(|entry| String::from_utf8(entry).ok());
        let entry = entry.ok_or_else(|| inconsistent(format!("no entry {closed}")))?;
        let proof = TlogProof::new(LeafIndex(closed), path, note, None);
        let x = tally.head(Tree::Strikes).map_or(0, |head| head.size);
        let Some(x) = usize::try_from(x).ok().filter(|x| *x <= STRIKES_MAX) else {
            return Ok(None);
        };
        let strikes = LogId::Tree(petition.manifest.id(), Tree::Strikes);
        Ok(Some(Draw {
            format: DRAW.to_owned(),
            manifest: petition.manifest.text().to_owned(),
            closed: Entry {
                entry,
                proof: proof.to_string(),
            },
            ledger: (*journaled).clone(),
            registrar: None,
            strikes: self.store.leaves(strikes, 0, x)?.concat(),
            beacon: None,
            entries: None,
        }))
    }
}
