//! The replayer as a witness of the log: a head that the log offers is fetched and replayed
//! first, and answered within a deadline, or later.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use super::board::Board;
use super::look::{Follower, Standing};
use super::server::Order;
use crate::auditor::Look;
use crate::protocol::replay::journal_checkpoint;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{Note, NoteError};
use crate::tlog::witness::{RuleError, SignatureError};
use crate::witness::{Answer, Cosigner, Refusal};

/// Replay has to be over in this time for an offer to be answered at once. Below the 30
/// seconds after which a log gives up on a witness.
const DEADLINE: Duration = Duration::from_secs(25);

/// Offers that may wait for the thread that looks, also after whoever made them gave up.
const WAITING: usize = 32;

/// Answers `add-checkpoint` for the replayer.
pub(super) struct Replayer {
    board: Arc<Board>,
    orders: Sender<Order>,
    places: Arc<Semaphore>,
}

impl Replayer {
    pub(super) fn new(board: Arc<Board>, orders: Sender<Order>) -> Self {
        Self {
            board,
            orders,
            places: Arc::new(Semaphore::new(WAITING)),
        }
    }

    /// A place among those that wait; freed when the order was looked at.
    fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let place = self.places.clone().try_acquire_owned();
        place.map_err(|_| Refusal::NotReplayed)
    }

    async fn admit(&self, note: Note) -> Result<(), Refusal> {
        let (reply, answer) = oneshot::channel();
        let order = Order::Offered(Box::new(note), reply, self.place()?);
        self.orders.send(order).map_err(|_| Refusal::NotReplayed)?;
        match timeout(DEADLINE, answer).await {
            Ok(Ok(admitted)) => admitted,
            Ok(Err(_)) | Err(_) => Err(Refusal::NotReplayed),
        }
    }
}

impl Cosigner for Replayer {
    fn answer(self: Arc<Self>, request: Vec<u8>) -> Answer {
        Box::pin(async move {
            let cosigners = self.board.cosigners.get().ok_or(Refusal::NotReplayed)?;
            let witness = &cosigners.replayer;
            let sent = request.clone();
            let admit = |note| self.admit(note);
            let answer = witness.add_checkpoint_after(request, admit).await;
            if matches!(answer, Err(Refusal::Rule(RuleError::Proof(_))))
                && let Some(note) = witness.signed(&sent)
                && let Ok(place) = self.place()
            {
                // The log's own signature under something that does not continue: look closer.
                drop(self.orders.send(Order::Saw(Box::new(note), place)));
            }
            answer
        })
    }

    fn latest(&self, origin_hash: &str) -> Option<Vec<u8>> {
        let cosigners = self.board.cosigners.get()?;
        cosigners.replayer.latest(origin_hash)
    }
}

impl Follower {
    /// Whether the replayer may cosign a head that the log offers.
    pub(super) fn offered(&mut self, note: &Note) -> Result<(), Refusal> {
        if self.board.is_halted() {
            return Err(Refusal::Halted);
        }
        let log = self.log().ok_or(Refusal::NotReplayed)?;
        // Anyone can leave out one of the signatures: that is no deviation of the log.
        let head = journal_checkpoint(&log, note)
            .map_err(|_| SignatureError::Note(NoteError::Unsigned))?;
        if self.replayed.is_none() {
            self.look();
        }
        let replayed = self.replayed.ok_or(Refusal::NotReplayed)?;
        if head.size.0 <= replayed {
            return self.known(note, &head);
        }
        let remember = |saved: &mut super::book::Saved| {
            saved.offered = saved.offered.max(head.size.0);
        };
        let remembered = self.board.book.write(remember);
        let standing = remembered.and_then(|()| self.replay(Look::Offered(Box::new(note.clone()))));
        match standing {
            Ok(Standing::Fine | Standing::Waiting) if self.replayed >= Some(head.size.0) => {
                self.known(note, &head)
            }
            Ok(Standing::Deviations) => Err(Refusal::Halted),
            Ok(_) => Err(Refusal::NotReplayed),
            Err(error) => {
                tracing::error!(%error, "an offered head could not be replayed");
                Err(Refusal::NotReplayed)
            }
        }
    }

    /// Whether a head is that of the entries that were replayed.
    fn known(&self, note: &Note, head: &Checkpoint) -> Result<(), Refusal> {
        let files = self.board.files().ok_or(Refusal::NotReplayed)?;
        let root = files.root(head.size.0).map_err(Refusal::Storage)?;
        if root == head.root {
            return Ok(());
        }
        if let Some(ours) = &self.last {
            let who = "whoever offered a head was shown";
            let kept = self.contradiction(ours, note, head.size.0, who, None);
            if let Err(error) = kept {
                tracing::error!(%error, "a contradiction could not be kept");
            }
        }
        Err(Refusal::Contradicted)
    }

    /// A signed head that was refused since its proof does not lead to it.
    pub(super) fn saw(&self, note: &Note) {
        let Some(head) = self
            .log()
            .and_then(|log| journal_checkpoint(&log, note).ok())
        else {
            return;
        };
        if self.replayed.is_some_and(|size| head.size.0 <= size) {
            // What it comes to was said already, or is said now.
            drop(self.known(note, &head));
        }
    }
}
