//! What a report gives cause to raise.

use super::FollowError;
use super::alert::{AlertKind, Raised};
use super::book::Grown;
use super::look::{Follower, Standing};
use crate::auditor::{Report, ReportedDeviation, Verdict};
use crate::protocol::replay::Fault;
use crate::tlog::note::Note;

/// Most deviations of one look that get an alert each.
const EACH: usize = 20;

fn kind(deviation: &ReportedDeviation) -> AlertKind {
    match deviation.deviation.fault {
        Fault::RolledBack { .. } => AlertKind::Rollback,
        Fault::Forked { .. } => AlertKind::Fork,
        _ => AlertKind::Deviation,
    }
}

impl Follower {
    /// Raise what the report says. Fine if that is nothing.
    pub(super) fn raise_deviations(&mut self, report: &Report) -> Result<Standing, FollowError> {
        let is_new = |deviation: &&ReportedDeviation| {
            let key = super::alert::key(kind(deviation), "", &deviation.text);
            !self.board.book.read(|saved| saved.open.contains_key(&key))
        };
        let new: Vec<_> = report.deviations.iter().filter(is_new).collect();
        for deviation in new.iter().take(EACH) {
            let mut evidence = report.evidence.clone();
            evidence.extend(self.prove(&*self.source, &deviation.deviation)?);
            self.alerts.raise(Raised {
                rule: Some(deviation.rule),
                evidence,
                ..Raised::new(kind(deviation), deviation.text.clone())
            })?;
        }
        let more = new.len().saturating_sub(EACH) as u64 + report.more_deviations;
        if more > 0 && !new.is_empty() {
            let text = format!("and {more} more deviations: audit the instance to see them");
            self.alerts.raise(Raised::new(AlertKind::Deviation, text))?;
        }
        match report.verdict {
            Verdict::Fine => Ok(Standing::Fine),
            Verdict::Deviations => Ok(Standing::Deviations),
            Verdict::CouldNotLook => {
                let first = report.unchecked.first();
                let why = first.map_or("", |unchecked| unchecked.why.as_str());
                let more = report.unchecked.len().saturating_sub(1);
                let why = if more == 0 {
                    why.to_owned()
                } else {
                    format!("{why}, and {more} more places")
                };
                self.could_not_look(&why)
            }
        }
    }

    /// Remember when the journal grew.
    pub(super) fn grow(&self, size: u64) -> Result<(), FollowError> {
        let grown = self.board.book.read(|saved| saved.grown);
        if grown.is_some_and(|grown| grown.size >= size) {
            return Ok(());
        }
        let time = self.clock.now();
        self.board
            .book
            .write(|saved| saved.grown = Some(Grown { size, time }))?;
        self.alerts.settle(AlertKind::Stale)
    }

    /// Whether something new should have come by now.
    pub(super) fn watch_growth(&self, now: u64) -> Result<(), FollowError> {
        let grown = self.board.book.read(|saved| saved.grown);
        let (Some(expect), Some(grown)) = (self.options.expect, grown) else {
            return Ok(());
        };
        if now.saturating_sub(grown.time) <= expect {
            return Ok(());
        }
        let text = format!(
            "the journal has {} entries since Unix time {}, and was expected to grow within {expect} \
             seconds",
            grown.size, grown.time
        );
        self.alerts.raise(Raised::new(AlertKind::Stale, text))
    }

    /// Whether the witnesses of the policy have cosigned what is shown.
    pub(super) fn watch_quorum(&self, note: &Note) -> Result<(), FollowError> {
        let Some(policy) = &self.options.policy else {
            return Ok(());
        };
        match policy.verify(note) {
            Ok(_) => self.alerts.settle(AlertKind::Quorum),
            Err(error) => {
                let text = format!("the policy does not accept the journal's checkpoint: {error}");
                self.alerts.raise(Raised::new(AlertKind::Quorum, text))
            }
        }
    }
}
