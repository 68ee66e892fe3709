//! Checkpoints of a journal (R1) and of trees (R22).

use super::{Fault, LogIdentity};
use crate::protocol::ids::Tree;
use crate::protocol::manifest::Manifest;
use crate::protocol::tally::TreeHead;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{Note, VerifierKey};

/// The head of a journal that all of its keys have signed.
pub fn journal_checkpoint(log: &LogIdentity, note: &Note) -> Result<Checkpoint, Fault> {
    let refused = |why: String| Fault::CheckpointSignature { why };
    let keys: Vec<&VerifierKey> = log.keys.iter().collect();
    if let Some(key) = keys.iter().find(|key| key.name().as_str() != log.origin) {
        let (key, origin) = (key.name(), &log.origin);
        return Err(refused(format!(
            "it is of origin {origin:?}, the key is that of {key}"
        )));
    }
    let verified = note.verify(&keys).map_err(|e| refused(e.to_string()))?;
    if let Some(key) = keys.iter().find(|key| !verified.is_signed_by(key)) {
        return Err(refused(format!(
            "no signature by {} ({})",
            key.name(),
            key.id()
        )));
    }
    let checkpoint = Checkpoint::of(&verified).map_err(|e| refused(e.to_string()))?;
    if checkpoint.origin == log.origin {
        Ok(checkpoint)
    } else {
        let origin = checkpoint.origin;
        Err(refused(format!("it is of origin {origin:?}")))
    }
}

/// The head of a tree, signed by the key that the manifest pins for it.
pub fn tree_checkpoint(manifest: &Manifest, tree: Tree, note: &Note) -> Result<TreeHead, Fault> {
    let refused = |why: String| Fault::TreeCheckpoint { why };
    let key = manifest.tree_vkey(tree);
    let verified = note.verify(&[&key]).map_err(|e| refused(e.to_string()))?;
    let checkpoint = Checkpoint::of(&verified).map_err(|e| refused(e.to_string()))?;
    if checkpoint.origin == manifest.tree_origin(tree) {
        Ok(TreeHead {
            size: checkpoint.size.0,
            root: checkpoint.root,
        })
    } else {
        let origin = checkpoint.origin;
        Err(refused(format!("it is of origin {origin:?}")))
    }
}
