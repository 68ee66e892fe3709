//! How a petition enters a journal (R5, R6).

use super::Fault;
use super::fault::StatementKind;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::manifest::Manifest;
use crate::protocol::statement::Statement;
use crate::tlog::note::VerifierKey;

/// Whose journal is replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogIdentity {
    /// `host[:port]`.
    pub origin: String,
    /// The keys that sign its checkpoints: Ed25519, then ML-DSA-44.
    pub keys: Vec<VerifierKey>,
}

impl LogIdentity {
    /// Whether the manifest gives this instance that tree.
    pub fn keeps(&self, manifest: &Manifest, tree: Tree) -> bool {
        manifest.keeper(tree) == self.origin
    }

    /// The trees that the manifest gives this instance.
    pub fn trees<'a>(&'a self, manifest: &'a Manifest) -> impl Iterator<Item = Tree> + 'a {
        Tree::ALL
            .into_iter()
            .filter(|tree| self.keeps(manifest, *tree))
    }
}

/// What is wrong with a petition's first publication in this journal. `statement` is
/// the `published` that holds `manifest`.
pub fn published(log: &LogIdentity, manifest: &Manifest, statement: &Statement) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut kept = log.trees(manifest).peekable();
    if kept.peek().is_none() {
        faults.push(Fault::NotKeptHere);
    } else if kept.any(|tree| manifest.journal_vkeys(tree) != log.keys) {
        faults.push(Fault::JournalKeys);
    }
    faults.extend(signature(
        log,
        manifest,
        statement,
        StatementKind::Published,
    ));
    faults
}

/// What is wrong with the signature of a statement.
pub(super) fn signature(
    log: &LogIdentity,
    manifest: &Manifest,
    statement: &Statement,
    kind: StatementKind,
) -> Option<Fault> {
    let why = match log.keys.first() {
        Some(keeper) => statement.verify(manifest, keeper).err()?.to_string(),
        None => "the journal's keys are not known".to_owned(),
    };
    Some(Fault::StatementSignature {
        statement: kind,
        why,
    })
}

/// The petition that an entry claims to be about, also where it is malformed otherwise.
pub fn petition_of(entry: &[u8]) -> Option<PetitionId> {
    let line = entry.split(|byte| *byte == b'\n').nth(1)?;
    let id = line.strip_prefix(b"petition ")?;
    std::str::from_utf8(id).ok()?.parse().ok()
}
