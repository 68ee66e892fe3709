//! What the operator's token opens (`Authorization: Bearer …`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::protocol::leaf::StrikeReason;
use crate::protocol::manifest::{LedgerKeys, RegistrarKeys};

/// `POST /operator/keys`: keys contributed to a new petition, for its manifest.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContributedKeys {
    /// The registrar's.
    #[schema(value_type = Object)]
    pub registrar: RegistrarKeys,
    /// The ledger's.
    #[schema(value_type = Object)]
    pub ledger: LedgerKeys,
}

impl ContributedKeys {
    /// In place of keys that nobody has contributed yet.
    pub fn nobody() -> Self {
        Self {
            registrar: RegistrarKeys {
                origin: "localhost".to_owned(),
                vkeys: Vec::new(),
                roll: [0; 32],
                strikes: [0; 32],
                strike_key: [0; 32],
                token_key: Vec::new(),
                identity_key_commitment: [0; 32],
            },
            ledger: LedgerKeys {
                origin: "localhost".to_owned(),
                vkeys: Vec::new(),
                signatures: [0; 32],
                withdrawals: [0; 32],
                tag_key: [0; 32],
            },
        }
    }
}

/// Whom a strike is about.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum StrikeTarget {
    /// Entries of the roll, by index.
    Entries(Vec<u64>),
    /// The entry of a mailbox.
    Mailbox(String),
}

/// `POST /operator/petitions/{id}/strikes`: strike, or say what striking would do.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StrikeRequest {
    /// Whom.
    pub target: StrikeTarget,
    /// Why.
    #[schema(value_type = String)]
    pub reason: StrikeReason,
    /// Only say what would happen.
    #[serde(default)]
    pub preview: bool,
}

/// What a strike does or would do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StrikeResponse {
    /// Roll entries that are (or would be) struck.
    pub entries: Vec<u64>,
    /// The published count.
    pub count_now: u64,
    /// The count once the strikes are published.
    pub count_then: u64,
    /// The ceiling, which strikes do not change.
    pub ceiling: u64,
}

/// A confirmation that waits for review. Says nothing about the person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Names it to `release` and `refuse`.
    pub id: String,
    /// Since when.
    pub since: u64,
    /// Which rule held it.
    pub rule: String,
}

/// `POST /operator/petitions/{id}/held/{held}`: the verdict on a held confirmation.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeldVerdict {
    /// Let it onto the roll, or drop it.
    pub release: bool,
}

/// An update in one language.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateText {
    /// BCP 47 tag, lower case.
    pub lang: String,
    /// One line, at most 150 characters.
    pub subject: String,
    /// Plain text, at most 4000 bytes.
    pub text: String,
}

/// `POST /operator/petitions/{id}/updates`: write to those who asked for updates.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRequest {
    /// In each language once; the first is for readers of other languages.
    pub texts: Vec<UpdateText>,
    /// Only say how many would get it.
    #[serde(default)]
    pub preview: bool,
}

/// How far an update goes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateResponse {
    /// How many asked for updates.
    pub subscribers: u64,
}

/// `POST /operator/office`: let somebody into the office.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficeInvitation {
    /// The mailbox.
    pub email: String,
    /// `owner`, `moderator`, `viewer` or `organiser`.
    pub role: String,
}

/// A way in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfficeInvited {
    /// Signs in once, within three days.
    pub link: String,
}

/// `POST /operator/petitions/{id}/packs`: a pack for a petition's recipients.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackRequest {
    /// The organiser's attestation, a signed note.
    pub attestation: String,
    /// In which of the petition's languages; the first if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// With those who chose to be shown to the recipients.
    #[serde(default)]
    pub signers: bool,
}

/// `POST /operator/petitions/{id}/packs/sent`: mail a pack to a recipient.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendPackRequest {
    /// What to send.
    pub pack: PackRequest,
    /// The recipient's mailbox.
    pub to: String,
}

/// What became of the mail with a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PackState {
    /// It waits in the queue, or is under way.
    Queued,
    /// A mail server took it.
    Sent,
    /// Refused for good, or for five days.
    GivenUp,
    /// A mail server said that there is no such mailbox.
    NoMailbox,
}

/// A pack that was sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentPack {
    /// When it was queued, Unix seconds.
    pub queued: u64,
    /// Size of the archive.
    pub bytes: u64,
    /// The count in it.
    pub count: u64,
    /// When that was the count.
    pub as_of: u64,
    /// It is too large for a mail, which carries a link instead.
    pub linked: bool,
    /// The link works, and this is remembered, until then.
    pub until: u64,
    /// What became of the mail.
    pub state: PackState,
    /// Since when; absent while it is queued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_since: Option<u64>,
}

/// Packs that were sent, the newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SentPacks {
    /// At most 200.
    pub items: Vec<SentPack>,
}
