//! The witness itself: one turn at a time for each log.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{OwnedMutexGuard, Semaphore};

use super::state::{self, Latest, StateFolder};
use super::{LogList, Refusal, StateError};
use crate::clock::Clock;
use crate::keys::WitnessKeys;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::Hash;
use crate::tlog::note::{Note, NoteSignature, VerifierKey};
use crate::tlog::size::TreeSize;
use crate::tlog::witness::{AddCheckpoint, RequestError, RuleError, origin_hash};

/// Requests that are checked or written at the same time; more wait.
const PARALLEL: usize = 32;

/// Begin the memory of a new witness in `state`, which must not hold one.
pub fn create(state: &Path, keys: &WitnessKeys) -> Result<(), StateError> {
    state::create(state, keys)
}

/// One log's place: whoever holds the turn may replace the checkpoint.
#[derive(Default)]
struct Seat {
    turn: Arc<tokio::sync::Mutex<()>>,
    latest: RwLock<Option<Arc<Latest>>>,
}

impl Seat {
    fn latest(&self) -> Option<Arc<Latest>> {
        let latest = self.latest.read().unwrap_or_else(PoisonError::into_inner);
        latest.clone()
    }
}

/// Cosigns checkpoints of the logs in its list.
pub struct Witness {
    keys: WitnessKeys,
    logs: LogList,
    state: StateFolder,
    /// By origin hash: all logs in the list, and all that were ever cosigned.
    seats: BTreeMap<String, Arc<Seat>>,
    clock: Arc<dyn Clock>,
    places: Arc<Semaphore>,
}

impl Witness {
    /// Open the witness with these keys and the memory in `state`. Blocking.
    ///
    /// # Errors
    /// If another process uses the memory, or anything in it is missing or damaged.
    pub fn open(
        state: &Path,
        keys: WitnessKeys,
        logs: LogList,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StateError> {
        let (state, latest) = StateFolder::open(state, &keys)?;
        let mut seats: BTreeMap<String, Arc<Seat>> = BTreeMap::new();
        for (name, latest) in latest {
            let seat = Seat {
                latest: RwLock::new(Some(Arc::new(latest))),
                ..Seat::default()
            };
            seats.insert(name, Arc::new(seat));
        }
        for (origin, _) in logs.iter() {
            seats.entry(origin_hash(origin)).or_default();
        }
        Ok(Self {
            keys,
            logs,
            state,
            seats,
            clock,
            places: Arc::new(Semaphore::new(PARALLEL)),
        })
    }

    /// Ed25519, then ML-DSA-44.
    pub fn vkeys(&self) -> [VerifierKey; 2] {
        self.keys.vkeys()
    }

    /// The logs that it cosigns.
    pub fn logs(&self) -> &LogList {
        &self.logs
    }

    /// The latest checkpoint that it cosigned of the log whose origin has this hash, with
    /// the log's signatures and its own.
    pub fn latest(&self, origin_hash: &str) -> Option<Vec<u8>> {
        Some(self.seats.get(origin_hash)?.latest()?.note().to_vec())
    }

    /// Judge a request (tlog-witness, "add-checkpoint"). Returns the cosignature lines of a
    /// checkpoint that is durable by then. A caller that goes away in between changes
    /// nothing: what was begun is finished.
    pub async fn add_checkpoint(self: &Arc<Self>, request: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let examined = self.blocking(move |witness| witness.examine(&request));
        let (request, signatures, seat) = examined.await?;
        let turn = seat.turn.clone().lock_owned().await;
        let latest =
            self.blocking(move |witness| witness.replace(&request, signatures, &seat, turn));
        Ok(latest.await?.cosignatures().to_vec())
    }

    /// The same for a cosigner that looks more closely: after all checks that need the
    /// witness alone, `admit` has to agree.
    pub async fn add_checkpoint_after<F>(
        self: &Arc<Self>,
        request: Vec<u8>,
        admit: impl FnOnce(Note) -> F,
    ) -> Result<Vec<u8>, Refusal>
    where
        F: Future<Output = Result<(), Refusal>>,
    {
        let examined = self.blocking(move |witness| {
            let (request, signatures, seat) = witness.examine(&request)?;
            let known = seat.latest();
            witness.watch_for_forks(known.as_deref(), &request);
            request.continues(known.as_ref().map(|latest| latest.checkpoint()))?;
            Ok((request, signatures, seat))
        });
        let (request, signatures, seat) = examined.await?;
        admit(request.note().clone()).await?;
        let turn = seat.turn.clone().lock_owned().await;
        let latest =
            self.blocking(move |witness| witness.replace(&request, signatures, &seat, turn));
        Ok(latest.await?.cosignatures().to_vec())
    }

    /// The log's checkpoint in a request, if a key that is trusted for the log signed it.
    pub(crate) fn signed(&self, request: &[u8]) -> Option<Note> {
        let (request, _, _) = self.examine(request).ok()?;
        Some(request.note().clone())
    }

    /// Cosign a checkpoint that the caller fetched itself. `prove` gives the consistency
    /// proof from the size that was cosigned last. Returns the note with the log's signatures
    /// and, last, both of ours; `None` if something larger was cosigned. Blocking: not for
    /// threads that run asynchronous tasks.
    pub fn cosign(
        &self,
        note: Note,
        prove: impl FnOnce(TreeSize) -> std::io::Result<Vec<Hash>>,
    ) -> Result<Option<Vec<u8>>, Refusal> {
        let (Checkpoint { origin, size, .. }, _) =
            Checkpoint::parse_extended(note.text()).map_err(RequestError::from)?;
        let keys = self.logs.keys(&origin).ok_or(Refusal::UnknownLog)?;
        let seat = self.seats.get(&origin_hash(&origin));
        let seat = seat.ok_or(Refusal::UnknownLog)?.clone();
        let turn = seat.turn.clone().blocking_lock_owned();
        let known = seat.latest();
        let old = known.map_or(TreeSize(0), |latest| latest.checkpoint().size);
        if old > size {
            return Ok(None);
        }
        let proof = if old.0 == 0 || old == size {
            Vec::new()
        } else {
            prove(old).map_err(Refusal::Storage)?
        };
        let request = AddCheckpoint::new(old, proof, note)?;
        let signatures = request.verify(&keys.iter().collect::<Vec<_>>())?;
        let latest = self.replace(&request, signatures, &seat, turn)?;
        Ok(Some(latest.note().to_vec()))
    }

    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let place = self.places.clone().acquire_owned().await;
        let place = place.map_err(|_| Refusal::Panicked)?;
        let witness = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&witness);
            drop(place);
            done
        });
        done.await.map_err(|_| Refusal::Panicked)?
    }

    /// All that needs no memory.
    fn examine(
        &self,
        request: &[u8],
    ) -> Result<(AddCheckpoint, Vec<NoteSignature>, Arc<Seat>), Refusal> {
        let request = AddCheckpoint::parse(request)?;
        let origin = &request.checkpoint().origin;
        let keys = self.logs.keys(origin).ok_or(Refusal::UnknownLog)?;
        let signatures = request.verify(&keys.iter().collect::<Vec<_>>())?;
        let seat = self.seats.get(&origin_hash(origin));
        let seat = seat.ok_or(Refusal::UnknownLog)?.clone();
        Ok((request, signatures, seat))
    }

    /// Compare with the latest checkpoint, cosign, persist: in one turn.
    fn replace(
        &self,
        request: &AddCheckpoint,
        signatures: Vec<NoteSignature>,
        seat: &Seat,
        _turn: OwnedMutexGuard<()>,
    ) -> Result<Arc<Latest>, Refusal> {
        let known = seat.latest();
        self.watch_for_forks(known.as_deref(), request);
        request.continues(known.as_ref().map(|latest| latest.checkpoint()))?;
        let now = self.time(known.as_deref())?;
        let next = Latest::cosign(request, signatures, &self.keys, now);
        // At most sixteen keys of the log and two of ours signed what was within bounds.
        let next = Arc::new(next.map_err(|_| Refusal::Panicked)?);
        self.state.save(&next).map_err(|error| {
            tracing::error!(%error, "a checkpoint could not be made durable and is not cosigned");
            Refusal::Storage(error)
        })?;
        let mut latest = seat.latest.write().unwrap_or_else(PoisonError::into_inner);
        *latest = Some(next.clone());
        Ok(next)
    }

    /// A cosignature states that nothing larger was seen by its time, so for one log times
    /// never go back; and 0 would state nothing.
    fn time(&self, known: Option<&Latest>) -> Result<u64, Refusal> {
        let now = self.clock.now();
        let earliest = known.map_or(1, Latest::time);
        if (earliest..1 << 63).contains(&now) {
            Ok(now)
        } else {
            tracing::error!(
                now,
                earliest,
                "the clock stands before the last cosignature"
            );
            Err(Refusal::Clock)
        }
    }

    /// Keep what proves that the log showed two trees.
    fn watch_for_forks(&self, known: Option<&Latest>, request: &AddCheckpoint) {
        let Some(known) = known else { return };
        let (ours, theirs) = (known.checkpoint(), request.checkpoint());
        if ours.size != theirs.size || ours.root == theirs.root {
            return;
        }
        match self.state.evidence().keep(known, request) {
            Ok(Some(folder)) => {
                let (origin, folder) = (&ours.origin, folder.display());
                tracing::error!(origin, %folder, "a log signed two trees of one size");
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "evidence could not be kept"),
        }
    }
}

impl Refusal {
    /// Whether it says that the witness knows another size than the caller.
    pub fn conflict(&self) -> Option<crate::tlog::size::TreeSize> {
        match self {
            Self::Rule(RuleError::Conflict(size)) => Some(*size),
            _ => None,
        }
    }
}
