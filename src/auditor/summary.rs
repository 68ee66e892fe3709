//! The report of a run.

use super::audit::Run;
use super::report::{
    KeyTrust, PetitionReport, Report, ReportedDeviation, Unchecked, Verdict, Work,
};
use super::state::PetitionStore;
use crate::clock::Clock;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::replay::{Deviation, LogIdentity};

impl Run<'_> {
    /// What was found, in this run and before.
    pub(super) fn report(self, key_trust: KeyTrust, clock: &dyn Clock) -> Report {
        let only = self.options.petition;
        let in_scope = |id: PetitionId| only.is_none_or(|only| only == id);
        let mut found: Vec<Deviation> = self.store.saved.found.deviations.clone();
        let mut more = self.store.saved.found.more;
        let mut unchecked = self.passing.unchecked;
        let mut petitions = Vec::new();
        for (id, petition) in &self.petitions.stores {
            if in_scope(*id) {
                found.extend(petition.saved.found.deviations.iter().cloned());
                more += petition.saved.found.more;
                petitions.push(petition_report(&self.context.log, petition));
            }
        }
        if let Some(id) = only.filter(|id| !self.petitions.stores.contains_key(id)) {
            unchecked.push(Unchecked {
                petition: Some(id),
                tree: None,
                why: "this journal did not publish it".to_owned(),
            });
        }
        found.extend(self.passing.deviations);
        more += self.passing.more;
        let deviations: Vec<ReportedDeviation> = found.into_iter().map(Into::into).collect();
        let progress = self.context.reader.counters.now();
        Report {
            source: self.context.reader.source.name(),
            origin: self.context.log.origin,
            entries: self.store.saved.size,
            root: self.store.saved.root,
            keys: self.store.saved.keys,
            key_trust,
            witnesses: self.witnesses,
            verdict: Verdict::of(&deviations, &unchecked),
            petitions,
            deviations,
            more_deviations: more,
            unchecked,
            evidence: self.evidence,
            work: Work {
                entries: progress.entries,
                leaves: progress.leaves,
                tiles: progress.tiles,
                bytes: progress.bytes,
                seconds: clock.now().saturating_sub(self.context.now),
            },
        }
    }
}

fn petition_report(log: &LogIdentity, petition: &PetitionStore) -> PetitionReport {
    let manifest = &petition.manifest;
    let state = &petition.saved.replay;
    let totals = state.totals();
    let keeper = manifest.keeper(Tree::Roll);
    PetitionReport {
        petition: petition.id(),
        title: manifest.terms().title.clone(),
        totals,
        count: totals.count(),
        ceiling: totals.ceiling(),
        as_of: state.last.as_ref().map(|seen| seen.tally.time),
        tally: state.last.as_ref().map(|seen| seen.entry),
        closed: state.closed.is_some(),
        roll_kept_by: (keeper != log.origin).then(|| keeper.to_owned()),
    }
}
