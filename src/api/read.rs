//! What anyone may read.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::protocol::ids::Tree;
use crate::tlog::hash::Hash;

/// A page of a list, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Pass as `after` to get the next page; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which page of a list.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before.
    pub after: Option<String>,
    /// At most so many items, 1 to 100.
    pub limit: Option<usize>,
}

/// Text in one language.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Text {
    /// BCP 47 tag.
    pub lang: String,
    /// The text.
    pub text: String,
}

/// A petition at a glance. The manifest has the rest.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Petition {
    /// Hash of the manifest, hexadecimal.
    pub id: String,
    /// The title in each language.
    pub title: Vec<Text>,
    /// To whom the letter goes.
    pub recipients: Vec<String>,
    /// Who asks.
    pub organiser: String,
    /// `announced`, `open`, `closing` or `closed`.
    pub phase: String,
    /// Signing opens.
    pub opens: u64,
    /// Last moment to confirm a mailbox (extensions included).
    pub confirm_until: u64,
    /// Last moment to hand in a token.
    pub submit_until: u64,
    /// Last moment to take a signature back.
    pub withdraw_until: u64,
    /// How many signatures the organiser hopes for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<u64>,
    /// `batched`, `private` or `prompt`.
    pub publication: String,
    /// Journal index of its `published` statement.
    pub published: u64,
}

/// Size and root of one tree.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TreeState {
    /// `roll`, `strikes`, `signatures` or `withdrawals`.
    #[schema(value_type = String)]
    pub tree: Tree,
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 root hash.
    #[schema(value_type = String)]
    pub root: Hash,
}

/// The verified count, and what it follows from.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Count {
    /// The petition.
    pub petition: String,
    /// max(0, S − W − X): at least so many signatures stand.
    pub count: u64,
    /// S − W: more cannot stand.
    pub ceiling: u64,
    /// Time of the tally; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<u64>,
    /// Size and root of the four trees in that tally.
    pub trees: Vec<TreeState>,
    /// The tally's text, an entry of the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tally: Option<String>,
    /// C2SP tlog-proof of the tally, with the journal's signed checkpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// Signatures accepted and not yet published: not verified, shown apart.
    pub waiting: u64,
}

/// Which leaf: by hash or by index.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProofQuery {
    /// RFC 6962 leaf hash, 64 hexadecimal digits.
    pub leaf: Option<String>,
    /// Zero-based index.
    pub index: Option<u64>,
}

/// From which size to which.
#[derive(Clone, Debug, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsistencyQuery {
    /// The older size.
    pub from: u64,
    /// The newer size, at most the published one.
    pub to: u64,
}

/// A proof that the newer tree extends the older one.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Consistency {
    /// The older tree.
    pub from: TreeState,
    /// The newer tree.
    pub to: TreeState,
    /// RFC 6962 consistency proof.
    #[schema(value_type = Vec<String>)]
    pub path: Vec<Hash>,
}

/// A tally and where it stands in the journal.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TallyEntry {
    /// Journal index.
    pub index: u64,
    /// The entry's exact text.
    pub tally: String,
}

/// An attestation that the organiser handed in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AttestationEntry {
    /// SHA-256 of the file, hexadecimal.
    pub id: String,
    /// Time of the tally that it attests.
    pub as_of: u64,
    /// The count that it attests.
    pub count: u64,
    /// The signed note.
    pub attestation: String,
}

/// What became of a leaf that the ledger promised to publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum PromiseState {
    /// Accepted; in the tree after a publication that the roll covers.
    Waiting,
    /// In the tree.
    Published,
}

/// State of a promise.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Promised {
    /// `waiting` or `published`.
    pub state: PromiseState,
    /// Index in the tree, once published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
}

/// Health of the instance.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok`, or `read-only` when storage runs short.
    pub status: String,
    /// The instance's origin.
    pub origin: String,
    /// Its journal's verifier keys.
    pub vkeys: Vec<String>,
    /// Size of the journal.
    pub journal: u64,
    /// Program version.
    pub version: String,
}
