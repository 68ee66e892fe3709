//! One petition: its manifest and keys, and where it is in its life.

use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard};

use super::InstanceError;
use crate::keys::{LedgerPetitionKeys, PetitionKeyStore, RegistrarPetitionKeys};
use crate::protocol::erased::ErasedKey;
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::JournaledTally;
use crate::protocol::manifest::Manifest;
use crate::protocol::sample::Report;
use crate::protocol::saying::Saying;
use crate::protocol::statement::{DateChange, Dates, Statement};
use crate::protocol::tally::Tally;
use crate::tlog::note::NoteSigner;

/// What everybody may know of a petition: its manifest, and what the journal says of it.
pub struct PublicPetition {
    /// Its manifest.
    pub manifest: Manifest,
    /// Journal index of its `published` statement.
    pub published: u64,
    state: RwLock<State>,
}

/// A petition published in this journal.
pub struct Petition {
    public: PublicPetition,
    /// The registrar's keys.
    pub registrar: RegistrarPetitionKeys,
    /// The ledger's keys.
    pub ledger: LedgerPetitionKeys,
    gate: Arc<tokio::sync::RwLock<()>>,
    pub(super) proof: Mutex<Option<LastProof>>,
    pub(super) growth: Mutex<Option<Growth>>,
}

/// Some of the tallies, as pages draw them, until the next one.
pub(super) struct Growth {
    /// Journal index of the last tally shown.
    pub(super) shown: Option<u64>,
    /// How many were asked for.
    pub(super) most: usize,
    pub(super) tallies: Arc<Vec<Tally>>,
}

/// The last proof made of a tally.
pub(super) struct LastProof {
    /// Journal index of the tally.
    pub(super) tally: u64,
    /// The journal's checkpoint that the proof leads to.
    pub(super) checkpoint: Vec<u8>,
    pub(super) proof: Arc<JournaledTally>,
}

/// What changes in a petition's life.
#[derive(Debug)]
struct State {
    dates: Dates,
    /// What `extended` and `closing` have said.
    said: Vec<(DateChange, Dates)>,
    tally: Option<(u64, Tally)>,
    /// Journal index of each tally: eight bytes a publication.
    tallies: Vec<u64>,
    sayings: Vec<Said>,
    /// Journal index of `closed`.
    closed: Option<u64>,
}

/// Something said of a petition's public life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Journal index of the statement.
    pub index: u64,
    /// What.
    pub saying: Saying,
}

/// Where a petition is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Published, not yet open.
    Announced,
    /// Mailboxes can be confirmed and tokens handed in.
    Open,
    /// No more confirmations; tokens can still be handed in.
    Closing,
    /// R and S are final.
    Closed,
}

impl Phase {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Open => "open",
            Self::Closing => "closing",
            Self::Closed => "closed",
        }
    }
}

/// Leave to bring a leaf of the roll or of the signatures into the store. While one
/// lives, `closed` stays out of the journal: what was begun in time is in the final tally.
pub struct Admission {
    _gate: OwnedRwLockReadGuard<()>,
}

impl Petition {
    pub(super) fn new(
        manifest: Manifest,
        published: u64,
        keys: &PetitionKeyStore,
    ) -> Result<Self, InstanceError> {
        let registrar = keys.registrar(&manifest)?;
        let ledger = keys.ledger(&manifest)?;
        Ok(Self {
            public: PublicPetition::new(manifest, published),
            registrar,
            ledger,
            gate: Arc::default(),
            proof: Mutex::default(),
            growth: Mutex::default(),
        })
    }
}

impl std::ops::Deref for Petition {
    type Target = PublicPetition;

    fn deref(&self) -> &PublicPetition {
        &self.public
    }
}

impl PublicPetition {
    fn new(manifest: Manifest, published: u64) -> Self {
        let state = State {
            dates: Dates::of(&manifest),
            said: Vec::new(),
            tally: None,
            tallies: Vec::new(),
            sayings: Vec::new(),
            closed: None,
        };
        Self {
            manifest,
            published,
            state: RwLock::new(state),
        }
    }

    /// One that no journal has: for a look at a draft.
    pub fn preview(manifest: Manifest) -> Self {
        Self::new(manifest, 0)
    }

    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read().expect("no writer panics"))
    }

    /// The dates in force.
    pub fn dates(&self) -> Dates {
        self.read(|state| state.dates)
    }

    /// The last tally and its journal index.
    pub fn tally(&self) -> Option<(u64, Tally)> {
        self.read(|state| state.tally.clone())
    }

    /// How many leaves of a tree the last tally counts.
    pub fn tallied(&self, tree: Tree) -> u64 {
        self.read(|state| {
            let tally = state.tally.as_ref();
            tally
                .and_then(|(_, tally)| tally.head(tree))
                .map_or(0, |head| head.size)
        })
    }

    /// Journal indices of its tallies after `after`, oldest first, at most `limit`.
    pub fn tallies(&self, after: Option<u64>, limit: usize) -> Vec<u64> {
        self.read(|state| {
            let from = after.map_or(0, |after| state.tallies.partition_point(|i| *i <= after));
            state.tallies[from..].iter().take(limit).copied().collect()
        })
    }

    /// Whether a tally of this petition stands at this place in the journal.
    pub fn has_tally(&self, index: u64) -> bool {
        self.read(|state| state.tallies.binary_search(&index).is_ok())
    }

    /// What was said of its public life, oldest first.
    pub fn sayings(&self) -> Vec<Said> {
        self.read(|state| state.sayings.clone())
    }

    /// Whether its text is not to be shown here, and why.
    pub fn withheld(&self) -> Option<Said> {
        self.read(|state| {
            let withheld = |said: &&Said| matches!(said.saying, Saying::Withheld { .. });
            state.sayings.iter().find(withheld).cloned()
        })
    }

    /// Keys that the journal says were destroyed, and when, oldest first.
    pub fn erased(&self) -> impl Iterator<Item = (u64, ErasedKey)> + use<> {
        let erased = |said: Said| match said.saying {
            Saying::Erased { on, key } => Some((on, key)),
            _ => None,
        };
        self.sayings().into_iter().filter_map(erased)
    }

    /// The last of its sayings in which there is what is looked for.
    fn last_said<T>(&self, find: impl Fn(&Saying) -> Option<T>) -> Option<T> {
        self.read(|state| {
            state
                .sayings
                .iter()
                .rev()
                .find_map(|said| find(&said.saying))
        })
    }

    /// How many signatures are its goal: what the organiser said last, else the manifest.
    pub fn goal(&self) -> Option<u64> {
        let said = self.last_said(|saying| match saying {
            Saying::Goal { goal, .. } => Some(*goal),
            _ => None,
        });
        said.or(self.manifest.terms().goal)
    }

    /// Whether `closed` stands in the journal.
    pub fn is_closed(&self) -> bool {
        self.read(|state| state.closed.is_some())
    }

    /// Journal index of `closed`.
    pub(super) fn closed_at(&self) -> Option<u64> {
        self.read(|state| state.closed)
    }

    /// The draw whose records the auditor was given.
    pub fn opened(&self) -> Option<[u8; 32]> {
        // The journal takes one.
        self.last_said(|saying| match saying {
            Saying::Opened { draw, .. } => Some(*draw),
            _ => None,
        })
    }

    /// The auditor's last report.
    pub fn audited(&self) -> Option<Box<Report>> {
        self.last_said(|saying| match saying {
            Saying::Audited(report) => Some(report.clone()),
            _ => None,
        })
    }

    /// Whether the organiser has said this before, word for word. Old statements stand in
    /// the journal for all to read; nobody may say them a second time in the organiser's name.
    pub(super) fn was_said(&self, change: DateChange, dates: &Dates) -> bool {
        self.read(|state| state.said.contains(&(change, *dates)))
    }

    /// Where it is in its life.
    pub fn phase(&self, now: u64) -> Phase {
        let opens = self.manifest.terms().opens;
        self.read(|state| {
            if state.closed.is_some() || now > state.dates.submit_until {
                Phase::Closed
            } else if now > state.dates.confirm_until {
                Phase::Closing
            } else if now < opens {
                Phase::Announced
            } else {
                Phase::Open
            }
        })
    }
}

impl Petition {
    /// Leave to bring a leaf in at `now`, and the phase that it comes in; `None` once R and
    /// S are final or about to be. Hold it until the leaf is durable.
    pub fn admit(&self, now: u64) -> Option<(Admission, Phase)> {
        let open = || Some(self.phase(now)).filter(|phase| *phase != Phase::Closed);
        // Latecomers stay outside: a crowd of them in the gate would keep it from closing.
        open()?;
        let gate = self.gate.clone().try_read_owned().ok()?;
        // Again: it may have been closed, and opened for nothing, in between.
        let phase = open()?;
        Some((Admission { _gate: gate }, phase))
    }

    /// Whether `closed` is due.
    pub(super) fn is_closable(&self, now: u64) -> bool {
        self.read(|state| state.closed.is_none() && now > state.dates.submit_until)
    }

    /// Keeps further leaves out while `closed` is written; `None` while one is on its way.
    pub(super) fn bar(&self) -> Option<OwnedRwLockWriteGuard<()>> {
        self.gate.clone().try_write_owned().ok()
    }

    /// Signs checkpoints of one of its trees.
    pub fn tree_signer(&self, tree: Tree) -> NoteSigner {
        let seed = match tree {
            Tree::Roll => &self.registrar.roll_seed,
            Tree::Strikes => &self.registrar.strikes_seed,
            Tree::Signatures => &self.ledger.signatures_seed,
            Tree::Withdrawals => &self.ledger.withdrawals_seed,
        };
        NoteSigner::new(&self.manifest.tree_origin(tree), seed)
            .expect("an origin in a manifest is a key name")
    }

    /// Take note of a journal entry about it.
    pub(super) fn note(&self, index: u64, statement: Statement) {
        let mut state = self.state.write().expect("no writer panics");
        match statement {
            Statement::Tally(tally) => {
                state.tallies.push(index);
                state.tally = Some((index, tally));
            }
            Statement::Closed { .. } => state.closed = Some(index),
            Statement::Dated { dates, change, .. } => {
                state.said.push((change, dates));
                state.dates = dates;
            }
            Statement::Said { saying, .. } => state.sayings.push(Said { index, saying }),
            Statement::Published(..) | Statement::Other(_) => {}
        }
    }
}
