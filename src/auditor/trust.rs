//! Which keys the journal must be signed by, and why they are believed.

use super::report::KeyTrust;
use super::state::Entries;
use crate::protocol::manifest::Manifest;
use crate::protocol::replay::Fault;
use crate::protocol::statement::Statement;
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::policy::Policy;

/// What the caller brings.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Keys that must sign the journal.
    pub keys: Vec<VerifierKey>,
    /// A policy that must accept its checkpoint.
    pub policy: Option<Policy>,
}

impl Trust {
    /// The keys given for the log with this origin.
    fn given(&self, origin: &str) -> Vec<VerifierKey> {
        let logs = self
            .policy
            .iter()
            .flat_map(Policy::logs)
            .map(|log| &log.key);
        let mut keys: Vec<VerifierKey> = Vec::new();
        // A key given for another origin is one that this journal cannot be signed by.
        let named = logs.filter(|key| key.name().as_str() == origin);
        for key in self.keys.iter().chain(named) {
            if !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        keys
    }

    /// The keys to begin with and why, given those of earlier runs.
    pub(super) fn begin(
        &self,
        origin: &str,
        remembered: &[VerifierKey],
    ) -> Result<(Vec<VerifierKey>, KeyTrust), Fault> {
        let given = self.given(origin);
        let trust = match (given.is_empty(), remembered.is_empty()) {
            (false, _) => KeyTrust::Given,
            (true, false) => KeyTrust::Remembered,
            (true, true) => KeyTrust::FirstUse,
        };
        if remembered.is_empty() {
            return Ok((given, trust));
        }
        match given.iter().find(|key| !remembered.contains(key)) {
            None => Ok((remembered.to_vec(), trust)),
            Some(key) => Err(Fault::CheckpointSignature {
                why: format!(
                    "the key given, {} ({}), is not one of those that signed it in earlier runs",
                    key.name(),
                    key.id()
                ),
            }),
        }
    }

    /// The witnesses that the policy counts under this checkpoint.
    pub(super) fn witnesses(&self, note: &Note) -> Result<Vec<String>, Fault> {
        let Some(policy) = &self.policy else {
            return Ok(Vec::new());
        };
        let witnessed = policy
            .verify(note)
            .map_err(|e| Fault::CheckpointPolicy { why: e.to_string() })?;
        let mut names: Vec<String> = witnessed
            .witnesses()
            .iter()
            .map(|witness| witness.name.clone())
            .collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

/// The keys that the first manifest with the `known` ones names for the journal of `origin`.
pub(super) fn keys_in(
    entries: &Entries,
    origin: &str,
    known: &[VerifierKey],
) -> Option<Vec<VerifierKey>> {
    entries.iter().find_map(|(_, bytes)| {
        let Ok(Statement::Published(manifest, _)) = Statement::parse(bytes) else {
            return None;
        };
        let keys = own_keys(&manifest, origin)?;
        let fits = known.iter().all(|key| keys.contains(key));
        fits.then(|| keys.to_vec())
    })
}

fn own_keys<'a>(manifest: &'a Manifest, origin: &str) -> Option<&'a [VerifierKey]> {
    let mut trees = crate::protocol::ids::Tree::ALL.into_iter();
    trees
        .find(|tree| manifest.keeper(*tree) == origin)
        .map(|tree| manifest.journal_vkeys(tree))
}
