//! The manifest: the one text that a petition is (`spec/manifest.md`).
//!
//! Its exact bytes are hashed, served and never re-encoded.

use serde::{Deserialize, Serialize};

use super::encoding::from_json;
use super::ids::{PetitionId, Tree};
use super::manifest_rules as rules;
use super::token::{TokenContext, TokenError, TokenKey};
use crate::tlog::note::VerifierKey;
use crate::tlog::policy::Policy;

/// Most bytes of a manifest.
pub const MANIFEST_MAX: usize = 60_000;
/// The value of `format`.
pub const FORMAT: &str = "undersigned/manifest/v1";

/// Why bytes are not a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Longer than [`MANIFEST_MAX`] bytes.
    #[error("a manifest has at most {MANIFEST_MAX} bytes, got {0}")]
    TooLong(usize),
    /// A byte below U+0020: manifests stand inside signed notes, on one line.
    #[error("control character 0x{0:02x} in a manifest")]
    Control(u8),
    /// Not JSON of this shape: wrong type, unknown, missing or duplicate key, a float, a BOM.
    #[error("not a manifest: {0}")]
    Json(String),
    /// `format` names another version.
    #[error("manifest format {0:?} is unknown")]
    Format(String),
    /// A field's value is out of its bounds.
    #[error("{field}: {rule}")]
    Field {
        /// Path of the field.
        field: &'static str,
        /// The rule that does not hold.
        rule: &'static str,
    },
    /// The token key is not one.
    #[error("registrar.token_key: {0}")]
    Token(#[from] TokenError),
    /// The id does not belong to these bytes.
    #[error("these bytes are petition {actual}, not {expected}")]
    Id {
        /// The id that was asked for.
        expected: PetitionId,
        /// The id of the bytes.
        actual: PetitionId,
    },
}

/// Text in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Localized {
    /// BCP 47 tag, lower case, for instance `en`.
    pub lang: String,
    /// The text.
    pub text: String,
}

/// Who asks for signatures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organiser {
    /// The name shown.
    pub name: String,
    /// Verifier keys (0x01); any of them speaks for the organiser.
    pub vkeys: Vec<String>,
}

/// What the form asks of a signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ask {
    /// Not asked.
    No,
    /// Asked; may stay empty.
    Optional,
    /// Asked; must be filled in.
    Required,
}

/// The fields of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asks {
    /// Name.
    pub name: Ask,
    /// Region; `roll_region` says whether it stands on the roll, too.
    pub region: Ask,
    /// Comment to the recipients.
    pub comment: Ask,
    /// Offer updates by e-mail (opt-in).
    pub updates: bool,
    /// The registrar puts the region into the roll entry's commitment.
    pub roll_region: bool,
    /// Where the organiser keeps a list of those who hand it what they filled in: the key
    /// to which it is sealed (`spec/list.md`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<ListKey>,
}

/// The X25519 public key of an organiser's list, hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ListKey(#[serde(with = "hex::serde")] pub [u8; 32]);

/// The registrar's keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrarKeys {
    /// `host[:port]`: the origin of its journal.
    pub origin: String,
    /// The journal's keys: Ed25519 (0x01), then ML-DSA-44 (0x06).
    pub vkeys: Vec<String>,
    /// Ed25519 key that signs checkpoints of the roll, hexadecimal. The verifier
    /// key's name, the tree's origin, contains the id and so cannot stand here.
    #[serde(with = "hex::serde")]
    pub roll: [u8; 32],
    /// The same for the strikes.
    #[serde(with = "hex::serde")]
    pub strikes: [u8; 32],
    /// Ed25519 key that signs strikes, hexadecimal.
    #[serde(with = "hex::serde")]
    pub strike_key: [u8; 32],
    /// RFC 9578 DER of the petition's token key, standard base64.
    #[serde(with = "super::encoding::base64_bytes")]
    pub token_key: Vec<u8>,
    /// `H("undersigned/tag-key/v1", kI)`, hexadecimal.
    #[serde(with = "hex::serde")]
    pub identity_key_commitment: [u8; 32],
}

/// The ledger's keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerKeys {
    /// `host[:port]`: the origin of its journal.
    pub origin: String,
    /// The journal's keys: Ed25519 (0x01), then ML-DSA-44 (0x06).
    pub vkeys: Vec<String>,
    /// Ed25519 key that signs checkpoints of the signatures, hexadecimal.
    #[serde(with = "hex::serde")]
    pub signatures: [u8; 32],
    /// The same for the withdrawals.
    #[serde(with = "hex::serde")]
    pub withdrawals: [u8; 32],
    /// VRF public key (c2sp.org/vrf-r255) of the tag key kL, hexadecimal.
    #[serde(with = "hex::serde")]
    pub tag_key: [u8; 32],
}

/// When waiting leaves are published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Publication {
    /// 64 waiting, or one hour.
    Batched,
    /// 256 waiting, or 24 hours.
    Private,
    /// Every second. Roll and signature leaves can then be paired by anyone.
    Prompt,
}

impl Publication {
    /// How many waiting leaves bring a publication about.
    pub fn batch(self) -> u64 {
        match self {
            Self::Batched => 64,
            Self::Private => 256,
            Self::Prompt => 1,
        }
    }

    /// The longest wait, seconds.
    pub fn longest_wait(self) -> u64 {
        match self {
            Self::Batched => 3600,
            Self::Private => 24 * 3600,
            Self::Prompt => 1,
        }
    }

    /// A promise's time for a signature accepted at `now`: the end of the day on
    /// which the longest wait plus 72 hours is over. Whole days, so that a promise
    /// tells no more about when somebody signed.
    pub fn promise_by(self, now: u64) -> u64 {
        const DAY: u64 = 86_400;
        (now + self.longest_wait() + 72 * 3600).div_ceil(DAY) * DAY
    }
}

/// How long what is kept is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Pending confirmations, days (1 to 30).
    pub pending_days: u32,
    /// Keyed hashes of network addresses, hours (1 to 72).
    pub network_hours: u32,
    /// Sealed records and tag keys after close, days (1 to 730).
    pub vault_days: u32,
}

/// Terms of the sample audit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// Who audits.
    pub auditor: String,
    /// X25519 public key to which records are sealed (HPKE), hexadecimal.
    #[serde(with = "hex::serde")]
    pub hpke_key: [u8; 32],
    /// The source of public randomness, for instance a drand chain hash.
    pub beacon: String,
    /// The round to be used.
    pub round: u64,
    /// Verifier key (0x01) that signs the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vkey: Option<String>,
    /// How many entries are drawn; 299 unless it says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<u64>,
}

/// A petition's terms, as parsed from its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// [`FORMAT`].
    pub format: String,
    /// The title in each language.
    pub title: Vec<Localized>,
    /// The letter in each language.
    pub letter: Vec<Localized>,
    /// To whom the letter goes.
    pub recipients: Vec<String>,
    /// Who asks.
    pub organiser: Organiser,
    /// Signing opens, Unix seconds.
    pub opens: u64,
    /// Last moment to confirm a mailbox.
    pub confirm_until: u64,
    /// Last moment to hand in a token; later, so that none is stranded.
    pub submit_until: u64,
    /// Last moment to take a signature back.
    pub withdraw_until: u64,
    /// How many signatures the organiser hopes for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<u64>,
    /// What the form asks.
    pub asks: Asks,
    /// The registrar.
    pub registrar: RegistrarKeys,
    /// The ledger.
    pub ledger: LedgerKeys,
    /// Version of the e-mail rules.
    pub email_rules: u32,
    /// When waiting leaves are published.
    pub publication: Publication,
    /// How long what is kept is kept.
    pub retention: Retention,
    /// Terms of the sample audit, if there is to be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<Audit>,
}

impl Terms {
    /// Check all rules but those about keys, so that a draft can be refused before
    /// anybody contributes keys to it.
    pub fn check_words(&self) -> Result<(), ManifestError> {
        rules::check(self)
    }
}

/// A manifest: exact bytes, their id and what they say.
#[derive(Clone, Debug)]
pub struct Manifest {
    bytes: Vec<u8>,
    id: PetitionId,
    terms: Terms,
    token: TokenContext,
    organiser_vkeys: Vec<VerifierKey>,
    registrar_vkeys: Vec<VerifierKey>,
    ledger_vkeys: Vec<VerifierKey>,
    auditor_vkey: Option<VerifierKey>,
}

impl Manifest {
    /// Parse and check every rule of `spec/manifest.md`.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MANIFEST_MAX {
            return Err(ManifestError::TooLong(bytes.len()));
        }
        if let Some(byte) = bytes.iter().find(|byte| **byte < 0x20) {
            return Err(ManifestError::Control(*byte));
        }
        let terms: Terms = from_json(bytes).map_err(ManifestError::Json)?;
        rules::check(&terms)?;
        let organiser_vkeys = rules::organiser_vkeys(&terms.organiser.vkeys)?;
        let registrar_vkeys =
            rules::journal_vkeys(&terms.registrar.origin, &terms.registrar.vkeys)?;
        let ledger_vkeys = rules::journal_vkeys(&terms.ledger.origin, &terms.ledger.vkeys)?;
        let audit = terms.audit.as_ref();
        let auditor_vkey = rules::auditor_vkey(audit.and_then(|audit| audit.vkey.as_deref()))?;
        let id = PetitionId::of(bytes);
        let token = TokenContext::new(
            id,
            &terms.registrar.origin,
            &terms.ledger.origin,
            TokenKey::parse(&terms.registrar.token_key)?,
        )?;
        for tree in Tree::ALL {
            rules::tree_key(&terms, tree)?;
        }
        Ok(Self {
            bytes: bytes.to_vec(),
            id,
            terms,
            token,
            organiser_vkeys,
            registrar_vkeys,
            ledger_vkeys,
            auditor_vkey,
        })
    }

    /// Parse bytes that must be the petition `expected`.
    pub fn parse_as(bytes: &[u8], expected: PetitionId) -> Result<Self, ManifestError> {
        let actual = PetitionId::of(bytes);
        if actual != expected {
            return Err(ManifestError::Id { expected, actual });
        }
        Self::parse(bytes)
    }

    /// Encode terms as compact JSON and parse the result.
    pub fn new(terms: &Terms) -> Result<Self, ManifestError> {
        let bytes = serde_json::to_vec(terms).map_err(|e| ManifestError::Json(e.to_string()))?;
        Self::parse(&bytes)
    }

    /// The exact bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The exact bytes as text.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("JSON was parsed from it")
    }

    /// The petition's id.
    pub fn id(&self) -> PetitionId {
        self.id
    }

    /// What the manifest says.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// What all tokens of this petition have in common.
    pub fn token(&self) -> &TokenContext {
        &self.token
    }

    /// The origin of one of the petition's trees: `<instance>/<petition id>/<tree>`.
    pub fn tree_origin(&self, tree: Tree) -> String {
        tree_origin(self.keeper(tree), self.id, tree)
    }

    /// The origin of the instance that keeps a tree.
    pub fn keeper(&self, tree: Tree) -> &str {
        match tree {
            Tree::Roll | Tree::Strikes => &self.terms.registrar.origin,
            Tree::Signatures | Tree::Withdrawals => &self.terms.ledger.origin,
        }
    }

    /// The verifier key of a tree's checkpoints: the pinned key under the tree's origin.
    pub fn tree_vkey(&self, tree: Tree) -> VerifierKey {
        let key = match tree {
            Tree::Roll => &self.terms.registrar.roll,
            Tree::Strikes => &self.terms.registrar.strikes,
            Tree::Signatures => &self.terms.ledger.signatures,
            Tree::Withdrawals => &self.terms.ledger.withdrawals,
        };
        VerifierKey::ed25519(&self.tree_origin(tree), key).expect("checked by Manifest::parse")
    }

    /// The journal keys of the instance that keeps a tree.
    pub fn journal_vkeys(&self, tree: Tree) -> &[VerifierKey] {
        match tree {
            Tree::Roll | Tree::Strikes => &self.registrar_vkeys,
            Tree::Signatures | Tree::Withdrawals => &self.ledger_vkeys,
        }
    }

    /// The journals that this manifest pins, without witnesses. Whoever has no other
    /// policy checks against what the manifest itself says, which is worth as much as
    /// the way by which the petition's id was learnt.
    pub fn pinned_policy(&self) -> Policy {
        let registrar = &self.registrar_vkeys;
        let ledger = self
            .ledger_vkeys
            .iter()
            .filter(|key| !registrar.contains(key));
        Policy::of_logs(registrar.iter().chain(ledger).cloned())
    }

    /// The organiser's keys.
    pub fn organiser_vkeys(&self) -> &[VerifierKey] {
        &self.organiser_vkeys
    }

    /// The key that signs the report of the sample audit.
    pub fn auditor_vkey(&self) -> Option<&VerifierKey> {
        self.auditor_vkey.as_ref()
    }

    /// Whether one instance keeps all four trees.
    pub fn single_instance(&self) -> bool {
        self.terms.registrar.origin == self.terms.ledger.origin
    }
}

/// `<instance>/<petition id>/<tree>`.
pub fn tree_origin(instance: &str, petition: PetitionId, tree: Tree) -> String {
    format!("{instance}/{petition}/{tree}")
}
