//! What the journal says about each petition, kept in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};

use super::InstanceError;
use crate::keys::{InstanceKeys, LedgerPetitionKeys, PetitionKeyStore, RegistrarPetitionKeys};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::manifest::Manifest;
use crate::protocol::statement::{Dates, Statement};
use crate::protocol::tally::Tally;
use crate::store::{LogId, Store};
use crate::tlog::note::NoteSigner;

/// A petition published in this journal.
pub struct Petition {
    /// Its manifest.
    pub manifest: Manifest,
    /// Journal index of its `published` statement.
    pub published: u64,
    /// The registrar's keys.
    pub registrar: RegistrarPetitionKeys,
    /// The ledger's keys.
    pub ledger: LedgerPetitionKeys,
    state: RwLock<State>,
}

/// What changes in a petition's life.
#[derive(Clone, Debug)]
struct State {
    dates: Dates,
    tally: Option<(u64, Tally)>,
    closed: bool,
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

impl Petition {
    fn new(
        manifest: Manifest,
        published: u64,
        keys: &PetitionKeyStore,
    ) -> Result<Self, InstanceError> {
        let registrar = keys.registrar(&manifest)?;
        let ledger = keys.ledger(&manifest)?;
        let state = State {
            dates: Dates::of(&manifest),
            tally: None,
            closed: false,
        };
        Ok(Self {
            manifest,
            published,
            registrar,
            ledger,
            state: RwLock::new(state),
        })
    }

    fn state(&self) -> State {
        self.state.read().expect("no writer panics").clone()
    }

    /// The dates in force.
    pub fn dates(&self) -> Dates {
        self.state().dates
    }

    /// The last tally and its journal index.
    pub fn tally(&self) -> Option<(u64, Tally)> {
        self.state().tally
    }

    /// Whether `closed` stands in the journal.
    pub fn is_closed(&self) -> bool {
        self.state.read().expect("no writer panics").closed
    }

    /// Where it is in its life.
    pub fn phase(&self, now: u64) -> Phase {
        let state = self.state();
        if state.closed || now > state.dates.submit_until {
            Phase::Closed
        } else if now > state.dates.confirm_until {
            Phase::Closing
        } else if now < self.manifest.terms().opens {
            Phase::Announced
        } else {
            Phase::Open
        }
    }

    /// Whether `closed` is due: submission has been over for so long that no accepted
    /// leaf can still be on its way into the store.
    pub fn is_closable(&self, now: u64) -> bool {
        let state = self.state();
        !state.closed && now > state.dates.submit_until + 30
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

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.write().expect("no writer panics"));
    }
}

/// All petitions of an instance.
#[derive(Default)]
pub struct Petitions {
    by_id: RwLock<BTreeMap<PetitionId, Arc<Petition>>>,
}

/// Journal entries read at once.
const PAGE: usize = 1024;

impl Petitions {
    /// Read the whole journal: it is the only source of what is published.
    pub(super) fn load(
        store: &dyn Store,
        instance: &InstanceKeys,
        keys: &PetitionKeyStore,
    ) -> Result<Self, InstanceError> {
        let petitions = Self::default();
        let size = store.head(LogId::Journal)?.map_or(0, |h| h.head.size);
        let mut index = 0;
        while index < size {
            for entry in store.leaves(LogId::Journal, index, PAGE)? {
                petitions.apply(index, &entry, instance, keys)?;
                index += 1;
            }
        }
        Ok(petitions)
    }

    /// Take note of a journal entry.
    pub(super) fn apply(
        &self,
        index: u64,
        entry: &[u8],
        instance: &InstanceKeys,
        keys: &PetitionKeyStore,
    ) -> Result<(), InstanceError> {
        let statement = Statement::parse(entry)?;
        if let Statement::Published(manifest, _) = statement {
            debug_assert!(manifest.journal_vkeys(Tree::Roll)[0] == instance.vkeys()[0]);
            let petition = Petition::new(*manifest, index, keys)?;
            let id = petition.manifest.id();
            self.by_id
                .write()
                .expect("no writer panics")
                .insert(id, Arc::new(petition));
            return Ok(());
        }
        let Some(id) = statement.petition() else {
            return Ok(());
        };
        let petition = self.get(&id).ok_or_else(|| InstanceError::Journal {
            index,
            detail: format!("petition {id} was not published before"),
        })?;
        petition.change(|state| match statement {
            Statement::Tally(tally) => state.tally = Some((index, tally)),
            Statement::Closed { .. } => state.closed = true,
            Statement::Dated { dates, .. } => state.dates = dates,
            Statement::Published(..) | Statement::Other(_) => {}
        });
        Ok(())
    }

    /// The petition with this id.
    pub fn get(&self, id: &PetitionId) -> Option<Arc<Petition>> {
        self.by_id
            .read()
            .expect("no writer panics")
            .get(id)
            .cloned()
    }

    /// All petitions, by id.
    pub fn all(&self) -> Vec<Arc<Petition>> {
        self.by_id
            .read()
            .expect("no writer panics")
            .values()
            .cloned()
            .collect()
    }
}
