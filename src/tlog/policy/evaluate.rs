//! Judging a checkpoint by a policy.

use super::{Member, Policy, PolicyError};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{Note, VerifiedNote, VerifierKey};

/// A cosignature that counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessedBy {
    /// The witness's name in the policy.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// The time that it states, Unix seconds; `None` where it states none.
    pub time: Option<u64>,
}

/// A checkpoint that a policy accepts. Comes from [`Policy::verify`] only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessedCheckpoint {
    checkpoint: Checkpoint,
    logs: Vec<VerifierKey>,
    witnesses: Vec<WitnessedBy>,
}

impl WitnessedCheckpoint {
    /// The checkpoint.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The log's keys that signed it: at least one.
    pub fn log_keys(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// The cosignatures by witnesses that the quorum counts. One witness can have made
    /// several, at different times.
    pub fn witnesses(&self) -> &[WitnessedBy] {
        &self.witnesses
    }

    /// The earliest time among them.
    pub fn earliest(&self) -> Option<u64> {
        self.witnesses.iter().filter_map(|w| w.time).min()
    }

    /// The latest time among them.
    pub fn latest(&self) -> Option<u64> {
        self.witnesses.iter().filter_map(|w| w.time).max()
    }
}

/// For each witness, whether the quorum counts it, directly or through groups.
fn counted(policy: &Policy) -> Vec<bool> {
    let mut counted = vec![false; policy.witnesses.len()];
    let mut open: Vec<Member> = policy.quorum.into_iter().collect();
    while let Some(member) = open.pop() {
        match member {
            Member::Witness(index) => counted[index] = true,
            // Ends, and soon: a name is a member of one group at most.
            Member::Group(index) => open.extend(&policy.groups[index].members),
        }
    }
    counted
}

/// Whether the quorum witnessed, given which witnesses did.
pub(super) fn quorate(policy: &Policy, cosigned: &[bool]) -> bool {
    let mut groups: Vec<bool> = Vec::with_capacity(policy.groups.len());
    let holds = |member: &Member, groups: &[bool]| match member {
        Member::Witness(index) => cosigned[*index],
        Member::Group(index) => groups[*index],
    };
    for group in &policy.groups {
        let count = group
            .members
            .iter()
            .filter(|member| holds(member, &groups))
            .count();
        groups.push(count >= group.threshold);
    }
    policy
        .quorum
        .as_ref()
        .is_none_or(|member| holds(member, &groups))
}

/// The keys of known logs that signed and are named after the origin.
fn log_keys(policy: &Policy, verified: &VerifiedNote, origin: &str) -> Vec<VerifierKey> {
    let own = policy
        .logs
        .iter()
        .map(|log| &log.key)
        .filter(|key| key.name().as_str() == origin);
    own.filter(|key| verified.is_signed_by(key))
        .cloned()
        .collect()
}

pub(super) fn verify(policy: &Policy, note: &Note) -> Result<WitnessedCheckpoint, PolicyError> {
    let logs = policy.logs.iter().map(|log| &log.key);
    let known: Vec<&VerifierKey> = logs
        .chain(policy.witnesses.iter().map(|w| &w.key))
        .collect();
    let verified = note.verify(&known)?;
    let checkpoint = Checkpoint::of(&verified)?;
    let logs = log_keys(policy, &verified, &checkpoint.origin);
    if logs.is_empty() {
        return Err(PolicyError::Log(checkpoint.origin));
    }
    let counted = counted(policy);
    let mut cosigned = vec![false; policy.witnesses.len()];
    let mut witnesses = Vec::new();
    for (index, witness) in policy
        .witnesses
        .iter()
        .enumerate()
        .filter(|(i, _)| counted[*i])
    {
        for signature in verified
            .signatures()
            .iter()
            .filter(|s| s.key == witness.key)
        {
            cosigned[index] = true;
            witnesses.push(WitnessedBy {
                name: witness.name.clone(),
                key: witness.key.clone(),
                time: signature.time,
            });
        }
    }
    if !quorate(policy, &cosigned) {
        let cosigned = cosigned.iter().filter(|did| **did).count();
        return Err(PolicyError::Quorum { cosigned });
    }
    Ok(WitnessedCheckpoint {
        checkpoint,
        logs,
        witnesses,
    })
}
