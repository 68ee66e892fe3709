//! The draw: a file from which anyone recomputes which entries are looked at
//! (`spec/audit-sample.md`, "Draw").

use serde::{Deserialize, Serialize};

use super::beacon::{Beacon, BeaconCheck, BeaconError, Pinned};
use super::pick::{Seed, seed};
use crate::protocol::encoding::{self, from_json};
use crate::protocol::ids::Tree;
use crate::protocol::inclusion::{InclusionError, JournaledTally, VerifiedTally};
use crate::protocol::leaf::{STRIKE_LEN, Strike};
use crate::protocol::manifest::{Audit, Manifest, ManifestError};
use crate::protocol::statement::{Statement, StatementError};
use crate::protocol::tally::{Totals, TreeHead};
use crate::tlog::frontier::Frontier;
use crate::tlog::hash::leaf_hash;
use crate::tlog::note::{KeyType, VerifiedNote, VerifierKey};
use crate::tlog::policy::{Policy, WitnessedCheckpoint};
use crate::tlog::tlog_proof::{TlogProof, TlogProofError};

/// The value of `format`.
pub const DRAW: &str = "undersigned/draw/v1";
/// Most bytes of a draw file.
pub const DRAW_MAX: usize = 8 << 20;
/// How many entries are drawn unless the manifest says otherwise: with none of them bad, less
/// than 1 % are, at 95 % confidence.
pub const SAMPLE: u64 = 299;

/// Why a draw does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// Longer than [`DRAW_MAX`] bytes.
    #[error("a draw has at most {DRAW_MAX} bytes, got {0}")]
    TooLong(usize),
    /// Not JSON of this shape.
    #[error("not a draw: {0}")]
    Json(String),
    /// `format` names another version.
    #[error("draw format {0:?} is unknown")]
    Format(String),
    /// The manifest in it is refused.
    #[error("manifest: {0}")]
    Manifest(#[from] ManifestError),
    /// The manifest names no auditor.
    #[error("the manifest names no auditor")]
    NoAudit,
    /// A tally's proof does not hold.
    #[error("{role}: {error}")]
    Tally {
        /// `ledger` or `registrar`.
        role: &'static str,
        /// What does not hold.
        error: InclusionError,
    },
    /// The ledger's tally names another registrar's tally than the one given.
    #[error("the two tallies do not belong together")]
    Pair,
    /// `closed` does not parse or is not signed by the journal's keeper.
    #[error("closed: {0}")]
    Closed(#[from] StatementError),
    /// `closed` is another statement, or of another petition.
    #[error("closed: this is not the statement that closes this petition")]
    NotClosed,
    /// `closed` does not stand in the journal.
    #[error("closed: {0}")]
    Unproven(#[from] TlogProofError),
    /// `closed` names a later tally than the one drawn from.
    #[error("the tally at {tally} is earlier than the final one at {last}")]
    Early {
        /// Index of the tally drawn from.
        tally: u64,
        /// Index that `closed` names.
        last: u64,
    },
    /// The strikes are not those of the tally.
    #[error("the strikes in the draw are not those of the tally")]
    Strikes,
    /// Nothing is left to draw from.
    #[error("every entry of the roll is struck, or there is none")]
    Empty,
    /// The beacon is not there yet.
    #[error("nothing is drawn yet: the beacon's round is missing")]
    NotDrawn,
    /// The beacon does not fit.
    #[error(transparent)]
    Beacon(#[from] BeaconError),
    /// The round came before the head was fixed: somebody could have chosen the roll by it.
    #[error("the round of {round} does not come after the head, signed as late as {head}")]
    Grindable {
        /// Time of the round, Unix seconds.
        round: u64,
        /// Latest timestamp of the head.
        head: u64,
    },
    /// The entries are not those that follow.
    #[error("the entries are not those that follow from the seed")]
    Entries,
}

/// A journal entry with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The entry's exact text.
    pub entry: String,
    /// A C2SP tlog-proof of it.
    pub proof: String,
}

/// A draw file, unchecked. Without `beacon` and `entries` it only fixes, before the round,
/// what will be drawn from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// [`DRAW`].
    pub format: String,
    /// The manifest's exact text.
    pub manifest: String,
    /// `closed`, in the journal that keeps the roll.
    pub closed: Entry,
    /// The tally that lists the signatures.
    pub ledger: JournaledTally,
    /// The tally that lists the roll, where another instance keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar: Option<JournaledTally>,
    /// The leaves of the strikes, one after the other, base64.
    #[serde(with = "encoding::base64_bytes")]
    pub strikes: Vec<u8>,
    /// What the beacon said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<Beacon>,
    /// Roll indices, in the order drawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<Vec<u64>>,
}

/// What is drawn from, checked. Comes from [`Draw::frame`] only.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The petition.
    pub manifest: Manifest,
    /// R, X, S, W.
    pub totals: Totals,
    /// The roll.
    pub roll: TreeHead,
    /// The strikes.
    pub strikes: TreeHead,
    /// Roll indices that are struck, ascending.
    pub struck: Vec<u64>,
    /// Journal index of the tally that lists the roll.
    pub tally: u64,
    /// Its time, Unix seconds.
    pub as_of: u64,
    /// The latest timestamp of the heads, Unix seconds: the round comes after it.
    pub latest: u64,
    /// How many entries are to be drawn.
    pub sample: u64,
    /// The journal's checkpoint that holds the roll's tally.
    pub checkpoint: WitnessedCheckpoint,
    _checked: (),
}

impl Frame {
    /// The terms of the audit.
    pub fn audit(&self) -> &Audit {
        let audit = self.manifest.terms().audit.as_ref();
        audit.expect("a frame is made for a manifest that names an auditor")
    }

    /// R − X: entries that can be drawn.
    pub fn remaining(&self) -> u64 {
        self.roll.size - self.strikes.size
    }
}

/// A draw that holds. Comes from [`Draw::verify`] only.
#[derive(Clone, Debug)]
pub struct VerifiedDraw {
    /// What was drawn from.
    pub frame: Frame,
    /// What the drawing follows from; it names the draw.
    pub seed: Seed,
    /// The beacon's randomness.
    pub randomness: [u8; 32],
    /// Time of the round, Unix seconds.
    pub round_time: u64,
    /// Roll indices, in the order drawn.
    pub entries: Vec<u64>,
    _checked: (),
}

impl Draw {
    /// Parse a draw file.
    pub fn parse(bytes: &[u8]) -> Result<Self, DrawError> {
        if bytes.len() > DRAW_MAX {
            return Err(DrawError::TooLong(bytes.len()));
        }
        let draw: Self = from_json(bytes).map_err(DrawError::Json)?;
        if draw.format != DRAW {
            return Err(DrawError::Format(draw.format));
        }
        Ok(draw)
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("strings and numbers encode");
        bytes.push(b'\n');
        bytes
    }

    /// The petition.
    pub fn manifest(&self) -> Result<Manifest, DrawError> {
        Ok(Manifest::parse(self.manifest.as_bytes())?)
    }

    /// Check what is drawn from: final tallies in journals that the policy trusts, a closed
    /// petition, the strikes.
    pub fn frame(&self, policy: &Policy) -> Result<Frame, DrawError> {
        let manifest = self.manifest()?;
        let audit = manifest.terms().audit.clone().ok_or(DrawError::NoAudit)?;
        let proof = |role| move |error| DrawError::Tally { role, error };
        let ledger = self
            .ledger
            .verify(&manifest, Tree::Signatures, policy)
            .map_err(proof("ledger"))?;
        let registrar = self.registrar.as_ref().map(|registrar| {
            let verified = registrar.verify(&manifest, Tree::Roll, policy);
            verified.map_err(proof("registrar"))
        });
        let registrar = registrar.transpose()?;
        let kept = match (&ledger.tally().cover, &registrar) {
            (None, None) => &ledger,
            (Some(cover), Some(registrar))
                if cover.origin == manifest.keeper(Tree::Roll)
                    && cover.index == registrar.index()
                    && Some(&cover.roll) == registrar.tally().head(Tree::Roll) =>
            {
                registrar
            }
            _ => return Err(DrawError::Pair),
        };
        let head = |tree| kept.head(tree).map_err(proof("registrar"));
        let (roll, strikes) = (*head(Tree::Roll)?, *head(Tree::Strikes)?);
        let closing = self.check_closed(&manifest, kept, policy)?;
        let struck = self.struck(&roll, &strikes)?;
        if roll.size == strikes.size {
            return Err(DrawError::Empty);
        }
        let mut latest = closing.max(stamped(&manifest, &ledger, &self.ledger)?);
        if let (Some(verified), Some(registrar)) = (&registrar, &self.registrar) {
            latest = latest.max(stamped(&manifest, verified, registrar)?);
        }
        let sizes = (kept.tally().totals(), ledger.tally().totals());
        Ok(Frame {
            totals: Totals {
                roll: sizes.0.roll,
                strikes: sizes.0.strikes,
                signatures: sizes.1.signatures,
                withdrawals: sizes.1.withdrawals,
            },
            roll,
            strikes,
            struck,
            tally: kept.index(),
            as_of: kept.tally().time,
            latest,
            sample: audit.sample.unwrap_or(SAMPLE).min(roll.size - strikes.size),
            checkpoint: kept.checkpoint().clone(),
            manifest,
            _checked: (),
        })
    }

    /// That `closed` stands in the roll's journal and names a tally that is not later. Gives the
    /// latest timestamp of that head.
    fn check_closed(
        &self,
        manifest: &Manifest,
        kept: &VerifiedTally,
        policy: &Policy,
    ) -> Result<u64, DrawError> {
        let bytes = self.closed.entry.as_bytes();
        let statement = Statement::parse(bytes)?;
        let Statement::Closed {
            petition, tally, ..
        } = &statement
        else {
            return Err(DrawError::NotClosed);
        };
        let keys = manifest.journal_vkeys(Tree::Roll);
        let keeper = keys.iter().find(|key| key.key_type() == KeyType::Ed25519);
        let (Some(keeper), Some(last)) = (keeper, tally) else {
            return Err(DrawError::NotClosed);
        };
        if *petition != manifest.id() {
            return Err(DrawError::NotClosed);
        }
        statement.verify(manifest, keeper)?;
        let proof: TlogProof = self.closed.proof.parse()?;
        let checkpoint = proof.verify(&leaf_hash(bytes), policy)?;
        if checkpoint.checkpoint().origin != manifest.keeper(Tree::Roll) {
            return Err(DrawError::NotClosed);
        }
        if kept.index() < *last {
            return Err(DrawError::Early {
                tally: kept.index(),
                last: *last,
            });
        }
        Ok(latest(&proof, keys, &checkpoint))
    }

    /// The struck roll indices, ascending: those leaves that hash to the tally's root.
    fn struck(&self, roll: &TreeHead, strikes: &TreeHead) -> Result<Vec<u64>, DrawError> {
        let mut frontier = Frontier::new();
        let mut struck = Vec::new();
        for leaf in self.strikes.chunks(STRIKE_LEN) {
            let strike = Strike::parse(leaf).map_err(|_| DrawError::Strikes)?;
            frontier.push(leaf_hash(leaf));
            struck.push(strike.index);
        }
        struck.sort_unstable();
        let distinct = struck.windows(2).all(|two| two[0] < two[1]);
        let inside = struck.last().is_none_or(|last| *last < roll.size);
        let same = struck.len() as u64 == strikes.size && frontier.root() == strikes.root;
        if distinct && inside && same {
            Ok(struck)
        } else {
            Err(DrawError::Strikes)
        }
    }

    /// Add what the beacon said, and draw.
    pub fn complete(
        &mut self,
        beacon: Beacon,
        policy: &Policy,
        check: &dyn BeaconCheck,
    ) -> Result<VerifiedDraw, DrawError> {
        let frame = self.frame(policy)?;
        let drawn = follow(frame, &beacon, check)?;
        self.beacon = Some(beacon);
        self.entries = Some(drawn.entries.clone());
        Ok(drawn)
    }

    /// Check all of it: the frame, the beacon, its time, and that the entries follow.
    pub fn verify(
        &self,
        policy: &Policy,
        check: &dyn BeaconCheck,
    ) -> Result<VerifiedDraw, DrawError> {
        let frame = self.frame(policy)?;
        let (beacon, entries) = match (&self.beacon, &self.entries) {
            (None, None) => return Err(DrawError::NotDrawn),
            (Some(beacon), Some(entries)) => (beacon, entries),
            _ => return Err(DrawError::Entries),
        };
        let drawn = follow(frame, beacon, check)?;
        if drawn.entries == *entries {
            Ok(drawn)
        } else {
            Err(DrawError::Entries)
        }
    }
}

/// What follows from a frame and a beacon.
fn follow(
    frame: Frame,
    beacon: &Beacon,
    check: &dyn BeaconCheck,
) -> Result<VerifiedDraw, DrawError> {
    let audit = frame.audit();
    let pinned = Pinned::parse(&audit.beacon)?;
    let (round_time, randomness) = beacon.verify(pinned, audit.round, check)?;
    if round_time <= frame.latest {
        return Err(DrawError::Grindable {
            round: round_time,
            head: frame.latest,
        });
    }
    let id = frame.manifest.id();
    let seed = seed(id, &frame.roll, &frame.strikes, &randomness);
    let entries = seed.draw(frame.roll.size, &frame.struck, frame.sample);
    Ok(VerifiedDraw {
        frame,
        seed,
        randomness,
        round_time,
        entries,
        _checked: (),
    })
}

/// The latest timestamp of a head: by witnesses that count, and by the journal's own keys.
fn latest(proof: &TlogProof, keys: &[VerifierKey], checkpoint: &WitnessedCheckpoint) -> u64 {
    let keys: Vec<&VerifierKey> = keys.iter().collect();
    let own = proof.note().verify(&keys);
    let own = own.iter().flat_map(VerifiedNote::signatures);
    let own = own.filter_map(|signature| signature.time).max();
    own.max(checkpoint.latest()).unwrap_or(0)
}

/// The latest time that a tally and the head over it state.
fn stamped(
    manifest: &Manifest,
    verified: &VerifiedTally,
    journaled: &JournaledTally,
) -> Result<u64, DrawError> {
    let proof: TlogProof = journaled.proof.parse()?;
    let tree = verified.tally().trees().next().map(|(tree, _)| tree);
    let keys = manifest.journal_vkeys(tree.unwrap_or(Tree::Roll));
    Ok(verified
        .tally()
        .time
        .max(latest(&proof, keys, verified.checkpoint())))
}
