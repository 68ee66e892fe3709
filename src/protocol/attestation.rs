//! Attestations: the organiser's signed word on a count that the file itself proves
//! (`spec/attestation.md`).

use super::encoding::{LineError, Lines, from_base64, parse_decimal, to_base64};
use super::ids::Tree;
use super::inclusion::{InclusionError, JournaledTally, VerifiedTally};
use super::manifest::{Manifest, ManifestError};
use super::tally::Totals;
use crate::tlog::note::{Note, NoteError, NoteSigner, VerifiedNote, VerifierKey};
use crate::tlog::policy::Policy;

/// The first line of an attestation.
pub const HEADER: &str = "undersigned/attestation/v1";
/// Most bytes of an attestation file.
pub const ATTESTATION_MAX: usize = 512 * 1024;

/// Why bytes are not an attestation, or do not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttestationError {
    /// Longer than [`ATTESTATION_MAX`] bytes.
    #[error("an attestation has at most {ATTESTATION_MAX} bytes, got {0}")]
    TooLong(usize),
    /// Malformed note, or not signed by an organiser key.
    #[error("note: {0}")]
    Note(#[from] NoteError),
    /// A line is missing, misplaced or malformed.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The manifest in it is refused.
    #[error("manifest: {0}")]
    Manifest(#[from] ManifestError),
    /// A tally's proof does not hold.
    #[error("{role}: {error}")]
    Proof {
        /// `ledger` or `registrar`.
        role: &'static str,
        /// What does not hold.
        error: InclusionError,
    },
    /// The numbers stated are not those of the tallies.
    #[error("{field} is {stated}, but the tallies say {proven}")]
    Number {
        /// Which number.
        field: &'static str,
        /// What the attestation states.
        stated: u64,
        /// What its tallies prove.
        proven: u64,
    },
    /// The ledger's tally names another registrar's tally than the one given.
    #[error("the two tallies do not belong together")]
    Pair,
}

/// An attestation, not yet checked.
#[derive(Clone, Debug)]
pub struct Attestation {
    manifest: Manifest,
    totals: Totals,
    count: u64,
    ceiling: u64,
    as_of: u64,
    ledger: JournaledTally,
    registrar: Option<JournaledTally>,
    note: Note,
}

/// An attestation that holds. Comes from [`Attestation::verify`] only.
#[derive(Clone, Debug)]
pub struct VerifiedAttestation {
    /// The petition.
    pub manifest: Manifest,
    /// R, X, S, W.
    pub totals: Totals,
    /// Time of the ledger's tally, Unix seconds.
    pub as_of: u64,
    /// The ledger's tally, with the witnesses that the policy counted.
    pub ledger: VerifiedTally,
    /// Which organiser keys signed.
    pub signed: VerifiedNote,
    _checked: (),
}

fn journaled(
    lines: &mut Lines,
    tally: &'static str,
    proof: &'static str,
) -> Result<JournaledTally, LineError> {
    let text = |value: &str| String::from_utf8(from_base64(value)?).ok();
    Ok(JournaledTally {
        tally: lines.parse(tally, text)?,
        proof: lines.parse(proof, text)?,
    })
}

/// The text of an attestation, to be signed by the organiser. `registrar` is the
/// covering tally where another instance keeps the roll.
pub fn text(
    manifest: &Manifest,
    totals: &Totals,
    as_of: u64,
    ledger: &JournaledTally,
    registrar: Option<&JournaledTally>,
) -> String {
    use std::fmt::Write as _;
    let mut text = format!(
        "{HEADER}\npetition {}\ncount {}\nceiling {}\nroll {}\nsignatures {}\nwithdrawals {}\n\
         strikes {}\nas-of {as_of}\nmanifest {}\nledger-tally {}\nledger-proof {}\n",
        manifest.id(),
        totals.count(),
        totals.ceiling(),
        totals.roll,
        totals.signatures,
        totals.withdrawals,
        totals.strikes,
        to_base64(manifest.bytes()),
        to_base64(&ledger.tally),
        to_base64(&ledger.proof),
    );
    if let Some(registrar) = registrar {
        let (tally, proof) = (to_base64(&registrar.tally), to_base64(&registrar.proof));
        writeln!(text, "registrar-tally {tally}\nregistrar-proof {proof}")
            .expect("a String takes any text");
    }
    text
}

/// Sign the text of an attestation.
pub fn sign(text: &str, organiser: &NoteSigner) -> Result<Vec<u8>, AttestationError> {
    Ok(Note::new(text, vec![organiser.sign(text)])?.to_bytes())
}

impl Attestation {
    /// Parse an attestation file.
    pub fn parse(bytes: &[u8]) -> Result<Self, AttestationError> {
        if bytes.len() > ATTESTATION_MAX {
            return Err(AttestationError::TooLong(bytes.len()));
        }
        let note = Note::parse(bytes)?;
        let mut lines = Lines::new(note.text());
        lines.exact(HEADER)?;
        let petition = lines.parse("petition", |v| v.parse().ok())?;
        let count = lines.parse("count", parse_decimal)?;
        let ceiling = lines.parse("ceiling", parse_decimal)?;
        let totals = Totals {
            roll: lines.parse("roll", parse_decimal)?,
            signatures: lines.parse("signatures", parse_decimal)?,
            withdrawals: lines.parse("withdrawals", parse_decimal)?,
            strikes: lines.parse("strikes", parse_decimal)?,
        };
        let as_of = lines.parse("as-of", parse_decimal)?;
        let manifest = lines.parse("manifest", from_base64)?;
        let ledger = journaled(&mut lines, "ledger-tally", "ledger-proof")?;
        let registrar = if lines.rest().is_empty() {
            None
        } else {
            Some(journaled(&mut lines, "registrar-tally", "registrar-proof")?)
        };
        lines.end()?;
        let manifest = Manifest::parse_as(&manifest, petition)?;
        Ok(Self {
            manifest,
            totals,
            count,
            ceiling,
            as_of,
            ledger,
            registrar,
            note,
        })
    }

    /// The petition.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Check, offline: an organiser key signed it, the tallies stand in the journals
    /// that the manifest names and the policy trusts, they belong together, and every
    /// number follows from them.
    pub fn verify(&self, policy: &Policy) -> Result<VerifiedAttestation, AttestationError> {
        let keys: Vec<&VerifierKey> = self.manifest.organiser_vkeys().iter().collect();
        let signed = self.note.verify(&keys)?;
        let proof = |role| move |error| AttestationError::Proof { role, error };
        let ledger = self
            .ledger
            .verify(&self.manifest, Tree::Signatures, policy)
            .map_err(proof("ledger"))?;
        let mut proven = ledger.tally().totals();
        match (&ledger.tally().cover, &self.registrar) {
            (None, None) => {}
            (Some(cover), Some(registrar)) => {
                let registrar = registrar
                    .verify(&self.manifest, Tree::Roll, policy)
                    .map_err(proof("registrar"))?;
                let totals = registrar.tally().totals();
                let belongs = cover.origin == self.manifest.keeper(Tree::Roll)
                    && cover.index == registrar.index()
                    && Some(&cover.roll) == registrar.tally().head(Tree::Roll);
                if !belongs {
                    return Err(AttestationError::Pair);
                }
                proven.roll = totals.roll;
                proven.strikes = totals.strikes;
            }
            _ => return Err(AttestationError::Pair),
        }
        for (field, stated, proven) in [
            ("roll", self.totals.roll, proven.roll),
            ("signatures", self.totals.signatures, proven.signatures),
            ("withdrawals", self.totals.withdrawals, proven.withdrawals),
            ("strikes", self.totals.strikes, proven.strikes),
            ("count", self.count, proven.count()),
            ("ceiling", self.ceiling, proven.ceiling()),
            ("as-of", self.as_of, ledger.tally().time),
        ] {
            if stated != proven {
                return Err(AttestationError::Number {
                    field,
                    stated,
                    proven,
                });
            }
        }
        Ok(VerifiedAttestation {
            manifest: self.manifest.clone(),
            totals: self.totals,
            as_of: self.as_of,
            ledger,
            signed,
            _checked: (),
        })
    }
}
