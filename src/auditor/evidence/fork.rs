//! Two journals under one name (R2).

use super::NoEvidence;
use super::kept::Kept;
use super::served::Leaves;
use crate::auditor::fetch::Reader;
use crate::auditor::{AuditError, journal};
use crate::protocol::evidence::{Claim, Differ, InconsistentJournal, Place};
use crate::store::LogId;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::Hash;
use crate::tlog::note::Note;
use crate::tlog::proof::inclusion_proof;
use crate::tlog::size::{LeafIndex, TreeSize};

/// The claim. `root`: the root served over as many entries as both have.
pub(super) fn claim(kept: &Kept, reader: &Reader<'_>, root: &Hash) -> Result<Claim, NoEvidence> {
    let seen = kept.journal.saved.size;
    let of_one_size = |note: &Note| {
        let head = Checkpoint::parse(note.text()).ok();
        head.is_some_and(|head| head.size.0 == seen && head.root != kept.journal.saved.root)
    };
    let both = |served: &Note, differ| {
        Claim::InconsistentJournal(InconsistentJournal {
            first: kept.note.to_string(),
            second: served.to_string(),
            differ,
        })
    };
    // Two heads of one size need nothing else, whatever is served by now.
    if let Some(served) = kept.contradicting(root).filter(of_one_size) {
        return Ok(both(&served, None));
    }
    let (served, head) = journal::served(reader)?;
    if of_one_size(&served) {
        return Ok(both(&served, None));
    }
    let differ = differ(
        kept,
        &Leaves::of_bundles(reader, LogId::Journal, head.size.0)?,
    )?;
    Ok(both(&served, Some(differ)))
}

/// The first entry that is another one in the two journals.
fn differ(kept: &Kept, served: &Leaves) -> Result<Differ, NoEvidence> {
    let seen = kept.journal.saved.size;
    let hashes = &kept.journal.hashes;
    let io = |error: std::io::Error| AuditError::state("journal")(error);
    for (index, other) in (0..seen).zip(&served.0) {
        let own = hashes.leaf(index).map_err(io)?;
        if own == *other {
            continue;
        }
        let at = LeafIndex(index);
        let first = inclusion_proof(at, TreeSize(seen), hashes)
            .map_err(|e| io(std::io::Error::other(e.to_string())))?;
        let Ok(second) = inclusion_proof(at, TreeSize(served.0.len() as u64), served) else {
            break;
        };
        let place = |leaf, path| Place { leaf, path };
        return Ok(Differ {
            index,
            first: place(own, first),
            second: place(*other, second),
        });
    }
    Err(NoEvidence::Gone(
        "the journal served now does not differ from the one seen before",
    ))
}
