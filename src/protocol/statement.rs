//! Statements: the entries of a journal (`spec/journal.md`).

use super::encoding::{LineError, Lines, parse_decimal};
use super::erased::ErasedKey;
use super::ids::PetitionId;
use super::manifest::{Manifest, ManifestError};
use super::saying::{self, Saying, Speaker};
use super::tally::{self, Tally, TallyError};
use crate::tlog::note::{Note, NoteError, NoteSigner, VerifierKey};

/// Most bytes of a statement (an entry bundle's length prefix has 16 bits).
pub const STATEMENT_MAX: usize = 65_535;

const PUBLISHED: &str = "undersigned/published/v1";
const CLOSED: &str = "undersigned/closed/v1";
const EXTENDED: &str = "undersigned/extended/v1";
const CLOSING: &str = "undersigned/closing/v1";

/// Why bytes are not a statement, or say what their signer may not say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Longer than [`STATEMENT_MAX`] bytes.
    #[error("a statement has at most {STATEMENT_MAX} bytes, got {0}")]
    TooLong(usize),
    /// Not UTF-8, or without a first line.
    #[error("a statement is text that begins with its kind")]
    Text,
    /// A malformed tally.
    #[error("tally: {0}")]
    Tally(#[from] TallyError),
    /// A malformed or wrongly signed note.
    #[error("note: {0}")]
    Note(#[from] NoteError),
    /// A line is missing, misplaced or malformed.
    #[error(transparent)]
    Line(#[from] LineError),
    /// `erased` names a key that the manifest does not pin.
    #[error("the key is not the one that the manifest pins")]
    ErasedKey,
    /// The published manifest is refused.
    #[error("manifest: {0}")]
    Manifest(#[from] ManifestError),
}

/// The dates of a petition that a statement may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Dates {
    /// Last moment to confirm a mailbox, Unix seconds.
    pub confirm_until: u64,
    /// Last moment to hand in a token.
    pub submit_until: u64,
    /// Last moment to take a signature back.
    pub withdraw_until: u64,
}

impl Dates {
    /// The dates of a manifest.
    pub fn of(manifest: &Manifest) -> Self {
        let t = manifest.terms();
        Self {
            confirm_until: t.confirm_until,
            submit_until: t.submit_until,
            withdraw_until: t.withdraw_until,
        }
    }

    /// Whether `self` may follow `earlier`: no date moves forward, and their order stays.
    pub fn extends(&self, earlier: &Self) -> bool {
        self.confirm_until >= earlier.confirm_until
            && self.submit_until >= earlier.submit_until
            && self.withdraw_until >= earlier.withdraw_until
            && self != earlier
            && self.ordered()
    }

    /// Whether `self` may close earlier than `earlier` said. The time between the last
    /// confirmation and the last token never shrinks, so that no token is stranded.
    pub fn shortens(&self, earlier: &Self) -> bool {
        self.confirm_until <= earlier.confirm_until
            && self.submit_until <= earlier.submit_until
            && self.withdraw_until == earlier.withdraw_until
            && self != earlier
            && self.ordered()
            && self.submit_until - self.confirm_until
                >= earlier.submit_until - earlier.confirm_until
    }

    fn ordered(&self) -> bool {
        self.confirm_until < self.submit_until
            && self.submit_until <= self.withdraw_until
            && self.withdraw_until <= 253_402_300_799
    }
}

/// A statement whose signature, where its kind has one, is still to be checked.
#[derive(Clone, Debug)]
pub enum Statement {
    /// A petition becomes public. Signed by the organiser.
    Published(Box<Manifest>, Note),
    /// Sizes and roots at a publication. Unsigned: the journal's checkpoint covers it.
    Tally(Tally),
    /// R and S never grow again. Signed by the keeper of the journal, who alone knows
    /// that nothing promised still waits.
    Closed {
        /// Which petition.
        petition: PetitionId,
        /// Journal index of the final tally, if there was one.
        tally: Option<u64>,
        /// The signed note.
        note: Note,
    },
    /// Dates change: later (`extended`), or an earlier close (`closing`). Signed by the organiser.
    Dated {
        /// Which petition.
        petition: PetitionId,
        /// The new dates.
        dates: Dates,
        /// Whether they are later or earlier.
        change: DateChange,
        /// The signed note.
        note: Note,
    },
    /// What does not touch the count: `delivered`, `answered`, `goal` (signed by the organiser),
    /// `withheld`, `erased`, `opened` (by the keeper of the journal), `audited` (by the auditor).
    Said {
        /// Which petition.
        petition: PetitionId,
        /// What.
        saying: Saying,
        /// The signed note.
        note: Note,
    },
    /// A kind that this version does not know; it does not touch the count.
    Other(String),
}

#[expect(
    clippy::option_option,
    reason = "`none` is a value; a failure to parse is not"
)]
fn index_or_none(value: &str) -> Option<Option<u64>> {
    if value == "none" {
        Some(None)
    } else {
        parse_decimal(value).map(Some)
    }
}

impl Statement {
    /// Parse a journal entry.
    pub fn parse(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > STATEMENT_MAX {
            return Err(StatementError::TooLong(bytes.len()));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| StatementError::Text)?;
        let (kind, _) = text.split_once('\n').ok_or(StatementError::Text)?;
        match kind {
            tally::HEADER => Ok(Self::Tally(Tally::parse(text)?)),
            PUBLISHED => {
                let note = Note::parse(bytes)?;
                let mut lines = Lines::new(note.text());
                lines.exact(PUBLISHED)?;
                let id = lines.parse("petition", |v| v.parse().ok())?;
                let manifest = lines.value("manifest")?;
                lines.end()?;
                let manifest = Manifest::parse_as(manifest.as_bytes(), id)?;
                Ok(Self::Published(Box::new(manifest), note))
            }
            CLOSED => {
                let note = Note::parse(bytes)?;
                let mut lines = Lines::new(note.text());
                lines.exact(CLOSED)?;
                let petition = lines.parse("petition", |v| v.parse().ok())?;
                let tally = lines.parse("tally", index_or_none)?;
                lines.end()?;
                Ok(Self::Closed {
                    petition,
                    tally,
                    note,
                })
            }
            EXTENDED | CLOSING => {
                let (change, header) = if kind == EXTENDED {
                    (DateChange::Later, EXTENDED)
                } else {
                    (DateChange::Earlier, CLOSING)
                };
                let note = Note::parse(bytes)?;
                let mut lines = Lines::new(note.text());
                lines.exact(header)?;
                let petition = lines.parse("petition", |v| v.parse().ok())?;
                let dates = Dates {
                    confirm_until: lines.parse("confirm-until", parse_decimal)?,
                    submit_until: lines.parse("submit-until", parse_decimal)?,
                    withdraw_until: lines.parse("withdraw-until", parse_decimal)?,
                };
                lines.end()?;
                Ok(Self::Dated {
                    petition,
                    dates,
                    change,
                    note,
                })
            }
            _ if saying::speaker(kind).is_some() => {
                let note = Note::parse(bytes)?;
                match Saying::parse(kind, note.text())? {
                    Some((petition, saying)) => Ok(Self::Said {
                        petition,
                        saying,
                        note,
                    }),
                    None => Err(StatementError::Text),
                }
            }
            other => Ok(Self::Other(other.chars().take(100).collect())),
        }
    }

    /// The petition it speaks of.
    pub fn petition(&self) -> Option<PetitionId> {
        match self {
            Self::Published(manifest, _) => Some(manifest.id()),
            Self::Tally(tally) => Some(tally.petition),
            Self::Closed { petition, .. }
            | Self::Dated { petition, .. }
            | Self::Said { petition, .. } => Some(*petition),
            Self::Other(_) => None,
        }
    }

    /// Check that whoever may say this has signed it: the keeper of the journal
    /// (Ed25519 key) for `closed`, `withheld`, `erased` and `opened`, the auditor for `audited`,
    /// the organiser for everything else that is signed.
    pub fn verify(&self, manifest: &Manifest, keeper: &VerifierKey) -> Result<(), StatementError> {
        let organiser = || manifest.organiser_vkeys().iter().collect::<Vec<_>>();
        let (note, keys) = match self {
            Self::Tally(_) | Self::Other(_) => return Ok(()),
            Self::Published(_, note) | Self::Dated { note, .. } => (note, organiser()),
            Self::Closed { note, .. } => (note, vec![keeper]),
            Self::Said { note, saying, .. } => match saying.speaker() {
                Speaker::Organiser => (note, organiser()),
                Speaker::Keeper => (note, vec![keeper]),
                Speaker::Auditor => (note, manifest.auditor_vkey().into_iter().collect()),
            },
        };
        note.verify(&keys)?;
        match self {
            Self::Said {
                saying: Saying::Erased { key, .. },
                ..
            } if !ErasedKey::of(manifest).contains(key) => Err(StatementError::ErasedKey),
            _ => Ok(()),
        }
    }
}

/// Which way dates change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateChange {
    /// No date moves forward.
    Later,
    /// The petition closes earlier.
    Earlier,
}

impl DateChange {
    /// Whether dates may change from `earlier` to `new` this way.
    pub fn allows(self, new: &Dates, earlier: &Dates) -> bool {
        match self {
            Self::Later => new.extends(earlier),
            Self::Earlier => new.shortens(earlier),
        }
    }
}

/// Whether an organiser says statements of this kind (the first line).
pub fn by_organiser(kind: &str) -> bool {
    [PUBLISHED, EXTENDED, CLOSING].contains(&kind)
        || saying::speaker(kind) == Some(Speaker::Organiser)
}

/// Text of `published`, to be signed by the organiser.
pub fn published(manifest: &Manifest) -> String {
    format!(
        "{PUBLISHED}\npetition {}\nmanifest {}\n",
        manifest.id(),
        manifest.text()
    )
}

/// Text of `closed`, to be signed by the journal's keeper.
pub fn closed(petition: PetitionId, tally: Option<u64>) -> String {
    let tally = tally.map_or_else(|| "none".to_owned(), |index| index.to_string());
    format!("{CLOSED}\npetition {petition}\ntally {tally}\n")
}

/// Text of `extended` or `closing`, to be signed by the organiser.
pub fn dated(petition: PetitionId, change: DateChange, dates: &Dates) -> String {
    let header = match change {
        DateChange::Later => EXTENDED,
        DateChange::Earlier => CLOSING,
    };
    format!(
        "{header}\npetition {petition}\nconfirm-until {}\nsubmit-until {}\nwithdraw-until {}\n",
        dates.confirm_until, dates.submit_until, dates.withdraw_until
    )
}

/// Sign a statement's text as a note.
pub fn sign(text: &str, signer: &NoteSigner) -> Result<Vec<u8>, StatementError> {
    let signature = signer.sign(text);
    Ok(Note::new(text, vec![signature])?.to_bytes())
}
