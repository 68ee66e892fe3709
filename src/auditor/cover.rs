//! A ledger's tallies against the registrar's journal that they say covers them (R11).
//!
//! Both journals have been audited; this compares what was verified of them.

use std::collections::{BTreeMap, BTreeSet};

use super::audit::{AuditOptions, audit};
use super::fetch::Reader;
use super::observer::{Counters, Observer};
use super::report::{Report, Unchecked, Verdict};
use super::state::{EntryFiles, JournalStore, StateFolder};
use super::{AuditError, journal};
use crate::client::tiles::TileSource;
use crate::clock::Clock;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::replay::{Fault, Found};
use crate::protocol::tally::{Cover, Tally};

/// Entries read at once.
const ENTRIES: u64 = 4096;
const BYTES: u64 = 16 << 20;

/// Audit a ledger's instance, then its registrar's, and compare them. Two reports, each of
/// one journal; what only both together show stands in the ledger's.
///
/// # Errors
/// As [`audit`], for either.
pub fn audit_pair(
    ledger: &dyn TileSource,
    registrar: &dyn TileSource,
    options: &AuditOptions,
    clock: &dyn Clock,
    observer: &dyn Observer,
) -> Result<(Report, Report), AuditError> {
    let (kept_by, covered_by) = (origin(ledger, observer)?, origin(registrar, observer)?);
    // In this order, the registrar's journal is the newer one: it has every cover.
    let own = keys_of(options, &kept_by, &covered_by);
    let mut first = audit(ledger, &own, clock, observer)?;
    let other = keys_of(options, &covered_by, &kept_by);
    let second = audit(registrar, &other, clock, observer)?;
    let verified = |report: &Report| {
        let state = StateFolder::open(&options.state, &report.origin, false)?;
        JournalStore::load(&state)
    };
    match (verified(&first)?, verified(&second)?) {
        (Some(own), Some(covering)) => compare(&own, &covering, options.petition, &mut first)?,
        _ => first.unchecked.push(Unchecked {
            petition: None,
            tree: None,
            why: "covers: not both journals could be verified".to_owned(),
        }),
    }
    first.verdict = Verdict::of(&first.deviations, &first.unchecked);
    Ok((first, second))
}

/// Whose journal it says it is.
fn origin(source: &dyn TileSource, observer: &dyn Observer) -> Result<String, AuditError> {
    let counters = &Counters::default();
    let reader = Reader {
        source,
        counters,
        observer,
    };
    let (_, head) = journal::served(&reader)?;
    Ok(head.origin)
}

/// The keys given are those of both journals: leave out the other's.
fn keys_of(options: &AuditOptions, own: &str, other: &str) -> AuditOptions {
    let mut options = options.clone();
    let keys = &mut options.trust.keys;
    keys.retain(|key| key.name().as_str() == own || key.name().as_str() != other);
    options
}

fn compare(
    own: &JournalStore,
    covering: &JournalStore,
    only: Option<PetitionId>,
    report: &mut Report,
) -> Result<(), AuditError> {
    let origin = &covering.saved.origin;
    let mut position = 0;
    let mut known: BTreeMap<PetitionId, Tally> = BTreeMap::new();
    let mut early: BTreeSet<PetitionId> = BTreeSet::new();
    let mut found = Found::default();
    while position < own.saved.size {
        let stretch = own.io(own.entries.read(position, ENTRIES, BYTES))?;
        for (entry, bytes) in stretch.iter() {
            let tally = parse(bytes);
            let in_scope = |tally: &&Tally| only.is_none_or(|only| only == tally.petition);
            let Some(tally) = tally.as_ref().filter(in_scope) else {
                continue;
            };
            let Some(cover) = tally.cover.as_ref().filter(|c| c.origin == *origin) else {
                continue;
            };
            match covering.io(find(&covering.entries, cover))? {
                Covering::NotYet => drop(early.insert(tally.petition)),
                Covering::Tally(other) if covers(&other, tally.petition, cover) => {
                    known.insert(tally.petition, *other);
                }
                Covering::Tally(_) | Covering::Other => {
                    let fault = Fault::CoverUnknown { cover: cover.index };
                    found.push(fault.statement(tally.petition, entry));
                }
            }
        }
        position = stretch.end();
    }
    report
        .unchecked
        .extend(early.into_iter().map(|id| Unchecked {
            petition: Some(id),
            tree: None,
            why: format!("the journal of {origin} does not reach its cover yet"),
        }));
    let deviations = found.deviations.into_iter().map(Into::into);
    report.deviations.extend(deviations);
    report.more_deviations += found.more;
    complete(report, &known);
    Ok(())
}

/// Whether this is the tally that a cover describes.
fn covers(tally: &Tally, petition: PetitionId, cover: &Cover) -> bool {
    tally.petition == petition && tally.head(Tree::Roll) == Some(&cover.roll)
}

fn parse(bytes: &[u8]) -> Option<Tally> {
    Tally::parse(std::str::from_utf8(bytes).ok()?).ok()
}

/// What stands where a cover points.
enum Covering {
    /// Nothing: the journal is shorter.
    NotYet,
    /// Something that is no tally.
    Other,
    Tally(Box<Tally>),
}

/// The entry that a cover names.
fn find(entries: &EntryFiles, cover: &Cover) -> std::io::Result<Covering> {
    if cover.index >= entries.len() {
        return Ok(Covering::NotYet);
    }
    let one = entries.read(cover.index, 1, BYTES)?;
    let found = one.iter().next().and_then(|(_, bytes)| parse(bytes));
    Ok(found.map_or(Covering::Other, |tally| Covering::Tally(Box::new(tally))))
}

/// With R and X of the covering tally the ledger's numbers are whole.
fn complete(report: &mut Report, covering: &BTreeMap<PetitionId, Tally>) {
    for petition in &mut report.petitions {
        if let Some(tally) = covering.get(&petition.petition) {
            let totals = tally.totals();
            petition.totals.roll = totals.roll;
            petition.totals.strikes = totals.strikes;
            petition.count = petition.totals.count();
            petition.ceiling = petition.totals.ceiling();
        }
    }
}
