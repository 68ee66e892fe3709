//! A ledger's tallies against the registrar's journal that they say covers them (R11).
//!
//! Both journals have been audited; this compares what was verified of them.

use std::collections::BTreeMap;

use super::AuditError;
use super::audit::{AuditOptions, audit};
use super::observer::Observer;
use super::report::{Report, Unchecked, Verdict};
use super::state::{EntryFiles, JournalStore, StateFolder};
use crate::client::tiles::TileSource;
use crate::clock::Clock;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::replay::{Deviation, Fault};
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
    // In this order, the registrar's journal is the newer one: it has every cover.
    let mut first = audit(ledger, options, clock, observer)?;
    let second = audit(registrar, options, clock, observer)?;
    let open = |report: &Report| -> Result<JournalStore, AuditError> {
        let state = StateFolder::open(&options.state, &report.origin, false)?;
        let none = || AuditError::Missing(format!("the verified journal of {}", report.origin));
        JournalStore::load(&state)?.ok_or_else(none)
    };
    let (journal, covering) = (open(&first)?, open(&second)?);
    compare(&journal, &covering, options.petition, &mut first)?;
    Ok((first, second))
}

fn compare(
    journal: &JournalStore,
    covering: &JournalStore,
    only: Option<PetitionId>,
    report: &mut Report,
) -> Result<(), AuditError> {
    let mut position = 0;
    let mut last: BTreeMap<PetitionId, Tally> = BTreeMap::new();
    while position < journal.saved.size {
        let stretch = journal.io(journal.entries.read(position, ENTRIES, BYTES))?;
        for (entry, bytes) in stretch.iter() {
            let Some(tally) = parse(bytes) else {
                continue;
            };
            let Some(cover) = tally.cover.as_ref() else {
                continue;
            };
            if cover.origin != covering.saved.origin || only.is_some_and(|p| p != tally.petition) {
                continue;
            }
            match find(&covering.entries, cover).map_err(AuditError::state("journal"))? {
                Found::NotYet => report.unchecked.push(Unchecked {
                    petition: Some(tally.petition),
                    tree: None,
                    why: format!(
                        "the journal of {} does not reach its cover yet",
                        cover.origin
                    ),
                }),
                Found::Tally(covering)
                    if covering.petition == tally.petition
                        && covering.head(Tree::Roll) == Some(&cover.roll) =>
                {
                    last.insert(tally.petition, *covering);
                }
                Found::Tally(_) | Found::Other => {
                    let fault = Fault::CoverUnknown { cover: cover.index };
                    let deviation: Deviation = fault.statement(tally.petition, entry);
                    report.deviations.push(deviation.into());
                }
            }
        }
        position = stretch.end();
    }
    complete(report, &last);
    Ok(())
}

fn parse(bytes: &[u8]) -> Option<Tally> {
    Tally::parse(std::str::from_utf8(bytes).ok()?).ok()
}

enum Found {
    NotYet,
    Other,
    Tally(Box<Tally>),
}

/// The entry that a cover names.
fn find(entries: &EntryFiles, cover: &Cover) -> std::io::Result<Found> {
    if cover.index >= entries.len() {
        return Ok(Found::NotYet);
    }
    let one = entries.read(cover.index, 1, BYTES)?;
    let found = one.iter().next().and_then(|(_, bytes)| parse(bytes));
    Ok(found.map_or(Found::Other, |tally| Found::Tally(Box::new(tally))))
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
    report.verdict = Verdict::of(&report.deviations, &report.unchecked);
}
