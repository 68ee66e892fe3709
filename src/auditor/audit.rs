//! One audit from its first file to its report.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Mutex;

use rayon::ThreadPoolBuilder;

use super::context::Context;
use super::fetch::Reader;
use super::mirror::Mirroring;
use super::observer::{Counters, Observer};
use super::petition::{Passing, repeats};
use super::replay::{Petitions, each, replay};
use super::report::{KeyTrust, Report};
use super::state::{JournalStore, PetitionStore, SavedJournal, StateFolder};
use super::trust::{Trust, keys_in};
use super::{AuditError, heads, journal, tiles};
use crate::client::tiles::TileSource;
use crate::clock::{Clock, random};
use crate::protocol::ids::PetitionId;
use crate::protocol::replay::{Fault, Found, LogIdentity, journal_checkpoint};
use crate::store::LogId;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::empty_root;
use crate::tlog::note::Note;

/// Times that the journal is read again because a tree's checkpoint is newer.
const ROUNDS: usize = 5;

/// How to audit.
#[derive(Clone, Debug)]
pub struct AuditOptions {
    /// What is remembered: in it, a folder for each journal, named after its origin.
    pub state: PathBuf,
    /// Forget what earlier runs verified; evidence stays.
    pub fresh: bool,
    /// Look at this petition only.
    pub petition: Option<PetitionId>,
    /// Which keys to believe.
    pub trust: Trust,
    /// Threads that check; 0: one for each core.
    pub jobs: usize,
}

/// Audit the instance whose files `source` gives. Blocking; uses threads of its own.
///
/// # Errors
/// If nothing can be said about the journal. What cannot be looked at within it stands
/// in the report.
pub fn audit(
    source: &dyn TileSource,
    options: &AuditOptions,
    clock: &dyn Clock,
    observer: &dyn Observer,
) -> Result<Report, AuditError> {
    look(source, options, clock, observer, None).map(|(report, _)| report)
}

/// The same; with `mirror`, leaves and checkpoints are kept, and what was kept comes back.
pub(super) fn look(
    source: &dyn TileSource,
    options: &AuditOptions,
    clock: &dyn Clock,
    observer: &dyn Observer,
    mirror: Option<Mirroring>,
) -> Result<(Report, Option<Mirroring>), AuditError> {
    let counters = Counters::default();
    let reader = Reader {
        source,
        counters: &counters,
        observer,
    };
    let started = clock.now();
    let offered = mirror.as_ref().and_then(|mirror| mirror.offered.clone());
    let (note, head) = match offered {
        Some(note) => journal::parsed(note)?,
        None => journal::served(&reader)?,
    };
    let mut state = StateFolder::open(&options.state, &head.origin, options.fresh)?;
    if mirror.is_some() {
        state.keep_leaves()?;
    }
    let store = open_journal(&state, &head.origin, clock)?;
    let pool = ThreadPoolBuilder::new()
        .num_threads(options.jobs)
        .build()
        .map_err(|e| AuditError::state("threads")(std::io::Error::other(e)))?;
    let remembered = store.keys()?;
    let keys = options.trust.begin(&head.origin, &remembered);
    let (keys, key_trust, fault) = match keys {
        Ok((keys, trust)) => (keys, trust, None),
        Err(fault) => (remembered, KeyTrust::Given, Some(fault)),
    };
    let context = Context {
        reader,
        pool: &pool,
        log: LogIdentity {
            origin: head.origin.clone(),
            keys,
        },
        now: started,
        secret: store.saved.secret,
        sorting: Mutex::new(()),
    };
    let stores = PetitionStore::load_all(&state)?;
    let run = Run {
        context,
        options,
        petitions: Petitions {
            stores: stores
                .into_iter()
                .map(|store| (store.id(), store))
                .collect(),
            only: options.petition,
            stuck: BTreeSet::new(),
            state: &state,
        },
        store,
        passing: Passing::default(),
        witnesses: Vec::new(),
        evidence: Vec::new(),
        mirror,
        state: &state,
    };
    run.run(&note, &head, fault, key_trust, clock)
}

fn open_journal(
    state: &StateFolder,
    origin: &str,
    clock: &dyn Clock,
) -> Result<JournalStore, AuditError> {
    let new = || SavedJournal {
        origin: origin.to_owned(),
        keys: Vec::new(),
        checkpoint: String::new(),
        size: 0,
        root: empty_root(),
        tiles: 0,
        applied: 0,
        found: Found::default(),
        secret: random(clock),
    };
    let store = match JournalStore::load(state)? {
        Some(store) => store,
        None => JournalStore::open(state, new())?,
    };
    if store.saved.origin == origin {
        Ok(store)
    } else {
        Err(AuditError::OtherJournal {
            path: state.path().to_owned(),
            found: store.saved.origin,
            origin: origin.to_owned(),
        })
    }
}

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) context: Context<'a>,
    pub(super) options: &'a AuditOptions,
    pub(super) petitions: Petitions<'a>,
    pub(super) store: JournalStore,
    pub(super) passing: Passing,
    pub(super) witnesses: Vec<String>,
    pub(super) evidence: Vec<PathBuf>,
    /// What a mirror keeps, if this is one.
    pub(super) mirror: Option<Mirroring>,
    state: &'a StateFolder,
}

impl Run<'_> {
    fn run(
        mut self,
        note: &Note,
        head: &Checkpoint,
        fault: Option<Fault>,
        trust: KeyTrust,
        clock: &dyn Clock,
    ) -> Result<(Report, Option<Mirroring>), AuditError> {
        let fault = match fault {
            Some(fault) => Some(fault),
            None => self.take_journal(note, head)?,
        };
        match fault {
            // What is not signed, or contradicts what was signed, is not replayed.
            Some(fault) => self.passing.deviations.push(fault.journal()),
            None => self.replay()?,
        }
        let mirror = self.mirrored();
        Ok((self.report(trust, clock), mirror))
    }

    /// Verify a checkpoint and bring in the entries below it.
    fn take_journal(
        &mut self,
        note: &Note,
        head: &Checkpoint,
    ) -> Result<Option<Fault>, AuditError> {
        match self.options.trust.witnesses(note) {
            Ok(witnesses) => self.witnesses = witnesses,
            Err(fault) => return Ok(Some(fault)),
        }
        let known = !self.context.log.keys.is_empty();
        if known && let Err(fault) = journal_checkpoint(&self.context.log, note) {
            return Ok(Some(fault));
        }
        if let Some(fault) = journal::extend(&self.context, &mut self.store, head)? {
            let kept = journal::evidence(self.state, &self.store, &fault, note)?;
            self.evidence.extend(kept);
            return Ok(Some(fault));
        }
        if let Some(fault) = self.complete_keys(note)? {
            self.store.go_back()?;
            return Ok(Some(fault));
        }
        let log = &self.context.log;
        self.store.saved.keys = log.keys.iter().map(ToString::to_string).collect();
        self.store.saved.checkpoint = note.to_string();
        self.store.saved.size = head.size.0;
        self.store.saved.root = head.root;
        self.store.commit()?;
        Ok(None)
    }

    /// Manifests pin all keys of the journal: those of the first count from then on.
    fn complete_keys(&mut self, note: &Note) -> Result<Option<Fault>, AuditError> {
        let log = &mut self.context.log;
        if self.store.saved.keys.len() > 1 {
            return Ok(None);
        }
        let mut position = 0;
        while position < self.store.entries.len() {
            let stretch = self
                .store
                .io(self.store.entries.read(position, 4096, 16 << 20))?;
            if let Some(keys) = keys_in(&stretch, &log.origin, &log.keys) {
                log.keys = keys;
                return Ok(journal_checkpoint(log, note).err());
            }
            position = stretch.end();
        }
        if log.keys.is_empty() {
            Err(AuditError::NoKeys)
        } else {
            Ok(None)
        }
    }

    fn replay(&mut self) -> Result<(), AuditError> {
        let passing = replay(&self.context, &mut self.store, &mut self.petitions)?;
        self.passing.append(passing);
        // The trees' checkpoints are shown once the journal's is.
        if self.mirror.as_ref().is_none_or(|m| m.offered.is_none()) {
            self.all_heads()?;
        }
        self.keys_and_tiles()
    }

    fn all_heads(&mut self) -> Result<(), AuditError> {
        let mut ahead = self.heads()?;
        let caught_up = !ahead.is_empty();
        for _ in 0..ROUNDS {
            if ahead.is_empty() {
                break;
            }
            let seen = self.store.saved.size;
            let (note, head) = journal::served(&self.context.reader)?;
            if let Some(fault) = self.take_journal(&note, &head)? {
                self.passing.deviations.push(fault.journal());
                return Ok(());
            }
            let passing = replay(&self.context, &mut self.store, &mut self.petitions)?;
            self.passing.append(passing);
            let before = ahead.len();
            ahead = heads::unconfirmed(&self.store, seen, ahead)?;
            let Some(pause) = self.context.reader.source.lag() else {
                break;
            };
            if ahead.len() == before {
                std::thread::sleep(pause);
            }
        }
        for heads::Ahead {
            petition,
            tree,
            checkpoint,
        } in ahead
        {
            let tally = self.petitions.stores[&petition].saved.replay.head(tree);
            let fault = Fault::TreeHead { checkpoint, tally };
            self.passing.deviations.push(fault.tree(petition, tree));
        }
        if caught_up && self.mirror.is_some() {
            // A mirror needs the checkpoints of the journal that there is by now.
            self.heads()?;
        }
        Ok(())
    }

    /// Compare the trees' checkpoints. Those that are newer than the journal come back.
    fn heads(&mut self) -> Result<Vec<heads::Ahead>, AuditError> {
        let stuck = self.petitions.stuck.clone();
        let petitions: Vec<&mut PetitionStore> = self
            .petitions
            .in_scope()
            .filter(|petition| !stuck.contains(&petition.id()))
            .collect();
        let (context, mirror) = (&self.context, self.mirror.as_ref());
        let results = each(petitions, |petition| {
            let mut passing = Passing::default();
            let id = petition.id();
            let known = |tree, head| mirror.is_some_and(|mirror| mirror.knows(id, tree, head));
            let compared = heads::compare(context, petition, known, &mut passing)?;
            Ok((id, compared, passing))
        })?;
        let mut all = Vec::new();
        for (id, compared, passing) in results {
            all.extend(compared.ahead);
            if let Some(mirror) = &mut self.mirror {
                mirror.keep(id, compared.right);
            }
            self.passing.append(passing);
        }
        Ok(all)
    }

    /// What is cheapest once at the end: repeated keys, and the served tiles of hashes.
    fn keys_and_tiles(&mut self) -> Result<(), AuditError> {
        let context = &self.context;
        let petitions: Vec<&mut PetitionStore> = self.petitions.in_scope().collect();
        let results = each(petitions, |petition| {
            repeats(context, petition)?;
            let mut passing = Passing::default();
            tiles::compare_trees(context, petition, &mut passing)?;
            Ok(passing)
        })?;
        for passing in results {
            self.passing.append(passing);
        }
        let saved = &self.store.saved;
        let range = (saved.tiles, saved.size);
        match tiles::compare(context, LogId::Journal, &self.store.hashes, range) {
            Ok(None) => {
                self.store.saved.tiles = self.store.saved.size;
                self.store.save()
            }
            Ok(Some(fault)) => {
                self.passing.deviations.push(fault.journal());
                Ok(())
            }
            Err(error) => self.passing.note(None, None, error),
        }
    }
}
