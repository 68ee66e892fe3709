//! Whose word counts, and whether all of a journal's keys gave it.

use super::NotProven;
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::{
    InclusionProof, JournaledEntry, JournaledTally, VerifiedEntry, VerifiedTally, kept_by,
};
use crate::protocol::manifest::Manifest;
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::policy::{Policy, WitnessedCheckpoint};

/// What a verifier brings.
pub(super) struct Trusted<'a> {
    /// Which journals are known, and which witnesses.
    pub(super) policy: &'a Policy,
    /// The same journals without witnesses: what a log signed it signed, whoever saw it.
    logs: Policy,
    manifest: Option<&'a Manifest>,
}

impl<'a> Trusted<'a> {
    pub(super) fn new(policy: &'a Policy, manifest: Option<&'a Manifest>) -> Self {
        let logs = policy.logs().iter().map(|log| log.key.clone());
        Self {
            logs: Policy::of_logs(logs),
            policy,
            manifest,
        }
    }

    pub(super) fn manifest(&self) -> Result<&'a Manifest, NotProven> {
        self.manifest.ok_or(NotProven::NoManifest)
    }

    /// A journal's head that all of its keys have signed: those that the verifier knows
    /// for its origin, and those that the manifest pins.
    pub(super) fn journal(&self, note: &Note) -> Result<WitnessedCheckpoint, NotProven> {
        let head = self.logs.verify(note)?;
        self.all_signed(&head)?;
        let pinned = self.pinned(&head.checkpoint().origin);
        for key in pinned {
            let unsigned = |_| NotProven::Unsigned(Box::new(key.clone()));
            note.verify(&[key]).map_err(unsigned)?;
        }
        Ok(head)
    }

    /// The keys of a journal: those of the manifest, or, where it names none, of the policy.
    pub(super) fn keys(&self, head: &WitnessedCheckpoint) -> Vec<VerifierKey> {
        let pinned = self.pinned(&head.checkpoint().origin);
        if pinned.is_empty() {
            head.log_keys().to_vec()
        } else {
            pinned.to_vec()
        }
    }

    fn pinned(&self, origin: &str) -> &'a [VerifierKey] {
        let manifest = self.manifest.into_iter();
        let mut kept = manifest.flat_map(|m| Tree::ALL.map(|tree| (m, tree)));
        let kept = kept.find(|(manifest, tree)| manifest.keeper(*tree) == origin);
        kept.map_or(&[], |(manifest, tree)| manifest.journal_vkeys(tree))
    }

    /// A manifest can be anybody's: the keys that the verifier knows count above all.
    fn all_signed(&self, head: &WitnessedCheckpoint) -> Result<(), NotProven> {
        let origin = &head.checkpoint().origin;
        let mut known = self.policy.logs().iter().map(|log| &log.key);
        let unsigned =
            known.find(|key| key.name().as_str() == origin && !head.log_keys().contains(key));
        match unsigned {
            None => Ok(()),
            Some(key) => Err(NotProven::Unsigned(Box::new(key.clone()))),
        }
    }

    /// The head of the journal of whoever keeps `tree`, as the whole policy asks.
    pub(super) fn witnessed(
        &self,
        note: &Note,
        tree: Tree,
    ) -> Result<WitnessedCheckpoint, NotProven> {
        let head = self.policy.verify(note)?;
        self.all_signed(&head)?;
        kept_by(&head, note, self.manifest()?, tree)?;
        Ok(head)
    }

    /// A tally in the journal of whoever keeps `tree`.
    pub(super) fn tally(
        &self,
        tally: &JournaledTally,
        tree: Tree,
    ) -> Result<VerifiedTally, NotProven> {
        let verified = tally.verify(self.manifest()?, tree, &self.logs)?;
        self.all_signed(verified.checkpoint())?;
        Ok(verified)
    }

    /// Any entry of that journal.
    pub(super) fn entry(
        &self,
        entry: &JournaledEntry,
        tree: Tree,
    ) -> Result<VerifiedEntry, NotProven> {
        let verified = entry.verify(self.manifest()?, tree, &self.logs)?;
        self.all_signed(verified.checkpoint())?;
        Ok(verified)
    }

    /// A leaf in a tally of that journal.
    pub(super) fn leaf(&self, proof: &InclusionProof) -> Result<VerifiedTally, NotProven> {
        let included = proof.verify(self.manifest()?, &self.logs)?;
        self.all_signed(included.tally.checkpoint())?;
        Ok(included.tally)
    }
}
