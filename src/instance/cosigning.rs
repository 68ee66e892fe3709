//! The journal's witnesses (`spec/publication.md`, "Cosignatures").

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::{Instance, InstanceError};
use crate::client::witness::{Offer, Offered, ProofSource, WitnessError, Witnesses};
use crate::clock::Clock;
use crate::store::{Head, LogId, SignedHead};
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, NoteSignature, VerifierKey};
use crate::tlog::policy::Policy;
use crate::tlog::size::TreeSize;

/// Witnesses that answer later than the deadline still have so long, as long as nothing
/// newer is published.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often those that lack are asked again.
const AGAIN: Duration = Duration::from_secs(10);

/// Why an instance does not start with these witnesses.
#[derive(Debug, thiserror::Error)]
pub enum CosigningError {
    /// The policy is about other logs.
    #[error("the policy of witnesses does not name this journal: add the line `log {0}`")]
    OtherLog(Box<VerifierKey>),
    /// A witness has cosigned more than this folder holds: signing on would fork the journal.
    #[error(
        "witness {name} has cosigned {theirs} journal entries, this folder has {ours}: it is older \
         than what was published. Restore the newest backup; or, if the witness cannot be believed, \
         take it out of the policy"
    )]
    RolledBack {
        /// The witness.
        name: String,
        /// Entries that it cosigned.
        theirs: TreeSize,
        /// Entries in the folder.
        ours: u64,
    },
    /// The store refused, or holds what it should not.
    #[error(transparent)]
    Instance(#[from] InstanceError),
}

/// A journal's witnesses, and when their word is enough.
pub struct Cosigning {
    policy: Policy,
    witnesses: Witnesses,
    deadline: Duration,
}

/// A published checkpoint, and the witnesses that have not answered yet.
pub(super) struct Pending {
    head: Head,
    note: Note,
    offer: Option<Offer>,
    again: Instant,
}

impl Cosigning {
    /// The witnesses of `policy`; a publication waits for its quorum, but no longer than
    /// `deadline`.
    pub fn new(
        policy: Policy,
        deadline: Duration,
        instance: &Instance,
    ) -> Result<Self, CosigningError> {
        let own = instance.keys.vkeys();
        let names_us = policy.logs().iter().any(|log| own.contains(&log.key));
        if !names_us {
            let [ed25519, _] = own;
            return Err(CosigningError::OtherLog(Box::new(ed25519)));
        }
        let clock: Arc<dyn Clock> = instance.clock.clone();
        Ok(Self {
            witnesses: Witnesses::of(&policy, &clock),
            policy,
            deadline,
        })
    }

    /// Before anything is signed: ask all witnesses about the head that the folder has. What
    /// they cosign is kept; one that knows more than the folder ends it here.
    pub async fn compare(&self, instance: &Arc<Instance>) -> Result<(), CosigningError> {
        let Some(mut pending) = self.offer(instance).await? else {
            return Ok(());
        };
        let until = Instant::now() + self.deadline;
        let mut lines = Vec::new();
        while let Some(offered) = pending.next(until).await {
            if let Err(error) = &offered.outcome
                && let WitnessError::Ahead { size } = **error
            {
                return Err(CosigningError::RolledBack {
                    name: offered.name,
                    theirs: size,
                    ours: pending.head.size,
                });
            }
            lines.extend(cosigned(offered));
        }
        pending.keep(instance, lines).await?;
        Ok(())
    }

    /// Ask for cosignatures on what is published, from those who have not given one.
    async fn offer(&self, instance: &Arc<Instance>) -> Result<Option<Pending>, InstanceError> {
        let reading = instance.clone();
        let read = move || -> Result<_, InstanceError> {
            let Some(signed) = reading.store.head(LogId::Journal)? else {
                return Ok(None);
            };
            Ok(Some((Note::parse(&signed.checkpoint)?, signed.head)))
        };
        let Some((note, head)) = blocking(read).await? else {
            return Ok(None);
        };
        let mut pending = Pending {
            head,
            note,
            offer: None,
            again: Instant::now() + AGAIN,
        };
        pending.ask(self, instance);
        Ok(Some(pending))
    }

    /// Wait until what was just published meets the policy, or nobody is left to wait for, or
    /// the deadline is over; then show it. What comes later is for [`Pending::late`].
    pub(super) async fn settle(
        &self,
        instance: &Arc<Instance>,
    ) -> Result<Option<Pending>, InstanceError> {
        let started = Instant::now();
        let Some(mut pending) = self.offer(instance).await? else {
            return Ok(None);
        };
        let until = started + self.deadline;
        let mut lines: Vec<NoteSignature> = Vec::new();
        let mut met = self.is_met(&pending.note, &lines);
        while !met && let Some(offered) = pending.next(until).await {
            lines.extend(cosigned(offered));
            met = self.is_met(&pending.note, &lines);
        }
        pending.keep(instance, lines).await?;
        metrics::histogram!("undersigned_cosigning_seconds")
            .record(started.elapsed().as_secs_f64());
        if !met {
            metrics::counter!("undersigned_cosigning_short_total").increment(1);
            tracing::warn!("published with fewer cosignatures than the policy asks for");
        }
        Ok(Some(pending))
    }

    fn is_met(&self, note: &Note, lines: &[NoteSignature]) -> bool {
        let note = note.with_signatures(lines.to_vec());
        note.is_ok_and(|note| self.policy.verify(&note).is_ok())
    }
}

/// The line of a witness that cosigned; what others did is told to the log.
fn cosigned(offered: Offered) -> Option<NoteSignature> {
    let Offered { name, outcome, .. } = offered;
    match outcome {
        Ok(cosigned) => {
            metrics::counter!("undersigned_cosignatures_total").increment(1);
            Some(cosigned.line)
        }
        Err(error) => {
            match &*error {
                WitnessError::Resting { .. } | WitnessError::NoUrl => {}
                WitnessError::Ahead { .. } => {
                    metrics::counter!("undersigned_cosigning_ahead_total").increment(1);
                    tracing::error!(
                        witness = name,
                        %error,
                        "a witness has seen a journal of ours that is not this one"
                    );
                }
                _ => tracing::warn!(witness = name, %error, "no cosignature"),
            }
            None
        }
    }
}

impl Pending {
    /// Ask those whose signature the note lacks.
    fn ask(&mut self, cosigning: &Cosigning, instance: &Arc<Instance>) {
        let instance = instance.clone();
        let size = self.head.size;
        let proof = move |old: TreeSize| -> Result<Vec<Hash>, _> {
            let proof = instance.journal_consistency(old.0, size);
            proof.map_err(|error| Box::new(error) as Box<dyn std::error::Error + Send + Sync>)
        };
        let proofs: Arc<dyn ProofSource> = Arc::new(proof);
        let patience = cosigning.deadline.max(PATIENCE);
        self.offer = Some(cosigning.witnesses.offer(&self.note, &proofs, patience));
        self.again = Instant::now() + AGAIN;
    }

    /// The next that is done; `None` once all are, or at `until`.
    async fn next(&mut self, until: Instant) -> Option<Offered> {
        let offer = self.offer.as_mut()?;
        match timeout_at(until, offer.next()).await {
            Ok(Some(offered)) => Some(offered),
            Ok(None) => {
                self.offer = None;
                None
            }
            Err(_) => None,
        }
    }

    /// Resolves when a late cosignature is there, or those that lack may be asked again.
    /// Cancel safe.
    pub(super) async fn late(&mut self) -> Option<NoteSignature> {
        loop {
            let Some(offer) = &mut self.offer else {
                tokio::time::sleep_until(self.again).await;
                return None;
            };
            match offer.next().await {
                Some(offered) => {
                    if let Some(line) = cosigned(offered) {
                        return Some(line);
                    }
                }
                None => self.offer = None,
            }
        }
    }

    /// A late cosignature came, or it is time to ask again.
    pub(super) async fn go_on(
        &mut self,
        cosigning: &Cosigning,
        instance: &Arc<Instance>,
        line: Option<NoteSignature>,
    ) -> Result<(), InstanceError> {
        match line {
            Some(line) => self.keep(instance, vec![line]).await,
            None if cosigning.witnesses.lack(&self.note) => {
                self.ask(cosigning, instance);
                Ok(())
            }
            None => {
                self.again = Instant::now() + AGAIN;
                Ok(())
            }
        }
    }

    /// Publish the same head again with these cosignatures under it, and show it.
    async fn keep(
        &mut self,
        instance: &Arc<Instance>,
        lines: Vec<NoteSignature>,
    ) -> Result<(), InstanceError> {
        let instance = instance.clone();
        if lines.is_empty() {
            instance.shown.release();
            return Ok(());
        }
        let note = self.note.with_signatures(lines)?;
        let signed = SignedHead {
            head: self.head,
            checkpoint: note.to_bytes(),
        };
        let write = move || {
            let written = instance
                .store
                .publish(instance.epoch, vec![(LogId::Journal, signed)]);
            instance.shown.release();
            written.map_err(InstanceError::from)
        };
        blocking(write).await?;
        self.note = note;
        Ok(())
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, InstanceError> + Send + 'static,
) -> Result<T, InstanceError> {
    let outcome = tokio::task::spawn_blocking(work).await;
    outcome.unwrap_or_else(|ended| std::panic::resume_unwind(ended.into_panic()))
}
