//! One checkpoint, all witnesses of a policy, at once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::WitnessError;
use super::submit::{Cosigned, ProofSource, WitnessClient};
use crate::clock::Clock;
use crate::tlog::note::{Note, VerifierKey};
use crate::tlog::policy::{Policy, PolicyWitness};

/// What one witness of a policy made of a checkpoint.
#[derive(Debug)]
pub struct Offered {
    /// Its name in the policy.
    pub name: String,
    /// Its key.
    pub key: VerifierKey,
    /// Its cosignature, which verified, or why there is none.
    pub outcome: Result<Cosigned, Arc<WitnessError>>,
}

/// One address, and the witnesses of the policy that are there: a witness with two keys
/// is two of them.
struct Place {
    client: WitnessClient,
    members: Vec<PolicyWitness>,
}

impl Place {
    /// Whether one of its keys is missing under the checkpoint. By name and id: whoever could
    /// forge that line could as well leave it out.
    fn lacks(&self, checkpoint: &Note) -> bool {
        let signed = |key: &VerifierKey| {
            let mut lines = checkpoint.signatures().iter();
            lines.any(|line| line.name() == key.name() && line.id() == key.id())
        };
        self.members.iter().any(|member| !signed(&member.key))
    }

    fn all(&self, error: WitnessError) -> Vec<Offered> {
        failed(&self.members, error)
    }
}

fn failed(members: &[PolicyWitness], error: WitnessError) -> Vec<Offered> {
    let error = Arc::new(error);
    let of = |member: &PolicyWitness| Offered {
        name: member.name.clone(),
        key: member.key.clone(),
        outcome: Err(error.clone()),
    };
    members.iter().map(of).collect()
}

/// All witnesses of a policy. Keep it from one checkpoint to the next: it remembers what
/// each witness knows, and who is to be left alone.
pub struct Witnesses {
    places: Vec<Arc<Place>>,
    /// Those that cannot be asked.
    without: Vec<PolicyWitness>,
}

impl Witnesses {
    /// The witnesses that this policy knows. The address in a policy is the submission
    /// prefix; those without a usable one cannot be asked, and each offer says so.
    pub fn of(policy: &Policy, clock: &Arc<dyn Clock>) -> Self {
        let mut groups: Vec<(String, Vec<PolicyWitness>)> = Vec::new();
        let mut without = Vec::new();
        for witness in policy.witnesses() {
            let Some(url) = &witness.url else {
                without.push(witness.clone());
                continue;
            };
            let url = url.trim_end_matches('/');
            match groups.iter_mut().find(|(known, _)| known == url) {
                Some((_, members)) => members.push(witness.clone()),
                None => groups.push((url.to_owned(), vec![witness.clone()])),
            }
        }
        let mut places = Vec::new();
        for (url, members) in groups {
            let keys = members.iter().map(|member| member.key.clone()).collect();
            match WitnessClient::new(&url, keys, clock.clone()) {
                Ok(client) => places.push(Arc::new(Place { client, members })),
                Err(_) => without.extend(members),
            }
        }
        Self { places, without }
    }

    /// Whether the checkpoint lacks a cosignature by somebody who can be asked.
    pub fn lack(&self, checkpoint: &Note) -> bool {
        let mut places = self.places.iter();
        places.any(|place| place.lacks(checkpoint))
    }

    /// Offer a checkpoint, signed by its log, at once to all of them that it has no
    /// cosignature of. None waits for another, and none is waited for longer than `deadline`.
    pub fn offer(
        &self,
        checkpoint: &Note,
        proofs: &Arc<dyn ProofSource>,
        deadline: Duration,
    ) -> Offer {
        let mut tasks = JoinSet::new();
        for place in self.places.iter().filter(|place| place.lacks(checkpoint)) {
            let (place, checkpoint, proofs) = (place.clone(), checkpoint.clone(), proofs.clone());
            tasks.spawn(async move {
                match place.client.submit(&checkpoint, &proofs, deadline).await {
                    Ok(keys) => place.members.iter().zip(keys).map(offered).collect(),
                    Err(error) => place.all(error),
                }
            });
        }
        Offer {
            tasks,
            ready: failed(&self.without, WitnessError::NoUrl).into(),
        }
    }
}

fn offered((member, outcome): (&PolicyWitness, Result<Cosigned, WitnessError>)) -> Offered {
    Offered {
        name: member.name.clone(),
        key: member.key.clone(),
        outcome: outcome.map_err(Arc::new),
    }
}

/// An offer under way. Dropping it gives up those who have not answered yet.
pub struct Offer {
    tasks: JoinSet<Vec<Offered>>,
    ready: VecDeque<Offered>,
}

impl Offer {
    /// The next witness that is done, in the order in which they are; `None` after the last.
    /// Whoever needs a quorum only stops when it is reached.
    ///
    /// # Panics
    /// If asking a witness panicked.
    pub async fn next(&mut self) -> Option<Offered> {
        while self.ready.is_empty() {
            match self.tasks.join_next().await? {
                Ok(offered) => self.ready.extend(offered),
                Err(ended) => std::panic::resume_unwind(ended.into_panic()),
            }
        }
        self.ready.pop_front()
    }

    /// All of them. Takes as long as the slowest, so at most until the deadline.
    ///
    /// # Panics
    /// If asking a witness panicked.
    pub async fn all(mut self) -> Vec<Offered> {
        let mut all = Vec::new();
        while let Some(offered) = self.next().await {
            all.push(offered);
        }
        all
    }
}
