//! From writing to approval: what a draft needs, and what staff decide.

use super::drafts::{Draft, DraftId, State};
use super::letters::Letter;
use super::{Action, Office, OfficeError, Role, Visitor};
use crate::store::Change;

/// Longest reason, characters.
const REASON_MAX: usize = 2000;

/// What a draft still needs before it can be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// So many sponsors more.
    pub sponsors: u64,
    /// The staff's approval.
    pub approval: bool,
}

/// A reason that somebody gave: some words, not a book.
pub fn reason(text: &str) -> Result<String, OfficeError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > REASON_MAX {
        let words = format!("a reason has 1 to {REASON_MAX} characters");
        return Err(OfficeError::Invalid(words));
    }
    Ok(text.to_owned())
}

/// Seconds in which a letter about a verdict has to leave.
const NEWS: u64 = 7 * 86_400;

impl Office {
    /// What this draft still needs, if this visitor wants to publish it. Blocking.
    pub fn needs(&self, id: DraftId, draft: &Draft, by: &Visitor) -> Result<Needs, OfficeError> {
        let has = self.sponsors(id, draft)?;
        let decided = matches!(
            draft.state,
            State::Approved | State::Drawn { .. } | State::Published { .. }
        );
        Ok(Needs {
            sponsors: u64::from(self.config.sponsors).saturating_sub(has),
            approval: self.config.approval && !decided && by.role != Role::Owner,
        })
    }

    /// Put a draft before the staff.
    pub async fn submit_draft(&self, id: DraftId, by: &Visitor) -> Result<(), OfficeError> {
        let by = by.clone();
        let work = move |office: &Self| {
            let kept = office.own_draft(id, &by)?;
            let draft = &kept.record;
            if !matches!(draft.state, State::Writing { .. }) {
                return Err(OfficeError::NotNow("this draft is past that"));
            }
            if let Some(problem) = draft.content.problem(office.now()) {
                return Err(OfficeError::Invalid(problem.to_string()));
            }
            if office.needs(id, draft, &by)?.sponsors > 0 {
                return Err(OfficeError::NotNow("this draft needs more sponsors first"));
            }
            let mut change = Change::default();
            let since = office.now();
            office.put_draft(
                &mut change,
                id,
                &kept,
                draft.clone(),
                State::Waiting { since },
            )?;
            Ok(change)
        };
        let change = self.blocking(work).await?;
        self.commit(change).await
    }

    /// Approve a draft, or send it back with a reason; of exactly the version that the
    /// reviewer saw. Its organisers get a letter.
    pub async fn judge_draft(
        &self,
        id: DraftId,
        version: u64,
        approve: bool,
        why: &str,
        by: &Visitor,
    ) -> Result<(), OfficeError> {
        by.must(Action::JudgeDrafts)?;
        let why = if approve {
            why.trim().to_owned()
        } else {
            reason(why)?
        };
        let by = by.clone();
        let work = move |office: &Self| {
            let kept = office.kept_draft(id)?;
            let draft = &kept.record;
            if draft.version != version {
                return Err(OfficeError::Stale);
            }
            if !matches!(draft.state, State::Waiting { .. }) {
                return Err(OfficeError::NotNow("this draft does not wait for review"));
            }
            let state = if approve {
                State::Approved
            } else {
                State::Writing {
                    returned: Some(why.clone()),
                }
            };
            let mut change = Change::default();
            office.put_draft(&mut change, id, &kept, draft.clone(), state)?;
            let what = if approve { "approved" } else { "sent back" };
            office.log(&mut change, Some(&by), &format!("{what} draft {id}"), &why)?;
            let letters = office
                .verdict_letters(id, draft, approve, &why)?
                .into_iter();
            let posted = letters.map(|letter| office.post(&mut change, letter));
            let posted = posted.collect::<Result<Vec<_>, _>>()?;
            Ok((change, posted))
        };
        let (change, posted) = self.blocking(work).await?;
        self.commit(change).await?;
        for posted in posted {
            self.registrar.posted(posted);
        }
        Ok(())
    }

    fn verdict_letters(
        &self,
        id: DraftId,
        draft: &Draft,
        approve: bool,
        why: &str,
    ) -> Result<Vec<Letter>, OfficeError> {
        let title = draft.content.title();
        let mut letters = Vec::new();
        for account in &draft.organisers {
            let Some(to) = self.email_of(*account)? else {
                continue;
            };
            letters.push(Letter {
                to,
                subject: if approve {
                    "Your petition can be published".to_owned()
                } else {
                    "Your petition was sent back".to_owned()
                },
                words: if approve {
                    format!("\u{201c}{title}\u{201d} was approved. Sign it, and it is public.")
                } else {
                    format!("\u{201c}{title}\u{201d} was sent back, with this reason:\n\n{why}")
                },
                link: format!("{}/office/drafts/{id}", self.url),
                after: "Sign in to the office first; the link leads to your draft.".to_owned(),
                until: self.now() + NEWS,
            });
        }
        Ok(letters)
    }
}
