//! A petition's life, entry by entry (R5 to R11, R20, R21).

use super::fault::StatementKind;
use super::published::signature;
use super::state::SaidDates;
use super::tally::{SLACK, judge};
use super::{Fault, Found, LogIdentity, PetitionState, SeenTally};
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::manifest::Manifest;
use crate::protocol::saying::Saying;
use crate::protocol::statement::{DateChange, Dates, Statement, StatementError};
use crate::protocol::tally::{HEADER, Tally, TallyError, TreeHead};

/// A tally, as far as its trees can be replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Journal index.
    pub entry: u64,
    heads: [TreeHead; 4],
}

impl Step {
    /// The head of a tree as of this tally: that of the tally, or, where that one breaks
    /// a rule, the last that does not.
    pub fn head(&self, tree: Tree) -> TreeHead {
        self.heads[tree as usize]
    }
}

/// Replays what a journal says about one petition.
#[derive(Debug)]
pub struct PetitionReplay<'a> {
    log: &'a LogIdentity,
    manifest: &'a Manifest,
    state: PetitionState,
    found: Found,
}

impl<'a> PetitionReplay<'a> {
    /// Continue where `state` is.
    pub fn new(log: &'a LogIdentity, manifest: &'a Manifest, state: PetitionState) -> Self {
        Self {
            log,
            manifest,
            state,
            found: Found::default(),
        }
    }

    /// Where it is, and what was found on the way.
    pub fn finish(self) -> (PetitionState, Found) {
        (self.state, self.found)
    }

    fn id(&self) -> PetitionId {
        self.manifest.id()
    }

    fn report(&mut self, entry: u64, fault: Fault) {
        self.found.push(fault.statement(self.id(), entry));
    }

    /// Take in a journal entry that claims to be about this petition. `now`: Unix
    /// seconds at the auditor. Gives the tally's heads, if it is a tally.
    pub fn apply(&mut self, entry: u64, bytes: &[u8], now: u64) -> Option<Step> {
        match Statement::parse(bytes) {
            Ok(statement) => self.statement(entry, statement, now),
            Err(error) => {
                if bytes.starts_with(HEADER.as_bytes()) {
                    self.state.chain = Some(entry);
                }
                self.report(entry, malformed(&error));
                None
            }
        }
    }

    fn statement(&mut self, entry: u64, statement: Statement, now: u64) -> Option<Step> {
        match &statement {
            // The publication itself was judged before; any other is one too many.
            Statement::Published(..) if entry == self.state.published => None,
            Statement::Published(..) => {
                let first = self.state.published;
                self.report(entry, Fault::PublishedTwice { first });
                None
            }
            Statement::Tally(_) => {
                let Statement::Tally(tally) = statement else {
                    unreachable!("matched above");
                };
                Some(self.tally(entry, tally, now))
            }
            Statement::Closed { tally, .. } => {
                let stated = *tally;
                self.signed(entry, &statement, StatementKind::Closed);
                self.closed(entry, stated, now);
                None
            }
            Statement::Dated { dates, change, .. } => {
                let (dates, change) = (*dates, *change);
                let kind = match change {
                    DateChange::Later => StatementKind::Extended,
                    DateChange::Earlier => StatementKind::Closing,
                };
                if self.signed(entry, &statement, kind) {
                    self.dated(entry, dates, change);
                }
                None
            }
            Statement::Said { saying, .. } => {
                let kind = match saying {
                    Saying::Delivered { .. } => StatementKind::Delivered,
                    Saying::Answered { .. } => StatementKind::Answered,
                    Saying::Withheld { .. } => StatementKind::Withheld,
                    Saying::Erased { .. } => StatementKind::Erased,
                    Saying::Opened { .. } => StatementKind::Opened,
                    Saying::Audited(_) => StatementKind::Audited,
                    Saying::Goal { .. } => StatementKind::Goal,
                };
                self.signed(entry, &statement, kind);
                None
            }
            Statement::Other(_) => None,
        }
    }

    /// Whether whoever may say it has signed it; reports if not.
    fn signed(&mut self, entry: u64, statement: &Statement, kind: StatementKind) -> bool {
        let fault = signature(self.log, self.manifest, statement, kind);
        let holds = fault.is_none();
        if let Some(fault) = fault {
            self.report(entry, fault);
        }
        holds
    }

    fn tally(&mut self, entry: u64, tally: Tally, now: u64) -> Step {
        for (tree, fault) in judge(self.log, self.manifest, &self.state, &tally, now) {
            self.found.push(match tree {
                Some(tree) => fault.head(self.id(), tree, entry),
                None => fault.statement(self.id(), entry),
            });
        }
        if self.state.closed.is_some() {
            self.close_not_before(entry, tally.time);
        }
        for (tree, head) in tally.trees() {
            if self.log.keeps(self.manifest, tree) && head.size > self.state.head(tree).size {
                self.state.set_head(tree, *head);
            }
        }
        self.state.chain = Some(entry);
        self.state.last = Some(SeenTally { entry, tally });
        Step {
            entry,
            heads: Tree::ALL.map(|tree| self.state.head(tree)),
        }
    }

    fn closed(&mut self, entry: u64, stated: Option<u64>, now: u64) {
        if let Some(first) = self.state.closed {
            return self.report(entry, Fault::ClosedTwice { first });
        }
        let expected = self.state.chain;
        if stated != expected {
            self.report(entry, Fault::ClosedTally { stated, expected });
        }
        self.state.closed = Some(entry);
        self.close_not_before(entry, now.saturating_add(SLACK));
    }

    /// `closed` was there at `time`: it must not have been before the end of submission.
    fn close_not_before(&mut self, entry: u64, time: u64) {
        let until = self.state.dates.submit_until;
        if time < until && !self.state.closed_early {
            self.state.closed_early = true;
            self.report(entry, Fault::ClosedEarly { time, until });
        }
    }

    fn dated(&mut self, entry: u64, dates: Dates, change: DateChange) {
        let later = change == DateChange::Later;
        let same = |said: &&SaidDates| said.later == later && said.dates == dates;
        if let Some(first) = self.state.said.iter().find(same).map(|said| said.entry) {
            return self.report(entry, Fault::SaidBefore { first });
        }
        self.state.said.push(SaidDates {
            entry,
            later,
            dates,
        });
        let since = self.state.dates.submit_until;
        let last = self.state.last.as_ref();
        if self.state.closed.is_some() || last.is_some_and(|seen| seen.tally.time > since) {
            self.report(entry, Fault::DatesAfterEnd { since });
        } else if change.allows(&dates, &self.state.dates) {
            self.state.dates = dates;
        } else {
            self.report(entry, Fault::Dates);
        }
    }
}

/// The fault of an entry that does not parse.
pub fn malformed(error: &StatementError) -> Fault {
    match error {
        StatementError::Tally(TallyError::Uncovered { signatures, roll }) => Fault::Uncovered {
            signatures: *signatures,
            roll: *roll,
        },
        StatementError::Tally(TallyError::Trees | TallyError::Cover) => Fault::TallyTrees,
        StatementError::Manifest(error) => Fault::Manifest {
            why: error.to_string(),
        },
        other => Fault::NotAStatement {
            why: other.to_string(),
        },
    }
}
