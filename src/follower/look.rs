//! One look: has the journal grown, does all of it replay, and what follows from that.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::FollowError;
use super::alert::{AlertKind, Alerts, Raised};
use super::board::Board;
use super::book::{Book, KnownJournal};
use super::compare::Peer;
use super::cosign::{Cosigners, prepare};
use super::metrics::count;
use super::shown::Shown;
use crate::auditor::{
    AuditError, AuditOptions, Look, Mirrored, Observer, TreeNotes, Trust, mirror,
};
use crate::client::tiles::{LogFile, TileSource};
use crate::clock::Clock;
use crate::lock::FolderLock;
use crate::protocol::replay::LogIdentity;
use crate::store::LogId;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{Note, NoteError, VerifierKey};
use crate::tlog::policy::Policy;

/// Most bytes of a checkpoint.
pub(super) const CHECKPOINT_MAX: usize = 256 * 1024;
/// How often all checkpoints of trees are compared, also of those that should not have
/// changed; seconds.
const EVERYTHING: u64 = 3600;

/// How to follow.
#[derive(Clone, Debug)]
pub struct FollowOptions {
    /// The follower's folder.
    pub state: PathBuf,
    /// Cosign as `<name>/mirror` and `<name>/replayer`; keys are made the first time. None:
    /// with the keys that are there, if there are.
    pub name: Option<String>,
    /// The log's keys.
    pub keys: Vec<VerifierKey>,
    /// A policy that names the log; what it demands of witnesses is watched, too.
    pub policy: Option<Policy>,
    /// Threads that check; 0: one for each core.
    pub jobs: usize,
    /// Raise an alert if the journal does not grow for so long, seconds.
    pub expect: Option<u64>,
    /// Looks in a row that have to fail before an alert is raised.
    pub patience: u32,
    /// Forget that the log broke its rules: somebody has looked.
    pub resume: bool,
}

/// What came of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// All of the journal as shown was replayed, every rule holds, and the mirror shows it.
    Fine,
    /// Nothing is wrong, and the mirror shows less than was replayed: the log has not shown
    /// its newest head, or shows trees' checkpoints later.
    Waiting,
    /// A rule is broken, now or before; nothing is cosigned.
    Deviations,
    /// Not everything could be looked at.
    CouldNotLook,
    /// The follower was told to stop.
    Stopped,
}

impl Standing {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Waiting => "waiting",
            Self::Deviations => "deviations",
            Self::CouldNotLook => "could-not-look",
            Self::Stopped => "stopped",
        }
    }
}

/// Stops an audit.
#[derive(Clone, Default)]
pub(super) struct StopFlag(pub(super) Arc<AtomicBool>);

impl Observer for StopFlag {
    fn stop(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Looks at one instance, again and again. Blocking throughout: not for threads that run
/// asynchronous tasks.
pub struct Follower {
    pub(super) source: Box<dyn TileSource>,
    pub(super) peers: Vec<Peer>,
    pub(super) options: FollowOptions,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) board: Arc<Board>,
    pub(super) alerts: Alerts,
    pub(super) stop: StopFlag,
    vkeys: Vec<VerifierKey>,
    notes: TreeNotes,
    /// Entries up to which every rule holds, as this process knows.
    pub(super) replayed: Option<u64>,
    /// The journal's last checkpoint that was replayed, as the log signed it.
    pub(super) last: Option<Note>,
    /// The checkpoint as served, all of which is done with.
    done: Option<Note>,
    everything: u64,
    failures: u32,
    _lock: FolderLock,
}

impl Follower {
    /// Open the follower's folder. `peers` are other followers or mirrors of the same journal.
    pub fn open(
        source: Box<dyn TileSource>,
        peers: Vec<Box<dyn TileSource>>,
        options: FollowOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, FollowError> {
        let folder = &options.state;
        std::fs::create_dir_all(folder).map_err(FollowError::io(folder))?;
        let lock = FolderLock::take(folder).map_err(FollowError::io(folder))?;
        let lock = lock.ok_or_else(|| FollowError::Locked(folder.clone()))?;
        let vkeys = prepare(folder, options.name.as_deref(), &*clock)?;
        let book = Arc::new(Book::open(folder)?);
        if options.resume {
            book.write(|saved| {
                saved.halted = None;
                saved.open.retain(|_, kind| !kind.accuses());
            })?;
        }
        let (shown, notes) = match Shown::load(folder)? {
            Some((shown, notes)) => (Some(shown), notes),
            None => (None, TreeNotes::new()),
        };
        let alerts = Alerts::new(book.clone(), clock.clone(), source.name());
        let follower = Self {
            board: Arc::new(Board::new(folder, book, shown)),
            source,
            peers: peers.into_iter().map(Peer::new).collect(),
            clock,
            alerts,
            stop: StopFlag::default(),
            vkeys,
            notes,
            replayed: None,
            last: None,
            done: None,
            everything: 0,
            failures: 0,
            options,
            _lock: lock,
        };
        follower.open_cosigners()?;
        Ok(follower)
    }

    /// The public keys of both identities, each Ed25519 and ML-DSA-44: mirror, then replayer.
    /// Empty if this follower does not cosign.
    pub fn vkeys(&self) -> &[VerifierKey] {
        &self.vkeys
    }

    /// Whose journal it is, if that is known.
    pub fn origin(&self) -> Option<String> {
        let journal = |saved: &super::book::Saved| Some(saved.journal.as_ref()?.origin.clone());
        self.board.book.read(journal)
    }

    /// Once it is known whose journal it is, both identities can cosign.
    fn open_cosigners(&self) -> Result<(), FollowError> {
        let journal = self.board.book.read(|saved| saved.journal.clone());
        let (false, Some(journal)) = (self.vkeys.is_empty(), journal) else {
            return Ok(());
        };
        if self.board.cosigners.get().is_none() {
            let cosigners = Cosigners::open(&self.board.folder, &journal, &self.clock)?;
            drop(self.board.cosigners.set(cosigners));
        }
        Ok(())
    }

    pub(super) fn audit_options(&self) -> AuditOptions {
        // What a policy demands of witnesses is no rule for the log: only its keys count here.
        let logs = self.options.policy.as_ref().map(|policy| {
            let keys = policy.logs().iter().map(|log| log.key.clone());
            Policy::of_logs(keys)
        });
        AuditOptions {
            state: self.board.audits(),
            fresh: false,
            petition: None,
            trust: Trust {
                keys: self.options.keys.clone(),
                policy: logs,
            },
            jobs: self.options.jobs,
        }
    }

    /// Look once: at the instance, then at those to compare with.
    pub fn look(&mut self) -> Standing {
        let started = std::time::Instant::now();
        let standing = self.looked().unwrap_or_else(|error| {
            tracing::error!(%error, "the follower cannot go on; it will try again");
            let raised = Raised::new(AlertKind::Trouble, error.to_string());
            if let Err(error) = self.alerts.raise(raised) {
                tracing::error!(%error, "an alert could not be kept");
            }
            Standing::CouldNotLook
        });
        count(self, standing, started.elapsed());
        standing
    }

    fn looked(&mut self) -> Result<Standing, FollowError> {
        let now = self.clock.now();
        let standing = match self.served() {
            Err(why) => self.could_not_look(&why)?,
            Ok((_, head)) if self.other_journal(&head.origin).is_some() => {
                let why = self.other_journal(&head.origin).unwrap_or_default();
                self.could_not_look(&why)?
            }
            Ok((_, head)) if self.is_held_back(&head) => {
                tracing::debug!(size = head.size.0, "the log has not shown what it offered");
                Standing::Waiting
            }
            Ok((note, _)) if self.done.as_ref() == Some(&note) && now < self.everything => {
                self.settle_looking()?;
                Standing::Fine
            }
            Ok(_) => {
                let everything = now >= self.everything;
                let which = if everything {
                    Look::Everything
                } else {
                    Look::Served
                };
                let standing = self.replay(which)?;
                if everything && standing == Standing::Fine {
                    self.everything = now.saturating_add(EVERYTHING);
                }
                standing
            }
        };
        self.watch_growth(now)?;
        if standing == Standing::Stopped {
            return Ok(standing);
        }
        self.compare_all()?;
        let standing = if self.board.is_halted() {
            Standing::Deviations
        } else {
            standing
        };
        if standing == Standing::Fine {
            self.alerts.settle(AlertKind::Trouble)?;
            let mut fine = self.board.last_fine.write().expect("no holder panics");
            *fine = Some(now);
        }
        Ok(standing)
    }

    /// The journal's checkpoint as served, unverified.
    fn served(&self) -> Result<(Note, Checkpoint), String> {
        let file = LogFile::Checkpoint;
        let bytes = self.source.read(LogId::Journal, file, CHECKPOINT_MAX);
        let bytes = bytes.map_err(|error| error.to_string())?;
        let bytes = bytes.ok_or("the journal's checkpoint is not there")?;
        let note = Note::parse(&bytes).map_err(|error: NoteError| error.to_string())?;
        let head = Checkpoint::parse(note.text()).map_err(|error| error.to_string())?;
        Ok((note, head))
    }

    /// Why a journal of this origin is not the one to follow.
    fn other_journal(&self, origin: &str) -> Option<String> {
        let known = self.origin().filter(|known| known != origin);
        if let Some(known) = known {
            return Some(format!(
                "this is the journal of {origin}, not that of {known}"
            ));
        }
        let keys = self.options.keys.iter();
        if let Some(other) = keys.map(VerifierKey::name).find(|n| n.as_str() != origin) {
            return Some(format!(
                "this is the journal of {origin}, the key given is that of {other}"
            ));
        }
        let policy = self.options.policy.as_ref()?;
        let mut logs = policy.logs().iter();
        let named = logs.any(|log| log.key.name().as_str() == origin);
        (!named).then(|| format!("the policy does not name the journal of {origin}"))
    }

    /// Whose journal it is, and by which keys it is known.
    pub(super) fn log(&self) -> Option<LogIdentity> {
        let journal = self.board.book.read(|saved| saved.journal.clone())?;
        let keys = journal.keys.iter().map(|key| key.parse::<VerifierKey>());
        Some(LogIdentity {
            origin: journal.origin,
            keys: keys.collect::<Result<_, _>>().ok()?,
        })
    }

    /// Keep alerts until [`super::deliver_all`] has posted them.
    pub fn keep_alerts(&mut self) {
        self.alerts.told = true;
    }

    /// What ends a look early once it is set.
    pub fn stop_flag(&self) -> Arc<AtomicBool> {
        self.stop.0.clone()
    }

    /// Whether this head is older than one that the log offered, and not older than what it
    /// has shown: it waits for its witnesses, of which this may be one. No rollback.
    fn is_held_back(&self, head: &Checkpoint) -> bool {
        let offered = self.board.book.read(|saved| saved.offered);
        let shown = self.board.shown().map_or(0, |shown| shown.head.size.0);
        if !(shown..offered).contains(&head.size.0) {
            return false;
        }
        let files = self.board.files();
        files.is_some_and(|files| files.root(head.size.0).is_ok_and(|root| root == head.root))
    }

    /// Replay up to a head, and do what follows.
    pub(super) fn replay(&mut self, which: Look) -> Result<Standing, FollowError> {
        let is_offer = matches!(which, Look::Offered(_));
        let options = self.audit_options();
        let looked = mirror(
            &*self.source,
            which,
            &options,
            &mut self.notes,
            &*self.clock,
            &self.stop,
        );
        self.done = None;
        match looked {
            Ok(mirrored) => self.judge(mirrored, is_offer),
            Err(AuditError::Stopped) => Ok(Standing::Stopped),
            Err(error) if error.is_local() || matches!(error, AuditError::NoKeys) => {
                self.could_not_look(&error.to_string())
            }
            Err(AuditError::State { path, source }) => Err(FollowError::Io { path, source }),
            Err(error) => Err(FollowError::Damaged {
                path: self.board.audits(),
                why: error.to_string(),
            }),
        }
    }

    fn judge(&mut self, mirrored: Mirrored, is_offer: bool) -> Result<Standing, FollowError> {
        let report = &mirrored.report;
        if let Some(why) = self.other_journal(&report.origin) {
            return self.could_not_look(&why);
        }
        metrics::counter!("undersigned_follow_leaves_total").increment(report.work.leaves);
        self.know(report)?;
        let standing = self.raise_deviations(report)?;
        let Some(note) = mirrored.checkpoint else {
            return Ok(standing);
        };
        if standing != Standing::Fine {
            return Ok(standing);
        }
        self.replayed = Some(report.entries);
        self.last = Some(note.clone());
        if !is_offer {
            self.grow(report.entries)?;
        }
        if is_offer || !mirrored.complete || self.board.is_halted() {
            return Ok(Standing::Waiting);
        }
        self.settle_looking()?;
        self.watch_quorum(&note)?;
        if self.publish(&note)? {
            self.done = Some(note);
            Ok(Standing::Fine)
        } else {
            Ok(Standing::Waiting)
        }
    }

    /// Remember whose journal it is, once its keys are known, for as long as the folder lives.
    fn know(&self, report: &crate::auditor::Report) -> Result<(), FollowError> {
        let known = self.board.book.read(|saved| saved.journal.is_some());
        if known || report.keys.is_empty() {
            return Ok(());
        }
        let journal = KnownJournal {
            origin: report.origin.clone(),
            keys: report.keys.clone(),
        };
        self.board
            .book
            .write(|saved| saved.journal = Some(journal))?;
        self.open_cosigners()
    }

    /// Cosign, and show, what is durable and was replayed. Whether it is shown now.
    fn publish(&self, note: &Note) -> Result<bool, FollowError> {
        let damaged = |why: String| FollowError::Damaged {
            path: self.board.audits(),
            why,
        };
        let signed = match (self.board.cosigners.get(), self.board.files()) {
            (Some(cosigners), Some(files)) => {
                let lines = match cosigners.cosign(note, files) {
                    Ok(lines) => lines,
                    Err(refusal) => {
                        let raised = Raised::new(AlertKind::Trouble, refusal.to_string());
                        self.alerts.raise(raised)?;
                        return Ok(false);
                    }
                };
                let served = note.signatures().iter();
                let others = served.filter(|line| !cosigners.is_ours(line)).cloned();
                let all = others.chain(lines).collect();
                Note::new(note.text(), all).map_err(|e| damaged(e.to_string()))?
            }
            _ => note.clone(),
        };
        let shown = Shown::new(&signed, &self.notes);
        let shown = shown.ok_or_else(|| damaged("a checkpoint is none".to_owned()))?;
        shown.save(&self.board.folder)?;
        self.board.show(shown);
        Ok(true)
    }

    /// The instance cannot be looked at, or not everywhere.
    pub(super) fn could_not_look(&mut self, why: &str) -> Result<Standing, FollowError> {
        self.failures = self.failures.saturating_add(1);
        tracing::warn!("could not look: {why}");
        if self.failures >= self.options.patience {
            let text = format!("could not look, which accuses nobody: {why}");
            self.alerts
                .raise(Raised::new(AlertKind::Unreachable, text))?;
        }
        Ok(Standing::CouldNotLook)
    }

    fn settle_looking(&mut self) -> Result<(), FollowError> {
        self.failures = 0;
        self.alerts.settle(AlertKind::Unreachable)
    }
}
